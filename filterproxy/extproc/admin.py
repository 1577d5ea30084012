"""The admin side of the external processor: health, readiness, metrics and the rulebook."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from filterproxy.embedded import Embedded
from filterproxy.engine.rulebook_metrics import FAILED
from filterproxy.engine.scrape import render
from filterproxy.proxy.admin.errors import answer_errors
from filterproxy.proxy.admin.serving import App, Guarded
from filterproxy.rulebook.outline import outline


def admin_app(embedded: Embedded, registry: CollectorRegistry, ready: Callable[[], bool]) -> App:
    """The ASGI application. ready: whether new requests are taken."""
    app = FastAPI(title="filterproxy ext-proc admin", docs_url=None, redoc_url=None, openapi_url=None)
    answer_errors(app)

    @app.get("/healthz")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @app.get("/readyz")
    async def readyz() -> PlainTextResponse:
        return PlainTextResponse("ready\n") if ready() else PlainTextResponse("draining\n", 503)

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(render(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    @app.get("/rulebook")
    def rulebook() -> JSONResponse:
        known = embedded.passages.engines.rulebook
        return JSONResponse({"hash": known.hash, "rules": [line.as_json() for line in outline(known)]})

    @app.post("/reload")
    async def reload() -> JSONResponse:
        result = await run_in_threadpool(embedded.reload)
        known = embedded.passages.engines
        return JSONResponse({"result": result, "hash": known.hash}, 422 if result == FAILED else 200)

    token = embedded.config.admin_token
    return Guarded(app, token) if token else app
