"""
What a reply has cost, as upstream itself counts it. Each API has names of its own for the same two numbers.

    OpenAI chat completions, completions    usage.prompt_tokens, usage.completion_tokens
    OpenAI responses, Anthropic messages    usage.input_tokens, usage.output_tokens
    Ollama                                  prompt_eval_count, eval_count
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_PROMPT = ("prompt_tokens", "input_tokens", "prompt_eval_count")
_COMPLETION = ("completion_tokens", "output_tokens", "eval_count")
# Where streams put what has a `usage`: Anthropic's message_start, the events of OpenAI's responses.
_HOLDERS = ("message", "response")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens that were read and written; 0 where upstream does not say."""

    prompt: int = 0
    completion: int = 0

    @property
    def total(self) -> int:
        return self.prompt + self.completion

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(self.prompt + other.prompt, self.completion + other.completion)


def says(event: Mapping[str, Any]) -> bool:
    """Whether an event of a stream may say what the reply has cost; most do not, and this is cheap."""
    if event.get("usage") or "eval_count" in event or "prompt_eval_count" in event:
        return True
    holder = event.get("message") or event.get("response")
    return isinstance(holder, dict) and bool(holder.get("usage"))


def tokens_of(values: Iterable[Mapping[str, Any]]) -> Tokens:
    """The tokens of one reply, whole or as its events: what events say grows, so that the most counts."""
    prompt = completion = 0
    for value in values:
        for counts in _counts(value):
            prompt = max(prompt, _number(counts, _PROMPT))
            completion = max(completion, _number(counts, _COMPLETION))
    return Tokens(prompt, completion)


def _counts(value: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    yield value
    for holder in (value, *(value.get(key) for key in _HOLDERS)):
        usage = holder.get("usage") if isinstance(holder, dict) else None
        if isinstance(usage, dict):
            yield usage


def _number(counts: Mapping[str, Any], names: Iterable[str]) -> int:
    found = [counts[name] for name in names if type(counts.get(name)) is int]
    return max(found, default=0)
