"""Dates of the year in a unit, as days on which a place is closed or open: "closed from 3 to 14 March"."""

from __future__ import annotations

import re

from filterproxy.facts.clock import DATES
from filterproxy.facts.parts import Item, Named
from filterproxy.facts.unit import Unit

_DAY_OF_MONTH = re.compile(r"(?!00)0?([1-9]|[12][0-9]|3[01])(?:st|nd|rd|th|er)?$")


def add_dates(unit: Unit) -> None:
    """ "Closed on December 25", "from 3 to 14 March": dates are days as any other, where it is closed."""
    dates: list[Named] = []
    for i in range(len(unit.tokens)):
        if (date := _date_at(unit, i)) is not None:
            before = _range_before(unit, date, dates[-1] if dates else None)
            if before is not None:
                if dates and dates[-1] is before:
                    dates.pop()
                date = _stretch(before, date)
            dates.append(date)
    shut = any(isinstance(p, Item) and p.kind == "closed" for p in unit.parts)
    unit.parts += [date for date in dates if shut or not _is_since(unit, date)]
    unit.parts.sort(key=lambda part: part.first)


def _date_at(unit: Unit, i: int) -> Named | None:
    """The date whose month is token *i*."""
    month = unit.words.months.get(unit.word(i), 0) if unit.kind(i) == "calendar" else 0
    of = unit.is_a(i - 1, "of_a_place")
    for k in (i + 1, i - 2 if of else i - 1):
        if month and (m := _DAY_OF_MONTH.match(unit.word(k))) is not None:
            return _dated(unit, min(i, k), max(i, k) + 1, frozenset((DATES + 100 * month + int(m[1]),)))
    return None


def _is_since(unit: Unit, date: Named) -> bool:
    """ "Ouvert depuis le 3 mars" tells when that began."""
    before = next((k for k in range(date.first - 1, -1, -1) if unit.kind(k) != "on"), -1)
    return len(date.days) == 1 and unit.kind(before) == "from"


def _dated(unit: Unit, first: int, last: int, days: frozenset[int]) -> Named:
    return Named((unit.tokens[first].start, unit.tokens[last - 1].end), first, last, days, False)


def _range_before(unit: Unit, date: Named, last: Named | None) -> Named | None:
    """What a range of dates that ends in *date* begins with: "3 to", "March 3 to"."""
    if unit.kind(date.first - 1) not in ("to", "-", "from_after"):
        return None
    if last is not None and last.last == date.first - 1:
        return last
    month = min(date.days) // 100 * 100
    m = _DAY_OF_MONTH.match(unit.word(date.first - 2))
    return m and _dated(unit, date.first - 2, date.first - 1, frozenset((month + int(m[1]),)))


def _stretch(first: Named, last: Named) -> Named:
    """All days from *first* to *last*, over New Year too; each month is taken to have 31."""
    one, other = min(first.days), max(last.days)
    year = [DATES + 100 * month + day for month in range(1, 13) for day in range(1, 32)]
    between = [d for d in year if (one <= d <= other if one <= other else d >= one or d <= other)]
    return Named((first.span[0], last.span[1]), first.first, last.last, frozenset(between), True)
