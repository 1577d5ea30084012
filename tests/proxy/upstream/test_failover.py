"""Several addresses behind one name: who is asked, with what, and what is counted; against real servers."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from filterproxy.config import Config
from filterproxy.core.rule import Action, Rule, Verb
from filterproxy.detectors.regex import Regex
from filterproxy.metrics import Metrics
from filterproxy.proxy.upstream.errors import UpstreamError
from filterproxy.proxy.upstream.failover import failovers
from filterproxy.proxy.upstream.trust import unreadable
from filterproxy.upstreams import named
from tests.proxy.chats import Run
from tests.proxy.fake_upstream import CHAT, FakeUpstream, completion, post, proxied, reply
from tests.proxy.upstream.addresses import Upstreams, asked, peer, saying, url
from tests.proxy.upstream.loopback import (
    CERTIFICATE,
    OK,
    Play,
    Reader,
    Writer,
    answering,
    fault_of,
    passes,
    request_head,
    server_tls,
    serving,
    until_end,
    whole,
)

BUSY = b"HTTP/1.1 503 Not now\r\ncontent-length: 4\r\n\r\nbusy"


# Who is asked


def test_what_cannot_be_reached_is_made_up_for_and_left_alone_until_its_trial(run: Run, closed: str) -> None:
    """The client notices nothing; metrics tell."""

    async def test() -> None:
        async with serving(saying(b"second")) as server, asked(f"http://{closed}", url(server)) as up:
            for _ in range(5):
                assert await up.asks(b"body") == (200, b"second")

            assert up.counted("requests_total") == 5
            assert up.counted("errors_total", cause="connect") == 3
            assert up.counted("healthy", address=closed) == 0
            assert up.counted("healthy", address=peer(server)) == 1
            up.clock.now += 10
            await up.asks()
            assert up.counted("errors_total", cause="connect") == 4
            await up.asks()
            assert up.counted("errors_total", cause="connect") == 4

    run(test())


def test_an_address_that_is_back_is_asked_first_again(run: Run) -> None:
    async def test() -> None:
        down = True

        async def play(reader: Reader, writer: Writer) -> None:
            while True:
                await request_head(reader)
                writer.write(BUSY if down else OK)

        async with (
            serving(play) as first,
            serving(saying(b"2")) as second,
            asked(url(first), url(second), fail_after=1) as up,
        ):
            assert [status for status, _ in (await up.asks(), await up.asks())] == [503, 200]
            down = False
            up.clock.now += 10
            first_again = [await up.asks() for _ in range(2)]

            assert first_again == [(200, b"ok")] * 2
            assert up.counted("healthy", address=peer(first)) == 1

    run(test())


async def dies(reader: Reader, _: Writer) -> None:
    """Takes the request, or its head where its body is slow, and breaks off."""
    await request_head(reader)


async def resets(reader: Reader, writer: Writer) -> None:
    await request_head(reader)
    writer.transport.abort()


async def talks_nonsense(reader: Reader, writer: Writer) -> None:
    await request_head(reader)
    writer.write(b"SSH-2.0\r\n\r\n")


async def pieces() -> AsyncIterator[bytes]:
    yield b"one"
    yield b"two"


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("play", "cause"), [(dies, "cut"), (resets, "cut"), (talks_nonsense, "protocol"), (until_end, "timeout")]
)
def test_a_request_of_which_something_was_sent_is_never_sent_elsewhere(
    run: Run, play: Play, cause: str, streamed: bool
) -> None:
    """A model may have run; even where asking the same server once more would be right (`resend`)."""

    async def test() -> None:
        async with (
            serving(play) as first,
            serving(saying(b"second")) as second,
            asked(url(first), url(second), first_byte_timeout_seconds=0.1) as up,
        ):
            for _ in range(3):
                error = await fault_of(up.asks(pieces() if streamed else b"body", resend=not streamed))

                assert (error.cause, error.unsent) == (cause, False)
            assert (first.connections, second.connections) == (3, 0)
            assert up.counted("healthy", address=peer(first)) == 0
            assert await up.asks() == (200, b"second")

    run(test())


def test_a_request_lost_on_a_kept_connection_is_not_sent_elsewhere_when_its_server_is_gone(run: Run) -> None:
    """It was sent; that it cannot be sent again to the same server does not make it unsent."""
    listening: list[asyncio.Server] = []

    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        writer.write(OK)
        await request_head(reader)
        listening.pop().close()
        writer.close()

    async def test() -> None:
        listening.append(await asyncio.start_server(play, "127.0.0.1", 0))
        first = f"http://127.0.0.1:{listening[0].sockets[0].getsockname()[1]}"
        async with serving(saying(b"second")) as second, asked(first, url(second)) as up:
            await up.asks(resend=True)
            error = await fault_of(up.asks(resend=True))

            assert (error.cause, error.unsent) == ("connect", False)
            assert second.connections == 0

    run(test())


def test_a_body_in_pieces_is_not_begun_for_a_server_that_cannot_be_reached(run: Run, closed: str) -> None:
    """All of it reaches the next one."""
    got: list[bytes] = []

    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        got.append(await reader.readuntil(b"0\r\n\r\n"))
        writer.write(OK)

    async def test() -> None:
        async with serving(play) as server, asked(f"http://{closed}", url(server)) as up:
            assert await up.asks(pieces()) == (200, b"ok")
            assert got == [b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"]

    run(test())


@pytest.mark.parametrize("status", [502, 503, 504])
def test_an_answer_that_says_it_is_down_is_returned_and_noted(run: Run, status: int) -> None:
    busy = b"HTTP/1.1 %d Not now\r\nretry-after: 7\r\ncontent-length: 4\r\n\r\nbusy" % status

    async def test() -> None:
        async with (
            serving(answering(busy)) as first,
            serving(saying(b"second")) as second,
            asked(url(first), url(second)) as up,
        ):
            answers = [await up.asks() for _ in range(4)]

            assert answers == [(status, b"busy")] * 3 + [(200, b"second")]

    run(test())


@pytest.mark.parametrize("status", [200, 302, 400, 429, 500])
def test_any_other_answer_is_one_of_a_server_that_is_up(run: Run, status: int) -> None:
    answer = b"HTTP/1.1 %d X\r\nlocation: http://elsewhere/\r\ncontent-length: 0\r\n\r\n" % status

    async def test() -> None:
        async with (
            serving(answering(answer)) as first,
            serving(saying(b"second")) as second,
            asked(url(first), url(second)) as up,
        ):
            assert [await up.asks() for _ in range(5)] == [(status, b"")] * 5
            assert second.connections == 0

    run(test())


def test_with_all_down_they_are_asked_all_the_same(run: Run, closed: str) -> None:
    """Nothing is refused without asking, and the first one that is back answers."""

    async def test() -> None:
        async with (
            serving(answering(BUSY)) as server,
            asked(f"http://{closed}", url(server), fail_after=1) as up,
        ):
            assert await up.asks() == (503, b"busy")
            up.clock.now += 1
            assert (await fault_of(up.asks())).cause == "connect"
            up.clock.now += 1
            assert await up.asks() == (503, b"busy")
            assert up.counted("healthy", address=peer(server)) == 0

    run(test())


def test_a_server_whose_places_are_all_taken_is_not_down_and_the_next_is_asked(run: Run) -> None:
    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n")
        await reader.read()

    async def test() -> None:
        async with serving(play) as first, serving(saying(b"second")) as second:
            limits = {"connections": 1, "connect_timeout_seconds": 0.05, "fail_after": 1}
            async with asked(url(first), url(second), **limits) as up:
                held = await up.model.send("GET", b"/", [], b"")

                assert await up.asks() == (200, b"second")
                assert up.counted("errors_total", cause="busy") == 1
                assert up.counted("healthy", address=peer(first)) == 1
                held.close()

    run(test())


@pytest.mark.parametrize("silent", [False, True])
def test_a_server_with_which_no_tls_can_be_spoken_is_passed_over(run: Run, silent: bool) -> None:
    """Be it that its certificate is a stranger's, or that the handshake stands still."""

    async def test() -> None:
        async with (
            serving(until_end, None if silent else server_tls()) as first,
            serving(saying(b"2")) as second,
            asked(url(first, "https"), url(second), connect_timeout_seconds=0.2 if silent else 5) as up,
        ):
            assert await up.asks(b"body") == (200, b"2")
            assert up.counted("errors_total", cause="timeout" if silent else "tls") == 1

    run(test())


@pytest.mark.parametrize("how", ["cancelled", "refused"])
def test_a_trial_that_ends_without_an_answer_is_the_next_ones(run: Run, how: str) -> None:
    """Whoever asked has gone, or what was asked cannot be: neither says anything of the server."""
    came = asyncio.Event()

    async def play(reader: Reader, writer: Writer) -> None:
        await request_head(reader)
        came.set()
        await reader.read()

    async def test() -> None:
        async with (
            serving(play) as first,
            serving(saying(b"2")) as second,
            asked(url(first), url(second), fail_after=1, first_byte_timeout_seconds=0.1) as up,
        ):
            await fault_of(up.asks())
            up.clock.now += 10
            came.clear()
            if how == "cancelled":
                trial = asyncio.ensure_future(up.asks())
                await came.wait()
                assert await up.asks() == (200, b"2")
                trial.cancel()
                await asyncio.wait((trial,))
            else:
                with pytest.raises(ValueError, match="target"):
                    await up.model.send("GET", b"no path", [], b"")
            assert (await fault_of(up.asks())).cause == "timeout"

    run(test())


def test_each_address_has_its_own_limit_of_connections(run: Run) -> None:
    """A server that hangs takes no place of the next one's."""

    async def test() -> None:
        async with serving(until_end) as first, serving(saying(b"2")) as second:
            limits = {"connections": 2, "first_byte_timeout_seconds": 0.1, "fail_after": 1}
            async with asked(url(first), url(second), **limits) as up:
                hanging = [asyncio.ensure_future(up.asks()) for _ in range(2)]
                await asyncio.wait(hanging)
                answers = await asyncio.gather(*(up.asks() for _ in range(10)))

                assert answers == [(200, b"2")] * 10
                assert [isinstance(one.exception(), UpstreamError) for one in hanging] == [True, True]
                assert second.connections <= 2

    run(test())


def test_closing_closes_every_address(run: Run, closed: str) -> None:
    async def test() -> None:
        async with serving(saying(b"1")) as first, asked(f"http://{closed}", url(first)) as up:
            await up.asks()
            await up.model.close()
            await first.ended.wait()

            assert up.model.peer == f"{closed}, {peer(first)}"
            with pytest.raises(UpstreamError):
                await up.asks()

    run(test())


def test_two_addresses_of_one_port_are_told_apart() -> None:
    up = Upstreams("http://gate:80/a", "http://gate/b")

    assert up.counted("healthy", address="gate:80/a") == 1
    assert up.counted("healthy", address="gate:80/b") == 1


# With a client


def test_a_client_whose_body_is_still_coming_gets_its_answer_from_the_server_that_is_up(
    run: Run, closed: str
) -> None:
    """Larger than what is read before upstream is asked; metrics name the upstream."""
    body = bytes(300 * 1024)

    async def test() -> None:
        first = {"urls": [f"http://{closed}"]}
        async with proxied([reply(b"{}")]) as behind:
            first["urls"].append(f"http://127.0.0.1:{behind.port}")
            async with proxied(upstream="big", upstreams=named({"big": first})) as proxy:
                for raw in (post(), post("/v1/files", body)):
                    assert (await proxy.ask(raw)).status == 200
                await proxy.settled()

                assert len(behind.upstream.seen[1].body) == len(body)
                assert proxy.counted("upstream_requests_total", upstream="big") == 2
                assert proxy.counted("upstream_errors_total", upstream="big", cause="connect") == 2

    run(test())


# Settings of its own


def test_an_upstreams_own_settings_stand_before_those_of_the_proxy() -> None:
    settings = {"connections": 9, "idle_timeout_seconds": 8.0}
    config = Config("m", upstreams=named({"m": {"urls": "http://m", "connections": 3}}), **settings)  # type: ignore[arg-type]
    (address,) = failovers(config, Metrics(CollectorRegistry()))["m"]._addresses
    limits = address.limits  # type: ignore[attr-defined]

    assert (limits.connections, limits.idle_timeout_seconds, limits.connect_timeout_seconds) == (3, 8.0, 5.0)


def test_an_authority_of_ones_own_is_trusted_beside_the_systems(run: Run) -> None:
    async def test() -> None:
        async with (
            serving(saying(b"safe"), server_tls()) as server,
            asked(url(server, "https"), ca_file=str(CERTIFICATE)) as up,
        ):
            assert await up.asks() == (200, b"safe")

    run(test())


def test_certificates_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("no certificate")

    for name, said in (
        ("missing.pem", "missing.pem' cannot be read: No such file or directory"),
        ("empty.pem", "empty.pem' holds no certificate in PEM form"),
    ):
        given = {"urls": ["https://m"], "ca_file": str(tmp_path / name)}
        told = unreadable(named({"good": "http://m", "big": given}))

        assert told is not None
        assert told.startswith("upstreams: big: ca_file ")
        assert told.endswith(said)
        with pytest.raises(ValueError, match=said):
            Upstreams("https://m", ca_file=str(tmp_path / name))


# Credentials


async def headers_seen(sent: list[tuple[bytes, bytes]], own: dict[str, str], closed: str) -> bytes:
    """What the second server gets, below its Host line, of a request that sends *sent*."""
    got: list[bytes] = []

    async def play(reader: Reader, writer: Writer) -> None:
        got.append(await request_head(reader))
        writer.write(OK)

    async with serving(play) as server, asked(f"http://{closed}", url(server), headers=own) as up:
        await whole(await up.model.send("GET", b"/", sent, b""))
    return got[0].split(b"\r\n", 2)[2].removesuffix(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, b"X-Org: c\r\nauthorization: Bearer client\r\nAPI-Key: client\r\ncookie: a"),
        ({"x-ORG": "ours"}, b"authorization: Bearer client\r\nAPI-Key: client\r\ncookie: a\r\nx-org: ours"),
        ({"Authorization": "Bearer ours"}, b"X-Org: c\r\ncookie: a\r\nauthorization: Bearer ours"),
        ({"api-key": "ours"}, b"X-Org: c\r\ncookie: a\r\napi-key: ours"),
    ],
)
def test_an_upstreams_own_headers_take_the_place_of_the_clients(
    run: Run, closed: str, own: dict[str, str], expected: bytes
) -> None:
    """By name in any case; and no credential of the client's goes where there is one already."""
    sent = [
        (b"X-Org", b"c"),
        (b"authorization", b"Bearer client"),
        (b"API-Key", b"client"),
        (b"cookie", b"a"),
    ]

    async def test() -> None:
        before = list(sent)

        assert await headers_seen(sent, own, closed) == expected
        assert sent == before

    run(test())


def retry_elsewhere() -> Rule:
    action = Action(Verb.RETRY, times=1, fallback="big", then=Action(Verb.FLAG))
    return Rule("again", Regex("secret", False), action)


def test_the_upstream_of_a_rules_fallback_gets_its_own_headers_and_not_the_clients(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    other = FakeUpstream([[reply(completion("All is well."))]])

    async def test() -> None:
        model = await asyncio.start_server(other.play, "127.0.0.1", 0)
        given = {
            "urls": f"http://127.0.0.1:{model.sockets[0].getsockname()[1]}",
            "headers": {"X-Api-Key": "K3Y"},
        }
        upstreams = named({"big": given})
        script = [reply(completion("A secret."))]
        async with proxied(script, rules=[retry_elsewhere()], upstreams=upstreams) as proxy:
            answer = await proxy.ask(post(CHAT, None, "authorization: Bearer client"))
            page = proxy.page()

        assert b"All is well." in answer.body
        assert {seen.headers.get("authorization") for seen in proxy.upstream.seen} == {"Bearer client"}
        assert [seen.headers.get("authorization") for seen in other.seen] == [None]
        assert [seen.headers["x-api-key"] for seen in other.seen] == ["K3Y"]
        assert 'filterproxy_upstream_requests_total{upstream="big"} 1.0' in page
        assert "K3Y" not in page + caplog.text + json.dumps(answer.headers)
        model.close()
        await passes()

    run(test())
