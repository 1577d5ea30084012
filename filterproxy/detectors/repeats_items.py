"""The items of a text, whose order `repeats` compares: words, and characters of scripts without spaces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import regex

from filterproxy.core.rule import MATCH_LIMIT
from filterproxy.detectors.phrases import SPACELESS

_ASCII_WORD = re.compile(r"(?P<part>[^\W_]+)", re.ASCII)


@cache
def _pieces() -> regex.Pattern[str]:
    letters, free = r"\p{L}\p{N}", f"[{SPACELESS}]"
    # `soft` neither ends a word nor is part of one: marks, and characters that show nothing.
    return regex.compile(
        rf"(?P<item>[{letters}&&{free}])|(?P<part>[{letters}--{free}]+)|(?P<soft>[\p{{M}}\p{{Cf}}]+)",
        regex.V1,
    )


@cache
def _words() -> regex.Pattern[str]:
    return regex.compile(rf"[\p{{L}}\p{{N}}&&[{SPACELESS}]]|[\p{{L}}\p{{N}}--[{SPACELESS}]]+", regex.V1)


@cache
def _soft() -> regex.Pattern[str]:
    return regex.compile(r"[\p{M}\p{Cf}]+", regex.V1)


def _folded(word: str) -> str:
    """*word* without case and accents: that of a beginning is the beginning of that of the whole."""
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word)
    return "".join(c for c in parts if not unicodedata.category(c).startswith("M")).casefold()


@dataclass(slots=True)
class Item:
    """
    A word, or a character of a script without spaces.

    before: the weight of all items before it, at two a word and one a character.
    """

    key: str
    start: int
    end: int
    weight: int
    before: int = 0


@dataclass(slots=True)
class Reader:
    """Cuts a text into items, as it comes. open: the last one, while more of it may come."""

    seen: int = 0
    open: Item | None = None
    _last: Item | None = None

    def feed(self, text: str) -> Iterator[Item]:
        """The items that are now complete."""
        base = self.seen
        pieces = _ASCII_WORD if text.isascii() else _pieces()
        for found in pieces.finditer(text):
            sort, start, end = found.lastgroup, base + found.start(), base + found.end()
            if start > self.seen:
                yield from self.end()
            self.seen = end
            if sort == "soft":
                if self._last is not None and self._last.end == start:
                    self._last.end = end
            elif sort == "part" and self.open is not None:
                self.open.key += _folded(found.group())[: MATCH_LIMIT - len(self.open.key)]
                self.open.end = end
            else:
                yield from self.end()
                key = _folded(found.group())[:MATCH_LIMIT]
                self._last = Item(key, start, end, 2 if sort == "part" else 1)
                if sort == "part":
                    self.open = self._last
                else:
                    yield self._last
        if base + len(text) > self.seen:
            yield from self.end()
            self.seen = base + len(text)

    def end(self) -> Iterator[Item]:
        """The last item, as no more comes."""
        if self.open is not None:
            item, self.open = self.open, None
            yield item


def keys_of(text: str) -> list[str]:
    """The keys of the items that a reader finds in a whole text."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return [_folded(word) for word in _words().findall(_soft().sub("", text))]
