"""
A text that goes round in circles.

Items (words or lines) come one by one. For each period p, `run[p]` counts how many items in a row, up to
the last one, equal the item p before them. The last (times * p) items are one block, `times` times in a
row, exactly when run[p] >= (times - 1) * p. Only periods at which the newest item equals an older one
have a run at all, so ordinary text costs one look-up a word.

The same counts say what must wait. A match that is still to come ends at the unfinished item or later,
and each item adds at most one to a run: with n items seen, none can begin before item
n - p + max(1, (times - 1) * p - run[p]), for the best p. As times >= 3, this is a finished item only while
a repetition is well under way: ordinary text does not wait at all. (The bound is the earliest place unless
the match of a shorter period comes first and takes the items away; then it is a little early.)

All that costs some 3 µs a word. A reply that comes whole is spared it where it cannot hold a match: what
repeats is told by few of its words (see `_may_repeat`). So the first text of a walker is only kept until more
comes, or somebody asks what is settled.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import regex

from filterproxy.core.request import Request
from filterproxy.core.rule import MATCH_LIMIT, Span, Walker
from filterproxy.core.shape import Shape
from filterproxy.detectors.phrases import SPACELESS

# Items in the longest block. Loops of language models repeat a word, a clause or a list entry; twenty
# words are a long sentence.
_PERIODS = 20


@dataclass(frozen=True, slots=True)
class Repetition:
    """
    Find words or lines that are said again and again, one after the other.

    Options:
        of: `words` (default) or `lines`. A word is what stands between white space, with its
            punctuation; in scripts that write no space between words each character is one. Lines are
            compared without the white space around them, and empty ones do not count. Neither looks
            at case.
        times: how often, at least 3 (default 3).

    What repeats may be up to 20 words (or lines) long. The first copies stay: the match is the copy that
    makes it `times` of them, and each one after that.

    Hit:   `repetition: {times: 3}`  on  "I am sorry. I am sorry. I am sorry."
    Pass:  `repetition: {times: 3}`  on  "It is very, very good."
    """

    of: Literal["words", "lines"] = "words"
    times: int = 3
    shape: Shape | None = field(default=None, init=False, repr=False, compare=False)
    gate: tuple[str, ...] | None = field(default=None, init=False, repr=False, compare=False)
    # The last (text, unit) and what was found there: the calls for one text follow each other.
    _last: list[tuple[str, Span, list[Span]]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if self.of not in ("words", "lines"):
            raise ValueError(f"`of` is {self.of!r}: repetition counts `words` or `lines`")
        if self.times < 3:
            raise ValueError(f"`times` is {self.times}: people say things twice; it must be at least 3")

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        spans = self._spans(text, unit)
        return next((span for span in spans if span[0] >= pos), None)

    def _spans(self, text: str, unit: Span) -> list[Span]:
        for seen, place, spans in self._last:
            if place == unit and seen == text:
                return spans
        walker = _Walker(self.of, self.times)
        found = walker.feed(text[unit[0] : unit[1]]) + walker.end()
        spans = [(start + unit[0], end + unit[0]) for start, end in found]
        self._last[:] = [(text, unit, spans)]
        return spans

    def walk(self, request: Request) -> Walker | None:
        """A counter for one text."""
        return _Walker(self.of, self.times)


@cache
def _pieces(of: str) -> regex.Pattern[str]:
    if of == "lines":
        return regex.compile(r"(?P<part>[^\r\n]+)|(?P<gap>[\r\n]+)", regex.V1)
    return regex.compile(
        rf"(?P<item>[\p{{L}}\p{{M}}&&[{SPACELESS}]])|(?P<gap>\s+)|(?P<part>[^\s[\p{{L}}\p{{M}}&&[{SPACELESS}]]]+)",
        regex.V1,
    )


@cache
def _spaceless() -> regex.Pattern[str]:
    return regex.compile(f"[{SPACELESS}]", regex.V1)


# What `str.split` takes for white space and items do not.
_SEPARATORS = re.compile("[\x1c-\x1f]")


def _may_repeat(text: str, of: str, times: int) -> bool:
    """Whether *text*, its end included, could have a match: False is certain."""
    if of == "lines" and text.count("\n") + text.count("\r") < times - 1:
        return False
    plain = text.casefold()
    words = plain.split()
    if not plain.isascii() and _spaceless().search(plain):
        return _may_recur("".join(words), times)
    if of == "lines" or _SEPARATORS.search(plain):
        return _may_recur(words, times)
    return _may_loop(words, times)


def _may_recur(parts: Sequence[str], times: int) -> bool:
    """
    For items that are made of parts.

    What repeats as items repeats as parts, and copies of p parts have at most p sequences of three: of their
    (times * p - 2) sequences that many less p stood there before, which is times - 3 or more.
    """
    return len(parts) - 2 - len(set(zip(parts, parts[1:], parts[2:], strict=False))) >= times - 3


def _may_loop(words: list[str], times: int) -> bool:
    """
    For items that are words: one of every *step*, and *alike* words from there on, stand there once more.

    The first that is looked at in a match stands less than *step* behind its beginning; from there on, every
    word but those of the last copy is repeated one period later: at least times - step of them.
    """
    step = times // 2
    alike = times - step
    for at in range(0, len(words) - alike, step):
        word, near = words[at], words[at + 1 : at + 1 + _PERIODS]
        if word not in near:
            continue
        for p, other in enumerate(near, 1):
            if other == word and words[at : at + alike] == words[at + p : at + p + alike]:
                return True
    return False


@dataclass(slots=True)
class _Open:
    """
    An item that is not yet finished.

    start: -1 before its first character. body: what it has, without white space at its end; no more
    than MATCH_LIMIT + 1 of it, as longer items are in no match. blanks: white space that is part of it
    if more follows.
    """

    start: int = -1
    body: str = ""
    blanks: str = ""

    def add(self, piece: str, at: int) -> None:
        if self.start < 0:
            stripped = piece.lstrip()
            if not stripped:
                return
            self.start, piece = at + len(piece) - len(stripped), stripped
        joined = self.blanks + piece
        kept = joined.rstrip()
        if kept and not self.too_long:
            self.body = (self.body + kept)[: MATCH_LIMIT + 1]
        self.blanks = joined[len(kept) :][: MATCH_LIMIT + 1]

    @property
    def too_long(self) -> bool:
        return len(self.body) > MATCH_LIMIT

    def may_become(self, key: str) -> bool:
        so_far = self.body.casefold()
        return so_far == key or key.startswith(so_far + self.blanks)


@dataclass(slots=True)
class _Walker:
    of: str
    times: int
    _seen: int = 0
    _count: int = 0  # finished items
    _open: _Open = field(default_factory=_Open)
    _recent: deque[tuple[str, int]] = field(default_factory=lambda: deque(maxlen=_PERIODS))  # key, start
    _places: dict[str, list[int]] = field(default_factory=dict)  # key: its recent items, oldest first
    _runs: dict[int, int] = field(default_factory=dict)
    _free: int = 0  # the first item that is in no match yet
    _unread: str = ""  # the text's beginning, where that has no match and was not gone through

    def feed(self, text: str) -> list[Span]:
        if not self._seen and not self._unread and not _may_repeat(text, self.of, self.times):
            self._unread = text
            return []
        self._catch_up()
        return self._read(text)

    def _catch_up(self) -> None:
        """Go through what was only kept: no match ends there."""
        if self._unread:
            text, self._unread = self._unread, ""
            self._read(text)

    def _read(self, text: str) -> list[Span]:
        found: list[Span] = []
        for piece in _pieces(self.of).finditer(text):
            self._take(piece.lastgroup or "", piece.group(), self._seen + piece.start(), found)
        self._seen += len(text)
        return found

    def _take(self, sort: str, piece: str, at: int, found: list[Span]) -> None:
        if sort != "part":
            self._finish(found)
        if sort != "gap":
            self._open.add(piece, at)
        if sort == "item":
            self._finish(found)

    def end(self) -> list[Span]:
        found: list[Span] = []
        if not self._unread:
            self._finish(found)
        return found

    def _finish(self, found: list[Span]) -> None:
        item = self._open
        if item.start < 0:
            return
        self._open = _Open()
        # No item is equal to one that is too long to be in a match: "" is no item's key.
        key = "" if item.too_long else item.body.casefold()
        self._count_runs(key)
        self._remember(key, item.start)
        if self._runs and (span := self._match(item.start + len(item.body))):
            found.append(span)

    def _count_runs(self, key: str) -> None:
        earlier = self._places.get(key) if key else None
        if not earlier:
            self._runs.clear()
            return
        periods = [self._count - place for place in earlier]
        self._runs = {p: self._runs.get(p, 0) + 1 for p in reversed(periods)}

    def _remember(self, key: str, start: int) -> None:
        if len(self._recent) == _PERIODS:
            self._forget(self._recent[0][0])
        self._recent.append((key, start))
        self._places.setdefault(key, []).append(self._count)
        self._count += 1

    def _forget(self, key: str) -> None:
        places = self._places[key]
        if len(places) == 1:
            del self._places[key]
        else:
            del places[0]

    def _match(self, end: int) -> Span | None:
        for period, run in self._runs.items():
            first = self._count - period
            if run >= (self.times - 1) * period and first >= self._free:
                start = self._recent[-period][1]
                if end - start > MATCH_LIMIT:
                    continue
                self._free = self._count
                return start, end
        return None

    def settled(self) -> int:
        self._catch_up()
        return min(self._beginnings(), default=self._seen)

    def _beginnings(self) -> Iterator[int]:
        """For each period, where the next match of that period would begin, if among what was seen."""
        item = self._open
        begun = item.start >= 0
        # The least that a match still to come reaches.
        end = item.start + len(item.body) if begun else self._seen + 1
        for period, run in self._runs.items():
            if begun and (item.too_long or not item.may_become(self._recent[-period][0])):
                continue
            first = self._count - period + max(1, (self.times - 1) * period - run)
            for place in range(max(first, self._free), self._count + begun):
                start = item.start if place == self._count else self._recent[place - self._count][1]
                if end - start <= MATCH_LIMIT:
                    yield start
                    break
