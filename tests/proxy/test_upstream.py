"""The client to the model server, against real loopback servers that play scripted bytes."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvloop

from filterproxy.proxy.upstream.errors import connect_error, lost_error
from filterproxy.proxy.upstream.upstream import Response, Upstream, UpstreamError, UpstreamLimits

CERTIFICATE = Path(__file__).with_name("loopback.pem")
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
Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a test's coroutine, on either event loop, for at most ten seconds."""
    factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop

    def runs(test: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(asyncio.wait_for(test, 10))

    return runs


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


# What is sent


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


# What comes back


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


# What goes wrong


def test_a_refused_connection_is_said(run: Run) -> None:
    """With the address, as 502."""

    async def test() -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        error = await fault_of(get(Upstream(f"http://127.0.0.1:{port}")))

        assert (error.cause, error.status_hint) == ("connect", 502)
        assert str(error) == f"connection to 127.0.0.1:{port} refused"

    run(test())


def test_an_unknown_host_is_said(run: Run) -> None:
    """`.invalid` never has an address (RFC 6761)."""

    async def test() -> None:
        error = await fault_of(get(Upstream("http://model.invalid")))

        assert error.cause == "connect"
        assert str(error).startswith("no address known for model.invalid:80")

    run(test())


@pytest.mark.parametrize(
    ("error", "cause", "said"),
    [
        (OSError(113, "No route to host"), "connect", "no connection to model:80: No route to host"),
        (OSError("Multiple exceptions"), "connect", "no connection to model:80: Multiple exceptions"),
        (ssl.SSLError(1, "[SSL] wrong"), "tls", "TLS with model:80 failed: no agreement"),
    ],
)
def test_what_the_system_says_becomes_a_sentence(error: OSError, cause: str, said: str) -> None:
    """Whatever it is, with the upstream's name."""
    told = connect_error(error, "model:80")

    assert (told.cause, str(told)) == (cause, said)


def test_tls_that_breaks_later_is_named_so() -> None:
    """A server may refuse a client only after the handshake."""
    told = lost_error(ssl.SSLError(1, "[SSL] wrong"), "model:443", "before it answered")

    assert (told.cause, str(told)) == ("tls", "TLS with model:443 failed before it answered: no agreement")


def test_a_head_that_does_not_come_is_a_timeout(run: Run) -> None:
    """Also when a part of it came; upstream sees the end at once."""

    async def play(reader: Reader, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-")
        await until_end(reader, writer)

    async def test() -> None:
        async with (
            serving(play) as server,
            client(server, UpstreamLimits(first_byte_timeout_seconds=0.05)) as upstream,
        ):
            error = await fault_of(get(upstream))
            await server.ended.wait()

            assert (error.cause, error.status_hint) == ("timeout", 504)
            assert str(error) == f"127.0.0.1:{server.port} did not answer within 0.05 s"

    run(test())


def test_a_body_that_stands_still_is_a_timeout_after_what_came(run: Run) -> None:
    """The first piece is read, the wait for the second is not endless."""

    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf ")
        await until_end(reader, writer)

    async def test() -> None:
        async with (
            serving(play) as server,
            client(server, UpstreamLimits(idle_timeout_seconds=0.05)) as upstream,
        ):
            response = await get(upstream)

            assert await response.read() == b"half "
            error = await fault_of(response.read())
            assert error.cause == "timeout"
            assert str(error).endswith("sent nothing more of the body for 0.05 s")
            assert str(await fault_of(response.read())) == str(error)

    run(test())


def test_each_wait_has_its_own_time(run: Run) -> None:
    """A reply may take many times the limit as long as no single wait does."""

    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n")
        for _ in range(8):
            await asyncio.sleep(0.02)
            writer.write(b"x")

    async def test() -> None:
        async with (
            serving(play) as server,
            client(server, UpstreamLimits(idle_timeout_seconds=0.1)) as upstream,
        ):
            assert await whole(await get(upstream)) == b"x" * 8

    run(test())


def test_time_that_the_caller_takes_is_not_upstreams(run: Run) -> None:
    """Neither between reads nor between pieces of the request's body."""
    limits = UpstreamLimits(idle_timeout_seconds=0.03, first_byte_timeout_seconds=0.03)

    async def play(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"0\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n")
        await reader.readexactly(1)
        writer.write(b"text")

    async def pieces() -> AsyncIterator[bytes]:
        yield b"one"
        await asyncio.sleep(0.1)
        yield b"two"

    async def test() -> None:
        async with serving(play) as server, client(server, limits) as upstream:
            response = await upstream.send("POST", b"/", [], pieces())
            await asyncio.sleep(0.1)

            assert (await fault_of(response.read())).cause == "timeout"  # now upstream is waited for

    run(test())


def test_a_request_that_is_not_taken_is_a_timeout(run: Run) -> None:
    """Upstream accepts and never reads."""
    release = asyncio.Event()

    async def play(reader: Reader, writer: Writer) -> None:
        await release.wait()

    async def test() -> None:
        async with (
            serving(play) as server,
            client(server, UpstreamLimits(idle_timeout_seconds=0.05)) as upstream,
        ):
            error = await fault_of(upstream.send("POST", b"/", [], bytes(32 * 1024 * 1024)))
            release.set()

            assert error.cause == "timeout"
            assert str(error).endswith("took no more of the request for 0.05 s")

    run(test())


@pytest.mark.parametrize(
    ("reply", "body", "said"),
    [
        (b"", None, "closed the connection before it answered (received 0 bytes)"),
        (b"HTTP/1.1 20", None, "closed the connection before it answered (received 11 bytes)"),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n",
            b"",
            "inside the body (promised 9 bytes, got fewer)",
        ),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
            b"half",
            "inside the body (promised 9 bytes, got fewer)",
        ),
        (CHUNKED[:-2], CHUNKED_BODY, "inside the body (chunked, and no last chunk came)"),
        (CHUNKED[:52], b"he", "inside the body (chunked, and no last chunk came)"),
    ],
)
def test_a_reply_that_ends_early_is_cut_after_what_came(
    run: Run, reply: bytes, body: bytes | None, said: str
) -> None:
    """What arrived is read first; then the error, with what was promised."""

    async def test() -> None:
        async with serving(answering(reply, close=True)) as server, client(server) as upstream:
            if body is None:
                error = await fault_of(get(upstream))
            else:
                response = await get(upstream)
                assert body == b"" or await response.read() == body
                error = await fault_of(response.read())

            assert (error.cause, error.status_hint) == ("cut", 502)
            assert str(error).endswith(said)

    run(test())


def reset(writer: Writer) -> None:
    """Close with RST rather than FIN."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


def test_a_reset_is_a_cut_even_where_the_end_would_end_the_body(run: Run) -> None:
    """A body that its connection ends is whole only if that end was an orderly one."""

    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\npart")
        await reader.readexactly(1)

    async def test() -> None:
        writers: list[Writer] = []

        async def plays(reader: Reader, writer: Writer) -> None:
            writers.append(writer)
            await play(reader, writer)

        async with serving(plays) as server, client(server) as upstream:
            response = await get(upstream)
            assert await response.read() == b"part"
            reset(writers[0])
            error = await fault_of(response.read())

            assert error.cause == "cut"
            assert "reset the connection" in str(error)

    run(test())


@pytest.mark.parametrize(
    "reply",
    [
        b"SSH-2.0-secret\r\n",
        b"<html>secret</html>\r\n\r\n",
        b"\x00\x01secret",
        b"HTTP/1.1 secret\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nse cret\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: secret\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\nsecret",
        b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nsecret",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: secret\r\nconnection: upgrade\r\n\r\nsecret",
        b"HTTP/1.1 042 Secret\r\n\r\nsecret",
    ],
)
def test_nonsense_is_a_protocol_error_that_quotes_nothing(run: Run, reply: bytes) -> None:
    """The message is about the bytes, not made of them."""

    async def test() -> None:
        async with serving(answering(reply)) as server, client(server) as upstream:
            error = await fault_of(get(upstream))
            await server.ended.wait()

            assert (error.cause, error.status_hint) == ("protocol", 502)
            assert str(error).startswith(f"127.0.0.1:{server.port} ")
            assert "secret" not in str(error).lower()

    run(test())


def test_nonsense_inside_a_body_comes_after_what_was_good(run: Run) -> None:
    """The head and the good chunks are delivered."""
    reply = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\ngood\r\nsecret\r\n"

    async def test() -> None:
        async with serving(answering(reply)) as server, client(server) as upstream:
            response = await get(upstream)

            assert await response.read() == b"good"
            assert (await fault_of(response.read())).cause == "protocol"

    run(test())


@pytest.mark.parametrize("pieces", [1, 2])
def test_a_head_may_be_as_large_as_its_limit_and_no_larger(run: Run, pieces: int) -> None:
    """Counted are names, values and four more for each header; in one read or in several."""
    limits = UpstreamLimits(header_limit_bytes=2000)

    def reply(size: int) -> list[bytes]:
        fill = size - len(b"content-length2") - 4 - len(b"x") - 4
        data = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx: " + b"y" * fill + b"\r\n\r\n"
        return [data + b"ok"] if pieces == 1 else [data[:-900], data[-900:] + b"ok"]

    async def test() -> None:
        async with serving(answering(*reply(2000))) as server, client(server, limits) as upstream:
            assert await whole(await get(upstream)) == b"ok"
        async with serving(answering(*reply(2001))) as server, client(server, limits) as upstream:
            assert (await fault_of(get(upstream))).cause == "protocol"

    run(test())


@pytest.mark.parametrize(
    "piece",
    [
        b"HTTP/1.1 102 Processing\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;" + b"x" * 500,
    ],
)
def test_framing_without_end_is_refused(run: Run, piece: bytes) -> None:
    """Interim answers, chunk extensions and trailers cannot fill the memory."""

    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        writer.write(piece)
        filler = piece if b"102" in piece else b"x" * 500
        while not writer.is_closing():
            writer.write(filler)
            await writer.drain()
            await asyncio.sleep(0)

    async def test() -> None:
        async with (
            serving(play) as server,
            client(server, UpstreamLimits(header_limit_bytes=2000)) as upstream,
        ):
            error = await fault_of(exchange(upstream))

            assert error.cause == "protocol"

    async def exchange(upstream: Upstream) -> None:
        await whole(await get(upstream))

    run(test())


# Connections and their reuse


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


# Giving up


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


# Answers before the request's end, and back-pressure


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


# TLS


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def test_https_is_spoken_where_the_certificate_is_known(run: Run) -> None:
    """Whole, streamed and large, on one connection."""
    body = bytes(range(256)) * 4000

    async def play(reader: Reader, writer: Writer) -> None:
        while True:
            head = await request_head(reader)
            if b"POST" in head:
                got = await reader.readexactly(len(body))
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(got) + got)
            else:
                writer.write(CHUNKED)

    async def test() -> None:
        async with serving(play, server_tls()) as server:
            trusting = ssl.create_default_context(cafile=CERTIFICATE)
            upstream = Upstream(f"https://127.0.0.1:{server.port}", ssl_context=trusting)

            assert await whole(await get(upstream)) == CHUNKED_BODY
            assert await whole(await upstream.send("POST", b"/", [], body)) == body
            assert await whole(await get(upstream)) == CHUNKED_BODY
            assert server.connections == 1
            await upstream.close()
            await server.ended.wait()

    run(test())


def test_an_unknown_certificate_is_refused(run: Run) -> None:
    """With the reason, and before the request is sent."""

    async def test() -> None:
        async with serving(until_end, server_tls()) as server:
            error = await fault_of(get(Upstream(f"https://127.0.0.1:{server.port}")))

            assert (error.cause, error.status_hint) == ("tls", 502)
            assert str(error) == f"TLS with 127.0.0.1:{server.port} failed: self-signed certificate"

    run(test())


def test_https_to_a_plain_server_is_said(run: Run) -> None:
    """The commonest mistake in a base URL."""

    async def play(reader: Reader, writer: Writer) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def test() -> None:
        async with serving(play) as server:
            error = await fault_of(get(Upstream(f"https://127.0.0.1:{server.port}")))

            assert error.cause == "tls"

    run(test())


def test_a_handshake_that_stands_still_is_a_timeout(run: Run) -> None:
    """Connecting has its own limit."""

    async def test() -> None:
        async with serving(until_end) as server:
            limits = UpstreamLimits(connect_timeout_seconds=0.05)
            error = await fault_of(get(Upstream(f"https://127.0.0.1:{server.port}", limits)))

            assert (error.cause, error.status_hint) == ("timeout", 504)
            assert str(error) == f"no connection to 127.0.0.1:{server.port} within 0.05 s"

    run(test())
