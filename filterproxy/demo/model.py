"""
The demo's model server: OpenAI chat completions, answered from a table.

It takes any model name and invents freely (`replies.py`). What it says is the same each time; only
`created` follows the clock. Everything is in OpenAI's own shapes, so that real clients can be pointed at it:
https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn

from filterproxy.demo.asked import Asked, Json, Refused, parse, tokens
from filterproxy.demo.replies import answer

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MODEL = "demo"
DELAY_SECONDS = 0.01  # per token: 100 tokens/s, a fast hosted model
BODY_LIMIT_BYTES = 1_000_000  # a demo has no long conversations


class _Gone(Exception):
    """The client left before its request was complete."""


class DemoModel:
    """
    The ASGI application.

    delay_seconds: before each token of a stream; 0 sends them as fast as they are read.
    """

    def __init__(self, delay_seconds: float = DELAY_SECONDS) -> None:
        self.delay_seconds = delay_seconds

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"the demo model speaks HTTP only (asked for {scope['type']})")
        try:
            await self._answer(scope, receive, send)
        except Refused as refused:
            await _send_json(send, refused.status, {"error": refused.body})
        except _Gone:
            pass

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        match path:
            case "/v1/models":
                _only("GET", method, path)
                await _send_json(send, 200, {"object": "list", "data": [_model_card()]})
            case "/v1/chat/completions":
                _only("POST", method, path)
                await self._complete(parse(await _body(receive)), receive, send)
            case _:
                raise Refused(404, f"Invalid URL ({method} {path})")

    async def _complete(self, asked: Asked, receive: Receive, send: Send) -> None:
        spoken = [tokens(answer(asked.question, asked.system, i)) for i in range(asked.choices)]
        kept = [pieces[: asked.limit] for pieces in spoken]
        finishes = ["stop" if k == s else "length" for k, s in zip(kept, spoken, strict=True)]
        if asked.stream:
            await self._stream(_chunks(asked, kept, finishes), receive, send)
        else:
            await _send_json(send, 200, _whole(asked, kept, finishes))

    async def _stream(self, chunks: Iterator[Json], receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        # The body was read to its end, so that the next message can only say that the client has gone.
        gone = asyncio.ensure_future(receive())
        try:
            for chunk in chunks:
                await asyncio.wait({gone}, timeout=self.delay_seconds if _speaks(chunk) else 0)
                if gone.done():
                    return
                await _send_part(send, b"data: " + _json(chunk) + b"\n\n", more=True)
            await _send_part(send, b"data: [DONE]\n\n", more=False)
        finally:
            gone.cancel()


app = DemoModel()


def _only(method: str, got: str, path: str) -> None:
    if got != method:
        raise Refused(405, f"Not allowed to {got} on {path} (allowed: {method})", code="method_not_supported")


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        body += message.get("body", b"")
        if len(body) > BODY_LIMIT_BYTES:
            raise Refused(413, f"Request body too large (limit {BODY_LIMIT_BYTES} bytes)")
        if not message.get("more_body", False):
            return bytes(body)


def _model_card() -> Json:
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": "filterproxy"}


def _envelope(asked: Asked, kind: str) -> Json:
    return {
        "id": asked.id,
        "object": kind,
        "created": int(time.time()),
        "model": asked.model,
        "service_tier": "default",
        "system_fingerprint": "fp_demo",
    }


def _usage(asked: Asked, spoken: list[list[str]]) -> Json:
    said = sum(map(len, spoken))
    return {
        "prompt_tokens": asked.prompt_tokens,
        "completion_tokens": said,
        "total_tokens": asked.prompt_tokens + said,
    }


def _whole(asked: Asked, spoken: list[list[str]], finishes: list[str]) -> Json:
    choices: list[Json] = [
        {
            "index": i,
            "message": {"role": "assistant", "content": "".join(pieces), "refusal": None, "annotations": []},
            "logprobs": None,
            "finish_reason": finish,
        }
        for i, (pieces, finish) in enumerate(zip(spoken, finishes, strict=True))
    ]
    return {**_envelope(asked, "chat.completion"), "choices": choices, "usage": _usage(asked, spoken)}


def _chunks(asked: Asked, spoken: list[list[str]], finishes: list[str]) -> Iterator[Json]:
    # Choices take turns, as they do where they are decoded in one batch.
    envelope = _envelope(asked, "chat.completion.chunk")
    if asked.include_usage:
        envelope["usage"] = None

    def chunk(index: int, delta: Json, finish: str | None = None) -> Json:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**envelope, "choices": [choice]}

    for i in range(len(spoken)):
        yield chunk(i, {"role": "assistant", "content": "", "refusal": None})
    for turn in range(max(map(len, spoken)) + 1):
        for i, pieces in enumerate(spoken):
            if turn < len(pieces):
                yield chunk(i, {"content": pieces[turn]})
            elif turn == len(pieces):
                yield chunk(i, {}, finishes[i])
    if asked.include_usage:
        yield {**envelope, "choices": [], "usage": _usage(asked, spoken)}


def _speaks(chunk: Json) -> bool:
    return any(choice["delta"].get("content") for choice in chunk["choices"])


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


async def _send_json(send: Send, status: int, value: object) -> None:
    body = _json(value)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await _send_part(send, body, more=False)


async def _send_part(send: Send, body: bytes, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


class _Guest(uvicorn.Server):
    """A server that leaves the signals to the program that it is a guest of."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(application: DemoModel) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        lifespan="off",
        log_level="warning",
        access_log=False,
        ws="none",
        timeout_graceful_shutdown=1,
    )


@asynccontextmanager
async def serving(port: int = 0, delay_seconds: float = DELAY_SECONDS) -> AsyncIterator[int]:
    """
    The model on 127.0.0.1 while the block runs; gives its port (0: any free one).

    Raises OSError when the port is taken.
    """
    with socket.create_server(("127.0.0.1", port)) as listener:
        server = _Guest(_config(DemoModel(delay_seconds)))
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await running


async def serve(port: int, delay_seconds: float = DELAY_SECONDS) -> None:
    """The model on 127.0.0.1 until the task is cancelled."""
    async with serving(port, delay_seconds):
        await asyncio.Event().wait()


def run(port: int, delay_seconds: float = DELAY_SECONDS) -> None:
    """The model on 127.0.0.1:*port* until a signal ends the process."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        uvicorn.Server(_config(DemoModel(delay_seconds))).run(sockets=[listener])


if __name__ == "__main__":
    run(int(sys.argv[1]))
