"""What a kind of fact is: how statements of it are found, and what the request says about it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeGuard

from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.shape import Shape


@dataclass(frozen=True, slots=True)
class Fact:
    """
    One statement.

    span: code points of the text it was found in, half-open: what says the value (the time, the
    closed days). value: what it says, normalised; compared by its own kind only.
    """

    span: Span
    value: Hashable


class Source(NamedTuple):
    """
    A place in the request that states things: `system prompt`, `tool result 2`, `user turn 1`.

    tool: the function whose result it is, "" where nobody says. Of a call without a result the text is "".
    """

    name: str
    text: str
    tool: str = ""


class Known(Protocol):
    """What some sources say about one kind of fact."""

    @property
    def empty(self) -> bool:
        """Whether they say nothing about it at all."""

    def entails(self, said: object) -> Source | None:
        """The source by which *said* (a Fact's value of the same kind) is true; None when none says so."""


class FactKind(Protocol):
    """
    One kind of fact, stateless and shared.

    gate: RE2 patterns, one of which is found in every unit that states the fact.
    """

    @property
    def name(self) -> str: ...

    @property
    def gate(self) -> tuple[str, ...]: ...

    def find(self, text: str, unit: Span, request: Request) -> list[Fact]:
        """
        Statements in text[unit], in the order of their spans.

        Evidence may stand in the unit, in the 1 024 code points before it, or in the request; never
        after the unit, so that a stream need not wait for more.
        """

    def asks(self, question: str) -> bool:
        """Whether *question* wants to know this."""

    def index(self, sources: Sequence[Source]) -> Known: ...


class CumulativeKind(FactKind, Protocol):
    """A kind whose statements do not speak against each other: the user's count beside the operator's."""

    @property
    def cumulative(self) -> Literal[True]: ...


class FormalKind(FactKind, Protocol):
    """
    A kind whose statements are told by their form (an amount, an address), not by their sentence.

    So a stream waits only for what could begin one, a match says the same cut out of its text, and one
    statement does not speak against another: the user's word counts beside the operator's.
    """

    @property
    def shape(self) -> Shape: ...

    def first(self, text: str, pos: int, unit: Span) -> Fact | None:
        """
        The first statement in text[unit] that begins at *pos* or later.

        It hangs on what stands in the match, after it as far as the shape reads, and on the 1 024 code
        points before it.
        """


# Asked of the class, as asking an instance for all that a protocol names would work out its gate.


def is_cumulative(kind: FactKind) -> TypeGuard[CumulativeKind]:
    return hasattr(type(kind), "cumulative")


def is_formal(kind: FactKind) -> TypeGuard[FormalKind]:
    return hasattr(type(kind), "first")


# A text and its folded view.
_KEPT_TEXTS = 2


def stated(kind: FactKind, text: str, unit: Span, request: Request) -> Sequence[Fact]:
    """What `kind.find` says, which is asked for again for the second match, for excuses and values."""
    by_text = request.memo.setdefault(("stated", kind.name), {})
    found: dict[Span, Sequence[Fact]] | None = by_text.get(text)
    if found is None:
        while len(by_text) >= _KEPT_TEXTS:
            del by_text[next(iter(by_text))]
        found = by_text[text] = {}
    if unit not in found:
        found[unit] = kind.find(text, unit, request)
    return found[unit]
