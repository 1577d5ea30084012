"""What the rules would say about a reply, over HTTP: see trial.explain."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from filterproxy.config import DEFAULT, Config, RouteConfig
from filterproxy.core.request import Request as Asked
from filterproxy.dialects.openai_chat.request import read_request
from filterproxy.proxy.admin.bodies import body_of, read
from filterproxy.proxy.admin.errors import Refused
from filterproxy.proxy.admin.kills import Kills
from filterproxy.proxy.admin.reloads import Reloads
from filterproxy.proxy.reload.book import Book
from filterproxy.trial import explain

_WANTED = 'wanted is {"request": {"messages": [...]}, "reply": "text", "stream": false}'


class _Explain(BaseModel):
    """The body of /explain. request: as the client sent it to chat completions. route: by its name."""

    model_config = ConfigDict(extra="forbid", strict=True)

    request: dict[str, Any] = Field(default_factory=dict)
    reply: str
    stream: bool | None = None
    route: str = DEFAULT


def explaining(config: Config, rules: Reloads, kills: Kills) -> APIRouter:
    """Explanations, by the rules of a route."""
    router = APIRouter()
    routes = config.all_routes

    @router.post("/explain")
    async def explained(request: Request) -> JSONResponse:
        asked = read(_Explain, await body_of(request), _WANTED)
        route = routes.get(asked.route)
        if route is None:
            raise Refused(400, "bad_request", f"there is no such route; there are: {', '.join(routes)}")
        found = await run_in_threadpool(_explain, rules.book, route, asked)
        # What is explained is the chain as its authors wrote it.
        return JSONResponse(found | {"killed": [kill.rule for kill in kills.active]})

    return router


def _explain(book: Book, route: RouteConfig, asked: _Explain) -> dict[str, Any]:
    # No request at all is one without context, not one that could not be read.
    request = read_request(json.dumps(asked.request).encode(), {}) if asked.request else Asked()
    if asked.stream is not None:
        request.stream = asked.stream
    request.route = route.name
    rulebook, plans = book.on(route)
    return {"hash": rulebook.hash, **explain(rulebook, plans, request, asked.reply).as_json()}
