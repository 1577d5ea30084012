"""
Percentages: a number of hundredths, or a range: "15 %", "fifteen per cent", "百分之十五".

A percentage has no thing, as a price has none: that 15 % is known of the rent and said of the discount is not
noticed. Fractions ("three quarters") and percentage points are none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.shape import Ahead, Chars, Repeat, Shape, wide
from filterproxy.facts.amount import NUMERALS, of_digits, of_numerals
from filterproxy.facts.fact import Fact, Known, Source
from filterproxy.facts.form import alt, beginnings, optional, run, seq
from filterproxy.facts.price_words import BLANK, DASH, DIGIT, LETTER
from filterproxy.facts.price_words import words as price_words
from filterproxy.facts.record import as_json
from filterproxy.facts.spelled import WORD_BEFORE, number_before

_QUESTION_REACH = 2000
# Code points before a mark in which its number stands: the longest in words, twice, have 90.
_REACH = 96
_SIGNS = "%％﹪"
_CHINESE = "百分之"

_NUMBER = rf"{DIGIT}{{1,3}}(?:[,.]{DIGIT}{{3}})*(?:[.,]{DIGIT}{{1,6}})?|{DIGIT}{{1,9}}(?:[.,]{DIGIT}{{1,6}})?"
_AMOUNT = rf"(?:{_NUMBER}|[{NUMERALS}点]{{1,12}})"
# What a number may not be a part of: "A4", "1.2.3 %".
_LEFT = rf"(?<![{LETTER}0-9０-９_#])(?<!{DIGIT}[.,:/])(?<![{NUMERALS}])"
# "%20" and "%C3" are of a link, "7 % 3" is of a program.
_NO_CODE = rf"(?!{DIGIT}|[A-Fa-f][0-9A-Fa-f](?![a-z])|(?<=[ \u00a0]%){BLANK}{DIGIT})"
_NUMERAL = re.compile(f"[{NUMERALS}点]")
_KEY = re.compile(r"percent|pct|_rate\b|rate\b|discount|porcent|pourcent|prozent|百分|割合", re.I)


@dataclass(frozen=True, slots=True)
class Percentage:
    """low, high: the ends of a range, or twice the number."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Percentages:
    """What the sources state, and the first source that states it."""

    entries: Mapping[Percentage, Source]

    @property
    def empty(self) -> bool:
        return not self.entries

    def entails(self, said: object) -> Source | None:
        if not isinstance(said, Percentage):
            return None
        found = self.entries.get(said)
        if found is None and said.low != said.high:
            low, high = replace(said, high=said.low), replace(said, low=said.high)
            return self.entries.get(low) if high in self.entries else None
        return found


@dataclass(frozen=True, slots=True)
class _Words:
    """
    mark: what names hundredths, behind a number or before it. left: a number, or two, that end there.
    right: a number that begins behind "百分之". to: what parts two numbers in words.
    """

    mark: re.Pattern[str]
    left: re.Pattern[str]
    right: re.Pattern[str]
    to: frozenset[str]
    asks: re.Pattern[str]
    shape: Shape
    gate: tuple[str, ...]


def _one_of(words: Iterable[str]) -> str:
    return (
        "(?:"
        + "|".join(re.escape(w).replace(r"\ ", BLANK) for w in sorted(words, key=lambda w: (-len(w), w)))
        + ")"
    )


@cache
def _words() -> _Words:
    raw: Mapping[str, Any] = json.loads(
        files("filterproxy.facts").joinpath("words/percentage.json").read_text("utf-8")
    )
    marks = sorted({m for words in raw.values() for m in words["mark"]})
    latin, cjk = [m for m in marks if m[0] < "\u3000"], [m for m in marks if m[0] >= "\u3000"]
    to = frozenset(t for words in raw.values() for t in words["to"])
    spelled = rf"(?<![{LETTER}])(?i:{_one_of(latin)})(?![{LETTER}])"
    joint = rf"(?:{BLANK}?{DASH}{BLANK}?|{BLANK}?(?i:{_one_of(to)}){BLANK}?)"
    return _Words(
        mark=re.compile(rf"[{_SIGNS}]{_NO_CODE}|{spelled}|{_one_of(cjk)}|{_CHINESE}"),
        left=re.compile(
            rf"{_LEFT}(?:(?P<low>{_AMOUNT})(?P<joint>{joint}))?(?P<high>{_AMOUNT})"
            rf"(?:{BLANK}{{0,2}}|-)\Z"
        ),
        right=re.compile(rf"(?P<low>{_AMOUNT})(?:{DASH}|[到至](?:{_CHINESE})?(?P<high>{_AMOUNT}))?"),
        to=to,
        asks=re.compile("|".join(a for words in raw.values() for a in words["asks"]), re.I),
        shape=_shape(latin, to),
        gate=_gate(latin, cjk),
    )


# -- the shape and the gate: wider than the patterns

# What parts words and numbers, for a class: RE2 knows no "\\u".
_GLUE = " \u00a0\u202f\u2009\\-"


def _amount_shape() -> Shape:
    return run(f"[0-9０-９.,{NUMERALS}点]", 1)


def _spoken_shape(to: Iterable[str]) -> Shape:
    """Number words by their first letters, each with what stands behind it."""
    numbers = price_words()
    word = alt(beginnings(numbers.numbers, 3), beginnings([*numbers.joiners, *to], 4))
    return Repeat(seq(word, run(f"[{LETTER}]"), run(f"[{_GLUE}]", 1)), 1, None)


def _shape(latin: Sequence[str], to: Iterable[str]) -> Shape:
    spaced = [t for t in to if t[0] < "\u3000"]
    joint = run(f"[{_GLUE}‐‑–—−~～〜到至からより]", 1)
    words = seq(beginnings(spaced, 4), run(f"[{_GLUE}]"))
    mark = alt(
        Chars(f"[{_SIGNS}]"),
        seq(beginnings(latin, 3), run(f"[{LETTER}{_GLUE}]")),
        run("[パーセント]", 1),
    )
    digits = seq(_amount_shape(), optional(joint, optional(words), _amount_shape()), run(f"[{_GLUE}]"), mark)
    spoken = seq(_spoken_shape(spaced), mark)
    behind = run(f"[0-9０-９.,{NUMERALS}点{_GLUE}‐‑–—−~～〜到至百分之]")
    chinese = seq(Chars("百"), Chars("分"), Chars("之"), behind)
    following = Ahead(seq(*[Chars("(?s:.)", broad=True)] * 3))
    return seq(alt(digits, spoken, chinese), following)


def _gate(latin: Sequence[str], cjk: Sequence[str]) -> tuple[str, ...]:
    words = wide(beginnings([m.split(" ")[0] for m in latin], 24))
    return (
        rf"[0-9０-９{NUMERALS}点]{BLANK}*-?(?:[{_SIGNS}]|{_one_of(cjk)})",
        rf"[0-9０-９{NUMERALS}点{LETTER}](?:{BLANK}|-)*{words}|{_CHINESE}",
    )


# -- reading


def _value(number: str) -> Decimal | None:
    if _NUMERAL.search(number):
        whole, mark, rest = number.partition("点")
        tail = of_numerals(rest) if mark else None
        head = of_numerals(whole) if whole else None
        if head is None or (mark and (tail is None or not rest)):
            return None
        return head if tail is None else Decimal(f"{head}.{tail}")
    return of_digits(number)


def _first(text: str, pos: int, end: int) -> Fact | None:
    w, at = _words(), pos
    while (m := w.mark.search(text, at, end)) is not None:
        if m.group() == _CHINESE:
            fact = _behind(text, m, end, w)
        else:
            fact = _before(text, pos, m, w) or _spelled(text, pos, m, w)
        if fact is not None:
            return fact
        at = m.end()
    return None


def _behind(text: str, m: re.Match[str], end: int, w: _Words) -> Fact | None:
    """ "百分之十五", "百分之十到二十" """
    found = w.right.match(text, m.end(), end)
    low = _value(found["low"]) if found else None
    if found is None or low is None:
        return None
    high = _value(found["high"]) if found["high"] else None
    stop = found.end() if high is not None else found.end("low")
    return Fact((m.start(), stop), Percentage(low, low if high is None else high))


def _before(text: str, pos: int, m: re.Match[str], w: _Words) -> Fact | None:
    """ "15 %", "10-15 Prozent" """
    found = w.left.search(text, max(pos, m.start() - _REACH), m.start())
    if found is None:
        return None
    high = _value(found["high"])
    low = _value(found["low"]) if found["low"] else None
    if high is None:
        return None
    if low is None or low >= high or not _is_range(found["joint"]):
        start = found.start("high")
        alone = not found["low"] or w.left.match(text, start, m.start()) is not None
        return Fact((start, m.end()), Percentage(high, high)) if alone else None
    return Fact((found.start("low"), m.end()), Percentage(low, high))


def _is_range(joint: str) -> bool:
    # "5 and 10 %" and "5 or 10 %" are two numbers; a lone one without its mark is none.
    return joint.strip().lower() not in ("and", "or", "y", "o", "et", "ou", "und", "oder", "e", "en", "of")


def _spelled(text: str, pos: int, m: re.Match[str], w: _Words) -> Fact | None:
    """ "fifteen per cent", "zehn bis fünfzehn Prozent" """
    if m.group()[-1] >= "\u3000" or m.group() in _SIGNS:
        return None
    high, start = number_before(text, max(pos, m.start() - _REACH), m.start())
    if high is None:
        return None
    joint = WORD_BEFORE.search(text, max(pos, start - _REACH), start)
    if joint is not None and joint[1].lower() in w.to and _is_range(joint[1]):
        low, first = number_before(text, max(pos, joint.start() - _REACH), joint.start())
        if low is not None and low < high:
            return Fact((first, m.end()), Percentage(low, high))
    return Fact((start, m.end()), Percentage(high, high))


@dataclass(frozen=True, slots=True)
class PercentageFact:
    """The fact `percentage`."""

    @property
    def name(self) -> str:
        return "percentage"

    @property
    def gate(self) -> tuple[str, ...]:
        return _words().gate

    @property
    def shape(self) -> Shape:
        return _words().shape

    def first(self, text: str, pos: int, unit: Span) -> Fact | None:
        return _first(text, max(pos, unit[0]), unit[1])

    def find(self, text: str, unit: Span, request: Request) -> list[Fact]:
        return list(_all(text, unit))

    def asks(self, question: str) -> bool:
        return _words().asks.search(question[-_QUESTION_REACH:]) is not None

    def index(self, sources: Sequence[Source]) -> Known:
        entries: dict[Percentage, Source] = {}
        for source in sources:
            for value in _stated(source.text):
                entries.setdefault(value, source)
        return Percentages(entries)


def _all(text: str, unit: Span) -> Iterator[Fact]:
    at = unit[0]
    while (fact := _first(text, at, unit[1])) is not None:
        yield fact
        at = fact.span[1]


# -- what sources say


def _stated(text: str) -> Iterator[Percentage]:
    if (record := as_json(text)) is not None:
        yield from _of_record(record, "")
        return
    for fact in _all(text, (0, len(text))):
        assert isinstance(fact.value, Percentage)
        yield fact.value


def _of_record(value: Any, key: str) -> Iterator[Percentage]:
    """Members that are called a rate or a discount, as hundredths or (below one) as a fraction; and texts."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _of_record(member, str(name))
    elif isinstance(value, list):
        for member in value:
            yield from _of_record(member, key)
    elif isinstance(value, str):
        number = of_digits(value.strip()) if _KEY.search(key) else None
        yield from _stated(value) if number is None and as_json(value) is None else _plain(number)
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and _KEY.search(key):
        yield from _plain(of_digits(str(abs(value))))


def _plain(number: Decimal | None) -> Iterator[Percentage]:
    if number is not None:
        yield Percentage(number, number)
        if 0 < number < 1:
            yield Percentage((number * 100).normalize(), (number * 100).normalize())
