"""Where each choice of a streamed reply stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from filterproxy.dialects.choices import Numbers, numbers_of


@dataclass(slots=True)
class Standing:
    """
    What is known of the choices of one stream.

    seen: all of them, in the order they came. changed: those that do not read as they came. finished: those
    whose end has left. calls: those that call a tool, and so finish for it. dropped: with what is said
    instead of each; told: those of which that has left. numbers: of those that stay, where others leave the
    reply.
    """

    seen: dict[int, None] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)
    finished: set[int] = field(default_factory=set)
    calls: set[int] = field(default_factory=set)
    dropped: Mapping[int, str | None] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)
    numbers: Numbers | None = None

    def note(self, choices: Iterable[int]) -> None:
        """An event is about these choices."""
        for choice in choices:
            if choice not in self.seen:
                self.seen[choice] = None

    def drop(self, dropped: Mapping[int, str | None], *, removes: bool) -> None:
        """Choices were dropped; removes: they leave the reply, and the others move up."""
        self.dropped = dropped
        self.changed.update(dropped)
        if dropped and removes:
            # Nothing has left: what could drop a choice withholds them all.
            self.numbers = numbers_of(self.seen, dropped)

    def nothing_left(self, dropped: Mapping[int, str | None]) -> bool:
        """Whether dropping these leaves no choice that says anything."""
        silent = {choice for choice, say in dropped.items() if say is None}
        return bool(silent) and silent.issuperset(self.seen)

    @property
    def unfinished(self) -> list[int]:
        """Those that upstream has not ended, as they leave."""
        return [self.number(c) for c in self.seen if c not in self.finished and self._stays(c)]

    def number(self, choice: int) -> int:
        """The index that a choice leaves with."""
        return choice if self.numbers is None else self.numbers.get(choice, choice)

    def is_moved(self, choices: Iterable[int]) -> bool:
        """Whether one of these leaves with another index than it came with."""
        return self.numbers is not None and any(self.number(choice) != choice for choice in choices)

    def _stays(self, choice: int) -> bool:
        return self.numbers is None or choice in self.numbers
