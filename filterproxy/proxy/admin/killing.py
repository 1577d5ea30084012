"""The kill switch of on-call, over HTTP: see admin.kills."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from filterproxy.config import Config
from filterproxy.proxy.admin.bodies import body_of, read
from filterproxy.proxy.admin.errors import Refused
from filterproxy.proxy.admin.kills import Kills, seconds_of
from filterproxy.proxy.admin.reloads import Reloads
from filterproxy.proxy.reload.book import Book
from filterproxy.rulebook.outline import outline
from filterproxy.rulebook.problem import nearest

_HERE_ONLY = "this instance only, until its end; the fleet's way is an edit of the rule"
_WANTED = 'wanted is {"for": "30m", "reason": "a line"}'


class _Kill(BaseModel):
    """The body of a kill. for: how long. reason: for the log and for colleagues, in a line."""

    model_config = ConfigDict(extra="forbid", strict=True)

    seconds: str = Field("1h", alias="for")
    reason: str = Field("", max_length=500)


def killing(config: Config, rules: Reloads, kills: Kills) -> APIRouter:
    """Killing a rule, taking that back, and what is killed."""
    router = APIRouter()

    @router.get("/rules/kills")
    async def killed() -> JSONResponse:
        return JSONResponse({"kills": [kill.as_json() for kill in kills.active], "note": _HERE_ONLY})

    @router.post("/rules/{rule:path}/kill")
    async def kill(rule: str, request: Request) -> JSONResponse:
        asked = read(_Kill, await body_of(request) or b"{}", _WANTED)
        place = await run_in_threadpool(_killable, rules.book, rule)
        try:
            seconds = seconds_of(asked.seconds)
        except ValueError as error:
            raise Refused(400, "bad_request", f"{error}; {_WANTED}") from None
        found, late = await kills.kill(rule, seconds, _line(asked.reason), _who(request, config))
        note = f"{_HERE_ONLY}; for good: `mode: off` or `mode: shadow` at {place}"
        return JSONResponse(found.as_json() | {"late": late, "note": note}, 202 if late else 200)

    @router.delete("/rules/{rule:path}/kill")
    async def revive(rule: str, request: Request) -> JSONResponse:
        found = await kills.revive(rule, _who(request, config))
        if found is None:
            raise Refused(404, "not_found", f'"{rule}" is not killed here; GET /rules/kills says which are')
        kill, late = found
        return JSONResponse(kill.as_json() | {"late": late, "note": _HERE_ONLY}, 202 if late else 200)

    return router


def _killable(book: Book, rule: str) -> str:
    """Where a rule stands. Raises Refused for one that is not there, or off anyway."""
    lines = {line.id: line for line in outline(book.rulebook)}
    line = lines.get(rule)
    if line is None:
        near = nearest(rule, lines)
        hint = f'did you mean "{near}"?' if near else "GET /rulebook lists them"
        raise Refused(404, "not_found", f'there is no rule "{_line(rule)}"; {hint}')
    if line.mode == "off":
        raise Refused(409, "conflict", f'the rule "{rule}" has `mode: off` and is not run anyway')
    return f"{line.file}:{line.line}"


def _who(request: Request, config: Config) -> str:
    """For the audit; the token itself is said to nobody."""
    client = request.client.host if request.client else "an unknown address"
    return f"{client} {'with the admin token' if config.admin_token else 'without a token, as none is set'}"


def _line(text: str) -> str:
    """*text* on one line, without what could reach into a terminal."""
    return "".join(c if c.isprintable() else " " for c in text).strip()
