"""A client of the proxy over a bare socket: it may read slowly, leave at any time, and keeps what it got."""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import dataclass, field

from tests.soak import wire
from tests.soak.script import Script

# No reply takes longer: the upstream's longest silence is ended by the proxy after 3 s, and 3 000 sentences
# that are read slowly take some seconds on a busy machine.
LATEST_SECONDS = 45.0


@dataclass(slots=True)
class Got:
    """
    What came of one request.

    how: end (the answer is complete), left (the client did so), broken (the connection ended before the
    answer), late. began, ended, first: on time.monotonic's clock; first: of the answer's body, or 0.
    """

    how: str = "broken"
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    began: float = 0.0
    first: float = 0.0
    ended: float = 0.0


class _Left(Exception):
    """The client has had enough."""


class Client:
    """One client, with a connection that it keeps where the script says so."""

    def __init__(self, host: str, port: int) -> None:
        self._at = (host, port)
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, asked: Script) -> Got:
        """Send the request, and read as the script says."""
        got = Got(began=time.monotonic())
        try:
            async with asyncio.timeout(LATEST_SECONDS):
                await self._exchange(asked, got)
                got.how = "end"
        except TimeoutError:
            got.how = "late"
        except _Left:
            got.how = "left"
        except (ConnectionError, asyncio.IncompleteReadError):
            got.how = "broken"
        got.ended = time.monotonic()
        if got.how != "end" or asked.leaves or not asked.again or got.headers.get("connection") == "close":
            await self.close()
        return got

    async def close(self) -> None:
        """Close the connection, if there is one."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.transport.abort()

    async def _exchange(self, asked: Script, got: Got) -> None:
        fresh = self._writer is None
        if fresh or asked.slow:
            await self._connect(asked.slow)
        try:
            await self._send(asked)
            await self._head(got)
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            # A kept connection may end at any time: then one asks again.
            if fresh or (isinstance(error, asyncio.IncompleteReadError) and error.partial):
                raise
            await self._connect(asked.slow)
            await self._send(asked)
            await self._head(got)
        await self._body(asked, got)

    async def _connect(self, slow: bool) -> None:
        await self.close()
        made = socket.socket()
        made.setblocking(False)
        if slow:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            await asyncio.get_running_loop().sock_connect(made, self._at)
            limit = 4096 if slow else 1 << 20
            self._reader, self._writer = await asyncio.open_connection(sock=made, limit=limit)
        except BaseException:
            made.close()
            raise

    async def _send(self, asked: Script) -> None:
        assert self._writer is not None
        body = wire.request(asked)
        line = f"POST {wire.PATHS[asked.dialect]} HTTP/1.1\r\nhost: soak\r\n"
        head = f"{line}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        await self._writer.drain()
        if asked.leaves == "half":
            self._writer.write_eof()
        if asked.leaves == "early":
            # At some time before, while or after the answer begins.
            await asyncio.sleep(asked.at * 0.05)
            raise _Left

    async def _head(self, got: Got) -> None:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        got.status = int(head[0].split()[1])
        got.headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:-2])}

    async def _body(self, asked: Script, got: Got) -> None:
        if got.headers.get("transfer-encoding") == "chunked":
            while size := int(await self._reader.readuntil(b"\r\n"), 16):
                await self._take(size, asked, got)
                await self._reader.readexactly(2)
            await self._reader.readexactly(2)
        else:
            await self._take(int(got.headers["content-length"]), asked, got)

    async def _take(self, size: int, asked: Script, got: Got) -> None:
        # Left after some bytes: soon, or anywhere in a reply of ordinary size.
        enough = int(asked.at * asked.at * 6000) if asked.leaves == "amid" else None
        while size:
            data = await self._reader.read(min(size, 8192 if asked.slow else 1 << 20))
            if not data:
                raise asyncio.IncompleteReadError(b"", size)
            got.first = got.first or time.monotonic()
            got.body += data
            size -= len(data)
            if enough is not None and len(got.body) >= enough:
                raise _Left
            if asked.slow and asked.seed % 3:
                await asyncio.sleep(0.005)
