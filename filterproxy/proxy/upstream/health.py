"""
Which of several addresses of a model server is asked, told by how the requests before this one ended.

    up      asked in the order of the list. `fail_after` failures in a row make it
    down    left alone for a pause. When that is over, one request is let through on *trial*, and all others
            go on to the next address meanwhile; how it ends decides: up again, or down for twice as long, up
            to ten times the first pause.

Nothing is refused without asking: where no address is up, and none due for its trial, the one that was seen
to fail the longest ago is asked *anyway*. So they take turns, and the first that is back is found; but such
requests lengthen no pause, or the first second of an outage would take them all to their end.

What ends after its address went down, and began before, says nothing of the address now: a model may finish
long replies on a server that takes no new ones.

Nobody is asked for the sake of knowing: requests are all that is seen, and a server that is down costs a
request a pause.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

_LONGEST = 10  # times the first pause
_GROWTH = 2.0


class Turn(Enum):
    """Why an address was chosen."""

    UP = "up"
    TRIAL = "trial"
    ANYWAY = "anyway"


@dataclass(slots=True)
class Health:
    """
    One address. failures: in a row, while it is up. pause: seconds that it is, or would next be, left alone.
    until: when that ends; None while it is up. seen: when it last failed. on_trial: one request decides now.
    """

    pause: float
    failures: int = 0
    until: float | None = None
    seen: float = 0.0
    on_trial: bool = False

    @property
    def is_up(self) -> bool:
        return self.until is None


class Addresses:
    """
    The addresses of one upstream, by their places in its list.

    fail_after: failures in a row that take one down. down_seconds: its first pause. clock: seconds from any
    origin, asked only while something fails. changed: called with a place and whether it is up, whenever that
    changes.
    """

    def __init__(
        self,
        count: int,
        fail_after: int,
        down_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        changed: Callable[[int, bool], None] = lambda place, is_up: None,
    ) -> None:
        self._all = [Health(down_seconds) for _ in range(count)]
        self._fail_after = fail_after
        self._down_seconds = down_seconds
        self._clock = clock
        self._changed = changed

    def up(self, place: int) -> bool:
        return self._all[place].is_up

    def choose(self, asked: Sequence[int] = ()) -> tuple[int, Turn] | None:
        """
        Which to ask now, and why; then `worked`, `failed` or `left` must be called with both.

        asked: those that this request has been to, in vain. None when there is no other that could help.
        """
        first = self._all[0]
        if first.until is None and not asked:
            return _FIRST
        now = self._clock()
        for place, health in enumerate(self._all):
            if place in asked:
                continue
            if health.until is None:
                return place, Turn.UP
            if now >= health.until and not health.on_trial:
                health.on_trial = True
                return place, Turn.TRIAL
        if asked:
            return None
        return min(range(len(self._all)), key=lambda place: self._all[place].seen), Turn.ANYWAY

    def worked(self, place: int, turn: Turn) -> None:
        """It answered."""
        health = self._all[place]
        if health.until is None:
            health.failures = 0
        elif turn is not Turn.UP:
            health.failures, health.until, health.on_trial = 0, None, False
            health.pause = self._down_seconds
            self._changed(place, True)

    def failed(self, place: int, turn: Turn) -> None:
        """It could not be asked, or gave no answer, or one that says that it is down."""
        health = self._all[place]
        now = self._clock()
        if health.until is None:
            health.failures += 1
            if health.failures >= self._fail_after:
                health.until, health.seen = now + health.pause, now
                self._changed(place, False)
        elif turn is Turn.TRIAL:
            health.pause = min(health.pause * _GROWTH, self._down_seconds * _LONGEST)
            health.until, health.seen, health.on_trial = now + health.pause, now, False
        elif turn is Turn.ANYWAY:
            health.seen = now

    def left(self, place: int, turn: Turn) -> None:
        """The request was taken back, or could not be asked for a reason of our own: nothing was learnt."""
        if turn is Turn.TRIAL:
            self._all[place].on_trial = False


_FIRST = (0, Turn.UP)
