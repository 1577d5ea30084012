"""
Anthropic messages, whole and streamed.

https://docs.claude.com/en/api/messages
"""

from __future__ import annotations

from filterproxy.dialects.anthropic.events import MessageEvents
from filterproxy.dialects.anthropic.message import MessageForm, error_body
from filterproxy.dialects.anthropic.request import read_request, with_note
from filterproxy.dialects.dialect import Dialect, Temperature

ANTHROPIC_MESSAGES = Dialect(
    name="anthropic_messages",
    read_request=read_request,
    form=lambda request: MessageForm(),
    events={b"text/event-stream": lambda request: MessageEvents()},
    error_body=error_body,
    with_note=with_note,
    temperature=Temperature(most=1.0),
)
