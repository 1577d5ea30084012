"""
Opening hours of a place, a desk or a line: when it opens and closes, on which days, until when it serves.

Not hours, though they are times: departures, bookings, appointments, alarms, shows. How statements are
told from those is written in hours.py; hours_context.py looks at what stands around a unit (the question,
the heading above); this file chooses the language, reads the sources and compares values.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from filterproxy.core.request import Request
from filterproxy.core.rule import Scope, Span
from filterproxy.core.sentence import units
from filterproxy.facts.fact import Fact, Known, Source
from filterproxy.facts.hours import Reader
from filterproxy.facts.hours_context import (
    KIN,
    QUESTION_REACH,
    asks_hours,
    has_names,
    lexicon,
    read_in_context,
    setting_of,
)
from filterproxy.facts.hours_gate import LANGUAGES, gate, screen
from filterproxy.facts.lexer import DASHES, bare, plain
from filterproxy.facts.lexicon import Lexicon
from filterproxy.facts.parts import Stated, without_exceptions
from filterproxy.facts.place import names_by, words_of_names
from filterproxy.facts.record import as_json, flat
from filterproxy.facts.schedule import Entry, Schedule, Timetable
from filterproxy.facts.tokens import tokens
from filterproxy.facts.unit import Setting
from filterproxy.language import language_of, request_language

_WORD = re.compile(r"[^\W\d_]+")
# Two shortened days and what joins them.
_PAIR = re.compile(
    rf"(?<![^\W\d_])(?P<one>[A-Za-z]{{2,3}})\.?\s?(?:[{DASHES}/,&:]|t/m|tot|bis|und|en)\s?"
    r"(?=(?P<other>[A-Za-z]{2,3})(?![^\W\d_]))"
)


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
                part = _part(sentence, words)
                said = sorted(stated, key=lambda s: s.span)
                return [Fact(s.span, Schedule(s.slots, place, part)) for s in said]
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
    own, paired = language_of(text), _of_paired_days(text)
    if paired:
        own = next((code for code in (own, around) if code in paired), paired[0])
    if not (own or around):
        unknown = {code: _unknown(text, code) for code in LANGUAGES if code in possible}
        fit = _fitting(text, [code for code in KIN if code in unknown])
        return sorted((code for code in unknown if code not in KIN or code in fit), key=unknown.__getitem__)
    likeliest = own or around
    kin = [code for code in KIN if code == likeliest or code in possible] if likeliest in KIN else []
    near = _fitting(text, sorted(kin, key=likeliest.__ne__))
    ways = [own]
    if own == "zh":
        ways = sorted(("ja", "zh") if around == "ja" else ("zh", "ja"), key=lambda code: _unread(text, code))
    first = near or tuple(code for code in (*ways, around) if code)
    likely = dict.fromkeys((*first, "en" if around in KIN else around, "en"))
    return [code for code in likely if code in possible]


def _of_paired_days(text: str) -> list[str]:
    """The languages that shorten days as *text* does: "ma-vr" is Dutch, whatever "ma" may be elsewhere."""
    pairs = [{m["one"].lower(), m["other"].lower()} for m in _PAIR.finditer(text)]
    if not pairs:
        return []
    pairs = [pair for pair in pairs if len(pair) == 2]
    known = {code: sum(pair <= lexicon(code).short_days.keys() for pair in pairs) for code in LANGUAGES}
    best = [code for code in LANGUAGES if known[code] == max(known.values()) > 0]
    return sorted(best, key=lambda code: _unread(text, code)) if len(best) > 1 else best


def _unread(text: str, code: str) -> int:
    """How many words or runs of characters the lexicon of *code* does not have; dearer than `_unknown`."""
    return sum(token.kind == "word" for token in tokens(text, 0, len(text), lexicon(code)))


def _unknown(text: str, code: str) -> int:
    """How many words of *text* no word or phrase of *code* begins with."""
    heads, days = lexicon(code).heads, lexicon(code).short_days
    found = {word for word in _WORD.findall(plain(text)) if word not in heads and word not in days}
    return sum(bare(word) not in heads for word in found)


def _fitting(text: str, codes: Sequence[str]) -> tuple[str, ...]:
    """
    Those of *codes* of which *text* has the fewest unknown words: kindred languages are told by that.

    The first alone where it knows them all.
    """
    if len(codes) < 2 or not _unknown(text, codes[0]):
        return tuple(codes[:1])
    unknown = {code: _unknown(text, code) for code in codes}
    return tuple(code for code in codes if unknown[code] == min(unknown.values()))


# -- the place


def _names(text: str, words: Lexicon) -> frozenset[str]:
    if patterns := words.patterns["name"]:
        found = names_by(text, patterns, words.rules["name_lead"])
        return frozenset(w for w in found if w not in words.rules["generic_names"] and _tells(w, words))
    return words_of_names(text, words.rules["ordinary"]) if has_names(words) else frozenset()


def _tells(name: str, words: Lexicon) -> bool:
    """Whether it is more than words that the lexicon has: "Filiale Montag bis Freitag" names none."""
    return any(token.kind == "word" for token in tokens(name, 0, len(name), words))


def _place_of_unit(sentence: str, request: Request, words: Lexicon) -> frozenset[str]:
    """The place that a reply's sentence speaks of, else the one that was asked about."""
    ours = any(p.search(sentence) for p in words.patterns["first_person"])
    if not ours and (named := _names(sentence, words)):
        return named
    question = request.question[-QUESTION_REACH:]
    if words.patterns["name"]:
        return _names(question, words)
    places = [
        _names("x " + question[m.end() :][:80], words)
        for pattern in words.patterns["named_place"]
        for m in pattern.finditer(question)
    ]
    return frozenset().union(*places)


def _part(sentence: str, words: Lexicon) -> frozenset[str]:
    """The desks and rooms that *sentence* names."""
    return words.rules["parts"] & frozenset(_WORD.findall(sentence.lower()))


# -- what sources say


def _entries(source: Source) -> Iterator[Entry]:
    found: dict[tuple[frozenset[str], frozenset[str]], list[frozenset[Any]]] = {}
    for place, part, line in _lines(source.text):
        for stated in line:
            found.setdefault((place, part), []).append(stated.slots)
    for (place, part), groups in found.items():
        for slots in without_exceptions(groups):
            yield Entry(Schedule(slots, place, part), source)


def _lines(text: str) -> Iterator[tuple[frozenset[str], frozenset[str], list[Stated]]]:
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
        # The nearest name says whose hours these are; in a record only the text about it tells names.
        naming = lexicon(main if main and lexicon(main).patterns["name"] else codes[0])
        for a, b in reversed(sentences[looked : n + 1]):
            if named := _names(text[a:b], naming):
                place = named
                break
        looked = n + 1
        lenient = Setting(lenient=True)
        read = (read_in_context(text, (start, end), lexicon(code), lenient) for code in codes)
        part = _part(text[start:end], lexicon(codes[0]))
        yield place, part, next((stated for stated in read if stated), [])


def _record_lines(record: Any) -> Iterator[tuple[frozenset[str], frozenset[str], list[Stated]]]:
    english = lexicon("en").rules["ordinary"]
    setting = Setting(lenient=True, heading=True)
    for place, line in flat(record, "", frozenset(), english):
        # Its keys are English, whatever the rest is.
        own = language_of(line)
        codes = _fitting(line, ("en", *KIN)) if not own or own in KIN else (own, "en")
        read = (Reader(line, (0, len(line)), lexicon(code), setting).read() for code in codes)
        yield place, _part(line, lexicon("en")), next((stated for stated in read if stated), [])
