"""RE2 on texts of code points: the border where offsets are bytes, kept to one file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from weakref import WeakValueDictionary

import re2

# Instructions of one automaton, and bytes for its states, which are built as texts need them and forgotten
# when this is full. RE2 gives up on an automaton for which twenty states do not fit, a pattern then costs a
# thousand times as much and a set finds nothing, without a word. A state is at most some 10 bytes for each
# instruction, so that these are six times on the safe side; a thousand ordinary rules take two automata.
_PROGRAM_LIMIT = 50_000
_STATES_BYTES = 64 << 20

# Each pattern is asked for its size when it is tried and when it is grouped, and is of a gate and a screen.
_KEPT_SIZES = 4096

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def encode(text: str) -> bytes:
    """UTF-8, in which each lone surrogate (JSON can escape one) stands as one U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("\ufffd", text).encode()


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = _STATES_BYTES
    options.log_errors = False
    return options


def _grouped(sources: Sequence[str]) -> list[list[str]]:
    """*sources* in order, in groups that are small enough for one automaton. Raises ValueError."""
    groups: list[list[str]] = []
    room = 0
    for source in sources:
        size = _program_size(source)
        if not groups or size > room:
            groups.append([])
            room = _PROGRAM_LIMIT
        groups[-1].append(source)
        room -= size
    re2.purge()  # it keeps the last 128 patterns that were compiled, which is megabytes
    return groups


@lru_cache(maxsize=_KEPT_SIZES)
def _program_size(source: str) -> int:
    try:
        compiled = re2.compile(source, _options())
    except re2.error as error:
        raise ValueError(f"RE2 refuses {source!r}: {error}") from None
    size = max(compiled.programsize, compiled.reverseprogramsize)
    if size > _PROGRAM_LIMIT:
        raise ValueError(f"its automaton would have {size} instructions (limit {_PROGRAM_LIMIT})")
    return int(size)


def usable(source: str) -> bool:
    """Whether a pattern can be one of a set."""
    try:
        _program_size(source)
    except ValueError:
        return False
    return True


class _Automaton:
    """Patterns that RE2 has put into one automaton; immutable to those who ask it."""

    __slots__ = ("__weakref__", "set")

    def __init__(self, sources: Sequence[str]) -> None:
        self.set = re2.Set.SearchSet(_options())
        for source in sources:
            self.set.Add(source)
        self.set.Compile()


# Those in use. Building one takes 20 ms, in which nothing else in the process runs: a change of rules builds
# those anew whose patterns have changed.
_automata: WeakValueDictionary[tuple[str, ...], _Automaton] = WeakValueDictionary()


def _automaton(sources: Sequence[str]) -> _Automaton:
    key = tuple(sources)
    found = _automata.get(key)
    if found is None:
        found = _automata[key] = _Automaton(key)
    return found


class PatternSet:
    """
    Many patterns, one pass: which of them occur in a text. Cost is flat in their number.

    Raises ValueError for a pattern that RE2 refuses, or that is too large.
    """

    def __init__(self, sources: Sequence[str]) -> None:
        self._sets: list[tuple[int, Any]] = []  # each with the index of its first pattern
        self._automata: list[_Automaton] = []
        first = 0
        for group in _grouped(sources):
            automaton = _automaton(group)
            self._automata.append(automaton)
            self._sets.append((first, automaton.set))
            first += len(group)

    def matches(self, text: bytes) -> Sequence[int]:
        """Indices of the patterns that occur in *text* (UTF-8), in no order."""
        found: list[int] = []
        for first, patterns in self._sets:
            matched = patterns.Match(text)
            if matched:  # the binding answers None for "no match"
                found += [first + index for index in matched] if first else matched
        return found


class TailPattern:
    """
    Where a text's tail that one of the patterns matches begins.

    RE2 reads a pattern that is anchored at the end from there, so that the cost is that of the tail.
    Raises ValueError for a pattern that RE2 refuses, or that is too large.
    """

    def __init__(self, sources: Sequence[str]) -> None:
        self._regexes = [
            re2.compile(rf"(?:{'|'.join(f'(?:{s})' for s in group)})\z", _options())
            for group in _grouped(sources)
        ]

    def start(self, text: str) -> int:
        """The smallest offset such that text[offset:] matches; len(text) when none does."""
        if not self._regexes or not text:
            return len(text)
        data = encode(text)
        at = len(data)
        for regex in self._regexes:
            found = regex.search(data)
            if found is not None:
                at = min(at, found.start())
        return at if len(data) == len(text) else len(data[:at].decode())
