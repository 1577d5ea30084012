"""Errors of the admin side, which have one shape: {"error": {"message": ..., "type": ...}}."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import HTTPException
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException


class Refused(Exception):
    """A request that is answered with an error. kind: what the answer calls its type."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind


def error_answer(
    status: int, kind: str, message: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """An error, as every one of them looks."""
    return JSONResponse({"error": {"message": message, "type": kind}}, status, headers)


def answer_errors(app: FastAPI) -> None:
    """Have *app* answer what is raised in that shape."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(StarletteHTTPException, _http_error)
    app.add_exception_handler(HTTPException, _http_error)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    return error_answer(error.status, error.kind, str(error))


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteHTTPException)
    kind = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
    return error_answer(error.status_code, kind, error.detail, error.headers)
