"""
Where rules' questions are answered (see core.asking): by services, over HTTP, and in threads of their own by
functions that the operator allows and by trained models.

Whatever goes wrong becomes a NoAnswer, never a verdict. A service that fails is left alone for a while by its
*breaker*: a reply must not wait for the time-out of a server that is known to be down.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from filterproxy.answers import work_out
from filterproxy.core.asking import Answer, Needs, NoAnswer, Question, answer, askers_of, is_answered
from filterproxy.core.request import Request
from filterproxy.core.rule import Mode, Rule
from filterproxy.detectors.entity import Model
from filterproxy.detectors.python import Function, Python
from filterproxy.detectors.service import Service
from filterproxy.metrics import Metrics
from filterproxy.proxy.pump import Times
from filterproxy.proxy.upstream.errors import UpstreamError
from filterproxy.proxy.upstream.upstream import Upstream, UpstreamLimits

# Questions of one reply: a sentence each of a reply that is longer than any that is read.
_MOST_QUESTIONS = 256
# Asked of one service at one time, by one worker.
_CONNECTIONS = 32
# Bytes of an answer: a thousand matches are a third of it.
_ANSWER_LIMIT = 128 * 1024
# A model's turn comes after those of other replies, and its sentences take milliseconds each.
_MODEL_SECONDS = 5.0
# Functions wait for things, models do not.
_FUNCTION_THREADS = 4
_HEADERS = [(b"content-type", b"application/json"), (b"accept", b"application/json")]
T = TypeVar("T")


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


class Line:
    """The way to one service."""

    def __init__(self, service: Service, metrics: Metrics, breaker: Breaker | None = None) -> None:
        parts = urlsplit(service.url)
        limits = UpstreamLimits(connections=_CONNECTIONS)
        self._service = service
        self._target = (parts.path or "/").encode()
        self._upstream = Upstream(f"{parts.scheme}://{parts.netloc}", limits)
        self._metrics = metrics
        self._breaker = breaker or Breaker()
        self._rules: set[str] = set()

    async def ask(self, question: Question, request: Request) -> Answer:
        """What the service says."""
        if len(question.text) > self._service.limit:
            return NoAnswer.TOO_LARGE
        self._rules.add(question.rule)
        if not self._breaker.lets():
            self._metrics.service(question.rule, "open")
            return NoAnswer.UNANSWERED
        said: Answer = NoAnswer.UNANSWERED
        outcome = ""
        try:
            async with asyncio.timeout(self._service.timeout / 1000):
                body = await self._post(question, request)
            said, outcome = self._service.read(body, len(question.text)), "ok"
        except TimeoutError:
            outcome = "timeout"
        except (UpstreamError, ValueError):
            outcome = "failed"
        finally:
            self._note(question.rule, outcome)
        return said

    async def _post(self, question: Question, request: Request) -> bytes:
        body = self._service.body(question.text, question.channel, question.rule, request)
        response = await self._upstream.send("POST", self._target, list(_HEADERS), body)
        try:
            if response.status != 200:
                raise ValueError(f"the service answered with status {response.status}")
            said = b""
            while data := await response.read():
                said += data
                if len(said) > _ANSWER_LIMIT:
                    raise ValueError(f"the service said more than {_ANSWER_LIMIT} bytes")
            return said
        finally:
            response.close()

    def _note(self, rule: str, outcome: str) -> None:
        was_open = self._breaker.is_open
        if outcome == "ok":
            self._breaker.worked()
        elif outcome:
            self._breaker.failed()
        else:
            self._breaker.left()
        if outcome:
            self._metrics.service(rule, outcome)
        if was_open or self._breaker.is_open:
            for one in self._rules:
                self._metrics.service_open(one, self._breaker.is_open)

    async def close(self) -> None:
        await self._upstream.close()


Job = tuple[Callable[[], Answer], asyncio.AbstractEventLoop, "asyncio.Future[Answer]"]


class Threads:
    """
    Runs jobs beside the event loop.

    The threads are daemons: a function that hangs must not keep the worker from ending.
    """

    def __init__(self, count: int, name: str) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._missing = count
        self._count = count
        self._name = name

    async def run(self, job: Callable[[], Answer]) -> Answer:
        """What the job gives back; one that is cancelled before its turn is not begun."""
        if self._missing:
            self._missing -= 1
            threading.Thread(target=self._work, name=self._name, daemon=True).start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
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
                said = job()
                with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                    loop.call_soon_threadsafe(_settle, future, said)


def _settle(future: asyncio.Future[Answer], said: Answer) -> None:
    if not future.done():
        future.set_result(said)


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
        self._metrics = metrics
        self._functions = functions or {}
        self._breaker = breaker
        self._lines: dict[Service, Line] = {}
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
        for line in self._lines.values():
            await line.close()

    async def _ask(self, question: Question, request: Request) -> Answer:
        asker = question.asker
        if isinstance(asker, Service):
            return await self._line(asker).ask(question, request)
        is_model = isinstance(asker, Model)
        seconds = asker.timeout / 1000 if isinstance(asker, Python) else _MODEL_SECONDS
        threads = self._model_thread if is_model else self._threads
        try:
            async with asyncio.timeout(seconds):
                return await threads.run(lambda: work_out(asker, question.text, self._functions))
        except TimeoutError:
            return NoAnswer.TIMEOUT

    def _line(self, service: Service) -> Line:
        line = self._lines.get(service)
        if line is None:
            line = self._lines[service] = Line(service, self._metrics, self._breaker())
        return line
