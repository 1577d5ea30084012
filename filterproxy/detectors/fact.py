"""The verb `fact`: what a reply states, by kind."""

from __future__ import annotations

from dataclasses import dataclass, field

from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.shape import Shape
from filterproxy.facts import FACTS
from filterproxy.facts.fact import Fact, FactKind


@dataclass(frozen=True, slots=True)
class FactDetector:
    """
    Find statements of one kind of fact: what is said, not how it is written.

    Options:
        fact: the kind, one of `opening_hours`.

    A time is of interest only where the reply says that a place opens, closes or serves at it; a train's
    or a booking's is not. The match is the time, the closed days, or the "24 hours" itself.

    Hit:   `fact: opening_hours`  on  "We open at nine."
    Pass:  `fact: opening_hours`  on  "Your table is booked for nine."
    """

    name: str
    kind: FactKind = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.name not in FACTS:
            raise ValueError(f'unknown fact "{self.name}" (there are: {", ".join(sorted(FACTS))})')
        object.__setattr__(self, "kind", FACTS[self.name])

    @property
    def shape(self) -> Shape | None:
        return None

    @property
    def gate(self) -> tuple[str, ...] | None:
        return self.kind.gate

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        for fact in self._stated(text, unit, request):
            if fact.span[0] >= pos:
                return fact.span
        return None

    def _stated(self, text: str, unit: Span, request: Request) -> list[Fact]:
        return self.kind.find(text, unit, request)
