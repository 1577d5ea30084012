"""
Opening hours of a place, a desk or a line: when it opens and closes, on which days, until when it serves.

Not hours, though they are times: departures, bookings, appointments, alarms, shows. How statements are
told from those is written in hours.py; hours_question.py looks at what was asked, hours_context.py at what
stands before a unit (the heading above); hours_language.py chooses the language, hours_sources.py reads the
sources, schedule.py compares values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from filterproxy.core.request import Request
from filterproxy.core.rule import Scope, Span
from filterproxy.core.sentence import units
from filterproxy.facts.clock import WEEK
from filterproxy.facts.fact import Fact, Known, Source
from filterproxy.facts.hours import named_days
from filterproxy.facts.hours_context import (
    last_pieces,
    lexicon,
    read_in_context,
    spoken_of_before,
    title_above,
)
from filterproxy.facts.hours_gate import LANGUAGES, ODD, gate, screen
from filterproxy.facts.hours_language import languages_of
from filterproxy.facts.hours_place import part_in, place_of_unit
from filterproxy.facts.hours_question import asked_for, asks_hours, setting_of
from filterproxy.facts.hours_sources import Spoken, entries_of
from filterproxy.facts.lexer import plain
from filterproxy.facts.lexicon import Lexicon
from filterproxy.facts.parts import Stated
from filterproxy.facts.respelt import Respelt, respelt
from filterproxy.facts.schedule import Schedule, Slot, Timetable
from filterproxy.facts.season import months_at
from filterproxy.facts.subject import (
    Asked,
    Subject,
    everything,
    subject_at,
    subject_words,
)
from filterproxy.language import request_language

_OTHER_DAYS = re.compile(r"\b(?:other|remaining|autres|otros|outros|altri|anderen?|ubrigen|overige)\s+\w")
# How prompts tell the clock: in English, whatever the rest is.
_NOW = re.compile(
    r"\bcurrent (?:date|day|time|local time|date and time)\b|\b(?:it's|it is)(?= \w+day\b)|\bnow:"
)
_NOW_ENDS = re.compile(r"\n|\.\s")
# Code points in which the day follows.
_NOW_REACH = 60


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The fact `opening_hours`."""

    @property
    def name(self) -> str:
        return "opening_hours"

    @property
    def gate(self) -> tuple[str, ...]:
        return gate()

    def find(self, text: str, unit: Span, request: Request) -> list[Fact]:
        sentence = text[unit[0] : unit[1]]
        possible = screen().languages(sentence)
        if not possible:
            return []
        if ODD in possible and (view := respelt(sentence)) is not None:
            return self._find_respelt(text, unit, view, request)
        setting = setting_of(request)
        for code in languages_of(sentence, request_language(request), possible):
            words = lexicon(code)
            if stated := read_in_context(text, unit, words, setting):
                place = place_of_unit(sentence, request, words)
                part = part_in(sentence, words)
                asked = _asked(request)
                meant = _one_day(sentence, code, asked, request)
                apart = frozenset(slot.day for s in stated for slot in s.slots if slot.day in WEEK)
                named = apart or _named_before(text, unit, words) or asked.days
                return [
                    Fact(
                        s.span,
                        Schedule(
                            _but_others(_on(s.slots, meant), sentence, named),
                            place,
                            part,
                            _said_of(text, unit, s, code, asked),
                            asked,
                            named,
                        ),
                    )
                    for s in sorted(stated, key=lambda s: s.span)
                ]
        return []

    def _find_respelt(self, text: str, unit: Span, view: Respelt, request: Request) -> list[Fact]:
        start = unit[0]
        sentence = (start, start + len(view.text))
        # What the view says reads as it is written: were it not so, it would come here again.
        if respelt(view.text) is not None:
            return []
        found = self.find(text[:start] + view.text, sentence, request)
        spans = (view.span(fact.span[0] - start, fact.span[1] - start) for fact in found)
        return [Fact((a + start, b + start), fact.value) for fact, (a, b) in zip(found, spans, strict=True)]

    def asks(self, question: str) -> bool:
        return asks_hours(question)

    def index(self, sources: Sequence[Source]) -> Known:
        entries = [entry for source in sources for entry in entries_of(source)]
        return Timetable(entries, Spoken(tuple(sources)))


# -- what it is said of


def _asked(request: Request) -> Asked:
    """What the question is about, worked out once per request."""
    found = request.memo.get(("opening_hours", "subject"))
    if not isinstance(found, Asked):
        question, code = asked_for(request)
        words = lexicon(code)
        bag = everything(question, words, code)
        bag = replace(bag, months=months_at(question, (0, len(question)), (0, 0), words, code))
        yours = bag.person == "you"
        unnamed = bool(question.strip()) and (yours or not (bag.words or bag.person))
        setting = setting_of(request)
        days = setting.days if setting.goes_on else _days_besides_today(question, code)
        days = (days or frozenset()) & WEEK or _day_meant(request, code, request.question)
        found = request.memo[("opening_hours", "subject")] = Asked(bag, yours, unnamed, days)
    return found


def _on(slots: frozenset[Slot], days: frozenset[int]) -> frozenset[Slot]:
    """ "Today until six", where today is known to be Friday."""
    return frozenset(slot._replace(day=day) for slot in slots for day in days) if days else slots


def _named_before(text: str, unit: Span, words: Lexicon) -> frozenset[int]:
    """The days of the week that the sentence before names."""
    before = next(last_pieces(text, unit[0]), "")
    return (named_days(before, words) or frozenset()) & WEEK if before else frozenset()


def _but_others(slots: frozenset[Slot], sentence: str, named: frozenset[int]) -> frozenset[Slot]:
    """ "On the other weekdays", after Thursday was named: without that."""
    days = {slot.day for slot in slots}
    if not (named and named < days and _OTHER_DAYS.search(plain(sentence))):
        return slots
    return frozenset(slot for slot in slots if slot.day not in named)


def _one_day(sentence: str, code: str, asked: Asked, request: Request) -> frozenset[int]:
    """The day that "today" or "tomorrow" is, where a sentence names no other."""
    if not _is_of_one_day(sentence, code):
        return frozenset()
    return _day_meant(request, code, sentence) or asked.days


def _is_of_one_day(sentence: str, code: str) -> bool:
    """Whether "today" or "tomorrow" is the only day it names."""
    known, low = subject_words(code), plain(sentence)
    relative = any(word in low for word in known.today | known.tomorrow)
    return relative and not _days_besides_today(sentence, code)


def _days_besides_today(text: str, code: str) -> frozenset[int]:
    known, low = subject_words(code), plain(text)
    for word in known.today | known.tomorrow:
        low = low.replace(word, ",")
    return named_days(low, lexicon(code)) or frozenset()


def _day_meant(request: Request, code: str, spoken: str) -> frozenset[int]:
    """The day that today is, or tomorrow where *spoken* says so; empty where nobody says what day it is."""
    texts = (turn.text for turn in request.turns if turn.role != "assistant")
    today = next((days for text in texts if (days := _today_in(text))), frozenset())
    ahead = any(word in plain(spoken) for word in subject_words(code).tomorrow)
    return frozenset((day + ahead) % 7 for day in today)


def _today_in(text: str) -> frozenset[int]:
    low = plain(text)
    if now := _NOW.search(low):
        said_now = _NOW_ENDS.split(low[now.end() : now.end() + _NOW_REACH], maxsplit=1)[0]
        days = named_days(said_now, lexicon("en")) or frozenset()
        if len(days) == 1 and max(days) < 7:
            return days
    said = [code for code in LANGUAGES if any(word in low for word in subject_words(code).today)]
    for a, b in units(text, Scope.SENTENCE) if said else ():
        for code in said:
            if any(word in low[a:b] for word in subject_words(code).today):
                days = _days_besides_today(text[a:b], code)
                if len(days) == 1 and max(days) < 7:
                    return days
    return frozenset()


def _said_of(text: str, unit: Span, stated: Stated, code: str, asked: Asked) -> Subject:
    """What a statement of a reply is said of: its own subject, else that before it, else the question's."""
    words = lexicon(code)
    own = subject_at(text, unit, stated.span, words, code)
    months = months_at(text, unit, stated.span, words, code) or asked.bag.months
    if not own.words and own.person == "it":
        own = spoken_of_before(text, unit[0], words, code) or own
    elif not own.words and not own.person:
        own = title_above(text, unit[0], words, code)
    if not own.words:
        own = replace(asked.bag, person=own.person, name=False)
    return replace(own, months=months)
