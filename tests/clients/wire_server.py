"""A model server made by hand: every API that a dialect is for, with scripted replies as it sends them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.clients.wire import anthropic, ollama, openai_chat, openai_responses
from tests.clients.wire.said import Json, Said

# What a rule tells the model when it asks again; by it the server knows that it is.
NOTE = "Think once more."


@dataclass(frozen=True, slots=True)
class Api:
    """
    How one API is spoken.

    streams: whether it does where the request does not say.
    """

    path: str
    whole: Callable[[Json, Said], Json]
    events: Callable[[Json, Said], Iterable[bytes]]
    kind: bytes = b"text/event-stream; charset=utf-8"
    streams: bool = False


_NDJSON = b"application/x-ndjson"
APIS = {
    "chat": Api("/v1/chat/completions", openai_chat.chat, openai_chat.chat_events),
    "completions": Api("/v1/completions", openai_chat.completion, openai_chat.completion_events),
    "responses": Api("/v1/responses", openai_responses.response, openai_responses.response_events),
    "messages": Api("/v1/messages", anthropic.message, anthropic.message_events),
    "ollama chat": Api("/api/chat", ollama.chat, ollama.chat_lines, _NDJSON, True),
    "ollama generate": Api("/api/generate", ollama.generate, ollama.generate_lines, _NDJSON, True),
}
_BY_PATH = {api.path: api for api in APIS.values()}


@dataclass(frozen=True, slots=True)
class Script:
    """
    What one model says.

    again: when a request has NOTE in it. breaks: the connection is closed within the reply: in the middle of
    a whole one, and in the event that has the first choice's last piece.
    """

    said: Said
    again: Said | None = None
    breaks: bool = False


@asynccontextmanager
async def serving(scripts: Mapping[str, Script]) -> AsyncIterator[str]:
    """The server on a free port, with a script for each model's name; gives its address."""

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await _answer(scripts, reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(play, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def _answer(
    scripts: Mapping[str, Script], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    """Answers one request; gives whether the connection stays open."""
    path, body = await _request(reader)
    api = _BY_PATH.get(path.split("?")[0])
    asked = json.loads(body or b"{}")
    script = scripts.get(asked.get("model", ""))
    if api is None or script is None:
        await _send(writer, b"404 Not Found", b'{"error":{"message":"no such path or model","type":"none"}}')
        return True
    said = script.again if script.again and NOTE.encode() in body else script.said
    if asked.get("stream", api.streams):
        await _stream(writer, api.kind, list(api.events(asked, said)), said if script.breaks else None)
    else:
        whole = json.dumps(api.whole(asked, said), separators=(",", ":")).encode()
        await _send(writer, b"200 OK", whole, len(whole) // 2 if script.breaks else None)
    return not script.breaks


async def _request(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """The path and the body, in chunks or of a length that is said."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    path = head[0].split(" ")[1]
    if "transfer-encoding: chunked" in head:
        return path, await _chunks(reader)
    length = next((line.split(":")[1] for line in head if line.startswith("content-length:")), "0")
    return path, await reader.readexactly(int(length))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return body


async def _send(writer: asyncio.StreamWriter, status: bytes, body: bytes, sent: int | None = None) -> None:
    head = b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    writer.write(head % (status, len(body)) + body[:sent])
    await writer.drain()


async def _stream(
    writer: asyncio.StreamWriter, kind: bytes, events: list[bytes], breaks: Said | None
) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ntransfer-encoding: chunked\r\n\r\n" % kind)
    last = json.dumps(breaks.choices[0][-1]).encode() if breaks else None
    for event in events:
        broken = last is not None and last in event
        data = event[: len(event) // 2] if broken else event
        writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        await writer.drain()
        if broken:
            return
    writer.write(b"0\r\n\r\n")
    await writer.drain()
