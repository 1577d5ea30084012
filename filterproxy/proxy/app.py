"""
Client traffic: a raw ASGI application.

What is asked where a dialect is spoken (see dialects.routes) is judged by the rulebook (proxy.judging);
everything else goes to upstream and back as it is. Whatever happens, the client gets an answer in the
dialect's shape: errors before the answer began are JSON with a status, later ones are an event at the end of
the stream (proxy.failure).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

from filterproxy.config import Config
from filterproxy.dialects.routes import Override, Route, Routes, Unread
from filterproxy.engine.engine import Engine
from filterproxy.engine.headers import forwarded
from filterproxy.metrics import CLIENT_GONE, Metrics
from filterproxy.proxy.asking import Answers
from filterproxy.proxy.client import Client, ClientError, ClientGone, Receive, Scope, Send
from filterproxy.proxy.connection import Response
from filterproxy.proxy.exchange import Exchange, ask, outcome_of
from filterproxy.proxy.failure import fail, shut_down
from filterproxy.proxy.judging import Judging
from filterproxy.proxy.late import Late
from filterproxy.proxy.passthrough import Passed, carries_reply, refusal, relay, request_body
from filterproxy.proxy.unjudged import Unjudged
from filterproxy.proxy.upstream import Upstream

NO_DIALECT = "none"


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
        self._routes = routes or Routes()
        self._passed = Passed(config.passthrough)
        self._answers = answers or Answers(metrics)
        self._late = Late(self._answers, metrics)
        self._unjudged = Unjudged(metrics, config.unscanned == "drop")
        self._judging = Judging(config, metrics, upstream, others, self._answers, self._late, self._unjudged)

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
        exchange.dialect = route.dialect
        body = await exchange.client.body(self._config.request_limit_bytes)
        exchange.engine = self.engine
        await self._judging.serve(exchange, route, body)

    async def _pass(self, exchange: Exchange) -> None:
        client = exchange.client
        if client.header(b"upgrade").lower() == b"websocket":
            self._metrics.unscanned("websocket")
            raise ClientError(501, "WebSockets are not proxied")
        listed = self._passed.lets(client.path)
        unread = self._routes.unread(client.method, client.path)
        if unread is not None and unread.refused and not listed:
            raise self._refusal(exchange, unread)
        response = await self._ask(client)
        try:
            if carries_reply(client.method, response, known=unread is not None):
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

    async def _ask(self, client: Client) -> Response:
        body = await request_body(client, self._config.request_limit_bytes)
        headers = forwarded(client.headers)
        if isinstance(body, bytes):
            client.watch()
            return await ask(client, self._upstream, headers, body)
        response = await ask(client, self._upstream, headers, body)
        client.watch()
        return response

    def _count(self, exchange: Exchange) -> None:
        metrics, session = self._metrics, exchange.session
        if session is not None:
            (exchange.engine or self.engine).observe(session)
            self._late.judge(exchange)
            metrics.filtered(exchange.times.filtering)
            if exchange.stream is not None:
                metrics.held(session.verdict.held_peak, exchange.times.held)
            if not exchange.outcome:
                exchange.outcome = outcome_of(session, exchange.attempt)
        if exchange.outcome:
            dialect = exchange.dialect
            metrics.reply(NO_DIALECT if dialect is None else dialect.name, exchange.outcome)

    async def settled(self) -> None:
        """Every reply that has gone was judged."""
        await self._late.settled()

    async def close(self) -> None:
        """Judge no more replies that have gone, and ask nobody."""
        await self._late.close()
        await self._answers.close()
