"""
Opening hours of a place, a desk or a line: when it opens and closes, on which days, until when it serves.

Not hours, though they are times: departures, bookings, appointments, alarms, shows. How statements are
told from those is written in hours.py; hours_context.py looks at what stands around a unit (the question,
the heading above); this file chooses the language, reads the sources and compares values.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from filterproxy.core.request import Request
from filterproxy.core.rule import Scope, Span
from filterproxy.core.sentence import units
from filterproxy.facts.fact import Fact, Known, Source
from filterproxy.facts.hours import Reader
from filterproxy.facts.hours_context import (
    QUESTION_REACH,
    asks_hours,
    has_names,
    lexicon,
    read_in_context,
    setting_of,
)
from filterproxy.facts.hours_gate import LANGUAGES, gate, screen
from filterproxy.facts.lexicon import Lexicon
from filterproxy.facts.parts import Stated, without_exceptions
from filterproxy.facts.place import words_of_names
from filterproxy.facts.record import as_json, flat
from filterproxy.facts.schedule import Entry, Schedule, Timetable
from filterproxy.facts.unit import Setting
from filterproxy.language import language_of, request_language


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
        setting = setting_of(request)
        for code in _languages(sentence, request_language(request), possible):
            words = lexicon(code)
            if stated := read_in_context(text, unit, words, setting):
                place = _place_of_unit(sentence, request, words)
                return [Fact(s.span, Schedule(s.slots, place)) for s in sorted(stated, key=lambda s: s.span)]
        return []

    def asks(self, question: str) -> bool:
        return asks_hours(question)

    def index(self, sources: Sequence[Source]) -> Known:
        return Timetable([entry for source in sources for entry in _entries(source)])


def _languages(text: str, around: str, possible: Collection[str]) -> list[str]:
    """
    The languages to read *text* in, the likeliest first.

    around: the language of what stands about it. Han characters alone are either of two; English stands in
    texts of every language. A text of which nothing tells may be of any language.
    """
    own = language_of(text)
    likely = dict.fromkeys(code for code in (own, "ja" if own == "zh" else "", around, "en") if code)
    return [code for code in (likely if own or around else LANGUAGES) if code in possible]


# -- the place


def _names(text: str, words: Lexicon) -> frozenset[str]:
    return words_of_names(text, words.rules["ordinary"]) if has_names(words) else frozenset()


def _place_of_unit(sentence: str, request: Request, words: Lexicon) -> frozenset[str]:
    """The place that a reply's sentence speaks of, else the one that was asked about."""
    ours = any(p.search(sentence) for p in words.patterns["first_person"])
    if not ours and (named := _names(sentence, words)):
        return named
    question = request.question[-QUESTION_REACH:]
    places = [
        _names("x " + question[m.end() :][:80], words)
        for pattern in words.patterns["named_place"]
        for m in pattern.finditer(question)
    ]
    return frozenset().union(*places)


# -- what sources say


def _entries(source: Source) -> Iterator[Entry]:
    found: dict[frozenset[str], list[frozenset[Any]]] = {}
    for place, line in _lines(source.text):
        for stated in line:
            found.setdefault(place, []).append(stated.slots)
    for place, groups in found.items():
        for slots in without_exceptions(groups):
            yield Entry(Schedule(slots, place), source)


def _lines(text: str) -> Iterator[tuple[frozenset[str], list[Stated]]]:
    if (record := as_json(text)) is not None:
        yield from _record_lines(record)
        return
    place: frozenset[str] = frozenset()
    main = language_of(text)
    sentences = units(text, Scope.SENTENCE)
    looked = 0  # sentences before this one are behind us
    for n, (start, end) in enumerate(sentences):
        possible = screen(records=True).languages(text[start:end])
        if not possible:
            continue
        codes = _languages(text[start:end], main, possible)
        if not codes:
            continue
        # The nearest name says whose hours these are.
        for a, b in reversed(sentences[looked : n + 1]):
            if named := _names(text[a:b], lexicon(codes[0])):
                place = named
                break
        looked = n + 1
        lenient = Setting(lenient=True)
        read = (read_in_context(text, (start, end), lexicon(code), lenient) for code in codes)
        yield place, next((stated for stated in read if stated), [])


def _record_lines(record: Any) -> Iterator[tuple[frozenset[str], list[Stated]]]:
    english = lexicon("en").rules["ordinary"]
    setting = Setting(lenient=True, heading=True)
    for place, line in flat(record, "", frozenset(), english):
        codes = _languages(line, "en", LANGUAGES)
        read = (Reader(line, (0, len(line)), lexicon(code), setting).read() for code in codes)
        yield place, next((stated for stated in read if stated), [])
