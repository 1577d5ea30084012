"""
How dates are read from a sentence.

Theory of operation. One pass over its words looks each up among the first words of all phrases (months, days,
"tomorrow", units of time); at those few places patterns look at what stands beside. Dates in figures and in
Chinese characters have patterns of their own. Of dates that overlap the longest stands.

Tried and dropped: dateparser 1.5.0. Of 29 absolute dates in nine languages, each alone and its language
given, `parse` read 21 and this file all; the rest were days in words ("cinco de mayo"), "Dienstag, den 5. Mai
2026", "二〇二六年五月五日". It needs 0.42 ms for one (0.14 s to import, 0.08 s for the first) where this
takes 0.014 ms, and it gives a point in time where a day without a year was said. The sample is our own, so
it says no more than that the dependency is not needed.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from filterproxy.core.rule import Span
from filterproxy.core.scan import PatternSet, encode
from filterproxy.facts.amount import of_numerals
from filterproxy.facts.date_words import (
    NEED_CAPITAL,
    NEED_YEAR,
    Ahead,
    DateWords,
    key,
    view,
    words,
)
from filterproxy.facts.fact import Fact
from filterproxy.facts.spelled import number_before

# Code points before a word that say what it is.
_REACH = 40
_WORD = re.compile(r"[^\W\d_]+")
_DAYS_OF_WEEK = 7
# "la mañana", "guten Morgen", "goede morgen": the time of day.
_MORNING = re.compile(
    r"(?<!\w)(?:la|esta|una|cada|buena|guten|gute|am|jeden|der|den|dem|heute|gestern|diesen|schonen|zum|fruhen|goede|de|deze"
    r"|iedere|elke|een)\s\Z"
)
_ENDS_ASKING = re.compile(r"[?？][\s\"'”’)]*\Z")
_ORDINAL_BEFORE = re.compile(r"(?<!\w)([a-z]+-[a-z]+|[a-zß]+)\s\Z")
_ORDINAL_AFTER = re.compile(r"\s(?:the\s)?([a-z]+(?:-[a-z]+)?)(?!\w)")
_ARTICLE = re.compile(r"(?<!\w)an?\s\Z")
_TO = re.compile(r"\s(?:to|or|bis|oder|a|o|ou|tot|of)\s\Z")
_LIST_BEFORE = re.compile(r"(?:至|到|から|[-–~])\s?\Z")

YearMonthDay = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Date:
    """
    days: (year, month, day) that it can be, 0 for what is not said; none for a weekday or a relative date.
    weekday: 0 is Monday, -1 is none. ahead: how far ahead of today, "next Friday" being one week.
    """

    days: frozenset[YearMonthDay]
    weekday: int = -1
    ahead: Ahead | None = None


@cache
def _screen() -> PatternSet:
    """The gate for one unit: a reply is let through for any of its sentences, most of which say nothing."""
    return PatternSet(words().gate)


def dates(text: str, unit: Span) -> list[Fact]:
    """All dates in text[unit], in order."""
    original = text[unit[0] : unit[1]]
    said = view(original)
    if not (_screen().matches(encode(said)) or (said != original and _screen().matches(encode(original)))):
        return []
    w = words()
    found = [*_numeric(said, w), *_worded(said, original, w)]
    if w.cjk["any"].search(said):
        found += _cjk(said, w)
    # The longest first; of equals the first.
    found.sort(key=lambda fact: fact.span[0] - fact.span[1])
    kept: list[Fact] = []
    for fact in found:
        if all(fact.span[1] <= k.span[0] or k.span[1] <= fact.span[0] for k in kept):
            kept.append(fact)
    shift = unit[0]
    return [Fact((f.span[0] + shift, f.span[1] + shift), f.value) for f in sorted(kept, key=lambda f: f.span)]


def _day(year: int, month: int, day: int) -> YearMonthDay | None:
    """The day, where the calendar has it."""
    try:
        datetime.date(year or 2000, month, day or 1)
    except ValueError:
        return None
    return year, month, day


def _fact(
    start: int, end: int, *days: YearMonthDay | None, weekday: int = -1, ahead: Ahead | None = None
) -> Iterator[Fact]:
    real = frozenset(day for day in days if day is not None)
    if real or not days:
        yield Fact((start, end), Date(real, weekday, ahead))


# -- figures


def _numeric(said: str, w: DateWords) -> Iterator[Fact]:
    iso, full, short = w.numeric
    for m in iso.finditer(said):
        yield from _fact(*m.span(), _day(int(m["y"]), int(m["m"]), int(m["d"])))
    for m in full.finditer(said):
        year = int(m["y"]) if len(m["y"]) == 4 else 2000 + int(m["y"])
        yield from _fact(*m.span(), *_either(year, int(m["d"]), int(m["m"]), m["s"]))
    for m in short.finditer(said):
        days = _either(0, int(m["d"]), int(m["m"] or m["n"]), m["s"] or "/")
        yield from _fact(m.start("d"), m.end(), *days)


def _either(year: int, first: int, second: int, mark: str) -> list[YearMonthDay | None]:
    """Day and month, in either order where both can be meant; with dots the day is first."""
    return [_day(year, second, first), None if mark == "." else _day(year, first, second)]


# -- words


def _worded(said: str, original: str, w: DateWords) -> Iterator[Fact]:
    for m in _WORD.finditer(said):
        phrases = w.heads.get(m.group())
        found = phrases.match(said, m.start()) if phrases is not None else None
        if found is None:
            continue
        phrase = key(found.group())
        if phrase in w.months:
            yield from _month(said, original, found, w)
        if phrase in w.weekdays:
            yield from _weekday(said, found, w)
        elif phrase in w.relative:
            yield from _relative(said, original, found, w)
        elif phrase in w.units:
            yield from _span(said, original, found, w)


def _month(said: str, original: str, m: re.Match[str], w: DateWords) -> Iterator[Fact]:
    name, start, end = m.group(), m.start(), m.end()
    month, capital = w.months[name], original[start].isupper()
    after = w.year_after.match(said, end)
    year = int(after["year"]) if after else 0
    if name in NEED_YEAR and not year and not (capital and name not in ("out", "set", "ago")):
        return
    # "5 mars" has its day, the planet has none.
    named = name not in NEED_CAPITAL or capital or name == "mars"
    if not named:
        return
    stop = after.end() if after else end
    before = w.day_before.search(said, max(0, start - _REACH), start)
    if before is not None:
        yield from _ending(said, before, month, year, stop, w)
    elif name in w.english and (behind := _day_behind(said, end, w)) is not None:
        day, year, stop = behind
        yield from _with_weekday(said, start, stop, _day(year, month, day), w)
    elif (spelled := _spelled_day(original, said, start, w)) is not None:
        yield from _with_weekday(said, spelled[1], stop, _day(year, month, spelled[0]), w)
    elif year:
        yield from _fact(start, stop, (year, month, 0))


def _day_behind(said: str, end: int, w: DateWords) -> tuple[int, int, int] | None:
    """(day, year, where they end) behind a month: " 5th, 2026", " fifth"."""
    if (behind := w.day_after.match(said, end)) is not None:
        return int(behind["day"]), int(behind["year"] or 0), behind.end()
    ordinal = _ORDINAL_AFTER.match(said, end)
    number = w.ordinals.get(key(ordinal[1])) if ordinal is not None else None
    return (number, 0, ordinal.end()) if ordinal is not None and number else None


def _ending(
    said: str, before: re.Match[str], month: int, year: int, end: int, w: DateWords
) -> Iterator[Fact]:
    """The date whose day is at *before*, and the first of a range that it ends."""
    at = before.start()
    yield from _with_weekday(said, at, end, _day(year, month, int(before["day"])), w)
    first = w.first_before.search(said, max(0, at - _REACH), at)
    if first is not None and int(first["day"]) < int(before["day"]):
        yield from _with_weekday(
            said, first.start(), first.end("day"), _day(year, month, int(first["day"])), w
        )


def _with_weekday(said: str, start: int, end: int, day: YearMonthDay | None, w: DateWords) -> Iterator[Fact]:
    named = w.weekday_before.search(said, max(0, start - _REACH), start)
    if named is None:
        yield from _fact(start, end, day)
        return
    weekday = w.weekdays.get(key(named["weekday"]), w.short.get(named["weekday"], -1))
    yield from _fact(named.start("weekday"), end, day, weekday=weekday)


def _spelled_day(original: str, said: str, start: int, w: DateWords) -> tuple[int, int] | None:
    """(day, where it begins) in words: "the fifth of ", "cinco de ", "fünften "."""
    floor = max(0, start - _REACH)
    of = w.of.search(said, floor, start)
    at = of.start() if of else start
    if (word := _ORDINAL_BEFORE.search(said, floor, at)) is not None:
        for candidate in (word[1], word[1].rpartition("-")[2]):
            if number := w.ordinals.get(key(candidate)):
                return number, word.end(1) - len(candidate)
    value, begin = number_before(original, floor, at)
    return (int(value), begin) if value is not None and 1 <= value <= 31 else None


def _weekday(said: str, m: re.Match[str], w: DateWords) -> Iterator[Fact]:
    start, end = m.span()
    floor = max(0, start - _REACH)
    if w.habit.search(said, floor, start) or w.list_before.search(said, floor, start):
        return
    if w.list_after.match(said, end):
        return
    ahead: Ahead | None = None
    for step, before, after in ((1, w.next, w.next_after), (-1, w.last, w.last_after)):
        if (lead := before.search(said, floor, start)) is not None:
            start, ahead = lead.start(), (step, step, "week")
        elif (tail := after.match(said, end)) is not None:
            end, ahead = tail.end(), (step, step, "week")
    yield from _fact(start, end, weekday=w.weekdays[key(m.group())], ahead=ahead)


def _relative(said: str, original: str, m: re.Match[str], w: DateWords) -> Iterator[Fact]:
    phrase = key(m.group())
    if phrase in ("manana", "morgen"):
        sentence_start = not said[: m.start()].strip()
        if _MORNING.search(said, max(0, m.start() - _REACH), m.start()):
            return
        if original[m.start()].isupper() and not sentence_start:
            return
    if not (_is_now(w.relative[phrase]) and _is_courtesy(said, w)):
        yield from _fact(*m.span(), ahead=w.relative[phrase])


def _is_now(ahead: Ahead) -> bool:
    return ahead == (0, 0, "day")


def _is_courtesy(said: str, w: DateWords) -> bool:
    """Whether "today" is a turn of phrase: "How can I help you today?" """
    return _ENDS_ASKING.search(said) is not None or w.courtesy.search(said) is not None


def _span(said: str, original: str, m: re.Match[str], w: DateWords) -> Iterator[Fact]:
    """ "in three days", "2 weeks ago", "3-5 business days" """
    start, end = m.span()
    unit = w.units[key(m.group())]
    numbers = _numbers(said, original, start, w)
    if numbers is None:
        return
    low, high, at = numbers
    floor = max(0, at - _REACH)
    if (lead := w.ahead.search(said, floor, at)) is not None:
        yield from _fact(lead.start(), end, ahead=_ahead(low, high, unit))
    elif (lead := w.ago.search(said, floor, at)) is not None:
        yield from _fact(lead.start(), end, ahead=_ahead(-low, -high, unit))
    elif (tail := w.ahead_after.match(said, end)) is not None:
        yield from _fact(at, tail.end(), ahead=_ahead(low, high, unit))
    elif (tail := w.ago_after.match(said, end)) is not None:
        yield from _fact(at, tail.end(), ahead=_ahead(-low, -high, unit))
    elif unit == "business":
        yield from _fact(at, end, ahead=_ahead(low, high, unit))


def _numbers(said: str, original: str, at: int, w: DateWords) -> tuple[int, int, int] | None:
    """(low, high, where they begin) of the number, or range, that ends at *at*."""
    floor = max(0, at - _REACH)
    if (m := w.number.search(said, floor, at)) is not None:
        return int(m["low"] or m["high"]), int(m["high"]), m.start()
    if (m := _ARTICLE.search(said, floor, at)) is not None:
        return 1, 1, m.start()
    value, start = number_before(original, floor, at)
    if value is None or value > 999 or value % 1:
        return None
    joint = _TO.search(said, floor, start)
    low, first = number_before(original, floor, joint.start() + 1) if joint else (None, start)
    if low is not None and low < value:
        return int(low), int(value), first
    return int(value), int(value), start


def _ahead(low: int, high: int, unit: str) -> Ahead:
    """A week is seven days."""
    if unit == "week":
        return low * _DAYS_OF_WEEK, high * _DAYS_OF_WEEK, "day"
    return low, high, unit


# -- Chinese and Japanese


def _cjk(said: str, w: DateWords) -> Iterator[Fact]:
    for m in w.cjk["absolute"].finditer(said):
        year, month, day = (_cjk_number(m[name]) for name in ("year", "month", "day"))
        if not 1 <= month <= 12 or not (day or year):
            continue
        named = w.weekdays.get(m["weekday"] or "", "月火水木金土日".find(m["char"]) if m["char"] else -1)
        yield from _fact(*m.span(), _day(year, month, day), weekday=named)
    for m in w.cjk["weekday"].finditer(said):
        before = said[max(0, m.start() - 8) : m.start()]
        if not m["habit"] and not m["list"] and not _LIST_BEFORE.search(before):
            ahead: Ahead | None = (1, 1, "week") if m["next"] else (-1, -1, "week") if m["last"] else None
            yield from _fact(*m.span(), weekday=w.weekdays[m["weekday"]], ahead=ahead)
    for m in w.cjk["relative"].finditer(said):
        value = w.relative[m.group()]
        if not (_is_now(value) and _is_courtesy(said, w)):
            yield from _fact(*m.span(), ahead=value)
    for m in w.cjk["span"].finditer(said):
        high = _cjk_number(m["high"])
        low = _cjk_number(m["low"]) if m["low"] else high
        sign = -1 if m["ago"] else 1
        unit = "business" if m["business"] else w.units[m["unit"]]
        yield from _fact(*m.span(), ahead=_ahead(sign * low, sign * high, unit))


def _cjk_number(written: str | None) -> int:
    value = of_numerals(written) if written else None
    return int(value) if value is not None else 0
