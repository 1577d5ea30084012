"""Bodies of requests to the admin side: of bounded size, and of the form that is wanted."""

from __future__ import annotations

from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from filterproxy.proxy.admin.errors import Refused

# Enough for a reply of 100 000 tokens with its conversation, which /explain takes.
LIMIT_BYTES = 1 << 20
Form = TypeVar("Form", bound=BaseModel)


async def body_of(request: Request) -> bytes:
    """All of a request's body. Raises Refused."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LIMIT_BYTES:
                raise Refused(413, "too_large", f"the body is larger than {LIMIT_BYTES} bytes")
    except ClientDisconnect:
        raise Refused(400, "bad_request", "the body ended in its middle") from None
    return bytes(body)


def read(form: type[Form], body: bytes, wanted: str) -> Form:
    """*body* as *form*. wanted: an example of it, in a sentence. Raises Refused."""
    try:
        return form.model_validate_json(body)
    except ValidationError as error:
        raise Refused(400, "bad_request", f"{_mistake(error)}; {wanted}") from None


def _mistake(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if not first["loc"]:
        return "the body is not a JSON object"
    words = {"missing": "is missing", "extra_forbidden": "is no key"}
    return f"`{first['loc'][0]}` {words.get(first['type'], 'is of the wrong kind')}"
