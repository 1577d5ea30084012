"""
Client traffic: a raw ASGI application.

What is asked where a dialect is spoken (see dialects.routes) is judged by the rulebook (proxy.judging);
everything else goes to upstream and back as it is. Whatever happens, the client gets an answer in the
dialect's shape: errors before the answer began are JSON with a status, later ones are an event at the end of
the stream (proxy.failure).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from filterproxy.config import Config
from filterproxy.dialects.routes import Override, Route, Routes, Unread
from filterproxy.engine.counting import count
from filterproxy.engine.engines import Engines
from filterproxy.engine.headers import HeaderView, forwarded
from filterproxy.engine.opening import may_hold_text
from filterproxy.engine.routing import Routing
from filterproxy.metrics import CLIENT_GONE, Metrics
from filterproxy.proxy.asking.answers import Answers
from filterproxy.proxy.client import Client, ClientError, ClientGone, Receive, Scope, Send
from filterproxy.proxy.exchange import Exchange, Origin, ask, decision_of
from filterproxy.proxy.failure import fail, shut_down
from filterproxy.proxy.judging import Judging, read_request
from filterproxy.proxy.late import Late
from filterproxy.proxy.passthrough import Passed, refusal, relay, request_body
from filterproxy.proxy.unjudged import Unjudged
from filterproxy.proxy.upstream.response import Response
from filterproxy.record.decision import Watcher

if TYPE_CHECKING:  # an extra
    from filterproxy.proxy.tracing.tracing import Tracing


class Serving(NamedTuple):
    """How requests of one route are served. upstream: a name, "" where there is none. drops: see Exchange."""

    upstream: str
    drops: bool

    @classmethod
    def of(cls, config: Config, route: str) -> Serving:
        """How the operator wants those of a route served. route: its name."""
        upstream = config.all_routes[route].upstream or config.upstream_name
        return cls(upstream, config.on(route).unscanned == "drop")


class App:
    """
    The ASGI application. Swapping `engines` changes the rules for the replies that begin after it.

    upstreams: by name; rules name one as their `fallback`. answers: to the questions of rules that ask;
    closed with the application. watchers: are told of every exchange in which a dialect is spoken.
    tracing: None for none.
    """

    def __init__(
        self,
        engines: Engines,
        config: Config,
        metrics: Metrics,
        upstreams: Mapping[str, Origin],
        routes: Routes | None = None,
        answers: Answers | None = None,
        watchers: Sequence[Watcher] = (),
        tracing: Tracing | None = None,
    ) -> None:
        self._config = config
        self._metrics = metrics
        self._upstreams = upstreams
        self._routes = routes or Routes()
        self._routing = Routing(config.routes)
        self._serving = {name: Serving.of(config, name) for name in config.all_routes}
        self._passed = Passed(config.passthrough)
        self._answers = answers or Answers(metrics)
        self._late = Late(self._answers, metrics)
        self._unjudged = Unjudged(metrics)
        self._judging = Judging(
            config, metrics, upstreams, self._answers, self._late, self._unjudged, tracing
        )
        self._watchers = tuple(watchers)
        self._tracing = tracing
        self.swap(engines)

    def swap(self, engines: Engines) -> None:
        """Have the replies that begin from now on judged by other rules."""
        self.engines = engines
        self._metrics.swapped()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            self._metrics.unscanned("websocket")
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "WebSockets are not proxied"})
        elif scope["type"] == "http":
            exchange = Exchange(Client(scope, receive, send))
            self._metrics.in_flight(1)
            try:
                await self._serve(exchange)
            finally:
                self._metrics.in_flight(-1)
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
                await shut_down(exchange)
                raise
            task = asyncio.current_task()
            assert task is not None
            task.uncancel()
            exchange.outcome = CLIENT_GONE
        except ClientGone:
            exchange.outcome = CLIENT_GONE
        except Exception as error:  # the border: nothing of ours may become a closed socket
            await fail(exchange, error, self._metrics, self._answers)

    async def _filter(self, exchange: Exchange, route: Route | Override) -> None:
        client, exchange.dialect = exchange.client, route.dialect
        body = await client.body(self._config.request_limit_bytes)
        exchange.request = request = read_request(exchange, route, body)
        self._direct(exchange, None if route.stored else request.model)
        request.route = exchange.route
        exchange.engine = self.engines.of(exchange.route)
        if self._watchers:
            # Each is asked: one that counts must not be passed over because another keeps already.
            exchange.keeps = any([watcher.keeps(client.id.decode(), request) for watcher in self._watchers])
        await self._judging.serve(exchange, route, body)

    def _direct(self, exchange: Exchange, model: str | None) -> None:
        """Find out which route a request takes. Raises ClientError where none does."""
        client = exchange.client
        exchange.route = self._routing.of(client.path, HeaderView(client.headers), model)
        exchange.upstream, exchange.drops = self._serving[exchange.route]
        if not exchange.upstream:
            raise ClientError(404, "no route is configured for such a request")

    async def _pass(self, exchange: Exchange) -> None:
        client = exchange.client
        if client.header(b"upgrade").lower() == b"websocket":
            self._metrics.unscanned("websocket")
            raise ClientError(501, "WebSockets are not proxied")
        listed = self._passed.lets(client.path)
        unread = self._routes.unread(client.method, client.path)
        if unread is not None and unread.refused and not listed:
            raise self._refusal(exchange, unread)
        self._direct(exchange, None)
        response = await self._ask(exchange)
        try:
            if may_hold_text(client.method, response.status, response.headers, known=unread is not None):
                if listed:
                    self._unjudged.let_through(exchange)
                else:
                    self._unjudged.note(exchange, "unknown_path" if unread is None else unread.cause)
            await relay(client, response, response)
        finally:
            response.close()

    def _refusal(self, exchange: Exchange, unread: Unread) -> ClientError:
        self._metrics.unscanned(unread.cause)
        spoken = self._routes.of("POST", unread.like)
        exchange.dialect = None if spoken is None else spoken.dialect
        return refusal(unread, exchange.client.path)

    async def _ask(self, exchange: Exchange) -> Response:
        client, upstream = exchange.client, self._upstreams[exchange.upstream]
        body = await request_body(client, self._config.request_limit_bytes)
        headers = forwarded(client.headers)
        if isinstance(body, bytes):
            client.watch()
            return await ask(client, upstream, headers, body)
        response = await ask(client, upstream, headers, body)
        client.watch()
        return response

    def _count(self, exchange: Exchange) -> None:
        exchange.outcome = count(exchange, self._metrics)
        if exchange.session is not None:
            self._late.judge(exchange)
        if exchange.dialect is not None and (self._watchers or exchange.span is not None):
            decision = decision_of(exchange)
            for watcher in self._watchers:
                watcher.saw(decision)
            if self._tracing is not None:
                self._tracing.end(exchange, decision)

    async def settled(self) -> None:
        """Every reply that has gone was judged."""
        await self._late.settled()

    async def close(self) -> None:
        """Judge no more replies that have gone, and ask nobody."""
        await self._late.close()
        await self._answers.close()
