"""
Dates: a weekday ("on Tuesday"), a day ahead ("tomorrow", "in three days"), a day of the calendar ("5 May
2026", "05/05/2026", "2026年5月5日").

The filter has no clock, so that "tomorrow" is known only where the request says tomorrow. A weekday is known
by a day of the calendar whose year is said, as that day is a Tuesday or is not. Habits ("every Monday",
"Mon-Fri") and courtesy ("How can I help you today?") are no dates, but one that the request has states its
days: "Mon-Fri" grounds "on Monday". A date has no thing, as a price has none.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from filterproxy.core.request import Request
from filterproxy.core.rule import Scope, Span
from filterproxy.core.sentence import units
from filterproxy.facts.date_habits import habitual_days
from filterproxy.facts.date_reader import Date, YearMonthDay, dates
from filterproxy.facts.date_words import words
from filterproxy.facts.fact import Fact, Known, Source

_QUESTION_REACH = 2000


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the sources state, oldest first."""

    entries: tuple[tuple[Date, Source], ...]
    _years: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        years = {year for date, _ in self.entries for year, _, _ in date.days if year}
        object.__setattr__(self, "_years", frozenset(years))

    @property
    def empty(self) -> bool:
        return not self.entries

    def entails(self, said: object) -> Source | None:
        if not isinstance(said, Date):
            return None
        return next((source for known, source in self.entries if self._states(known, said)), None)

    def _states(self, known: Date, said: Date) -> bool:
        if said.days:
            return any(self._is_day(known, k, said, s) for k in known.days for s in said.days)
        if said.ahead is not None:
            return (known.ahead, known.weekday) == (said.ahead, said.weekday)
        return said.weekday in {known.weekday, *(weekday(day) for day in known.days)}

    def _is_day(self, known: Date, k: YearMonthDay, said: Date, s: YearMonthDay) -> bool:
        if k[1] != s[1] or (s[2] and k[2] != s[2]):
            return False
        if s[0] and k[0] and s[0] != k[0]:
            return False
        if s[0] and not k[0] and self._years and s[0] not in self._years:
            # A year that the request does not speak of; where it speaks of none, any is a guess at the next.
            return False
        full = (s[0] or k[0], k[1], k[2])
        told = {known.weekday, weekday(full)} - {-1}
        return said.weekday in told if said.weekday >= 0 else not s[0] or len(told) < 2


def weekday(day: YearMonthDay) -> int:
    """0 for Monday; -1 where the year or the day is not known."""
    year, month, date = day
    try:
        return datetime.date(year, month, date).weekday() if year and date else -1
    except ValueError:
        return -1


@dataclass(frozen=True, slots=True)
class DateFact:
    """The fact `date`."""

    @property
    def name(self) -> str:
        return "date"

    @property
    def gate(self) -> tuple[str, ...]:
        return words().gate

    @property
    def cumulative(self) -> Literal[True]:
        return True

    def find(self, text: str, unit: Span, request: Request) -> list[Fact]:
        return dates(text, unit)

    def asks(self, question: str) -> bool:
        return words().asks.search(question[-_QUESTION_REACH:]) is not None

    def index(self, sources: Sequence[Source]) -> Known:
        # JSON is read as text: its dates are written out.
        found = dict.fromkeys((date, source) for source in sources for date in _stated(source.text))
        return Calendar(tuple(found))


def _stated(text: str) -> Iterator[Date]:
    for unit in units(text, Scope.SENTENCE):
        for fact in dates(text, unit):
            assert isinstance(fact.value, Date)
            yield fact.value
    for day in habitual_days(text):
        yield Date(frozenset(), day)
