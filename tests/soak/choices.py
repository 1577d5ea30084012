"""Chat completions and completions as the upstream sends them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from tests.soak.events import Cutter, Event, sse
from tests.soak.script import Script

USAGE = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}


def chat_stream(script: Script, cut: Cutter) -> Iterator[Event]:
    yield from _turns([list(_chat_choice(script, i, cut)) for i in range(len(script.choices))], cut.chance)
    yield sse({**_envelope(script, "chat.completion.chunk"), "choices": [], "usage": USAGE})
    yield Event(b"data: [DONE]\n\n")


def _chat_choice(script: Script, index: int, cut: Cutter) -> Iterator[Event]:
    said = script.choices[index]

    def event(
        delta: dict[str, Any], kind: str = "", text: str = "", *, finish: str | None = None, **more: Any
    ) -> Event:
        choice = {"index": index, "delta": delta, **more, "finish_reason": finish}
        value = {**_envelope(script, "chat.completion.chunk"), "choices": [choice]}
        return sse(value, (((index, kind), text),) if text else ())

    yield event({"role": "assistant", "content": ""})
    for piece in cut(said.reasoning):
        yield event({"reasoning_content": piece}, "reasoning", piece)
    for piece in cut(said.content):
        probs = {"content": [{"token": piece, "logprob": -0.1}]}
        copies: dict[str, Any] = {"logprobs": probs} if script.copies else {}
        yield event({"content": piece}, "content", piece, **copies)
    if said.arguments is not None:
        function = {"name": "f", "arguments": ""}
        yield event({"tool_calls": [{"index": 0, "id": "c0", "type": "function", "function": function}]})
        for piece in cut(json.dumps({"a": said.arguments})):
            call = {"index": 0, "function": {"arguments": piece}}
            yield event({"tool_calls": [call]}, "arguments", piece)
    yield event({}, finish="stop" if said.arguments is None else "tool_calls")


def chat_whole(script: Script) -> dict[str, Any]:
    choices = []
    for index, said in enumerate(script.choices):
        message: dict[str, Any] = {"role": "assistant", "content": said.content}
        if said.reasoning:
            message["reasoning_content"] = said.reasoning
        if said.arguments is not None:
            function = {"name": "f", "arguments": json.dumps({"a": said.arguments})}
            message["tool_calls"] = [{"id": "c0", "type": "function", "function": function}]
        finish = "stop" if said.arguments is None else "tool_calls"
        copies = {"logprobs": {"content": [{"token": said.content, "logprob": 0}]}} if script.copies else {}
        choices.append({"index": index, "message": message, **copies, "finish_reason": finish})
    return {**_envelope(script, "chat.completion"), "choices": choices, "usage": USAGE}


def _envelope(script: Script, kind: str) -> dict[str, Any]:
    return {"id": f"q{script.number}x", "object": kind, "created": 1, "model": script.model}


def completions_stream(script: Script, cut: Cutter) -> Iterator[Event]:
    yield from _turns([list(_completion(script, i, cut)) for i in range(len(script.choices))], cut.chance)
    yield sse({**_envelope(script, "text_completion"), "choices": [], "usage": USAGE})
    yield Event(b"data: [DONE]\n\n")


def _completion(script: Script, index: int, cut: Cutter) -> Iterator[Event]:
    for piece in cut(script.choices[index].content):
        copies = {"logprobs": {"tokens": [piece]} if script.copies else None}
        choice = {"index": index, "text": piece, **copies, "finish_reason": None}
        yield sse(
            {**_envelope(script, "text_completion"), "choices": [choice]}, (((index, "content"), piece),)
        )
    last = {"index": index, "text": "", "logprobs": None, "finish_reason": "stop"}
    yield sse({**_envelope(script, "text_completion"), "choices": [last]})


def completions_whole(script: Script) -> dict[str, Any]:
    choices = [
        {"index": i, "text": said.content, "logprobs": None, "finish_reason": "stop"}
        for i, said in enumerate(script.choices)
    ]
    return {**_envelope(script, "text_completion"), "choices": choices, "usage": USAGE}


def _turns(lists: list[list[Event]], chance: random.Random) -> Iterator[Event]:
    """The events of several choices, taking turns at random."""
    left = [iter(one) for one in lists]
    while left:
        one = chance.choice(left)
        event = next(one, None)
        if event is None:
            left.remove(one)
        else:
            yield event
