"""
The admin side: health, readiness, metrics, the rulebook, its reload, and what it would say about a reply.

It listens apart from client traffic and runs in the parent, so that a scrape or a long explanation takes no
time from a worker. Errors have one shape: {"error": {"message": ..., "type": ...}}.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import threading
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import HTTPException
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect

from filterproxy.config import DEFAULT, Config, RouteConfig
from filterproxy.core.request import Request as Asked
from filterproxy.dialects.openai_chat.request import read_request
from filterproxy.engine.rulebook_metrics import FAILED, Loads
from filterproxy.proxy.admin.figures import Figures
from filterproxy.proxy.admin.kills import Kills, seconds_of
from filterproxy.proxy.reload.book import Book
from filterproxy.proxy.reload.reload import Reloaded, iso
from filterproxy.proxy.reload.sources import Source
from filterproxy.proxy.server import Protocol as Connection
from filterproxy.proxy.tls import admin_tls
from filterproxy.record.names import DECISIONS
from filterproxy.record.read import find
from filterproxy.rulebook.outline import outline
from filterproxy.rulebook.problem import nearest
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

    @property
    def hashes(self) -> list[str]: ...

    @property
    def workers_by_hash(self) -> Mapping[str, int]: ...

    def leave_out(self, killed: Collection[str], turn: int) -> list[str]: ...


class Reloads(Protocol):
    """What the admin side asks about rules: see reload.Reloader."""

    source: Source
    book: Book
    loads: Loads
    last: Reloaded | None
    followers: list[Callable[[], None]]

    async def reload(self, why: str) -> Reloaded: ...


class _Explain(BaseModel):
    """The body of /explain. request: as the client sent it to chat completions. route: by its name."""

    model_config = ConfigDict(extra="forbid", strict=True)

    request: dict[str, Any] = Field(default_factory=dict)
    reply: str
    stream: bool | None = None
    route: str = DEFAULT


class _Kill(BaseModel):
    """The body of a kill. for: how long. reason: for the log and for colleagues, in a line."""

    model_config = ConfigDict(extra="forbid", strict=True)

    seconds: str = Field("1h", alias="for")
    reason: str = Field("", max_length=500)


class _Refused(Exception):
    """A request that is answered with an error: status, type and message."""


def admin_app(config: Config, rules: Reloads, workers: Workers, metrics_dir: str) -> App:
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

    routes = {route.name: route for route in (RouteConfig(DEFAULT), *config.routes)}
    kills = Kills(workers)
    figures = Figures(rules, workers, metrics_dir, kills, config.labels)
    kills.look = figures.look
    rules.followers.append(figures.look)

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(figures.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    @app.get("/rulebook")
    def rulebook() -> JSONResponse:
        return JSONResponse(_shown(rules, workers, kills))

    @app.get("/rules/kills")
    async def killed() -> JSONResponse:
        return JSONResponse({"kills": [kill.as_json() for kill in kills.active], "note": _HERE_ONLY})

    @app.post("/rules/{rule:path}/kill")
    async def kill(rule: str, request: Request) -> JSONResponse:
        asked = _read(_Kill, await _body(request) or b"{}", _KILL_WANTED)
        place = await run_in_threadpool(_killable, rules.book, rule)
        try:
            seconds = seconds_of(asked.seconds)
        except ValueError as error:
            raise _Refused(400, "bad_request", f"{error}; {_KILL_WANTED}") from None
        found, late = await kills.kill(rule, seconds, _line(asked.reason), _who(request, config))
        note = f"{_HERE_ONLY}; for good: `mode: off` or `mode: shadow` at {place}"
        return JSONResponse(found.as_json() | {"late": late, "note": note}, 202 if late else 200)

    @app.delete("/rules/{rule:path}/kill")
    async def revive(rule: str, request: Request) -> JSONResponse:
        found = await kills.revive(rule, _who(request, config))
        if found is None:
            raise _Refused(404, "not_found", f'"{rule}" is not killed here; GET /rules/kills says which are')
        kill, late = found
        return JSONResponse(kill.as_json() | {"late": late, "note": _HERE_ONLY}, 202 if late else 200)

    @app.post("/reload")
    async def reload() -> JSONResponse:
        found = await rules.reload("POST /reload")
        if found.result != FAILED:
            return JSONResponse({"result": found.result, "hash": found.hash})
        error = {"message": found.error, "type": "reload_failed"}
        problems = [problem.as_json() for problem in found.problems]
        return JSONResponse({"error": error, "problems": problems}, 422)

    @app.post("/explain")
    async def explained(request: Request) -> JSONResponse:
        asked = _read(_Explain, await _body(request), _EXPLAIN_WANTED)
        route = routes.get(asked.route)
        if route is None:
            raise _Refused(400, "bad_request", f"there is no such route; there are: {', '.join(routes)}")
        found = await run_in_threadpool(_explain, rules.book, route, asked)
        # What is explained is the chain as its authors wrote it.
        return JSONResponse(found | {"killed": [kill.rule for kill in kills.active]})

    looking = threading.Lock()  # one search at a time: each reads a whole folder

    @app.get("/decisions/{id}")
    def decision(id: str) -> JSONResponse:
        if config.decisions is None:
            raise _Refused(404, "not_found", "decisions are not logged: the setting `decisions` is not given")
        if not looking.acquire(blocking=False):
            raise _Refused(503, "busy", "another decision is being looked for; ask again in a moment")
        try:
            found = find(Path(config.decisions.folder), DECISIONS, id)
        except OSError as error:
            said = error.strerror or type(error).__name__
            raise _Refused(503, "unreadable", f"the log of decisions cannot be read: {said}") from None
        finally:
            looking.release()
        if found is None:
            raise _Refused(404, "not_found", "no line has that id: no rule touched the reply, or it is gone")
        return JSONResponse(found)

    return Guarded(app, config.admin_token) if config.admin_token else app


_HERE_ONLY = "this instance only, until its end; the fleet's way is an edit of the rule"
_KILL_WANTED = 'wanted is {"for": "30m", "reason": "a line"}'


def _killable(book: Book, rule: str) -> str:
    """Where a rule stands. Raises _Refused for one that is not there, or off anyway."""
    lines = {line.id: line for line in outline(book.rulebook)}
    line = lines.get(rule)
    if line is None:
        near = nearest(rule, lines)
        hint = f'did you mean "{near}"?' if near else "GET /rulebook lists them"
        raise _Refused(404, "not_found", f'there is no rule "{_line(rule)}"; {hint}')
    if line.mode == "off":
        raise _Refused(409, "conflict", f'the rule "{rule}" has `mode: off` and is not run anyway')
    return f"{line.file}:{line.line}"


def _who(request: Request, config: Config) -> str:
    """For the audit; the token itself is said to nobody."""
    client = request.client.host if request.client else "an unknown address"
    return f"{client} {'with the admin token' if config.admin_token else 'without a token, as none is set'}"


def _line(text: str) -> str:
    """*text* on one line, without what could reach into a terminal."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _shown(rules: Reloads, workers: Workers, kills: Kills) -> dict[str, Any]:
    """What /rulebook says. hash of a worker: of the rules that it runs, "" while it starts."""
    killed = {kill.rule: kill.as_json() for kill in kills.active}
    book, last = rules.book.rulebook, rules.last
    return {
        "hash": book.hash,
        "source": rules.source.name,
        "note": rules.source.note,
        "loaded_at": iso(rules.loads.loaded_at),
        "last_reload": None if last is None else last.as_json(),
        "workers": [{"index": index, "hash": digest} for index, digest in enumerate(workers.hashes)],
        "rules": [line.as_json() | {"killed": killed.get(line.id)} for line in outline(book)],
    }


def _explain(book: Book, route: RouteConfig, asked: _Explain) -> dict[str, Any]:
    # No request at all is one without context, not one that could not be read.
    request = read_request(json.dumps(asked.request).encode(), {}, "") if asked.request else Asked()
    if asked.stream is not None:
        request.stream = asked.stream
    request.route = route.name
    rulebook, plans = book.on(route)
    return {"hash": rulebook.hash, **explain(rulebook, plans, request, asked.reply).as_json()}


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > EXPLAIN_LIMIT_BYTES:
                raise _Refused(413, "too_large", f"the body is larger than {EXPLAIN_LIMIT_BYTES} bytes")
    except ClientDisconnect:
        raise _Refused(400, "bad_request", "the body ended in its middle") from None
    return bytes(body)


_EXPLAIN_WANTED = 'wanted is {"request": {"messages": [...]}, "reply": "text", "stream": false}'
Asking = TypeVar("Asking", bound=BaseModel)


def _read(model: type[Asking], body: bytes, wanted: str) -> Asking:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        what = {"missing": "is missing", "extra_forbidden": "is no key"}.get(
            first["type"], "is of the wrong kind"
        )
        said = f"`{key}` {what}" if key else "the body is not a JSON object"
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


class Guarded:
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


class AdminServer(uvicorn.Server):
    """Serves the admin side; the signals stay with the program."""

    def __init__(self, app: App, config: Config) -> None:
        # The default logging would reconfigure the program's own.
        super().__init__(
            uvicorn.Config(
                app,
                # It ends connections on which a request does not go on, which uvicorn's own do not.
                http=Connection,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                ws="none",
                timeout_graceful_shutdown=1,
                **admin_tls(config),
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
