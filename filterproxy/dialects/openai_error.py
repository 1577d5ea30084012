"""Errors in the shape that OpenAI's APIs share. https://platform.openai.com/docs/guides/error-codes"""

from __future__ import annotations

import orjson


def error_body(status: int, kind: str, message: str) -> bytes:
    """The body of an error; status 0: within a stream, where there is none."""
    code = status or None
    return orjson.dumps({"error": {"message": message, "type": kind, "param": None, "code": code}})


REFUSAL = orjson.dumps(
    {
        "error": {
            "message": "The reply was withheld by a content rule.",
            "type": "invalid_request_error",
            "param": None,
            "code": "content_filter",
        }
    }
)
