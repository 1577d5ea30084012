"""LiteLLM as a library."""

from __future__ import annotations

import os
from typing import Any

# Its table of prices is fetched when it is imported, unless it is told not to.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm

from tests.clients.scripts.job import TIMEOUT_SECONDS, Job, Reading, run

litellm.suppress_debug_info = True


def read(job: Job, into: Reading) -> None:
    openai = job.api == "chat"
    stream: Any = {"stream": True, "stream_options": {"include_usage": True}} if job.way == "stream" else {}
    answer: Any = litellm.completion(
        model=f"{'openai' if openai else 'anthropic'}/{job.model}",
        api_base=f"{job.base_url}/v1" if openai else job.base_url,
        api_key="k",
        messages=[{"role": "user", "content": "Hi?"}],
        max_retries=0,
        timeout=TIMEOUT_SECONDS,
        **stream,
    )
    if stream:
        for chunk in answer:
            for choice in chunk.choices:
                _add(choice.index, choice.delta, choice.finish_reason, into)
            _used(getattr(chunk, "usage", None), into)
        return
    for choice in answer.choices:
        _add(choice.index, choice.message, choice.finish_reason, into)
    _used(answer.usage, into)


def _add(index: int, said: Any, finish: str | None, into: Reading) -> None:
    into.add(index, said.content)
    into.reasoning += getattr(said, "reasoning_content", None) or ""
    if finish:
        into.finishes[str(index)] = finish
    for call in getattr(said, "tool_calls", None) or ():
        # Of a whole reply an index would be the content block's.
        at = getattr(call, "index", 0) if type(said).__name__ == "Delta" else len(into.tools)
        into.more_of_call(at, call.function.name, call.function.arguments)


def _used(usage: Any, into: Reading) -> None:
    if usage is not None:
        into.usage = [usage.prompt_tokens, usage.completion_tokens]


if __name__ == "__main__":
    run(read)
