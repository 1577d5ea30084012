"""Whatever a client or a server says, nothing but the configured address is asked."""

from __future__ import annotations

import pytest

from tests.proxy.chats import Run
from tests.proxy.fake_upstream import post, proxied, reply
from tests.proxy.upstream.addresses import asked, saying, url
from tests.proxy.upstream.loopback import serving, whole

TRICKS = [
    (b"GET http://evil.example/x HTTP/1.1", "GET /x HTTP/1.1"),
    (b"GET https://evil.example:1/x?q=1 HTTP/1.1", "GET /x?q=1 HTTP/1.1"),
    (b"GET http://user:word@evil.example/x HTTP/1.1", "GET /x HTTP/1.1"),
    (b"GET http://evil.example HTTP/1.1", "GET / HTTP/1.1"),
    (b"GET ftp://evil.example/x HTTP/1.1", "GET /x HTTP/1.1"),
    (b"GET //evil.example/x HTTP/1.1", "GET //evil.example/x HTTP/1.1"),
    (b"GET /@evil.example HTTP/1.1", "GET /@evil.example HTTP/1.1"),
    (b"GET /x?http://evil.example/#part HTTP/1.1", "GET /x?http://evil.example/ HTTP/1.1"),
    (b"OPTIONS * HTTP/1.1", "OPTIONS * HTTP/1.1"),
    (b"GET * HTTP/1.1", ""),
    (b"GET @evil.example/x HTTP/1.1", ""),
    (b"GET evil.example HTTP/1.1", ""),
    (b"CONNECT evil.example:443 HTTP/1.1", ""),
    (b"CONNECT /x HTTP/1.1", ""),
]


@pytest.mark.parametrize(("line", "sent"), TRICKS)
def test_whatever_a_target_or_host_says_only_the_configured_server_is_asked(
    run: Run, line: bytes, sent: str
) -> None:
    """Its own name stands in Host; what has no path is refused."""

    async def test() -> None:
        async with proxied([reply(b"{}")]) as proxy:
            raw = b"\r\n".join((line, b"host: evil.example", b"x-forwarded-host: evil.example", b"", b""))
            answer = await proxy.ask(raw)
            seen = proxy.upstream.seen

            assert (answer.status, answer.complete) == (200 if sent else 400, True)
            assert [message.line for message in seen] == ([sent] if sent else [])
            assert all(message.headers["host"].startswith("127.0.0.1:") for message in seen)

    run(test())


@pytest.mark.parametrize("path", ["/../admin", "/v1/%2e%2e/../../admin", "/..%2fadmin", "/a/..\\..\\admin"])
def test_no_path_leads_out_of_the_one_that_is_configured(run: Run, path: str) -> None:
    """Where the address has a path, what stands beside it on that server is not for the proxy's clients."""

    async def test() -> None:
        async with serving(saying(b"inside")) as server, asked(url(server) + "/base") as up:
            with pytest.raises(ValueError, match="leads out"):
                await up.model.send("GET", path.encode(), [], b"")
            inside = await up.model.send("GET", b"/a/../v1/%2e/b..c?x=/../..", [], b"")

            assert await whole(inside) == b"inside"
            assert server.connections == 1

    run(test())


@pytest.mark.parametrize("status", [b"301 Moved", b"302 Found", b"307 There", b"308 There"])
def test_a_redirect_goes_back_to_the_client_and_nowhere_else(run: Run, status: bytes, closed: str) -> None:
    """With its Location as it is: where it leads is for the client to decide."""

    async def test() -> None:
        to = f"http://{closed}/elsewhere".encode()
        for raw in (post(), post("/v1/models", b"", method="GET")):
            async with proxied([reply(b"", b"location: " + to, status=status)]) as proxy:
                answer = await proxy.ask(raw)

                assert (answer.status, answer.headers["location"]) == (int(status[:3]), to.decode())
                assert len(proxy.upstream.seen) == 1

    run(test())
