"""Upstreams of several addresses, made of a configuration, and what is counted of them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from prometheus_client import CollectorRegistry

from filterproxy.config import Config
from filterproxy.metrics import Metrics
from filterproxy.proxy.upstream.failover import failovers
from filterproxy.upstreams import named
from tests.proxy.upstream.loopback import Play, Server, answering, whole


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Upstreams:
    """What a configuration makes of `model`, and what is counted of it."""

    def __init__(self, *urls: str, settings: dict[str, Any] | None = None, **given: Any) -> None:
        config = Config(
            "model", upstreams=named({"model": {"urls": list(urls), **given}}), **(settings or {})
        )
        self.registry = CollectorRegistry()
        self.model = failovers(config, Metrics(self.registry))["model"]
        self.clock = Clock()
        self.model._health._clock = self.clock

    def counted(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"filterproxy_upstream_{name}", {"upstream": "model", **labels})

    async def asks(self, body: bytes | AsyncIterator[bytes] = b"", **options: Any) -> tuple[int, bytes]:
        response = await self.model.send("POST", b"/v1/x", [(b"authorization", b"mine")], body, **options)
        return response.status, await whole(response)


@contextlib.asynccontextmanager
async def asked(*urls: str, **given: Any) -> AsyncIterator[Upstreams]:
    upstreams = Upstreams(*urls, **given)
    try:
        yield upstreams
    finally:
        await upstreams.model.close()


def url(server: Server, scheme: str = "http") -> str:
    return f"{scheme}://127.0.0.1:{server.port}"


def peer(server: Server) -> str:
    return f"127.0.0.1:{server.port}"


def saying(text: bytes) -> Play:
    return answering(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(text), text))
