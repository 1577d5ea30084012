"""Whether a server that failed is asked again already."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Breaker:
    """
    Whether a service is asked. Opens after *failures* within *within_seconds*; *rest_seconds* later one
    question is let through, whose answer decides.

    clock: seconds from any origin.
    """

    clock: Callable[[], float] = time.monotonic
    failures: int = 5
    within_seconds: float = 30.0
    rest_seconds: float = 10.0
    _failed: deque[float] = field(default_factory=deque)
    _opened: float | None = None
    _is_tried: bool = False

    @property
    def is_open(self) -> bool:
        return self._opened is not None

    def lets(self) -> bool:
        """Whether to ask now; then `worked`, `failed` or `left` must be called."""
        if self._opened is None:
            return True
        if self._is_tried or self.clock() - self._opened < self.rest_seconds:
            return False
        self._is_tried = True
        return True

    def worked(self) -> None:
        self._opened, self._is_tried = None, False
        self._failed.clear()

    def failed(self) -> None:
        now = self.clock()
        self._failed.append(now)
        while now - self._failed[0] > self.within_seconds:
            self._failed.popleft()
        if self._is_tried or (self._opened is None and len(self._failed) >= self.failures):
            self._opened, self._is_tried = now, False
            self._failed.clear()

    def left(self) -> None:
        """The question was taken back before it was answered."""
        self._is_tried = False
