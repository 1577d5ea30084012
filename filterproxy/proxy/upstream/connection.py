"""
One socket to the model server, and the exchange that runs on it: HTTP/1.1 by llhttp's parser.

A connection runs one exchange at a time, in this order:

    idle      nobody waits; whatever arrives now, or an end, closes it
    head      `send` waits on `_head`; a `_pump` task may still be sending the request's body
    body      a `Response` reads; it waits on `_more` when nothing is there
    detached  the last byte came: what is unread moves into the Response, the connection goes back to
              the pool at once, whether or not anybody has read

What keeps it cheap:
- `on_body` is a list's own `append`: no Python runs per chunk of a stream.
- Time is looked at only where a task begins to wait. Each connection has at most one timer, set no
  later than the shorter of the two limits; it looks at the deadline when it fires and sets itself again. So
  a request starts and cancels no timer.
- The transport's high-water mark is 0. Then "writing is paused" means "the request is not yet with the
  kernel" (or, under TLS, with the socket's transport), which tells for free whether a connection may be
  used again, and uvloop writes at once instead of at the end of its iteration.

A clock runs only while we wait for upstream: not while the caller leaves text unread, nor while the caller's
own request body is awaited.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from typing import Protocol, cast

import httptools

from filterproxy.engine.headers import Headers
from filterproxy.proxy.upstream.errors import UpstreamError, lost_error
from filterproxy.proxy.upstream.limits import UpstreamLimits
from filterproxy.proxy.upstream.response import Response

# Bytes that may lie unread before the socket is no longer read. As large as one read of asyncio's or
# uvloop's, so that a reply of ordinary size never pauses.
_UNREAD_LIMIT = 256 * 1024


class Pool(Protocol):
    """What a connection belongs to, and tells when it is free again or has ended."""

    @property
    def peer(self) -> str: ...

    @property
    def tls(self) -> bool: ...

    @property
    def limits(self) -> UpstreamLimits: ...

    def release(self, connection: Connection, /) -> None: ...

    def lost(self, connection: Connection, /) -> None: ...


class Connection(asyncio.Protocol):
    """One socket to upstream, and the exchange that runs on it."""

    def __init__(self, pool: Pool, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.closed = False
        self.chunks: list[bytes] = []
        self.on_body = self.chunks.append  # read once by the parser, which calls it for each piece
        self._parser: httptools.HttpResponseParser
        self._pool = pool
        self._limits = pool.limits
        self._shortest = min(self._limits.first_byte_timeout_seconds, self._limits.idle_timeout_seconds)
        self._transport: asyncio.Transport
        self._head: asyncio.Future[Response] | None = None
        self._more: asyncio.Future[None] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._response: Response | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = math.inf
        self._idle_since = 0.0
        self._reason = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._head_bytes = 0  # of the head so far, interim answers included
        self._bare_bytes = 0  # of the body's framing and trailers, since the last of its content
        self._unread = 0
        self._head_only = False  # the request was HEAD
        self._complete = False
        self._keep_alive = False
        self._sending = False
        self._write_paused = False
        self._read_paused = False

    # What Upstream and Response ask of it

    def stamp(self) -> None:
        self._idle_since = self.loop.time()

    def idle_for(self) -> float:
        """Seconds since it was stamped; without end when it is closed."""
        return math.inf if self.closed else self.loop.time() - self._idle_since

    def begin(self, message: bytes, head_only: bool, more: bool) -> asyncio.Future[Response]:
        """Write *message*, and give what the answer's head will arrive in. more: a body follows."""
        self._head_only = head_only
        self._sending = more
        self._head_bytes = 0
        self._unread = 0
        self._head = head = self.loop.create_future()
        self._wait(math.inf if more else self._limits.first_byte_timeout_seconds)
        self._transport.write(message)
        return head

    async def pump(self, pieces: AsyncIterator[bytes], head: asyncio.Future[Response]) -> Response:
        """Send the request's body until it ends or the answer comes."""
        task = self.loop.create_task(self._pump(pieces))
        task.add_done_callback(self._pumped)
        try:
            return await head
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait((task,))
            del head, task  # an exception of theirs leads here, by its traceback: a cycle

    def more(self) -> asyncio.Future[None]:
        """Done when something of the body is there, or no more will come."""
        self._wait(self._limits.idle_timeout_seconds)
        self._more = self.loop.create_future()
        return self._more

    def take(self) -> bytes:
        chunks = self.chunks
        data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        chunks.clear()
        self._unread = 0
        if self._read_paused:
            self._resume_reading()
        return data

    def give_up(self, head: asyncio.Future[Response]) -> None:
        """The one that waited for *head* has gone."""
        if self._head is head:
            self._head = None
            self.abort()
        elif head.done() and not head.cancelled() and head.exception() is None:
            head.result().close()

    def abort(self) -> None:
        """Close the socket now; who waits is told, and nothing written is waited for."""
        if not self.closed:
            self._end(UpstreamError("cut", f"the connection to {self._pool.peer} was closed on our side"))

    # The request's body

    async def _pump(self, pieces: AsyncIterator[bytes]) -> None:
        async for piece in pieces:
            if self.closed:
                return
            self._transport.write(piece)
            if self._write_paused:
                self._writable = self.loop.create_future()
                self._deadline = self.loop.time() + self._limits.idle_timeout_seconds
                await self._writable
                self._deadline = math.inf
        self._sending = False
        self._deadline = self.loop.time() + self._limits.first_byte_timeout_seconds

    def _pumped(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            head, self._head = self._head, None
            self.abort()
            if head is not None and not head.done():
                head.set_exception(error)

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's has no common base class
        # It keeps our methods: a cycle, which lasts from here to `connection_lost`.
        self._parser = httptools.HttpResponseParser(self)
        # asyncio's TLS pauses at the mark, not above it: at 0 it would pause for ever.
        self._transport.set_write_buffer_limits(high=1 if self._pool.tls else 0, low=0)

    def data_received(self, data: bytes) -> None:
        response = self._response
        if response is None:
            if self._head is None:
                self.abort()  # bytes that nobody asked for
                return
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._refuse(error)
            return
        size = len(data)
        if response is None:
            size = 0
            response = self._response
            if response is None:
                if self._head_bytes > self._limits.header_limit_bytes:
                    self._end(self._head_too_large())
                return
            self._deliver(response)
        if self._complete:
            self._finish(response)
        else:
            self._account(size)

    def eof_received(self) -> None:
        self._ended(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended(exc)
        self._pool.lost(self)
        del self._parser

    def pause_writing(self) -> None:
        self._write_paused = True

    def resume_writing(self) -> None:
        self._write_paused = False
        self._wake_writer()

    # The parser's side

    def on_message_begin(self) -> None:
        if self._complete:
            raise UpstreamError("protocol", f"{self._pool.peer} sent more than one answer")

    def on_status(self, reason: bytes) -> None:
        self._reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self._head_bytes > self._limits.header_limit_bytes:
            size = sum(len(name) + len(value) + 4 for name, value in self._headers)
            if size > self._limits.header_limit_bytes:
                raise self._head_too_large()
        if status >= 200:
            self._response = Response(status, self._reason, self._headers[:], self)
            if self._head_only:
                self._complete = True
                self._keep_alive = self._parser.should_keep_alive()
        elif status < 100 or status == 101:
            raise UpstreamError("protocol", f"{self._pool.peer} answered with status {status}")
        else:
            self._headers.clear()
        self._reason = b""

    def on_message_complete(self) -> None:
        if self._response is not None and not self._head_only:
            self._complete = True
            self._keep_alive = self._parser.should_keep_alive()

    # The exchange

    def _wait(self, seconds: float) -> None:
        self._deadline = self.loop.time() + seconds
        if self._timer is None:
            self._timer = self.loop.call_later(self._shortest, self._tick)

    def _tick(self) -> None:
        self._timer = None
        if self._head is None and self._more is None:
            return
        left = self._deadline - self.loop.time()
        if left <= 0:
            self._end(self._late())
        else:
            self._timer = self.loop.call_later(max(0.001, min(left, self._shortest)), self._tick)

    def _deliver(self, response: Response) -> None:
        head, self._head = self._head, None
        if head is not None and not head.done():
            head.set_result(response)

    def _account(self, size: int) -> None:
        """*size* bytes came of a body that is not complete: wake its reader, and bound what is kept."""
        if not self.chunks:
            self._bare_bytes += size
            if self._bare_bytes > self._limits.header_limit_bytes:
                self._end(self._head_too_large())
            return
        self._bare_bytes = 0
        self._unread += size
        if self._more is not None:
            self._wake_reader()
        elif self._unread > _UNREAD_LIMIT and not self._read_paused:
            self._read_paused = True
            self._transport.pause_reading()

    def _finish(self, response: Response) -> None:
        """The last byte of *response* came."""
        if self._head_only and self.chunks:
            self.chunks.clear()
            self._keep_alive = False
        self._detach(response, None)
        if not self._keep_alive or self._sending or self._write_paused:
            self.abort()
            return
        if self._head_only:
            # The parser would wait for the body that the head describes and HEAD leaves out.
            self._parser = httptools.HttpResponseParser(self)
        if self._read_paused:
            self._resume_reading()
        self._pool.release(self)

    def _detach(self, response: Response, error: UpstreamError | None) -> None:
        chunks = self.chunks
        response.detach(chunks[0] if len(chunks) == 1 else b"".join(chunks), error)
        chunks.clear()
        self._headers.clear()
        self._complete = False
        self._response = None
        self._bare_bytes = 0
        if self._more is not None:
            self._wake_reader()

    def _refuse(self, error: httptools.HttpParserError) -> None:
        """The parser stopped at bytes that are not HTTP, or at an answer that a callback refused."""
        cause = error.__context__
        if isinstance(error, httptools.HttpParserCallbackError) and not isinstance(cause, UpstreamError):
            raise error
        if not isinstance(cause, UpstreamError):
            # The reason is one of llhttp's own sentences, never the bytes.
            cause = UpstreamError("protocol", f"{self._pool.peer} does not speak HTTP/1.1: {error}")
        response = self._response
        if response is not None:
            self._deliver(response)
            if self._complete:  # the answer itself was whole; only what follows it is not
                self._keep_alive = False
                self._finish(response)
                return
        self._end(cause)

    def _ended(self, exc: Exception | None) -> None:
        """Upstream will send no more."""
        if self.closed:
            return
        response = self._response
        if response is None:
            doing = f"before it answered (received {self._head_bytes} bytes)"
            self._end(lost_error(exc, self._pool.peer, doing, unanswered=not self._head_bytes))
        elif (framing := _framing(self._headers)) or exc is not None:
            doing = f"inside the body ({framing or 'which the end of the connection ends'})"
            self._end(lost_error(exc, self._pool.peer, doing))
        else:
            self._end(None)  # a body that ends with its connection

    def _end(self, error: UpstreamError | None) -> None:
        """Close; whoever waits or reads later is told *error*."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._transport.abort()
        if self._response is not None:
            self._detach(self._response, error)
        head, self._head = self._head, None
        if head is not None and not head.done():
            assert error is not None
            head.set_exception(error)
        self._wake_writer()

    def _wake_reader(self) -> None:
        more, self._more = self._more, None
        if more is not None and not more.done():
            more.set_result(None)

    def _wake_writer(self) -> None:
        writable, self._writable = self._writable, None
        if writable is not None and not writable.done():
            writable.set_result(None)

    def _resume_reading(self) -> None:
        self._read_paused = False
        if not self.closed:
            self._transport.resume_reading()

    def _late(self) -> UpstreamError:
        peer, limits = self._pool.peer, self._limits
        if self._more is not None:
            said = f"{peer} sent nothing more of the body for {limits.idle_timeout_seconds:g} s"
        elif self._sending:
            said = f"{peer} took no more of the request for {limits.idle_timeout_seconds:g} s"
        else:
            said = f"{peer} did not answer within {limits.first_byte_timeout_seconds:g} s"
        return UpstreamError("timeout", said)

    def _head_too_large(self) -> UpstreamError:
        limit = self._limits.header_limit_bytes
        return UpstreamError("protocol", f"{self._pool.peer} sent headers or framing past {limit} bytes")


def _framing(headers: Headers) -> str:
    """What the head says about the body's end; "" when only the connection's end marks it."""
    for name, value in headers:
        if name == b"content-length":
            return f"promised {int(value)} bytes, got fewer"
        if name == b"transfer-encoding" and b"chunked" in value.lower():
            return "chunked, and no last chunk came"
    return ""
