"""
The events of streamed Anthropic messages: from JSON to texts and back.

https://docs.claude.com/en/docs/build-with-claude/streaming

Each block has an index, and its channels end with it. Clients file a delta under its block by index, so that
no block is ever left out: one that may not say what it said is emptied.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from filterproxy.core.verdict import Channel
from filterproxy.dialects.anthropic.message import (
    REFUSAL,
    error_body,
    stop_reason,
    strip_block,
    strip_message,
    text_at,
    type_of,
)
from filterproxy.dialects.keys import keep, odd_keys
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.sse import SSE, event
from filterproxy.dialects.translation import Change, Parsed
from filterproxy.dialects.whole import dumps, loads, object_in

# The kind of channel that a type of delta adds to, and the key of its text.
_DELTAS = {
    "text_delta": ("content", "text"),
    "thinking_delta": ("reasoning", "thinking"),
    "input_json_delta": ("arguments", "partial_json"),
}
_DELTA_OF = {kind: (named, key) for named, (kind, key) in _DELTAS.items()}
# Deltas that carry no text of the model.
_OTHER_DELTAS = frozenset({"signature_delta", "citations_delta"})
_PLAIN_KEYS = {
    "message_start": frozenset({"type", "message"}),
    "content_block_start": frozenset({"type", "index", "content_block"}),
    "content_block_delta": frozenset({"type", "index", "delta"}),
    "content_block_stop": frozenset({"type", "index"}),
    "message_delta": frozenset({"type", "delta", "usage"}),
    # The last is what Bedrock adds: counts and times.
    "message_stop": frozenset({"type", "amazon-bedrock-invocationMetrics"}),
    "ping": frozenset({"type"}),
    "error": frozenset({"type", "error", "request_id"}),
}
_PLAIN_FINISH_KEYS = frozenset({"stop_reason", "stop_sequence", "container"})


@dataclass(slots=True)
class MessageEvents:
    """The translation of one message's events (see dialects.translation.Translation)."""

    _types: dict[int, str] = field(default_factory=dict)  # of blocks, by index
    _channels: dict[tuple[int, str], Channel] = field(default_factory=dict)  # by index and kind
    _indices: dict[Channel, int] = field(default_factory=dict)
    _parts: Counter[str] = field(default_factory=Counter)
    _open: dict[int, None] = field(default_factory=dict)  # blocks that have not stopped
    _altered: set[Channel] = field(default_factory=set)  # thinking that does not read as it was signed
    _usage: dict[str, Any] = field(default_factory=dict)

    framing = SSE
    repeats = False
    single_choice = True

    # From JSON

    def parse(self, data: bytes) -> Parsed | None:
        value = object_in(data)
        if value is None:
            return None
        match type_of(value):
            case "content_block_delta":
                return self._delta(value)
            case "content_block_start":
                return self._start(value)
            case "content_block_stop":
                return self._stop(value)
            case "message_start":
                return self._message(value)
            case "message_delta":
                return self._finish(value)
            case "message_stop":
                return Parsed(value, choices=(0,), closing=True, last=True)
            case "error":
                return Parsed(value, closing=True, last=True)
            case "ping":
                return Parsed(value)
        return None

    def _message(self, value: dict[str, Any]) -> Parsed | None:
        message = value.get("message")
        if not isinstance(message, dict):
            return None
        if message.get("content"):
            raise WireError("a stream's message begins with content")
        self._count(message)
        return Parsed(value, choices=(0,))

    def _start(self, value: dict[str, Any]) -> Parsed | None:
        index, block = value.get("index"), value.get("content_block")
        if not isinstance(index, int) or not isinstance(block, dict):
            return None
        found = text_at(block)
        self._types[index] = type_of(block)
        self._open[index] = None
        if found is None:
            return Parsed(value, choices=(0,))
        # Also where it is empty, so that rules on short texts see it while the block can still take text.
        return Parsed(value, ((self._channel(index, found[0]), found[3]),), (0,))

    def _delta(self, value: dict[str, Any]) -> Parsed | None:
        index, delta = value.get("index"), value.get("delta")
        if not isinstance(index, int) or not isinstance(delta, dict):
            return None
        named = type_of(delta)
        kind, key = _DELTAS.get(named, ("", ""))
        if not kind:
            return self._other_delta(value, index, named)
        text = delta.get(key)
        if not isinstance(text, str):
            return None
        if kind == "arguments" and self._types.get(index, "tool_use") != "tool_use":
            return Parsed(value, choices=(0,))  # of a tool that the server runs
        # A block that never began is judged like any other.
        return Parsed(
            value,
            ((self._channel(index, kind), text),),
            (0,),
            single=key.encode() if len(delta) == 2 else b"",
        )

    def _other_delta(self, value: dict[str, Any], index: int, named: str) -> Parsed | None:
        if named not in _OTHER_DELTAS:
            return None
        signed = self._channels.get((index, "reasoning")) if named == "signature_delta" else None
        # Thinking ends with its signature: whether it was changed is known before the signature leaves.
        return Parsed(value, choices=(0,), closes=() if signed is None else (signed,))

    def _stop(self, value: dict[str, Any]) -> Parsed | None:
        index = value.get("index")
        if not isinstance(index, int):
            return None
        self._open.pop(index, None)
        closes = [channel for (at, _), channel in self._channels.items() if at == index]
        return Parsed(value, choices=(0,), closes=tuple(closes))

    def _finish(self, value: dict[str, Any]) -> Parsed | None:
        delta = value.get("delta")
        if not isinstance(delta, dict):
            return None
        self._count(value)
        ends = () if delta.get("stop_reason") is None else (0,)
        return Parsed(value, choices=(0,), ends=ends, closing=True)

    def _channel(self, index: int, kind: str) -> Channel:
        channel = self._channels.get((index, kind))
        if channel is None:
            channel = self._channels[index, kind] = Channel(0, kind, self._parts[kind])
            self._parts[kind] += 1
            self._indices[channel] = index
        return channel

    def _count(self, value: dict[str, Any]) -> None:
        usage = value.get("usage")
        if isinstance(usage, dict):
            self._usage.update(usage)

    # And back

    def write(self, parsed: Parsed, change: Change) -> tuple[bytes | None, int]:
        value: dict[str, Any] = loads(dumps(parsed.value))
        named = type_of(value)
        if named == "error":  # its words may be the model's
            error = value.get("error")
            kind = type_of(error) if isinstance(error, dict) else ""
            return self.error(kind, "the model server reported an error"), 1
        lost = keep(value, _PLAIN_KEYS[named])
        telling = True
        match named:
            case "content_block_delta":
                telling, gone = self._write_delta(value, parsed, change)
                lost += gone
            case "content_block_start":
                lost += self._write_start(value["content_block"], parsed, change)
            case "message_start":
                lost += strip_message(value["message"])
            case "message_delta":
                lost += keep(value["delta"], _PLAIN_FINISH_KEYS)
                if 0 in change.reasons:
                    value["delta"].update(stop_reason=stop_reason(change.reasons[0]), stop_sequence=None)
        return (_named(value) if telling else None), lost

    def _write_start(self, block: dict[str, Any], parsed: Parsed, change: Change) -> int:
        lost = strip_block(block)
        found = text_at(block)
        if found is None:
            return lost
        _, key, holder, text = found
        said = self._said(parsed, change)
        if said != text:
            holder[key] = said
            if block.get("signature"):
                block["signature"] = ""
                lost += 1
        return lost

    def _write_delta(self, value: dict[str, Any], parsed: Parsed, change: Change) -> tuple[bool, int]:
        """Whether the delta says anything still, and how many keys were left out."""
        delta = value["delta"]
        if not parsed.texts:
            if type_of(delta) == "signature_delta" and self._altered.isdisjoint(parsed.closes):
                return True, 0
            return False, 1
        _, key = _DELTAS[delta["type"]]
        delta[key] = self._said(parsed, change)
        return bool(delta[key]), keep(delta, ("type", key))

    def _said(self, parsed: Parsed, change: Change) -> str:
        channel, text = parsed.texts[0]
        said = change.texts.get(channel, text)
        if said != text:
            self._altered.add(channel)
        return said

    def plain(self, parsed: Parsed) -> bool:
        value = parsed.value
        return not odd_keys(value, _PLAIN_KEYS[value["type"]])

    def extra(self, like: dict[str, Any], channel: Channel, text: str) -> bytes:
        index = self._indices.get(channel)
        if index is not None:
            self._altered.add(channel)
            return _delta(index, channel.kind, text)
        index = max(self._types, default=-1) + 1
        self._types[index] = "text"
        return _text_block(index, text)

    def ending(self, like: dict[str, Any], choices: Sequence[int], reason: str) -> bytes:
        stops = b"".join(_named({"type": "content_block_stop", "index": index}) for index in self._open)
        return stops + self._end(reason)

    def _end(self, reason: str) -> bytes:
        delta = {"stop_reason": stop_reason(reason), "stop_sequence": None}
        usage = {"output_tokens": 0, **self._usage}
        return _named({"type": "message_delta", "delta": delta, "usage": usage}) + _named(
            {"type": "message_stop"}
        )

    def replacement(self, parsed: Sequence[Parsed], say: str, reason: str) -> bytes:
        start = next((p.value for p in parsed if type_of(p.value) == "message_start"), None)
        message = dict(_MESSAGE if start is None else start["message"])
        strip_message(message)
        begin = _named({"type": "message_start", "message": message})
        return begin + _text_block(0, say) + self._end(reason)

    def left(self, data: bytes) -> bytes:
        return data

    def error(self, kind: str, message: str) -> bytes:
        return event(error_body(0, kind, message), b"error")

    def heartbeat(self) -> bytes:
        return _PING

    def refusal(self) -> bytes:
        return REFUSAL


_PING = event(b'{"type": "ping"}', b"ping")
# For a stream that did not begin as it should.
_MESSAGE: dict[str, Any] = {
    "id": "msg_0",
    "type": "message",
    "role": "assistant",
    "content": [],
    "model": "",
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {"input_tokens": 0, "output_tokens": 0},
}


def _named(value: dict[str, Any]) -> bytes:
    """An event named as its type, which official clients go by."""
    return event(dumps(value), value["type"].encode())


def _delta(index: int, kind: str, text: str) -> bytes:
    named, key = _DELTA_OF[kind]
    return _named({"type": "content_block_delta", "index": index, "delta": {"type": named, key: text}})


def _text_block(index: int, text: str) -> bytes:
    start = {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}}
    return (
        _named(start)
        + _delta(index, "content", text)
        + _named({"type": "content_block_stop", "index": index})
    )
