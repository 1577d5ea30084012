"""
One HTTP request as Envoy tells it, and what Envoy is told to do with it.

Theory of operation. All bodies are FULL_DUPLEX_STREAMED: Envoy keeps nothing, and what is not sent back never
arrives. So the request's body is sent on as it comes, while a copy is kept to read it by; and of the answer
only what the rules let go is sent back, whenever they do. Status and headers of the answer are told with its
first byte. Before that, an answer of ours can stand in its place (`immediate_response`); after it, what goes
wrong is an event at the end of a stream, as everywhere.

What Envoy does not tell: whether a stream ends because the client left or because upstream broke off. Either
way nothing more can be sent, and the reply counts as `client_gone`; Envoy's own metrics know which it was.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from urllib.parse import unquote

from filterproxy.config import DEFAULT
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.openai_error import error_body
from filterproxy.dialects.routes import Override, Route
from filterproxy.embedded import Embedded
from filterproxy.engine.counting import NO_DIALECT
from filterproxy.engine.course import Course, Head
from filterproxy.engine.headers import JSON, OWN_PREFIX, Headers, first
from filterproxy.engine.ids import DECISION_ID, next_id
from filterproxy.engine.words import INTERNAL, Words, too_large
from filterproxy.extproc.messages import (
    Asked,
    Said,
    answer_bytes,
    answer_instead,
    answer_on,
    answer_trailers,
    ask_on,
    pairs,
    request_bytes,
    request_trailers,
)
from filterproxy.metrics import CLIENT_ERROR, CLIENT_GONE
from filterproxy.proxy.failure import place_of
from filterproxy.proxy.passthrough import Passed, refusal

_IDENTITY = (b"accept-encoding", b"identity")
_log = logging.getLogger("filterproxy")


class CutOffError(Exception):
    """An answer ends before its end, and nobody can be told but by that."""


class Exchange:
    """One request. passed: the paths that the operator lets through unjudged."""

    def __init__(self, embedded: Embedded, passed: Passed) -> None:
        self._embedded = embedded
        self._passed = passed
        self._id = (DECISION_ID, next_id())
        self._method = self._path = ""
        self._headers: Headers = ()
        self._spoken: Route | Override | None = None
        self._body: list[bytes] = []
        self._size = 0
        self._passage: Course | None = None
        self._upstream: Headers = ()
        self._told = False  # the answer's head
        self._finished = False  # nothing more is said

    async def hear(self, asked: Asked) -> AsyncIterator[Said]:
        """What Envoy is told for one thing that it says."""
        if self._finished:
            return
        kind = asked.WhichOneof("request")
        if kind == "request_headers":
            said = self._request_headers(asked)
        elif kind == "request_body":
            said = self._request_body(asked)
        elif kind == "request_trailers":
            said = iter((request_trailers(),))
        elif kind == "response_headers":
            async for one in self._response_headers(asked):
                yield one
            return
        elif kind == "response_body":
            async for one in self._response_body(asked.response_body.body, asked.response_body.end_of_stream):
                yield one
            return
        elif kind == "response_trailers":
            async for one in self._response_body(b"", True, trailers=True):
                yield one
            yield answer_trailers()
            return
        else:  # later versions of Envoy may say more
            return
        for one in said:
            yield one

    def close(self) -> None:
        """Envoy says no more: count the reply."""
        passage = self._passage
        if passage is None:
            if self._spoken is not None and not self._finished:
                self._embedded.metrics.reply(DEFAULT, self._spoken.dialect.name, CLIENT_GONE)
            return
        if not passage.ended:
            passage.outcome = CLIENT_GONE
        self._embedded.count(passage)

    # The request

    def _request_headers(self, asked: Asked) -> Iterator[Said]:
        headers = pairs(asked.request_headers)
        self._method = first(headers, b":method").decode("latin-1")
        self._path = unquote(first(headers, b":path").partition(b"?")[0].decode("latin-1"))
        self._headers = [header for header in headers if not header[0].startswith((b":", OWN_PREFIX))]
        routes = self._embedded.passages.routes
        self._spoken = spoken = routes.of(self._method, self._path)
        pretended = {name for name, _ in headers if name.startswith(OWN_PREFIX)}
        if spoken is None:
            yield from self._elsewhere(pretended)
            return
        length = first(headers, b"content-length")
        limit = self._embedded.config.request_limit_bytes
        if length.isdigit() and int(length) > limit:
            yield self._refuse(too_large(int(length), limit), spoken.dialect)
            return
        yield ask_on(pretended, [_IDENTITY])

    def _elsewhere(self, pretended: set[bytes]) -> Iterator[Said]:
        if first(self._headers, b"upgrade").lower() == b"websocket":
            self._embedded.metrics.unscanned("websocket")
            yield self._refuse(Words(501, "invalid_request_error", "WebSockets are not filtered"), None)
            return
        unread = self._embedded.passages.routes.unread(self._method, self._path)
        lets = self._passed.lets(self._path)
        if unread is not None and unread.refused and not lets:
            self._embedded.metrics.unscanned(unread.cause)
            like = self._embedded.passages.routes.of("POST", unread.like)
            error = refusal(unread, self._path)
            words = Words(error.status_hint, "invalid_request_error", str(error))
            yield self._refuse(words, None if like is None else like.dialect)
            return
        passages = self._embedded.passages
        self._passage = passages.elsewhere(self._method, self._path, self._headers, unread, lets=lets)
        yield ask_on(pretended)

    def _request_body(self, asked: Asked) -> Iterator[Said]:
        data, last = asked.request_body.body, asked.request_body.end_of_stream
        if self._spoken is not None and self._passage is None:
            self._body.append(data)
            self._size += len(data)
            limit = self._embedded.config.request_limit_bytes
            if self._size > limit:
                yield self._refuse(too_large(self._size, limit), self._spoken.dialect)
                return
        yield from request_bytes(data, last)

    def _refuse(self, words: Words, dialect: Dialect | None) -> Said:
        """An answer of ours to a request that upstream is not to answer."""
        self._finished = True
        name = NO_DIALECT if dialect is None else dialect.name
        self._embedded.metrics.reply(DEFAULT, name, CLIENT_ERROR)
        body = (error_body if dialect is None else dialect.error_body)(*words)
        return answer_instead(Head(words.status, [JSON]), [self._id], body)

    # The answer

    def _begun(self) -> Course:
        """The passage; upstream has begun to answer, and so has the request, or as much of it as matters."""
        if self._passage is None:
            assert self._spoken is not None
            body, self._body = b"".join(self._body), []
            passages = self._embedded.passages
            self._passage = passages.of(self._spoken, self._path, self._headers, body)
        return self._passage

    async def _response_headers(self, asked: Asked) -> AsyncIterator[Said]:
        self._upstream = upstream = pairs(asked.response_headers)
        status = int(first(upstream, b":status") or b"0")
        plain = [header for header in upstream if not header[0].startswith(b":")]
        passage = self._begun()
        last = asked.response_headers.end_of_stream
        data = await self._step(passage, lambda: passage.begin(status, plain))
        if last and not passage.ended:
            data += await self._step(passage, passage.end, asks=True)
        for one in self._leaving(passage, data, last, bodiless=last):
            yield one

    async def _response_body(self, data: bytes, last: bool, trailers: bool = False) -> AsyncIterator[Said]:
        passage = self._passage
        assert passage is not None
        out = await self._step(passage, lambda: passage.receive(data)) if data else b""
        if last:
            out += await self._step(passage, passage.end, asks=True)
        for one in self._leaving(passage, out, last and not trailers):
            yield one

    def _leaving(self, passage: Course, data: bytes, last: bool, bodiless: bool = False) -> Iterator[Said]:
        """What may leave. last: upstream says no more. bodiless: it has said nothing but a head."""
        if passage.cut_off:
            raise CutOffError
        if passage.head is None:
            return
        if not self._told:
            self._told = True
            instead = (b":status", b"%d" % passage.head.status) not in self._upstream
            if passage.ended and (instead or (bodiless and data)):
                self._finished = True
                yield answer_instead(passage.head, [self._id], data)
                return
            yield answer_on(self._upstream, passage.head, [self._id])
            if bodiless:
                return
        if data or last:
            yield from answer_bytes(data, last)

    async def _step(self, passage: Course, step: Callable[[], bytes], *, asks: bool = False) -> bytes:
        """What leaves with this step of the passage. Our own mistakes end the reply, and are logged."""
        settle = self._embedded.answers.settle
        try:
            return await settle(passage.request, step, passage.times) if asks else step()
        except Exception as error:  # the border: nothing of ours may become a reply that never ends
            _log.error("a reply failed in our own code: %s", place_of(error))
        try:
            return await settle(passage.request, lambda: passage.fail(INTERNAL), passage.times)
        except Exception as error:  # nothing is left but to end
            _log.error("a reply could not be ended: %s", place_of(error))
            passage.ended = passage.cut_off = True
            return b""
