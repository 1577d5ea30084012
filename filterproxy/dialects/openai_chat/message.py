"""
Where an OpenAI chat completion has its texts, whole (`message`) or streamed (`delta`).

Channels of a choice: content; refusal; reasoning (`reasoning_content` of vLLM and others, or `reasoning`);
arguments (of each tool call, by its index). Anything else that a choice carries leaves untouched while the
choice is unchanged, and not at all once it was changed, unless it is known to carry no text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from filterproxy.core.verdict import Channel
from filterproxy.dialects.openai_error import REFUSAL
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.whole import Place, Reply

# Keys of a delta or message that hold text, and the channel each is.
TEXT_KEYS = {
    "content": ("content", 0),
    "refusal": ("refusal", 0),
    "reasoning_content": ("reasoning", 0),
    # Some servers send the same under both names: a text of its own, so that both read the same in the end.
    "reasoning": ("reasoning", 1),
}
# Known to carry no text of the model.
PLAIN_KEYS = frozenset(
    {"id", "object", "created", "model", "usage", "system_fingerprint", "service_tier", "choices", "timings"}
)
PLAIN_CHOICE_KEYS = frozenset({"index", "finish_reason", "delta", "message"})
PLAIN_MESSAGE_KEYS = frozenset({"role", "tool_calls", "function_call", *TEXT_KEYS})
# The deprecated single function call, beside the list of tool calls.
_FUNCTION_CALL = -1
MOST_CHOICES = 1024


def places_of(message: dict[str, Any], choice: int) -> Iterator[Place]:
    """The texts of a message or delta. Raises WireError where a text key holds something else."""
    for key, (kind, part) in TEXT_KEYS.items():
        value = message.get(key)
        if value is None:
            continue
        if not isinstance(value, str):
            raise WireError(f"`{key}` is not a string")
        yield Place(Channel(choice, kind, part), message, key, value)
    calls = message.get("tool_calls")
    if calls is not None:
        if not isinstance(calls, list):
            raise WireError("`tool_calls` is not a list")
        for at, call in enumerate(calls):
            yield from _call_places(call, choice, at)
    function = message.get("function_call")
    if isinstance(function, dict):
        yield from _arguments(function, Channel(choice, "arguments", _FUNCTION_CALL))


def _call_places(call: object, choice: int, at: int) -> Iterator[Place]:
    if not isinstance(call, dict):
        raise WireError("a tool call is not an object")
    index = call.get("index", at)
    function = call.get("function")
    if isinstance(function, dict) and isinstance(index, int):
        yield from _arguments(function, Channel(choice, "arguments", index))


def _arguments(function: dict[str, Any], channel: Channel) -> Iterator[Place]:
    value = function.get("arguments")
    if isinstance(value, str):
        yield Place(channel, function, "arguments", value)


def choices_of(value: dict[str, Any], key: str) -> Iterator[tuple[int, dict[str, Any], dict[str, Any]]]:
    """Index, choice and message of each choice."""
    choices = value.get("choices")
    if not isinstance(choices, list) or len(choices) > MOST_CHOICES:
        raise WireError("`choices` is not a list")
    for choice in choices:
        if not isinstance(choice, dict) or not isinstance(choice.get("index", 0), int):
            raise WireError("a choice is not an object with an index")
        message = choice.get(key)
        if message is not None and not isinstance(message, dict):
            raise WireError(f"`{key}` is not an object")
        yield choice.get("index", 0), choice, message or {}


def strip(value: dict[str, Any], changed: frozenset[int], key: str) -> int:
    """Leave out every key that could repeat text which was changed; how many those were."""
    lost = _keep(value, PLAIN_KEYS)
    for choice in value.get("choices", ()):
        if choice.get("index", 0) not in changed:
            continue
        if choice.get("logprobs") is not None:
            choice["logprobs"] = None
            lost += 1
        lost += _keep(choice, PLAIN_CHOICE_KEYS | {"logprobs"})
        message = choice.get(key)
        if isinstance(message, dict):
            lost += _keep(message, PLAIN_MESSAGE_KEYS)
    return lost


def odd_keys(value: dict[str, Any], keys: frozenset[str]) -> list[str]:
    return [k for k in value if k not in keys and value[k] is not None]


def _keep(value: dict[str, Any], keys: frozenset[str]) -> int:
    odd = odd_keys(value, keys)
    for k in odd:
        del value[k]
    return len(odd)


class ChatForm:
    """Whole chat completions (see dialects.whole.Form)."""

    def read(self, value: dict[str, Any]) -> Reply:
        places: list[Place] = []
        calling: dict[int, bool] = {}
        for index, _, message in choices_of(value, "message"):
            calling[index] = bool(message.get("tool_calls") or message.get("function_call"))
            places += places_of(message, index)
        return Reply(value, places, calling, value["choices"])

    def add(self, reply: Reply, channel: Channel, text: str) -> None:
        for index, choice, message in choices_of(reply.value, "message"):
            if index == channel.choice:
                choice["message"] = {**message, "content": text}

    def replace(self, reply: Reply, dropped: Mapping[int, str | None], finish: str) -> None:
        for index, choice, message in choices_of(reply.value, "message"):
            if index in dropped:
                role, say = message.get("role", "assistant"), dropped[index]
                choice["message"] = {"role": role, "content": say or "", "refusal": None}
                choice["finish_reason"] = "content_filter" if say is None else finish

    def finish(self, reply: Reply, choices: Collection[int], finish: str) -> None:
        for index, choice, _ in choices_of(reply.value, "message"):
            reason = choice.get("finish_reason")
            if index in choices and reason not in (None, "tool_calls", "function_call"):
                choice["finish_reason"] = finish

    def strip(self, reply: Reply, changed: frozenset[int]) -> int:
        return strip(reply.value, changed, "message")

    def refusal(self) -> bytes:
        return REFUSAL
