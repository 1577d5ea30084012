"""Exchanges and a rulebook for the tests of labels."""

from __future__ import annotations

from pathlib import Path

from filterproxy.core.request import Turn
from filterproxy.core.verdict import Channel
from filterproxy.corpus.exchange import Exchange
from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load

CONTENT = Channel(0, "content")

PACK = """version: 1
pack: shop
rules:
  - id: hours
    match: {fact: opening_hours}
    unless: {grounded: true}
    action: drop
    say: "Please look at our website."
    examples:
      hit:
        - {ask: "When do you open?", reply: "9 am"}   # the first one
      pass:
        - {system: "Open Mon-Fri 09:00-17:00.", reply: "We open at nine on Monday."}
  - id: refund
    match: {regex: 'refund\\s+of'}
    action: flag
    mode: shadow
    when: {model: gpt-*}
    examples: {hit: ["a refund of 5"], pass: ["No refund."]}
  - id: loud
    match: {length: {over: 500}}
    action: flag
    mode: off
    examples: {hit: [], pass: ["No."]}
"""


def exchange(
    reply: str, ask: str = "", system: str = "", *, model: str = "gpt-1", kind: str = "content", line: int = 0
) -> Exchange:
    turns = [Turn("system", system)] if system else []
    turns += [Turn("user", ask)] if ask else []
    return Exchange(model=model, turns=tuple(turns), texts=((Channel(0, kind), reply),), line=line)


def pack(folder: Path, text: str = PACK) -> Path:
    file = folder / "shop.yaml"
    file.write_text(text, "utf-8")
    return file


def book(folder: Path, text: str = PACK) -> Rulebook:
    return compile(load([pack(folder, text)]))
