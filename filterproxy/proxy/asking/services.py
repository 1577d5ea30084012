"""
Services that rules ask, over HTTP.

Whatever goes wrong becomes a NoAnswer, never a verdict. A service that fails is left alone for a while by its
breaker: a reply must not wait for the time-out of a server that is known to be down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from filterproxy.core.asking import Answer, NoAnswer, Question
from filterproxy.core.request import Request
from filterproxy.detectors.service import Service
from filterproxy.metrics import Metrics
from filterproxy.proxy.asking.breaker import Breaker
from filterproxy.proxy.upstream.errors import UpstreamError
from filterproxy.proxy.upstream.limits import UpstreamLimits
from filterproxy.proxy.upstream.upstream import Upstream

# Asked of one service at one time, by one worker.
_CONNECTIONS = 32
# Bytes of an answer: a thousand matches are a third of it.
_ANSWER_LIMIT = 128 * 1024
# Services whose lines are kept: more than a rulebook has, fewer than a year of edits leaves behind.
_LINES = 256
_HEADERS = [(b"content-type", b"application/json"), (b"accept", b"application/json")]


class Line:
    """The way to one service."""

    def __init__(self, service: Service, metrics: Metrics, breaker: Breaker) -> None:
        parts = urlsplit(service.url)
        limits = UpstreamLimits(connections=_CONNECTIONS)
        self._service = service
        self._target = (parts.path or "/").encode()
        self._upstream = Upstream(f"{parts.scheme}://{parts.netloc}", limits)
        self._metrics = metrics
        self._breaker = breaker
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


class Services:
    """
    The lines to all services that rules name. Belongs to one event loop.

    breaker: makes that of a service.
    """

    def __init__(self, metrics: Metrics, breaker: Callable[[], Breaker] = Breaker) -> None:
        self._metrics = metrics
        self._breaker = breaker
        self._lines: dict[Service, Line] = {}  # the one that was asked last stands last

    def line(self, service: Service) -> Line:
        """The way to *service*. Past the limit the one that was asked longest ago is forgotten."""
        line = self._lines.pop(service, None) or Line(service, self._metrics, self._breaker())
        self._lines[service] = line
        if len(self._lines) > _LINES:
            # Not closed: a reply may wait for it, and connections without work close by themselves.
            del self._lines[next(iter(self._lines))]
        return line

    async def close(self) -> None:
        """Ask nobody any more."""
        for line in self._lines.values():
            await line.close()
