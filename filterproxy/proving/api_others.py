"""
Anthropic messages, Ollama's chat and generate, JSON of one's own, and plain text.

https://docs.claude.com/en/api/messages  https://docs.ollama.com/api
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from filterproxy.dialects.anthropic import ANTHROPIC_MESSAGES
from filterproxy.dialects.configured import override_of
from filterproxy.dialects.ollama import OLLAMA_CHAT, OLLAMA_GENERATE
from filterproxy.proving.api import (
    Api,
    Gathered,
    Json,
    Misread,
    Said,
    Texts,
    dumps,
    lines,
    sse,
    sse_values,
)

# Of each kind: the type of its block, the block's key, and the type and key of a delta.
_BLOCKS = {
    "content": ("text", "text", "text_delta", "text"),
    "reasoning": ("thinking", "thinking", "thinking_delta", "thinking"),
    "arguments": ("tool_use", "input", "input_json_delta", "partial_json"),
}
_KIND_OF = {type_: kind for kind, (type_, _, _, _) in _BLOCKS.items()}


def _block(kind: str, text: str) -> Json:
    type_, key, _, _ = _BLOCKS[kind]
    if kind == "arguments":
        return {"type": type_, "id": "t", "name": "f", key: json.loads(text) if text else {}}
    return {"type": type_, key: text} | ({"signature": ""} if kind == "reasoning" else {})


def _message(blocks: list[Json], stop: str | None) -> Json:
    head = {"id": "m", "type": "message", "role": "assistant", "model": "m"}
    usage = {"input_tokens": 1, "output_tokens": 1}
    return {**head, "content": blocks, "stop_reason": stop, "stop_sequence": None, "usage": usage}


def _message_events(said: Said) -> Iterator[bytes]:
    _, _, type_, key = _BLOCKS[said.kind]
    yield from _named({"type": "message_start", "message": _message([], None)})
    start = {"type": "content_block_start", "index": 0, "content_block": _block(said.kind, "")}
    yield from _named(start)
    for piece in said.pieces:
        delta = {"type": type_, key: piece}
        yield from _named({"type": "content_block_delta", "index": 0, "delta": delta})
    yield from _named({"type": "content_block_stop", "index": 0})
    ended: Json = {"stop_reason": "end_turn", "stop_sequence": None}
    yield from _named({"type": "message_delta", "delta": ended, "usage": {"output_tokens": 1}})
    yield from _named({"type": "message_stop"})


def _named(value: Json) -> Iterator[bytes]:
    yield sse(value, value["type"])


def _said_in(found: Gathered, kind: str, said: object) -> None:
    """An object of arguments as its JSON, unless it is empty and so stands for what is to come."""
    if kind == "arguments":
        found.add(kind, json.dumps(said) if said else None)
    else:
        found.add(kind, said)


def _read_message(body: bytes) -> Texts:
    found = Gathered()
    for block in json.loads(body)["content"]:
        kind = _KIND_OF[block["type"]]
        _said_in(found, kind, block[_BLOCKS[kind][1]])
    return found.texts


def _read_message_events(body: bytes) -> Texts:
    found, opened, ended = Gathered(), {}, False
    for value in sse_values(body):
        if value["type"] == "content_block_start":
            block = value["content_block"]
            opened[value["index"]] = kind = _KIND_OF[block["type"]]
            _said_in(found, kind, block[_BLOCKS[kind][1]])
        elif value["type"] == "content_block_delta":
            kind = opened[value["index"]]
            found.add(kind, value["delta"].get(_BLOCKS[kind][3]))
        ended = value["type"] == "message_stop"
    if not ended:
        raise Misread("the stream has no end")
    return found.texts


ANTHROPIC = Api(
    "anthropic_messages",
    ANTHROPIC_MESSAGES,
    frozenset(_BLOCKS),
    b"text/event-stream",
    lambda said: dumps(_message([_block(said.kind, said.text)], "end_turn")),
    _message_events,
    _read_message,
    _read_message_events,
    objects=True,
)

_ENDED: Json = {"done": True, "done_reason": "stop", "eval_count": 1}


def _line(value: Json, ending: bool) -> Json:
    return {"model": "m", "created_at": "t", **value, **(_ENDED if ending else {"done": False})}


def _chat_message(kind: str, text: str) -> Json:
    message: Json = {"role": "assistant", "content": text if kind == "content" else ""}
    if kind == "reasoning":
        message["thinking"] = text
    if kind == "arguments" and text:
        message["tool_calls"] = [{"function": {"name": "f", "arguments": json.loads(text)}}]
    return {"message": message}


def _generated(kind: str, text: str) -> Json:
    return {"response": text} if kind == "content" else {"response": "", "thinking": text}


def _chat_lines(said: Said) -> Iterator[bytes]:
    # Arguments come in one line, whole.
    for piece in [said.text] if said.kind == "arguments" else said.pieces:
        yield dumps(_line(_chat_message(said.kind, piece), False)) + b"\n"
    yield dumps(_line(_chat_message("content", ""), True)) + b"\n"


def _generate_lines(said: Said) -> Iterator[bytes]:
    for piece in said.pieces:
        yield dumps(_line(_generated(said.kind, piece), False)) + b"\n"
    yield dumps(_line(_generated("content", ""), True)) + b"\n"


def _read_lines(values: Iterator[Json]) -> Texts:
    found, ended = Gathered(), False
    for value in values:
        if ended:
            raise Misread("a line follows the end")
        message = value.get("message", value)
        found.add("content", message.get("content", message.get("response")))
        found.add("reasoning", message.get("thinking"))
        for call in message.get("tool_calls") or ():
            _said_in(found, "arguments", call["function"]["arguments"])
        ended = value["done"]
    if not ended:
        raise Misread("the stream has no end")
    return found.texts


CHAT = Api(
    "ollama_chat",
    OLLAMA_CHAT,
    frozenset({"content", "reasoning", "arguments"}),
    b"application/x-ndjson",
    lambda said: dumps(_line(_chat_message(said.kind, said.text), True)),
    _chat_lines,
    lambda body: _read_lines(iter([json.loads(body)])),
    lambda body: _read_lines(lines(body)),
    objects=True,
)
GENERATE = Api(
    "ollama_generate",
    OLLAMA_GENERATE,
    frozenset({"content", "reasoning"}),
    b"application/x-ndjson",
    lambda said: dumps(_line(_generated(said.kind, said.text), True)),
    _generate_lines,
    lambda body: _read_lines(iter([json.loads(body)])),
    lambda body: _read_lines(lines(body)),
)

_GENERIC = {
    "path": "/*",
    "dialect": "generic",
    "reply_text": {kind: kind for kind in ("content", "reasoning", "refusal", "arguments")},
    "stream": "sse",
}


def _read_generic(values: Iterator[Json]) -> Texts:
    found = Gathered()
    for value in values:
        for kind, said in value.items():
            found.add(kind, said)
    return found.texts


GENERIC = Api(
    "generic",
    override_of(_GENERIC).dialect,
    frozenset({"content", "reasoning", "refusal", "arguments"}),
    b"text/event-stream",
    lambda said: dumps({"content": None, said.kind: said.text}),
    lambda said: (sse({said.kind: piece}) for piece in said.pieces),
    lambda body: _read_generic(iter([json.loads(body)])),
    lambda body: _read_generic(sse_values(body)),
)

TEXT = Api(
    "text",
    override_of({"path": "/*", "dialect": "text"}).dialect,
    frozenset({"content"}),
    b"text/plain",
    lambda said: said.text.encode(),
    lambda said: (piece.encode() for piece in said.pieces),
    lambda body: {"content": body.decode()},
    lambda body: {"content": body.decode()},
)
