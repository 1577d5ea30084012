"""
`choices: remove`: dropped choices are left out, and the others numbered anew.

In place of a reply of which nothing would be left, the first dropped choice that says something instead
remains: clients read `choices[0]` without a look.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# The new index of each choice that stays, by its old one.
Numbers = Mapping[int, int]


def numbers_of(choices: Iterable[int], dropped: Mapping[int, str | None]) -> Numbers:
    """The choices that stay. dropped: what each dropped one says instead; one of *choices* is not silent."""
    every = sorted(choices)
    kept = [index for index in every if index not in dropped]
    if not kept:
        kept = [index for index in every if dropped[index] is not None][:1]
    return {old: new for new, old in enumerate(kept)}


def keep(listed: list[Any], numbers: Numbers) -> None:
    """Leave out of a JSON array of choices those that go."""
    listed[:] = [choice for choice in listed if choice.get("index", 0) in numbers]


def renumber(listed: list[Any], numbers: Numbers) -> None:
    """Give the choices of a JSON array, all of which stay, their new indices."""
    for choice in listed:
        choice["index"] = numbers[choice.get("index", 0)]
