"""Requests for OpenAI responses, as rules see them. https://platform.openai.com/docs/api-reference/responses"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from filterproxy.core.calls import Said, turns_of
from filterproxy.core.request import Request
from filterproxy.dialects.request import object_of, wants_json, word

# Each names text that the server keeps and the request does not state.
_ELSEWHERE = ("previous_response_id", "conversation", "prompt")
# Tools that the caller runs, so that their results stand in a later request; others are the server's, and
# what they found is in no request. Image generation finds nothing.
_CALLERS_TOOLS = frozenset({"function", "custom", "local_shell", "apply_patch", "image_generation"})
_ROLES = {"system": "system", "developer": "system", "assistant": "assistant"}
_RESULTS = frozenset({"function_call_output", "custom_tool_call_output", "local_shell_call_output"})
_CALLS = frozenset({"function_call", "custom_tool_call"})
# The model's own, of which nothing is known by the request.
_OWN = frozenset({"function_call", "custom_tool_call", "local_shell_call", "reasoning", "mcp_list_tools"})


def read_request(body: bytes, headers: Mapping[str, str]) -> Request:
    """
    The request as rules see it. Never raises: what it cannot read makes the context incomplete.
    """
    value = object_of(body)
    turns, complete = _turns(value.get("input"))
    instructions, text = value.get("instructions"), value.get("text")
    if isinstance(instructions, str):
        turns.insert(0, Said("system", instructions))
    return Request(
        model=word(value.get("model")),
        headers=headers,
        stream=value.get("stream") is True,
        json=wants_json(text.get("format") if isinstance(text, dict) else None),
        turns=turns_of(turns),
        complete=complete
        and (instructions is None or isinstance(instructions, str))
        and all(value.get(key) is None for key in _ELSEWHERE)
        and _only_callers(value.get("tools")),
        conversation=_conversation(value.get("conversation")),
    )


def _conversation(named: object) -> str:
    """An id, or an object that has it; a `previous_response_id` is another one at each turn."""
    return word(named.get("id") if isinstance(named, dict) else named)


def _only_callers(tools: object) -> bool:
    """Whether no tool is the server's."""
    return tools is None or (
        isinstance(tools, list)
        and all(isinstance(tool, dict) and tool.get("type") in _CALLERS_TOOLS for tool in tools)
    )


def _turns(items: object) -> tuple[list[Said], bool]:
    if isinstance(items, str):
        return [Said("user", items)], True
    if not isinstance(items, list):
        return [], False
    turns, complete = [], True
    for item in items:
        if not isinstance(item, dict):
            complete = False
            continue
        found, readable = _turns_of(item)
        turns += found
        complete = complete and readable
    return turns, complete


def _turns_of(item: dict[str, Any]) -> tuple[list[Said], bool]:
    """The turns that an item is, and whether it has nothing else to say."""
    kind = item.get("type", "message")
    if kind == "message":
        role = item.get("role")
        text, readable = _text(item.get("content"))
        return [Said(_ROLES.get(role, "user") if isinstance(role, str) else "user", text)], readable
    if kind in _RESULTS:
        text, readable = _text(item.get("output"))
        return [Said("tool", text, answers=word(item.get("call_id")))], readable
    if kind == "mcp_call" and item.get("output") is not None:
        text, readable = _text(item["output"])
        return [Said("tool", text, tool=word(item.get("name")))], readable
    if kind in _CALLS and (name := word(item.get("name"))):
        # What calls a function says nothing: the turn is the call's, and only counts where no result follows.
        return [Said("assistant", "", ((word(item.get("call_id")), name),))], True
    return [], kind in _OWN


def _text(content: object) -> tuple[str, bool]:
    """The text of a message or result, and whether it has nothing else."""
    if content is None or isinstance(content, str):
        return content or "", True
    if not isinstance(content, list):
        return "", False
    texts = list(_texts(content))
    return "\n".join(texts), len(texts) == len(content)


def _texts(parts: Iterable[object]) -> Iterable[str]:
    for part in parts:
        text = part.get("text", part.get("refusal")) if isinstance(part, dict) else part
        if isinstance(text, str):
            yield text


def with_note(body: bytes, note: str) -> bytes:
    """A request body with a system message appended: what upstream is told when it is asked again."""
    value = orjson.loads(body)
    asked = value["input"]
    if isinstance(asked, str):
        asked = [{"role": "user", "content": asked}]
    value["input"] = [*asked, {"role": "system", "content": note}]
    return orjson.dumps(value)
