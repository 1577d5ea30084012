"""
What was asked of the demo's model: a request checked as OpenAI checks it, with its errors.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

CHOICES_LIMIT = 128  # as OpenAI has it

# About how a tokenizer cuts English: a blank belongs to the word after it, long words come in pieces.
_TOKEN = re.compile(r"\s?(?:[^\W\d_]{1,7}|\d{1,3}|[^\w\s]{1,2}|_)|\s")


class Refused(Exception):
    """A request that is answered with an error in OpenAI's shape."""

    def __init__(self, status: int, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "type": "invalid_request_error", "param": param, "code": code}


@dataclass(frozen=True, slots=True)
class Asked:
    """A checked request. limit: tokens of each choice; None: all there are."""

    id: str
    model: str
    question: str
    system: str
    prompt_tokens: int
    choices: int
    stream: bool
    include_usage: bool
    limit: int | None


def tokens(text: str) -> list[str]:
    """*text* in the pieces in which it streams; joined they are *text* again."""
    return _TOKEN.findall(text)


def parse(raw: bytes) -> Asked:
    """The request in *raw*. Raises Refused where OpenAI would."""
    body = _object(raw)
    messages = _messages(body.get("messages"))
    stream = _flag(body, "stream")
    options = body.get("stream_options")
    if options is not None and not stream:
        raise Refused(400, "'stream_options' is only allowed when 'stream' is enabled.", "stream_options")
    limit = body.get("max_completion_tokens", body.get("max_tokens"))
    return Asked(
        id="chatcmpl-" + hashlib.sha256(raw).hexdigest()[:24],
        model=_model(body),
        question=next((text for role, text in reversed(messages) if role == "user"), ""),
        system="\n".join(text for role, text in messages if role in ("system", "developer")),
        prompt_tokens=sum(len(tokens(text)) for _, text in messages),
        choices=_count(body.get("n"), "n", CHOICES_LIMIT) or 1,
        stream=stream,
        include_usage=isinstance(options, dict) and options.get("include_usage") is True,
        limit=_count(limit, "max_completion_tokens", sys.maxsize),
    )


def _object(raw: bytes) -> Json:
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "We could not parse the JSON body of your request: a JSON object is expected.")
    return body


def _model(body: Json) -> str:
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise Refused(400, "you must provide a model parameter", "model")
    return model


def _messages(messages: object) -> list[tuple[str, str]]:
    if not isinstance(messages, list) or not messages:
        raise Refused(400, "'messages' must be a list of at least one message.", "messages")
    for i, message in enumerate(messages):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise Refused(400, f"'messages[{i}]' must be an object with a 'role'.", f"messages[{i}]")
    return [(m["role"], _text(m.get("content"))) for m in messages]


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = (part for part in content if isinstance(part, dict) and part.get("type") == "text")
    return "\n".join(str(part.get("text", "")) for part in parts)


def _flag(body: Json, name: str) -> bool:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise Refused(400, f"Invalid type for '{name}': expected a boolean.", name, "invalid_type")
    return bool(value)


def _count(value: object, name: str, most: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused(400, f"Invalid type for '{name}': expected an integer.", name, "invalid_type")
    if not 1 <= value <= most:
        code = "integer_below_min_value" if value < 1 else "integer_above_max_value"
        raise Refused(400, f"Invalid '{name}': {value} is not between 1 and {most}.", name, code)
    return value
