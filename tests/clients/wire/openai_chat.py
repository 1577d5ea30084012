"""
OpenAI chat completions and completions, as they are sent.

Reasoning is in `reasoning_content`, as vLLM, llama.cpp and DeepSeek send it.
https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.clients.wire.said import COMPLETION_TOKENS, CREATED, PROMPT_TOKENS, TOOL, Json, Said, sse

DONE = b"data: [DONE]\n\n"
_USAGE = {
    "prompt_tokens": PROMPT_TOKENS,
    "completion_tokens": COMPLETION_TOKENS,
    "total_tokens": PROMPT_TOKENS + COMPLETION_TOKENS,
}


def _envelope(asked: Json, kind: str, id: str) -> Json:
    return {"id": id, "object": kind, "created": CREATED, "model": asked["model"]}


def _wants_usage(asked: Json) -> bool:
    return bool((asked.get("stream_options") or {}).get("include_usage"))


def _finish(said: Said, index: int) -> str:
    return "tool_calls" if said.arguments and index == 0 else "stop"


def _message(said: Said, index: int) -> Json:
    message: Json = {"role": "assistant", "content": said.texts[index], "refusal": None, "annotations": []}
    if said.reasoning and index == 0:
        message["reasoning_content"] = said.thought
    if said.arguments and index == 0:
        function = {"name": TOOL, "arguments": said.called}
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
    return message


def chat(asked: Json, said: Said) -> Json:
    """A whole completion."""
    choices = [
        {"index": i, "message": _message(said, i), "logprobs": None, "finish_reason": _finish(said, i)}
        for i in range(len(said.choices))
    ]
    more = {"usage": _USAGE, "service_tier": "default", "system_fingerprint": "fp_1"}
    return {**_envelope(asked, "chat.completion", "chatcmpl-1"), "choices": choices, **more}


def chat_events(asked: Json, said: Said) -> Iterator[bytes]:
    """A streamed one; choices take turns."""
    envelope = _envelope(asked, "chat.completion.chunk", "chatcmpl-1")
    envelope |= {"service_tier": "default", "system_fingerprint": "fp_1"}
    if _wants_usage(asked):
        envelope["usage"] = None

    def event(index: int, delta: Json, finish: str | None = None) -> bytes:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
        return sse({**envelope, "choices": [choice]})

    for i in range(len(said.choices)):
        yield event(i, {"role": "assistant", "content": "", "refusal": None})
    for piece in said.reasoning:
        yield event(0, {"reasoning_content": piece})
    for turn in range(max(map(len, said.choices))):
        for i, pieces in enumerate(said.choices):
            if turn < len(pieces):
                yield event(i, {"content": pieces[turn]})
    for delta in _calls(said):
        yield event(0, {"tool_calls": [delta]})
    for i in range(len(said.choices)):
        yield event(i, {}, _finish(said, i))
    if _wants_usage(asked):
        yield sse({**envelope, "choices": [], "usage": _USAGE})
    yield DONE


def _calls(said: Said) -> Iterator[Json]:
    if said.arguments:
        function = {"name": TOOL, "arguments": ""}
        yield {"index": 0, "id": "call_1", "type": "function", "function": function}
    for piece in said.arguments:
        yield {"index": 0, "function": {"arguments": piece}}


def completion(asked: Json, said: Said) -> Json:
    """A whole completion of the older API."""
    choices = [
        {"index": i, "text": text, "logprobs": None, "finish_reason": "stop"}
        for i, text in enumerate(said.texts)
    ]
    return {**_envelope(asked, "text_completion", "cmpl-1"), "choices": choices, "usage": _USAGE}


def completion_events(asked: Json, said: Said) -> Iterator[bytes]:
    envelope = _envelope(asked, "text_completion", "cmpl-1")

    def event(index: int, text: str, finish: str | None = None) -> bytes:
        choice = {"index": index, "text": text, "logprobs": None, "finish_reason": finish}
        return sse({**envelope, "choices": [choice]})

    for turn in range(max(map(len, said.choices))):
        for i, pieces in enumerate(said.choices):
            if turn < len(pieces):
                yield event(i, pieces[turn])
    for i in range(len(said.choices)):
        yield event(i, "", "stop")
    if _wants_usage(asked):
        yield sse({**envelope, "choices": [], "usage": _USAGE})
    yield DONE
