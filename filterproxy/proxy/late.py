"""Rules that ask and only look: they judge replies that have gone (see core.plan.Plan.late)."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from filterproxy.core.request import Request
from filterproxy.core.session import Session
from filterproxy.engine.engine import Engine
from filterproxy.engine.times import Times
from filterproxy.metrics import Metrics
from filterproxy.proxy.asking.answers import Answers
from filterproxy.proxy.failure import place_of

# Replies that have gone and wait for answers. A service that takes 300 ms each time is fed by a thousand a
# second; more than that are let go, and counted.
_MOST_LATE = 512
_log = logging.getLogger("filterproxy")


class Judged(Protocol):
    """A reply, and what judged it."""

    @property
    def request(self) -> Request: ...

    @property
    def engine(self) -> Engine | None: ...

    @property
    def session(self) -> Session | None: ...


class Late:
    """The judgements of replies that have gone. answers: to the questions of their rules."""

    def __init__(self, answers: Answers, metrics: Metrics) -> None:
        self._answers = answers
        self._metrics = metrics
        self._tasks: set[asyncio.Task[None]] = set()

    def judge(self, reply: Judged) -> None:
        """Have the late rules judge a reply, if it has any; nobody waits for that."""
        session, engine = reply.session, reply.engine
        if session is None or engine is None or not session.plan.late or not session.sent:
            return
        if len(self._tasks) >= _MOST_LATE:
            self._metrics.unscanned("late")
            return
        task = asyncio.get_running_loop().create_task(self._judge(engine, session, reply.request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _judge(self, engine: Engine, session: Session, request: Request) -> None:
        untimed = Times()
        try:
            verdict = await self._answers.settle(
                request, lambda: engine.judge_later(session, request), untimed
            )
            engine.observe_verdict(verdict)
        except Exception as error:  # as at the border: nobody waits for this
            _log.error("rules could not judge a reply that has gone: %s", place_of(error))

    async def settled(self) -> None:
        """Every reply that has gone was judged."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        """Judge no more."""
        for task in self._tasks:
            task.cancel()
        await self.settled()
