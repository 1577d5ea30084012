"""The verb `fact`: what a reply states, by kind."""

from __future__ import annotations

from dataclasses import dataclass, field

from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.shape import Shape
from filterproxy.facts import FACTS
from filterproxy.facts.fact import FactKind, FormalKind, is_formal, stated


@dataclass(frozen=True, slots=True)
class FactDetector:
    """
    Find statements of one kind of fact: what is said, not how it is written.

    Options:
        fact: the kind, one of `address`, `clock_time`, `date`, `done`, `email`, `image_host`, `link_host`,
            `opening_hours`, `percentage`, `phone`, `price`, `promise`, `url`.

    `opening_hours` are of interest only where the reply says that a place opens, closes or serves at a time;
    a train's or a booking's is not. The match is the time, the closed days, or the "24 hours" itself.

    A `price` is an amount with its currency, in digits or words, and what it is for ("$49 per month"), or a
    range of amounts. It is known where the request has the same amount in the same currency: "49.99 USD"
    stands for "$49.99". A price has no thing: one that the request states of the lamp excuses the same of the
    chair.

    An `email` is known in any letter case, a `url` without scheme and "www.", a `phone` by its last digits:
    "+1 212 555 0142" stands for "(212) 555-0142". Numbers without a country's code are read as those of the
    United States; for another country see `number`. Addresses of example.com are no statements.

    An `image_host` is the host of an image, in Markdown or HTML, or of another element that loads by itself;
    a `link_host` that of any link. Both are known where the request names the host or its parent domain:
    "lamp.com" stands for "cdn.lamp.com". The match is the whole image, of a link its address.

    An `address` is a street with a house number ("12 Baker Street", "Hauptstr. 5", "建国路88号"), known where
    the request has the same number and street; town and postcode are not compared.

    What is `done` is an action that the reply says has been taken: "I've booked your table", "Your refund has
    been processed". It is known where a function was called that does such a thing and did not fail, or where
    the operator or the user says that it was done. Offers, plans and conditions are no claims.

    A `promise` commits the business: a refund, something free or cheaper, a delivery by a day, a call back, a
    replacement, a matched price, a guarantee. It is known where the request states one of that kind with
    every percentage, amount, time and day that the sentence says.

    A `clock_time` is any time of day ("half past eight", "21h30", "上午九点"), also of a train or a film;
    durations, ratios and scores are none. It is known where the request has a time that it can be: "09:00"
    stands for "nine in the morning" and "at 9", not for "9 pm".

    A `date` is a weekday, a day ahead ("tomorrow", "in three days") or a day of the calendar, with or without
    its year. "2026-05-05" stands for "5 May" and, as its year is said, for "Tuesday"; "05/06/2026" for either
    reading; "tomorrow" only for "tomorrow", as the filter has no clock. "Every Monday" and "Mon-Fri" are
    habits and no dates; where the request has them, their days are known.

    A `percentage` is a number of hundredths, in figures or words, or a range of them: "fifteen per cent"
    stands for "15 %".

    All but `opening_hours`, `clock_time` and `date` are told by their form, so that a stream waits only for
    what could begin one. But for `opening_hours`, what the user says is known beside what the operator says.

    Hit:   `fact: opening_hours`  on  "We open at nine."
    Pass:  `fact: opening_hours`  on  "Your table is booked for nine."

    Hit:   `fact: price`  on  "That is twenty euros."
    Pass:  `fact: price`  on  "It weighs twenty pounds."

    Hit:   `fact: clock_time`  on  "The train leaves at half past eight."
    Pass:  `fact: clock_time`  on  "The trip takes 9 hours."

    Hit:   `fact: date`  on  "It arrives on Tuesday, 5 May."
    Pass:  `fact: date`  on  "We are here Monday to Friday."

    Hit:   `fact: percentage`  on  "Members get fifteen per cent off."
    Pass:  `fact: percentage`  on  "It is three quarters full."

    Hit:   `fact: image_host`  on  "![logo](https://lamp.shop/logo.png)"
    Pass:  `fact: image_host`  on  "[logo](https://lamp.shop/logo.png)"
    """

    name: str
    kind: FactKind = field(init=False, repr=False, compare=False)
    _formal: FormalKind | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.name not in FACTS:
            raise ValueError(f'unknown fact "{self.name}" (there are: {", ".join(sorted(FACTS))})')
        kind = FACTS[self.name]
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "_formal", kind if is_formal(kind) else None)

    @property
    def shape(self) -> Shape | None:
        return None if self._formal is None else self._formal.shape

    @property
    def gate(self) -> tuple[str, ...] | None:
        return self.kind.gate

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        if self._formal is not None:
            fact = self._formal.first(text, pos, unit)
            return None if fact is None else fact.span
        spans = (fact.span for fact in stated(self.kind, text, unit, request))
        return next((span for span in spans if span[0] >= pos), None)
