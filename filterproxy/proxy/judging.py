"""Where a dialect is spoken: upstream is asked, and its reply judged, until no rule wants another."""

from __future__ import annotations

import time
import weakref
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from filterproxy.config import Config
from filterproxy.core.asking import Needs
from filterproxy.core.bound import Bound
from filterproxy.core.request import Request
from filterproxy.dialects.asking import AskingStream
from filterproxy.dialects.reply import Options, Refused, Stream, Whole, WireError
from filterproxy.dialects.routes import Override, Route
from filterproxy.engine.headers import JSON, Headers, HeaderView, forwarded, returned
from filterproxy.engine.opening import Way, opening
from filterproxy.engine.passage import NO_MORE_TRIES
from filterproxy.engine.words import REFUSED
from filterproxy.metrics import Metrics
from filterproxy.proxy.again import Asked, body_again, headers_again, throw_away
from filterproxy.proxy.asking.answers import Answers
from filterproxy.proxy.body import Decoded, Readable
from filterproxy.proxy.exchange import Exchange, Origin, ask
from filterproxy.proxy.late import Late
from filterproxy.proxy.passthrough import other_form, relay
from filterproxy.proxy.pump import pump
from filterproxy.proxy.unjudged import Unjudged
from filterproxy.proxy.upstream.errors import UpstreamError
from filterproxy.proxy.upstream.response import Response

if TYPE_CHECKING:  # an extra
    from filterproxy.proxy.tracing.tracing import Tracing

_IDENTITY = (b"accept-encoding", b"identity")


class Try(NamedTuple):
    """Who is asked, by the upstream's name, and what."""

    upstream: str
    headers: Headers
    body: bytes


class Judging:
    """
    Replies through the rules.

    upstreams: by name; rules name one as their `fallback`. answers: to the questions of rules that ask. late:
    judges, once they have gone, the replies to those who need not wait.
    """

    def __init__(
        self,
        config: Config,
        metrics: Metrics,
        upstreams: Mapping[str, Origin],
        answers: Answers,
        late: Late,
        unjudged: Unjudged,
        tracing: Tracing | None = None,
    ) -> None:
        self._config = config
        self._metrics = metrics
        self._upstreams = upstreams
        self._answers = answers
        self._late = late
        self._unjudged = unjudged
        self._tracing = tracing
        self._options = Options(config.finish, config.event_limit_bytes, config.choices)

    async def serve(self, exchange: Exchange, route: Route | Override, body: bytes) -> None:
        """Answer a request, of which the exchange knows all but what comes back."""
        client, engine = exchange.client, exchange.engine
        assert engine is not None
        headers: Headers = [*forwarded(client.headers, without=b"accept-encoding"), _IDENTITY]
        if self._tracing is not None:
            headers = self._tracing.begin(exchange, headers)
        client.watch()
        # What has no messages takes no note, so that it cannot be asked again: what comes after the last
        # try holds from the start.
        exchange.tries = 0 if exchange.request.turns else NO_MORE_TRIES
        first = exchange.upstream
        now = Try(first, headers, body)
        while (again := await self._try(exchange, now)) is not None:
            session, latest = exchange.session, exchange.latest
            assert session is not None and latest is not None
            engine.observe_verdict(session.verdict)
            exchange.past.append(latest)
            self._late.judge(exchange)
            action = again.bound.action
            upstream = action.asks(exchange.attempt) or first
            now = Try(upstream, headers_again(headers), body_again(route.dialect, body, action))
            throw_away(exchange, again, self._metrics)

    async def _try(self, exchange: Exchange, now: Try) -> Asked | None:
        """One reply through the rules; the rule that wants another, if one does."""
        exchange.session = exchange.fresh(True)
        if exchange.stream is not None:  # the one before has ended; this one can still fail
            exchange.stream = self._stream_of(exchange, exchange.kind)
        # To be asked twice changes nothing at a model, but for the text.
        exchange.upstream = now.upstream
        origin = self._upstreams[now.upstream]
        response = await ask(exchange.client, origin, now.headers, now.body, resend=True)
        try:
            return await self._judge(exchange, response)
        finally:
            response.close()

    def _stream_of(self, exchange: Exchange, kind: bytes) -> Stream:
        dialect, session = exchange.dialect, exchange.session
        assert dialect is not None and session is not None
        exchange.kind = kind
        if not session.plan.asks:
            return dialect.stream(session, exchange.request, kind, self._options)

        known = weakref.ref(exchange)  # it keeps the stream: kept by it, both would wait for the collector

        def begin(asking: bool) -> Stream:
            mine = known()
            assert mine is not None
            mine.session = mine.fresh(asking)
            return dialect.stream(mine.session, mine.request, kind, self._options)

        return AskingStream(begin, self._config.reply_limit_bytes, not exchange.drops)

    async def _judge(self, exchange: Exchange, response: Response) -> Asked | None:
        assert exchange.dialect is not None
        opened = opening(exchange.dialect, response.status, response.headers)
        if opened.way is Way.UNREAD:
            await self._unjudged.pass_on(exchange, response, opened.cause)
            return None
        source: Readable = Decoded(response) if opened.encoded else response
        if opened.way is Way.STREAMED:
            return await self._stream(exchange, opened.kind, response, source)
        return await self._whole(exchange, response, source)

    # A whole reply

    async def _whole(self, exchange: Exchange, response: Response, source: Readable) -> Asked | None:
        pieces, is_all = await self._read_whole(source)
        if not is_all:
            self._unjudged.note(exchange, "too_large")
            await relay(exchange.client, response, source, pieces)
            return None
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        try:
            whole, again = await self._filtered(exchange, body)
        except WireError:
            self._unjudged.note(exchange, "malformed")
            whole, again = Whole(200, body, False), None
        if whole is not None:
            decoded = source is not response
            # The answer says its own length.
            headers = returned(response.headers, same_bytes=not whole.changed, decoded=decoded, length=False)
            if exchange.client.started:
                raise other_form()
            _note_cost(exchange, body)
            await exchange.client.answer(whole.status, headers, whole.body)
        if again is None:
            return None
        assert exchange.dialect is not None
        return Asked(again, exchange.dialect.tokens(body))

    async def _read_whole(self, source: Readable) -> tuple[list[bytes], bool]:
        """A body in pieces, and whether it is all there: what is past the limit has not been read."""
        pieces: list[bytes] = []
        size = 0
        while data := await source.read():
            pieces.append(data)
            size += len(data)
            if size > self._config.reply_limit_bytes:
                return pieces, False
        return pieces, True

    async def _filtered(self, exchange: Exchange, body: bytes) -> tuple[Whole | None, Bound | None]:
        dialect = exchange.dialect
        assert dialect is not None

        def judge() -> tuple[Whole | None, Bound | None]:
            session = exchange.session
            exchange.session = exchange.fresh(True) if session is None or session.whole else session
            return dialect.filter_whole(exchange.session, exchange.request, body, self._options)

        return await self._answers.settle(exchange.request, judge, exchange.times)

    # A stream

    async def _stream(
        self, exchange: Exchange, kind: bytes, response: Response, source: Readable
    ) -> Asked | None:
        client = exchange.client
        exchange.stream = stream = self._stream_of(exchange, kind)
        headers = returned(response.headers, same_bytes=False, decoded=source is not response)
        try:
            last = await self._pumped(exchange, stream, source, headers)
        except Refused as refused:
            await _refuse(exchange, refused)
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

    async def _pumped(
        self, exchange: Exchange, stream: Stream, source: Readable, headers: list[tuple[bytes, bytes]]
    ) -> bytes:
        """The last bytes of a stream all of whose others have gone to the client."""
        client = exchange.client

        async def first(data: bytes) -> None:
            await client.start(200, headers)
            await client.send(data)

        def out(data: bytes) -> Awaitable[None]:
            return client.send(data) if client.started else first(data)

        try:
            return await pump(source, stream, out, exchange.times, self._config.heartbeat_seconds)
        except Needs as needs:
            questions = needs.questions
        await self._answers.fetch(exchange.request, questions)
        return await self._answers.settle(exchange.request, stream.end, exchange.times)


def _note_cost(exchange: Exchange, body: bytes) -> None:
    """Read what a whole reply has cost, where it was judged and somebody wants to know."""
    is_wanted = exchange.keeps or exchange.span is not None
    if is_wanted and exchange.session is not None and exchange.dialect is not None:
        exchange.tokens = exchange.dialect.tokens(body)


async def _refuse(exchange: Exchange, refused: Refused) -> None:
    client = exchange.client
    if not client.started:
        await client.answer(refused.status, [JSON], refused.body)
        return
    assert exchange.stream is not None
    await client.send(exchange.stream.fail(REFUSED.kind, REFUSED.message), more=False)


def read_request(exchange: Exchange, route: Route | Override, body: bytes) -> Request:
    """The request as rules see it. Of a reply that was made before nobody knows what was asked."""
    client = exchange.client
    began = time.perf_counter()
    headers = HeaderView(client.headers)
    if route.stored:
        return Request(headers=headers, complete=False)
    request = route.dialect.read_request(body, headers)
    exchange.times.filtering = time.perf_counter() - began
    return request
