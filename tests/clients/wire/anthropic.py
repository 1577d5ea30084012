"""
Anthropic messages, as they are sent.

https://docs.anthropic.com/en/docs/build-with-claude/streaming
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from tests.clients.wire.said import COMPLETION_TOKENS, PROMPT_TOKENS, TOOL, Json, Said, sse

_SIGNATURE = "c2lnbmF0dXJl"


def _stop(said: Said) -> str:
    return "tool_use" if said.arguments else "end_turn"


def _usage(output: int) -> Json:
    cached = {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    return {"input_tokens": PROMPT_TOKENS, **cached, "output_tokens": output, "service_tier": "standard"}


def _message(asked: Json, content: list[Json], stop: str | None, output: int) -> Json:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked["model"],
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": _usage(output),
    }


def message(asked: Json, said: Said) -> Json:
    """A whole message."""
    content: list[Json] = [{"type": "text", "text": said.texts[0]}]
    if said.reasoning:
        content.insert(0, {"type": "thinking", "thinking": said.thought, "signature": _SIGNATURE})
    if said.arguments:
        content.append({"type": "tool_use", "id": "toolu_1", "name": TOOL, "input": json.loads(said.called)})
    return _message(asked, content, _stop(said), COMPLETION_TOKENS)


def message_events(asked: Json, said: Said) -> Iterator[bytes]:
    for value in _events(asked, said):
        yield sse(value, value["type"])


def _events(asked: Json, said: Said) -> Iterator[Json]:
    yield {"type": "message_start", "message": _message(asked, [], None, 1)}
    blocks = list(_blocks(said))
    for index, (start, deltas) in enumerate(blocks):
        yield {"type": "content_block_start", "index": index, "content_block": start}
        if index == 0:
            yield {"type": "ping"}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    delta = {"stop_reason": _stop(said), "stop_sequence": None}
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": COMPLETION_TOKENS}}
    yield {"type": "message_stop"}


def _blocks(said: Said) -> Iterator[tuple[Json, Iterable[Json]]]:
    if said.reasoning:
        thoughts: list[Json] = [{"type": "thinking_delta", "thinking": piece} for piece in said.reasoning]
        signed = {"type": "signature_delta", "signature": _SIGNATURE}
        yield {"type": "thinking", "thinking": "", "signature": ""}, [*thoughts, signed]
    yield {"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in said.choices[0]]
    if said.arguments:
        pieces = [{"type": "input_json_delta", "partial_json": piece} for piece in ("", *said.arguments)]
        yield {"type": "tool_use", "id": "toolu_1", "name": TOOL, "input": {}}, pieces
