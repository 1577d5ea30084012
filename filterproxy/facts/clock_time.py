"""
Clock times: "9 am", "half past eight", "halb neun", "21h30", "上午九点", as minutes after midnight.

Times are read from tokens by the reader that serves opening hours (clock.py), which gives the readings of a
face: "nine" is 9:00 or 21:00. This file says which faces are times at all: a bare number only behind a word
that stands before times ("at", "um", "alle") and where nothing follows that it could count; hours that could
be a duration ("9 heures", "9 uur") only behind such a word or with a half of the day; figures with a colon
unless they are a ratio, a score, a verse.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from filterproxy.core.request import Request
from filterproxy.core.rule import Scope, Span
from filterproxy.core.sentence import units
from filterproxy.facts.clock import FACES, HALVES, Clock, clock_at
from filterproxy.facts.clock_gate import gate, screen
from filterproxy.facts.clock_words import LANGUAGES, ClockWords, beside, clock_words, questions
from filterproxy.facts.fact import Fact, Known, Source
from filterproxy.facts.lexer import DOTTED, STRONG, WEAK, Token
from filterproxy.facts.record import as_json, flat
from filterproxy.facts.tokens import tokens
from filterproxy.language import language_of, request_language

_QUESTION_REACH = 2000
# Code points beside a time that say what it is.
_BESIDE = 32
_DAY = 1440
# From here on words are not parted by blanks.
_HAN = "\u3000"
# Tokens that may follow a bare number.
_ENDS = frozenset((",", ";", ":", ")", "(", "!", "?", "\n", "-", "&", "/", "day", "short", "to", "and"))
_JOINTS = frozenset(("-", "to", "and", "from_after"))


@dataclass(frozen=True, slots=True)
class ClockTime:
    """readings: minutes after midnight that it can be; two where morning or afternoon is not said."""

    readings: frozenset[int]


@dataclass(frozen=True, slots=True)
class Times:
    """What the sources state, oldest first."""

    entries: tuple[tuple[frozenset[int], Source], ...]

    @property
    def empty(self) -> bool:
        return not self.entries

    def entails(self, said: object) -> Source | None:
        """The source of a time that *said* can be: "9" is 9:00 or 21:00, "9 am" is never 21:00."""
        if not isinstance(said, ClockTime):
            return None
        return next((source for known, source in self.entries if _states(known, said.readings)), None)


def _states(known: frozenset[int], said: frozenset[int]) -> bool:
    # "at nine" leaves open which half is meant, and so does not state "9 am" unless it is said to be one.
    return known <= said if len(said) > 1 else known == said


@dataclass(frozen=True, slots=True)
class ClockTimeFact:
    """The fact `clock_time`."""

    @property
    def name(self) -> str:
        return "clock_time"

    @property
    def gate(self) -> tuple[str, ...]:
        return gate()

    @property
    def cumulative(self) -> Literal[True]:
        return True

    def find(self, text: str, unit: Span, request: Request) -> list[Fact]:
        sentence = text[unit[0] : unit[1]]
        possible = screen().languages(sentence)
        if not possible:
            return []
        for code in _likely(sentence, request_language(request), possible):
            if found := list(times_in(text, unit, clock_words(code))):
                return found
        return []

    def asks(self, question: str) -> bool:
        return questions().search(question[-_QUESTION_REACH:]) is not None

    def index(self, sources: Sequence[Source]) -> Known:
        entries = dict.fromkeys((value, source) for source in sources for value in _stated(source.text))
        return Times(tuple(entries))


def _likely(text: str, around: str, possible: Collection[str]) -> list[str]:
    """
    The languages to read *text* in, the likeliest first; any where nothing tells.

    around: the language of what stands about it. English stands in texts of every language.
    """
    if not possible:
        return []
    own = language_of(text)
    likely = dict.fromkeys(code for code in (own, "ja" if own == "zh" else "", around, "en") if code)
    return [code for code in (likely if own or around else LANGUAGES) if code in possible]


# -- which faces are times


def times_in(text: str, unit: Span, said: ClockWords) -> Iterator[Fact]:
    ts = tokens(text, unit[0], unit[1], said.lexicon)
    i, last = 0, -2  # last: index after the latest time
    while i < len(ts):
        found = clock_at(ts, i, said.lexicon) if ts[i].kind in FACES else None
        if found is None:
            i += 1
            continue
        clock, j = found
        if _is_time(text, ts, i, j, clock, said, last) and (
            _says_half(ts[i:j]) or not _is_other(text, unit, clock)
        ):
            yield Fact((clock.start, clock.end), ClockTime(_normal(clock.readings)))
            last = j
        i = j


def _normal(readings: frozenset[int]) -> frozenset[int]:
    return frozenset(r % _DAY for r in readings)


def _is_time(
    text: str, ts: Sequence[Token], i: int, j: int, clock: Clock, said: ClockWords, last: int
) -> bool:
    if min(clock.readings) < 0 or (
        clock.start > 0
        and text[clock.start - 1] == "-"
        and not said.lexicon.unspaced
        and ts[i].kind == "time"
    ):
        # "après-midi" is no noon.
        return False
    led = _is_led(ts, i, said)
    if clock.grade == STRONG and _is_certain(ts, i, j, said):
        return True
    # The other end of a range: "9-17 Uhr", "9 am to 5".
    joined = (i - 1 == last and ts[i - 1].kind in _JOINTS) or _is_before_time(ts, j, said)
    if clock.grade == STRONG:
        return led or joined
    if clock.grade == DOTTED:
        return led and text[clock.end : clock.end + 1] != "°"
    return (led or joined) and clock.grade == WEAK and _ends(text, ts, j, clock, said)


def _is_certain(ts: Sequence[Token], i: int, j: int, said: ClockWords) -> bool:
    """Whether the face cannot be a duration or a sum."""
    face = ts[i:j]
    if _says_half(face):
        return True
    if any(t.kind == "oclock" and t.word not in said.durations for t in face):
        return not said.lexicon.unspaced or ts[i].kind == "clock" or len(face) > 2
    first = face[0]
    if first.kind == "clock" and first.minute >= 0:
        return True
    if first.kind == "clock" or any(t.kind == "oclock" for t in face):
        return len(first.word) == 4 and first.word.isdecimal()
    rules = said.lexicon.rules
    return not any(t.word in rules["plus"] or t.word in rules["minus"] for t in face)


def _says_half(face: Sequence[Token]) -> bool:
    return any(t.kind in HALVES or t.half in ("a", "p") for t in face)


def _is_led(ts: Sequence[Token], i: int, said: ClockWords) -> bool:
    """Whether a phrase stands before token *i* that stands before times: one token, or several."""
    return any(
        size <= i and " ".join(t.word for t in ts[i - size : i]) in said.leads for size in (1, 2, 3, 4)
    )


def _is_before_time(ts: Sequence[Token], j: int, said: ClockWords) -> bool:
    if j + 1 >= len(ts) or ts[j].kind not in _JOINTS | {"at"} or ts[j + 1].kind not in FACES:
        return False
    found = clock_at(ts, j + 1, said.lexicon)
    if found is None:
        return False
    clock, end = found
    return clock.grade == STRONG and min(clock.readings) >= 0 and _is_certain(ts, j + 1, end, said)


def _ends(text: str, ts: Sequence[Token], j: int, clock: Clock, said: ClockWords) -> bool:
    """Whether nothing follows a bare number that it could count ("at 9 shops")."""
    following = text[clock.end : clock.end + 1]
    if following.isalnum() or following in ("%", "°", "$", "€", "£", "_"):
        return False
    if j >= len(ts) or ts[j].kind in _ENDS or ts[j].word in said.follow:
        return True
    return following in (".", "…", "。")


def _is_other(text: str, unit: Span, clock: Clock) -> bool:
    """Whether what stands beside a face makes it a ratio, a score, a verse or a duration."""
    before = text[max(unit[0], clock.start - _BESIDE) : clock.start].rstrip(" :*").lower()
    if before.endswith(beside("not_before")):
        ends = [p for p in beside("not_before") if before.endswith(p)]
        if any(_is_alone(p, before[: -len(p)][-1:], clock) for p in ends):
            return True
    after = text[clock.end : min(unit[1], clock.end + _BESIDE)].lstrip(" -").lower()
    if after.startswith(beside("not_after")):
        begins = [p for p in beside("not_after") if after.startswith(p)]
        return any(_is_alone(p, after[len(p) : len(p) + 1], clock) for p in begins)
    return False


def _is_alone(phrase: str, beside: str, clock: Clock) -> bool:
    """Whether *phrase* is no part of a word. Single characters speak against counts, not against figures."""
    if phrase[0] >= _HAN:
        return len(phrase) > 1 or not clock.coloned
    return not beside.isalpha()


# -- what sources say


def _stated(text: str) -> Iterator[frozenset[int]]:
    """The readings of every time in a source; the clock of 24 hours where a time is written with a colon."""
    record = as_json(text)
    lines = [text] if record is None else [line for _, line in flat(record, "", frozenset(), frozenset())]
    for line in lines:
        main = language_of(line)
        for start, end in units(line, Scope.SENTENCE):
            sentence = line[start:end]
            possible = screen().languages(sentence)
            codes = _likely(sentence, main, possible)
            read = (times_in(line, (start, end), clock_words(c)) for c in codes)
            for fact in next((facts for r in read if (facts := list(r))), []):
                assert isinstance(fact.value, ClockTime)
                yield _of_24_hours(fact.value.readings, line[slice(*fact.span)])


def _of_24_hours(readings: frozenset[int], written: str) -> frozenset[int]:
    """An unmarked "9:00" of a source is the morning: operators write 21:00 for the evening."""
    if len(readings) < 2 or ":" not in written or not written[:1].isdigit():
        return readings
    return frozenset((max(readings) if min(readings) < 60 else min(readings),))
