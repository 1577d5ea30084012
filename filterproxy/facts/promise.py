"""
What a reply commits the business to: a refund, something free or cheaper, delivery by a day, a call back, a
replacement, the price of a competitor, a guarantee.

A value is the kinds that one promise may be of, and the quantities that its sentence says: percentages,
amounts, times ("two weeks" are fourteen days), days. It is known where one source states the same kind, in
sentences without a negation, with every one of the quantities; 30 days are no month, and five business days
are no five days. A delivery is a promise only with a day or a time.

What a promise is about (whose refund, of what) and its conditions are not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from filterproxy.core.request import Request
from filterproxy.core.rule import Scope, Span
from filterproxy.core.sentence import units
from filterproxy.facts.fact import Fact, Known, Source
from filterproxy.facts.price import PriceFact
from filterproxy.facts.price_reader import Price
from filterproxy.facts.record import as_json, flat
from filterproxy.facts.sayings import LANGUAGES, UNSPACED, load
from filterproxy.facts.sayings_screen import gate, screen

_GROUPS = ("claims", "timed")
_QUESTION_REACH = 2000
# Categories rather than ranges: see sayings.py.
_BEGIN = r"(?<![^\W\d_])"
_END = r"(?![^\W\d_])"
_PERCENT = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s?[%％]")
# In hours and days, where that is exact.
_SCALE = {
    "day": ("day", 1),
    "week": ("day", 7),
    "hour": ("hour", 1),
    "month": ("month", 1),
    "year": ("month", 12),
}
_NEITHER = frozenset[str]()
_PRICE = PriceFact()

Quantity = tuple[str, str]


class Promise(NamedTuple):
    """kinds: what it may be of. quantities: (percent | money | day | hour | business | on ..., how much)."""

    kinds: frozenset[str]
    quantities: frozenset[Quantity]


@dataclass(frozen=True, slots=True)
class Policies:
    """What sources commit to: for each, the quantities that it states by kind."""

    entries: tuple[tuple[Source, Mapping[str, frozenset[Quantity]]], ...]

    @property
    def empty(self) -> bool:
        return not self.entries

    def entails(self, said: object) -> Source | None:
        if not isinstance(said, Promise):
            return None
        for source, stated in self.entries:
            if any(kind in stated and said.quantities <= stated[kind] for kind in said.kinds):
                return source
        return None


@dataclass(frozen=True, slots=True)
class PromiseFact:
    """The fact `promise`."""

    @property
    def name(self) -> str:
        return "promise"

    @property
    def gate(self) -> tuple[str, ...]:
        return gate("promise", *_GROUPS)

    def find(self, text: str, unit: Span, request: Request) -> list[Fact]:
        sentence = text[unit[0] : unit[1]]
        for code, named in screen("promise", *_GROUPS).named(sentence):
            sayings = load(f"promise.{code}")
            found, timed = (sayings.said(sentence, group, named=named) for group in _GROUPS)
            if not (found or timed):
                continue
            quantities = frozenset(_quantities(sentence, code))
            if any(name in _TIMES for name, _ in quantities):
                taken = [s.span for s in found]
                found += [s for s in timed if all(s.span[1] <= a or b <= s.span[0] for a, b in taken)]
            if found:
                return [
                    Fact((s.span[0] + unit[0], s.span[1] + unit[0]), Promise(s.kinds, quantities))
                    for s in sorted(found)
                ]
        return []

    def asks(self, question: str) -> bool:
        question = question[-_QUESTION_REACH:]
        return any(pattern.search(question) for pattern in _questions())

    def prepare(self) -> None:
        for groups in (_GROUPS, ("known", *_GROUPS)):
            screen("promise", *groups)
        for code in LANGUAGES:
            load(f"promise.{code}").prepare()
            for compile_one in (_negated, _half, _percents, _told, _durations, _dates):
                compile_one(code)

    def index(self, sources: Sequence[Source]) -> Known:
        entries = []
        for source in sources:
            stated = dict(_stated(source.text))
            if stated:
                entries.append((source, stated))
        return Policies(tuple(entries))


@cache
def _questions() -> tuple[re.Pattern[str], ...]:
    words = (word for code in LANGUAGES for word in load(f"promise.{code}").raw["asks"])
    return tuple(re.compile(word, re.I) for word in words)


def _stated(text: str) -> Iterator[tuple[str, frozenset[Quantity]]]:
    found: dict[str, set[Quantity]] = {}
    for line in _lines(text):
        for a, b in units(line, Scope.SENTENCE):
            for kind, quantities in _of_sentence(line[a:b]):
                found.setdefault(kind, set()).update(quantities)
    return ((kind, frozenset(quantities)) for kind, quantities in found.items())


def _lines(text: str) -> Iterator[str]:
    record = as_json(text)
    if record is None:
        yield text
        return
    for _, line in flat(record, "", _NEITHER, _NEITHER):
        yield line.strip()


def _of_sentence(sentence: str) -> Iterator[tuple[str, frozenset[Quantity]]]:
    for code, named in screen("promise", "known", *_GROUPS).named(sentence):
        sayings = load(f"promise.{code}")
        if _negated(code).search(sentence):
            continue
        quantities = frozenset(_quantities(sentence, code))
        for said in sayings.said(sentence, "known", *_GROUPS, named=named):
            for kind in said.kinds:
                yield kind, quantities


# -- quantities

_TIMES = frozenset(("day", "hour", "minute", "business", "month", "on"))


@cache
def _negated(code: str) -> re.Pattern[str]:
    return _worded(load(f"promise.{code}").raw["negated"], code)


def _worded(words: Sequence[str], code: str) -> re.Pattern[str]:
    one_of = "|".join(words) or "(?!)"
    if code in UNSPACED:
        return re.compile(f"(?:{one_of})", re.I)
    return re.compile(f"{_BEGIN}(?:{one_of}){_END}", re.I)


@cache
def _half(code: str) -> re.Pattern[str]:
    return _worded(load(f"promise.{code}").raw["half"], code)


@cache
def _percents(code: str) -> re.Pattern[str]:
    """A number in figures or words before "per cent"."""
    one_of = "|".join(load(f"promise.{code}").raw["percent"]) or "(?!)"
    return re.compile(rf"([0-9]+(?:[.,][0-9]+)?|(?:[^\W\d_]|-)+)\s(?:{one_of})", re.I)


@cache
def _durations(code: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """For each unit, a number or a range of two before it."""
    raw = load(f"promise.{code}").raw
    numbers = "|".join(sorted(map(re.escape, raw["numbers"]), key=len, reverse=True))
    number = f"[0-9０-９]+|{numbers}" if numbers else "[0-9０-９]+"
    begin, end = ("", "") if code in UNSPACED else (_BEGIN, _END)
    lead = (
        rf"(?:(?P<low>{number})\s?(?:[-–—~～]|to|bis|à|a|tot|或|至|到|から)\s?)?"
        rf"(?P<high>{number})[ -]?(?:\([0-9]+\) ?)?"
    )
    keyed = r"|{unit}\s*:\s*(?P<keyed>[0-9]+)"
    return tuple(
        (
            unit,
            re.compile(
                f"{begin}{lead}(?:{'|'.join(words)}){end}"
                + keyed.replace("{unit}", f"(?:{'|'.join(words)})"),
                re.I,
            ),
        )
        for unit, words in raw["units"].items()
    )


@cache
def _told(code: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Words one of which is in every duration, in every date: most sentences have neither."""
    raw = load(f"promise.{code}").raw
    units = [word for words in raw["units"].values() for word in words]
    named = [*(word for words in raw["days"].values() for word in words), *raw["months"]]
    return re.compile("|".join(units) or "(?!)", re.I), re.compile("|".join(named) or "(?!)", re.I)


@cache
def _dates(code: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    raw = load(f"promise.{code}").raw
    found = [(f"{key}", _worded(words, code)) for key, words in raw["days"].items()]
    for number, month in enumerate(raw["months"], 1):
        day = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|º)?"
        sources = [rf"{month}[日. ]*{day}(?![0-9:])", rf"(?<![0-9]){day}\.? ?(?:of |de |d')?{month}"]
        found += [
            (f"month {number}", re.compile(rf"(?<![^\W_])(?:{source}){_END}", re.I)) for source in sources
        ]
    return tuple(found)


def _quantities(sentence: str, code: str) -> Iterator[Quantity]:
    raw = load(f"promise.{code}").raw
    for m in _PERCENT.finditer(sentence):
        yield "percent", f"{float(m[1].replace(',', '.')):g}"
    for m in _percents(code).finditer(sentence):
        number = raw["numbers"].get(m[1].lower(), m[1].replace(",", "."))
        if str(number)[0].isdigit():
            yield "percent", f"{float(number):g}"
    if _half(code).search(sentence):
        yield "percent", "50"
    for fact in _PRICE.find(sentence, (0, len(sentence)), Request()):
        assert isinstance(fact.value, Price)
        yield "money", f"{fact.value.low.normalize():f}"
        yield "money", f"{fact.value.high.normalize():f}"
    yield from _times(sentence, code)


def _times(sentence: str, code: str) -> Iterator[Quantity]:
    numbers = load(f"promise.{code}").raw["numbers"]
    taken: list[Span] = []
    durations, dates = _told(code)
    for unit, pattern in _durations(code) if durations.search(sentence) else ():
        for m in pattern.finditer(sentence):
            if any(a < m.end() and m.start() < b for a, b in taken):
                continue
            taken.append(m.span())
            name, scale = _SCALE.get(unit, (unit, 1))
            for said in {m["low"], m["high"], m["keyed"]} - {None}:
                number = numbers.get(said.lower()) if said.lower() in numbers else int(said)
                total = int(number) * scale
                yield (
                    ("day", str(total // 24))
                    if name == "hour" and total % 24 == 0 and total
                    else (name, str(total))
                )
    for key, pattern in _dates(code) if dates.search(sentence) else ():
        for m in pattern.finditer(sentence):
            yield "on", f"{key} {m['day']}" if "day" in m.groupdict() else key
