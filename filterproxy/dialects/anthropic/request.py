"""Anthropic message requests, as rules see them. https://docs.claude.com/en/api/messages"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from filterproxy.core.calls import Said, turns_of
from filterproxy.core.request import Request
from filterproxy.dialects.request import object_of, word

# Tools that the caller runs, so that what they found stands in the request: its own, and these.
_RUN_BY_CALLER = ("custom", "bash_", "text_editor_", "computer_", "memory_")
# Blocks of the model's own that say nothing about the world.
_SILENT = frozenset({"tool_use", "thinking", "redacted_thinking"})
# Documents stand in results of tools, and blocks in documents; nothing sensible goes deeper.
_DEEPEST = 4


def read_request(body: bytes, headers: Mapping[str, str]) -> Request:
    """
    The request as rules see it. Never raises: what it cannot read makes the context incomplete.
    """
    value = object_of(body)
    turns: list[Said] = []
    complete = _add_system(value.get("system"), turns)
    complete = _add_messages(value.get("messages"), turns) and complete
    return Request(
        model=word(value.get("model")),
        headers=headers,
        stream=value.get("stream") is True,
        json=_wants_json(value),
        turns=turns_of(turns),
        complete=complete and not _asks_elsewhere(value),
    )


def _wants_json(value: dict[str, Any]) -> bool:
    config = value.get("output_config")
    wanted = config.get("format") if isinstance(config, dict) else value.get("output_format")
    return isinstance(wanted, dict) and wanted.get("type") == "json_schema"


def _asks_elsewhere(value: dict[str, Any]) -> bool:
    """Whether the server adds to the context what is not in the request: searches, files, other servers."""
    tools = value.get("tools")
    return bool(
        value.get("mcp_servers")
        or value.get("container")
        or (isinstance(tools, list) and any(_is_run_by_server(tool) for tool in tools))
    )


def _is_run_by_server(tool: object) -> bool:
    named = tool.get("type") if isinstance(tool, dict) else None
    return isinstance(named, str) and not named.startswith(_RUN_BY_CALLER)


def _add_system(system: object, turns: list[Said]) -> bool:
    """Whether all of it could be read, as in what follows."""
    text, readable = _text(system)
    if text:
        turns.append(Said("system", text))
    return readable


def _add_messages(messages: object, turns: list[Said]) -> bool:
    if not isinstance(messages, list):
        return False
    complete = True
    for message in messages:
        readable = isinstance(message, dict) and _add_message(message, turns)
        complete = complete and readable
    return complete


def _add_message(message: dict[str, Any], turns: list[Said]) -> bool:
    """A message's turns: the results of tools in it, then what it says itself."""
    content, complete = message.get("content"), True
    if isinstance(content, list):
        results = [part for part in content if _type_of(part) == "tool_result"]
        for result in results:
            text, readable = _text(result.get("content"))
            turns.append(Said("tool", text, answers=word(result.get("tool_use_id"))))
            complete = complete and readable
        if results and len(results) == len(content):
            return complete
        content = [part for part in content if _type_of(part) != "tool_result"]
    text, readable = _text(content)
    role = message.get("role")
    calls = tuple(_calls(content)) if role == "assistant" else ()
    turns.append(Said(role if role in ("assistant", "system") else "user", text, calls))
    return complete and readable


def _calls(content: object) -> Iterable[tuple[str, str]]:
    """Id and name of each function that a message calls."""
    for part in content if isinstance(content, list) else ():
        if _type_of(part) == "tool_use" and (name := word(part.get("name"))):
            yield word(part.get("id")), name


def _type_of(part: object) -> str:
    named = part.get("type") if isinstance(part, dict) else ""
    return named if isinstance(named, str) else ""


def _text(content: object, depth: int = 0) -> tuple[str, bool]:
    """The text of a string or of blocks, and whether there is nothing else in it."""
    if content is None or isinstance(content, str):
        return content or "", True
    if not isinstance(content, list) or depth > _DEEPEST:
        return "", False
    texts, readable = [], True
    for part in content:
        text, whole = (part, True) if isinstance(part, str) else _block(part, depth)
        if text:
            texts.append(text)
        readable = readable and whole
    return "\n".join(texts), readable


def _block(block: object, depth: int) -> tuple[str, bool]:
    if not isinstance(block, dict):
        return "", False
    match _type_of(block):
        case "text":
            text = block.get("text")
            return (text, True) if isinstance(text, str) else ("", False)
        case "search_result":
            return _under_title(block, block.get("content"), depth)
        case "document":
            source = block.get("source")
            named = _type_of(source)
            if not isinstance(source, dict) or named not in ("text", "content"):
                return _under_title(block, None, depth)[0], False
            return _under_title(block, source.get("data" if named == "text" else "content"), depth)
        case named:
            return "", named in _SILENT


def _under_title(block: dict[str, Any], content: object, depth: int) -> tuple[str, bool]:
    text, readable = _text(content, depth + 1)
    titles = [block.get(key) for key in ("title", "context")]
    return "\n".join([*(t for t in titles if isinstance(t, str) and t), text]), readable


def with_note(body: bytes, note: str) -> bytes:
    """A request body with a note in its system prompt: what upstream is told when it is asked again."""
    value = orjson.loads(body)
    system = value.get("system")
    if isinstance(system, list):
        value["system"] = [*system, {"type": "text", "text": note}]
    else:
        value["system"] = f"{system}\n\n{note}" if system else note
    return orjson.dumps(value)
