"""LangChain's `ChatOpenAI`."""

from __future__ import annotations

from typing import Any

from langchain_openai import ChatOpenAI

from tests.clients.scripts.job import TIMEOUT_SECONDS, Job, Reading, run


def read(job: Job, into: Reading) -> None:
    model: Any = ChatOpenAI(
        model=job.model,
        base_url=f"{job.base_url}/v1",
        api_key="k",
        max_retries=0,
        timeout=TIMEOUT_SECONDS,
        use_responses_api=job.api == "responses",
        stream_usage=True,
    )
    if job.way == "whole":
        message = model.invoke("Hi?")
        into.add("final", message.text)
    else:
        message = None
        for chunk in model.stream("Hi?"):
            into.add("delta", chunk.text)
            message = chunk if message is None else message + chunk
        into.add("final", message.text)
    _said(message, into)


def _said(message: Any, into: Reading) -> None:
    for block in message.content_blocks:
        if block["type"] == "reasoning":
            into.reasoning += block.get("reasoning", "")
    for call in message.tool_calls:
        into.call(call["name"], call["args"])
    told = message.response_metadata
    into.finishes["0"] = told.get("finish_reason") or told.get("status") or ""
    if message.usage_metadata:
        into.usage = [message.usage_metadata["input_tokens"], message.usage_metadata["output_tokens"]]


if __name__ == "__main__":
    run(read)
