"""Ollama's requests, as rules see them. https://github.com/ollama/ollama/blob/main/docs/api.md"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from filterproxy.core.calls import Said, said, turns_of
from filterproxy.core.request import Request
from filterproxy.dialects.request import object_of, word

_ROLES = {"system": "system", "assistant": "assistant", "tool": "tool"}


def read_chat(body: bytes, headers: Mapping[str, str]) -> Request:
    """
    The request as rules see it. Never raises: what it cannot read makes the context incomplete.
    """
    value = object_of(body)
    turns, complete = _messages(value.get("messages")) if value else ([], False)
    return _request(value, headers, turns, complete)


def read_generate(body: bytes, headers: Mapping[str, str]) -> Request:
    """The same of a prompt. It is a user's turn, also where it is `raw` and holds the whole conversation."""
    value = object_of(body)
    turns, complete = [], bool(value)
    # A template and a suffix are the operator's text around the prompt: what they state is known.
    keys = {"system": "system", "template": "system", "suffix": "system", "prompt": "user"}
    for key, role in keys.items():
        text = value.get(key)
        if isinstance(text, str):
            turns += [Said(role, text)] if text else []
        elif text is not None:
            complete = False
    # Images, and an earlier conversation as token ids.
    complete = complete and not value.get("images") and not value.get("context")
    return _request(value, headers, turns, complete)


def _request(value: dict[str, Any], headers: Mapping[str, str], turns: list[Said], complete: bool) -> Request:
    return Request(
        model=word(value.get("model")),
        headers=headers,
        stream=value.get("stream") is not False,  # by default replies are streamed
        json=bool(value.get("format")),  # "json" or a schema
        turns=turns_of(turns),
        complete=complete,
    )


def _messages(messages: object) -> tuple[list[Said], bool]:
    if not isinstance(messages, list):
        return [], False
    turns, complete = [], True
    for message in messages:
        if not isinstance(message, dict):
            complete = False
            continue
        role, text = message.get("role"), message.get("content")
        readable = (text is None or isinstance(text, str)) and not message.get("images")
        complete = complete and readable
        named = _ROLES.get(role, "user") if isinstance(role, str) else "user"
        # A result names its function (`tool_name`); Ollama's calls have no ids.
        about = {**message, "name": message.get("tool_name")} if named == "tool" else message
        turns.append(said(named, text if isinstance(text, str) else "", about))
    return turns, complete


def note_to_generate(body: bytes, note: str) -> bytes:
    """
    The same of a prompt: after its system prompt, if it has one.

    A system prompt of ours would take the place of the one that the model was made with.
    """
    value = orjson.loads(body)
    key = "system" if value.get("system") and not value.get("raw") else "prompt"
    value[key] = f"{value[key]}\n\n{note}" if value.get(key) else note
    return orjson.dumps(value)
