"""
Opening hours of a place, a desk or a line: when it opens and closes, on which days, until when it serves.

Not hours, though they are times: departures, bookings, appointments, alarms, shows. How statements are
told from those is written in hours.py; this file looks at what stands around a unit (the question, the
heading above, the sources) and compares values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Scope, Span
from filterproxy.core.scan import PatternSet, encode
from filterproxy.core.sentence import units
from filterproxy.facts.fact import Fact, Known, Source
from filterproxy.facts.hours import Reader, named_days
from filterproxy.facts.lexicon import Lexicon, load
from filterproxy.facts.parts import Stated, without_exceptions
from filterproxy.facts.place import words_of_names
from filterproxy.facts.record import as_json, flat
from filterproxy.facts.schedule import Entry, Schedule, Timetable
from filterproxy.facts.unit import Setting

# Code points. What a heading can stand above; Detector promises as many before a unit.
_LOOK_BACK = 1024
# Code points of a question that are looked at, from either end: a pasted document is no question.
_QUESTION_REACH = 2000
_SENTENCE_END = re.compile(r"(?<=[?!\n])\s*|(?<=\.)\s+(?=[A-Z\"'(])")
_RULE_LINE = re.compile(r"[\s|:+*_=#>-]*\Z")
_FIRST_PERSON = re.compile(r"\b(?:we|our|us|we're|we’re)\b", re.I)
_NAMED_PLACE = re.compile(
    r"\b(?:of|for|at|is|are|does|do|did|will|visit|the|to|in|when's)\s+(?=[A-Z0-9])", re.UNICODE
)

# The gate follows the reader: each way in which a time, a day or "24 hours" is accepted there has its
# pattern here, without what stands around it. A property test holds them together.
# Blanks, and what the reader does not see: Markdown, quotes, full stops.
_BLANK = r"[^\p{L}\p{N}]*"
_DASH = r"[-–—‐‑‒−~→]"
_SMALL = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_DIGIT = r"\p{Nd}"
_GATE = (
    rf"{_DIGIT}{_BLANK}[:.hH]{_BLANK}{_DIGIT}",
    rf"(?i)(?:{_DIGIT}|{_SMALL}){_BLANK}{_DASH}?{_BLANK}(?:[ap]\.?{_BLANK}m|o?['’´`]?{_BLANK}clock|noon|midnight|sharp|hrs)",
    rf"(?i)(?:{_DIGIT}|{_SMALL}){_BLANK}(?:in{_BLANK}the|at{_BLANK}night|of{_BLANK}the{_BLANK}morning|this{_BLANK}[mae])",
    rf"(?i){_DIGIT}h(?:[^\p{{L}}]|$)|{_DIGIT}{{4}}{_BLANK}h",
    rf"(?i)(?:{_DIGIT}|{_SMALL}){_BLANK}{_DASH}{_BLANK}(?:{_DIGIT}|{_SMALL})",
    rf"(?i)(?:{_SMALL}){_BLANK}(?:fifteen|twenty|thirty|forty|fifty)",
    r"(?i)(?:at|from|to|till|til|until|through|thru|before|by|past|around|about|after|between"
    rf"|as late as|as early as|as of){_BLANK}(?:{_DIGIT}|{_SMALL}|late|dark)",
    r"(?i)half|quarter|noon|midday|midnight|dusk|dawn|sunrise|sunset|sundown",
    rf"(?i)mid{_BLANK}{_DASH}{_BLANK}day|{_DASH}{_BLANK}(?:late|dark)|(?:late|dark){_BLANK}{_DASH}",
    rf"(?i)24{_BLANK}(?:{_DASH}|/|x)?{_BLANK}(?:7|h)|twenty{_BLANK}{_DASH}?{_BLANK}four|the{_BLANK}{_DASH}?{_BLANK}clock",
    rf"(?i)day{_BLANK}(?:and|or){_BLANK}night|all{_BLANK}(?:hours|day|night)",
    r"(?i)clos|shut|open",
    # Days on which a desk or line is there.
    rf"(?i)(?:every|each){_BLANK}(?:single{_BLANK})?(?:every{_BLANK})?day|daily|days{_BLANK}(?:a|per|of){_BLANK}[wy]"
    rf"|week{_BLANK}days?|week{_BLANK}ends?|during{_BLANK}the{_BLANK}week|(?:working|business|all){_BLANK}days"
    rf"|all{_BLANK}(?:week|year)|year{_BLANK}{_DASH}?{_BLANK}round|(?:7|seven){_BLANK}days",
    r"(?i)(?:mon|tues|wednes|thurs|fri|satur|sun)days|holidays",
    r"(?i)(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun|day|mo|tu|we|th|fr|sa|su)[.,]?"
    rf"{_BLANK}(?:{_DASH}|,|&|/|to|till|'?til|until|through|thru|up|right|all|and|or|plus|on|as){_BLANK}"
    r"(?:.{0,12})(?:mon|tue|wed|thu|fri|sat|sun|mo|tu|we|th|fr|sa|su|holi|bank|public|christ|east|new|thanks|boxing|good)",
)


@cache
def _screen() -> PatternSet:
    """The gate for one unit: a reply is let through for any of its sentences, most of which say nothing."""
    return PatternSet(_GATE)


@cache
def _screen_known() -> PatternSet:
    """The same for sources, which are read more leniently: "Su off"."""
    return PatternSet((*_GATE, "(?i)off|no service"))


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The fact `opening_hours`."""

    language: str = "en"

    @property
    def name(self) -> str:
        return "opening_hours"

    @property
    def gate(self) -> tuple[str, ...]:
        return _GATE

    def find(self, text: str, unit: Span, request: Request) -> list[Fact]:
        if not _screen().matches(encode(text[unit[0] : unit[1]])):
            return []
        words = load(f"opening_hours.{self.language}")
        setting = _asked(request, self)
        stated = _read_in_context(text, unit, words, setting)
        if not stated:
            return []
        place = _place_of_unit(text[unit[0] : unit[1]], request, words)
        return [Fact(s.span, Schedule(s.slots, place)) for s in sorted(stated, key=lambda s: s.span)]

    def asks(self, question: str) -> bool:
        words = load(f"opening_hours.{self.language}")
        return any(_asks(sentence, words) for sentence in _sentences(question))

    def index(self, sources: Sequence[Source]) -> Known:
        words = load(f"opening_hours.{self.language}")
        return Timetable([entry for source in sources for entry in _entries(source, words)])


# -- the question


def _sentences(question: str) -> list[str]:
    if len(question) > 2 * _QUESTION_REACH:
        question = question[:_QUESTION_REACH] + "\n" + question[-_QUESTION_REACH:]
    return [s for s in _SENTENCE_END.split(question) if s.strip()]


def _asks(sentence: str, words: Lexicon) -> bool:
    return any(p.search(sentence) for p in words.patterns["asks"]) and not any(
        p.search(sentence) for p in words.patterns["asks_not"]
    )


def _asked(request: Request, kind: OpeningHours) -> Setting:
    """What the conversation asked for, worked out once per request."""
    key = ("opening_hours", "asked")
    found = request.memo.get(key)
    if not isinstance(found, Setting):
        diary = _about_diary(request.question, load(f"opening_hours.{kind.language}"))
        found = replace(_setting(_question(request.turns, kind), kind), diary=diary)
        request.memo[key] = found
    return found


def _about_diary(question: str, words: Lexicon) -> bool:
    return any(p.search(question[-_QUESTION_REACH:]) for p in words.patterns["asks_diary"])


def _question(turns: Sequence[Turn], kind: OpeningHours) -> str:
    """
    The user turn that asked for hours; "" when none did.

    The last one, or one of the two before it when all that came between were questions back.
    """
    seen = 0
    for turn in reversed(turns):
        if turn.role == "assistant" and turn.text and not turn.text.rstrip().endswith("?"):
            return ""
        if turn.role != "user":
            continue
        if kind.asks(turn.text):
            return turn.text
        seen += 1
        if seen == 3 or "?" in turn.text:
            return ""
    return ""


def _setting(question: str, kind: OpeningHours) -> Setting:
    if not question:
        return Setting()
    words = load(f"opening_hours.{kind.language}")
    sentences = _sentences(question)
    asking = [s for s in sentences if _asks(s, words)]
    asked = " ".join(asking)
    closes = any(p.search(asked) for p in words.patterns["asks_close"])
    opens = any(p.search(asked) for p in words.patterns["asks_open"])
    role = "closes" if closes and not opens else "opens"
    return Setting(asked=True, role=role, days=named_days(asked, words), mixed=len(asking) < len(sentences))


# -- the text before


def _read_in_context(text: str, unit: Span, words: Lexicon, setting: Setting) -> list[Stated]:
    reader = Reader(text, unit, words, setting)
    stated = reader.read()
    if stated or not reader.unit.parts or reader.foreign:
        if stated and setting.asked and not reader.ours and _turned_away(text, unit[0], words):
            return []
        return stated
    if not _under_heading(text, unit[0], words):
        return []
    return Reader(text, unit, words, _with_heading(setting)).read()


def _with_heading(setting: Setting) -> Setting:
    return replace(setting, heading=True)


def _turned_away(text: str, start: int, words: Lexicon) -> bool:
    """Whether a bare time belongs to another thing that the sentence before named ("It is booked. 7 pm.")."""
    before = _last_pieces(text, start)
    piece = next(before, "")
    if not piece:
        return False
    reader = Reader(piece, (0, len(piece)), words, Setting())
    reader.read()
    return reader.foreign and not reader.ours


def _last_pieces(text: str, start: int) -> Iterator[str]:
    """Sentences before *start*, the nearest first."""
    head = text[max(0, start - _LOOK_BACK) : start]
    for a, b in reversed(units(head, Scope.SENTENCE)):
        if not _RULE_LINE.match(head[a:b]):
            yield head[a:b]


def _under_heading(text: str, start: int, words: Lexicon) -> bool:
    """Whether the lines above, past other lines of the same timetable, announce hours."""
    for piece in _last_pieces(text, start):
        reader = Reader(piece, (0, len(piece)), words, Setting(heading=True))
        reader.read()
        if reader.ours:
            return not reader.question
        if not reader.looks_scheduled:
            return False
    return False


# -- the place


def _ordinary(words: Lexicon) -> frozenset[str]:
    """Capitalised words that are no names: days, months, our own words."""
    return words.rules["ordinary"]


def _place_of_unit(sentence: str, request: Request, words: Lexicon) -> frozenset[str]:
    """The place that a reply's sentence speaks of, else the one that was asked about."""
    ordinary = _ordinary(words)
    if not _FIRST_PERSON.search(sentence) and (named := words_of_names(sentence, ordinary)):
        return named
    question = request.question[-_QUESTION_REACH:]
    places = [
        words_of_names("x " + question[m.end() :][:80], ordinary) for m in _NAMED_PLACE.finditer(question)
    ]
    return frozenset().union(*places)


# -- what sources say


def _entries(source: Source, words: Lexicon) -> Iterator[Entry]:
    found: dict[frozenset[str], list[frozenset[Any]]] = {}
    for place, line in _lines(source.text, words):
        for stated in line:
            found.setdefault(place, []).append(stated.slots)
    for place, groups in found.items():
        for slots in without_exceptions(groups):
            yield Entry(Schedule(slots, place), source)


def _lines(text: str, words: Lexicon) -> Iterator[tuple[frozenset[str], list[Stated]]]:
    if (record := as_json(text)) is not None:
        yield from _record_lines(record, words)
        return
    place: frozenset[str] = frozenset()
    ordinary = _ordinary(words)
    sentences = units(text, Scope.SENTENCE)
    looked = 0  # sentences before this one are behind us
    for n, (start, end) in enumerate(sentences):
        if not _screen_known().matches(encode(text[start:end])):
            continue
        # The nearest name says whose hours these are.
        for a, b in reversed(sentences[looked : n + 1]):
            if named := words_of_names(text[a:b], ordinary):
                place = named
                break
        looked = n + 1
        yield place, _read_in_context(text, (start, end), words, Setting(lenient=True))


def _record_lines(record: Any, words: Lexicon) -> Iterator[tuple[frozenset[str], list[Stated]]]:
    for place, line in flat(record, "", frozenset(), _ordinary(words)):
        setting = Setting(lenient=True, heading=True)
        yield place, Reader(line, (0, len(line)), words, setting).read()
