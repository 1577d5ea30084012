"""
Other rules for a running worker: compiled beside the traffic, then put in place by changing one reference.

Compiling takes some tenths of a second of Python, in a thread of its own. Such a thread gives the interpreter
away only when it is asked to, by default after 5 ms, and a short request asks several times; so it is asked
much sooner while rules are compiled. Some steps cannot be interrupted (RE2 building an automaton).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from filterproxy.engine.engines import Engines
from filterproxy.proxy.workers.charter import FAILED, KILLED, RULEBOOK, say
from filterproxy.rulebook.document import Document

# How long compiling may keep the interpreter from a request that has work to do.
_SWITCH_SECONDS = 0.0005

# A document at work, with what can be taken from the engines before. Raises for one that cannot be.
Make = Callable[[Document, Engines], Engines]


class Swappable(Protocol):
    """What replies ask for their rules."""

    engines: Engines

    def swap(self, engines: Engines) -> None: ...


class Swaps:
    """
    Takes the parent's orders, one after the other, and answers each.

    killed: ids of rules that are left out of what runs already, as of *turn*.
    """

    def __init__(
        self,
        app: Swappable,
        make: Make,
        answer: Callable[[str], None] = say,
        killed: Collection[str] = (),
        turn: int = 0,
    ) -> None:
        self._app = app
        self._make = make
        self._answer = answer
        self._killed = killed
        self._turn = turn
        self._orders: deque[bytes] = deque()
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "rules")

    @property
    def running(self) -> str:
        """The hash of the rules that are in place."""
        return self._app.engines.hash

    def take(self, order: bytes) -> None:
        """An order of the parent's, on the event loop; see charter."""
        self._orders.append(order)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._orders:
            order = self._orders.popleft()
            try:
                engines, answer = await loop.run_in_executor(self._thread, self._made, order)
            except Exception as error:  # whatever it is, these rules cannot run, and the others go on
                self._answer(f"{FAILED}{type(error).__name__}: {error}")
                continue
            self._app.swap(engines)
            self._answer(answer)
        self._task = None

    def _made(self, order: bytes) -> tuple[Engines, str]:
        """What an order comes to, and the answer to it."""
        with _impatient():
            said = json.loads(order)
            if "document" not in said:
                return self._left_out(said), f"{KILLED}{self._turn}"
            engines = self._make(said["document"], self._app.engines)
            return engines.without(self._killed) if self._killed else engines, f"{RULEBOOK}{engines.hash}"

    def _left_out(self, said: dict[str, Any]) -> Engines:
        # Orders are written by threads, so that an earlier one may come later.
        if said["turn"] <= self._turn:
            return self._app.engines
        engines = self._app.engines.without(said["killed"])
        self._killed, self._turn = said["killed"], said["turn"]
        return engines

    async def close(self) -> None:
        """Take no more; what is being compiled is let go."""
        self._orders.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)


@contextlib.contextmanager
def _impatient() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
