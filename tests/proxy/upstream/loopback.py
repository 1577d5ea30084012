"""A model server on loopback that plays scripted bytes, and the client that asks it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from filterproxy.proxy.upstream.errors import UpstreamError
from filterproxy.proxy.upstream.limits import UpstreamLimits
from filterproxy.proxy.upstream.response import Response
from filterproxy.proxy.upstream.upstream import Upstream

CERTIFICATE = Path(__file__).parents[1] / "loopback.pem"
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
LAST = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n1;note=x\r\n,\r\nb\r\n \xf0\x9f\x8c\x8d world\r\n0\r\nx-trailer: t\r\n\r\n"
)
CHUNKED_BODY = b"hello, \xf0\x9f\x8c\x8d world"

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
Play = Callable[[Reader, Writer], Awaitable[None]]


class Server:
    """What a fake upstream saw."""

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        self.ended = asyncio.Event()  # a connection was played to its end


@asynccontextmanager
async def serving(play: Play, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """A server on loopback that plays *play* on each connection."""
    seen = Server()
    tasks: set[asyncio.Task[None]] = set()

    async def plays(reader: Reader, writer: Writer) -> None:
        seen.connections += 1
        try:
            await play(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away
        finally:
            writer.close()
            seen.ended.set()

    def connected(reader: Reader, writer: Writer) -> None:
        task = asyncio.get_running_loop().create_task(plays(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    seen.port = server.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await passes()


@asynccontextmanager
async def client(
    server: Server, limits: UpstreamLimits | None = None, base: str = ""
) -> AsyncIterator[Upstream]:
    upstream = Upstream(f"http://127.0.0.1:{server.port}{base}", limits or UpstreamLimits())
    try:
        yield upstream
    finally:
        await upstream.close()


async def passes(count: int = 4) -> None:
    """Let the loop go round, so that what was written has been read."""
    for _ in range(count):
        await asyncio.sleep(0)


async def request_head(reader: Reader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


def answering(*pieces: bytes, close: bool = False) -> Play:
    """Answers each request with *pieces*, one write each; close: after the first."""

    async def play(reader: Reader, writer: Writer) -> None:
        while True:
            await request_head(reader)
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await passes()
            if close:
                return

    return play


async def until_end(reader: Reader, _: Writer) -> None:
    """Takes all and says nothing."""
    while await reader.read(65536):
        pass


async def get(upstream: Upstream, method: str = "GET") -> Response:
    return await upstream.send(method, b"/", [], b"")


async def whole(response: Response) -> bytes:
    pieces = []
    while piece := await response.read():
        pieces.append(piece)
    response.close()
    return b"".join(pieces)


async def fault_of(work: Awaitable[object]) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        await work
    return caught.value


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context
