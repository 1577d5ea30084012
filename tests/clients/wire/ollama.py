"""
Ollama's chat and generate, as they are sent.

https://docs.ollama.com/api
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.clients.wire.said import COMPLETION_TOKENS, PROMPT_TOKENS, TOOL, Json, Said

_ENDED: Json = {
    "done": True,
    "done_reason": "stop",
    "total_duration": 1_000_000,
    "load_duration": 1_000,
    "prompt_eval_count": PROMPT_TOKENS,
    "prompt_eval_duration": 1_000,
    "eval_count": COMPLETION_TOKENS,
    "eval_duration": 1_000,
}


def _line(asked: Json, value: Json) -> Json:
    return {"model": asked["model"], "created_at": "2025-10-09T08:53:20.000001Z", **value}


def _calls(said: Said) -> Json:
    function = {"name": TOOL, "arguments": json.loads(said.called)}
    return {"tool_calls": [{"function": function}]}


def _message(content: str, thinking: str = "") -> Json:
    message = {"role": "assistant", "content": content}
    return {**message, "thinking": thinking} if thinking else message


def chat(asked: Json, said: Said) -> Json:
    """A whole reply to /api/chat."""
    message = _message(said.texts[0], said.thought) | (_calls(said) if said.arguments else {})
    return _line(asked, {"message": message, **_ENDED})


def chat_lines(asked: Json, said: Said) -> Iterator[bytes]:
    for piece in said.reasoning:
        yield _ndjson(_line(asked, {"message": _message("", piece), "done": False}))
    for piece in said.choices[0]:
        yield _ndjson(_line(asked, {"message": _message(piece), "done": False}))
    if said.arguments:
        yield _ndjson(_line(asked, {"message": _message("") | _calls(said), "done": False}))
    yield _ndjson(_line(asked, {"message": _message(""), **_ENDED}))


def generate(asked: Json, said: Said) -> Json:
    """A whole reply to /api/generate; it knows no tools."""
    thinking = {"thinking": said.thought} if said.reasoning else {}
    return _line(asked, {"response": said.texts[0], **thinking, **_ENDED, "context": [1, 2, 3]})


def generate_lines(asked: Json, said: Said) -> Iterator[bytes]:
    for piece in said.reasoning:
        yield _ndjson(_line(asked, {"response": "", "thinking": piece, "done": False}))
    for piece in said.choices[0]:
        yield _ndjson(_line(asked, {"response": piece, "done": False}))
    yield _ndjson(_line(asked, {"response": "", **_ENDED, "context": [1, 2, 3]}))


def _ndjson(value: Json) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"
