"""
The two rulebooks that take turns, and what they make of a text, worked out by `re` alone.

Both do the same to secrets but say another letter, so that a reply tells by which of them it was judged; a
sentence with HALT ends a reply under A and only goes under B.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.oracle import Spec

LETTERS = ("A", "B")
_GAP = "\u200b"  # zero-width: matching sees through it
_CODE = "".join(rf"{part}{_GAP}?" for part in ("S", "K", "-", *["[0-9]"] * 4, "-", *["[A-Z]"] * 3)) + "[A-Z]"
CODE, PHRASE = re.compile(_CODE), re.compile(r"(?i)\bhidden orchid\b")
_SENTENCE = re.compile(r"[^.]*\.\s*|[^.]+$")
# Rules that never match: nobody runs a handful.
_FILLERS = 8


@dataclass(frozen=True, slots=True)
class Left:
    """What a rulebook leaves of a content. outcome: pass, edit, cut or drop."""

    text: str
    outcome: str


def redacted(text: str, letter: str) -> str:
    """A text as a rulebook leaves it outside of content."""
    return PHRASE.sub(f"<{letter}>", CODE.sub(f"[{letter}]", text))


def content(text: str, letter: str, model: str) -> Left:
    """The content of a reply of *model* (held, refused, or any other) as a rulebook leaves it."""
    kept: list[str] = []
    said, cut = "", False
    for sentence in _SENTENCE.findall(redacted(text, letter)):
        if "INTERNAL" in sentence:
            continue
        if "HALT" in sentence:
            if letter == "A":
                said, cut = "Cut by A.", True
                break
            continue
        kept.append(sentence)
    left = "".join(kept)
    if model in ("held", "refused") and "DROPPED" in left:
        return Left(dropped(letter) if model == "held" else "", "drop")
    left += said
    return Left(left, "cut" if cut else "pass" if left == text else "edit")


def dropped(letter: str) -> str:
    return f"Dropped by {letter}."


def pack(letter: str) -> str:
    """The rulebook's only pack, in YAML."""
    halt = "{cut: sentence}\n    say: Cut by A." if letter == "A" else "{remove: sentence}"
    fillers = "".join(_filler(i) for i in range(_FILLERS))
    return f"""\
version: 1
pack: soak
why: What stands here must not leave.
rules:
  - id: code
    match: {{regex: 'SK-[0-9]{{4}}-[A-Z]{{4}}'}}
    in: all
    action: redact
    with: "[{letter}]"
    examples: {{hit: [SK-1234-ABCD], pass: [SK-1234]}}
  - id: phrase
    match: {{phrases: [hidden orchid]}}
    in: all
    action: redact
    with: "<{letter}>"
    examples: {{hit: [a Hidden Orchid], pass: [an orchid]}}
  - id: internal
    match: {{regex: INTERNAL}}
    action: {{remove: sentence}}
    examples: {{hit: [INTERNAL note.], pass: [a note]}}
  - id: halt
    match: {{regex: HALT}}
    action: {halt}
    examples: {{hit: [HALT here.], pass: [halt]}}
  - id: look
    mode: shadow
    match: {{regex: INTERNAL}}
    action: flag
    examples: {{hit: [INTERNAL note.], pass: [a note]}}
  - id: held
    when: {{model: held}}
    match: {{regex: DROPPED}}
    action: drop
    say: {dropped(letter)}
    examples: {{hit: [DROPPED], pass: [dropped]}}
  - id: refused
    when: {{model: refused}}
    match: {{regex: DROPPED}}
    action: drop
    examples: {{hit: [DROPPED], pass: [dropped]}}
{fillers}"""


def _filler(i: int) -> str:
    found = f"{{regex: 'zz{i}[a-f]+zz'}}" if i % 2 else f"{{phrases: [zz{i} never said zz]}}"
    hit = f"zz{i}abczz" if i % 2 else f"zz{i} never said zz"
    return f"""\
  - id: filler-{i}
    match: {found}
    action: redact
    examples: {{hit: [{hit}], pass: [zz]}}
"""


def specs(letter: str, model: str) -> list[Spec]:
    """The same rules as tests.oracle reads them, which says that `content` is right."""
    rule: dict[str, Any] = {"scope": "reply", "unit": "match"}
    halt = {"verb": "cut", "say": "Cut by A."} if letter == "A" else {"verb": "remove"}
    found = [
        {**rule, "id": "code", "regex": "SK-[0-9]{4}-[A-Z]{4}", "verb": "redact", "with": f"[{letter}]"},
        {**rule, "id": "phrase", "phrases": ["hidden orchid"], "verb": "redact", "with": f"<{letter}>"},
        {**rule, "id": "internal", "regex": "INTERNAL", "verb": "remove", "unit": "sentence"},
        {**rule, "id": "halt", "regex": "HALT", **halt, "unit": "sentence"},
    ]
    if model in ("held", "refused"):
        found.append({**rule, "id": "drop", "regex": "DROPPED", "verb": "drop"})
    return found


# Edits that must change nothing.
BROKEN = (
    "version: 1\npack: soak\nrules: [",
    pack("A").replace("action: redact", "action: redcat", 1),
    pack("B").replace("regex: INTERNAL", "regex: 'INTERNAL('", 1),
    "",
)
