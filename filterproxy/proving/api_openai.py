"""
OpenAI's APIs: chat completions, completions, responses.

Reasoning is in `reasoning_content`, as vLLM, llama.cpp and DeepSeek send it; of responses in a summary.
https://platform.openai.com/docs/api-reference
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from filterproxy.dialects.openai_chat import OPENAI_CHAT, OPENAI_CHAT_LIST
from filterproxy.dialects.openai_completions import OPENAI_COMPLETIONS
from filterproxy.dialects.openai_responses import OPENAI_RESPONSES
from filterproxy.proving.api import Api, Gathered, Json, Misread, Said, Texts, dumps, sse, sse_values

_DONE = b"[DONE]"
_CHAT_KEYS = {"content": "content", "refusal": "refusal", "reasoning": "reasoning_content"}


def _chat_part(kind: str, text: str, opening: bool) -> Json:
    """The part of a message, or of a delta, that says *text*."""
    if kind != "arguments":
        return {_CHAT_KEYS[kind]: text}
    head = {"id": "call_1", "type": "function"} if opening else {}
    name = {"name": "f"} if opening else {}
    return {"tool_calls": [{"index": 0, **head, "function": {**name, "arguments": text}}]}


def _chat(said: Said) -> bytes:
    message = {"role": "assistant", "content": None} | _chat_part(said.kind, said.text, True)
    finish = "tool_calls" if said.kind == "arguments" else "stop"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    return dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})


def _chat_event(delta: Json, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return sse({**chunk, "choices": [choice]})


def _chat_events(said: Said) -> Iterator[bytes]:
    yield _chat_event({"role": "assistant", "content": "" if said.kind == "content" else None})
    if said.kind == "arguments":
        yield _chat_event(_chat_part("arguments", "", True))
    for piece in said.pieces:
        yield _chat_event(_chat_part(said.kind, piece, False))
    yield _chat_event({}, "tool_calls" if said.kind == "arguments" else "stop")
    yield b"data: " + _DONE + b"\n\n"


def _add_chat(found: Gathered, message: Json) -> None:
    for kind, key in _CHAT_KEYS.items():
        found.add(kind, message.get(key))
    for call in message.get("tool_calls") or ():
        found.add("arguments", call["function"].get("arguments"))


def _read_chat(body: bytes) -> Texts:
    found = Gathered()
    for choice in json.loads(body)["choices"]:
        _add_chat(found, choice["message"])
    return found.texts


def _read_chat_events(body: bytes) -> Texts:
    found, finish = Gathered(), None
    for value in sse_values(body, _DONE):
        for choice in value["choices"]:
            if finish:
                raise Misread("a choice goes on after its finish")
            _add_chat(found, choice["delta"])
            finish = choice.get("finish_reason")
    if not finish:
        raise Misread("the choice does not finish")
    return found.texts


CHAT = Api(
    "openai_chat",
    OPENAI_CHAT,
    frozenset({*_CHAT_KEYS, "arguments"}),
    b"text/event-stream",
    _chat,
    _chat_events,
    _read_chat,
    _read_chat_events,
)


def _page(said: Said) -> bytes:
    """A page of stored completions, with one."""
    return dumps({"object": "list", "data": [json.loads(_chat(said))], "has_more": False})


def _read_page(body: bytes) -> Texts:
    [completion] = json.loads(body)["data"]
    return _read_chat(dumps(completion))


CHAT_LIST = replace(
    CHAT, name="openai_chat_list", dialect=OPENAI_CHAT_LIST, whole=_page, read_whole=_read_page, streams=False
)


def _completion(text: str, finish: str | None) -> Json:
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": finish}
    return {"id": "c", "object": "text_completion", "created": 1, "model": "m", "choices": [choice]}


def _completion_events(said: Said) -> Iterator[bytes]:
    for piece in said.pieces:
        yield sse(_completion(piece, None))
    yield sse(_completion("", "stop"))
    yield b"data: " + _DONE + b"\n\n"


def _read_completions(values: Iterator[Json]) -> Texts:
    found = Gathered()
    for value in values:
        for choice in value["choices"]:
            found.add("content", choice["text"])
    return found.texts


COMPLETIONS = Api(
    "openai_completions",
    OPENAI_COMPLETIONS,
    frozenset({"content"}),
    b"text/event-stream",
    lambda said: dumps(_completion(said.text, "stop")),
    _completion_events,
    lambda body: _read_completions(iter([json.loads(body)])),
    lambda body: _read_completions(sse_values(body, _DONE)),
)


# Of each kind: the type of its item, of its part, and the event that adds to it.
_PARTS = {
    "content": ("message", "output_text", "text", "response.output_text"),
    "refusal": ("message", "refusal", "refusal", "response.refusal"),
    "reasoning": ("reasoning", "summary_text", "text", "response.reasoning_summary_text"),
    "arguments": ("function_call", "", "arguments", "response.function_call_arguments"),
}


def _part(kind: str, text: str) -> Json:
    _, type_, key, _ = _PARTS[kind]
    more: Json = {"annotations": [], "logprobs": []} if kind == "content" else {}
    return {"type": type_, key: text, **more}


def _item(kind: str, status: str, parts: list[Json], arguments: str = "") -> Json:
    head: Json = {"id": "i", "type": _PARTS[kind][0]}
    if kind == "reasoning":
        return {**head, "summary": parts}
    if kind == "arguments":
        return {**head, "status": status, "call_id": "c", "name": "f", "arguments": arguments}
    return {**head, "status": status, "role": "assistant", "content": parts}


def _done_item(said: Said) -> Json:
    parts = [] if said.kind == "arguments" else [_part(said.kind, said.text)]
    return _item(said.kind, "completed", parts, said.text)


def _response(status: str, output: list[Json]) -> Json:
    return {
        "id": "r",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": status,
        "output": output,
    }


def _response_events(said: Said) -> Iterator[bytes]:
    for number, (name, value) in enumerate(_numbered(said)):
        yield sse({"type": name, "sequence_number": number, **value}, name)


def _numbered(said: Said) -> Iterator[tuple[str, Json]]:
    kind, (_, _, key, stem) = said.kind, _PARTS[said.kind]
    at: Json = {"item_id": "i", "output_index": 0}
    index = {} if kind == "arguments" else {"summary_index" if kind == "reasoning" else "content_index": 0}
    part = "response.reasoning_summary_part" if kind == "reasoning" else "response.content_part"
    yield "response.created", {"response": _response("in_progress", [])}
    yield "response.output_item.added", {"output_index": 0, "item": _item(kind, "in_progress", [])}
    if index:
        yield f"{part}.added", {**at, **index, "part": _part(kind, "")}
    for piece in said.pieces:
        yield f"{stem}.delta", {**at, **index, "delta": piece}
    yield f"{stem}.done", {**at, **index, key: said.text}
    if index:
        yield f"{part}.done", {**at, **index, "part": _part(kind, said.text)}
    yield "response.output_item.done", {"output_index": 0, "item": _done_item(said)}
    yield "response.completed", {"response": _response("completed", [_done_item(said)])}


def _add_response(found: Gathered, response: Json) -> None:
    for item in response["output"]:
        found.add("arguments", item.get("arguments"))
        for part in (*item.get("content", ()), *item.get("summary", ())):
            kind = "refusal" if part["type"] == "refusal" else _KINDS.get(item["type"], "content")
            found.add(kind, part.get("text", part.get("refusal")))


_KINDS = {"reasoning": "reasoning"}


def _read_response(body: bytes) -> Texts:
    found = Gathered()
    _add_response(found, json.loads(body))
    return found.texts


def _read_response_events(body: bytes) -> Texts:
    """What its deltas say; its last event must say the same."""
    deltas, last = Gathered(), Gathered()
    stems = {f"{stem}.delta": kind for kind, (_, _, _, stem) in _PARTS.items()}
    ended = False
    for value in sse_values(body):
        if value["type"] in stems:
            deltas.add(stems[value["type"]], value["delta"])
        elif value["type"] == "response.completed":
            ended = True
            _add_response(last, value["response"])
    if not ended:
        raise Misread("the stream has no end")
    if deltas.texts != last.texts:
        raise Misread("the end of the stream repeats another text")
    return deltas.texts


RESPONSES = Api(
    "openai_responses",
    OPENAI_RESPONSES,
    frozenset(_PARTS),
    b"text/event-stream",
    lambda said: dumps(_response("completed", [_done_item(said)])),
    _response_events,
    _read_response,
    _read_response_events,
)
