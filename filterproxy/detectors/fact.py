"""The verb `fact`: what a reply states, by kind."""

from __future__ import annotations

from dataclasses import dataclass, field

from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.shape import Shape
from filterproxy.facts import FACTS
from filterproxy.facts.fact import FactKind, FormalKind


@dataclass(frozen=True, slots=True)
class FactDetector:
    """
    Find statements of one kind of fact: what is said, not how it is written.

    Options:
        fact: the kind, one of `email`, `opening_hours`, `phone`, `price`, `url`.

    `opening_hours` are of interest only where the reply says that a place opens, closes or serves at a time;
    a train's or a booking's is not. The match is the time, the closed days, or the "24 hours" itself.

    A `price` is an amount with its currency, in digits or words, and what it is for ("$49 per month"), or a
    range of amounts. It is known where the request has the same amount in the same currency: "49.99 USD"
    stands for "$49.99". A price has no thing: one that the request states of the lamp excuses the same of the
    chair.

    An `email` is known in any letter case, a `url` without scheme and "www.", a `phone` by its last digits:
    "+1 212 555 0142" stands for "(212) 555-0142". Numbers without a country's code are read as those of the
    United States; for another country see `number`. Addresses of example.com are no statements.

    All but `opening_hours` are told by their form, so that a stream waits only for what could begin one. What
    the user says is known beside what the operator says.

    Hit:   `fact: opening_hours`  on  "We open at nine."
    Pass:  `fact: opening_hours`  on  "Your table is booked for nine."

    Hit:   `fact: price`  on  "That is twenty euros."
    Pass:  `fact: price`  on  "It weighs twenty pounds."
    """

    name: str
    kind: FactKind = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.name not in FACTS:
            raise ValueError(f'unknown fact "{self.name}" (there are: {", ".join(sorted(FACTS))})')
        object.__setattr__(self, "kind", FACTS[self.name])

    @property
    def shape(self) -> Shape | None:
        return self.kind.shape if isinstance(self.kind, FormalKind) else None

    @property
    def gate(self) -> tuple[str, ...] | None:
        return self.kind.gate

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        if isinstance(self.kind, FormalKind):
            fact = self.kind.first(text, pos, unit)
            return None if fact is None else fact.span
        spans = (fact.span for fact in self.kind.find(text, unit, request))
        return next((span for span in spans if span[0] >= pos), None)
