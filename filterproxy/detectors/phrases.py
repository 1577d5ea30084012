r"""
Phrases, one to fifty thousand of them, in one scan.

Case is folded code point by code point, so that an offset in the folded text is one in the text as
it stands: full case folding turns "ß" into "ss" and moves all that follows.

Aho-Corasick reports every occurrence in the text that it is given. Asking it for the rest of the text
on each call would cost (matches x length), so a call scans windows that begin at *pos* and double: its
cost is the distance to what it finds. A compiled alternation stops at the first match by itself, but
is linear in the number of phrases; one way for all sizes is one way to get right.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final

import ahocorasick_rs
import regex

from filterproxy.core.request import Request
from filterproxy.core.rule import MATCH_LIMIT, Span
from filterproxy.core.shape import Alt, Chars, Edge, Seq, Shape, Underivable, escape, prefixes, wide

# Characters of all phrases together. Past that the pattern of their prefixes costs more than a bisect.
_SHAPE_LIMIT = 2_000
# The first window: about two sentences, so that most calls need one scan.
_WINDOW = 256
# Marks before a phrase that are looked through for the letter they belong to; stacks of more are noise.
_MARKS = 64

# Scripts that put no space between words (Unicode Script_Extensions: the prolonged sound mark and the
# voicing marks, common to two scripts, are among them).
_SCRIPTS = """
    Han Hiragana Katakana Bopomofo Yi Thai Lao Khmer Myanmar Tai_Le New_Tai_Lue Tai_Tham Tai_Viet Tibetan
    Javanese Balinese
"""
# A class body in `regex` syntax, to stand between square brackets.
SPACELESS: Final = "".join(rf"\p{{scx={script}}}" for script in _SCRIPTS.split())

# Kinds of character, as the ends of words see them.
_OTHER, _WORD, _FREE, _MARK = range(4)

# No cased code point lies above (Adlam ends at U+1E943).
_CASED_END = 0x1E944


def fold(text: str) -> str:
    """*text* without case, code point for code point: both have the same length."""
    folded = text.lower() if text.isascii() else text.casefold()
    if len(folded) == len(text):
        return folded
    parts = _expanding().split(text)
    parts[::2] = [part.casefold() for part in parts[::2]]
    parts[1::2] = [_fold_expanding(part) for part in parts[1::2]]
    return "".join(parts)


@lru_cache(maxsize=4096)
def case_class(c: str) -> Chars:
    """The shape of one character in any case: all that `fold` makes the same of."""
    same = _cases().get(fold(c), c)
    return Chars(escape(c) if same == c else "[" + "".join(map(escape, same)) + "]")


@cache
def _expanding() -> re.Pattern[str]:
    longer = [c for c in map(chr, range(0x80, 0x10000)) if len(c.casefold()) > 1]
    return re.compile("([" + "".join(longer) + "])")


def _fold_expanding(c: str) -> str:
    return lower if len(lower := c.lower()) == 1 else c


@cache
def _cases() -> dict[str, str]:
    same: dict[str, str] = {}
    for c in map(chr, range(_CASED_END)):
        if c.casefold() != c and (folded := fold(c)) != c:
            same[folded] = same.get(folded, folded) + c
    return same


@cache
def _kinds() -> tuple[regex.Pattern[str], regex.Pattern[str], regex.Pattern[str]]:
    word = regex.compile(r"[\p{L}\p{M}\p{N}_]", regex.V1)
    return word, regex.compile(f"[{SPACELESS}]", regex.V1), regex.compile(r"\p{M}", regex.V1)


@lru_cache(maxsize=4096)
def _kind(c: str) -> int:
    if c.isascii():
        return _WORD if c.isalnum() or c == "_" else _OTHER
    word, free, mark = _kinds()
    if not word.match(c):
        return _OTHER
    if mark.match(c):
        return _MARK
    return _FREE if free.match(c) else _WORD


def _kind_before(text: str, end: int) -> int:
    """The kind of the letter before *end*, looking through the marks that belong to it."""
    for at in range(end - 1, max(end - 1 - _MARKS, -1), -1):
        if (kind := _kind(text[at])) != _MARK:
            # _OTHER with marks on it is a symbol with a variation selector, which ends no word.
            return kind
    return _OTHER


@dataclass(frozen=True, slots=True)
class Phrases:
    """
    Find any of a list of phrases, whatever their case.

    Options:
        phrases: what to look for: a list, or `{file: NAME}` with one phrase a line. A blank stands for
            one blank.
        words: `true` (default) finds whole words only: a letter or digit at a phrase's end must not
            touch another one. In scripts that write no space between words (Chinese, Japanese, Thai ...)
            a phrase is found anywhere. An apostrophe ends a word: `refund` is in "the refund's date".
            `false` finds the phrase inside words, too.

    Where several begin at one place, the longest is taken.

    Hit:   `phrases: [refund]`  on  "Full Refund today"
    Pass:  `phrases: [refund]`  on  "Refunds are late"
    """

    phrases: tuple[str, ...]
    words: bool = True
    shape: Shape | None = field(init=False, repr=False, compare=False)
    gate: tuple[str, ...] | None = field(init=False, repr=False, compare=False)
    _sorted: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _edges: tuple[tuple[int, int], ...] = field(init=False, repr=False, compare=False)
    _firsts: frozenset[str] = field(init=False, repr=False, compare=False)
    _longest: int = field(init=False, repr=False, compare=False)
    _automaton: ahocorasick_rs.AhoCorasick = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check(self.phrases)
        folded = tuple(sorted({fold(phrase) for phrase in self.phrases}))
        edges = tuple(_edges(phrase) if self.words else (_OTHER, _OTHER) for phrase in folded)
        put = object.__setattr__
        put(self, "_sorted", folded)
        put(self, "_edges", edges)
        put(self, "_firsts", frozenset(phrase[0] for phrase in folded))
        put(self, "_longest", max(map(len, folded)))
        put(self, "_automaton", ahocorasick_rs.AhoCorasick(folded))
        put(self, "shape", _shape(folded, edges))
        put(self, "gate", None)

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        begin, end = max(pos, unit[0]), unit[1]
        size = max(_WINDOW, self._longest)
        while begin < end:
            found = self._in_window(text, begin, min(begin + size, end), end)
            if found is not None:
                return found
            begin += size
            size *= 2
        return None

    def _in_window(self, text: str, begin: int, until: int, end: int) -> Span | None:
        """The leftmost match, of those the longest, that begins in [begin, until) and ends by *end*."""
        window = fold(text[begin : min(until + self._longest - 1, end)])
        best = (until - begin, 0)
        for index, start, stop in self._automaton.find_matches_as_indexes(window, overlapping=True):
            better = start < best[0] or (start == best[0] and stop > best[1] > 0)
            if better and self._stands_free(index, text, begin + start, begin + stop, end):
                best = (start, stop)
        return (begin + best[0], begin + best[1]) if best[1] else None

    def _stands_free(self, index: int, text: str, start: int, stop: int, end: int) -> bool:
        left, right = self._edges[index]
        return _left_free(left, text, start) and (stop == end or _right_free(right, text[stop]))

    def may_hit(self, text: str) -> bool:
        """Whether *text* has any of the phrases, inside words or not: one scan."""
        return bool(self._automaton.find_matches_as_indexes(fold(text)))

    def prefix_start(self, text: str, pos: int) -> int:
        """
        The earliest offset from *pos* on at which *text*, were it to go on, could hold a match that is
        not yet certain; its length when there is none.
        """
        begin = max(pos, len(text) - self._longest)
        tail = fold(text[begin:])
        for at, c in enumerate(tail):
            if c in self._firsts and self._pending(text, begin + at, tail[at:]):
                return begin + at
        return len(text)

    def _pending(self, text: str, start: int, tail: str) -> bool:
        # Those that begin with *tail* stand together, itself first. What may precede a phrase depends
        # on its first character alone, so one of them speaks for all.
        at = bisect_left(self._sorted, tail)
        if at == len(self._sorted) or not self._sorted[at].startswith(tail):
            return False
        if not _left_free(self._edges[at][0], text, start):
            return False
        if self._sorted[at] != tail or self._edges[at][1] != _OTHER:
            return True
        return at + 1 < len(self._sorted) and self._sorted[at + 1].startswith(tail)


def _check(phrases: tuple[str, ...]) -> None:
    if not phrases:
        raise ValueError("the list of phrases is empty: nothing would be found")
    for place, phrase in enumerate(phrases, 1):
        if not phrase.strip():
            raise ValueError(f"phrase {place} is empty or only white space")
        if len(phrase) > MATCH_LIMIT:
            raise ValueError(
                f"phrase {place} has {len(phrase)} characters (no match spans more than {MATCH_LIMIT})"
            )


def _edges(phrase: str) -> tuple[int, int]:
    right = _kind_before(phrase, len(phrase))
    if right == _OTHER and _kind(phrase[-1]) == _MARK:
        right = _WORD
    return _kind(phrase[0]), right


def _left_free(kind: int, text: str, start: int) -> bool:
    if kind == _OTHER or start == 0:
        return True
    before = _kind_before(text, start)
    if kind == _MARK:
        return before == _OTHER
    return not (kind == _WORD == before)


def _right_free(kind: int, after: str) -> bool:
    if kind == _OTHER:
        return True
    following = _kind(after)
    return following != _MARK and not (kind == _WORD == following)


def _shape(folded: tuple[str, ...], edges: tuple[tuple[int, int], ...]) -> Shape | None:
    if sum(map(len, folded)) > _SHAPE_LIMIT:
        return None
    shape = Alt(tuple(_phrase_shape(phrase, right) for phrase, (_, right) in zip(folded, edges, strict=True)))
    try:
        prefixes(shape), wide(shape)
    except Underivable:
        return None
    return shape


def _phrase_shape(phrase: str, right: int) -> Shape:
    letters = tuple(case_class(c) for c in phrase)
    return Seq(letters if right == _OTHER else (*letters, Edge()))
