"""
The scripted upstream: `python -m tests.soak.upstream PORT SEED`.

It answers each request as the script of the number in it says, and keeps nothing between two requests.
"""

from __future__ import annotations

import asyncio
import gzip
import random
import sys
import zlib
from collections.abc import Iterator

import uvloop

from tests.soak import wire
from tests.soak.script import Script, script

# Longer than the proxy waits for the next bytes.
STALL_SECONDS = 60.0
_REASONS = {200: b"OK", 429: b"Too Many Requests", 500: b"Internal Server Error"}


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seed: int) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            body = await reader.readexactly(_length(head))
            if not await _answer(writer, script(seed, wire.number_in(body))):
                return
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the proxy keeps connections as long as it likes
    finally:
        writer.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def _answer(writer: asyncio.StreamWriter, asked: Script) -> bool:
    """Whether the connection stays open."""
    chance = random.Random(asked.seed + 1)
    if asked.fault == "mute":
        return False
    if asked.fault == "status":
        status, body = wire.failure(asked)
        await _send(writer, _head(status, b"application/json", length=len(body)) + body)
        return True
    if chance.random() < 0.1:
        await asyncio.sleep(chance.random() * 0.2)
    stays = asked.stream and asked.fault == ""
    if asked.stream:
        await _stream(writer, asked, chance)
    else:
        stays = await _whole(writer, asked)
    return stays


async def _whole(writer: asyncio.StreamWriter, asked: Script) -> bool:
    body = wire.whole(asked)
    encoding = b""
    if asked.gzip:
        body, encoding = gzip.compress(body, 1), b"gzip"
    head = _head(200, b"application/json", encoding, length=len(body))
    if asked.fault:
        await _send(writer, head + body[: int(len(body) * asked.at)])
        if asked.fault == "stall":
            await asyncio.sleep(STALL_SECONDS)
        return False
    await _send(writer, head + body)
    return True


async def _stream(writer: asyncio.StreamWriter, asked: Script, chance: random.Random) -> None:
    events = wire.events(asked)
    if asked.fault:
        events = events[: int(len(events) * asked.at)]
    encoding = b"gzip" if asked.gzip else b""
    await _send(writer, _head(200, wire.content_type(asked).encode(), encoding))
    packer = zlib.compressobj(1, wbits=31) if asked.gzip else None
    pauses = chance.choice((0.0, 0.02, 0.1))
    longest = chance.choice((0.005, 0.05, 0.3))
    for data in _pieces([event.data for event in events], chance):
        if packer is not None:
            data = packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)
        await _send(writer, b"%x\r\n%b\r\n" % (len(data), data))
        if chance.random() < pauses:
            await asyncio.sleep(chance.random() * longest)
    if asked.fault == "stall":
        await asyncio.sleep(STALL_SECONDS)
    if asked.fault:
        return
    rest = packer.flush() if packer is not None else b""
    if rest:
        rest = b"%x\r\n%b\r\n" % (len(rest), rest)
    await _send(writer, rest + b"0\r\n\r\n")


def _pieces(events: list[bytes], chance: random.Random) -> Iterator[bytes]:
    """A stream as it is cut into what is written: event by event, in bursts, anywhere, all at once."""
    how = chance.choice(("events", "events", "bursts", "anywhere", "whole"))
    if how == "events":
        yield from events
        return
    body = b"".join(events)
    most = {"bursts": 4000, "anywhere": max(40, len(body) // 200), "whole": len(body)}[how]
    at = 0
    while at < len(body):
        size = most if how == "whole" else chance.randint(1, most)
        yield body[at : at + size]
        at += size


def _head(status: int, kind: bytes, encoding: bytes = b"", length: int | None = None) -> bytes:
    lines = [b"HTTP/1.1 %d %b" % (status, _REASONS[status]), b"content-type: " + kind]
    if encoding:
        lines.append(b"content-encoding: " + encoding)
    lines.append(b"transfer-encoding: chunked" if length is None else b"content-length: %d" % length)
    return b"\r\n".join(lines) + b"\r\n\r\n"


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


async def _main(port: int, seed: int) -> None:
    server = await asyncio.start_server(
        lambda reader, writer: _serve(reader, writer, seed), "127.0.0.1", port, limit=1 << 22, backlog=512
    )
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(int(sys.argv[1]), int(sys.argv[2])))
