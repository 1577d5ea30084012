"""
The part of the year that a statement of hours is said of: "in winter", "Apr-Sep", "7月".

Summer and winter hours are different schedules. A season is the set of its months, wide and as it is north
of the equator, so that only what has no month in common is another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from filterproxy.core.rule import Span
from filterproxy.facts.lexer import Token, bare, plain
from filterproxy.facts.lexicon import Lexicon
from filterproxy.facts.subject import SubjectWords, subject_words
from filterproxy.facts.tokens import tokens

_HAN = {sign: n for n, sign in enumerate("一二三四五六七八九十", 1)} | {"十一": 11, "十二": 12}
_MONTH = "(1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月(?!曜)"
_MONTHS_IN_SIGNS = re.compile(rf"{_MONTH}(?:\s?(?:[-–~〜至到]|から)\s?{_MONTH})?")
# Code points. Longer words may begin with a season ("Winteröffnungszeiten").
_COMPOUND = 9


def months_at(text: str, unit: Span, span: Span, words: Lexicon, code: str) -> frozenset[int]:
    """
    The months of which the statement at *span* is said: those named last before it, else first behind it.

    "Apr-Sep" are six months; "June and July" two.
    """
    known = subject_words(code)
    low = plain(text[unit[0] : unit[1]])
    if words.unspaced:
        groups = _months_in_signs(low, unit[0], known)
    elif any(word in bare(low) for word in known.seasons):
        groups = _months_in(tokens(text, unit[0], unit[1], words), known)
    else:
        return frozenset()
    before = [months for start, months in groups if start < span[0]]
    return before[-1] if before else groups[0][1] if groups else frozenset()


def _months_in_signs(low: str, shift: int, known: SubjectWords) -> list[tuple[int, frozenset[int]]]:
    """ "4月〜9月", "夏季" """
    found = [
        (shift + m.start(), _range_of(_month(m[1]), _month(m[2] or m[1])))
        for m in _MONTHS_IN_SIGNS.finditer(low)
    ]
    found += [(shift + low.index(word), months) for word, months in known.seasons.items() if word in low]
    return sorted(found, key=lambda group: group[0])


def _month(signs: str) -> int:
    return int(signs) if signs.isdecimal() else _HAN[signs]


def _range_of(first: int, last: int) -> frozenset[int]:
    return frozenset((first + n - 1) % 12 + 1 for n in range((last - first) % 12 + 1))


def _months_in(ts: Sequence[Token], known: SubjectWords) -> list[tuple[int, frozenset[int]]]:
    found: list[tuple[int, frozenset[int]]] = []
    last = -9
    for i, token in enumerate(ts):
        months = _months_of(token, known)
        if not months and bare(token.word) == "may" and i and ts[i - 1].word == "in":
            months = frozenset((5,))
        if not months:
            continue
        joint = ts[i - 1].kind if i - last == 2 else ""
        if joint in ("-", "to", "and", ",", "/") and found:
            start, before = found.pop()
            if joint in ("-", "to") and len(before) == len(months) == 1:
                months = _range_of(*before, *months)
            found.append((start, before | months))
        else:
            found.append((token.start, months))
        last = i
    return found


def _months_of(token: Token, known: SubjectWords) -> frozenset[int]:
    word = bare(token.word)
    if word == "may" and token.kind != "calendar":
        return frozenset()
    if word in known.seasons:
        return known.seasons[word]
    if len(word) >= _COMPOUND and token.kind in ("word", "hours"):
        # "Winteröffnungszeiten"
        return next((m for s, m in known.seasons.items() if len(m) > 1 and word.startswith(s)), frozenset())
    return frozenset()
