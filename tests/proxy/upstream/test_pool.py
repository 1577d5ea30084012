"""Connections to the model server, and their reuse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from filterproxy.proxy.upstream.limits import UpstreamLimits
from filterproxy.proxy.upstream.response import Response
from filterproxy.proxy.upstream.upstream import Upstream
from tests.proxy.chats import Run
from tests.proxy.upstream.loopback import (
    LAST,
    OK,
    Reader,
    Server,
    Writer,
    answering,
    client,
    fault_of,
    get,
    passes,
    request_head,
    serving,
    until_end,
    whole,
)


def test_the_connection_used_last_is_used_next(run: Run) -> None:
    """So that under little load the others become old and close."""
    served: list[int] = []

    async def play(reader: Reader, writer: Writer) -> None:
        me = len(order)
        order.append(me)
        while True:
            await request_head(reader)
            served.append(me)
            writer.write(OK)

    order: list[int] = []

    async def test() -> None:
        async with serving(play) as server, client(server) as upstream:
            first, second = await asyncio.gather(get(upstream), get(upstream))
            await whole(first)
            await whole(second)
            served.clear()
            for _ in range(3):
                await whole(await get(upstream))

            assert len(set(served)) == 1
            assert server.connections == 2

    run(test())


def test_a_reply_that_was_not_read_gives_its_connection_back_once_it_is_whole(run: Run) -> None:
    """Nothing more is coming, so nothing need be closed."""

    async def test() -> None:
        async with serving(answering(OK)) as server, client(server) as upstream:
            for _ in range(3):
                response = await get(upstream)
                response.close()
                response.close()

                assert await response.read() == b""
            assert server.connections == 1

    run(test())


@pytest.mark.parametrize(
    "reply",
    [
        LAST,
        b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
        OK + b"H",
        OK + b"nonsense",
        OK + OK,
        LAST + b" and more",
    ],
)
def test_a_connection_that_cannot_be_trusted_again_is_closed(run: Run, reply: bytes) -> None:
    """Its last reply is delivered; what came after it is nobody's answer."""

    async def test() -> None:
        async with serving(answering(reply)) as server, client(server) as upstream:
            for _ in range(2):
                assert await whole(await get(upstream)) == b"ok"
            await server.ended.wait()

            assert server.connections == 2

    run(test())


def test_an_idle_connection_that_speaks_is_closed(run: Run) -> None:
    """Late bytes are not the answer to the next request."""
    now = asyncio.Event()

    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        writer.write(OK)
        await now.wait()
        writer.write(OK.replace(b"ok", b"no"))
        await until_end(reader, writer)

    async def test() -> None:
        async with serving(play) as server, client(server) as upstream:
            await whole(await get(upstream))
            now.set()
            await server.ended.wait()

            assert await whole(await get(upstream)) == b"ok"
            assert server.connections == 2

    run(test())


def test_an_idle_connection_closes_when_its_time_is_over(run: Run) -> None:
    """And not before: upstream sees the end."""

    async def test() -> None:
        async with (
            serving(answering(OK)) as server,
            client(server, UpstreamLimits(keepalive_seconds=0.03)) as upstream,
        ):
            await whole(await get(upstream))
            assert not server.ended.is_set()
            await server.ended.wait()
            await whole(await get(upstream))

            assert server.connections == 2

    run(test())


def test_a_connection_that_upstream_closed_is_replaced_silently(run: Run) -> None:
    """Nothing was written on it, so nothing is repeated."""

    async def test() -> None:
        async with serving(answering(OK, close=True)) as server, client(server) as upstream:
            for _ in range(3):
                assert await whole(await get(upstream)) == b"ok"
                await server.ended.wait()
                server.ended.clear()
                await passes()
            assert server.connections == 3

    run(test())


def test_a_request_that_was_written_is_never_repeated(run: Run) -> None:
    """Even if the pooled connection ended just then: the model may have run."""
    requests: list[bytes] = []

    async def play(reader: Reader, writer: Writer) -> None:
        requests.append(await request_head(reader))
        writer.write(OK)
        requests.append(await request_head(reader))

    async def test() -> None:
        async with serving(play) as server, client(server) as upstream:
            await whole(await get(upstream))
            error = await fault_of(get(upstream))

            assert (error.cause, len(requests), server.connections) == ("cut", 2, 1)

    run(test())


def test_requests_above_the_limit_wait_for_their_turn(run: Run) -> None:
    """Each gets its own answer, and no more connections open than allowed."""

    async def play(reader: Reader, writer: Writer) -> None:
        while True:
            target = (await request_head(reader)).split()[1]
            await passes()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(target), target))

    async def test() -> None:
        async with serving(play) as server, client(server, UpstreamLimits(connections=3)) as upstream:

            async def ask(number: int) -> bool:
                target = b"/%d" % number
                return await whole(await upstream.send("GET", target, [], b"")) == target

            assert all(await asyncio.gather(*map(ask, range(40))))
            assert server.connections <= 3

    run(test())


def test_requests_above_the_limit_get_a_new_connection_when_one_ends(run: Run) -> None:
    """A place that comes free is as good as a connection."""

    async def test() -> None:
        async with (
            serving(answering(LAST)) as server,
            client(server, UpstreamLimits(connections=1)) as upstream,
        ):

            async def ask() -> bytes:
                return await whole(await get(upstream))

            assert await asyncio.gather(*(ask() for _ in range(5))) == [b"ok"] * 5
            assert server.connections == 5

    run(test())


def test_a_wait_for_a_connection_ends_as_busy(run: Run) -> None:
    """With 503; a waiter that was cancelled or came too late takes nothing with it."""
    limits = UpstreamLimits(connections=1, connect_timeout_seconds=0.05)

    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n")
        await release.wait()
        writer.write(b"ok")
        await answering(OK)(reader, writer)

    release = asyncio.Event()

    async def test() -> None:
        async with serving(play) as server, client(server, limits) as upstream:
            response = await get(upstream)
            waiting = asyncio.create_task(get(upstream))
            await passes()
            waiting.cancel()
            error = await fault_of(get(upstream))

            assert waiting.cancelled()
            assert (error.cause, error.status_hint) == ("busy", 503)
            assert str(error) == f"all 1 connections to 127.0.0.1:{server.port} were busy for 0.05 s"
            release.set()
            assert [await whole(response), await whole(await get(upstream))] == [b"ok", b"ok"]
            assert server.connections == 1

    run(test())


@asynccontextmanager
async def one_connection_with_a_waiter() -> AsyncIterator[tuple[Server, Upstream, asyncio.Task[Response]]]:
    """A client of one connection, which is being handed to a waiting request at this very moment."""
    release = asyncio.Event()

    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        writer.write(OK[:-2])
        await release.wait()
        writer.write(OK[-2:])
        await answering(OK)(reader, writer)

    async with serving(play) as server, client(server, UpstreamLimits(connections=1)) as upstream:
        response = await get(upstream)
        waiting = asyncio.create_task(get(upstream))
        await passes()
        release.set()
        await response.read()  # wakes before the waiter does
        assert not waiting.done()
        yield server, upstream, waiting


def test_a_turn_that_nobody_takes_is_the_next_ones(run: Run) -> None:
    """A request cancelled just when it was given the connection leaves it to others."""

    async def test() -> None:
        async with one_connection_with_a_waiter() as (server, upstream, waiting):
            waiting.cancel()
            await asyncio.wait({waiting})

            assert waiting.cancelled()
            assert await whole(await get(upstream)) == b"ok"
            assert server.connections == 1

    run(test())


def test_a_connection_that_ends_just_when_it_is_handed_over_is_replaced(run: Run) -> None:
    """Nothing was written on it yet."""

    async def test() -> None:
        async with one_connection_with_a_waiter() as (server, upstream, waiting):
            for connection in upstream._all:
                connection.eof_received()

            assert await whole(await waiting) == b"ok"
            assert server.connections == 2

    run(test())
