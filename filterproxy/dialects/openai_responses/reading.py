"""
What the events of streamed responses say.

Theory of operation. A text comes up to five times: in deltas, in its own `done` event, in those of its part
and of its item, and in the event that ends the response. It is judged where it comes first; what a later
event says beyond that is judged there, and the rest of it is *repeated*: written anew from what the client
has read, once something was changed. A text that should repeat another, but neither does nor goes on from it,
is a text of its own and is judged as such. So nothing leaves that was not judged, whatever upstream sends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from filterproxy.core.verdict import Channel
from filterproxy.dialects.openai_responses import own
from filterproxy.dialects.openai_responses.kinds import (
    CALLS,
    DELTAS,
    DONES,
    ITEM_EVENTS,
    KNOWN,
    OPENING,
    PART_EVENTS,
    RUNNING,
    TERMINAL,
    family_of,
)
from filterproxy.dialects.openai_responses.message import Spot, items_of, spots_of, spots_of_part
from filterproxy.dialects.openai_responses.parts import Part, Told
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.translation import Parsed
from filterproxy.dialects.whole import Place


@dataclass(slots=True)
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
class Reader:
    """Reads the events of one stream. response: without its items, as it was said last."""

    told: Told = field(default_factory=Told)
    response: dict[str, Any] = field(default_factory=dict)

    def read(self, kind: object, value: dict[str, Any]) -> Said | None:
        """What an event says; None when it is none that is known. Raises WireError."""
        if not isinstance(kind, str):
            return None
        reading = _Reading()
        if kind in DELTAS:
            self._delta(value, DELTAS[kind], reading)
        elif kind in DONES:
            self._done(value, DONES[kind], reading)
        elif kind == OPENING:
            self._opening(value, reading)
        elif kind in PART_EVENTS:
            self._part(value, PART_EVENTS[kind], reading)
        elif kind in ITEM_EVENTS:
            self._item(value, kind == "response.output_item.done", reading)
        elif kind in RUNNING or kind in TERMINAL:
            self._response(value, kind in TERMINAL, reading)
        elif kind not in KNOWN:
            return None
        ends = kind in TERMINAL
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

    def _delta(self, value: dict[str, Any], about: tuple[str, str, str, str, str], reading: _Reading) -> None:
        family, kind, slot, _, key = about
        text = _string(value, key)
        part = self.told.part(self.told.key(value, kind, slot), family, value)
        part.add(text)
        reading.texts.append((part.channel, text))
        reading.places.append(Place(part.channel, value, key, text))

    def _done(self, value: dict[str, Any], about: tuple[str, str, str, str], reading: _Reading) -> None:
        family, kind, slot, key = about
        text = _string(value, key)
        part = self.told.part(self.told.key(value, kind, slot), family, value)
        part.told = True
        self._all_of(part, Place(part.channel, value, key, text), reading)

    def _opening(self, value: dict[str, Any], reading: _Reading) -> None:
        text = _string(value, "command")
        part = self.told.part(
            self.told.key(value, "arguments", "action"), "response.shell_call_command", value
        )
        if text:
            self._first_of(part, Place(part.channel, value, "command", text), reading)

    def _part(self, value: dict[str, Any], about: tuple[str, str, bool], reading: _Reading) -> None:
        slot, index_key, done = about
        index = value.get(index_key, 0)
        if not isinstance(index, int):
            raise WireError(f"`{index_key}` is not a number")
        part = value.get("part")
        thought = slot == "summary" or (isinstance(part, dict) and part.get("type") == "reasoning_text")
        for spot in list(spots_of_part(part, slot, index, reasoning=thought)):
            found = self._spot(value, spot, done, reading)
            found.part_told = found.part_told or done

    def _item(self, value: dict[str, Any], done: bool, reading: _Reading) -> None:
        item = value.get("item")
        if not isinstance(item, dict):
            raise WireError("`item` is not an object")
        spots = list(spots_of(item))
        place = {"item_id": item.get("id"), "output_index": value.get("output_index")}
        self.told.item(place, item, done)
        for spot in spots:
            self._spot(place, spot, done, reading, item)

    def _response(self, value: dict[str, Any], done: bool, reading: _Reading) -> None:
        response = value.get("response")
        if not isinstance(response, dict):
            raise WireError("`response` is not an object")
        items = [(at, item, list(spots_of(item))) for at, item in enumerate(items_of(response))]
        self.response |= own.envelope(response)
        for at, item, spots in items:
            place = {"item_id": item.get("id"), "output_index": at}
            for spot in spots:
                self._spot(place, spot, done, reading, item)

    def _spot(
        self,
        where: dict[str, Any],
        spot: Spot,
        done: bool,
        reading: _Reading,
        item: dict[str, Any] | None = None,
    ) -> Part:
        key = (self.told.identity(where), spot.kind, spot.slot, spot.index)
        family = CALLS.get((item or {}).get("type", ""), "") if spot.kind == "arguments" else family_of(spot)
        part = self.told.part(key, family, where)
        place = Place(part.channel, spot.holder, spot.key, spot.text)
        if done:
            self._all_of(part, place, reading)
        elif place.text:
            self._first_of(part, place, reading)
        return part

    def _first_of(self, part: Part, place: Place, reading: _Reading) -> None:
        """A text in an event that opens a part."""
        if not part.text and not part.closed:
            part.add(place.text)
            reading.texts.append((part.channel, place.text))
            reading.places.append(place)
        elif part.text == place.text:
            reading.repeats.append(part.channel)
            reading.places.append(place)
        else:
            self._stray(place, reading)

    def _all_of(self, part: Part, place: Place, reading: _Reading) -> None:
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
            self._stray(place, reading)

    def _stray(self, place: Place, reading: _Reading) -> None:
        """A text that does not repeat the one that it should."""
        kind = place.channel.kind
        twin = next((part for part in self.told.kinds[kind] if part.text == place.text), None)
        if twin is None:
            twin = self.told.new_part(kind, "", 0, "", {})
            twin.closed = True
            twin.add(place.text)
            reading.texts.append((twin.channel, place.text))
            reading.closes.append(twin.channel)
        place.channel = twin.channel
        reading.repeats.append(twin.channel)
        reading.places.append(place)


def _string(value: dict[str, Any], key: str) -> str:
    text = value.get(key)
    if not isinstance(text, str):
        raise WireError(f"`{key}` is not a string")
    return text
