"""
The events of streamed responses: from JSON to texts and back.

A text comes several times (see reading.py): once something was changed, what repeats it is written anew from
what the client has read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from filterproxy.core.verdict import Channel
from filterproxy.dialects.openai_error import REFUSAL
from filterproxy.dialects.openai_responses import own
from filterproxy.dialects.openai_responses.kinds import (
    COPIES,
    DELTAS,
    DONES,
    ENDED,
    FAMILIES,
    TERMINAL,
    strip,
)
from filterproxy.dialects.openai_responses.message import (
    ARGUMENT_KEYS,
    UPSTREAM_ERROR,
    complete,
    message_id,
    message_of,
    strip_item,
    text_part,
)
from filterproxy.dialects.openai_responses.numbering import Numbering
from filterproxy.dialects.openai_responses.parts import Item, Part
from filterproxy.dialects.openai_responses.reading import Reader, Said
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.sse import COMMENT, SSE, event
from filterproxy.dialects.translation import Change, Parsed
from filterproxy.dialects.whole import dumps, object_in


@dataclass(slots=True)
class ResponsesEvents:
    """The translation of one stream of responses' events (see dialects.translation.Translation)."""

    _numbering: Numbering = field(default_factory=Numbering)
    _reader: Reader = field(default_factory=Reader)
    _own: list[dict[str, Any]] = field(default_factory=list)  # items of ours

    framing = SSE
    repeats = True
    single_choice = True

    def parse(self, data: bytes) -> Parsed | None:
        if data == b"[DONE]":  # some servers say it here as well
            return Parsed({}, closing=True, last=True)
        value = object_in(data)
        if value is None:
            return None
        self._numbering.note(value)
        kind = value.get("type")
        if kind == "error" or (kind is None and "error" in value):
            return Parsed(value, ends=(0,), closing=True)
        try:
            return self._reader.read(kind, value)
        except WireError:
            return None

    def write(self, parsed: Parsed, change: Change) -> tuple[bytes | None, int]:
        if not isinstance(parsed, Said):
            return self._write_other(parsed, change)
        # What was parsed is written once, and its bytes are not needed: in place.
        value, kind = parsed.value, parsed.value["type"]
        if kind in COPIES:
            return None, 1
        for place in parsed.places:
            left = change.texts.get(place.channel, place.text)
            place.holder[place.key] = change.whole.get(place.channel, left)
        if kind in DELTAS and not value["delta"]:
            return None, 0
        lost = strip(value)
        if kind in TERMINAL:
            self._finish(value, change.reasons.get(0, ""))
        ahead = self._delta_of(parsed, change) if kind in DONES else b""
        return ahead + event(dumps(value), value["type"].encode()), lost

    def _delta_of(self, parsed: Said, change: Change) -> bytes:
        """What the deltas have not said of a text that is done, for those who read no more than deltas."""
        said = ((c, change.texts.get(c, "")) for c, _ in parsed.texts)
        told = [(c, text) for c, text in said if text and self._reader.told.kinds[c.kind][c.part].family]
        return b"".join(self.extra({}, channel, text) for channel, text in told)

    def _write_other(self, parsed: Parsed, change: Change) -> tuple[bytes, int]:
        if not parsed.value:
            return (event(b"[DONE]") if parsed.last else self._end(change)), 0
        return self.error("upstream_error", UPSTREAM_ERROR), 1  # its words may be the model's

    def _finish(self, value: dict[str, Any], reason: str) -> None:
        response = value["response"]
        if self._own and response.get("output") is not None:
            response["output"] += self._own
        if reason and value["type"] in ENDED:
            complete(response, reason)
            value["type"] = f"response.{response['status']}"

    def _end(self, change: Change) -> bytes:
        """Close what is open, for upstream did not; whole: all that the client has read."""
        out: list[bytes] = []
        items: list[dict[str, Any]] = []
        for item in sorted(self._reader.told.items.values(), key=lambda item: item.at):
            strip_item(item.value)
            if not item.done:
                out += _close(item, change)
            items.append(item.value)
        return b"".join(out) + own.ended(
            self._reader.response, items + self._own, change.reasons.get(0, "stop")
        )

    def plain(self, parsed: Parsed) -> bool:
        return False  # events are numbered, and so have nothing for runs

    def extra(self, like: dict[str, Any], channel: Channel, text: str) -> bytes:
        parts = self._reader.told.kinds.get(channel.kind, [])
        if channel.part < len(parts) and parts[channel.part].family:
            part = parts[channel.part]
            more: dict[str, Any] = {"logprobs": []} if part.family == "response.output_text" else {}
            return own.own(f"{part.family}.delta", **part.place, delta=text, **more)
        id_ = message_id(self._reader.response)
        self._own.append(message_of(id_, text))
        at = max([item.at for item in self._reader.told.items.values()], default=-1) + len(self._own)
        return b"".join(own.message(id_, at, text))

    def ending(self, like: dict[str, Any], choices: Sequence[int], reason: str) -> bytes:
        return b""  # `write` has said it, with all that was read

    def replacement(self, parsed: Sequence[Parsed], say: str, reason: str) -> bytes:
        first = next(
            (i.value for i in self._reader.told.items.values() if i.value.get("type") == "message"), {}
        )
        id_ = first.get("id") or message_id(self._reader.response)
        failed = any(p.ends and not isinstance(p, Said) for p in parsed)
        errors = [self.error("upstream_error", UPSTREAM_ERROR)] if failed else []
        events = own.began(self._reader.response) + own.message(id_, 0, say)
        return b"".join(events + errors) + own.ended(self._reader.response, [message_of(id_, say)], reason)

    def left(self, data: bytes) -> bytes:
        return self._numbering.renumbered(data)

    def error(self, kind: str, message: str) -> bytes:
        # The reference has these keys beside `type`; the service, and what clients look at, an object.
        said = {"code": kind, "message": message, "param": None}
        return own.own("error", **said, error={"type": kind, **said})

    def heartbeat(self) -> bytes:
        return COMMENT

    def refusal(self) -> bytes:
        return REFUSAL


def _close(item: Item, change: Change) -> Iterator[bytes]:
    """The events that end an item which is open, and its parts."""
    value = item.value
    for part in sorted(item.parts, key=lambda part: (part.slot, part.index)):
        text = change.whole.get(part.channel, part.text)
        if part.family and not part.told:
            yield own.own(f"{part.family}.done", **part.place, **{FAMILIES[part.family][2]: text})
        if part.channel.kind == "arguments":
            if value["type"] in ARGUMENT_KEYS:
                value[ARGUMENT_KEYS[value["type"]]] = text
            continue
        held = value.get(part.slot)
        made = _made(part, text)
        value[part.slot] = [*(held[: part.index] if isinstance(held, list) else ()), made]
        if not part.part_told:
            name = "content_part" if part.slot == "content" else "reasoning_summary_part"
            yield own.own(f"response.{name}.done", **part.place, part=made)
    if "status" in value:
        value["status"] = "completed"
    yield own.own("response.output_item.done", output_index=item.at, item=value)


def _made(part: Part, text: str) -> dict[str, Any]:
    """A part of an item, made of what was read of it."""
    if part.channel.kind == "reasoning":
        return {"type": "summary_text" if part.slot == "summary" else "reasoning_text", "text": text}
    return {"type": "refusal", "refusal": text} if part.channel.kind == "refusal" else text_part(text)
