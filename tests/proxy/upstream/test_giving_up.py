"""Replies that nobody waits for any more."""

from __future__ import annotations

import asyncio

import pytest

from filterproxy.proxy.upstream.limits import UpstreamLimits
from filterproxy.proxy.upstream.upstream import Upstream
from tests.proxy.chats import Run
from tests.proxy.upstream.loopback import (
    Reader,
    Writer,
    client,
    fault_of,
    get,
    passes,
    request_head,
    serving,
    until_end,
)


def test_closing_a_reply_that_is_not_whole_closes_its_connection_at_once(run: Run) -> None:
    """Upstream sees the end and can stop computing."""

    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n")
        await until_end(reader, writer)

    async def test() -> None:
        async with serving(play) as server, client(server) as upstream:
            response = await get(upstream)
            await response.read()
            response.close()
            response.close()
            await server.ended.wait()

            assert (await fault_of(response.read())).cause == "cut"  # never taken for the body's end

    run(test())


@pytest.mark.parametrize("when", ["head", "body"])
def test_a_cancelled_wait_closes_its_connection(run: Run, when: str) -> None:
    """Whether for the head or for the body."""

    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        if when == "body":
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n")
        asked.set()
        await until_end(reader, writer)

    asked = asyncio.Event()

    async def exchange(upstream: Upstream) -> None:
        await (await get(upstream)).read()

    async def test() -> None:
        async with serving(play) as server, client(server) as upstream:
            task = asyncio.create_task(exchange(upstream))
            await asked.wait()
            await passes()
            task.cancel()
            await server.ended.wait()
            await asyncio.wait({task})

            assert task.cancelled()

    run(test())


def test_closing_the_client_fails_what_is_under_way(run: Run) -> None:
    """Readers, waiters for a head, waiters for a connection; and it stays closed."""

    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        if server_side.pop():
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n")
        await until_end(reader, writer)

    server_side = [False, True]

    async def test() -> None:
        async with serving(play) as server, client(server, UpstreamLimits(connections=2)) as upstream:
            reading = asyncio.create_task((await get(upstream)).read())
            asking, queued = (asyncio.create_task(get(upstream)) for _ in range(2))
            await passes(20)
            await upstream.close()
            await upstream.close()

            for work in (reading, asking, queued, get(upstream)):
                assert (await fault_of(work)).cause == "cut"
            assert server.connections >= 2

    run(test())
