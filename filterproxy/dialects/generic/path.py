"""
Paths into JSON, as operators write them: `data.answer`, `choices[0].text`, `choices[*].text`, `[0].text`.

Keys with points between them, `[n]` for a member of an array, `[*]` for each; `$` in front changes nothing.
A `[*]` numbers the choices of a reply: by the key `index` of a member that has one, else by its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final


class Every(Enum):
    """`[*]`."""

    MEMBER = "[*]"


EVERY: Final = Every.MEMBER
Path = tuple[str | int | Every, ...]

_STEP = re.compile(r"(?:(?P<dot>\.)?(?P<key>[^.\[\]\s$]+)|\[(?:(?P<number>[0-9]{1,4})|(?P<every>\*))\])")


class PathError(ValueError):
    """A path that cannot be read; args[0] says why, args[1] is the offset of what cannot."""


def parse_path(text: str) -> Path:
    """The steps of a path. Raises PathError."""
    steps: list[str | int | Every] = []
    at = first = 1 if text.startswith("$") else 0
    while at < len(text):
        found = _STEP.match(text, at)
        # A point stands between two steps and nowhere else.
        if found is None or (found["key"] and (found["dot"] is None) is not (at == first == 0)):
            raise PathError("a path is keys with points between them, and [n] or [*]", at)
        at = found.end()
        steps.append(EVERY if found["every"] else found["key"] or int(found["number"]))
    if not steps:
        raise PathError("a path leads somewhere", 0)
    return tuple(steps)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a path led: `holder[key]`, of a choice (0 where the path has no `[*]`)."""

    holder: Any
    key: Any
    choice: int = 0

    @property
    def value(self) -> Any:
        return self.holder[self.key]


def find(value: Any, path: Path, choice: int = 0) -> Iterator[Found]:
    """All that a path leads to in *value*, be it null; nothing where it leads nowhere."""
    step, rest = path[0], path[1:]
    for key, number in _members(value, step, choice):
        if rest:
            yield from find(value[key], rest, number)
        else:
            yield Found(value, key, number)


def _members(value: Any, step: str | int | Every, choice: int) -> Iterator[tuple[Any, int]]:
    """Keys of *value* that one step leads to, with their choices."""
    if isinstance(step, str):
        if isinstance(value, dict) and step in value:
            yield step, choice
    elif isinstance(value, list):
        if step is EVERY:
            yield from ((at, number_of(member, at)) for at, member in enumerate(value))
        elif step < len(value):
            yield step, choice


def number_of(member: Any, at: int) -> int:
    """The choice that a member of an array is, which stands at *at*."""
    index = member.get("index") if isinstance(member, dict) else None
    return index if type(index) is int and index >= 0 else at


def put(value: Any, path: Path, choice: int, text: str) -> bool:
    """Put *text* where a path leads for a choice, with missing keys; False where it leads nowhere."""
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        if not isinstance(value, dict):
            return False
        if rest and value.get(step) is None:
            value[step] = made(rest, choice, text)
            return True
        return _put_at(value, step, rest, choice, text)
    if not isinstance(value, list):
        return False
    keys = (key for key, number in _members(value, step, choice) if number == choice)
    return any(_put_at(value, key, rest, choice, text) for key in keys)


def _put_at(holder: Any, key: Any, rest: Path, choice: int, text: str) -> bool:
    if rest:
        return put(holder[key], rest, choice, text)
    holder[key] = text
    return True


def made(path: Path, choice: int, text: str) -> Any:
    """The least JSON in which a path leads to *text* for a choice."""
    value: Any = text
    for step in reversed(path):
        if isinstance(step, str):
            value = {step: value}
        elif step is EVERY:
            value = [{"index": choice, **value}] if isinstance(value, dict) else [""] * choice + [value]
        else:
            value = [None] * step + [value]
    return value
