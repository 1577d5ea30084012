"""A reply as a client reads it, whole or streamed, complete or broken off; what is out of shape is noted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.soak.events import Where
from tests.soak.wire import KINDS


@dataclass(slots=True)
class Heard:
    """
    texts: by where they stand; of arguments as JSON. finishes: why each choice ended. ended: what says that
    nothing follows has come. error: an error event's, or None. copies: text in other places than texts.
    """

    texts: dict[Where, str] = field(default_factory=dict)
    finishes: dict[int, str] = field(default_factory=dict)
    usage: dict[str, Any] = field(default_factory=dict)
    ended: bool = False
    error: Any = None
    copies: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    numbers: int = 0

    def add(self, choice: int, kind: str, text: str | None) -> None:
        if text:
            self.texts[choice, kind] = self.texts.get((choice, kind), "") + text

    def finish(self, choice: int, reason: str | None) -> None:
        if reason:
            if choice in self.finishes:
                self.wrong.append(f"choice {choice} finished twice")
            self.finishes[choice] = reason


def hear_whole(dialect: str, body: bytes) -> Heard:
    """A whole body. Raises ValueError, KeyError or TypeError where it is not one of the dialect."""
    heard = Heard(ended=True)
    _WHOLES[dialect](heard, json.loads(body))
    return heard


def hear_stream(dialect: str, body: bytes) -> Heard:
    """All whole events of a stream. Raises as `hear_whole`."""
    heard = Heard()
    lines = dialect.startswith("ollama")
    for frame in body.split(b"\n" if lines else b"\n\n")[:-1]:
        name, data = (b"", frame) if lines else _fields(frame)
        if not data:
            continue
        if heard.ended or heard.error is not None:
            heard.wrong.append("an event after the end")
        if data == b"[DONE]":
            heard.ended = True
            continue
        value = json.loads(data)
        if dialect in ("anthropic", "responses") and name.decode() != value["type"]:
            heard.wrong.append("an event whose name is not its type")
        if value.get("error") and value.get("type") in (None, "error"):
            heard.error = value
            continue
        _EVENTS[dialect](heard, value)
    return heard


def _fields(frame: bytes) -> tuple[bytes, bytes]:
    name, data = b"", b""
    for line in frame.split(b"\n"):
        key, _, value = line.partition(b":")
        if key == b"event":
            name = value.strip()
        elif key == b"data":
            data += value.removeprefix(b" ")
    return name, data


def _chat_event(heard: Heard, value: dict[str, Any]) -> None:
    heard.usage = value.get("usage") or heard.usage
    for choice in value["choices"]:
        index, delta = choice["index"], choice["delta"]
        if index in heard.finishes:
            heard.wrong.append(f"choice {index} goes on after its finish")
        heard.add(index, "reasoning", delta.get("reasoning_content"))
        heard.add(index, "content", delta.get("content"))
        for call in delta.get("tool_calls") or ():
            heard.add(index, "arguments", call["function"].get("arguments"))
        _copies(heard, choice)
        heard.finish(index, choice.get("finish_reason"))


def _copies(heard: Heard, choice: dict[str, Any]) -> None:
    probs = choice.get("logprobs") or {}
    heard.copies += [token["token"] for token in probs.get("content") or ()]
    heard.copies += probs.get("tokens") or ()


def _chat_whole(heard: Heard, value: dict[str, Any]) -> None:
    heard.usage = value["usage"]
    for choice in value["choices"]:
        index, message = choice["index"], choice["message"]
        heard.add(index, "reasoning", message.get("reasoning_content"))
        heard.add(index, "content", message["content"])
        for call in message.get("tool_calls") or ():
            heard.add(index, "arguments", call["function"]["arguments"])
        _copies(heard, choice)
        heard.finish(index, choice["finish_reason"])


def _completion(heard: Heard, value: dict[str, Any]) -> None:
    heard.usage = value.get("usage") or heard.usage
    for choice in value["choices"]:
        if choice["index"] in heard.finishes:
            heard.wrong.append("a choice goes on after its finish")
        heard.add(choice["index"], "content", choice["text"])
        _copies(heard, choice)
        heard.finish(choice["index"], choice["finish_reason"])


_ANTHROPIC = {
    "text_delta": ("content", "text"),
    "thinking_delta": ("reasoning", "thinking"),
    "input_json_delta": ("arguments", "partial_json"),
}


def _anthropic_event(heard: Heard, value: dict[str, Any]) -> None:
    match value["type"]:
        case "message_start":
            heard.usage = value["message"]["usage"]
        case "content_block_start":
            block = value["content_block"]
            heard.add(0, "content", block.get("text"))
            heard.add(0, "reasoning", block.get("thinking"))
        case "content_block_delta":
            delta = value["delta"]
            if delta["type"] in _ANTHROPIC:
                kind, key = _ANTHROPIC[delta["type"]]
                heard.add(0, kind, delta[key])
        case "message_delta":
            heard.usage = {**heard.usage, **value["usage"]}
            heard.finish(0, value["delta"]["stop_reason"])
        case "message_stop":
            heard.ended = True


def _anthropic_whole(heard: Heard, value: dict[str, Any]) -> None:
    heard.usage = value["usage"]
    for block in value["content"]:
        heard.add(0, "content", block.get("text"))
        heard.add(0, "reasoning", block.get("thinking"))
        if "input" in block:
            heard.add(0, "arguments", json.dumps(block["input"]))
    heard.finish(0, value["stop_reason"])


def _ollama(heard: Heard, value: dict[str, Any]) -> None:
    message = value.get("message", value)
    heard.add(0, "content", message.get("content", message.get("response")))
    heard.add(0, "reasoning", message.get("thinking"))
    for call in message.get("tool_calls") or ():
        heard.add(0, "arguments", json.dumps(call["function"]["arguments"]))
    if value["done"]:
        heard.ended = True
        heard.usage = {key: value[key] for key in ("prompt_eval_count", "eval_count") if key in value}
        heard.finish(0, value["done_reason"])


def _response_event(heard: Heard, value: dict[str, Any]) -> None:
    if value["sequence_number"] != heard.numbers:
        heard.wrong.append(f"event {heard.numbers} has number {value['sequence_number']}")
    heard.numbers += 1
    kind: str = value["type"]
    if kind.endswith(".delta"):
        heard.add(0, _RESPONSE_KINDS[kind], value["delta"])
        heard.copies += [token["token"] for token in value.get("logprobs") or ()]
    elif kind in ("response.completed", "response.incomplete", "response.failed"):
        heard.ended = True
        said = Heard()
        _response_whole(said, value["response"])
        heard.usage, heard.finishes = said.usage, said.finishes
        if said.texts != heard.texts:
            heard.wrong.append("the last event says another text than the deltas")


_RESPONSE_KINDS = {
    "response.output_text.delta": "content",
    "response.reasoning_summary_text.delta": "reasoning",
    "response.function_call_arguments.delta": "arguments",
}


def _response_whole(heard: Heard, value: dict[str, Any]) -> None:
    heard.usage = value["usage"]
    heard.finish(0, value["status"])
    for item in value["output"]:
        kind = KINDS[item["type"]]
        heard.add(0, kind, item.get("arguments"))
        for part in item.get("content") or item.get("summary") or ():
            heard.add(0, kind, part["text"])


_EVENTS: dict[str, Callable[[Heard, dict[str, Any]], None]] = {
    "chat": _chat_event,
    "completions": _completion,
    "anthropic": _anthropic_event,
    "ollama_chat": _ollama,
    "ollama_generate": _ollama,
    "responses": _response_event,
}
_WHOLES: dict[str, Callable[[Heard, dict[str, Any]], None]] = {
    "chat": _chat_whole,
    "completions": _completion,
    "anthropic": _anthropic_whole,
    "ollama_chat": _ollama,
    "ollama_generate": _ollama,
    "responses": _response_whole,
}
