"""The client's side of one request: its body in, one answer out, and the notice that it went away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from filterproxy.engine.headers import Headers, first
from filterproxy.engine.ids import DECISION_ID, next_id
from filterproxy.engine.words import too_large
from filterproxy.proxy.call import GONE

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class ClientGone(Exception):
    """The client closed its connection before it had its answer."""


class ClientError(Exception):
    """The caller's request cannot be served; args[0] is a sentence for it."""

    def __init__(self, status_hint: int, message: str) -> None:
        super().__init__(message)
        self.status_hint = status_hint


class Client:
    """
    One request and its answer.

    id: of the decision about it. own: headers of ours that its head gets. started: whether the answer's head
    has been sent; started_at: when, on time.perf_counter's clock. status: that it has; 0 before. gone:
    whether the client closed its connection while it was watched. Awaiting `send` waits until the client has
    taken what it was sent before.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: Headers = scope["headers"]
        query: bytes = scope["query_string"]
        raw: bytes = scope["raw_path"]
        self.target = raw + b"?" + query if query else raw
        self.id = next_id()
        self.own: list[tuple[bytes, bytes]] = []
        self.started = False
        self.started_at = 0.0
        self.status = 0
        self.gone = False
        self._when_gone = scope.get("extensions", {}).get(GONE)
        self._receive = receive
        self._send = send
        self._done = False

    def header(self, name: bytes) -> bytes:
        """The first value of a header, by lower-case name; b"" when there is none."""
        return first(self.headers, name)

    async def body(self, limit: int) -> bytes:
        """All of the request's body. Raises ClientError (413) past *limit* bytes, ClientGone."""
        length = self.header(b"content-length")
        if length and int(length) > limit:
            raise _too_large(int(length), limit)
        pieces: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > limit:
                raise _too_large(size, limit)
            if not message.get("more_body", False):
                return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def small_body(self, limit: int) -> bytes | AsyncIterator[bytes]:
        """The body, all of it when it is known to be within *limit*; else its pieces. Raises ClientGone."""
        length = self.header(b"content-length")
        if not length and not self.header(b"transfer-encoding"):
            return b""
        if length and int(length) <= limit:
            return await self.body(limit)
        return self._pieces()

    async def _pieces(self) -> AsyncIterator[bytes]:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            if body := message.get("body", b""):
                yield body
            if not message.get("more_body", False):
                return

    def watch(self) -> None:
        """
        From now on, cancel the running task as soon as the client goes away (`gone` says so).

        To be called when the request's body is no longer read. The watch ends with the answer: a
        server then says that the client is gone, too.
        """
        if self._when_gone is not None:
            self._when_gone["call"](self._left)
            return
        task = asyncio.current_task()
        assert task is not None
        self._watcher = asyncio.create_task(self._watch(task))

    async def _watch(self, task: asyncio.Task[Any]) -> None:
        """For servers that do not tell by themselves (see call.GONE)."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._left(task)

    def _left(self, task: asyncio.Task[Any]) -> None:
        if not self._done:
            self.gone = True
            task.cancel()

    async def start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Send the answer's head."""
        self.started = True
        self.started_at = time.perf_counter()
        self.status = status
        headers.append((DECISION_ID, self.id))
        headers.extend(self.own)
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    def send(self, data: bytes, more: bool = True) -> Awaitable[None]:
        """Send some of the answer's body."""
        if not more:
            self._done = True
        return self._send({"type": "http.response.body", "body": data, "more_body": more})

    async def answer(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Send all of the answer; its length is added to the headers."""
        headers.append((b"content-length", b"%d" % len(body)))
        await self.start(status, headers)
        await self.send(body, more=False)

    def finished(self) -> None:
        """Nothing more will be sent, complete or not."""
        self._done = True


def _too_large(size: int, limit: int) -> ClientError:
    words = too_large(size, limit)
    return ClientError(words.status, words.message)
