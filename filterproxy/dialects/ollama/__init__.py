"""
Ollama's chat and generate, whole and streamed.

https://github.com/ollama/ollama/blob/main/docs/api.md
"""

from __future__ import annotations

from filterproxy.dialects.dialect import Dialect, Temperature
from filterproxy.dialects.ollama.events import LineEvents
from filterproxy.dialects.ollama.message import CHAT, GENERATE, LineForm, error_body
from filterproxy.dialects.ollama.request import note_to_generate, read_chat, read_generate
from filterproxy.dialects.request import with_message

_LINES = b"application/x-ndjson"
_TEMPERATURE = Temperature(("options", "temperature"))

OLLAMA_CHAT = Dialect(
    name="ollama_chat",
    read_request=read_chat,
    form=lambda request: LineForm(CHAT),
    events={_LINES: lambda request: LineEvents(CHAT)},
    error_body=error_body,
    with_note=with_message,
    temperature=_TEMPERATURE,
)
OLLAMA_GENERATE = Dialect(
    name="ollama_generate",
    read_request=read_generate,
    form=lambda request: LineForm(GENERATE),
    events={_LINES: lambda request: LineEvents(GENERATE)},
    error_body=error_body,
    with_note=note_to_generate,
    temperature=_TEMPERATURE,
)
