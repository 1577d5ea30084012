"""The official `anthropic` client."""

from __future__ import annotations

from typing import Any

import anthropic

from tests.clients.scripts.job import TIMEOUT_SECONDS, Job, Reading, run


def read(job: Job, into: Reading) -> None:
    asked: Any = {
        "model": job.model,
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "Hi?"}],
    }
    with anthropic.Anthropic(
        api_key="k", base_url=job.base_url, max_retries=0, timeout=TIMEOUT_SECONDS
    ) as client:
        match job.way:
            case "whole":
                _said(client.messages.create(**asked), into)
            case "stream":
                _stream(client.messages.create(stream=True, **asked), into)
            case _:
                with client.messages.stream(**asked) as stream:
                    for text in stream.text_stream:
                        into.add("delta", text)
                    _said(stream.get_final_message(), into)


def _said(message: Any, into: Reading) -> None:
    for block in message.content:
        match block.type:
            case "text":
                into.add("final", block.text)
            case "thinking":
                into.reasoning += block.thinking
            case "tool_use":
                into.call(block.name, block.input)
    into.finishes["0"] = message.stop_reason
    into.usage = [message.usage.input_tokens, message.usage.output_tokens]
    into.dump = message.model_dump(mode="json", warnings=False)


def _stream(stream: Any, into: Reading) -> None:
    into.dump = []
    for event in stream:
        into.dump.append(event.model_dump(mode="json", warnings=False))
        match event.type:
            case "message_start":
                into.usage = [event.message.usage.input_tokens, 0]
            case "content_block_start" if event.content_block.type == "tool_use":
                into.call(event.content_block.name, "")
            case "content_block_delta":
                _delta(event.delta, into)
            case "message_delta":
                into.finishes["0"] = event.delta.stop_reason
                into.usage = [(into.usage or [0])[0], event.usage.output_tokens]


def _delta(delta: Any, into: Reading) -> None:
    match delta.type:
        case "text_delta":
            into.add("delta", delta.text)
        case "thinking_delta":
            into.reasoning += delta.thinking
        case "input_json_delta":
            into.tools[-1][1] += delta.partial_json


if __name__ == "__main__":
    run(read)
