"""
One client connection: HTTP/1.1 by llhttp's parser, and an ASGI call for each request.

uvicorn listens, accepts and drains; this stands where its own protocol would. That one serves every kind of
application; with it a short whole reply took a tenth more CPU (114 µs against 103): for each request an
event, a timer, and a task for whoever wants to hear that the client has gone. Here

- an answer's head leaves together with what is written next, or when the event loop comes round: a write is
  a twentieth of a short request;
- a connection has one timer, which looks at the time when it fires and sets itself again;
- the extension `filterproxy.gone` tells the application of a client that went away, without a task.

No WebSockets and no upgrades: such a request is an ordinary one, and the connection closes after its answer.
"""

from __future__ import annotations

import asyncio
import http
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast
from urllib.parse import unquote

import httptools
import uvicorn
from uvicorn.server import ServerState

Scope = dict[str, Any]
App = Callable[[Scope, Callable[..., Any], Callable[..., Any]], Awaitable[None]]
Gone = Callable[[asyncio.Task[None]], None]

# Of a scope's extensions: {"call": f}. f(callback) has *callback* called once, when the client's connection
# is lost before the answer is complete, with the task that runs the application.
GONE = "filterproxy.gone"

_ASGI = {"version": "3.0", "spec_version": "2.3"}
# Bytes of a request's body that may lie unread before the socket is no longer read.
_UNREAD_LIMIT = 65536
# Bytes of a request's head; common servers take 8 to 64 KiB. The same of what frames a body without being any
# of it: sizes and extensions of chunks, trailers.
_HEAD_LIMIT = 65536
# A client that takes nothing of what waits for it keeps a connection to upstream: as long as a model server
# that sends nothing may.
_UNTAKEN_SECONDS = 300.0
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_STATUS_LINES = {
    status.value: b"HTTP/1.1 %d %b\r\n" % (status.value, status.phrase.encode()) for status in http.HTTPStatus
}
_log = logging.getLogger("filterproxy")


def _refusal(status: int, said: bytes) -> bytes:
    head = b"%bcontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    return head % (_STATUS_LINES[status], len(said)) + said


_NOT_HTTP = _refusal(400, b"Invalid HTTP request received.")
_TOO_SLOW = _refusal(408, b"The rest of the request did not come in time.")
_HEAD_TOO_LARGE = _refusal(431, b"The request's head has more than %d bytes." % _HEAD_LIMIT)


class Protocol(asyncio.Protocol):
    """
    One client connection, as uvicorn.Config(http=...) takes it.

    transport, shutdown: what uvicorn's server asks for. write_paused: the client has not taken what was
    written.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        if not config.loaded:
            config.load()
        self.loop = _loop or asyncio.get_running_loop()
        self.transport: asyncio.Transport
        self.write_paused = False
        self._app = cast(App, config.loaded_app)
        self._server = server_state
        self._keep_alive_seconds = config.timeout_keep_alive
        self._parser = httptools.HttpRequestParser(self)
        self._addresses: dict[str, Any] = {}
        self._call: Call | None = None  # whose answer is under way
        self._reading: Call | None = None  # whose body the parser reads, or has read
        self._waiting: deque[tuple[Call, Scope]] = deque()  # asked before the one before was answered
        self._deaf = False  # what comes is no longer read
        self._read_paused = False
        self._writers: list[asyncio.Future[None]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._untaken: asyncio.TimerHandle | None = None
        self._idle_since = 0.0
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._in_head = False
        self._head_bytes = 0
        self._framing_bytes = 0  # since a piece of the body came; -1: one came, or a head ended, just now
        self._expects = False

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's has no common base class
        self._server.connections.add(cast(Any, self))
        peer, own = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        self._addresses = {
            "client": tuple(peer[:2]) if isinstance(peer, tuple) else None,
            "server": tuple(own[:2]) if isinstance(own, tuple) else None,
        }
        self._scheme = "http" if transport.get_extra_info("sslcontext") is None else "https"
        self._idle_since = self.loop.time()
        self._look_in(self._keep_alive_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(cast(Any, self))
        if self._timer is not None:
            self._timer.cancel()
        self._deaf = True
        self._waiting.clear()
        del self._parser  # which keeps our methods: cycles wait for the collector, and keep what they lead to
        call, self._call, self._reading = self._call, None, None
        self.resume_writing()
        if call is not None:
            call.lose()

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._deaf = True  # on_headers_complete has seen to it that the connection closes
        except httptools.HttpParserError as error:
            _raise_if_ours(error)
            self._refuse(_NOT_HTTP)
        else:
            if self._in_head:
                self._head_bytes += len(data)
                if self._head_bytes > _HEAD_LIMIT:
                    self._refuse(_HEAD_TOO_LARGE)
            elif self._framing_bytes >= 0:
                self._framing_bytes += len(data)
                if self._framing_bytes > _HEAD_LIMIT and self._reading and not self._reading.received:
                    self._refuse(_HEAD_TOO_LARGE)
            else:
                self._framing_bytes = 0  # some of it was head or body

    def pause_writing(self) -> None:
        self.write_paused = True
        self._untaken = self.loop.call_later(_UNTAKEN_SECONDS, self._give_up)

    def resume_writing(self) -> None:
        self.write_paused = False
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None
        writers, self._writers = self._writers, []
        for writer in writers:
            if not writer.done():
                writer.set_result(None)

    # The parser's side

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers = []
        self._in_head = True
        self._head_bytes = 0
        self._framing_bytes = -1
        self._expects = False
        self._idle_since = self.loop.time()  # a head may take as long as a connection may be idle

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_head:
            return  # a trailer, which no front proxy has looked at: never a header (RFC 9110 §6.5.1)
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self._expects = True
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._in_head = False
        parser = self._parser
        method = parser.get_method().decode("ascii")
        version = parser.get_http_version()
        url = httptools.parse_url(self._url)
        raw_path = url.path or b"/"
        path = raw_path.decode("ascii")
        newer = version == "1.1"
        stays = newer and parser.should_keep_alive() and not parser.should_upgrade()
        call = Call(self, method == "HEAD", newer, stays, self._expects)
        scope = {
            "type": "http",
            "asgi": _ASGI,
            "http_version": version,
            "method": method,
            "scheme": self._scheme,
            "path": unquote(path) if "%" in path else path,
            "raw_path": raw_path,
            "query_string": url.query or b"",
            "root_path": "",
            "headers": self._headers,
            "extensions": {GONE: {"call": call.when_gone}},
            **self._addresses,
        }
        self._reading = call
        # The call does not keep the scope, which leads back to it: cycles wait for the collector.
        if self._call is None:
            self._start(call, scope)
        else:
            self._waiting.append((call, scope))
            self._pause_reading()

    def on_body(self, body: bytes) -> None:
        self._framing_bytes = -1
        self._idle_since = self.loop.time()
        call = self._reading
        if call is not None and call.take(body) > _UNREAD_LIMIT:
            self._pause_reading()

    def on_message_complete(self) -> None:
        if self._reading is not None:
            self._reading.take_end()

    # What calls ask of it

    async def drained(self) -> None:
        """The client has taken what was written, or has gone."""
        if self.write_paused:
            writer = self.loop.create_future()
            self._writers.append(writer)
            await writer

    def resume_reading(self) -> None:
        if self._read_paused and not self._waiting:
            self._read_paused = False
            self.transport.resume_reading()

    def answered(self, call: Call) -> None:
        """The answer of *call*, the one that is under way, is complete."""
        self._server.total_requests += 1
        self._call = None
        if not call.stays:
            self.transport.close()
            return
        self._idle_since = self.loop.time()
        if self._timer is None:
            self._look_in(self._keep_alive_seconds)
        if self._waiting:
            self._start(*self._waiting.popleft())
        self.resume_reading()

    # uvicorn's side

    def shutdown(self) -> None:
        """Close when the answers under way are complete."""
        if self._call is None:
            self.transport.close()
        else:
            (self._waiting[-1][0] if self._waiting else self._call).stays = False

    def _start(self, call: Call, scope: Scope) -> None:
        self._call = call
        call.task = task = self.loop.create_task(call.run(self._app, scope))
        self._server.tasks.add(task)
        task.add_done_callback(self._server.tasks.discard)

    def _refuse(self, answer: bytes) -> None:
        """Read no more. What was asked before is answered; *answer* is for what was not even asked."""
        self._deaf = True
        if self._waiting and not self._waiting[-1][0].received:
            self._waiting.pop()
        last = self._waiting[-1][0] if self._waiting else self._call
        if last is not None and last.received:
            last.stays = False
            return
        if last is None or not last.started:
            self.transport.write(answer)
        self.transport.close()

    def _pause_reading(self) -> None:
        if not self._read_paused:
            self._read_paused = True
            self.transport.pause_reading()

    def _look_in(self, seconds: float) -> None:
        self._timer = self.loop.call_later(seconds, self._look)

    def _look(self) -> None:
        """Close a connection on which nothing is asked, or only half of something."""
        self._timer = None
        call = self._call
        if call is not None and (call.received or call.started or self._deaf):
            return
        left = self._idle_since + self._keep_alive_seconds - self.loop.time()
        if self._read_paused:  # it is not the client who keeps the other waiting
            left = self._keep_alive_seconds
        if left > 0:
            self._look_in(left)
        elif call is None:
            self.transport.close()
        else:
            self._refuse(_TOO_SLOW)

    def _give_up(self) -> None:
        self.transport.abort()


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
        self, connection: Protocol, head_only: bool, newer: bool, stays: bool, expects: bool
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
        parts = [_STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status]
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


def _raise_if_ours(error: httptools.HttpParserError) -> None:
    """Raises an error that a callback of ours made, other than over a target that cannot be read."""
    if isinstance(error, httptools.HttpParserCallbackError):
        cause = error.__context__
        if not isinstance(cause, (httptools.HttpParserInvalidURLError, UnicodeDecodeError)):
            raise error
