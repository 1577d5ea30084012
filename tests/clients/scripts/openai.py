"""The official `openai` client, 1.x and later."""

from __future__ import annotations

from typing import Any

import openai

from tests.clients.scripts.job import TIMEOUT_SECONDS, Job, Reading, run

_MESSAGES: Any = [{"role": "user", "content": "Hi?"}]
_USAGE: Any = {"include_usage": True}


def read(job: Job, into: Reading) -> None:
    client = openai.OpenAI(api_key="k", base_url=f"{job.base_url}/v1", max_retries=0, timeout=TIMEOUT_SECONDS)
    with client:
        _READS[job.api, job.way](client, job, into)


def _asked(job: Job) -> dict[str, Any]:
    return {"model": job.model, **({"n": job.n} if job.n > 1 else {})}


def _chat(client: openai.OpenAI, job: Job, into: Reading) -> None:
    _completed(client.chat.completions.create(messages=_MESSAGES, **_asked(job)), into)


def _completed(completion: Any, into: Reading) -> None:
    for choice in completion.choices:
        into.add(choice.index, choice.message.content)
        into.finishes[str(choice.index)] = choice.finish_reason
        into.reasoning += getattr(choice.message, "reasoning_content", None) or ""
        for call in choice.message.tool_calls or ():
            into.call(call.function.name, call.function.arguments)
    _used(completion.usage, into)
    into.dump = completion.model_dump(mode="json")


def _used(usage: Any, into: Reading) -> None:
    if usage is not None:
        into.usage = [usage.prompt_tokens, usage.completion_tokens]


def _chat_stream(client: openai.OpenAI, job: Job, into: Reading) -> None:
    into.dump = []
    stream = client.chat.completions.create(
        messages=_MESSAGES, stream=True, stream_options=_USAGE, **_asked(job)
    )
    for chunk in stream:
        for choice in chunk.choices:
            into.add(choice.index, choice.delta.content)
            into.reasoning += getattr(choice.delta, "reasoning_content", None) or ""
            if choice.finish_reason:
                into.finishes[str(choice.index)] = choice.finish_reason
            for call in choice.delta.tool_calls or ():
                into.more_of_call(call.index, call.function.name, call.function.arguments)
        _used(chunk.usage, into)
        into.dump.append(chunk.model_dump(mode="json"))


def _chat_helper(client: openai.OpenAI, job: Job, into: Reading) -> None:
    asked: Any = _asked(job)
    with client.chat.completions.stream(messages=_MESSAGES, stream_options=_USAGE, **asked) as stream:
        for _ in stream:
            pass
        _completed(stream.get_final_completion(), into)


def _responses(client: openai.OpenAI, job: Job, into: Reading) -> None:
    _responded(client.responses.create(model=job.model, input="Hi?"), into)


def _responded(response: Any, into: Reading) -> None:
    into.add("final", response.output_text)
    into.finishes["0"] = response.status
    for item in response.output:
        if item.type == "function_call":
            into.call(item.name, item.arguments)
        if item.type == "reasoning":
            into.reasoning += "".join(part.text for part in item.summary)
    if response.usage is not None:
        into.usage = [response.usage.input_tokens, response.usage.output_tokens]
    into.dump = response.model_dump(mode="json")


def _responses_stream(client: openai.OpenAI, job: Job, into: Reading) -> None:
    """The text is read in each of the places where it stands."""
    events = []
    for event in client.responses.create(model=job.model, input="Hi?", stream=True):
        events.append(event.model_dump(mode="json", warnings=False))
        match event.type:
            case "response.output_text.delta":
                into.add("delta", event.delta)
            case "response.output_text.done":
                into.add("text done", event.text)
            case "response.content_part.done":
                into.add("part done", getattr(event.part, "text", None))
            case "response.output_item.done" if event.item.type == "message":
                into.add("item done", "".join(getattr(part, "text", "") for part in event.item.content))
            case "response.completed":
                _responded(event.response, into)
            case "error" | "response.failed" | "response.incomplete":
                # The client takes it for an event like others.
                into.error = f"openai.{event.type}"
                into.message = str(event)[:300]
    into.dump = events


def _responses_helper(client: openai.OpenAI, job: Job, into: Reading) -> None:
    with client.responses.stream(model=job.model, input="Hi?") as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                into.add("delta", event.delta)
        _responded(stream.get_final_response(), into)


def _completions(client: openai.OpenAI, job: Job, into: Reading) -> None:
    completion = client.completions.create(prompt="Hi?", **_asked(job))
    for choice in completion.choices:
        into.add(choice.index, choice.text)
        into.finishes[str(choice.index)] = choice.finish_reason
    _used(completion.usage, into)
    into.dump = completion.model_dump(mode="json")


def _completions_stream(client: openai.OpenAI, job: Job, into: Reading) -> None:
    into.dump = []
    stream = client.completions.create(prompt="Hi?", stream=True, stream_options=_USAGE, **_asked(job))
    for part in stream:
        for choice in part.choices:
            into.add(choice.index, choice.text)
            if choice.finish_reason:
                into.finishes[str(choice.index)] = choice.finish_reason
        _used(part.usage, into)
        into.dump.append(part.model_dump(mode="json"))


_READS = {
    ("chat", "whole"): _chat,
    ("chat", "stream"): _chat_stream,
    ("chat", "helper"): _chat_helper,
    ("responses", "whole"): _responses,
    ("responses", "stream"): _responses_stream,
    ("responses", "helper"): _responses_helper,
    ("completions", "whole"): _completions,
    ("completions", "stream"): _completions_stream,
}

if __name__ == "__main__":
    run(read)
