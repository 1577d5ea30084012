"""
Opening hours of a place, a desk or a line: when it opens and closes, on which days, until when it serves.

Not hours, though they are times: departures, bookings, appointments, alarms, shows. How statements are
told from those is written in hours.py; hours_context.py looks at what stands around a unit (the question,
the heading above); this file chooses the language, reads the sources and compares values.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from filterproxy.core.request import Request
from filterproxy.core.rule import Scope, Span
from filterproxy.core.sentence import units
from filterproxy.facts.fact import Fact, Known, Source
from filterproxy.facts.hours import Reader, named_days
from filterproxy.facts.hours_context import (
    KIN,
    QUESTION_REACH,
    asked_for,
    asks_hours,
    has_names,
    lexicon,
    months_above,
    read_in_context,
    setting_of,
    spoken_of_before,
    title_above,
)
from filterproxy.facts.hours_gate import LANGUAGES, ODD, gate, screen
from filterproxy.facts.lexer import DASHES, bare, plain
from filterproxy.facts.lexicon import Lexicon
from filterproxy.facts.parts import Stated, without_exceptions
from filterproxy.facts.place import names_by, words_of_names
from filterproxy.facts.record import as_json, flat
from filterproxy.facts.respelt import Respelt, respelt
from filterproxy.facts.schedule import Entry, Schedule, Slot, Timetable
from filterproxy.facts.season import months_at
from filterproxy.facts.subject import (
    Asked,
    Subject,
    everything,
    named,
    subject_at,
    subject_words,
    subjects,
    words_in,
)
from filterproxy.facts.tokens import tokens
from filterproxy.facts.unit import Setting
from filterproxy.language import language_of, request_language

_WORD = re.compile(r"[^\W\d_]+")
# Two shortened days and what joins them.
_PAIR = re.compile(
    rf"(?<![^\W\d_])(?P<one>[A-Za-z]{{2,3}})\.?\s?(?:[{DASHES}/,&:]|t/m|tot|bis|und|en)\s?"
    r"(?=(?P<other>[A-Za-z]{2,3})(?![^\W\d_]))"
)


# "书店" is what a place is, not what it is called.
_KINDS = frozenset(subject_words("zh").kinds) | frozenset(subject_words("ja").kinds)


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
        for code in _languages(sentence, request_language(request), possible):
            words = lexicon(code)
            if stated := read_in_context(text, unit, words, setting):
                place = _place_of_unit(sentence, request, words)
                part = _part(sentence, words)
                asked = _asked(request)
                meant = asked.days if _is_of_one_day(sentence, code) else frozenset()
                return [
                    Fact(
                        s.span,
                        Schedule(
                            _on(s.slots, meant), place, part, _said_of(text, unit, s, code, asked), asked
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
        entries = [entry for source in sources for entry in _entries(source)]
        return Timetable(entries, Spoken(tuple(sources)))


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
        known = words.rules["generic_names"] | _KINDS
        return frozenset(w for w in found if w not in known and _tells(w, words))
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
        days = _days_besides_today(question, code) or _day_meant(request, code)
        found = request.memo[("opening_hours", "subject")] = Asked(bag, yours, unnamed, days)
    return found


def _on(slots: frozenset[Slot], days: frozenset[int]) -> frozenset[Slot]:
    """ "Today until six", where today is known to be Friday."""
    return frozenset(slot._replace(day=day) for slot in slots for day in days) if days else slots


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


def _day_meant(request: Request, code: str) -> frozenset[int]:
    """The day that today is, or tomorrow where that was asked for; empty where nobody says what day it is."""
    texts = (turn.text for turn in request.turns if turn.role != "assistant")
    today = next((days for text in texts if (days := _today_in(text))), frozenset())
    ahead = any(word in plain(request.question) for word in subject_words(code).tomorrow)
    return frozenset((day + ahead) % 7 for day in today)


def _today_in(text: str) -> frozenset[int]:
    low = plain(text)
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


@dataclass(slots=True)
class Spoken:
    """The sentences of some sources: of whom they are said is worked out when it matters."""

    sources: tuple[Source, ...]
    _sentences: list[tuple[str, str, str]] | None = None
    _operator: frozenset[str] | None = None
    _subjects: dict[str, tuple[Subject, ...]] = field(default_factory=dict)

    def subjects_with(self, words: frozenset[str]) -> list[Subject]:
        if self._sentences is None:
            self._sentences = [
                (s, bare(plain(s)), language_of(source.text))
                for source in self.sources
                for s in _sentences(source.text)
            ]
        return [
            subject
            for sentence, low, main in self._sentences
            if any(word in low for word in words)
            for subject in self._subjects_of(sentence, main)
        ]

    def operator_says(self, words: frozenset[str]) -> bool:
        if self._operator is None:
            texts = (s.text for s in self.sources if not s.name.startswith("user "))
            self._operator = frozenset(w for text in texts for w in words_in(text))
        return not words.isdisjoint(self._operator)

    def _subjects_of(self, sentence: str, main: str) -> tuple[Subject, ...]:
        if sentence not in self._subjects:
            code = language_of(sentence) or main or "en"
            self._subjects[sentence] = tuple(subjects(sentence, (0, len(sentence)), lexicon(code), code))
        return self._subjects[sentence]


def _sentences(text: str) -> Iterator[str]:
    if (record := as_json(text)) is not None:
        for place, line in flat(record, "", frozenset(), lexicon("en").rules["ordinary"]):
            yield " ".join(sorted(place)) + line
        return
    yield from (text[a:b] for a, b in units(text, Scope.SENTENCE))


# -- what sources say


class _Line(NamedTuple):
    """The statements of one line: whose they are by name, of which desk, and what each is said of."""

    place: frozenset[str]
    part: frozenset[str]
    stated: list[tuple[Stated, Subject]]


def _entries(source: Source) -> Iterator[Entry]:
    found: dict[tuple[frozenset[str], frozenset[str]], list[tuple[frozenset[Slot], Subject]]] = {}
    for place, part, stated in _lines(source.text):
        said = [(s.slots, subject) for s, subject in stated]
        found.setdefault((place, part), []).extend(said)
    for (place, part), groups in found.items():
        for slots, subject in groups:
            others = [s for s, other in groups if _may_be_one(subject, other)]
            if left := without_exceptions(slots, others):
                yield Entry(Schedule(left, place, part, subject), source)


def _may_be_one(one: Subject, other: Subject) -> bool:
    return not one.words or not other.words or bool(one.words & other.words)


def _lines(text: str) -> Iterator[_Line]:
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
        part = _part(text[start:end], lexicon(codes[0]))
        yield _Line(place, part, _read_line(text, (start, end), codes))


def _read_line(text: str, unit: Span, codes: Sequence[str]) -> list[tuple[Stated, Subject]]:
    """What the first language in which it says something makes of it."""
    lenient = Setting(lenient=True)
    for code in codes:
        words = lexicon(code)
        if stated := read_in_context(text, unit, words, lenient):
            return [(s, _known_of(text, unit, s, words, code)) for s in stated]
    return []


def _known_of(text: str, unit: Span, stated: Stated, words: Lexicon, code: str) -> Subject:
    own = subject_at(text, unit, stated.span, words, code)
    months = months_at(text, unit, stated.span, words, code)
    if not own.words and own.person not in ("we", "you"):
        person = own.person
        own = (spoken_of_before if person else title_above)(text, unit[0], words, code)
        own = replace(own, person=person)
    return replace(own, months=months or months_above(text, unit[0], words, code))


def _record_lines(record: Any) -> Iterator[_Line]:
    english = lexicon("en").rules["ordinary"]
    setting = Setting(lenient=True, heading=True)
    for place, line in flat(record, "", frozenset(), english):
        # Its keys are English, whatever the rest is.
        own = language_of(line)
        codes = _fitting(line, ("en", *KIN)) if not own or own in KIN else (own, "en")
        for code in codes:
            if read := Reader(line, (0, len(line)), lexicon(code), setting).read():
                said = [(s, _record_subject(line, s, place, code)) for s in read]
                yield _Line(place, _part(line, lexicon("en")), said)
                break


def _record_subject(line: str, stated: Stated, place: frozenset[str], code: str) -> Subject:
    """The name that the record has beside it, else what its keys or its text say."""
    own = subject_at(line, (0, len(line)), stated.span, lexicon(code), code)
    # Of several a key says what all of them are ("pharmacies").
    return named(place | {w for w in own.words if not w.endswith("s")}, code) if place else own
