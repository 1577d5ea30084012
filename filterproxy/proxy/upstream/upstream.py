"""
The one door to the model server: a pool of connections behind one call.

Why an own client: it is the largest part of a proxied request's CPU, and general clients pay for what a
proxy does not need (redirects, cookies, decoding, a timer per read).

The pool is a stack: under little load the same few connections serve and the others grow old. Idle ones
are stamped, and one timer for all closes those past their time. A request that finds every place taken
waits in line; it is handed a connection, or the place of one that has ended.

A request whose bytes were written is never repeated: the model may have run. Pooled connections are
therefore closed before common servers would (`keepalive_seconds`).
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import deque
from collections.abc import AsyncIterator
from urllib.parse import SplitResult, unquote_to_bytes

from filterproxy.engine.headers import Headers
from filterproxy.proxy.upstream.connection import Connection
from filterproxy.proxy.upstream.errors import Unanswered, UpstreamError, connect_error, lost_error
from filterproxy.proxy.upstream.limits import UpstreamLimits
from filterproxy.proxy.upstream.response import Response
from filterproxy.proxy.upstream.trust import tls_context
from filterproxy.upstreams import url_parts

_LIMITS = UpstreamLimits()
# A request body up to this size is written in one piece; a larger one as the socket takes it.
_WHOLE_BODY = 256 * 1024

# Headers between two neighbours (RFC 9110 §7.6.1), and those that this client sets by itself.
_OWN_HEADERS = frozenset(
    b"connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer upgrade "
    b"transfer-encoding content-length host expect".split()
)
# Methods for which an empty body is no body, not a body of length 0 (RFC 9110 §8.6).
_WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE", "OPTIONS", "TRACE"})


class Upstream:
    """One address of a model server. Belongs to the event loop of its first request."""

    def __init__(
        self, url: str, limits: UpstreamLimits = _LIMITS, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        """
        url: `http://host[:port][/base]` or `https://…`. ssl_context: for https; the system's
        certificates unless given. Raises ValueError, with a sentence for the operator.
        """
        parts, port = url_parts(url)
        self._host = parts.hostname or ""
        self._port = port
        self._base = parts.path.rstrip("/").encode()
        self._host_line = b"host: " + _authority(parts, port) + b"\r\n"
        self.tls = parts.scheme == "https"
        self._ssl = (ssl_context or tls_context()) if self.tls else None
        self.peer = f"[{self._host}]:{port}" if ":" in self._host else f"{self._host}:{port}"
        self.limits = limits
        self._idle: list[Connection] = []  # the longest idle first
        self._all: set[Connection] = set()
        self._open = 0  # connections, and attempts at one
        self._queue: deque[asyncio.Future[Connection | None]] = deque()
        self._sweeper: asyncio.TimerHandle | None = None
        self._shut = False
        self._empty: asyncio.Future[None] | None = None  # what `close` waits for

    async def send(
        self,
        method: str,
        target: bytes,
        headers: Headers,
        body: bytes | AsyncIterator[bytes],
        *,
        resend: bool = False,
    ) -> Response:
        """
        Ask upstream, and return its final answer's head as soon as it is there.

        target: raw path and query; the base path goes before it. headers: sent as they are except
        hop-by-hop ones, host, content-length, transfer-encoding and expect. body: bytes, or pieces
        that go out chunked as they come; an answer that comes before their end stops them, and what the
        iterator itself raises is raised here. A cancelled call closes its connection. resend: of a body in
        bytes, once, on a new connection, when one that was kept ends without a byte of answer: servers close
        those at any time, some right after a stream, and a request may be on its way by then.

        Raises UpstreamError; ValueError for CR, LF or NUL in target or headers (nothing is sent then).
        """
        message = self._request_head(method, target, headers, body)
        pieces: AsyncIterator[bytes] | None = None
        if not isinstance(body, bytes):
            pieces = _chunked(body)
        elif len(body) > _WHOLE_BODY:
            pieces = _sliced(body)
        else:
            message += body
        kept = self._pooled()
        try:
            return await self._exchange(kept or await self._obtain(), message, method, pieces)
        except Unanswered:
            if kept is None or not resend or not isinstance(body, bytes):
                raise
        # The pool's others may have ended as well.
        try:
            connection = await self._obtain()
        except UpstreamError as error:
            error.unsent = False  # the first time it was
            raise
        return await self._exchange(connection, message, method, _sliced(body) if pieces else None)

    async def _exchange(
        self, connection: Connection, message: bytes, method: str, pieces: AsyncIterator[bytes] | None
    ) -> Response:
        head = connection.begin(message, method == "HEAD", pieces is not None)
        try:
            return await (head if pieces is None else connection.pump(pieces, head))
        except BaseException:
            connection.give_up(head)
            raise
        finally:
            del head  # its exception leads here, by its traceback: a cycle

    async def close(self) -> None:
        """Close every connection; exchanges that are under way fail, and so do later ones."""
        self._shut = True
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        self._idle.clear()
        for turn in self._queue:
            if not turn.done():
                turn.set_exception(UpstreamError("cut", f"the client of {self.peer} was closed"))
        self._queue.clear()
        for connection in list(self._all):
            connection.abort()
        if self._all:
            self._empty = asyncio.get_running_loop().create_future()
            await self._empty

    def _request_head(
        self, method: str, target: bytes, headers: Headers, body: bytes | AsyncIterator[bytes]
    ) -> bytes:
        base = self._base
        if target == b"*":
            base = b""  # what OPTIONS asks of a server as a whole (RFC 9112 §3.2.4)
        elif base and _climbs(target):
            raise ValueError("the request's path leads out of the one under which the model server is known")
        parts = [b"%b %b%b HTTP/1.1\r\n%b" % (method.encode(), base, target, self._host_line)]
        nominated: list[bytes] = []
        for name, value in headers:
            lower = name.lower()
            if lower not in _OWN_HEADERS:
                parts += (name, b": ", value, b"\r\n")
            elif lower == b"connection" and value not in (b"keep-alive", b"close"):
                nominated += _nominated(value)
        if nominated:
            kept = [header for header in headers if header[0].lower() not in (*nominated, b"connection")]
            return self._request_head(method, target, kept, body)
        head = b"".join(parts)
        _check_head(head, method, target, lines=2 + len(parts) // 4)
        if not isinstance(body, bytes):
            return head + b"transfer-encoding: chunked\r\n\r\n"
        if body or method not in _WITHOUT_BODY:
            return head + b"content-length: %d\r\n\r\n" % len(body)
        return head + b"\r\n"

    def _pooled(self) -> Connection | None:
        """The idle connection that was used last, if it is still good."""
        while self._idle:
            connection = self._idle.pop()
            if connection.idle_for() < self.limits.keepalive_seconds:
                return connection
            connection.abort()
        return None

    async def _obtain(self) -> Connection:
        if self._open < self.limits.connections:
            self._open += 1
            return await self._connect()
        while (connection := await self._turn()) is not None:
            if not connection.closed:
                return connection
            # It ended between being handed over and now; its place is gone, so the wait begins again.
            if self._open < self.limits.connections:
                self._open += 1
                break
        return await self._connect()

    async def _turn(self) -> Connection | None:
        """Wait for a connection that is free again, or (None) for a place to open one, already taken."""
        seconds = self.limits.connect_timeout_seconds
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            async with asyncio.timeout(seconds):
                return await turn
        except (TimeoutError, asyncio.CancelledError) as error:
            self._pass_on(turn)
            if isinstance(error, asyncio.CancelledError):
                raise
            busy = f"all {self.limits.connections} connections to {self.peer} were busy for {seconds:g} s"
            raise UpstreamError("busy", busy, unsent=True) from None

    def _pass_on(self, turn: asyncio.Future[Connection | None]) -> None:
        """The one that waited for *turn* has gone: what it may have been given is the next one's."""
        if not turn.done() or turn.cancelled():
            with contextlib.suppress(ValueError):
                self._queue.remove(turn)
        elif turn.exception() is None:
            connection = turn.result()
            if connection is None:
                self._vacate()
            elif not connection.closed:
                self.release(connection)

    async def _connect(self) -> Connection:
        """A new connection, in a place that is already counted."""
        loop = asyncio.get_running_loop()
        seconds = self.limits.connect_timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                _, connection = await loop.create_connection(
                    lambda: Connection(self, loop), self._host, self._port, ssl=self._ssl
                )
        except BaseException as error:
            self._vacate()
            if isinstance(error, TimeoutError):
                late = f"no connection to {self.peer} within {seconds:g} s"
                raise UpstreamError("timeout", late, unsent=True) from None
            if isinstance(error, OSError):
                raise connect_error(error, self.peer) from error
            raise
        self._all.add(connection)
        if self._shut:
            connection.abort()
        if connection.closed:
            self.lost(connection)
            ended = lost_error(None, self.peer, "before a request was sent")
            ended.unsent = not self._shut
            raise ended
        return connection

    def release(self, connection: Connection) -> None:
        """*connection* has nothing more to do: the longest waiting request takes it, or the pool."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        connection.stamp()
        self._idle.append(connection)
        if self._sweeper is None:
            self._sweep_in(connection.loop, self.limits.keepalive_seconds)

    def lost(self, connection: Connection) -> None:
        """*connection* has ended."""
        if connection not in self._all:
            return
        self._all.remove(connection)
        self._vacate()
        if self._empty is not None and not self._all and not self._empty.done():
            self._empty.set_result(None)

    def _vacate(self) -> None:
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)  # the place stays counted: it is that one's now
                return
        self._open -= 1

    def _sweep_in(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._sweeper = loop.call_later(max(seconds, 0.001), self._sweep, loop)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        seconds = self.limits.keepalive_seconds
        late = [c for c in self._idle if c.closed or c.idle_for() >= seconds]
        for connection in late:
            self._idle.remove(connection)
            connection.abort()
        self._sweeper = None
        if self._idle:
            self._sweep_in(loop, seconds - self._idle[0].idle_for())


async def _chunked(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for piece in body:
        if piece:  # an empty chunk would end the body
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


async def _sliced(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), _WHOLE_BODY):
        yield body[start : start + _WHOLE_BODY]


def _nominated(connection: bytes) -> list[bytes]:
    """The headers that a Connection header names as meant for the next neighbour only."""
    tokens = (token.strip() for token in connection.lower().split(b","))
    return [token for token in tokens if token not in _OWN_HEADERS and token not in (b"", b"close")]


def _check_head(head: bytes, method: str, target: bytes, lines: int) -> None:
    """
    Raises ValueError when *head* would not be read as what was asked for: a second request or header hidden
    behind a line break is how requests are smuggled. *lines* is how many it should have.
    """
    if head.count(b"\n") != lines or head.count(b"\r") != lines or b"\0" in head:
        raise ValueError("the request holds a line break or NUL where none may be")
    if b" " in target or not (target.startswith(b"/") or (target == b"*" and method == "OPTIONS")):
        raise ValueError("the request's target must begin with / and hold no blank")
    if " " in method or not method:
        raise ValueError("the request's method must be one word")
    if method == "CONNECT":
        raise ValueError("the request asks for a tunnel, and the proxy makes none")


def _climbs(target: bytes) -> bool:
    """Whether dots in a path lead above where it begins; servers differ in what they take for dots."""
    if b".." not in target and b"%2" not in target:
        return False
    depth = 0
    for part in unquote_to_bytes(target.partition(b"?")[0]).replace(b"\\", b"/").split(b"/"):
        depth += -1 if part == b".." else part not in (b"", b".")
        if depth < 0:
            return True
    return False


def _authority(parts: SplitResult, port: int) -> bytes:
    """The Host header's value: without the port where the scheme implies it."""
    host = parts.hostname or ""
    name = f"[{host}]" if ":" in host else host.encode("idna").decode()
    return name.encode() if parts.port is None else f"{name}:{port}".encode()
