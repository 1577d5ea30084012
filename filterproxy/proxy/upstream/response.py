"""A model server's reply, read as it comes."""

from __future__ import annotations

import asyncio
from typing import Protocol

from filterproxy.proxy.upstream.errors import UpstreamError


class Receiving(Protocol):
    """
    What a reply asks of the connection on which it comes.

    chunks: pieces of the body that have come and were not read.
    """

    chunks: list[bytes]

    def more(self) -> asyncio.Future[None]:
        """Done when something of the body is there, or no more will come."""

    def take(self) -> bytes:
        """All that is there."""

    def abort(self) -> None:
        """Close the socket now."""


class Response:
    """
    A reply, from its head on. To be closed by whoever got it.

    headers: lower-case names, in order, as sent (hop-by-hop ones too); trailers are left out.
    """

    __slots__ = ("_connection", "_error", "_rest", "headers", "reason", "status")

    def __init__(
        self, status: int, reason: bytes, headers: list[tuple[bytes, bytes]], connection: Receiving
    ) -> None:
        self.status = status
        self.reason = reason
        self.headers = headers
        self._connection: Receiving | None = connection
        self._rest = b""
        self._error: UpstreamError | None = None

    async def read(self) -> bytes:
        """
        All that arrived since the last call, waiting for the first of it; b"" at the end.

        Raises UpstreamError when the body ended early, made no sense or stood still for too long, after all
        that did arrive was read. One reader at a time. A cancelled read gives the reply up.
        """
        connection = self._connection
        if connection is not None and not connection.chunks:
            try:
                await connection.more()
            except asyncio.CancelledError:
                self.close()
                raise
            connection = self._connection
        if connection is not None:
            return connection.take()
        if self._rest:
            rest, self._rest = self._rest, b""
            return rest
        if self._error is not None:
            # Another one: what is raised leads to this frame, by its traceback, and from there to itself.
            raise UpstreamError(self._error.cause, str(self._error))
        return b""

    def close(self) -> None:
        """Give up: a body that has not wholly arrived closes its connection at once. Idempotent."""
        self._rest = b""
        if self._connection is not None:
            self._connection.abort()
            self._connection = None

    def detach(self, rest: bytes, error: UpstreamError | None) -> None:
        """The connection has no more of it. rest: what was not read; error: how it ended, if not well."""
        self._connection = None
        self._rest = rest
        self._error = error
