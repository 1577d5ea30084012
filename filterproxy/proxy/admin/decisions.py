"""Decisions that were logged, over HTTP, by their ids."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from filterproxy.config import Config, LogConfig
from filterproxy.proxy.admin.errors import Refused
from filterproxy.record.names import DECISIONS
from filterproxy.record.read import find


def decisions(config: Config) -> APIRouter:
    """One decision."""
    router = APIRouter()
    looking = threading.Lock()  # one search at a time: each reads a whole folder

    @router.get("/decisions/{id}")
    def decision(id: str) -> JSONResponse:
        if config.decisions is None:
            raise Refused(404, "not_found", "decisions are not logged: the setting `decisions` is not given")
        if not looking.acquire(blocking=False):
            raise Refused(503, "busy", "another decision is being looked for; ask again in a moment")
        try:
            found = _found(config.decisions, id)
        finally:
            looking.release()
        if found is None:
            raise Refused(404, "not_found", "no line has that id: no rule touched the reply, or it is gone")
        return JSONResponse(found)

    return router


def _found(log: LogConfig, id: str) -> Any:
    try:
        return find(Path(log.folder), DECISIONS, id)
    except OSError as error:
        said = error.strerror or type(error).__name__
        raise Refused(503, "unreadable", f"the log of decisions cannot be read: {said}") from None
