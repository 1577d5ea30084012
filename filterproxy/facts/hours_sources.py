"""
What the sources of a request state about opening hours, read once: each line's schedule and whose it is.

They are read for what they know, so more leniently than a reply: in a record a day beside a time is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from filterproxy.core.rule import Scope, Span
from filterproxy.core.sentence import units
from filterproxy.facts.fact import Source
from filterproxy.facts.hours import Reader
from filterproxy.facts.hours_context import (
    KIN,
    lexicon,
    months_above,
    read_in_context,
    spoken_of_before,
    title_above,
)
from filterproxy.facts.hours_gate import screen
from filterproxy.facts.hours_language import fitting, languages_of
from filterproxy.facts.hours_place import names_in, part_in
from filterproxy.facts.lexer import bare, plain
from filterproxy.facts.lexicon import Lexicon
from filterproxy.facts.parts import Stated, without_exceptions
from filterproxy.facts.record import as_json, flat
from filterproxy.facts.schedule import ALL_DAY, Entry, Schedule, Slot
from filterproxy.facts.season import months_at
from filterproxy.facts.subject import (
    Subject,
    named,
    subject_at,
    subjects,
    words_in,
)
from filterproxy.facts.unit import Setting
from filterproxy.language import language_of


class _Line(NamedTuple):
    """The statements of one line: whose they are by name, of which desk, and what each is said of."""

    place: frozenset[str]
    part: frozenset[str]
    stated: list[tuple[Stated, Subject]]


def entries_of(source: Source) -> Iterator[Entry]:
    """All schedules that *source* states, those of one place narrowed by each other."""
    found: dict[tuple[frozenset[str], frozenset[str]], list[tuple[frozenset[Slot], Subject]]] = {}
    for place, part, stated in _lines(source.text):
        said = [(s.slots, subject) for s, subject in stated]
        found.setdefault((place, part), []).extend(said)
    for (place, part), groups in found.items():
        for slots, subject in groups:
            own = bool(subject.words) and all((s.opens, s.closes) == ALL_DAY for s in slots)
            others = [s for s, other in groups if _may_be_one(subject, other) and (other.words or not own)]
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
        codes = languages_of(text[start:end], main, possible)
        if not codes:
            continue
        # The nearest name says whose hours these are; in a record only the text about it tells names.
        naming = lexicon(main if main and lexicon(main).patterns["name"] else codes[0])
        for a, b in reversed(sentences[looked : n + 1]):
            if named := names_in(text[a:b], naming):
                place = named
                break
        looked = n + 1
        part = part_in(text[start:end], lexicon(codes[0]))
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
        codes = fitting(line, ("en", *KIN)) if not own or own in KIN else (own, "en")
        for code in codes:
            if read := Reader(line, (0, len(line)), lexicon(code), setting).read():
                said = [(s, _record_subject(line, s, place, code)) for s in read]
                yield _Line(place, part_in(line, lexicon("en")), said)
                break


def _record_subject(line: str, stated: Stated, place: frozenset[str], code: str) -> Subject:
    """The name that the record has beside it, else what its keys or its text say."""
    own = subject_at(line, (0, len(line)), stated.span, lexicon(code), code)
    # Of several a key says what all of them are ("pharmacies").
    return named(place | {w for w in own.words if not w.endswith("s")}, code) if place else own


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
