"""
Which sayings a text could have: the gates of all templates, each list's in one set.

A sentence is asked for its languages first, and then read by the templates that were named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from filterproxy.core.scan import PatternSet, encode
from filterproxy.facts.sayings import LANGUAGES, Named, load


@dataclass(frozen=True, slots=True)
class _Part:
    """The gates of one list of templates. owners: the language of each pattern, and its template."""

    group: str
    patterns: PatternSet
    owners: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Screen:
    """Which templates could say something in a text. parts: one for each list of templates."""

    parts: tuple[_Part, ...]

    def named(self, text: str) -> list[tuple[str, Named]]:
        """The languages that have such a template, in order, and which."""
        data = encode(text)
        found: dict[str, dict[str, set[int]]] = {}
        for part in self.parts:
            for i in part.patterns.matches(data):
                code, template = part.owners[i]
                found.setdefault(code, {}).setdefault(part.group, set()).add(template)
        return [(code, found[code]) for code in LANGUAGES if code in found] if found else []


def _owned(fact: str, group: str) -> Iterator[tuple[str, tuple[str, int]]]:
    for code in LANGUAGES:
        groups = load(f"{fact}.{code}").groups
        if group in groups:
            for source, template in groups[group].gates:
                yield source, (code, template)


@cache
def gate(fact: str, *groups: str) -> tuple[str, ...]:
    """RE2 patterns, one of which is in every text that says something by one of *groups*."""
    return tuple(dict.fromkeys(source for group in groups for source, _ in _owned(fact, group)))


@cache
def screen(fact: str, *groups: str) -> Screen:
    """The gates of some lists; what replies and sources are asked by is partly the same, and is shared."""
    return Screen(tuple(_part(fact, group) for group in groups))


@cache
def _part(fact: str, group: str) -> _Part:
    owned = list(_owned(fact, group))
    return _Part(group, PatternSet([source for source, _ in owned]), [owner for _, owner in owned])
