"""
OpenAI responses, as they are sent: text four times in a stream.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

from tests.clients.wire.said import COMPLETION_TOKENS, CREATED, PROMPT_TOKENS, TOOL, Json, Said, sse

_USAGE = {
    "input_tokens": PROMPT_TOKENS,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": COMPLETION_TOKENS,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": PROMPT_TOKENS + COMPLETION_TOKENS,
}


def _response(asked: Json, status: str, output: list[Json]) -> Json:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": None,
        "model": asked["model"],
        "output": output,
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "store": True,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": _USAGE if status == "completed" else None,
        "user": None,
        "metadata": {},
    }


def _part(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _message(status: str, content: list[Json]) -> Json:
    return {"id": "msg_1", "type": "message", "status": status, "role": "assistant", "content": content}


def _call(status: str, arguments: str) -> Json:
    item = {"id": "fc_1", "type": "function_call", "status": status, "arguments": arguments}
    return {**item, "call_id": "call_1", "name": TOOL}


def _output(said: Said) -> list[Json]:
    output: list[Json] = []
    if said.reasoning:
        summary = [{"type": "summary_text", "text": said.thought}]
        output.append({"id": "rs_1", "type": "reasoning", "summary": summary})
    output.append(_message("completed", [_part(said.texts[0])]))
    if said.arguments:
        output.append(_call("completed", said.called))
    return output


def response(asked: Json, said: Said) -> Json:
    """A whole response."""
    return _response(asked, "completed", _output(said))


def response_events(asked: Json, said: Said) -> Iterator[bytes]:
    for number, (kind, value) in enumerate(_events(asked, said)):
        yield sse({"type": kind, **value, "sequence_number": number}, kind)


def _events(asked: Json, said: Said) -> Iterator[tuple[str, Json]]:
    yield "response.created", {"response": _response(asked, "in_progress", [])}
    yield "response.in_progress", {"response": _response(asked, "in_progress", [])}
    places = count()
    if said.reasoning:
        yield from _thinking(said, next(places))
    yield from _speaking(said.choices[0], next(places))
    if said.arguments:
        yield from _calling(said, next(places))
    yield "response.completed", {"response": response(asked, said)}


def _thinking(said: Said, place: int) -> Iterator[tuple[str, Json]]:
    at = {"item_id": "rs_1", "output_index": place, "summary_index": 0}
    item: Json = {"id": "rs_1", "type": "reasoning", "summary": []}
    yield "response.output_item.added", {"output_index": place, "item": item}
    part = {"type": "summary_text", "text": ""}
    yield "response.reasoning_summary_part.added", {**at, "part": part}
    for piece in said.reasoning:
        yield "response.reasoning_summary_text.delta", {**at, "delta": piece}
    part = {"type": "summary_text", "text": said.thought}
    yield "response.reasoning_summary_text.done", {**at, "text": said.thought}
    yield "response.reasoning_summary_part.done", {**at, "part": part}
    yield "response.output_item.done", {"output_index": place, "item": {**item, "summary": [part]}}


def _speaking(pieces: Iterable[str], place: int) -> Iterator[tuple[str, Json]]:
    at = {"item_id": "msg_1", "output_index": place, "content_index": 0}
    text = "".join(pieces)
    yield "response.output_item.added", {"output_index": place, "item": _message("in_progress", [])}
    yield "response.content_part.added", {**at, "part": _part("")}
    for piece in pieces:
        yield "response.output_text.delta", {**at, "delta": piece, "logprobs": [], "obfuscation": "x7"}
    yield "response.output_text.done", {**at, "text": text, "logprobs": []}
    yield "response.content_part.done", {**at, "part": _part(text)}
    item = _message("completed", [_part(text)])
    yield "response.output_item.done", {"output_index": place, "item": item}


def _calling(said: Said, place: int) -> Iterator[tuple[str, Json]]:
    at = {"item_id": "fc_1", "output_index": place}
    yield "response.output_item.added", {"output_index": place, "item": _call("in_progress", "")}
    for piece in said.arguments:
        yield "response.function_call_arguments.delta", {**at, "delta": piece, "obfuscation": "x7"}
    yield "response.function_call_arguments.done", {**at, "name": TOOL, "arguments": said.called}
    yield "response.output_item.done", {"output_index": place, "item": _call("completed", said.called)}
