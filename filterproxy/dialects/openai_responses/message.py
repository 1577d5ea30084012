"""
Where an OpenAI response has its texts.

A response is a list of items, and is one choice. Channels: content (each text part of each message, numbered
in their order), refusal, reasoning (each part of a summary, and of the reasoning itself), arguments (of each
call, whoever runs it; code, shell commands and patches too). What servers' tools were asked and answered,
images, annotations and log probabilities leave untouched while the response is unchanged. Once it was
changed they leave empty, for they could repeat text; so does `encrypted_content`, of which nobody here can
say what it holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from filterproxy.core.verdict import Channel
from filterproxy.dialects.openai_error import REFUSAL
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.whole import Place, Reply

# The key of items that hold one text of their own.
ARGUMENT_KEYS = {
    "function_call": "arguments",
    "custom_tool_call": "input",
    "mcp_call": "arguments",
    "mcp_approval_request": "arguments",
    "code_interpreter_call": "code",
}
# Calls whose texts, one or a list of them, stand in an object of the item.
NESTED_KEYS = {
    "shell_call": ("action", "commands"),
    "local_shell_call": ("action", "command"),
    "apply_patch_call": ("operation", "diff"),
}
# The keys of items that hold parts.
PART_KEYS = {"message": ("content",), "reasoning": ("summary", "content")}

# Known to carry no text of the model. What repeats the request (instructions, tools) is the caller's own.
PLAIN_KEYS = frozenset(
    {
        "id", "object", "created_at", "completed_at", "status", "background", "error", "incomplete_details",
        "instructions", "max_output_tokens", "max_tool_calls", "metadata", "model", "output",
        "parallel_tool_calls", "previous_response_id", "conversation", "prompt", "prompt_cache_key",
        "prompt_cache_retention", "prompt_cache_options", "reasoning", "safety_identifier", "service_tier",
        "store", "temperature", "text", "tool_choice", "tools", "tool_usage", "top_logprobs", "top_p",
        "truncation", "usage", "user", "billing", "frequency_penalty", "presence_penalty",
    }
)  # fmt: skip
PLAIN_ITEM_KEYS = frozenset(
    {
        "id", "type", "status", "role", "phase", "call_id", "name", "namespace", "server_label", "caller",
        "async", "container_id", "approval_request_id", "created_by",
    }
)  # fmt: skip
_MOST_ITEMS = 4096
UPSTREAM_ERROR = "the model server reported an error"
# Responses that say nothing yet, or never will: that they are empty is not what the model said.
_UNSAID = frozenset({"queued", "in_progress", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Spot:
    """
    A text of an item: `holder[key]`.

    kind: of its channel. slot, index: which of the item's texts it is.
    """

    kind: str
    slot: str
    index: int
    holder: Any
    key: str | int

    @property
    def text(self) -> str:
        text: str = self.holder[self.key]
        return text


def spots_of(item: dict[str, Any]) -> Iterator[Spot]:
    """The texts of an item. Raises WireError where a text key holds something else."""
    kind = item.get("type")
    if not isinstance(kind, str):
        raise WireError("an item has no type")
    if kind in ARGUMENT_KEYS:
        key = ARGUMENT_KEYS[kind]
        if item.get(key) is not None:
            yield _checked(Spot("arguments", "arguments", 0, item, key))
    if kind in NESTED_KEYS:
        yield from _nested(item, *NESTED_KEYS[kind])
    for slot in PART_KEYS.get(kind, ()):
        parts = item.get(slot)
        if parts is None:
            continue
        if not isinstance(parts, list):
            raise WireError(f"`{slot}` is not a list")
        for index, part in enumerate(parts):
            yield from spots_of_part(part, slot, index, reasoning=kind == "reasoning")


def _nested(item: dict[str, Any], outer: str, key: str) -> Iterator[Spot]:
    held = item.get(outer)
    texts = held.get(key) if isinstance(held, dict) else None
    if isinstance(texts, list):
        for index in range(len(texts)):
            yield _checked(Spot("arguments", outer, index, texts, index))
    elif texts is not None:
        yield _checked(Spot("arguments", outer, 0, held, key))


def spots_of_part(part: object, slot: str, index: int, *, reasoning: bool) -> Iterator[Spot]:
    """The text of a part, if it has one."""
    if not isinstance(part, dict):
        raise WireError("a part is not an object")
    key = text_key(part)
    if part.get(key) is not None:
        kind = "reasoning" if reasoning else "refusal" if key == "refusal" else "content"
        yield _checked(Spot(kind, slot, index, part, key))


def text_key(part: Mapping[str, Any]) -> str:
    """The key of a part's text."""
    return "refusal" if part.get("type") == "refusal" else "text"


def _checked(spot: Spot) -> Spot:
    if not isinstance(spot.holder[spot.key], str):
        raise WireError(f"`{spot.key}` is not a string")
    return spot


def items_of(response: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of a response; some servers say none where there are none."""
    items = response.get("output")
    if items is None:
        return []
    if not isinstance(items, list) or len(items) > _MOST_ITEMS:
        raise WireError("`output` is not a list")
    if not all(isinstance(item, dict) for item in items):
        raise WireError("an item is not an object")
    return items


def empty(value: dict[str, Any], kept: frozenset[str]) -> int:
    """
    Leave nothing under other keys than those *kept*; how many had something.

    Lists and objects stay as empty ones, where clients may count on there being one.
    """
    lost = 0
    for key in [k for k in value if k not in kept]:
        held = value[key]
        if isinstance(held, list):
            left: Any = []
        elif isinstance(held, dict):
            left = {"type": held["type"]} if isinstance(held.get("type"), str) else {}
        else:
            left = None
        if held == left:
            continue
        lost += 1
        if left is None:
            del value[key]
        else:
            value[key] = left
    return lost


def strip_item(item: dict[str, Any]) -> int:
    """Leave out of an item what could repeat text; how many keys that were."""
    kind = item.get("type", "")
    slots = PART_KEYS.get(kind, ())
    outer, inner = NESTED_KEYS.get(kind, ("", ""))
    lost = empty(item, PLAIN_ITEM_KEYS.union(slots, (ARGUMENT_KEYS.get(kind, ""), outer)))
    if isinstance(item.get(outer), dict):
        lost += empty(item[outer], frozenset({"type", inner}))
    return lost + sum(strip_part(part) for slot in slots for part in item.get(slot) or ())


def strip_part(part: dict[str, Any]) -> int:
    """The same of a part."""
    return empty(part, frozenset({"type", text_key(part)}))


def strip_response(response: dict[str, Any]) -> int:
    """The same of a response and its items."""
    lost = empty(response, PLAIN_KEYS) + sum(strip_item(item) for item in items_of(response))
    return lost + strip_error(response)


def strip_error(response: dict[str, Any]) -> int:
    """The same of what a response says about why it failed, whose words may be the model's."""
    error = response.get("error")
    if error is None:
        return 0
    code = error.get("code") if isinstance(error, dict) else None
    response["error"] = {"code": code or "server_error", "message": UPSTREAM_ERROR}
    return 1


def message_of(id_: str, text: str) -> dict[str, Any]:
    """An item of our own."""
    return {
        "id": id_,
        "type": "message",
        "status": "completed",
        "role": "assistant",
        "content": [text_part(text)],
    }


def text_part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def message_id(response: Mapping[str, Any]) -> str:
    """An id for a message of our own: that of the first one, or one made of the response's."""
    ids = (item.get("id") for item in items_of(response) if item.get("type") == "message")
    own = next((id_ for id_ in ids if isinstance(id_, str)), None)
    return own or "msg_" + str(response.get("id", "")).removeprefix("resp_")


def complete(response: dict[str, Any], reason: str) -> None:
    """Say that a response has come to its end, for *reason*; not of one that failed."""
    if response.get("status") == "failed":
        return
    if reason == "content_filter":
        response["status"] = "incomplete"
        response["incomplete_details"] = {"reason": "content_filter"}
    else:
        response["status"] = "completed"
        response["incomplete_details"] = None


class ResponsesForm:
    """Whole responses (see dialects.whole.Form)."""

    def read(self, value: dict[str, Any]) -> Reply:
        if value.get("object", "response") != "response" or "output" not in value:
            raise WireError("the body is no response")
        places: list[Place] = []
        parts: Counter[str] = Counter()
        for item in items_of(value):
            for spot in spots_of(item):
                channel = Channel(0, spot.kind, parts[spot.kind])
                parts[spot.kind] += 1
                places.append(Place(channel, spot.holder, spot.key, spot.text))
        return Reply(value, places, {0: bool(parts["arguments"]) or value.get("status") in _UNSAID})

    def add(self, reply: Reply, channel: Channel, text: str) -> None:
        items = items_of(reply.value)
        reply.value["output"] = [*items, message_of(message_id({**reply.value, "output": []}), text)]

    def replace(self, reply: Reply, dropped: Mapping[int, str | None], finish: str) -> None:
        if 0 in dropped:
            reply.value["output"] = [message_of(message_id(reply.value), dropped[0] or "")]
            complete(reply.value, finish)

    def finish(self, reply: Reply, choices: Collection[int], finish: str) -> None:
        # One that calls a function ends for that, as in a stream.
        if 0 in choices and not reply.choices[0]:
            complete(reply.value, finish)

    def strip(self, reply: Reply, changed: frozenset[int]) -> int:
        return strip_response(reply.value)

    def refusal(self) -> bytes:
        return REFUSAL
