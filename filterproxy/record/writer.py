"""
The thread that writes a log, and what stands between it and the event loop: a queue with two bounds,
which nobody ever waits for.

Theory of operation. `put` appends to a queue, or says why not. It wakes the thread only when it rests,
once for all that comes while it works: then the thread lets some more come before it takes what is there.
The sizes of what was put and taken are two numbers, each written by one side only, so that neither takes
a lock.

Counting is for the event loop (see engine.sharing): the thread collects numbers, and has them counted
there.

What cannot be written waits and is tried again each second. Meanwhile the queue fills, and what it has no
room for is dropped, and counted. Replies never notice.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import NamedTuple

from filterproxy.record.segments import Row, Segments

# A second of a worker at its fastest. An entry without texts is some kilobytes.
MOST_ITEMS = 4096
MOST_BYTES = 32 << 20
# Between what wakes the thread and its work: so much more comes along with it.
_GATHER_SECONDS = 0.05
_TICK_SECONDS = 1.0
_RETRY_SECONDS = 1.0
_UPKEEP_SECONDS = 3600.0
_SAY_SECONDS = 60.0
# Lines that are made before they are written, so that no more than this waits for a disk that is full.
_BATCH = 256
# After each line: the event loop has its turn now rather than after the interpreter's 5 ms.
_BREATH_SECONDS = 2e-5
# What the end of a process waits for, at most.
_CLOSE_SECONDS = 5.0

QUEUE_FULL = "queue_full"
WRITE_FAILED = "write_failed"
FOLDER_FULL = "folder_full"
PURGED = "purged"
CLOSED = "closed"
FAULT = "error"

_log = logging.getLogger("filterproxy")


class Made(NamedTuple):
    """A line, None where there is none, and what else is to be counted as dropped, by cause."""

    row: Row | None
    dropped: list[str]


Make = Callable[[], Made]


class Counts(NamedTuple):
    """Lines that were written, and dropped by cause, since the last time."""

    lines: int
    dropped: Counter[str]


class Writer:
    """
    Makes and writes lines.

    count: called on the thread of the event loop that first called `put`, and by `count_rest`.
    """

    def __init__(self, log: str, segments: Segments, count: Callable[[Counts], None]) -> None:
        self._name = log
        self._segments = segments
        self._count = count
        self._queue: deque[tuple[Make, int]] = deque()
        self._put_bytes = 0  # written by the event loop only
        self._taken_bytes = 0  # written by the thread only
        self._rests = False
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rows: deque[Row] = deque()
        self._lines = 0
        self._dropped: Counter[str] = Counter()
        self._failing = False
        self._retry_at = 0.0
        self._upkeep_at = 0.0
        self._said: dict[str, float] = {}
        self._thread = threading.Thread(target=self._run, name=f"log-{log}", daemon=True)
        self._thread.start()

    def put(self, make: Make, size: int) -> str:
        """
        Have a line made and written; "" or the cause for which it will not be.

        size: bytes that *make* keeps in memory, about.
        """
        if len(self._queue) >= MOST_ITEMS or self._put_bytes - self._taken_bytes + size > MOST_BYTES:
            return WRITE_FAILED if self._failing else QUEUE_FULL
        if self._ending.is_set():
            return CLOSED
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        self._put_bytes += size
        self._queue.append((make, size))
        if self._rests:
            self._wake.set()
        return ""

    def close(self) -> None:
        """Take no more, and write what waits, as far as that is possible in time. From any thread."""
        self._ending.set()
        self._wake.set()
        self._thread.join(_CLOSE_SECONDS)

    def count_rest(self) -> None:
        """After `close`: count what was not counted yet, and what is left."""
        left = len(self._queue) + len(self._rows)
        lines, dropped = self._collected()
        if left:
            dropped[WRITE_FAILED if self._failing else CLOSED] += left
        self._count(Counts(lines, dropped))

    def _run(self) -> None:
        while not self._ending.is_set():
            self._rest()
            self._turn()
            self._hand_over()
        self._retry_at = 0.0
        while (self._queue or self._rows) and not self._failing:
            self._turn()
        self._guarded(self._segments.close)

    def _rest(self) -> None:
        """Until there is something to do."""
        self._rests = True
        # Looked at once more after saying so: what comes from now on wakes.
        if not self._queue or self._failing:
            self._wake.wait(_TICK_SECONDS)
        self._rests = False
        self._wake.clear()
        if self._queue:
            self._ending.wait(_GATHER_SECONDS)

    def _turn(self) -> None:
        now = time.monotonic()
        if self._failing and now < self._retry_at:
            return
        self._failing = not (self._guarded(self._write_all) and self._guarded(self._segments.tick))
        if self._failing:
            self._retry_at = now + _RETRY_SECONDS
        elif now >= self._upkeep_at or self._segments.wants_upkeep:
            self._upkeep_at = now + _UPKEEP_SECONDS
            self._guarded(self._upkeep)

    def _write_all(self) -> None:
        left = len(self._queue)  # and no more: what comes meanwhile is for the next turn
        while left or self._rows:
            while left and len(self._rows) < _BATCH:
                left -= 1
                make, size = self._queue.popleft()
                self._make(make)
                del make  # and with it the texts
                self._taken_bytes += size
                time.sleep(_BREATH_SECONDS)
            try:
                self._segments.write(self._rows)
            finally:
                written, purged = self._segments.counted()
                self._lines += written
                self._dropped[PURGED] += purged

    def _make(self, make: Make) -> None:
        try:
            row, dropped = make()
        except Exception as error:  # a line that cannot be made is no reason to write no others
            self._say(FAULT, f"a line could not be made: {type(error).__name__}")
            self._dropped[FAULT] += 1
            return
        self._dropped.update(dropped)
        if row is not None:
            self._rows.append(row)

    def _upkeep(self) -> None:
        self._dropped[FOLDER_FULL] += self._segments.upkeep()

    def _guarded(self, do: Callable[[], object]) -> bool:
        """Whether *do* went well; else that is said, in words."""
        try:
            do()
        except OSError as error:
            cause = errno.errorcode.get(error.errno or 0, "?")
            self._say(
                cause, f"{self._segments.folder} cannot be written: {error.strerror or type(error).__name__}"
            )
            return False
        return True

    def _say(self, cause: str, sentence: str) -> None:
        now = time.monotonic()
        if now - self._said.get(cause, -_SAY_SECONDS) >= _SAY_SECONDS:
            self._said[cause] = now
            _log.error("log of %s: %s; replies go on, lines may be lost", self._name, sentence)

    def _collected(self) -> Counts:
        counts = Counts(self._lines, +self._dropped)
        self._lines, self._dropped = 0, Counter()
        return counts

    def _hand_over(self) -> None:
        if self._loop is None or not (self._lines or +self._dropped):
            return
        counts = self._collected()
        try:
            self._loop.call_soon_threadsafe(self._count, counts)
        except RuntimeError:  # the loop has ended: `count_rest` does it
            self._lines += counts.lines
            self._dropped += counts.dropped
