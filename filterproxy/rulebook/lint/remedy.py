"""
Edits of a pack's text: where, what stands there then, and what the pack must say afterwards.

An edit touches the bytes that it is about and no others. Whether it does what it says is not trusted: the
text is read again, and what it says must be what it said before but for the edit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from filterproxy.rulebook.lines import LINE_BREAK
from filterproxy.rulebook.problem import Place, Problem
from filterproxy.rulebook.source import Node, parse

_BLOCK_MEMBER = re.compile(r"[ \t]*-[ \t]+")
_COMMA_BEHIND = re.compile(r"[ \t]*,[ \t]*(?![ \t#\r\n])")
_COMMA_BEFORE = re.compile(r"[ \t]*,\s*\Z")


@dataclass(frozen=True, slots=True)
class Edit:
    """
    text[start:end] becomes *text*. place: of the key, value or member that is meant. value: what the value or
    key is then; a member that goes has `removed`. note: what is told about it, in a line.
    """

    place: Place
    start: int
    end: int
    text: str
    note: str
    value: Any = None
    is_key: bool = False
    removed: bool = False


def offset_of(text: str, place: Place) -> int:
    """Where in a file's text a place begins."""
    starts = [0, *(found.end() for found in LINE_BREAK.finditer(text))]
    return starts[place.line - 1] + place.column - 1


def replacing(text: str, place: Place, new: str, note: str, value: Any, *, is_key: bool = False) -> Edit:
    """*new* in place of a whole key or value."""
    start = offset_of(text, place)
    return Edit(place, start, start + place.length, new, note, value, is_key)


def removing(text: str, place: Place, note: str) -> Edit | None:
    """A member of a list taken out, with its line or its comma; None where a comment stands in the way."""
    start = offset_of(text, place)
    end = start + place.length
    line = start - place.column + 1
    if _BLOCK_MEMBER.fullmatch(text, line, start):
        behind = re.compile(r"[ \t]*(?:\r\n|[\n\r]|\Z)").match(text, end)
        return None if behind is None else Edit(place, line, behind.end(), "", note, removed=True)
    behind = _COMMA_BEHIND.match(text, end)
    if behind is not None:
        return Edit(place, start, behind.end(), "", note, removed=True)
    before = _COMMA_BEFORE.search(text, max(0, start - 400), start)
    return None if before is None else Edit(place, before.start(), end, "", note, removed=True)


def apart(edits: Iterable[Edit]) -> list[Edit]:
    """Edits in order, without those that reach into one before."""
    found: list[Edit] = []
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if not found or edit.start >= found[-1].end:
            found.append(edit)
    return found


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text after edits that are apart."""
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def sound(file: str, text: str, edits: Sequence[Edit]) -> bool:
    """Whether the text after the edits says what it must, and nothing in it is written worse than before."""
    before: list[Problem] = []
    after: list[Problem] = []
    old, new = parse(file, text, before), parse(file, applied(text, edits), after)
    if old is None or new is None or len(after) > len(before):
        return False
    return bool(expected(old, edits) == new.plain())


def expected(node: Node, edits: Sequence[Edit]) -> Any:
    """What a pack says after the edits."""
    keys = {_at(edit.place): edit for edit in edits if edit.is_key}
    values = {_at(edit.place): edit for edit in edits if not edit.is_key}
    return _expected(node, keys, values)


_Spot = tuple[int, int]


def _at(place: Place) -> _Spot:
    return place.line, place.column


def _expected(node: Node, keys: dict[_Spot, Edit], values: dict[_Spot, Edit]) -> Any:
    if isinstance(node.value, dict):
        return dict(_members(node, keys, values))
    if isinstance(node.value, tuple):
        kept = [m for m in node.value if not ((e := values.get(_at(m.place))) and e.removed and _is_plain(m))]
        return [_expected(member, keys, values) for member in kept]
    edit = values.get(_at(node.place))
    return node.value if edit is None else edit.value


def _members(node: Node, keys: dict[_Spot, Edit], values: dict[_Spot, Edit]) -> Iterator[tuple[str, Any]]:
    for key, inner in node.value.items() if isinstance(node.value, dict) else ():
        edit = keys.get(_at(node.keys[key]))
        yield (key if edit is None else edit.value), _expected(inner, keys, values)


def _is_plain(node: Node) -> bool:
    return not isinstance(node.value, (dict, tuple))
