"""What is sent to the model server, and what is refused before that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from filterproxy.proxy.upstream.upstream import Upstream
from tests.proxy.chats import Run
from tests.proxy.upstream.loopback import (
    OK,
    Reader,
    Writer,
    client,
    get,
    request_head,
    serving,
    until_end,
    whole,
)


def test_a_request_is_sent_as_given_but_for_headers_between_neighbours(run: Run) -> None:
    """Host, length and hop-by-hop headers are ours; all others keep name, value and order."""
    got: list[bytes] = []

    async def play(reader: Reader, writer: Writer) -> None:
        got.append(await request_head(reader) + await reader.readexactly(4))
        writer.write(OK)

    async def test() -> None:
        async with serving(play) as server, client(server, base="/base/") as upstream:
            headers = [
                (b"host", b"elsewhere"),
                (b"X-Two", b"1"),
                (b"connection", b"keep-alive, X-Mine"),
                (b"x-mine", b"gone"),
                (b"Content-Length", b"99"),
                (b"te", b"trailers"),
                (b"expect", b"100-continue"),
                (b"x-two", b"2"),
            ]
            response = await upstream.send("POST", b"/v1/x?q=%20", headers, b"body")

            assert await whole(response) == b"ok"
            expected = (
                b"POST /base/v1/x?q=%%20 HTTP/1.1\r\n"
                b"host: 127.0.0.1:%d\r\nX-Two: 1\r\nx-two: 2\r\ncontent-length: 4\r\n\r\nbody" % server.port
            )
            assert got == [expected]

    run(test())


@pytest.mark.parametrize(
    ("method", "line"),
    [("GET", b""), ("DELETE", b""), ("POST", b"content-length: 0\r\n"), ("PUT", b"content-length: 0\r\n")],
)
def test_an_empty_body_has_a_length_only_where_a_body_is_expected(run: Run, method: str, line: bytes) -> None:
    """RFC 9110 §8.6."""
    got: list[bytes] = []

    async def play(reader: Reader, writer: Writer) -> None:
        got.append(await request_head(reader))
        writer.write(OK)

    async def test() -> None:
        async with serving(play) as server, client(server) as upstream:
            await whole(await get(upstream, method))

            assert got == [
                b"%b / HTTP/1.1\r\nhost: 127.0.0.1:%d\r\n%b\r\n" % (method.encode(), server.port, line)
            ]

    run(test())


def test_a_body_in_pieces_goes_out_chunked(run: Run) -> None:
    """An empty piece is left out: it would end the body."""
    got: list[bytes] = []

    async def play(reader: Reader, writer: Writer) -> None:
        while True:
            head = await request_head(reader)
            got.append(head.split(b"\r\n")[-3])
            got.append(await reader.readuntil(b"0\r\n\r\n"))
            writer.write(OK)

    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"first", b"", b"and the second one"):
            yield piece

    async def test() -> None:
        async with serving(play) as server, client(server) as upstream:
            for _ in range(2):
                response = await upstream.send("POST", b"/", [], pieces())

                assert await whole(response) == b"ok"
            assert got[:2] == [
                b"transfer-encoding: chunked",
                b"5\r\nfirst\r\n12\r\nand the second one\r\n0\r\n\r\n",
            ]

    run(test())


def test_a_large_body_arrives_whole(run: Run) -> None:
    """Larger than what is written in one piece, and the connection is used again after it."""
    body = bytes(range(256)) * 5000
    got: list[bool] = []

    async def play(reader: Reader, writer: Writer) -> None:
        while True:
            await request_head(reader)
            got.append(await reader.readexactly(len(body)) == body)
            writer.write(OK)

    async def test() -> None:
        async with serving(play) as server, client(server) as upstream:
            for _ in range(2):
                await whole(await upstream.send("POST", b"/", [], body))

            assert (got, server.connections) == ([True, True], 1)

    run(test())


@pytest.mark.parametrize(
    ("target", "header"),
    [
        (b"/", (b"a", b"1\r\nb: 2")),
        (b"/", (b"a", b"1\nb: 2")),
        (b"/", (b"a\r\n", b"1")),
        (b"/", (b"a", b"1\0")),
        (b"/ HTTP/1.1\r\nx: y\r\n\r\nGET /", (b"a", b"1")),
        (b"/two words", (b"a", b"1")),
        (b"http://elsewhere/", (b"a", b"1")),
        (b"", (b"a", b"1")),
    ],
)
def test_what_could_smuggle_a_request_is_refused(target: bytes, header: tuple[bytes, bytes]) -> None:
    """Line breaks, NUL and blanks never reach the wire."""

    async def test() -> None:
        async with serving(until_end) as server, client(server) as upstream:
            with pytest.raises(ValueError, match=r"must|may"):
                await upstream.send("GET", target, [header], b"")

            assert server.connections == 0

    asyncio.run(test())


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8000",
        "ftp://host/",
        "http://",
        "http:///path",
        "http://host:port/",
        "http://host:0",
        "http://host:99999",
        "http://user:word@host/",
        "http://host/?q=1",
        "http://host/#part",
        "http://ho st/",
        "http://host/\r\nx",
    ],
)
def test_an_unusable_url_is_refused_with_a_sentence(url: str) -> None:
    """Before anything connects, so `serve` can say it at once."""
    with pytest.raises(ValueError, match=r"upstream"):
        Upstream(url)


@pytest.mark.parametrize(
    ("url", "host", "peer"),
    [
        ("http://model", b"model", "model:80"),
        ("https://model/v1", b"model", "model:443"),
        ("http://model:8000/", b"model:8000", "model:8000"),
        ("http://[::1]:8000", b"[::1]:8000", "[::1]:8000"),
        ("http://modèle", b"xn--modle-6ra", "modèle:80"),
    ],
)
def test_the_host_header_names_the_upstream(url: str, host: bytes, peer: str) -> None:
    """The port stands in it where the scheme does not imply it."""
    upstream = Upstream(url)

    assert b"\r\nhost: " + host + b"\r\n" in upstream._request_head("GET", b"/", [], b"")
    assert upstream.peer == peer
