"""`any`, `all` and `not`: detectors made of detectors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from filterproxy.core.asking import Asker
from filterproxy.core.request import Request
from filterproxy.core.rule import Detector, Span
from filterproxy.core.rule import reads_json as reads_json_alone
from filterproxy.core.shape import Alt, Shape, wide


@dataclass(frozen=True, slots=True)
class AnyOf:
    """
    Find what any of the members finds: the leftmost, and of those that begin together the longest.

    Hit:   `any: [{regex: 'v\\d'}, {phrases: [beta]}]`  on  "The beta is out"
    Pass:  `any: [{regex: 'v\\d'}, {phrases: [beta]}]`  on  "It is out"
    """

    members: tuple[Detector, ...]

    @property
    def shape(self) -> Shape | None:
        shapes = [member.shape for member in self.members]
        return None if None in shapes else Alt(tuple(s for s in shapes if s is not None))

    @property
    def gate(self) -> tuple[str, ...] | None:
        gates = [gate_of(member) for member in self.members]
        return None if None in gates else tuple(s for g in gates if g is not None for s in g)

    @property
    def askers(self) -> tuple[Asker, ...]:
        return askers(self.members)

    @property
    def reads_json(self) -> bool:
        return any(map(reads_json_alone, self.members))

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        found = [m.find(text, pos, unit, request) for m in self.members]
        return min((s for s in found if s is not None), key=lambda s: (s[0], -s[1]), default=None)


@dataclass(frozen=True, slots=True)
class AllOf:
    """
    Find what the first member finds, in units in which all of them find something and no `not` does.

    Hit:   `all: [{regex: '\\d+ %'}, {phrases: [guarantee]}]`  on  "We guarantee 5 % a year."
    Pass:  `all: [{regex: '\\d+ %'}, {not: {phrases: [about]}}]`  on  "It is about 5 % a year."
    """

    first: Detector
    others: tuple[Detector, ...] = ()
    nots: tuple[Detector, ...] = ()

    @property
    def shape(self) -> None:
        return None

    @property
    def gate(self) -> tuple[str, ...] | None:
        # All are in a text with a match, so that any one's gate speaks for them.
        gates = (gate_of(member) for member in (self.first, *self.others))
        return next((gate for gate in gates if gate is not None), None)

    @property
    def askers(self) -> tuple[Asker, ...]:
        return askers((self.first, *self.others, *self.nots))

    @property
    def reads_json(self) -> bool:
        return any(map(reads_json_alone, (self.first, *self.others, *self.nots)))

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        found = self.first.find(text, pos, unit, request)
        if found is None or not all(self._in_unit(m, text, unit, request) for m in self.others):
            return None
        return None if any(self._in_unit(m, text, unit, request) for m in self.nots) else found

    def _in_unit(self, member: Detector, text: str, unit: Span, request: Request) -> bool:
        return member.find(text, unit[0], unit, request) is not None


def askers(detectors: Iterable[Detector]) -> tuple[Asker, ...]:
    """Whom they ask, all together."""
    return tuple(asker for detector in detectors for asker in getattr(detector, "askers", ()))


def gate_of(detector: Detector) -> tuple[str, ...] | None:
    """RE2 sources, one of which is in every text with a match; None: it must always run."""
    if detector.gate is not None:
        return detector.gate
    if detector.shape is None:
        return None
    source = wide(detector.shape)
    return (source,) if source else None
