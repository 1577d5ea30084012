"""
Where an Anthropic message has its texts, whole or in the start of a streamed block.

There is one choice. Its channels: content, a part for each text block; reasoning, for each thinking block;
arguments, for each tool_use block: its `input`, a JSON object, read as JSON text. What the server's own tools
were asked and found (server_tool_use, web_search_tool_result ...) is no text of the model's but may repeat
it, as citations may: it leaves while the message is unchanged, and is emptied once that was changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import orjson

from filterproxy.core.verdict import Channel
from filterproxy.dialects.json_value import ValueHolder, text_of_value
from filterproxy.dialects.keys import keep
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.whole import Place, Reply

# The kind of channel that a type of block is, and the key of its text.
TEXT_KEYS = {
    "text": ("content", "text"),
    "thinking": ("reasoning", "thinking"),
    "tool_use": ("arguments", "input"),
}
# Known to carry no text of the model.
_PLAIN_KEYS = frozenset(
    {"id", "type", "role", "content", "model", "stop_reason", "stop_sequence", "usage", "container"}
)
_PLAIN_BLOCK_KEYS = {
    "text": frozenset({"type", "text", "citations"}),
    "thinking": frozenset({"type", "thinking", "signature"}),
    # Encrypted: nobody but the server can read it, and without it the message cannot be sent back.
    "redacted_thinking": frozenset({"type", "data"}),
    "tool_use": frozenset({"type", "id", "name", "input", "caller", "toolset_name"}),
}
_PLAIN_OTHER_KEYS = frozenset({"type", "id", "name", "input", "content", "tool_use_id", "caller"})

# https://docs.claude.com/en/api/errors
_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}
_KINDS = {
    "invalid_request_error": "invalid_request_error",
    "content_filter": "invalid_request_error",
    "unavailable": "overloaded_error",
}


def error_body(status: int, kind: str, message: str) -> bytes:
    """The body of an error; status 0: within a stream, where there is none."""
    named = _ERRORS.get(status) or _KINDS.get(kind, kind if kind in _ERRORS.values() else "api_error")
    return orjson.dumps({"type": "error", "error": {"type": named, "message": message}})


REFUSAL = error_body(400, "content_filter", "The reply was withheld by a content rule.")


def stop_reason(finish: str) -> str:
    """Why a message stops, for a finish reason of OpenAI's."""
    return "refusal" if finish == "content_filter" else "end_turn"


def type_of(block: Mapping[str, Any]) -> str:
    named = block.get("type")
    return named if isinstance(named, str) else ""


def text_at(block: dict[str, Any]) -> tuple[str, str, Any, str] | None:
    """The kind of a block's text, its key, what holds it, and the text; None when it has none to judge."""
    kind, key = TEXT_KEYS.get(type_of(block), ("", ""))
    if not kind:
        return None
    value = block.get(key)
    if kind == "arguments":
        # An empty object stands for arguments that are still to come.
        return kind, key, ValueHolder(block), text_of_value(value) if value else ""
    if value is not None and not isinstance(value, str):
        raise WireError(f"`{key}` is not a string")
    return kind, key, block, value or ""


def _blocks(value: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    blocks = value.get("content")
    if not isinstance(blocks, list):
        raise WireError("`content` is not a list")
    for block in blocks:
        if not isinstance(block, dict):
            raise WireError("a block is not an object")
        yield block


def strip_message(message: dict[str, Any]) -> int:
    """Leave out every key beside the blocks that could repeat text; how many those were."""
    return keep(message, _PLAIN_KEYS)


def strip_block(block: dict[str, Any]) -> int:
    """Leave out of a block all that could repeat text; how many keys that were."""
    named = type_of(block)
    lost = keep(block, _PLAIN_BLOCK_KEYS.get(named, _PLAIN_OTHER_KEYS))
    if named == "text":
        return lost + _empty(block, "citations", None)
    if named in _PLAIN_BLOCK_KEYS:
        return lost
    return lost + _empty(block, "input", {}) + _empty(block, "content", [])


def _empty(block: dict[str, Any], key: str, nothing: object) -> int:
    if not block.get(key):
        return 0
    block[key] = nothing
    return 1


class MessageForm:
    """Whole messages (see dialects.whole.Form)."""

    def read(self, value: dict[str, Any]) -> Reply:
        places: list[Place] = []
        parts: Counter[str] = Counter()
        for block in _blocks(value):
            found = text_at(block)
            if found is None:
                continue
            kind, key, holder, text = found
            places.append(Place(Channel(0, kind, parts[kind]), holder, key, text))
            parts[kind] += 1
        return Reply(value, places, {0: bool(parts["arguments"])})

    def add(self, reply: Reply, channel: Channel, text: str) -> None:
        reply.value["content"].append({"type": "text", "text": text})

    def replace(self, reply: Reply, dropped: Mapping[int, str | None], finish: str) -> None:
        if 0 in dropped:
            reply.value["content"] = [{"type": "text", "text": dropped[0] or ""}]
            reply.value.update(stop_reason=stop_reason(finish), stop_sequence=None)

    def finish(self, reply: Reply, choices: Collection[int], finish: str) -> None:
        value = reply.value
        if 0 in choices and not reply.choices[0] and value.get("stop_reason") is not None:
            value.update(stop_reason=stop_reason(finish), stop_sequence=None)

    def strip(self, reply: Reply, changed: frozenset[int]) -> int:
        lost = strip_message(reply.value) + sum(strip_block(block) for block in _blocks(reply.value))
        return lost + sum(_unsign(place) for place in reply.places if place.channel.kind == "reasoning")

    def refusal(self) -> bytes:
        return REFUSAL


def _unsign(place: Place) -> int:
    """
    Take the signature from thinking that was changed.

    It certifies, and holds in encrypted form, the very text that has gone. The block stays: in a stream it
    has begun before its text is judged, and whole replies read as streamed ones do.
    """
    block = place.holder
    return _empty(block, "signature", "") if block["thinking"] != place.text else 0
