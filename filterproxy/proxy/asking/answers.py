"""
Where rules' questions are answered (see core.asking): by services (see asking.services), and in threads of
their own by functions that the operator allows and by trained models.

Whatever goes wrong becomes a NoAnswer, never a verdict.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from filterproxy.answers import work_out
from filterproxy.core.asking import Answer, Needs, NoAnswer, Question, answer, askers_of, is_answered
from filterproxy.core.request import Request
from filterproxy.core.rule import Mode, Rule
from filterproxy.detectors.entity import Model
from filterproxy.detectors.python import Function, Python
from filterproxy.detectors.service import Service
from filterproxy.engine.times import Times
from filterproxy.metrics import Metrics
from filterproxy.proxy.asking.breaker import Breaker
from filterproxy.proxy.asking.services import Services
from filterproxy.proxy.threads import Threads

# Questions of one reply: a sentence each of a reply that is longer than any that is read.
_MOST_QUESTIONS = 256
# A model's turn comes after those of other replies, and its sentences take milliseconds each.
_MODEL_SECONDS = 5.0
# Functions wait for things, models do not.
_FUNCTION_THREADS = 4
T = TypeVar("T")


class Answers:
    """
    All that a worker asks. Belongs to one event loop.

    functions: those that the operator allows, by name. breaker: makes that of a service.
    """

    def __init__(
        self,
        metrics: Metrics,
        functions: Mapping[str, Function] | None = None,
        breaker: Callable[[], Breaker] = Breaker,
    ) -> None:
        self._functions = functions or {}
        self._services = Services(metrics, breaker)
        self._threads = Threads(_FUNCTION_THREADS, "rule-function")
        # A model is not made for several threads, and more than one only takes turns.
        self._model_thread = Threads(1, "rule-model")

    def prepare(self, rules: Iterable[Rule]) -> None:
        """
        Read the models that rules need, so that no reply waits for it.

        Raises ValueError for a function that the operator does not allow.
        """
        askers = {asker for rule in rules if rule.mode is not Mode.OFF for asker in askers_of(rule)}
        for asker in askers:
            if isinstance(asker, Python) and asker.function not in self._functions:
                raise ValueError(f"the setting `python` does not allow {asker.function}")
            if isinstance(asker, Model):
                asker.warm()

    async def fetch(self, request: Request, questions: Iterable[Question]) -> None:
        """Let *request* know the answers, asking all at once."""
        new = [question for question in questions if not is_answered(request, question)]
        asked: int = request.memo.get("questions", 0)
        room = max(0, _MOST_QUESTIONS - asked)
        request.memo["questions"] = asked + len(new)
        said = await asyncio.gather(*(self._ask(question, request) for question in new[:room]))
        for question, one in zip(new, said, strict=False):
            answer(request, question, one)
        for question in new[room:]:
            answer(request, question, NoAnswer.TOO_MANY)

    async def settle(self, request: Request, judge: Callable[[], T], times: Times) -> T:
        """What *judge* gives once every question of its rules is answered. times: of its own work."""
        while True:
            began = time.perf_counter()
            try:
                return judge()
            except Needs as needs:
                questions = needs.questions
            finally:
                times.filtering += time.perf_counter() - began
            await self.fetch(request, questions)

    async def close(self) -> None:
        self._threads.close()
        self._model_thread.close()
        await self._services.close()

    async def _ask(self, question: Question, request: Request) -> Answer:
        asker = question.asker
        if isinstance(asker, Service):
            return await self._services.line(asker).ask(question, request)
        is_model = isinstance(asker, Model)
        seconds = asker.timeout / 1000 if isinstance(asker, Python) else _MODEL_SECONDS
        threads = self._model_thread if is_model else self._threads
        try:
            async with asyncio.timeout(seconds):
                return await threads.run(lambda: work_out(asker, question.text, self._functions))
        except TimeoutError:
            return NoAnswer.TIMEOUT
