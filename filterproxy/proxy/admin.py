"""
The admin side: health, readiness, metrics, the rulebook, and what it would say about a reply.

It listens apart from client traffic and runs in the parent, so that a scrape or a long explanation takes no
time from a worker. Errors have one shape: {"error": {"message": ..., "type": ...}}.
"""

from __future__ import annotations

import contextlib
import functools
import hmac
import json
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any, Protocol

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import HTTPException
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException

from filterproxy.config import Config
from filterproxy.core.plan import Plans
from filterproxy.core.request import Request as Asked
from filterproxy.core.rule import OnError
from filterproxy.dialects.openai_chat.request import read_request
from filterproxy.metrics import render, scrape
from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.outline import outline
from filterproxy.trial import explain

# Bytes of a body for /explain. Enough for a reply of 100 000 tokens with its conversation.
EXPLAIN_LIMIT_BYTES = 1 << 20

_OPEN = frozenset({"/healthz", "/readyz"})

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Workers(Protocol):
    """What the admin side asks about the workers."""

    restarts: int

    @property
    def ready(self) -> bool: ...

    @property
    def draining(self) -> bool: ...

    @property
    def workers_ready(self) -> int: ...


class Book:
    """The rulebook in the parent: compiled when it is first asked for, which starting need not wait for."""

    def __init__(self, document: Document, config: Config) -> None:
        self._document = document
        self._config = config
        self._lock = threading.Lock()

    @property
    def rulebook(self) -> Rulebook:
        with self._lock:
            return self._compiled[0]

    @property
    def plans(self) -> Plans:
        with self._lock:
            return self._compiled[1]

    @functools.cached_property
    def _compiled(self) -> tuple[Rulebook, Plans]:
        default = self._config.on_error
        rulebook = compile(self._document, None if default is None else OnError(default))
        return rulebook, Plans(rulebook.rules, self._config.canary_header)


class _Explain(BaseModel):
    """The body of /explain. request: as the client sent it to chat completions."""

    model_config = ConfigDict(extra="forbid", strict=True)

    request: dict[str, Any] = Field(default_factory=dict)
    reply: str
    stream: bool | None = None


class _Refused(Exception):
    """A request that is answered with an error: status, type and message."""


def admin_app(config: Config, book: Book, workers: Workers, metrics_dir: str) -> App:
    """The ASGI application."""
    app = FastAPI(title="filterproxy admin", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(_Refused, _refused)
    app.add_exception_handler(StarletteHTTPException, _http_error)
    app.add_exception_handler(HTTPException, _http_error)

    @app.get("/healthz")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @app.get("/readyz")
    async def readyz() -> PlainTextResponse:
        if workers.ready:
            return PlainTextResponse("ready\n")
        return PlainTextResponse("draining\n" if workers.draining else "starting\n", 503)

    @functools.lru_cache(maxsize=1)
    def registry() -> CollectorRegistry:
        made = scrape(book.rulebook.rules, metrics_dir)
        made.register(_WorkerMetrics(workers))
        return made

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(render(registry()), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    @app.get("/rulebook")
    def rulebook() -> JSONResponse:
        known = book.rulebook
        return JSONResponse({"hash": known.hash, "rules": [line.as_json() for line in outline(known)]})

    @app.post("/explain")
    async def explained(request: Request) -> JSONResponse:
        asked = _read_explain(await _body(request))
        return JSONResponse(await run_in_threadpool(_explain, book, asked))

    return _Guarded(app, config.admin_token) if config.admin_token else app


def _explain(book: Book, asked: _Explain) -> dict[str, Any]:
    # No request at all is one without context, not one that could not be read.
    request = read_request(json.dumps(asked.request).encode(), {}, "") if asked.request else Asked()
    if asked.stream is not None:
        request.stream = asked.stream
    rulebook = book.rulebook
    return {"hash": rulebook.hash, **explain(rulebook, book.plans, request, asked.reply).as_json()}


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > EXPLAIN_LIMIT_BYTES:
            raise _Refused(413, "too_large", f"the body is larger than {EXPLAIN_LIMIT_BYTES} bytes")
    return bytes(body)


def _read_explain(body: bytes) -> _Explain:
    try:
        return _Explain.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        what = {"missing": "is missing", "extra_forbidden": "is no key"}.get(
            first["type"], "is of the wrong kind"
        )
        said = f"`{key}` {what}" if key else "the body is not a JSON object"
        wanted = 'wanted is {"request": {"messages": [...]}, "reply": "text", "stream": false}'
        raise _Refused(400, "bad_request", f"{said}; {wanted}") from None


async def _refused(request: Request, error: Exception) -> JSONResponse:
    status, kind, message = error.args
    return _error(status, kind, message)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteHTTPException)
    kind = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
    return _error(error.status_code, kind, error.detail, error.headers)


def _error(status: int, kind: str, message: str, headers: Any = None) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "type": kind}}, status, headers)


class _Guarded:
    """Lets through who bears the token; health and readiness are for everybody."""

    def __init__(self, app: App, token: str) -> None:
        self._app = app
        self._wanted = b"Bearer " + token.encode()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in _OPEN and not self._bears(scope):
            answer = _error(401, "unauthorized", "a bearer token is wanted", {"www-authenticate": "Bearer"})
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _bears(self, scope: Message) -> bool:
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        return len(given) == 1 and hmac.compare_digest(given[0], self._wanted)


class _WorkerMetrics:
    """What the parent knows about the workers."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def collect(self) -> Iterator[Metric]:
        ready = GaugeMetricFamily("filterproxy_workers_ready", "Workers that take requests.")
        ready.add_metric([], self._workers.workers_ready)
        yield ready
        restarts = CounterMetricFamily("filterproxy_worker_restarts", "Workers that died and were replaced.")
        restarts.add_metric([], self._workers.restarts)
        yield restarts


class AdminServer(uvicorn.Server):
    """Serves the admin side; the signals stay with the program."""

    def __init__(self, app: App) -> None:
        # The default logging would reconfigure the program's own.
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                ws="none",
                timeout_graceful_shutdown=1,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
