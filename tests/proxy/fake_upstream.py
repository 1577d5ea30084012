"""A model server that plays scripted bytes, the proxy in front of it, and a client that reads raw answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httptools
from prometheus_client import CollectorRegistry
from uvicorn.server import ServerState

from filterproxy.config import DEFAULT, Config, RouteConfig
from filterproxy.core.rule import Rule
from filterproxy.dialects.routes import Routes
from filterproxy.engine.engine import Engine
from filterproxy.engine.engines import Engines
from filterproxy.engine.scrape import render, scrape
from filterproxy.metrics import Metrics
from filterproxy.proxy.app import App
from filterproxy.proxy.asking.answers import Answers
from filterproxy.proxy.server import Protocol
from filterproxy.proxy.upstream.failover import failovers
from filterproxy.proxy.workers.worker import server_config
from filterproxy.record.decision import Watcher
from filterproxy.rulebook.book import Rulebook
from filterproxy.upstreams import UpstreamConfig

if TYPE_CHECKING:  # an extra
    from filterproxy.proxy.tracing.tracing import Tracing

# Bytes to send, something to wait for, or None: break off the connection.
Step = bytes | asyncio.Event | None
CHAT = "/v1/chat/completions"


@dataclass(slots=True)
class Message:
    """A request as the upstream saw it, or an answer as the client did; header names in lower case."""

    line: str = ""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = False

    @property
    def error(self) -> dict[str, Any]:
        """The error in OpenAI's shape."""
        value: dict[str, Any] = json.loads(self.body)["error"]
        return value


class FakeUpstream:
    """Plays one script per request, the last one for all that follow."""

    def __init__(self, scripts: Sequence[Sequence[Step]]) -> None:
        self._scripts = list(scripts)
        self.seen: list[Message] = []
        self.sent = 0  # steps that the other side has taken, but for what the sockets hold
        self.asked = asyncio.Event()  # a request came
        self.gone = asyncio.Event()  # the other side closed while a script waited

    async def stalled(self) -> None:
        """The other side takes nothing more: not in as many turns of the loop as would do for a lot."""
        before = -1
        while self.sent != before:
            before = self.sent
            for _ in range(300):
                await asyncio.sleep(0)

    async def play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                self.seen.append(await _request(reader))
                self.asked.set()
                script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
                await self._run(script, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, EOFError):
            pass
        finally:
            writer.close()

    async def _run(
        self, script: Sequence[Step], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        for step in script:
            match step:
                case None:
                    raise EOFError
                case bytes():
                    writer.write(step)
                    await writer.drain()
                    self.sent += 1
                case asyncio.Event():
                    waiting = asyncio.ensure_future(step.wait())
                    ended = asyncio.ensure_future(reader.read(1))
                    await asyncio.wait((waiting, ended), return_when=asyncio.FIRST_COMPLETED)
                    waiting.cancel()
                    if ended.done():
                        self.gone.set()
                        raise EOFError
                    ended.cancel()
                    await asyncio.wait((ended,))


async def _request(reader: asyncio.StreamReader) -> Message:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *rest = head.strip().split("\r\n")
    headers = dict((name.lower(), value) for name, value in (header.split(": ", 1) for header in rest))
    body = b""
    if "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
    elif headers.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    return Message(line=line, headers=headers, body=body, complete=True)


class Answer:
    """An answer while it is read."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.message = Message()
        self._reader = reader
        self._writer = writer
        self._parser = httptools.HttpResponseParser(self)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.message.headers[name.decode().lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.message.status = self._parser.get_status_code()

    def on_body(self, data: bytes) -> None:
        self.message.body += data

    def on_message_complete(self) -> None:
        self.message.complete = True

    async def head(self) -> Message:
        """The answer without its body."""
        while not self.message.status and await self._more():
            pass
        return self.message

    async def until(self, text: bytes) -> Message:
        """The answer so far, once its body holds *text*."""
        while text not in self.message.body and await self._more():
            pass
        return self.message

    async def rest(self) -> Message:
        """The answer to its end, or to where it breaks off."""
        while not self.message.complete and await self._more():
            pass
        return self.message

    def leave(self) -> None:
        """Close the connection at once."""
        self._writer.transport.abort()

    async def _more(self) -> bool:
        data = await self._reader.read(65536)
        if data:
            self._parser.feed_data(data)
        return bool(data)


@dataclass(slots=True)
class Proxy:
    """The proxy that is being tested."""

    port: int
    upstream: FakeUpstream
    engine: Engine
    rules: Sequence[Rule]
    registry: CollectorRegistry
    state: ServerState
    app: App
    answers: list[Answer] = field(default_factory=list)

    async def open(self, raw: bytes) -> Answer:
        """Send a raw request."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(raw)
        answer = Answer(reader, writer)
        self.answers.append(answer)
        return answer

    async def ask(self, raw: bytes) -> Message:
        """Send a raw request and read its answer."""
        return await (await self.open(raw)).rest()

    async def settled(self) -> None:
        """Every request has been counted."""
        while self.state.tasks:
            await asyncio.wait(set(self.state.tasks))
        await self.app.settled()

    def counted(self, name: str, **labels: str) -> float:
        """A metric's value; 0 where it has none."""
        return self.registry.get_sample_value(f"filterproxy_{name}", labels) or 0.0

    def unsent(self) -> int:
        """Bytes of answers that wait in the proxy for their clients to take them."""
        return sum(c.transport.get_write_buffer_size() for c in self.state.connections)

    def page(self) -> str:
        return render(scrape(self.rules, self.registry)).decode()


@asynccontextmanager
async def proxied(
    *scripts: Sequence[Step],
    rules: Sequence[Rule] = (),
    routes: Routes | None = None,
    fallback: FakeUpstream | None = None,
    answers: Callable[[Metrics], Answers] = Answers,
    watchers: Sequence[Watcher] = (),
    tracing: Tracing | None = None,
    config_routes: Sequence[RouteConfig] = (),
    **settings: Any,
) -> AsyncIterator[Proxy]:
    """
    The proxy, with *settings* of its Config, in front of an upstream that plays *scripts*.

    fallback: another upstream, which rules know as `other`. answers: to what rules ask.
    """
    loop = asyncio.get_running_loop()
    upstream = FakeUpstream(scripts or [[]])
    model = await asyncio.start_server(upstream.play, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{model.sockets[0].getsockname()[1]}"
    second = await asyncio.start_server((fallback or upstream).play, "127.0.0.1", 0)
    other = UpstreamConfig((f"http://127.0.0.1:{second.sockets[0].getsockname()[1]}",))
    config = Config(
        **{"upstream": address, "upstreams": {"other": other}, "routes": tuple(config_routes), **settings}
    )
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    engine = Engine(Rulebook("0" * 16, tuple(rules), ()), config, metrics)
    named = failovers(config, metrics)
    engines = Engines(engine.rulebook, {name: engine for name in (DEFAULT, *(r.name for r in config.routes))})
    app = App(engines, config, metrics, named, routes, answers(metrics), watchers, tracing)
    state, serving = ServerState(), server_config(app, config)
    serving.load()
    server = await loop.create_server(lambda: Protocol(serving, state, {}), "127.0.0.1", 0)
    proxy = Proxy(server.sockets[0].getsockname()[1], upstream, engine, rules, registry, state, app)
    try:
        yield proxy
    finally:
        for answer in proxy.answers:
            answer.leave()
        await proxy.settled()
        await app.close()
        for one in named.values():
            await one.close()
        for closing in (server, model, second):
            closing.close()
        for connection in list(state.connections):
            connection.transport.abort()


def reply(
    body: bytes, *headers: bytes, kind: bytes = b"application/json", status: bytes = b"200 OK"
) -> bytes:
    """A whole reply of upstream's."""
    lines = (b"content-type: " + kind, b"content-length: %d" % len(body), *headers)
    return b"HTTP/1.1 " + status + b"\r\n" + b"\r\n".join(lines) + b"\r\n\r\n" + body


STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def completion(text: str) -> bytes:
    """A whole chat completion."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({"id": "c", "object": "chat.completion", "choices": [choice]}).encode()


def delta(text: str, finish: str | None = None) -> bytes:
    """One event of a streamed chat completion."""
    said = {"content": text} if text else {}
    choice = {"index": 0, "delta": said, "finish_reason": finish}
    value = {"id": "c", "object": "chat.completion.chunk", "choices": [choice]}
    return b"data: " + json.dumps(value).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def post(
    path: str = CHAT, body: bytes | None = None, *headers: str, stream: bool = False, method: str = "POST"
) -> bytes:
    """A raw request; a chat request unless *body* says otherwise."""
    if body is None:
        body = json.dumps({"messages": [{"role": "user", "content": "Hi?"}], "stream": stream}).encode()
    lines = [f"{method} {path} HTTP/1.1", "host: proxy", "content-type: application/json", *headers]
    lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
