"""Pydantic AI's models, asked without an agent around them."""

from __future__ import annotations

import asyncio
from typing import Any

from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.messages import ModelRequest
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from tests.clients.scripts.job import TIMEOUT_SECONDS, Job, Reading, run


def read(job: Job, into: Reading) -> None:
    asyncio.run(_read(job, into))


async def _read(job: Job, into: Reading) -> None:
    asked = [ModelRequest.user_text_prompt("Hi?")]
    given: Any = {"api_key": "k", "max_retries": 0, "timeout": TIMEOUT_SECONDS}
    base = job.base_url if job.api == "messages" else f"{job.base_url}/v1"
    client: Any = (AsyncAnthropic if job.api == "messages" else AsyncOpenAI)(base_url=base, **given)
    async with client:
        model = _model(job, client)
        if job.way == "whole":
            _said(await model_request(model, asked), into)
            return
        async with model_request_stream(model, asked) as stream:
            async for event in stream:
                _event(event, into)
        _said(stream.get(), into)


def _model(job: Job, client: Any) -> Any:
    if job.api == "messages":
        return AnthropicModel(job.model, provider=AnthropicProvider(anthropic_client=client))
    kind = OpenAIChatModel if job.api == "chat" else OpenAIResponsesModel
    return kind(job.model, provider=OpenAIProvider(openai_client=client))


def _event(event: Any, into: Reading) -> None:
    if event.event_kind == "part_start" and event.part.part_kind == "text":
        into.add("delta", event.part.content)
    if event.event_kind == "part_delta" and event.delta.part_delta_kind == "text":
        into.add("delta", event.delta.content_delta)


def _said(response: Any, into: Reading) -> None:
    for part in response.parts:
        match part.part_kind:
            case "text":
                into.add("final", part.content)
            case "thinking":
                into.reasoning += part.content
            case "tool-call":
                into.call(part.tool_name, part.args)
    into.finishes["0"] = response.finish_reason or ""
    into.usage = [response.usage.input_tokens, response.usage.output_tokens]


if __name__ == "__main__":
    run(read)
