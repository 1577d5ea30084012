"""One request on a client's connection, and its answer: ASGI messages on one side, bytes on the other."""

from __future__ import annotations

import asyncio
import http
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

Scope = dict[str, Any]
App = Callable[[Scope, Callable[..., Any], Callable[..., Any]], Awaitable[None]]
Gone = Callable[[asyncio.Task[None]], None]

# Of a scope's extensions: {"call": f}. f(callback) has *callback* called once, when the client's connection
# is lost before the answer is complete, with the task that runs the application.
GONE = "filterproxy.gone"

STATUS_LINES = {
    status.value: b"HTTP/1.1 %d %b\r\n" % (status.value, status.phrase.encode()) for status in http.HTTPStatus
}
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_log = logging.getLogger("filterproxy")


class ClientConnection(Protocol):
    """
    What a call asks of the connection on which it came.

    write_paused: the client has not taken what was written.
    """

    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop
    write_paused: bool

    async def drained(self) -> None:
        """The client has taken what was written, or has gone."""

    def resume_reading(self) -> None:
        """More of the request's body can be taken in."""

    def answered(self, call: Call) -> None:
        """The answer of *call*, the one that is under way, is complete."""


class Call:
    """
    One request and its answer, as an ASGI application sees them.

    Names of the answer's headers are in lower case, and none of them is between two neighbours (RFC 9110
    §7.6.1): those are set here. task: runs the application. received: the request's last byte has come.
    started: the answer's head has been given. stays: the connection stays open after it.
    """

    __slots__ = (
        "_bodiless",
        "_chunked",
        "_complete",
        "_connection",
        "_expects",
        "_gone",
        "_head",
        "_left",
        "_newer",
        "_news",
        "_pieces",
        "_reader",
        "_told",
        "_unread",
        "received",
        "started",
        "stays",
        "task",
    )

    def __init__(
        self, connection: ClientConnection, *, head_only: bool, newer: bool, stays: bool, expects: bool
    ) -> None:
        self.received = False
        self.started = False
        self.stays = stays
        self.task: asyncio.Task[None]
        self._connection = connection
        self._bodiless = head_only
        self._newer = newer  # HTTP/1.1, not 1.0
        self._expects = expects  # the client waits until it is told to send its body
        self._pieces: list[bytes] = []
        self._unread = 0
        self._news = False  # something was taken in since the last `receive`
        self._reader: asyncio.Future[None] | None = None
        self._gone = False
        self._told: Gone | None = None
        self._head = b""  # that has not left yet
        self._chunked = False
        self._left: int | None = None  # bytes of the body still to come, where its length was said
        self._complete = False

    async def run(self, app: App, scope: Scope) -> None:
        """Have *app* answer, and see to it that the client can tell an answer that is not complete."""
        try:
            await app(scope, self.receive, self.send)
        except Exception as error:  # an application answers for its errors; this is one in doing so
            _log.error("a request failed with %s", type(error).__name__)
        finally:
            if not self._complete:
                self._flush()
                self._connection.transport.close()

    def when_gone(self, callback: Gone) -> None:
        """See GONE."""
        if self._gone:
            callback(self.task)
        else:
            self._told = callback

    # The connection's side

    def take(self, body: bytes) -> int:
        """Take in some of the request's body; how many bytes are unread."""
        if self._complete:
            return 0  # nobody will read it
        self._pieces.append(body)
        self._unread += len(body)
        self._wake()
        return self._unread

    def take_end(self) -> None:
        self.received = True
        self._wake()

    def lose(self) -> None:
        """The client has gone."""
        self._gone = True
        self._wake()
        told, self._told = self._told, None
        if told is not None:
            told(self.task)

    def _wake(self) -> None:
        self._news = True
        reader = self._reader
        if reader is not None and not reader.done():
            reader.set_result(None)

    # The application's side

    async def receive(self) -> dict[str, Any]:
        """ASGI's receive. One reader at a time."""
        if self._expects and not self._gone:
            self._expects = False
            self._connection.transport.write(_CONTINUE)
        if not self._news and not self._complete:
            self._connection.resume_reading()
            self._reader = self._connection.loop.create_future()
            await self._reader
        self._news = False
        if self._gone or self._complete:
            self._news = True
            return {"type": "http.disconnect"}
        pieces = self._pieces
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self._unread = 0
        self._connection.resume_reading()
        return {"type": "http.request", "body": body, "more_body": not self.received}

    async def send(self, message: Any) -> None:
        """ASGI's send; what a client that has gone is sent is thrown away."""
        connection = self._connection
        if connection.write_paused:
            await connection.drained()
        if self._gone:
            return
        if message["type"] == "http.response.start":
            self._begin(message["status"], message.get("headers", ()))
            connection.loop.call_soon(self._flush)
        else:
            self._write(message.get("body", b""), message.get("more_body", False))

    def _begin(self, status: int, headers: Sequence[tuple[bytes, bytes]]) -> None:
        if self.started:
            raise RuntimeError("an answer has one head")
        parts = [STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status]
        for name, value in headers:
            parts += (name, b": ", value, b"\r\n")
            if name == b"content-length":
                self._left = int(value)
        if status in (204, 304):
            self._bodiless = True
        if self._left is None and not self._bodiless:
            self._chunked = self._newer
            self.stays = self.stays and self._newer
            if self._newer:
                parts += (b"transfer-encoding", b": ", b"chunked", b"\r\n")
        if not self.stays:
            parts += (b"connection", b": ", b"close", b"\r\n")
        parts.append(b"\r\n")
        head = b"".join(parts)
        lines = 2 + len(parts) // 4
        if head.count(b"\n") != lines or head.count(b"\r") != lines or b"\0" in head:
            raise RuntimeError("an answer's head holds a line break or NUL where none may be")
        self._head = head
        self.started = True
        self._expects = False

    def _write(self, body: bytes, more: bool) -> None:
        if self._complete or not self.started:
            raise RuntimeError("a piece of the body comes between head and end")
        if self._bodiless:
            data = b""
        elif self._chunked:
            data = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            if not more:
                data += b"0\r\n\r\n"
        else:
            data = body
            if self._left is not None:
                self._left -= len(body)
                if self._left < 0 or (self._left and not more):
                    raise RuntimeError("the body has not the length that the head says")
        if self._head:
            data, self._head = self._head + data, b""
        if data:
            self._connection.transport.write(data)
        if not more:
            self._complete = True
            self._told = None
            self._wake()
            self._connection.answered(self)

    def _flush(self) -> None:
        head, self._head = self._head, b""
        if head and not self._gone:
            self._connection.transport.write(head)
