"""Consecutive rules that share their scans and their hold."""

from __future__ import annotations

import bisect
import functools
from collections.abc import Sequence
from dataclasses import dataclass

from filterproxy.core.bound import Bound, Keeps, stands_alone
from filterproxy.core.gate import Gate, Hold
from filterproxy.core.rule import Mode, Scope, Verb


@dataclass(frozen=True)
class Run:
    """
    Consecutive rules of a plan, in order: those that change text, and those that read it at its end.

    gate: the plan's. part_of: the run that came apart into this one and others, whose hold it keeps: making
    one of its own would cost more than what it lets go.
    """

    changers: tuple[Bound, ...]
    observers: tuple[Bound, ...]
    gate: Gate
    part_of: Run | None = None

    @property
    def bounds(self) -> tuple[int, int]:
        """The indices of the first and the last rule that changes text; there must be one."""
        return self.changers[0].index, self.changers[-1].index

    def parted(self, at: Bound) -> tuple[Run, Run]:
        """The rules before *at*, which changes text, and those behind it."""
        whole = self.part_of or self
        here, there = _place(self.changers, at.index), _place(self.observers, at.index)
        return (
            Run(self.changers[:here], self.observers[:there], self.gate, whole),
            Run(self.changers[here + 1 :], self.observers[there:], self.gate, whole),
        )

    @functools.cached_property
    def unit(self) -> Scope | None:
        """The unit at whose bounds alone text leaves, where a rule waits for such a unit."""
        if self.part_of is not None and self.part_of.unit is None:
            return None
        return next((b.unit for b in self.changers if b.unit is not None), None)

    @functools.cached_property
    def whole(self) -> bool:
        """Whether a rule must see all of the text before any of it may leave."""
        if self.part_of is not None and not self.part_of.whole:
            return False
        return any(b.keeps is Keeps.REPLY for b in self.changers)

    def waits_from(self, text: str, pos: int) -> int:
        """The earliest offset from *pos* on at which a match of one of these rules could begin."""
        return min([hold.start(text, pos) for hold in self.holds], default=len(text))

    @functools.cached_property
    def holds(self) -> tuple[Hold, ...]:
        """
        What those wait for that wait for no more than what could begin a match.

        Of the rules that act in every conversation one for all, of canaries one for each: there are 256
        combinations of eight, and a hold is the most that a plan costs.
        """
        if self.part_of is not None:
            return self.part_of.holds
        waiting = [b for b in self.changers if b.holds]
        everywhere = tuple(b.index for b in waiting if b.mode is not Mode.CANARY)
        canaries = [(b.index,) for b in waiting if b.mode is Mode.CANARY]
        return tuple(self.gate.hold(indices) for indices in (everywhere, *canaries) if indices)

    @property
    def alone(self) -> Bound | None:
        """The only rule, where it counts along the text."""
        first = self.changers[0] if self.changers else None
        return first if first is not None and stands_alone(first) else None


def _place(rules: Sequence[Bound], index: int) -> int:
    return bisect.bisect_left(rules, index, key=lambda b: b.index)


def runs_of(rules: Sequence[Bound], gate: Gate) -> tuple[Run, ...]:
    """The rules of a plan in runs that can share their scans; one that counts along the text is alone."""
    runs: list[list[Bound]] = []
    for bound in rules:
        last = runs[-1] if runs else None
        if last is None or stands_alone(bound) or _ends_run(last[-1]) or _clash(last, bound):
            runs.append([bound])
        else:
            last.append(bound)
    return tuple(
        Run(tuple(b for b in run if b.changes), tuple(b for b in run if not b.changes), gate) for run in runs
    )


def _ends_run(bound: Bound) -> bool:
    """Whether the next rule may read another text than this one even when nothing was changed."""
    return stands_alone(bound) or (bound.enforced and bound.action.verb is Verb.APPEND)


def _clash(run: Sequence[Bound], bound: Bound) -> bool:
    """Whether *bound* waits for another unit than a rule of the run does."""
    unit = bound.unit if bound.changes else None
    return unit is not None and any(b.changes and b.unit not in (None, unit) for b in run)
