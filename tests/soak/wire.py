"""A script as the upstream sends it: requests, whole bodies, and streams event by event."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.dialects.responses import Item, stream_of
from tests.soak.choices import (
    chat_stream,
    chat_whole,
    completions_stream,
    completions_whole,
)
from tests.soak.events import Cutter, Event, Where, named, to_json
from tests.soak.script import Script

COUNTS = {"total_duration": 9, "prompt_eval_count": 3, "eval_count": 5}
PATHS = {
    "chat": "/v1/chat/completions",
    "completions": "/v1/completions",
    "anthropic": "/v1/messages",
    "ollama_chat": "/api/chat",
    "ollama_generate": "/api/generate",
    "responses": "/v1/responses",
}
_NUMBER = re.compile(rb"soak (\d+)")


def request(script: Script) -> bytes:
    """The body of the request."""
    asked = f"Hello, please say soak {script.number} now."
    body: dict[str, Any] = {"model": script.model, "stream": script.stream}
    if script.dialect in ("completions", "ollama_generate"):
        body["prompt"] = asked
    elif script.dialect == "responses":
        body["input"] = asked
    else:
        body["messages"] = [{"role": "user", "content": asked}]
    if script.dialect in ("chat", "completions"):
        body["n"] = len(script.choices)
        if script.stream:
            body["stream_options"] = {"include_usage": True}
    if script.dialect == "anthropic":
        body["max_tokens"] = 100
    return to_json(body)


def number_in(body: bytes) -> int:
    """The number of the exchange that a request belongs to; raises ValueError when it names none."""
    found = _NUMBER.search(body)
    if found is None:
        raise ValueError("no number of an exchange")
    return int(found[1])


def content_type(script: Script) -> str:
    if not script.stream:
        return "application/json"
    return "application/x-ndjson" if script.dialect.startswith("ollama") else "text/event-stream"


def events(script: Script) -> list[Event]:
    """A streamed reply."""
    return list(_STREAMS[script.dialect](script, Cutter(script)))


def whole(script: Script) -> bytes:
    """The same, as one body."""
    return to_json(_WHOLES[script.dialect](script))


# Anthropic messages


def _anthropic_stream(script: Script, cut: Cutter) -> Iterator[Event]:
    said = script.choices[0]
    start = {**_message(script), "content": [], "usage": {"input_tokens": 3, "output_tokens": 1}}
    yield named({"type": "message_start", "message": {**start, "stop_reason": None, "stop_sequence": None}})
    blocks = _blocks(said.reasoning, said.content, said.arguments)
    for index, (kind, block, key, text) in enumerate(blocks):
        begun = {**block, **({} if kind == "arguments" else {key: ""})}
        yield named({"type": "content_block_start", "index": index, "content_block": begun})
        of, place = _DELTAS[kind]
        for piece in cut(text):
            delta = {"type": of, place: piece}
            value = {"type": "content_block_delta", "index": index, "delta": delta}
            yield named(value, (((0, kind), piece),))
        yield named({"type": "content_block_stop", "index": index})
    change = {"stop_reason": _stop(script), "stop_sequence": None}
    yield named({"type": "message_delta", "delta": change, "usage": {"output_tokens": 5}})
    yield named({"type": "message_stop"})


_DELTAS = {
    "reasoning": ("thinking_delta", "thinking"),
    "content": ("text_delta", "text"),
    "arguments": ("input_json_delta", "partial_json"),
}


def _blocks(
    reasoning: str, content: str, arguments: str | None
) -> Iterator[tuple[str, dict[str, Any], str, str]]:
    if reasoning:
        yield "reasoning", {"type": "thinking", "signature": ""}, "thinking", reasoning
    yield "content", {"type": "text"}, "text", content
    if arguments is not None:
        tool = {"type": "tool_use", "id": "c0", "name": "f", "input": {}}
        yield "arguments", tool, "input", json.dumps({"a": arguments})


def _message(script: Script) -> dict[str, Any]:
    return {"id": f"q{script.number}x", "type": "message", "role": "assistant", "model": script.model}


def _stop(script: Script) -> str:
    return "end_turn" if script.choices[0].arguments is None else "tool_use"


def _anthropic_whole(script: Script) -> dict[str, Any]:
    said = script.choices[0]
    blocks = []
    for kind, block, key, text in _blocks(said.reasoning, said.content, said.arguments):
        blocks.append({**block, key: json.loads(text) if kind == "arguments" else text})
    usage = {"input_tokens": 3, "output_tokens": 5}
    end = {"stop_reason": _stop(script), "stop_sequence": None, "usage": usage}
    return {**_message(script), "content": blocks, **end}


# Ollama


def _ollama_stream(script: Script, cut: Cutter) -> Iterator[Event]:
    said = script.choices[0]
    for piece in cut(said.reasoning):
        yield _line(script, thinking=piece, said=("reasoning", piece))
    for piece in cut(said.content):
        yield _line(script, piece, said=("content", piece))
    if said.arguments is not None:
        call = {"function": {"name": "f", "arguments": {"a": said.arguments}}}
        yield _line(script, tool_calls=[call], said=("arguments", json.dumps({"a": said.arguments})))
    value = {**_ollama(script, ""), **COUNTS, "done": True, "done_reason": "stop"}
    yield Event(to_json(value) + b"\n")


def _line(script: Script, text: str = "", *, said: tuple[str, str], **more: Any) -> Event:
    value = {**_ollama(script, text, **more), "done": False}
    return Event(to_json(value) + b"\n", (((0, said[0]), said[1]),))


def _ollama(script: Script, text: str, **more: Any) -> dict[str, Any]:
    head = {"model": script.model, "created_at": "2025-01-01T00:00:00Z"}
    if script.dialect == "ollama_generate":
        return {**head, "response": text, **more}
    return {**head, "message": {"role": "assistant", "content": text, **more}}


def _ollama_whole(script: Script) -> dict[str, Any]:
    said = script.choices[0]
    more: dict[str, Any] = {"thinking": said.reasoning} if said.reasoning else {}
    if said.arguments is not None:
        more["tool_calls"] = [{"function": {"name": "f", "arguments": {"a": said.arguments}}}]
    return {**_ollama(script, said.content, **more), **COUNTS, "done": True, "done_reason": "stop"}


# Responses


def items(script: Script) -> list[Item]:
    """The items of a response."""
    said = script.choices[0]
    found = [Item("message", (said.content,), script.copies)]
    if said.reasoning:
        found.insert(0, Item("reasoning", (said.reasoning,)))
    if said.arguments is not None:
        found.append(Item("function_call", (json.dumps({"a": said.arguments}),)))
    return found


KINDS = {"message": "content", "reasoning": "reasoning", "function_call": "arguments"}


def _responses_stream(script: Script, cut: Cutter) -> Iterator[Event]:
    found = items(script)
    most = max(1, max(len(item.texts[0]) for item in found) // 200, cut.chance.choice((1, 9, 30)))
    for number, value in enumerate(stream_of(found, lambda: cut.chance.randint(1, most))):
        said: tuple[tuple[Where, str], ...] = ()
        if value["type"].endswith(".delta"):
            kind = KINDS[found[value["output_index"]].kind]
            said = (((0, kind), value["delta"]),)
        data = to_json({**value, "sequence_number": number})
        yield Event(b"event: %b\ndata: %b\n\n" % (value["type"].encode(), data), said)


def _responses_whole(script: Script) -> dict[str, Any]:
    last = stream_of(items(script))[-1]
    value: dict[str, Any] = last["response"]
    return value


_STREAMS: dict[str, Callable[[Script, Cutter], Iterator[Event]]] = {
    "chat": chat_stream,
    "completions": completions_stream,
    "anthropic": _anthropic_stream,
    "ollama_chat": _ollama_stream,
    "ollama_generate": _ollama_stream,
    "responses": _responses_stream,
}
_WHOLES: dict[str, Callable[[Script], dict[str, Any]]] = {
    "chat": chat_whole,
    "completions": completions_whole,
    "anthropic": _anthropic_whole,
    "ollama_chat": _ollama_whole,
    "ollama_generate": _ollama_whole,
    "responses": _responses_whole,
}


def failure(script: Script) -> tuple[int, bytes]:
    """The status and body of an error of the upstream's own."""
    status = (429, 500)[script.seed % 2]
    message = f"q{script.number}x is too much"
    error: dict[str, Any] = {"error": {"message": message, "type": "server_error", "code": None}}
    if script.dialect == "anthropic":
        error = {"type": "error", "error": {"type": "api_error", "message": message}}
    elif script.dialect.startswith("ollama"):
        error = {"error": message}
    return status, to_json(error)
