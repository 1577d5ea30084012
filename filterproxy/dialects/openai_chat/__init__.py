"""
OpenAI chat completions, whole and streamed.

https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from dataclasses import replace

from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.openai_chat.events import ChatEvents
from filterproxy.dialects.openai_chat.listed import ChatListForm
from filterproxy.dialects.openai_chat.message import ChatForm
from filterproxy.dialects.openai_chat.request import read_request
from filterproxy.dialects.openai_error import error_body
from filterproxy.dialects.request import with_message

OPENAI_CHAT = Dialect(
    name="openai_chat",
    read_request=read_request,
    form=lambda request: ChatForm(),
    events={b"text/event-stream": lambda request: ChatEvents()},
    error_body=error_body,
    with_note=with_message,
)
# A page of stored completions: GET on the path that they are asked for at.
OPENAI_CHAT_LIST = replace(OPENAI_CHAT, form=lambda request: ChatListForm())
