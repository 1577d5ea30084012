"""An application that serves scripted models, and the servers that run it: uvicorn, and one made of lists."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from prometheus_client import CollectorRegistry

from tests.clients.wire.said import Json, Said
from tests.clients.wire_server import APIS, Api, Script
from tests.shells import CASES

Message = MutableMapping[str, Any]


class BrokenOff(Exception):
    """The model behind the application failed within a reply."""


def model_app(scripts: Mapping[str, Script] | None = None, *, slowly: asyncio.Event | None = None) -> FastAPI:
    """
    Every API at its path, and a page that is none.

    slowly: what a stream waits for before its last event; `app.state.stopped` is set when a stream ends.
    """
    app = FastAPI()
    app.state.stopped = asyncio.Event()
    known = {case.name: case.script for case in CASES} if scripts is None else scripts

    def add(api: Api) -> None:
        @app.post(api.path)
        async def answer(request: Request) -> Response:
            asked: Json = await request.json()
            script = known[asked["model"]]
            if asked.get("stream", api.streams):
                events = _events(app, api.events(asked, script.said), script, slowly)
                return StreamingResponse(events, media_type=api.kind.decode())
            return Response(json.dumps(api.whole(asked, script.said)), media_type="application/json")

    for api in APIS.values():
        add(api)

    @app.get("/page")
    async def page() -> dict[str, str]:
        return {"content": "The secret is out."}

    return app


async def _events(
    app: FastAPI, events: Iterable[bytes], script: Script, slowly: asyncio.Event | None
) -> AsyncIterator[bytes]:
    last = json.dumps(script.said.choices[0][-1]).encode()
    try:
        for event in events:
            if script.breaks and last in event:
                raise BrokenOff
            if slowly is not None and last in event:
                await slowly.wait()
            yield event
    finally:
        app.state.stopped.set()


def script(*pieces: str, breaks: bool = False) -> Script:
    return Script(Said((pieces,)), breaks=breaks)


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """uvicorn with *app*, as a program runs it; gives its address."""
    config = uvicorn.Config(
        app, lifespan="on", log_config=None, access_log=False, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as bound:
        task = asyncio.create_task(server._serve([bound]))
        while not server.started:
            await asyncio.sleep(0)
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


@dataclass
class Spoken:
    """A server made of lists: what it says to an application, and what it is told."""

    says: list[Message] = field(default_factory=list)
    told: list[Message] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> Message:
        if self.says:
            return self.says.pop(0)
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.told.append(message)

    @property
    def status(self) -> int:
        (status,) = (m["status"] for m in self.told if m["type"] == "http.response.start")
        return int(status)

    @property
    def headers(self) -> dict[bytes, bytes]:
        (headers,) = (m["headers"] for m in self.told if m["type"] == "http.response.start")
        return dict(headers)

    @property
    def body(self) -> bytes:
        return b"".join(m["body"] for m in self.told if m["type"] == "http.response.body")

    @property
    def complete(self) -> bool:
        return bool(self.told) and self.told[-1].get("more_body") is False


def scope(path: str = "/v1/chat/completions", method: str = "POST", **more: Any) -> Message:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
        "extensions": {},
        **more,
    }


def asking(body: Json) -> list[Message]:
    return [{"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}]


def counted(registry: CollectorRegistry, name: str, **labels: str) -> float:
    return registry.get_sample_value(f"filterproxy_{name}", labels) or 0.0
