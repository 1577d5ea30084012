"""
The admin side: health, readiness, metrics, the rulebook, its reload, kills, decisions, and what the rules
would say about a reply.

It listens apart from client traffic and runs in the parent, so that a scrape or a long explanation takes no
time from a worker.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from filterproxy.config import Config
from filterproxy.engine.rulebook_metrics import FAILED
from filterproxy.proxy.admin.decisions import decisions
from filterproxy.proxy.admin.errors import answer_errors
from filterproxy.proxy.admin.explaining import explaining
from filterproxy.proxy.admin.figures import Figures
from filterproxy.proxy.admin.killing import killing
from filterproxy.proxy.admin.kills import Kills
from filterproxy.proxy.admin.reloads import Reloads
from filterproxy.proxy.admin.serving import App, Guarded
from filterproxy.proxy.reload.reload import iso
from filterproxy.rulebook.outline import outline


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


def admin_app(config: Config, rules: Reloads, workers: Workers, metrics_dir: str) -> App:
    """The ASGI application."""
    kills = Kills(workers)
    figures = Figures(rules, workers, metrics_dir, kills, config.labels)
    kills.look = figures.look
    rules.followers.append(figures.look)
    app = FastAPI(title="filterproxy admin", docs_url=None, redoc_url=None, openapi_url=None)
    answer_errors(app)
    for router in (
        _health(workers, figures),
        _rulebook(rules, workers, kills),
        killing(config, rules, kills),
        explaining(config, rules, kills),
        decisions(config),
    ):
        app.include_router(router)
    return Guarded(app, config.admin_token) if config.admin_token else app


def _health(workers: Workers, figures: Figures) -> APIRouter:
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @router.get("/readyz")
    async def readyz() -> PlainTextResponse:
        if workers.ready:
            return PlainTextResponse("ready\n")
        return PlainTextResponse("draining\n" if workers.draining else "starting\n", 503)

    @router.get("/metrics")
    def metrics() -> Response:
        return Response(figures.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return router


def _rulebook(rules: Reloads, workers: Workers, kills: Kills) -> APIRouter:
    router = APIRouter()

    @router.get("/rulebook")
    def rulebook() -> JSONResponse:
        return JSONResponse(_shown(rules, workers, kills))

    @router.post("/reload")
    async def reload() -> JSONResponse:
        found = await rules.reload("POST /reload")
        if found.result != FAILED:
            return JSONResponse({"result": found.result, "hash": found.hash})
        error = {"message": found.error, "type": "reload_failed"}
        problems = [problem.as_json() for problem in found.problems]
        return JSONResponse({"error": error, "problems": problems}, 422)

    return router


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
