"""What goes wrong on the way to the model server and back, and how it is said."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator

import pytest

from filterproxy.proxy.upstream.errors import connect_error, lost_error
from filterproxy.proxy.upstream.limits import UpstreamLimits
from filterproxy.proxy.upstream.upstream import Upstream
from tests.proxy.chats import Run
from tests.proxy.upstream.loopback import (
    CHUNKED,
    CHUNKED_BODY,
    Reader,
    Writer,
    answering,
    client,
    fault_of,
    get,
    request_head,
    serving,
    until_end,
    whole,
)


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
