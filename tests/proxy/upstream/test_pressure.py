"""Answers before a request's end, and sides that do not read."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from tests.proxy.chats import Run
from tests.proxy.upstream.loopback import (
    CHUNKED,
    CHUNKED_BODY,
    OK,
    Reader,
    Writer,
    answering,
    client,
    get,
    passes,
    request_head,
    serving,
    until_end,
    whole,
)


@pytest.mark.parametrize("reply", [OK, CHUNKED])
def test_an_answer_before_the_requests_end_stops_the_request(run: Run, reply: bytes) -> None:
    """The rest is not sent, the answer is read, the connection is not used again."""
    never = asyncio.Event()
    stopped: list[bool] = []

    async def pieces() -> AsyncIterator[bytes]:
        yield b"start"
        try:
            await never.wait()
        finally:
            stopped.append(True)

    async def test() -> None:
        async with serving(answering(reply)) as server, client(server) as upstream:
            for _ in range(2):
                response = await upstream.send("POST", b"/", [], pieces())

                assert await whole(response) in (b"ok", CHUNKED_BODY)
            assert (stopped, server.connections) == ([True, True], 2)

    run(test())


def test_an_answer_to_a_large_body_that_is_not_read_is_delivered(run: Run) -> None:
    """413 while megabytes are still with us."""

    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig")
        await release.wait()

    release = asyncio.Event()

    async def test() -> None:
        async with serving(play) as server, client(server) as upstream:
            response = await upstream.send("POST", b"/", [], bytes(32 * 1024 * 1024))

            assert (response.status, await whole(response)) == (413, b"big")
            release.set()

    run(test())


def test_what_the_body_raises_is_raised_and_closes_the_connection(run: Run) -> None:
    """The caller's own error stays the caller's own."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"start"
        raise LookupError("the client went away")

    async def test() -> None:
        async with serving(until_end) as server, client(server) as upstream:
            with pytest.raises(LookupError, match="the client went away"):
                await upstream.send("POST", b"/", [], pieces())
            await server.ended.wait()

    run(test())


def test_a_reply_that_nobody_reads_makes_upstream_wait(run: Run) -> None:
    """Little is kept, and all arrives once it is read."""
    piece = bytes(64 * 1024)
    total = 32 * 1024 * 1024
    taken = 0

    async def play(reader: Reader, writer: Writer) -> None:
        nonlocal taken
        await request_head(reader)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % total)
        while taken < total:
            writer.write(piece)
            await writer.drain()
            taken += len(piece)

    async def test() -> None:
        async with serving(play) as server, client(server) as upstream:
            response = await get(upstream)
            before = -1
            while before != taken:  # until upstream gets nothing more away
                before = taken
                await passes(200)
            connection = response._connection
            assert connection is not None
            kept = sum(map(len, connection.chunks))

            assert kept <= 2 * 256 * 1024
            assert taken < total
            assert len(await whole(response)) == total

    run(test())


def test_a_request_that_upstream_does_not_take_makes_the_body_wait(run: Run) -> None:
    """The iterator is asked for no more than the socket takes."""
    piece = bytes(64 * 1024)
    total = 32 * 1024 * 1024
    given = 0
    release = asyncio.Event()

    async def play(reader: Reader, writer: Writer) -> None:
        await release.wait()
        await reader.readuntil(b"\r\n\r\n")
        while not (await reader.read(1 << 20)).endswith(b"0\r\n\r\n"):
            pass
        writer.write(OK)

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal given
        while given < total:
            given += len(piece)
            yield piece

    async def test() -> None:
        async with serving(play) as server, client(server) as upstream:
            sending = asyncio.create_task(upstream.send("POST", b"/", [], pieces()))
            before = -1
            while before != given or not given:
                before = given
                await passes(200)

            assert given < total
            release.set()
            assert await whole(await sending) == b"ok"
            assert given == total

    run(test())
