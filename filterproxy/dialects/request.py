"""What requests of several dialects have in common."""

from __future__ import annotations

from typing import Any

import orjson


def object_of(body: bytes) -> dict[str, Any]:
    """The JSON object that a request's body is; an empty one where it is none, for that says as little."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def word(value: object) -> str:
    """*value* where it is text, else none."""
    return value if isinstance(value, str) else ""


def wants_json(form: object) -> bool:
    """Whether this form of a reply, in OpenAI's words, is JSON."""
    return isinstance(form, dict) and form.get("type") in ("json_object", "json_schema")


def with_message(body: bytes, note: str) -> bytes:
    """A request body with a system message appended: what upstream is told when it is asked again."""
    value = orjson.loads(body)
    value["messages"] = [*value["messages"], {"role": "system", "content": note}]
    return orjson.dumps(value)
