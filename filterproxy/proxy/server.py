"""
One client connection: HTTP/1.1 by llhttp's parser, and an ASGI call for each request (see proxy.call).

uvicorn listens, accepts and drains; this stands where its own protocol would. That one serves every kind of
application; with it a short whole reply took a tenth more CPU (114 µs against 103): for each request an
event, a timer, and a task for whoever wants to hear that the client has gone. Here

- an answer's head leaves together with what is written next, or when the event loop comes round: a write is
  a twentieth of a short request;
- a connection has one timer, which looks at the time when it fires and sets itself again;
- the extension call.GONE tells the application of a client that went away, without a task.

No WebSockets and no upgrades: such a request is an ordinary one, and the connection closes after its answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, cast
from urllib.parse import unquote

import httptools
import uvicorn
from uvicorn.server import ServerState

from filterproxy.proxy.call import GONE, STATUS_LINES, App, Call, Scope

_ASGI = {"version": "3.0", "spec_version": "2.3"}
# Bytes of a request's body that may lie unread before the socket is no longer read.
_UNREAD_LIMIT = 65536
# Bytes of a request's head; common servers take 8 to 64 KiB. The same of what frames a body without being any
# of it: sizes and extensions of chunks, trailers.
_HEAD_LIMIT = 65536
# A client that takes nothing of what waits for it keeps a connection to upstream: as long as a model server
# that sends nothing may.
_UNTAKEN_SECONDS = 300.0


def _refusal(status: int, said: bytes) -> bytes:
    head = b"%bcontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    return head % (STATUS_LINES[status], len(said)) + said


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
        call = Call(self, head_only=method == "HEAD", newer=newer, stays=stays, expects=self._expects)
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


def _raise_if_ours(error: httptools.HttpParserError) -> None:
    """Raises an error that a callback of ours made, other than over a target that cannot be read."""
    if isinstance(error, httptools.HttpParserCallbackError):
        cause = error.__context__
        if not isinstance(cause, (httptools.HttpParserInvalidURLError, UnicodeDecodeError)):
            raise error
