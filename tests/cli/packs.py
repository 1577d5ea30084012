"""A small pack for the tests of commands."""

from __future__ import annotations

from pathlib import Path

PACK = """version: 1
pack: shop
rules:
  - id: hours
    match: {fact: opening_hours}
    unless: {grounded: true}
    action: drop
    streamed: cut
    say: "Please look at our website."
    examples:
      hit:
        - {ask: "When do you open?", reply: "9 am"}
      pass:
        - {system: "Open Mon-Fri 09:00-17:00.", reply: "We open at nine on Monday."}
  - id: mail
    match: {regex: '\\w+@\\w+\\.com'}
    action: {redact: "[mail]"}
    examples:
      hit:
        - {reply: "Write to me@x.com now.", want: "Write to [mail] now."}
      pass: ["Write to us."]
  - id: loud
    match: {phrases: [hurray]}
    action: {remove: sentence}
    mode: shadow
    examples: {hit: ["Hurray!"], pass: ["Hello."]}
"""

BROKEN = """version: 1
pack: shop
rules:
  - {id: a, match: {regex: a}, action: redcat}
  - {id: b, match: {regxe: a}, action: flag}
"""


def write(folder: Path, text: str = PACK, name: str = "shop.yaml") -> str:
    """The name of a file with *text*."""
    file = folder / name
    file.write_text(text, "utf-8")
    return str(file)
