"""
The events of streamed responses: from JSON to texts and back.

Theory of operation. A text comes up to five times: in deltas, in its own `done` event, in those of its part
and of its item, and in the event that ends the response. It is judged where it comes first; what a later
event says beyond that is judged there, and the rest of it is *repeated*: written anew from what the client
has read, once something was changed. A text that should repeat another, but neither does nor goes on from it,
is a text of its own and is judged as such. So nothing leaves that was not judged, whatever upstream sends.

Items are told apart by their ids, and by their places where they have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from filterproxy.core.verdict import Channel
from filterproxy.dialects.openai_error import REFUSAL
from filterproxy.dialects.openai_responses import own
from filterproxy.dialects.openai_responses.message import (
    ARGUMENT_KEYS,
    UPSTREAM_ERROR,
    Spot,
    complete,
    empty,
    items_of,
    message_id,
    message_of,
    spots_of,
    spots_of_part,
    strip_item,
    strip_part,
    strip_response,
    text_part,
)
from filterproxy.dialects.openai_responses.numbering import Numbering
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.sse import COMMENT, SSE, event
from filterproxy.dialects.translation import Change, Parsed
from filterproxy.dialects.whole import Place, dumps, loads

# What the texts of each family of events are: their kind, which of an item's texts, what `done` calls them.
_FAMILIES = {
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
_DELTAS = {f"{family}.delta": (family, *about, "delta") for family, about in _FAMILIES.items()}
_DONES = {f"{family}.done": (family, *about) for family, about in _FAMILIES.items()}
# The family of an item's own text.
_CALLS = {
    "function_call": "response.function_call_arguments",
    "custom_tool_call": "response.custom_tool_call_input",
    "mcp_call": "response.mcp_call_arguments",
    "code_interpreter_call": "response.code_interpreter_call_code",
}
_PARTS = {
    "response.content_part": ("content", "content_index"),
    "response.reasoning_summary_part": ("summary", "summary_index"),
}
_PART_EVENTS = {
    f"{name}.{stage}": (*where, stage == "done")
    for name, where in _PARTS.items()
    for stage in ("added", "done")
}
# It opens a text like a part does, and may have some of it.
_OPENING = "response.shell_call_command.added"
_ITEM_EVENTS = frozenset({"response.output_item.added", "response.output_item.done"})
_INDEX_KEYS = {"content": "content_index", "summary": "summary_index", "action": "command_index"}
_RUNNING = frozenset({"response.created", "response.in_progress", "response.queued"})
_TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed", "response.cancelled"})
_ENDED = frozenset({"response.completed", "response.incomplete"})
# They repeat a text or show it, and say nothing else: nothing is left of them once something was changed.
_COPIES = frozenset({"response.output_text.annotation.added", "response.image_generation_call.partial_image"})
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
_KNOWN = frozenset(_SILENT | _COPIES)

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

# An item, which of its texts by its kind and place.
_Key = tuple[str | int, str, str, int]


@dataclass(slots=True)
class _Part:
    """
    A text of the stream.

    place: what its events say of where it stands. family: of those events, "" where there is none. closed:
    upstream adds nothing to it. told: its own `done` event has come, part_told: that of its part.
    """

    channel: Channel
    slot: str
    index: int
    family: str
    place: dict[str, Any]
    closed: bool = False
    told: bool = False
    part_told: bool = False
    _texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that upstream has said of it."""
        if len(self._texts) > 1:
            self._texts = ["".join(self._texts)]
        return self._texts[0] if self._texts else ""

    def add(self, text: str) -> None:
        self._texts.append(text)


@dataclass(slots=True)
class _Item:
    """An item of the stream. value: as it was said last. done: there is nothing to come."""

    at: int
    value: dict[str, Any]
    done: bool = False
    parts: list[_Part] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Said(Parsed):
    """What an event says, and where its texts stand."""

    places: tuple[Place, ...] = ()


@dataclass(slots=True)
class _Reading:
    """What is found out about one event."""

    places: list[Place] = field(default_factory=list)
    texts: list[tuple[Channel, str]] = field(default_factory=list)
    closes: list[Channel] = field(default_factory=list)
    repeats: list[Channel] = field(default_factory=list)


@dataclass(slots=True)
class ResponsesEvents:
    """The translation of one stream of responses' events (see dialects.translation.Translation)."""

    _numbering: Numbering = field(default_factory=Numbering)
    _parts: dict[_Key, _Part] = field(default_factory=dict)
    _kinds: dict[str, list[_Part]] = field(default_factory=dict)
    _items: dict[str | int, _Item] = field(default_factory=dict)
    _ids: dict[int, str] = field(default_factory=dict)  # of the items, by their places
    _response: dict[str, Any] = field(default_factory=dict)  # without its items, as it was said last
    _own: list[dict[str, Any]] = field(default_factory=list)  # items of ours

    framing = SSE
    repeats = True
    single_choice = True

    def parse(self, data: bytes) -> Parsed | None:
        if data == b"[DONE]":  # some servers say it here as well
            return Parsed({}, closing=True, last=True)
        try:
            value = loads(data)
        except (ValueError, RecursionError):
            return None
        if not isinstance(value, dict):
            return None
        self._numbering.note(value)
        kind = value.get("type")
        if kind == "error" or (kind is None and "error" in value):
            return Parsed(value, ends=(0,), closing=True)
        try:
            return self._parse(kind, value)
        except WireError:
            return None

    def _parse(self, kind: object, value: dict[str, Any]) -> Parsed | None:
        if not isinstance(kind, str):
            return None
        reading = _Reading()
        if kind in _DELTAS:
            self._read_delta(value, _DELTAS[kind], reading)
        elif kind in _DONES:
            self._read_done(value, _DONES[kind], reading)
        elif kind == _OPENING:
            self._read_opening(value, reading)
        elif kind in _PART_EVENTS:
            self._read_part(value, _PART_EVENTS[kind], reading)
        elif kind in _ITEM_EVENTS:
            self._read_item(value, kind == "response.output_item.done", reading)
        elif kind in _RUNNING or kind in _TERMINAL:
            self._read_response(value, kind in _TERMINAL, reading)
        elif kind not in _KNOWN:
            return None
        ends = kind in _TERMINAL
        return Said(
            value,
            tuple(reading.texts),
            (0,),
            (0,) if ends else (),
            tuple(reading.closes),
            tuple(reading.repeats),
            closing=ends,
            last=ends,
            places=tuple(reading.places),
        )

    # What comes

    def _read_delta(
        self, value: dict[str, Any], about: tuple[str, str, str, str, str], reading: _Reading
    ) -> None:
        family, kind, slot, _, key = about
        text = _string(value, key)
        part = self._part(self._key(value, kind, slot), family, value)
        part.add(text)
        reading.texts.append((part.channel, text))
        reading.places.append(Place(part.channel, value, key, text))

    def _read_done(self, value: dict[str, Any], about: tuple[str, str, str, str], reading: _Reading) -> None:
        family, kind, slot, key = about
        text = _string(value, key)
        part = self._part(self._key(value, kind, slot), family, value)
        part.told = True
        self._read_all_of(part, Place(part.channel, value, key, text), reading)

    def _read_opening(self, value: dict[str, Any], reading: _Reading) -> None:
        text = _string(value, "command")
        part = self._part(self._key(value, "arguments", "action"), "response.shell_call_command", value)
        if text:
            self._read_first_of(part, Place(part.channel, value, "command", text), reading)

    def _read_part(self, value: dict[str, Any], about: tuple[str, str, bool], reading: _Reading) -> None:
        slot, index_key, done = about
        index = value.get(index_key, 0)
        if not isinstance(index, int):
            raise WireError(f"`{index_key}` is not a number")
        part = value.get("part")
        thought = slot == "summary" or (isinstance(part, dict) and part.get("type") == "reasoning_text")
        for spot in list(spots_of_part(part, slot, index, reasoning=thought)):
            found = self._read_spot(value, spot, done, reading)
            found.part_told = found.part_told or done

    def _read_item(self, value: dict[str, Any], done: bool, reading: _Reading) -> None:
        item = value.get("item")
        if not isinstance(item, dict):
            raise WireError("`item` is not an object")
        spots = list(spots_of(item))
        place = {"item_id": item.get("id"), "output_index": value.get("output_index")}
        identity = self._identity(place, new=True)
        known = self._items.get(identity)
        if known is not None and known.done and not done:  # some servers give all items the same id
            self._forget(identity, known)
            known = None
        at = value.get("output_index")
        if known is None:
            at = at if isinstance(at, int) else len(self._items)
            self._items[identity] = known = _Item(at, item)
        known.value, known.done = item, known.done or done
        for spot in spots:
            self._read_spot(place, spot, done, reading, item)

    def _forget(self, identity: str | int, item: _Item) -> None:
        """What comes for this identity is another item's."""
        self._items[-2 - len(self._items)] = item
        self._parts = {key: part for key, part in self._parts.items() if key[0] != identity}

    def _read_response(self, value: dict[str, Any], done: bool, reading: _Reading) -> None:
        response = value.get("response")
        if not isinstance(response, dict):
            raise WireError("`response` is not an object")
        items = [(at, item, list(spots_of(item))) for at, item in enumerate(items_of(response))]
        self._response |= own.envelope(response)
        for at, item, spots in items:
            place = {"item_id": item.get("id"), "output_index": at}
            for spot in spots:
                self._read_spot(place, spot, done, reading, item)

    def _read_spot(
        self,
        where: dict[str, Any],
        spot: Spot,
        done: bool,
        reading: _Reading,
        item: dict[str, Any] | None = None,
    ) -> _Part:
        key = (self._identity(where), spot.kind, spot.slot, spot.index)
        family = _CALLS.get((item or {}).get("type", ""), "") if spot.kind == "arguments" else _family(spot)
        part = self._part(key, family, where)
        place = Place(part.channel, spot.holder, spot.key, spot.text)
        if done:
            self._read_all_of(part, place, reading)
        elif place.text:
            self._read_first_of(part, place, reading)
        return part

    def _read_first_of(self, part: _Part, place: Place, reading: _Reading) -> None:
        """A text in an event that opens a part."""
        if not part.text and not part.closed:
            part.add(place.text)
            reading.texts.append((part.channel, place.text))
            reading.places.append(place)
        elif part.text == place.text:
            reading.repeats.append(part.channel)
            reading.places.append(place)
        else:
            self._read_stray(place, reading)

    def _read_all_of(self, part: _Part, place: Place, reading: _Reading) -> None:
        """A text in an event that closes a part."""
        said, text = part.text, place.text
        was_closed = part.closed
        if not was_closed:
            part.closed = True
            reading.closes.append(part.channel)
        if (text == said) if was_closed else text.startswith(said):
            if not was_closed:
                rest = text[len(said) :]
                part.add(rest)
                reading.texts.append((part.channel, rest))
            reading.repeats.append(part.channel)
            reading.places.append(place)
        elif text:
            self._read_stray(place, reading)

    def _read_stray(self, place: Place, reading: _Reading) -> None:
        """A text that does not repeat the one that it should."""
        kind = place.channel.kind
        twin = next((part for part in self._kinds[kind] if part.text == place.text), None)
        if twin is None:
            twin = self._new_part(kind, "", 0, "", {})
            twin.closed = True
            twin.add(place.text)
            reading.texts.append((twin.channel, place.text))
            reading.closes.append(twin.channel)
        place.channel = twin.channel
        reading.repeats.append(twin.channel)
        reading.places.append(place)

    def _key(self, value: dict[str, Any], kind: str, slot: str) -> _Key:
        index = value.get(_INDEX_KEYS.get(slot, ""), 0)
        if not isinstance(index, int):
            raise WireError("an index is not a number")
        return self._identity(value), kind, slot, index

    def _identity(self, place: dict[str, Any], new: bool = False) -> str | int:
        """Which item is meant: its id where there is one, else its place."""
        id_, at = place.get("item_id"), place.get("output_index")
        if isinstance(id_, str) and id_:
            if new and isinstance(at, int):
                self._ids[at] = id_
            return id_
        if isinstance(at, int):
            return self._ids.get(at, at)
        return -1

    def _part(self, key: _Key, family: str, where: dict[str, Any]) -> _Part:
        part = self._parts.get(key)
        if part is None:
            identity, kind, slot, index = key
            place = {k: where[k] for k in ("item_id", "output_index") if where.get(k) is not None}
            if slot in _INDEX_KEYS:
                place[_INDEX_KEYS[slot]] = index
            part = self._parts[key] = self._new_part(kind, slot, index, family, place)
            if identity in self._items:
                self._items[identity].parts.append(part)
        return part

    def _new_part(self, kind: str, slot: str, index: int, family: str, place: dict[str, Any]) -> _Part:
        parts = self._kinds.setdefault(kind, [])
        part = _Part(Channel(0, kind, len(parts)), slot, index, family, place)
        parts.append(part)
        return part

    # What leaves

    def write(self, parsed: Parsed, change: Change) -> tuple[bytes | None, int]:
        if not isinstance(parsed, Said):
            return self._write_other(parsed, change)
        # What was parsed is written once, and its bytes are not needed: in place.
        value, kind = parsed.value, parsed.value["type"]
        if kind in _COPIES:
            return None, 1
        for place in parsed.places:
            left = change.texts.get(place.channel, place.text)
            place.holder[place.key] = change.whole.get(place.channel, left)
        if kind in _DELTAS and not value["delta"]:
            return None, 0
        lost = _strip(value)
        if kind in _TERMINAL:
            self._finish(value, change.reasons.get(0, ""))
        ahead = self._delta_of(parsed, change) if kind in _DONES else b""
        return ahead + event(dumps(value), value["type"].encode()), lost

    def _delta_of(self, parsed: Said, change: Change) -> bytes:
        """What the deltas have not said of a text that is done, for those who read no more than deltas."""
        said = ((c, change.texts.get(c, "")) for c, _ in parsed.texts)
        told = [(c, text) for c, text in said if text and self._kinds[c.kind][c.part].family]
        return b"".join(self.extra({}, channel, text) for channel, text in told)

    def _write_other(self, parsed: Parsed, change: Change) -> tuple[bytes, int]:
        if not parsed.value:
            return (event(b"[DONE]") if parsed.last else self._end(change)), 0
        return self.error("upstream_error", UPSTREAM_ERROR), 1  # its words may be the model's

    def _finish(self, value: dict[str, Any], reason: str) -> None:
        response = value["response"]
        if self._own and response.get("output") is not None:
            response["output"] += self._own
        if reason and value["type"] in _ENDED:
            complete(response, reason)
            value["type"] = f"response.{response['status']}"

    def _end(self, change: Change) -> bytes:
        """Close what is open, for upstream did not; whole: all that the client has read."""
        out: list[bytes] = []
        items: list[dict[str, Any]] = []
        for item in sorted(self._items.values(), key=lambda item: item.at):
            strip_item(item.value)
            if not item.done:
                out += _close(item, change)
            items.append(item.value)
        return b"".join(out) + own.ended(self._response, items + self._own, change.reasons.get(0, "stop"))

    def plain(self, parsed: Parsed) -> bool:
        return False  # events are numbered, and so have nothing for runs

    def extra(self, like: dict[str, Any], channel: Channel, text: str) -> bytes:
        parts = self._kinds.get(channel.kind, [])
        if channel.part < len(parts) and parts[channel.part].family:
            part = parts[channel.part]
            more: dict[str, Any] = {"logprobs": []} if part.family == "response.output_text" else {}
            return own.own(f"{part.family}.delta", **part.place, delta=text, **more)
        id_ = message_id(self._response)
        self._own.append(message_of(id_, text))
        at = max([item.at for item in self._items.values()], default=-1) + len(self._own)
        return b"".join(own.message(id_, at, text))

    def ending(self, like: dict[str, Any], choices: Sequence[int], reason: str) -> bytes:
        return b""  # `write` has said it, with all that was read

    def replacement(self, parsed: Sequence[Parsed], say: str, reason: str) -> bytes:
        first = next((i.value for i in self._items.values() if i.value.get("type") == "message"), {})
        id_ = first.get("id") or message_id(self._response)
        failed = any(p.ends and not isinstance(p, Said) for p in parsed)
        errors = [self.error("upstream_error", UPSTREAM_ERROR)] if failed else []
        events = own.began(self._response) + own.message(id_, 0, say)
        return b"".join(events + errors) + own.ended(self._response, [message_of(id_, say)], reason)

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


def _string(value: dict[str, Any], key: str) -> str:
    text = value.get(key)
    if not isinstance(text, str):
        raise WireError(f"`{key}` is not a string")
    return text


def _family(spot: Spot) -> str:
    if spot.kind == "reasoning":
        return "response.reasoning_summary_text" if spot.slot == "summary" else "response.reasoning_text"
    return "response.refusal" if spot.kind == "refusal" else "response.output_text"


def _close(item: _Item, change: Change) -> Iterator[bytes]:
    """The events that end an item which is open, and its parts."""
    value = item.value
    for part in sorted(item.parts, key=lambda part: (part.slot, part.index)):
        text = change.whole.get(part.channel, part.text)
        if part.family and not part.told:
            yield own.own(f"{part.family}.done", **part.place, **{_FAMILIES[part.family][2]: text})
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


def _made(part: _Part, text: str) -> dict[str, Any]:
    """A part of an item, made of what was read of it."""
    if part.channel.kind == "reasoning":
        return {"type": "summary_text" if part.slot == "summary" else "reasoning_text", "text": text}
    return {"type": "refusal", "refusal": text} if part.channel.kind == "refusal" else text_part(text)


def _strip(value: dict[str, Any]) -> int:
    """Leave out of an event what could repeat text; how many keys that were."""
    kind = value["type"]
    if kind in _DELTAS:
        return empty(value, _PLAIN_KEYS | {"delta"})
    if kind in _DONES:
        return empty(value, _PLAIN_KEYS | {_DONES[kind][3], "name", "call_id"})
    if kind == _OPENING:
        return empty(value, _PLAIN_KEYS | {"command"})
    if kind in _PART_EVENTS:
        return empty(value, _PLAIN_KEYS | {"part"}) + strip_part(value["part"])
    if kind in _ITEM_EVENTS:
        return empty(value, _PLAIN_KEYS | {"item"}) + strip_item(value["item"])
    if kind in _RUNNING or kind in _TERMINAL:
        return empty(value, _PLAIN_KEYS | {"response"}) + strip_response(value["response"])
    return empty(value, _PLAIN_KEYS)
