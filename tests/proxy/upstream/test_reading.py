"""What the model server answers, however it is cut."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from filterproxy.proxy.upstream.errors import UpstreamError
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
    whole,
)


def test_status_reason_and_headers_come_as_sent(run: Run) -> None:
    """Names in lower case, order and repeats kept, trailers left out."""
    head = (
        b"HTTP/1.1 418 I'm a Teapot\r\n"
        b"B-Two: 1\r\na: \xff\r\nb-two: 2\r\nempty:\r\nTransfer-Encoding: chunked\r\n\r\n"
    )

    async def test() -> None:
        async with serving(answering(head + b"0\r\nlate: x\r\n\r\n")) as server, client(server) as upstream:
            for _ in range(2):
                response = await get(upstream)

                assert (response.status, response.reason) == (418, b"I'm a Teapot")
                assert response.headers == [
                    (b"b-two", b"1"),
                    (b"a", b"\xff"),
                    (b"b-two", b"2"),
                    (b"empty", b""),
                    (b"transfer-encoding", b"chunked"),
                ]
                assert await whole(response) == b""
            assert server.connections == 1

    run(test())


def cuts(data: bytes) -> Iterator[list[bytes]]:
    """*data* whole, byte by byte, and cut once at every place."""
    yield [data]
    yield [data[i : i + 1] for i in range(len(data))]
    for i in range(1, len(data)):
        yield [data[:i], data[i:]]


@pytest.mark.parametrize(
    ("reply", "body"),
    [
        (CHUNKED, CHUNKED_BODY),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\nx: y\r\n\r\nhello", b"hello"),
        (b"HTTP/1.1 204 No Content\r\nx: y\r\n\r\n", b""),
    ],
)
def test_a_reply_is_the_same_however_it_is_cut(run: Run, reply: bytes, body: bytes) -> None:
    """Cut at every place, inside the head and inside chunk-size lines too, on one connection."""
    every = list(cuts(reply))

    async def play(reader: Reader, writer: Writer) -> None:
        for pieces in every:
            await request_head(reader)
            for piece in pieces:
                writer.write(piece)
                await passes(2)

    async def test() -> None:
        async with serving(play) as server, client(server) as upstream:
            got = set()
            for _ in every:
                response = await get(upstream)
                got.add((response.status, response.reason, *response.headers, await whole(response)))

            assert len(got) == 1
            assert next(iter(got))[-1] == body
            assert server.connections == 1

    run(test())


def test_what_arrived_together_is_read_together(run: Run) -> None:
    """A burst of chunks is one piece; then comes the end, again and again."""

    async def test() -> None:
        async with serving(answering(CHUNKED)) as server, client(server) as upstream:
            response = await get(upstream)

            assert [await response.read() for _ in range(3)] == [CHUNKED_BODY, b"", b""]

    run(test())


def test_a_piece_is_read_as_soon_as_it_is_there(run: Run) -> None:
    """Upstream sends the second only after the first was read."""
    was_read = asyncio.Event()

    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n")
        await was_read.wait()
        writer.write(b"3\r\ntwo\r\n0\r\n\r\n")

    async def test() -> None:
        async with serving(play) as server, client(server) as upstream:
            response = await get(upstream)
            first = await response.read()
            was_read.set()

            assert [first, await response.read(), await whole(response)] == [b"one", b"two", b""]

    run(test())


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.0 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
    ],
)
def test_a_body_without_length_ends_with_its_connection(run: Run, head: bytes) -> None:
    """And such a connection is not used again."""

    async def test() -> None:
        async with (
            serving(answering(head, b"some ", b"text", close=True)) as server,
            client(server) as upstream,
        ):
            for _ in range(2):
                assert await whole(await get(upstream)) == b"some text"
            assert server.connections == 2

    run(test())


@pytest.mark.parametrize("size", [2, 300_000])
def test_a_kept_connection_that_ends_unanswered_is_made_up_for_by_a_new_one_once(run: Run, size: int) -> None:
    """Where the caller says so: a server may close a connection just as a request is on its way."""

    async def play(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await reader.readuntil(b"\r\n\r\n")  # the next request, which is not answered
        writer.close()

    async def test() -> None:
        async with serving(play) as server, client(server) as upstream:
            assert await whole(await get(upstream)) == b"ok"
            with pytest.raises(UpstreamError, match="received 0 bytes"):
                await upstream.send("POST", b"/", [], b"x" * size)

            assert await whole(await get(upstream)) == b"ok"
            again = await upstream.send("POST", b"/", [], b"x" * size, resend=True)
            assert await whole(again) == b"ok"
            assert server.connections == 3

    run(test())


@pytest.mark.parametrize(
    ("method", "reply"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\ncontent-length: 1000\r\n\r\n"),
    ],
)
def test_replies_without_a_body_end_with_their_head(run: Run, method: str, reply: bytes) -> None:
    """Whatever length the head states; the connection is used again."""

    async def test() -> None:
        async with serving(answering(reply)) as server, client(server) as upstream:
            for _ in range(3):
                assert await whole(await get(upstream, method)) == b""
            assert server.connections == 1

    run(test())


def test_a_body_after_head_is_not_the_next_reply(run: Run) -> None:
    """A server that sends a body all the same loses its connection."""

    async def test() -> None:
        async with (
            serving(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")) as server,
            client(server) as upstream,
        ):
            for _ in range(2):
                assert await whole(await get(upstream, "HEAD")) == b""
            assert server.connections == 2

    run(test())
