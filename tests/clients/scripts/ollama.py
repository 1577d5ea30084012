"""The official `ollama` client."""

from __future__ import annotations

from typing import Any

import ollama

from tests.clients.scripts.job import TIMEOUT_SECONDS, Job, Reading, run


def read(job: Job, into: Reading) -> None:
    client = ollama.Client(host=job.base_url, timeout=TIMEOUT_SECONDS)
    stream = job.way == "stream"
    if job.api == "ollama chat":
        messages = [{"role": "user", "content": "Hi?"}]
        answer: Any = client.chat(model=job.model, messages=messages, stream=stream)
    else:
        answer = client.generate(model=job.model, prompt="Hi?", stream=stream)
    into.dump = []
    for part in answer if stream else (answer,):
        _add(job, part, into)


def _add(job: Job, part: Any, into: Reading) -> None:
    message = part.message if job.api == "ollama chat" else part
    into.add(0, message.content if job.api == "ollama chat" else message.response)
    into.reasoning += message.thinking or ""
    for call in getattr(message, "tool_calls", None) or ():
        into.call(call.function.name, dict(call.function.arguments))
    if part.done:
        into.finishes["0"] = part.done_reason
        into.usage = [part.prompt_eval_count, part.eval_count]
    into.dump.append(part.model_dump(mode="json"))


if __name__ == "__main__":
    run(read)
