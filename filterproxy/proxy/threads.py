"""Work that takes its time, beside an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

_log = logging.getLogger("filterproxy")
T = TypeVar("T")
_Job = tuple[Callable[[], Any], asyncio.AbstractEventLoop, "asyncio.Future[Any]"]


async def in_thread(work: Callable[[], T]) -> T:
    """What *work* gives, in a thread that the end of the program need not wait for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:
            error = raised
        try:
            loop.call_soon_threadsafe(settle, result, error)
        except RuntimeError:  # the loop has ended: nobody waits any more
            _log.debug("work in a thread was late")

    threading.Thread(target=run, name="work", daemon=True).start()
    return await done


class Threads:
    """
    Runs jobs beside the event loop, a few at a time.

    The threads are daemons: a function that hangs must not keep the worker from ending.
    """

    def __init__(self, count: int, name: str) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._missing = count
        self._count = count
        self._name = name

    async def run(self, job: Callable[[], T]) -> T:
        """What the job gives back; one that is cancelled before its turn is not begun. It must not raise."""
        if self._missing:
            self._missing -= 1
            threading.Thread(target=self._work, name=self._name, daemon=True).start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put((job, loop, future))
        return await future

    def close(self) -> None:
        """Let the threads end."""
        for _ in range(self._count - self._missing):
            self._jobs.put(None)

    def _work(self) -> None:
        while (found := self._jobs.get()) is not None:
            job, loop, future = found
            if not future.done():
                given = job()
                with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                    loop.call_soon_threadsafe(_settle, future, given)


def _settle(future: asyncio.Future[T], given: T) -> None:
    if not future.done():
        future.set_result(given)
