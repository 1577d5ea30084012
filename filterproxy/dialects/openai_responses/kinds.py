"""The kinds of events that streamed responses have, and what of each may stay once something was changed."""

from __future__ import annotations

from typing import Any

from filterproxy.dialects.openai_responses.message import Spot, empty, strip_item, strip_part, strip_response

# What the texts of each family of events are: their kind, which of an item's texts, what `done` calls them.
FAMILIES = {
    "response.output_text": ("content", "content", "text"),
    "response.refusal": ("refusal", "content", "refusal"),
    "response.reasoning_summary_text": ("reasoning", "summary", "text"),
    "response.reasoning_text": ("reasoning", "content", "text"),
    "response.function_call_arguments": ("arguments", "arguments", "arguments"),
    "response.custom_tool_call_input": ("arguments", "arguments", "input"),
    "response.mcp_call_arguments": ("arguments", "arguments", "arguments"),
    "response.code_interpreter_call_code": ("arguments", "arguments", "code"),
    "response.shell_call_command": ("arguments", "action", "command"),
}
DELTAS = {f"{family}.delta": (family, *about, "delta") for family, about in FAMILIES.items()}
DONES = {f"{family}.done": (family, *about) for family, about in FAMILIES.items()}
# The family of an item's own text.
CALLS = {
    "function_call": "response.function_call_arguments",
    "custom_tool_call": "response.custom_tool_call_input",
    "mcp_call": "response.mcp_call_arguments",
    "code_interpreter_call": "response.code_interpreter_call_code",
}
_PARTS = {
    "response.content_part": ("content", "content_index"),
    "response.reasoning_summary_part": ("summary", "summary_index"),
}
PART_EVENTS = {
    f"{name}.{stage}": (*where, stage == "done")
    for name, where in _PARTS.items()
    for stage in ("added", "done")
}
# It opens a text like a part does, and may have some of it.
OPENING = "response.shell_call_command.added"
ITEM_EVENTS = frozenset({"response.output_item.added", "response.output_item.done"})
INDEX_KEYS = {"content": "content_index", "summary": "summary_index", "action": "command_index"}
RUNNING = frozenset({"response.created", "response.in_progress", "response.queued"})
TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed", "response.cancelled"})
ENDED = frozenset({"response.completed", "response.incomplete"})
# They repeat a text or show it, and say nothing else: nothing is left of them once something was changed.
COPIES = frozenset({"response.output_text.annotation.added", "response.image_generation_call.partial_image"})
# They say that a server's tool is at work.
_TOOLS = {
    "web_search_call": ("in_progress", "searching", "completed"),
    "file_search_call": ("in_progress", "searching", "completed"),
    "image_generation_call": ("in_progress", "generating", "completed"),
    "code_interpreter_call": ("in_progress", "interpreting", "completed"),
    "mcp_call": ("in_progress", "completed", "failed"),
    "mcp_list_tools": ("in_progress", "completed", "failed"),
    "compaction": ("compacting",),
}
_SILENT = {f"response.{tool}.{stage}" for tool, stages in _TOOLS.items() for stage in stages} | {"keepalive"}
KNOWN = frozenset(_SILENT | COPIES)

_PLAIN_KEYS = frozenset(
    {
        "type",
        "sequence_number",
        "item_id",
        "output_index",
        "content_index",
        "summary_index",
        "command_index",
        "obfuscation",
    }
)


def family_of(spot: Spot) -> str:
    """The events that a text of a part would have."""
    if spot.kind == "reasoning":
        return "response.reasoning_summary_text" if spot.slot == "summary" else "response.reasoning_text"
    return "response.refusal" if spot.kind == "refusal" else "response.output_text"


def strip(value: dict[str, Any]) -> int:
    """Leave out of an event what could repeat text; how many keys that were."""
    kind = value["type"]
    if kind in DELTAS:
        return empty(value, _PLAIN_KEYS | {"delta"})
    if kind in DONES:
        return empty(value, _PLAIN_KEYS | {DONES[kind][3], "name", "call_id"})
    if kind == OPENING:
        return empty(value, _PLAIN_KEYS | {"command"})
    if kind in PART_EVENTS:
        return empty(value, _PLAIN_KEYS | {"part"}) + strip_part(value["part"])
    if kind in ITEM_EVENTS:
        return empty(value, _PLAIN_KEYS | {"item"}) + strip_item(value["item"])
    if kind in RUNNING or kind in TERMINAL:
        return empty(value, _PLAIN_KEYS | {"response"}) + strip_response(value["response"])
    return empty(value, _PLAIN_KEYS)
