"""OpenAI chat completion requests, as rules see them. https://platform.openai.com/docs/api-reference/chat"""

from __future__ import annotations

from collections.abc import Mapping

from filterproxy.core.calls import Said, said, turns_of
from filterproxy.core.request import Request
from filterproxy.dialects.request import object_of, wants_json, word


def read_request(body: bytes, headers: Mapping[str, str]) -> Request:
    """
    The request as rules see it. Never raises: what it cannot read makes the context incomplete.
    """
    value = object_of(body)
    turns, complete = _turns(value.get("messages"))
    return Request(
        model=word(value.get("model")),
        headers=headers,
        stream=value.get("stream") is True,
        json=wants_json(value.get("response_format")),
        turns=turns_of(turns),
        complete=complete,
    )


def _turns(messages: object) -> tuple[list[Said], bool]:
    if not isinstance(messages, list):
        return [], False
    turns: list[Said] = []
    complete = True
    for message in messages:
        if not isinstance(message, dict):
            complete = False
            continue
        role = message.get("role")
        text, readable = _text(message.get("content"))
        complete = complete and readable
        turns.append(said(_ROLES.get(role, "user") if isinstance(role, str) else "user", text, message))
    return turns, complete


_ROLES = {
    "system": "system",
    "developer": "system",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}


def _text(content: object) -> tuple[str, bool]:
    """A message's text, and whether it has nothing else."""
    if content is None or isinstance(content, str):
        return content or "", True
    if not isinstance(content, list):
        return "", False
    texts, readable = [], True
    for part in content:
        text = part.get("text") if isinstance(part, dict) else part
        if isinstance(text, str):
            texts.append(text)
        else:
            readable = False
    return "\n".join(texts), readable
