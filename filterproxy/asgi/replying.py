"""One request to the application inside, whose reply goes through the rules."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from filterproxy.asgi.messages import (
    GONE,
    App,
    Message,
    Receive,
    Scope,
    Send,
    inner_scope,
    named,
    raises_when_gone,
)
from filterproxy.config import DEFAULT
from filterproxy.core.verdict import Outcome
from filterproxy.dialects.routes import Override, Route
from filterproxy.embedded import Embedded
from filterproxy.engine.headers import JSON, Headers, first
from filterproxy.engine.ids import DECISION_ID, next_id
from filterproxy.engine.passage import Passage
from filterproxy.engine.words import BROKEN_OFF, INTERNAL, Words, too_large
from filterproxy.metrics import CLIENT_ERROR, CLIENT_GONE, UPSTREAM_ERROR
from filterproxy.proxy.failure import place_of

# Said beside a reply, and no part of it.
_ASIDE = frozenset({"http.response.push", "http.response.early_hint", "http.response.debug"})
_log = logging.getLogger("filterproxy")


class Enough(OSError):
    """Nothing more of a reply is wanted; the application is told so as of a client that has gone."""


async def filtered(
    app: App, embedded: Embedded, spoken: Route | Override, scope: Scope, receive: Receive, send: Send
) -> None:
    """Have *app* answer where a dialect is *spoken*; the client gets what the rules leave."""
    metrics, name = embedded.metrics, spoken.dialect.name
    headers = named(scope["headers"])
    metrics.in_flight(1)
    try:
        body = await _body(receive, headers, embedded.config.request_limit_bytes)
        if body is None:
            metrics.reply(DEFAULT, name, CLIENT_GONE)
        elif isinstance(body, Words):
            metrics.reply(DEFAULT, name, CLIENT_ERROR)
            await _refuse(send, body, spoken.dialect.error_body(*body))
        else:
            passage = embedded.passages.of(spoken, scope["path"], headers, body)
            reply = Replying(embedded, passage, body, receive, send, raises_when_gone(scope))
            await reply.run(app, inner_scope(scope, headers))
    finally:
        metrics.in_flight(-1)


async def _body(receive: Receive, headers: Headers, limit: int) -> bytes | Words | None:
    """All of a request's body; Words where it is larger than *limit*, None where the client left."""
    length = first(headers, b"content-length")
    if length.isdigit() and int(length) > limit:
        return too_large(int(length), limit)
    pieces: list[bytes] = []
    size = 0
    while (message := await receive())["type"] != GONE:
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > limit:
            return too_large(size, limit)
        if not message.get("more_body", False):
            return b"".join(pieces)
    return None


async def _refuse(send: Send, words: Words, body: bytes) -> None:
    headers = [JSON, (b"content-length", b"%d" % len(body)), (DECISION_ID, next_id())]
    await send({"type": "http.response.start", "status": words.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


class Replying:
    """
    The application's messages in, the client's messages out.

    body: the request's, which has been read and is given to the application again. raises: whether it must
    expect `send` to raise OSError once nobody wants more.
    """

    def __init__(
        self, embedded: Embedded, passage: Passage, body: bytes, receive: Receive, send: Send, raises: bool
    ) -> None:
        self._embedded = embedded
        self._passage = passage
        self._body: bytes | None = body
        self._receive = receive
        self._send = send
        self._raises = raises
        self._begun = False  # the application has sent a head
        self._started = False  # the client has been sent one
        self._finished = False  # and all of its answer
        self._gone = False
        self._enough = asyncio.Event()

    async def run(self, app: App, scope: Scope) -> None:
        """Have the application answer; what it raises goes on, unless that is because it was told to stop."""
        passage = self._passage
        try:
            await app(scope, self._ask, self._take)
            await self._break_off()
        except Exception:
            await self._break_off()
            if not passage.enough:
                raise
        finally:
            if not passage.ended:
                passage.outcome = CLIENT_GONE if self._gone else Outcome.ERROR.value
            self._embedded.count(passage)

    # What the application calls

    async def _ask(self) -> Message:
        """The request's body once more, and then whatever the server has to say."""
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        heard = asyncio.ensure_future(self._receive())
        enough = asyncio.ensure_future(self._enough.wait())
        try:
            await asyncio.wait((heard, enough), return_when=asyncio.FIRST_COMPLETED)
            if not heard.done():
                return {"type": GONE}
            message = heard.result()
        finally:
            heard.cancel()
            enough.cancel()
        if message["type"] == GONE:
            self._gone = True
        return message

    async def _take(self, message: Message) -> None:
        """What the application says. Raises Enough, RuntimeError, and what the server's `send` does."""
        kind = message["type"]
        if kind in _ASIDE:
            await self._send(message)
        elif kind == "http.response.start":
            self._begun = True
            headers = named(message.get("headers", ()))
            await self._leave(await self._step(lambda: self._passage.begin(message["status"], headers)))
        elif kind == "http.response.body":
            await self._take_body(message.get("body", b""), message.get("more_body", False))
        else:  # a body that nobody could read must not go through
            raise RuntimeError(f"an application that is filtered cannot say {kind}")

    async def _take_body(self, data: bytes, more: bool) -> None:
        passage = self._passage
        if passage.enough and more and self._raises:
            raise Enough("nothing more of this reply is wanted")
        if data:
            await self._leave(await self._step(lambda: passage.receive(data)))
        if not more:
            await self._leave(await self._step(passage.end, asks=True), last=True)

    # Through the rules

    async def _step(self, step: Callable[[], bytes], *, asks: bool = False) -> bytes:
        """What leaves with this step of the passage. Our own mistakes end the reply, and are logged."""
        passage = self._passage
        try:
            if not asks:
                return step()
            return await self._embedded.answers.settle(passage.request, step, passage.times)
        except Exception as error:  # the border: nothing of ours may become a reply that never ends
            _log.error("a reply failed in our own code: %s", place_of(error))
            return await self._last_words(INTERNAL, Outcome.ERROR.value)

    async def _last_words(self, words: Words, outcome: str, failure: str = "") -> bytes:
        passage = self._passage
        try:
            return await self._embedded.answers.settle(
                passage.request, lambda: passage.fail(words, outcome, failure), passage.times
            )
        except Exception as error:  # nothing is left but to end
            _log.error("a reply could not be ended: %s", place_of(error))
            passage.cut_off = passage.ended = True
            return b""

    async def _break_off(self) -> None:
        """The application says no more: where that is too early, the client is told."""
        if self._passage.ended or self._gone or not self._begun:
            return
        await self._leave(await self._last_words(BROKEN_OFF, UPSTREAM_ERROR, "cut"), last=True)

    async def _leave(self, data: bytes, *, last: bool = False) -> None:
        """Send what may leave. last: the application says no more; its answer must not end before it does."""
        passage = self._passage
        if passage.enough:
            self._enough.set()
        # What was cut off has no end: the server notices, and closes the connection.
        if self._finished or passage.head is None or passage.cut_off:
            return
        try:
            if not self._started:
                self._started = True
                headers = [*passage.head.headers, (DECISION_ID, next_id())]
                status = passage.head.status
                await self._send({"type": "http.response.start", "status": status, "headers": headers})
            self._finished = passage.ended and (last or passage.enough)
            if data or self._finished:
                await self._send(
                    {"type": "http.response.body", "body": data, "more_body": not self._finished}
                )
        except OSError:
            self._gone = True
            raise
