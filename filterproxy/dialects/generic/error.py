"""Errors as servers without an API of their own give them: `{"error": "..."}`."""

from __future__ import annotations

import orjson


def error_body(status: int, kind: str, message: str) -> bytes:
    """The body of an error; of status and kind it says nothing."""
    return orjson.dumps({"error": message})
