"""
The rules inside an ASGI application that serves a model, as pure ASGI middleware.

    app.add_middleware(ResponseFilter, rules=["rules/"])
    vllm serve MODEL --middleware filterproxy.asgi.ResponseFilter

The second form gives the class nothing but the application; then FILTERPROXY_CONFIG, FILTERPROXY_RULES and
FILTERPROXY_KNOWN say what the arguments would (paths, with commas between several; rules may be one URL), and
FILTERPROXY_* variables set what a configuration does.
Without any of them the rules that ship with the program hold.

Where a dialect is spoken, replies are judged as the proxy would; everything else (other paths, WebSockets,
lifespan) goes through untouched. What only a proxy can do is left out: rules that want the model to be asked
again take what they have for after the last try, and nothing beats while text is held.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import prometheus_client
from prometheus_client import CollectorRegistry

from filterproxy.asgi.messages import App, Receive, Scope, Send
from filterproxy.asgi.replying import filtered
from filterproxy.asgi.settings import Paths, settings_of
from filterproxy.config import Config
from filterproxy.embedded import Embedded, LoadError


class ResponseFilter:
    """
    An ASGI application around *app* whose replies have been through the rules.

    Options:
        rules: packs and folders of packs, or one URL. known: files of what the model may say. config: a
        Config, or the path of a filterproxy.yaml, whose addresses, time-outs and workers do not count here.
        registry: where metrics show; prometheus_client.REGISTRY, and so the application's own /metrics,
        unless told otherwise.

    Rules are read when the application starts (lifespan.startup), in a thread, or with the first request
    where a server sends no lifespan; mistakes in them fail that start. When their files change they are read
    again.
    """

    def __init__(
        self,
        app: App,
        rules: Paths | None = None,
        known: Paths | None = None,
        config: Config | str | Path | None = None,
        registry: CollectorRegistry | None = None,
    ) -> None:
        self._app = app
        settings = settings_of(rules, known, config, os.environ)
        shown = prometheus_client.REGISTRY if registry is None else registry
        self._embedded = Embedded(settings.config, settings.rules, settings.known, shown)
        self._loading: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def reload(self) -> str:
        """
        Read the rules again now: ok, unchanged or failed, as it is counted.

        It takes up to a second, so that it belongs into a thread.
        """
        return self._embedded.reload()

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._load()
        except LoadError as error:
            await receive()
            await send({"type": "lifespan.startup.failed", "message": f"filterproxy:\n{error}"})
            return
        try:
            await self._app(scope, receive, send)
        finally:
            await self._embedded.close()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._embedded.ready:
            await self._load()
        # Behind a `root_path` the path holds that, too; what is spoken is told by its end.
        spoken = self._embedded.passages.routes.of(scope["method"], scope["path"])
        if spoken is None:
            await self._app(scope, receive, send)
        else:
            await filtered(self._app, self._embedded, spoken, scope, receive, send)

    async def _load(self) -> None:
        """Raises LoadError, each time it is awaited."""
        if self._loading is None:
            self._loading = asyncio.get_running_loop().create_task(self._load_in_thread())
        await asyncio.shield(self._loading)

    async def _load_in_thread(self) -> None:
        await asyncio.to_thread(self._embedded.load)
        self._embedded.watch()
