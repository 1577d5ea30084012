"""
Where Ollama's replies have their texts: a whole reply, and a line of a streamed one, have the same shape.

There is one choice. Its channels: content; reasoning (`thinking`); arguments, of each tool call: a JSON
object, read as JSON text. Anything else leaves while the reply is unchanged, and not at all once it was
changed, unless it is known to carry no text: so go log probabilities and `context`, the reply as token ids.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from filterproxy.core.verdict import Channel
from filterproxy.dialects.json_value import ValueHolder, text_of_value
from filterproxy.dialects.keys import keep, odd_keys
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.whole import Place, Reply

_PLAIN_KEYS = frozenset(
    {"model", "created_at", "done", "done_reason", "remote_model", "remote_host", "total_duration"}
    | {"load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration"}
)
_PLAIN_CALL_KEYS = frozenset({"id", "type", "function"})
_PLAIN_FUNCTION_KEYS = frozenset({"index", "name", "arguments"})
# A model that was only loaded into memory, or out of it, has said nothing.
_SILENT = frozenset({"load", "unload"})


def error_body(status: int, kind: str, message: str) -> bytes:
    """The body of an error, or the line of one."""
    return orjson.dumps({"error": message})


REFUSAL = error_body(400, "", "The reply was withheld by a content rule.")


@dataclass(frozen=True, slots=True)
class Layout:
    """
    Which of the two shapes a reply has.

    message: the key of the object that holds its texts; "" where they stand beside everything else. content:
    the key of the text.
    """

    message: str
    content: str

    @property
    def text_keys(self) -> dict[str, str]:
        """Keys of texts, and the kind of channel that each is."""
        return {self.content: "content", "thinking": "reasoning"}

    def message_of(self, value: dict[str, Any]) -> dict[str, Any]:
        """Raises WireError when there is none."""
        message = value.get(self.message) if self.message else value
        if not isinstance(message, dict):
            raise WireError(f"`{self.message}` is not an object")
        return message

    def places(self, value: dict[str, Any], calls: int = 0) -> Iterator[Place]:
        """The texts of a reply or a line. calls: tool calls in the lines before. May raise WireError."""
        message = self.message_of(value)
        for key, kind in self.text_keys.items():
            text = message.get(key)
            if text is None:
                continue
            if not isinstance(text, str):
                raise WireError(f"`{key}` is not a string")
            yield Place(Channel(0, kind), message, key, text)
        for part, function in enumerate(_functions(message), calls):
            arguments = function.get("arguments")
            if arguments is not None:
                channel = Channel(0, "arguments", part)
                yield Place(channel, ValueHolder(function), "arguments", text_of_value(arguments))

    def calls_in(self, value: dict[str, Any]) -> int:
        """How many tool calls a reply or a line has."""
        return sum(1 for _ in _functions(self.message_of(value)))

    def is_silent(self, value: dict[str, Any]) -> bool:
        """Whether a reply is no answer of the model's."""
        reason = value.get("done_reason")
        texts = (self.message_of(value).get(key) for key in self.text_keys)
        return isinstance(reason, str) and reason in _SILENT and not any(texts)

    def saying(self, say: str) -> dict[str, Any]:
        """The part of a line or a reply that says *say*, and nothing else."""
        said = {self.content: say}
        return {self.message: {"role": "assistant", **said}} if self.message else said

    @property
    def _message_keys(self) -> frozenset[str]:
        return frozenset({"role", "tool_calls", *self.text_keys})

    @property
    def _plain_keys(self) -> frozenset[str]:
        return _PLAIN_KEYS | ({self.message} if self.message else self._message_keys)

    def is_plain(self, value: dict[str, Any]) -> bool:
        """Whether a line without calls has only keys that are known to carry no text but its own."""
        odd = odd_keys(value, self._plain_keys)
        return not odd and (not self.message or not odd_keys(value[self.message], self._message_keys))

    def strip(self, value: dict[str, Any]) -> int:
        """Leave out every key that could repeat text; how many those were."""
        message = self.message_of(value)
        lost = keep(value, self._plain_keys)
        if self.message:
            lost += keep(message, self._message_keys)
        for call in message.get("tool_calls") or ():
            lost += keep(call, _PLAIN_CALL_KEYS)
        return lost + sum(keep(function, _PLAIN_FUNCTION_KEYS) for function in _functions(message))


CHAT = Layout("message", "content")
GENERATE = Layout("", "response")


def _functions(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    calls = message.get("tool_calls")
    if calls is None:
        return
    if not isinstance(calls, list):
        raise WireError("`tool_calls` is not a list")
    for call in calls:
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict):
            raise WireError("a tool call has no function")
        yield function


@dataclass(frozen=True, slots=True)
class LineForm:
    """Whole replies (see dialects.whole.Form)."""

    layout: Layout

    def read(self, value: dict[str, Any]) -> Reply:
        if "error" in value:
            raise WireError("the reply is an error")
        if not self.layout.message and not isinstance(value.get("response"), str):
            raise WireError("`response` is not a string")
        # Content is never missing, only empty, beside calls too: those are no empty reply.
        places = [place for place in self.layout.places(value) if place.text]
        if self.layout.is_silent(value):
            return Reply(value, (), {})
        return Reply(value, places, {0: bool(self.layout.calls_in(value))})

    def add(self, reply: Reply, channel: Channel, text: str) -> None:
        self.layout.message_of(reply.value)[self.layout.content] = text

    def replace(self, reply: Reply, dropped: Mapping[int, str | None], finish: str) -> None:
        if 0 in dropped:
            message = self.layout.message_of(reply.value)
            for key in ("tool_calls", *self.layout.text_keys):
                message.pop(key, None)
            reply.value.update(self.layout.saying(dropped[0] or ""), done_reason=finish)

    def finish(self, reply: Reply, choices: Collection[int], finish: str) -> None:
        if 0 in choices and not reply.choices[0]:
            reply.value["done_reason"] = finish

    def strip(self, reply: Reply, changed: frozenset[int]) -> int:
        return self.layout.strip(reply.value)

    def refusal(self) -> bytes:
        return REFUSAL
