"""RE2 on texts of code points: the border where offsets are bytes, kept to one file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import re2

# Bytes for an automaton, whose states are built as texts need them and forgotten when this is full. The
# first is enough for 1 000 ordinary rules and keeps a worker small; the second is for those that RE2
# refuses to build with less (hundreds of counted gaps).
_BUDGETS_BYTES = (64 << 20, 256 << 20)

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def encode(text: str) -> bytes:
    """UTF-8, in which each lone surrogate (JSON can escape one) stands as one U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("\ufffd", text).encode()


def _within_budget(build: Callable[[re2.Options], Any]) -> Any:
    """What *build* makes, with the smallest budget that does. Raises ValueError with RE2's words."""
    for budget in _BUDGETS_BYTES:
        options = re2.Options()
        options.max_mem = budget
        options.log_errors = False
        try:
            return build(options)
        except re2.error as error:
            refused = ValueError(f"RE2 refuses the patterns: {error}")
    raise refused


def _set_of(sources: Sequence[str], options: re2.Options) -> Any:
    patterns = re2.Set.SearchSet(options)
    for source in sources:
        patterns.Add(source)
    if sources:
        patterns.Compile()
    return patterns


class PatternSet:
    """
    Many patterns, one pass: which of them occur in a text. Cost is flat in their number.

    Raises ValueError when RE2 cannot build the set.
    """

    def __init__(self, sources: Sequence[str]) -> None:
        self._size = len(sources)
        self._set = _within_budget(lambda options: _set_of(sources, options))

    def matches(self, text: bytes) -> Sequence[int]:
        """Indices of the patterns that occur in *text* (UTF-8), in no order."""
        # The binding answers None for "no match".
        return (self._set.Match(text) or ()) if self._size else ()


class TailPattern:
    """
    Where a text's tail that one of the patterns matches begins.

    Raises ValueError when RE2 cannot build it.
    """

    def __init__(self, sources: Sequence[str]) -> None:
        self._regex = None
        if sources:
            joined = "|".join(f"(?:{s})" for s in sources)
            self._regex = _within_budget(lambda options: re2.compile(rf"(?:{joined})\z", options))

    def start(self, text: str) -> int:
        """The smallest offset such that text[offset:] matches; len(text) when none does."""
        if self._regex is None or not text:
            return len(text)
        data = encode(text)
        found = self._regex.search(data)
        if found is None:
            return len(text)
        at: int = found.start()
        return at if len(data) == len(text) else len(data[:at].decode())
