"""Client connections: what is written, read and told, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from filterproxy.proxy.call import GONE
from filterproxy.proxy.server import Protocol
from tests.timed import run

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

GET = b"GET /a%20b?c=d HTTP/1.1\r\nhost: p\r\n\r\n"
POST = b"POST /x HTTP/1.1\r\nhost: p\r\ncontent-length: 4\r\n\r\n"


class FakeTransport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__({"peername": ("10.0.0.1", 7), "sockname": ("10.0.0.2", 80)})
        self.written: list[bytes] = []
        self.reads = True
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.written.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        self.reads = False

    def resume_reading(self) -> None:
        self.reads = True

    @property
    def sent(self) -> bytes:
        return b"".join(self.written)


class Client:
    """A client of *app*."""

    def __init__(self, app: App, keep_alive: int = 60) -> None:
        config = uvicorn.Config(
            app, ws="none", lifespan="off", interface="asgi3", log_config=None, timeout_keep_alive=keep_alive
        )
        self.state = ServerState()
        self.protocol = Protocol(config, self.state, {})
        self.transport = FakeTransport()
        self.protocol.connection_made(self.transport)

    async def says(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.protocol.data_received(piece)
        await turns()

    async def leaves(self) -> None:
        self.protocol.connection_lost(None)
        await turns()


async def turns() -> None:
    """Everything that can go on without the client has gone on."""
    for _ in range(10):
        await asyncio.sleep(0)


def answers(*body: bytes, headers: tuple[tuple[bytes, bytes], ...] = (), status: int = 200) -> App:
    """Answers with a body in pieces, without looking at the request's."""

    async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        for piece in body:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return app


async def echo(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    said = scope["raw_path"] + b"?" + scope["query_string"] + b" " + body
    length = [(b"content-length", b"%d" % len(said))]
    await send({"type": "http.response.start", "status": 200, "headers": length})
    await send({"type": "http.response.body", "body": said, "more_body": False})


def test_a_head_leaves_with_what_follows_it() -> None:
    async def test() -> None:
        client = Client(answers(b"one", b"two", headers=((b"content-length", b"6"),)))
        await client.says(GET)

        assert client.transport.written == [b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\none", b"two"]

    run(test)


def test_a_head_that_nothing_follows_leaves_in_the_next_turn() -> None:
    async def test() -> None:
        waits = asyncio.Event()

        async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await waits.wait()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        client = Client(app)
        await client.says(GET)

        assert client.transport.written == [b"HTTP/1.1 204 No Content\r\n\r\n"]
        waits.set()
        await turns()
        assert not client.transport.closed

    run(test)


@pytest.mark.parametrize(
    ("request_line", "closes", "body"),
    [
        (b"GET / HTTP/1.1", False, b"2\r\nhi\r\n0\r\n\r\n"),
        (b"HEAD / HTTP/1.1", False, b""),
        (b"GET / HTTP/1.0", True, b"hi"),
        (b"GET / HTTP/1.1\r\nconnection: close", True, b"2\r\nhi\r\n0\r\n\r\n"),
        (b"GET / HTTP/1.1\r\nconnection: upgrade\r\nupgrade: h2c", True, b"2\r\nhi\r\n0\r\n\r\n"),
    ],
)
def test_the_request_says_how_a_body_of_unknown_length_ends(
    request_line: bytes, closes: bool, body: bytes
) -> None:
    async def test() -> None:
        client = Client(answers(b"hi"))
        await client.says(request_line + b"\r\nhost: p\r\n\r\n")
        head, _, rest = client.transport.sent.partition(b"\r\n\r\n")

        assert rest == body
        assert (b"transfer-encoding: chunked" in head) == body.startswith(b"2")
        assert (b"connection: close" in head, client.transport.closed) == (closes, closes)

    run(test)


def test_a_request_arrives_in_any_pieces() -> None:
    async def test() -> None:
        raw = POST.replace(b"/x", b"/x?y=z") + b"body"
        for at in range(1, len(raw)):
            client = Client(echo)
            await client.says(raw[:at], raw[at:])

            assert client.transport.sent.endswith(b"\r\n\r\n/x?y=z body")

    run(test)


def test_requests_that_come_together_are_answered_one_after_the_other() -> None:
    async def test() -> None:
        client = Client(echo)
        await client.says(GET + POST + b"abcd" + GET)

        bodies = [answer.rpartition(b"\r\n\r\n")[2] for answer in client.transport.written]
        assert bodies == [b"/a%20b?c=d ", b"/x? abcd", b"/a%20b?c=d "]
        assert client.transport.reads and not client.transport.closed
        assert client.state.total_requests == 3

    run(test)


def test_a_client_that_waits_for_permission_gets_it_when_its_body_is_asked_for() -> None:
    async def test() -> None:
        expecting = POST.replace(b"host: p", b"expect: 100-continue")
        asked = Client(echo)
        await asked.says(expecting)
        assert asked.transport.written == [b"HTTP/1.1 100 Continue\r\n\r\n"]
        await asked.says(b"abcd")
        assert asked.transport.sent.endswith(b"/x? abcd")

        refused = Client(answers(status=413, headers=((b"content-length", b"0"),)))
        await refused.says(expecting)
        assert refused.transport.sent.startswith(b"HTTP/1.1 413 ")

    run(test)


@pytest.mark.parametrize("raw", [b"\x16\x03\x01", b"GET / HTTP/x\r\n\r\n", b"CONNECT h:1 HTTP/1.1\r\n\r\n"])
def test_what_is_not_http_is_refused_and_the_connection_closes(raw: bytes) -> None:
    async def test() -> None:
        client = Client(echo)
        await client.says(raw, GET)

        assert client.transport.sent.startswith(b"HTTP/1.1 400 ")
        assert client.transport.sent.count(b"HTTP/1.1") == 1
        assert client.transport.closed

    run(test)


def test_nonsense_after_a_request_does_not_cost_it_its_answer() -> None:
    async def test() -> None:
        client = Client(echo)
        await client.says(GET + b"\0\0\0\0")

        assert client.transport.sent.endswith(b"/a%20b?c=d ")
        assert b"connection: close" in client.transport.sent
        assert client.transport.closed

    run(test)


def test_nonsense_within_a_body_ends_the_request_and_tells_the_application() -> None:
    async def test() -> None:
        seen: list[str] = []

        async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
            while not seen or seen[-1] != "http.disconnect":
                seen.append((await receive())["type"])

        client = Client(app)
        await client.says(b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\nxyz\r\n")
        assert client.transport.sent.startswith(b"HTTP/1.1 400 ") and client.transport.closed
        await client.leaves()
        assert seen[-1] == "http.disconnect"

    run(test)


def test_a_head_is_read_up_to_the_limit_and_not_past_it() -> None:
    async def test() -> None:
        for size, status in ((60_000, b"200"), (70_000, b"431")):
            client = Client(echo)
            head = b"GET / HTTP/1.1\r\nx: " + b"x" * size + b"\r\n\r\n"
            await client.says(head[:100], *(head[at : at + 1000] for at in range(100, len(head), 1000)))

            assert client.transport.sent.startswith(b"HTTP/1.1 " + status)

    run(test)


CHUNKED = b"POST /x HTTP/1.1\r\nhost: p\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n"


def test_a_trailer_is_never_a_header() -> None:
    async def test() -> None:
        seen: list[Any] = []

        async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
            await echo(scope, receive, send)
            seen.append(scope["headers"])

        client = Client(app)
        await client.says(CHUNKED, b"0\r\nx-tenant: acme\r\nauthorization: Bearer other\r\n\r\n", GET)

        assert seen == [[(b"host", b"p"), (b"transfer-encoding", b"chunked")], [(b"host", b"p")]]

    run(test)


@pytest.mark.parametrize("framing", [b"0\r\nx: ", b"2;"], ids=["a trailer", "an extension"])
def test_what_frames_a_body_is_read_up_to_the_limit_and_not_past_it(framing: bytes) -> None:
    async def test() -> None:
        for size, is_refused in ((60_000, False), (70_000, True)):
            client = Client(echo)
            await client.says(CHUNKED + framing, *([b"x" * 1000] * (size // 1000)))

            assert (client.transport.sent.startswith(b"HTTP/1.1 431 ")) is is_refused
            assert client.transport.closed is is_refused

    run(test)


def test_long_bodies_are_no_framing() -> None:
    async def test() -> None:
        client = Client(echo)
        chunk = b"%x\r\n%b\r\n" % (200_000, b"x" * 200_000)
        await client.says(CHUNKED + chunk + chunk, chunk, b"0\r\n\r\n" + CHUNKED, chunk + b"0\r\n\r\n")

        assert client.transport.sent.count(b"HTTP/1.1 200 ") == 2

    run(test)


def test_a_body_that_nobody_reads_is_not_taken_in_without_end() -> None:
    async def test() -> None:
        reads = asyncio.Event()

        async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
            await reads.wait()
            await echo(scope, receive, send)

        client = Client(app)
        await client.says(POST.replace(b": 4", b": 140000"), b"x" * 70_000)
        assert not client.transport.reads

        reads.set()
        await turns()
        assert client.transport.reads
        await client.says(b"y" * 70_000)
        assert client.transport.sent.endswith(b"x" * 70_000 + b"y" * 70_000)

    run(test)


def test_what_a_client_does_not_take_is_waited_for_until_it_goes() -> None:
    async def test() -> None:
        sent: list[bytes] = []

        async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for piece in (b"one", b"two", b"three"):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                sent.append(piece)

        client = Client(app)
        client.protocol.pause_writing()
        await client.says(GET)
        assert sent == []
        client.protocol.resume_writing()
        client.protocol.pause_writing()
        await turns()
        assert sent == []  # the head alone
        await client.leaves()
        assert sent == [b"one", b"two", b"three"]
        assert client.state.tasks == set()

    run(test)


def test_the_application_is_told_once_of_a_client_that_left_before_its_answer_was_complete() -> None:
    async def test() -> None:
        told: list[str] = []

        async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
            own = asyncio.current_task()
            scope["extensions"][GONE]["call"](lambda task: told.append(f"{scope['path']} {task is own}"))
            if scope["path"] == "/x":
                await asyncio.Event().wait()
            await answers()(scope, receive, send)

        client = Client(app)
        await client.says(GET)
        await client.leaves()
        assert told == []

        client = Client(app)
        await client.says(POST + b"abcd")
        await client.leaves()
        assert told == ["/x True"]
        for task in client.state.tasks:
            task.cancel()
        await turns()

    run(test)


@pytest.mark.parametrize("header", [(b"x", b"a\r\nset-cookie: b"), (b"x\n", b"a"), (b"x", b"\0")])
def test_no_header_of_an_answer_can_hold_another(header: tuple[bytes, bytes]) -> None:
    async def test() -> None:
        client = Client(answers(b"hi", headers=(header,)))
        await client.says(GET)

        assert (client.transport.sent, client.transport.closed) == (b"", True)

    run(test)


@pytest.mark.parametrize("length", [b"1", b"3"])
def test_a_body_that_has_not_the_length_it_says_ends_the_connection(length: bytes) -> None:
    async def test() -> None:
        client = Client(answers(b"hi", headers=((b"content-length", length),)))
        await client.says(GET)

        assert client.transport.closed

    run(test)


def test_an_application_that_gives_up_leaves_an_answer_that_is_seen_to_be_incomplete() -> None:
    async def test() -> None:
        async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"half", "more_body": True})

        client = Client(app)
        await client.says(GET)

        assert client.transport.sent.endswith(b"\r\n\r\n4\r\nhalf\r\n")
        assert client.transport.closed

    run(test)


def test_an_idle_connection_closes_and_one_with_an_answer_under_way_does_not() -> None:
    async def test() -> None:
        async def waits(scope: dict[str, Any], receive: Receive, send: Send) -> None:
            await asyncio.Event().wait()

        busy = Client(waits, keep_alive=0)
        idle = Client(echo, keep_alive=0)
        busy.protocol.data_received(GET)
        await turns()

        assert (busy.transport.closed, idle.transport.closed) == (False, True)
        for task in busy.state.tasks:
            task.cancel()
        await turns()

    run(test)


def test_a_body_that_does_not_go_on_ends_its_request() -> None:
    async def test() -> None:
        reads, slow = Client(echo, keep_alive=0), Client(echo, keep_alive=60)
        reads.protocol.data_received(POST + b"ab")
        slow.protocol.data_received(POST + b"ab")
        await turns()
        assert reads.transport.sent.startswith(b"HTTP/1.1 408 ") and reads.transport.closed
        await reads.leaves()
        assert reads.state.tasks == set()
        await slow.says(b"cd")

        assert slow.transport.sent.endswith(b"/x? abcd")
        await slow.leaves()

    run(test)


def test_a_body_that_the_proxy_does_not_read_has_its_time() -> None:
    async def test() -> None:
        client = Client(answers())
        client.protocol.data_received(POST)
        client.protocol._idle_since -= 61
        client.protocol._pause_reading()
        client.protocol._look()

        assert not client.transport.closed
        await client.leaves()

    run(test)


def test_what_a_client_never_takes_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        monkeypatch.setattr("filterproxy.proxy.server._UNTAKEN_SECONDS", 0.0)
        taken, untaken = Client(echo), Client(echo)
        for client in (taken, untaken):
            client.protocol.pause_writing()
        taken.protocol.resume_writing()
        await turns()

        assert (taken.transport.closed, untaken.transport.closed) == (False, True)
        for client in (taken, untaken):
            await client.leaves()

    run(test)


def test_a_server_that_ends_closes_after_the_answers_under_way() -> None:
    async def test() -> None:
        client = Client(echo)
        client.protocol.data_received(POST)
        client.protocol.shutdown()
        assert not client.transport.closed
        await client.says(b"abcd")
        assert b"connection: close" in client.transport.sent
        assert client.transport.sent.endswith(b"/x? abcd") and client.transport.closed

        idle = Client(echo)
        idle.protocol.shutdown()
        assert idle.transport.closed

    run(test)
