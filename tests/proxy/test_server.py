"""When an answer's head leaves."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from filterproxy.proxy.server import HeadWithBody

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


class FakeTransport:
    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


def corked(loop: asyncio.AbstractEventLoop) -> tuple[FakeTransport, HeadWithBody]:
    fake = FakeTransport()
    return fake, HeadWithBody(cast(Any, fake), loop)


def test_a_head_leaves_with_what_follows_it() -> None:
    async def test() -> None:
        fake, transport = corked(asyncio.get_running_loop())
        transport.write(HEAD)
        transport.write(b"body")
        transport.write(b"more")
        await asyncio.sleep(0)

        assert fake.written == [HEAD + b"body", b"more"]

    asyncio.run(test())


def test_a_head_that_nothing_follows_leaves_in_the_next_turn() -> None:
    async def test() -> None:
        fake, transport = corked(asyncio.get_running_loop())
        transport.write(HEAD)
        await asyncio.sleep(0)

        assert fake.written == [HEAD]

    asyncio.run(test())


def test_an_interim_answer_leaves_at_once_and_a_close_leaves_nothing_behind() -> None:
    async def test() -> None:
        fake, transport = corked(asyncio.get_running_loop())
        transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert fake.written == [b"HTTP/1.1 100 Continue\r\n\r\n"]
        transport.write(HEAD)
        transport.close()

        assert fake.written[1:] == [HEAD]
        assert transport.is_closing()

    asyncio.run(test())
