"""
The pump: upstream's bytes in, what may leave out, and nothing else. The one place where time passes.

A heartbeat is due when text has been held, and nothing has left, for a while. Chunks that are all held must
not put it off, so a timer looks at when something last left; it is set when a stream first holds text, and
sets itself again only while it does.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

from filterproxy.dialects.reply import Stream
from filterproxy.engine.times import Stopwatch, Times
from filterproxy.proxy.body import Readable

Out = Callable[[bytes], Awaitable[None]]


async def pump(source: Readable, stream: Stream, out: Out, times: Times, heartbeat_seconds: float) -> bytes:
    """
    Everything of *source* through *stream* to *out*, but for the stream's last bytes, which it gives back.

    Raises what `Stream.receive`, `Stream.end`, the source's `read` and *out* raise.
    """
    clock = time.perf_counter
    heart = Heart(stream, out, heartbeat_seconds)
    watch = Stopwatch(times)
    try:
        while data := await source.read():
            began = clock()
            released = stream.receive(data)
            now, waiting = clock(), stream.waiting
            watch.step(began, now, left=bool(released), waiting=waiting)
            if released:
                heart.last = now
                await out(released)
            if stream.closed:
                break
            if waiting:
                heart.start()
        began = clock()
        released = stream.end()
        watch.end(began, clock())
        return released
    finally:
        heart.stop()


class Heart:
    """
    Beats while a stream holds text and nothing leaves.

    last: when something last left, on time.perf_counter's clock.
    """

    def __init__(self, stream: Stream, out: Out, seconds: float) -> None:
        self._stream = stream
        self._out = out
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None
        self._beating: asyncio.Task[None] | None = None
        self.last = time.perf_counter()

    def start(self) -> None:
        """See to it that a beat comes when one is due."""
        if self._timer is None:
            self._set(self._seconds)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._beating is not None:
            self._beating.cancel()
            self._beating = None  # its exception leads here, by its traceback: a cycle

    def _set(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        self._timer = None
        if not self._stream.waiting:
            return
        left = self.last + self._seconds - time.perf_counter()
        # A beat that the client has not taken yet says enough.
        if left <= 0 and (self._beating is None or self._beating.done()):
            self.last = time.perf_counter()
            self._beating = asyncio.get_running_loop().create_task(self._beat())
            left = self._seconds
        self._set(max(left, 0.001))

    async def _beat(self) -> None:
        if not self._stream.waiting:  # all of it has left since, and nothing follows a reply's end
            return
        beat = self._stream.heartbeat()
        if not beat:  # a head without a body would only take the reply's status away
            return
        # A client that has gone is noticed by whoever watches it.
        with contextlib.suppress(OSError):
            await self._out(beat)
