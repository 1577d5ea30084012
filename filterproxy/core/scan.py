"""RE2 on texts of code points: the border where offsets are bytes, kept to one file."""

from __future__ import annotations

import re
from collections.abc import Sequence

import re2

# States of the automaton are built as texts need them, up to this; 1 000 rules stay far below.
_MEMORY_BYTES = 256 << 20

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def encode(text: str) -> bytes:
    """UTF-8, in which each lone surrogate (JSON can escape one) stands as one U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("\ufffd", text).encode()


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = _MEMORY_BYTES
    options.log_errors = False
    return options


class PatternSet:
    """
    Many patterns, one pass: which of them occur in a text. Cost is flat in their number.

    Raises ValueError when RE2 cannot build the set.
    """

    def __init__(self, sources: Sequence[str]) -> None:
        self._size = len(sources)
        self._set = re2.Set.SearchSet(_options())
        for source in sources:
            try:
                self._set.Add(source)
            except re2.error as error:
                raise ValueError(f"RE2 refuses {source!r}: {error}") from None
        if sources:
            self._set.Compile()

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
            try:
                self._regex = re2.compile(rf"(?:{joined})\z", _options())
            except re2.error as error:
                raise ValueError(f"RE2 refuses the joined prefixes: {error}") from None

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
