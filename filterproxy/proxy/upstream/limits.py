"""How many connections to a model server, and how long it is waited for."""

from __future__ import annotations

from dataclasses import dataclass

from filterproxy.config import Config
from filterproxy.upstreams import UpstreamConfig


@dataclass(frozen=True, slots=True)
class UpstreamLimits:
    """
    connections: open at once; a request above that waits for up to the connect time-out.
    first_byte_timeout_seconds: from the request's last byte to the whole head; models think long.
    idle_timeout_seconds: for the next bytes of a body, in either direction.
    keepalive_seconds: below the 5 s of uvicorn and others, so that no request is written into a
    connection that the server is closing.
    header_limit_bytes: of a reply's head; also of bytes within a body that carry none of it.
    """

    connections: int = 1024
    connect_timeout_seconds: float = 5.0
    first_byte_timeout_seconds: float = 300.0
    idle_timeout_seconds: float = 300.0
    keepalive_seconds: float = 4.0
    header_limit_bytes: int = 65536


def limits_of(config: Config, given: UpstreamConfig) -> UpstreamLimits:
    """What holds at each address of an upstream: its own settings before those of the proxy."""
    return UpstreamLimits(
        connections=given.connections or config.connections,
        connect_timeout_seconds=given.connect_timeout_seconds or config.connect_timeout_seconds,
        first_byte_timeout_seconds=given.first_byte_timeout_seconds or config.first_byte_timeout_seconds,
        idle_timeout_seconds=given.idle_timeout_seconds or config.idle_timeout_seconds,
    )
