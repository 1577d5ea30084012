"""The gRPC service: one stream for each HTTP request, and the health of all."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import grpc
from envoy.service.ext_proc.v3 import external_processor_pb2_grpc as services
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from filterproxy.embedded import Embedded
from filterproxy.extproc.exchange import Exchange
from filterproxy.extproc.messages import Asked, Said
from filterproxy.proxy.failure import place_of
from filterproxy.proxy.passthrough import Passed

NAME = "envoy.service.ext_proc.v3.ExternalProcessor"
# Envoy sends a body in pieces of what its buffers hold, 1 MiB unless told otherwise.
_MESSAGE_LIMIT = 16 << 20
_log = logging.getLogger("filterproxy")


class Processor(services.ExternalProcessorServicer):  # type: ignore[misc]
    """Answers Envoy."""

    def __init__(self, embedded: Embedded) -> None:
        self._embedded = embedded
        self._passed = Passed(embedded.config.passthrough)

    async def Process(self, requests: AsyncIterator[Asked], context: Any) -> AsyncIterator[Said]:
        """One HTTP request."""
        metrics = self._embedded.metrics
        exchange = Exchange(self._embedded, self._passed)
        metrics.in_flight(1)
        try:
            async for asked in requests:
                async for said in exchange.hear(asked):
                    yield said
        except Exception as error:  # the border: Envoy is told by a broken stream, and does as it is set up
            _log.error("a request failed in our own code: %s", place_of(error))
            await context.abort(grpc.StatusCode.INTERNAL, "the filter failed; its log says where")
        finally:
            metrics.in_flight(-1)
            exchange.close()


class Service:
    """
    The server that Envoy asks.

    streams: HTTP requests that are filtered at one time; Envoy's error for those past it is the one that it
    has for a filter that is down.
    """

    def __init__(self, embedded: Embedded, streams: int) -> None:
        self._server = grpc.aio.server(
            maximum_concurrent_rpcs=streams,
            options=[
                ("grpc.max_receive_message_length", _MESSAGE_LIMIT),
                ("grpc.max_send_message_length", _MESSAGE_LIMIT),
                ("grpc.so_reuseport", 0),
            ],
        )
        services.add_ExternalProcessorServicer_to_server(Processor(embedded), self._server)
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)

    def bind(self, address: str) -> int:
        """Listen at host:port; the port. Raises RuntimeError when it cannot."""
        return int(self._server.add_insecure_port(address))

    async def start(self) -> None:
        await self._server.start()
        for name in ("", NAME):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)

    async def stop(self, seconds: float) -> None:
        """Say that it is going, take no new request, and give those under way some time."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(seconds)
