"""
Client traffic: a raw ASGI application.

What is asked where a dialect is spoken (see dialects.routes) is judged by the rulebook; everything else goes
to upstream and back as it is. Whatever happens, the client gets an answer in the dialect's shape: errors
before the answer began are JSON with a status, later ones are an event at the end of the stream.

Whose fault it was decides what is said and counted: ClientError the caller's, UpstreamError and WireError
upstream's, Withheld a rule's; anything else is ours, logged with its place in the code and never with text.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from filterproxy.core.asking import Needs
from filterproxy.core.plan import Bound
from filterproxy.core.request import Request
from filterproxy.core.rule import Action
from filterproxy.core.session import Session, Withheld
from filterproxy.core.verdict import Outcome
from filterproxy.dialects.asking import AskingStream
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.openai_error import error_body
from filterproxy.dialects.reply import Options, Refused, Stream, Whole, WireError
from filterproxy.dialects.routes import Override, Route, Routes
from filterproxy.dialects.usage import Tokens
from filterproxy.metrics import CLIENT_ERROR, CLIENT_GONE, UNSCANNED, UPSTREAM_ERROR, Metrics
from filterproxy.proxy.asking import Answers
from filterproxy.proxy.body import Decoded, Readable, can_decode, encoding
from filterproxy.proxy.client import (
    Client,
    ClientError,
    ClientGone,
    Receive,
    Scope,
    Send,
)
from filterproxy.proxy.config import Config
from filterproxy.proxy.connection import Response
from filterproxy.proxy.engine import Engine
from filterproxy.proxy.errors import Cause, UpstreamError
from filterproxy.proxy.headers import Headers, HeaderView, content_type, first, forwarded, returned
from filterproxy.proxy.passthrough import Passed, carries_reply, other_form, refusal, relay, request_body
from filterproxy.proxy.pump import Times, pump
from filterproxy.proxy.upstream import Upstream

NO_DIALECT = "none"
_IDENTITY = (b"accept-encoding", b"identity")
_JSON = (b"content-type", b"application/json")
# Whoever is asked twice under one key gives the same reply again.
_IDEMPOTENCY = b"idempotency-key"
_RETRIES = b"x-filterproxy-retries"
_DISCARDED = b"x-filterproxy-discarded-tokens"
# More than any rule's `times`.
_NO_MORE_TRIES = 1 << 30
# Replies that have gone and wait for answers, so that rules that only look can judge them. A service that
# takes 300 ms each time is fed by a thousand a second; more than that are let go, and counted.
_MOST_LATE = 512
_log = logging.getLogger("filterproxy")
T = TypeVar("T")


# What a client is told of the model server: not where it is, nor what it said.
_SAID: dict[Cause, str] = {
    "connect": "the model server cannot be reached",
    "timeout": "the model server did not answer in time",
    "cut": "the model server broke off its reply",
    "protocol": "the model server's reply cannot be read",
    "tls": "no secure connection to the model server could be made",
    "busy": "too many requests wait for the model server",
}


class Unscanned(Exception):
    """A reply that cannot be judged, and the policy is `drop`; args[0] is the cause."""


class Asked(NamedTuple):
    """A rule that wants upstream to be asked again, and what the reply that it throws away has cost."""

    bound: Bound
    cost: Tokens


@dataclass(slots=True)
class Exchange:
    """
    One request, whatever its path, until its reply has gone.

    dialect: that it speaks, if any. engine: that judges its reply. fresh: a session for that, the one before
    thrown away; False: of rules that need no answers. stream: of the reply whose head has left, or will with
    its first byte; kind: its content type. attempt: replies that were thrown away for another try;
    discarded: what those had cost. outcome: what is counted, where that is not the verdict's.
    """

    client: Client
    dialect: Dialect | None = None
    request: Request = field(default_factory=Request)
    engine: Engine | None = None
    fresh: Callable[[bool], Session] | None = None
    session: Session | None = None
    stream: Stream | None = None
    kind: bytes = b""
    attempt: int = 0
    discarded: Tokens = field(default_factory=Tokens)
    outcome: str = ""
    times: Times = field(default_factory=Times)


class App:
    """
    The ASGI application. Swapping `engine` changes the rules for the replies that begin after it.

    others: upstreams that rules name as their `fallback`. answers: to the questions of rules that ask; closed
    with the application.
    """

    def __init__(
        self,
        engine: Engine,
        config: Config,
        metrics: Metrics,
        upstream: Upstream,
        routes: Routes | None = None,
        others: Mapping[str, Upstream] = MappingProxyType({}),
        answers: Answers | None = None,
    ) -> None:
        self.engine = engine
        self._config = config
        self._metrics = metrics
        self._upstream = upstream
        self._others = others
        self._routes = routes or Routes()
        self._passed = Passed(config.passthrough)
        self._options = Options(config.finish, config.event_limit_bytes, config.choices)
        self._answers = answers or Answers(metrics)
        self._late: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            self._metrics.unscanned("websocket")
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "WebSockets are not proxied"})
        elif scope["type"] == "http":
            exchange = Exchange(Client(scope, receive, send))
            try:
                await self._serve(exchange)
            finally:
                exchange.client.finished()
                self._count(exchange)

    async def _serve(self, exchange: Exchange) -> None:
        client = exchange.client
        try:
            route = self._routes.of(client.method, client.path)
            if route is None:
                await self._pass(exchange)
            else:
                await self._filter(exchange, route)
        except asyncio.CancelledError:
            if not client.gone:
                await self._shut_down(exchange)
                raise
            task = asyncio.current_task()
            assert task is not None
            task.uncancel()
            exchange.outcome = CLIENT_GONE
        except ClientGone:
            exchange.outcome = CLIENT_GONE
        except Exception as error:  # the border: nothing of ours may become a closed socket
            await self._fail(exchange, error)

    # Where a dialect is spoken

    async def _filter(self, exchange: Exchange, route: Route | Override) -> None:
        client = exchange.client
        exchange.dialect = dialect = route.dialect
        body = await client.body(self._config.request_limit_bytes)
        engine = exchange.engine = self.engine
        exchange.request = request = _read(exchange, route, body)
        headers = forwarded(client.headers, without=b"accept-encoding")
        headers.append(_IDENTITY)
        client.watch()
        sent, upstream = body, self._upstream
        # What has no messages takes no note, so that it cannot be asked again: what comes after the last
        # try holds from the start.
        tries = 0 if request.turns else _NO_MORE_TRIES
        exchange.fresh = lambda asking: engine.session(request, tries + exchange.attempt, asking=asking)
        while True:
            exchange.session = exchange.fresh(True)
            if exchange.stream is not None:  # the one before has ended; this one can still fail
                exchange.stream = self._stream_of(exchange, exchange.kind)
            response = await self._ask(exchange, headers, sent, upstream)
            try:
                again = await self._judge(exchange, response)
            finally:
                response.close()
            if again is None:
                return
            engine.observe(exchange.session)
            self._look_later(exchange)
            action = again.bound.action
            fallback = action.asks(exchange.attempt)
            upstream = self._others[fallback] if fallback else self._upstream
            sent = _again(dialect, body, action)
            headers = [header for header in headers if header[0] != _IDEMPOTENCY]
            self._discard(exchange, again)

    def _discard(self, exchange: Exchange, again: Asked) -> None:
        """Account for a reply that is thrown away for another try."""
        client, cost = exchange.client, again.cost
        self._metrics.retried(cost.prompt, cost.completion)
        exchange.attempt += 1
        exchange.discarded += cost
        _log.info(
            "%s: reply %d thrown away for rule %s: %d prompt and %d completion tokens",
            client.id.decode(),
            exchange.attempt,
            again.bound.rule.id,
            cost.prompt,
            cost.completion,
        )
        client.own[:] = [
            (_RETRIES, b"%d" % exchange.attempt),
            (_DISCARDED, b"%d" % exchange.discarded.total),
        ]

    async def _ask(
        self,
        exchange: Exchange,
        headers: Headers,
        body: bytes | AsyncIterator[bytes],
        upstream: Upstream | None = None,
    ) -> Response:
        try:
            return await (upstream or self._upstream).send(
                exchange.client.method, exchange.client.target, headers, body
            )
        except ValueError as problem:  # a line break where none may be
            raise ClientError(400, str(problem)) from None

    def _stream_of(self, exchange: Exchange, kind: bytes) -> Stream:
        dialect, session = exchange.dialect, exchange.session
        assert dialect is not None and session is not None
        exchange.kind = kind
        if not session.plan.asks:
            return dialect.stream(session, exchange.request, kind, self._options)

        def begin(asking: bool) -> Stream:
            assert exchange.fresh is not None
            exchange.session = exchange.fresh(asking)
            return dialect.stream(exchange.session, exchange.request, kind, self._options)

        return AskingStream(begin, self._config.reply_limit_bytes, self._config.unscanned == "pass")

    async def _answered(self, exchange: Exchange, judge: Callable[[], T]) -> T:
        """What *judge* gives once every question of its rules is answered."""
        while True:
            began = time.perf_counter()
            try:
                return judge()
            except Needs as needs:
                questions = needs.questions
            finally:
                exchange.times.filtering += time.perf_counter() - began
            await self._answers.fetch(exchange.request, questions)

    async def _judge(self, exchange: Exchange, response: Response) -> Asked | None:
        """One reply through the rules; the rule that wants another, if one does."""
        if response.status != 200:
            await self._as_it_is(exchange, response, "status" if 200 < response.status < 300 else "")
            return None
        kind = content_type(response.headers)
        dialect = exchange.dialect
        assert dialect is not None
        whole = kind in dialect.whole_types
        # A type that may be either: a length says that all of it is there.
        streamed = kind in dialect.events and not (whole and first(response.headers, b"content-length"))
        if not streamed and not whole:
            await self._as_it_is(exchange, response, "content_type")
            return None
        named = encoding(response.headers)
        if not can_decode(named):
            await self._as_it_is(exchange, response, "encoding")
            return None
        source: Readable = Decoded(response) if named else response
        if streamed:
            return await self._stream(exchange, kind, response, source)
        return await self._whole(exchange, response, source)

    async def _as_it_is(self, exchange: Exchange, response: Response, cause: str) -> None:
        """Pass on a reply that is not judged; cause: why not, "" for one that carries no model's text."""
        if cause:
            self._not_scanned(exchange, cause)
        elif response.status >= 400:
            self._metrics.upstream_error(f"status_{response.status // 100}xx")
            exchange.outcome = UPSTREAM_ERROR
        await relay(exchange.client, response, response)

    def _not_scanned(self, exchange: Exchange, cause: str) -> None:
        """Count a reply as not judged. Raises Unscanned when such replies are to be dropped."""
        self._metrics.unscanned(cause)
        exchange.outcome = UNSCANNED
        exchange.session = None
        if self._config.unscanned == "drop":
            raise Unscanned(cause)

    async def _whole(self, exchange: Exchange, response: Response, source: Readable) -> Asked | None:
        limit = self._config.reply_limit_bytes
        pieces: list[bytes] = []
        size = 0
        while data := await source.read():
            pieces.append(data)
            size += len(data)
            if size > limit:
                self._not_scanned(exchange, "too_large")
                await relay(exchange.client, response, source, pieces)
                return None
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        dialect, fresh = exchange.dialect, exchange.fresh
        assert dialect is not None and fresh is not None

        def judge() -> tuple[Whole | None, Bound | None]:
            session = exchange.session
            exchange.session = fresh(True) if session is None or session.whole else session
            return dialect.filter_whole(exchange.session, exchange.request, body, self._options)

        try:
            whole, again = await self._answered(exchange, judge)
        except WireError:
            self._not_scanned(exchange, "malformed")
            whole, again = Whole(200, body, False), None
        if whole is not None:
            headers = returned(
                response.headers,
                same_bytes=not whole.changed,
                decoded=source is not response,
                length=False,  # the answer says its own
            )
            await self._leave(exchange, whole.status, headers, whole.body)
        return None if again is None else Asked(again, dialect.tokens(body))

    async def _leave(
        self, exchange: Exchange, status: int, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> None:
        """Send all of an answer. Raises UpstreamError when heartbeats have sent the head of a stream."""
        if exchange.client.started:
            raise other_form()
        await exchange.client.answer(status, headers, body)

    async def _stream(
        self, exchange: Exchange, kind: bytes, response: Response, source: Readable
    ) -> Asked | None:
        client = exchange.client
        exchange.stream = stream = self._stream_of(exchange, kind)
        headers = returned(response.headers, same_bytes=False, decoded=source is not response)

        async def first(data: bytes) -> None:
            await client.start(200, headers)
            await client.send(data)

        def out(data: bytes) -> Awaitable[None]:
            return client.send(data) if client.started else first(data)

        try:
            try:
                last = await pump(source, stream, out, exchange.times, self._config.heartbeat_seconds)
            except Needs as needs:
                await self._answers.fetch(exchange.request, needs.questions)
                last = await self._answered(exchange, stream.end)
        except Refused as refused:
            await self._refuse(exchange, refused)
            return None
        except WireError as error:
            self._metrics.unscanned("malformed")
            raise UpstreamError("protocol", f"upstream's stream cannot be read: {error}") from None
        if stream.ask is not None:
            return Asked(stream.ask, stream.tokens())
        if not client.started:
            await client.start(200, headers)
        await client.send(last, more=False)
        return None

    async def _refuse(self, exchange: Exchange, refused: Refused) -> None:
        client = exchange.client
        if not client.started:
            await client.answer(refused.status, [_JSON], refused.body)
            return
        assert exchange.stream is not None
        said = "the reply was withheld by a content rule"
        await client.send(exchange.stream.fail("content_filter", said), more=False)

    # Every other path

    async def _pass(self, exchange: Exchange) -> None:
        client = exchange.client
        if client.header(b"upgrade").lower() == b"websocket":
            self._metrics.unscanned("websocket")
            raise ClientError(501, "WebSockets are not proxied")
        listed = self._passed.lets(client.path)
        unread = self._routes.unread(client.method, client.path)
        if unread is not None and unread.refused and not listed:
            self._metrics.unscanned(unread.cause)
            spoken = self._routes.of("POST", unread.like)
            exchange.dialect = None if spoken is None else spoken.dialect
            raise refusal(unread, client.path)
        body = await request_body(client, self._config.request_limit_bytes)
        if isinstance(body, bytes):
            client.watch()
            response = await self._ask(exchange, forwarded(client.headers), body)
        else:
            response = await self._ask(exchange, forwarded(client.headers), body)
            client.watch()
        try:
            if carries_reply(client.method, response, known=unread is not None):
                cause = "unknown_path" if unread is None else unread.cause
                if listed:
                    self._passes(exchange)
                else:
                    self._not_scanned(exchange, cause)
            await relay(client, response, response)
        finally:
            response.close()

    def _passes(self, exchange: Exchange) -> None:
        """Count a reply that the operator lets through unjudged."""
        self._metrics.unscanned("passthrough")
        exchange.outcome = UNSCANNED

    # What went wrong

    async def _fail(self, exchange: Exchange, error: Exception) -> None:
        """Answer, or end the answer, with what *error* means for the client."""
        status, kind, message = self._explain(exchange, error)
        client = exchange.client
        try:
            if not client.started:
                body = _error_body(exchange.dialect, status, kind, message)
                await client.answer(status, [_JSON], body)
            elif exchange.stream is not None:
                await client.send(await self._last_words(exchange, kind, message), more=False)
            # Else a body of somebody else's format: that it ends early is all that can be said.
        except asyncio.CancelledError:
            if not client.gone:
                raise
            exchange.outcome = CLIENT_GONE

    def _explain(self, exchange: Exchange, error: Exception) -> tuple[int, str, str]:
        exchange.outcome = Outcome.ERROR.value
        match error:
            case ClientError():
                exchange.outcome = CLIENT_ERROR
                return error.status_hint, "invalid_request_error", str(error)
            case UpstreamError():
                self._metrics.upstream_error(error.cause)
                exchange.outcome = UPSTREAM_ERROR
                _log.warning("upstream: %s", error)
                return error.status_hint, "upstream_error", _SAID[error.cause]
            case Withheld():
                return 502, "filter_error", "the reply could not be checked, and is withheld"
            case Unscanned():
                exchange.outcome = UNSCANNED
                return 502, "filter_error", f"the reply cannot be checked ({error}), and is withheld"
            case _:
                _log.error("a request failed in our own code: %s", _place(error))
                return 500, "internal_error", "the proxy failed; its log says where"

    async def _shut_down(self, exchange: Exchange) -> None:
        """The worker ends and this reply is not done: say so, as far as that goes without waiting."""
        exchange.outcome = Outcome.ERROR.value
        said = "the proxy is shutting down"
        client = exchange.client
        with contextlib.suppress(Exception, asyncio.CancelledError):
            if not client.started:
                body = _error_body(exchange.dialect, 503, "unavailable", said)
                await client.answer(503, [_JSON], body)
            elif exchange.stream is not None:
                stream = exchange.stream
                fail = stream.fail_unread if isinstance(stream, AskingStream) else stream.fail
                await client.send(fail("unavailable", said), more=False)

    async def _last_words(self, exchange: Exchange, kind: str, message: str) -> bytes:
        stream = exchange.stream
        assert stream is not None
        try:
            return await self._answered(exchange, lambda: stream.fail(kind, message))
        except Exception as error:  # already at the border, with nothing left but to end
            _log.error("a stream could not be ended: %s", _place(error))
            return b""

    # Rules that ask and only look

    def _look_later(self, exchange: Exchange) -> None:
        """Have the late rules judge a reply that has gone (see Plan.late)."""
        session, engine = exchange.session, exchange.engine
        if session is None or engine is None or not session.plan.late or not session.sent:
            return
        if len(self._late) >= _MOST_LATE:
            self._metrics.unscanned("late")
            return
        task = asyncio.get_running_loop().create_task(self._judge_later(engine, session, exchange.request))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _judge_later(self, engine: Engine, session: Session, request: Request) -> None:
        try:
            while True:
                try:
                    verdict = engine.judge_later(session, request)
                    break
                except Needs as needs:
                    questions = needs.questions
                await self._answers.fetch(request, questions)
            engine.observe_verdict(verdict)
        except Exception as error:  # as at the border: nobody waits for this
            _log.error("rules could not judge a reply that has gone: %s", _place(error))

    async def settled(self) -> None:
        """Every reply that has gone was judged."""
        while self._late:
            await asyncio.wait(set(self._late))

    async def close(self) -> None:
        """Judge no more replies that have gone, and ask nobody."""
        for task in self._late:
            task.cancel()
        await self.settled()
        await self._answers.close()

    def _count(self, exchange: Exchange) -> None:
        metrics, session = self._metrics, exchange.session
        if session is not None:
            (exchange.engine or self.engine).observe(session)
            self._look_later(exchange)
            metrics.filtered(exchange.times.filtering)
            if exchange.stream is not None:
                metrics.held(session.verdict.held_peak, exchange.times.held)
            if not exchange.outcome:
                exchange.outcome = _outcome(session, exchange.attempt)
        if exchange.outcome:
            dialect = exchange.dialect
            metrics.reply(NO_DIALECT if dialect is None else dialect.name, exchange.outcome)


def _read(exchange: Exchange, route: Route | Override, body: bytes) -> Request:
    """The request as rules see it. Of a reply that was made before nobody knows what was asked."""
    client = exchange.client
    began = time.perf_counter()
    headers = HeaderView(client.headers)
    if route.stored:
        return Request(route=client.path, headers=headers, complete=False)
    request = route.dialect.read_request(body, headers, client.path)
    exchange.times.filtering = time.perf_counter() - began
    return request


def _again(dialect: Dialect, body: bytes, action: Action) -> bytes:
    try:
        return dialect.again(body, action.note, action.temperature)
    except (ValueError, TypeError, LookupError):
        return body  # it has no place for them, or is nested too deeply to be written


def _error_body(dialect: Dialect | None, status: int, kind: str, message: str) -> bytes:
    # Most clients of model servers read OpenAI's errors.
    return (error_body if dialect is None else dialect.error_body)(status, kind, message)


def _outcome(session: Session, attempt: int) -> str:
    verdict = session.verdict
    found = verdict.outcome if verdict.outcomes else Outcome.PASS
    if found is Outcome.PASS and verdict.unscanned:
        return UNSCANNED
    if attempt and found in (Outcome.PASS, Outcome.FLAG):
        return Outcome.RETRY.value
    return found.value


def _place(error: BaseException) -> str:
    """Class and stack of an exception, without its message: that may hold text of a request or a reply."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return " < ".join([type(error).__name__, *reversed(lines)])
