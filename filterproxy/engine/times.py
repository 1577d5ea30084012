"""What one reply took."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Times:
    """
    Seconds: filtering, of all that one reply took; held, the longest that text waited; delay, from the first
    bytes of a stream's body to the first that left.
    """

    filtering: float = 0.0
    held: float = 0.0
    delay: float = 0.0


class Stopwatch:
    """Takes the *times* of one reply while its bytes come and leave. All clocks are the caller's, and one."""

    __slots__ = ("_came", "_held_since", "_left", "_times")

    def __init__(self, times: Times) -> None:
        self._times = times
        self._came = 0.0  # when the first bytes did
        self._left = False  # whether any have
        self._held_since = 0.0

    def step(self, began: float, now: float, *, left: bool, waiting: bool) -> None:
        """Some of the body was filtered, from *began* to *now*: whether any left, and whether text waits."""
        times = self._times
        times.filtering += now - began
        self._came = self._came or began
        if left and not self._left:
            self._left = True
            times.delay = now - self._came
        if left or not waiting:
            self._release(now)
            self._held_since = now if waiting else 0.0
        elif not self._held_since:
            self._held_since = now

    def end(self, began: float, now: float) -> None:
        """What came last was filtered, from *began* to *now*, and nothing waits."""
        self._times.filtering += now - began
        self._release(now)
        self._held_since = 0.0
        if self._came and not self._left:
            self._left = True
            self._times.delay = now - self._came

    def _release(self, now: float) -> None:
        if self._held_since:
            self._times.held = max(self._times.held, now - self._held_since)
