"""Too long, or too short."""

from __future__ import annotations

from dataclasses import dataclass, field

from filterproxy.core.request import Request
from filterproxy.core.rule import Span, Walker
from filterproxy.core.shape import Shape


@dataclass(frozen=True, slots=True)
class Length:
    """
    Find a text that is too long or too short; exactly one of the two options.

    Options:
        over: the match is the first character after so many.
        under: the match is the whole text when it has fewer characters. What is too short is known only
            at its end, so such a rule holds the whole text.

    Characters are Unicode code points: "é" is one or two, most emoji are one to seven.

    Hit:   `length: {over: 5}`  on  "Good morning"
    Pass:  `length: {under: 5}`  on  "Good morning"
    """

    over: int | None = None
    under: int | None = None
    shape: Shape | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if (self.over is None) == (self.under is None):
            raise ValueError("length takes exactly one of `over` and `under`")
        if self.over is not None and self.over < 0:
            raise ValueError(f"`over` is {self.over}: no text is that short")
        if self.under is not None and self.under < 1:
            raise ValueError(f"`under` is {self.under}: no text is shorter")

    @property
    def gate(self) -> tuple[str, ...] | None:
        # A sentence or a line has a character at least: an empty unit is all of an empty text.
        return (r"\A\z",) if self.under == 1 else None

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        start, end = unit
        if self.over is not None:
            first = start + self.over
            return (first, first + 1) if pos <= first < end else None
        assert self.under is not None
        return (start, end) if pos <= start and end - start < self.under else None

    def walk(self, request: Request) -> Walker | None:
        """A counter for one text; None for `under`, which only the end decides."""
        return None if self.over is None else _Counter(self.over)


@dataclass(slots=True)
class _Counter:
    over: int
    seen: int = 0

    def feed(self, text: str) -> list[Span]:
        before, self.seen = self.seen, self.seen + len(text)
        return [(self.over, self.over + 1)] if before <= self.over < self.seen else []

    def end(self) -> list[Span]:
        return []

    def settled(self) -> int:
        # Nothing that was seen can still become the match: it is one character, found at once.
        return self.seen
