"""
Prices: an amount of money with its currency, what it is for, or a range of such amounts.

A price has no thing: that "$20" is said of the lamp and known of the chair is not noticed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.shape import Shape
from filterproxy.facts.amount import of_digits
from filterproxy.facts.fact import Fact, Known, Source
from filterproxy.facts.price_reader import LEAD, Price, first, mark_of, prices
from filterproxy.facts.price_words import Currencies, PriceWords, words
from filterproxy.facts.record import as_json

_QUESTION_REACH = 2000


@dataclass(frozen=True, slots=True)
class PriceList:
    """What the sources state. Amounts without a currency stand for any."""

    entries: tuple[tuple[Price, Source], ...]

    @property
    def empty(self) -> bool:
        return not self.entries

    def entails(self, said: object) -> Source | None:
        if not isinstance(said, Price):
            return None
        found = self._stating(said)
        if found is None and said.low != said.high:
            low = self._stating(replace(said, high=said.low))
            high = self._stating(replace(said, low=said.high))
            return low if high is not None else None
        return found

    def _stating(self, said: Price) -> Source | None:
        return next((source for known, source in self.entries if _states(known, said)), None)


def _states(known: Price, said: Price) -> bool:
    if known.currencies and said.currencies and not known.currencies & said.currencies:
        return False
    if known.per and said.per and known.per != said.per:
        return False
    if said.bound and said.low in (known.low, known.high):
        return True
    return (known.low, known.high) == (said.low, said.high)


@dataclass(frozen=True, slots=True)
class PriceFact:
    """The fact `price`."""

    @property
    def name(self) -> str:
        return "price"

    @property
    def gate(self) -> tuple[str, ...]:
        return words().gate

    @property
    def shape(self) -> Shape:
        return words().shape

    def first(self, text: str, pos: int, unit: Span) -> Fact | None:
        return first(text, max(pos, unit[0]), unit[1], words())

    def find(self, text: str, unit: Span, request: Request) -> list[Fact]:
        return list(prices(text, unit))

    def asks(self, question: str) -> bool:
        return words().asks.search(question[-_QUESTION_REACH:]) is not None

    def index(self, sources: Sequence[Source]) -> Known:
        return PriceList(tuple((price, source) for source in sources for price in _stated(source.text)))


# -- what sources say


def _stated(text: str) -> Iterator[Price]:
    record = as_json(text)
    if record is not None:
        yield from _of_record(record, "", frozenset(), words())
        return
    facts = list(prices(text, (0, len(text))))
    for fact in facts:
        assert isinstance(fact.value, Price)
        yield fact.value
    yield from _of_table(text, words())
    yield from _loose(text, [fact.span for fact in facts], words())


def _loose(text: str, taken: Sequence[Span], w: PriceWords) -> Iterator[Price]:
    """Amounts in a price list that names its currency elsewhere, or not at all: "Lamp: 49.99"."""
    for m in w.loose.finditer(text):
        if any(a < m.end() and m.start() < b for a, b in taken):
            continue
        lead = text[max(0, m.start() - LEAD) : m.start()]
        if re.search(r"[.,][0-9]{2}\Z", m["number"]) or w.evidence.search(lead):
            value = of_digits(m["number"])
            if value is not None:
                yield Price(value, value, frozenset())


_CELLS = re.compile(r"[|\t;,]")


def _of_table(text: str, w: PriceWords) -> Iterator[Price]:
    """Numbers in columns whose heading speaks of prices, in Markdown or separated values."""
    column, currencies, mark = -1, frozenset[str](), ""
    for line in text.splitlines():
        cells = line.split(mark) if mark else []
        value = of_digits(cells[column].strip(" *\"'")) if 0 <= column < len(cells) else None
        if value is not None:
            yield Price(value, value, currencies)
        elif (found := _CELLS.search(line)) is not None:
            heads = line.split(found[0])
            priced = [n for n, head in enumerate(heads) if w.evidence.search(head)]
            if priced:
                mark, column = found[0], priced[0]
                currencies = _named(heads[column], w)


def _named(text: str, w: PriceWords) -> Currencies:
    m = w.mark.search(text)
    return mark_of(m.group(), w).currencies if m else frozenset()


_KEY_PARTS = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\W]+")


def _of_record(value: Any, path: str, currencies: Currencies, w: PriceWords) -> Iterator[Price]:
    """Prices in JSON: members that are called so, in the currency that stands beside them or in their key."""
    if isinstance(value, dict):
        beside = [v for k, v in value.items() if "curr" in k.lower() and isinstance(v, str)]
        currencies = _named(beside[0], w) if beside else currencies
        for name, member in value.items():
            # A key says what its numbers are, also those in mappings and lists below it.
            yield from _of_record(
                member, f"{path} {name}" if _is_priced(path, w) else str(name), currencies, w
            )
    elif isinstance(value, list):
        for member in value:
            yield from _of_record(member, path, currencies, w)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        if _is_priced(path, w):
            yield from _keyed(str(value), path, currencies, w)
    elif isinstance(value, str):
        if _is_priced(path, w) and of_digits(value) is not None:
            yield from _keyed(value, path, currencies, w)
        else:
            yield from _stated(value) if as_json(value) is None else ()


def _keyed(number: str, path: str, currencies: Currencies, w: PriceWords) -> Iterator[Price]:
    # A JSON number has no groups: "1.250" is not a thousand.
    value = Decimal(number) if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", number) else of_digits(number)
    if value is None:
        return
    parts = _KEY_PARTS.split(path)
    named = next((c for part in reversed(parts) if (c := _named(part, w))), currencies)
    per = next((w.units[p.lower()] for p in parts if p.lower() in w.units), "")
    scale = Decimal("0.01") if "cents" in path.lower() else Decimal(1)
    yield Price(value * scale, value * scale, frozenset() if scale != 1 and not currencies else named, per)


def _is_priced(path: str, w: PriceWords) -> bool:
    spoken = " ".join(_KEY_PARTS.split(unicodedata.normalize("NFKC", path))).lower()
    return bool(spoken) and (w.evidence.search(spoken) is not None or "amount" in spoken)
