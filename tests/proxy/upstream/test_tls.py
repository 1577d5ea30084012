"""The model server over https."""

from __future__ import annotations

import ssl

from filterproxy.proxy.upstream.limits import UpstreamLimits
from filterproxy.proxy.upstream.upstream import Upstream
from tests.proxy.chats import Run
from tests.proxy.upstream.loopback import (
    CERTIFICATE,
    CHUNKED,
    CHUNKED_BODY,
    Reader,
    Writer,
    fault_of,
    get,
    request_head,
    server_tls,
    serving,
    until_end,
    whole,
)


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
