"""
OpenAI responses, whole and streamed, made now or fetched by their id.

https://platform.openai.com/docs/api-reference/responses
"""

from __future__ import annotations

from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.openai_error import error_body
from filterproxy.dialects.openai_responses.events import ResponsesEvents
from filterproxy.dialects.openai_responses.message import ResponsesForm
from filterproxy.dialects.openai_responses.request import read_request, with_note

OPENAI_RESPONSES = Dialect(
    name="openai_responses",
    read_request=read_request,
    form=lambda request: ResponsesForm(),
    events={b"text/event-stream": lambda request: ResponsesEvents()},
    error_body=error_body,
    with_note=with_note,
)
