"""The pump's heartbeat, where it meets the reply's end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import cast

from filterproxy.dialects.reply import Stream
from filterproxy.proxy.pump import Heart


@dataclass
class Held:
    """As much of a stream as a heart looks at."""

    waiting: bool = True

    def heartbeat(self) -> bytes:
        return b": \n\n"


def test_a_beat_that_is_due_as_the_reply_ends_stays_away() -> None:
    """Between the timer and its task the last event may leave; and nothing follows a reply."""
    for leaves, sent in ((False, [b": \n\n"]), (True, [])):
        assert asyncio.run(_beat(leaves)) == sent


async def _beat(leaves: bool) -> list[bytes]:
    stream, sent = Held(), list[bytes]()
    beaten = asyncio.Event()

    async def out(data: bytes) -> None:
        sent.append(data)
        beaten.set()

    heart = Heart(cast(Stream, stream), out, 0.01)
    heart.last = 0.0
    asyncio.get_running_loop().call_soon(heart._look)
    # Runs behind the look, and before the task that it makes.
    asyncio.get_running_loop().call_soon(setattr, stream, "waiting", not leaves)
    for _ in range(5):
        await asyncio.sleep(0)
    if not leaves:
        await beaten.wait()
    heart.stop()
    return sent
