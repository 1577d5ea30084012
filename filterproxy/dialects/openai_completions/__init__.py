"""
OpenAI completions, whole and streamed: a text goes on.

https://platform.openai.com/docs/api-reference/completions
"""

from __future__ import annotations

from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.openai_completions.echo import echo_of
from filterproxy.dialects.openai_completions.events import CompletionEvents
from filterproxy.dialects.openai_completions.message import CompletionForm
from filterproxy.dialects.openai_completions.request import read_request, with_note
from filterproxy.dialects.openai_error import error_body

OPENAI_COMPLETIONS = Dialect(
    name="openai_completions",
    read_request=read_request,
    form=lambda request: CompletionForm(echo_of(request)),
    events={b"text/event-stream": lambda request: CompletionEvents(echo_of(request))},
    error_body=error_body,
    with_note=with_note,
)
