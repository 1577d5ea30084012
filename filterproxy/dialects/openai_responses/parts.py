"""
The items and texts of a stream of responses' events, as far as they were told.

Items are told apart by their ids, and by their places where they have none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from filterproxy.core.verdict import Channel
from filterproxy.dialects.openai_responses.kinds import INDEX_KEYS
from filterproxy.dialects.reply import WireError

# An item, which of its texts by its kind and place.
Key = tuple[str | int, str, str, int]


@dataclass(slots=True)
class Part:
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
class Item:
    """An item of the stream. value: as it was said last. done: there is nothing to come."""

    at: int
    value: dict[str, Any]
    done: bool = False
    parts: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class Told:
    """What a stream has told so far. kinds: the texts of each kind, in the order of their channels."""

    kinds: dict[str, list[Part]] = field(default_factory=dict)
    items: dict[str | int, Item] = field(default_factory=dict)
    _parts: dict[Key, Part] = field(default_factory=dict)
    _ids: dict[int, str] = field(default_factory=dict)  # of the items, by their places

    def item(self, place: dict[str, Any], value: dict[str, Any], done: bool) -> None:
        """Note what an event says that an item is."""
        identity = self.identity(place, new=True)
        known = self.items.get(identity)
        if known is not None and known.done and not done:  # some servers give all items the same id
            self._forget(identity, known)
            known = None
        at = place.get("output_index")
        if known is None:
            at = at if isinstance(at, int) else len(self.items)
            self.items[identity] = known = Item(at, value)
        known.value, known.done = value, known.done or done

    def _forget(self, identity: str | int, item: Item) -> None:
        """What comes for this identity is another item's."""
        self.items[-2 - len(self.items)] = item
        self._parts = {key: part for key, part in self._parts.items() if key[0] != identity}

    def key(self, value: dict[str, Any], kind: str, slot: str) -> Key:
        """Which text an event is about. Raises WireError where it says that with something odd."""
        index = value.get(INDEX_KEYS.get(slot, ""), 0)
        if not isinstance(index, int):
            raise WireError("an index is not a number")
        return self.identity(value), kind, slot, index

    def identity(self, place: dict[str, Any], new: bool = False) -> str | int:
        """Which item is meant: its id where there is one, else its place."""
        id_, at = place.get("item_id"), place.get("output_index")
        if isinstance(id_, str) and id_:
            if new and isinstance(at, int):
                self._ids[at] = id_
            return id_
        if isinstance(at, int):
            return self._ids.get(at, at)
        return -1

    def part(self, key: Key, family: str, where: dict[str, Any]) -> Part:
        """A text; a new one, of these events and this place, where nothing was said of it before."""
        part = self._parts.get(key)
        if part is None:
            identity, kind, slot, index = key
            place = {k: where[k] for k in ("item_id", "output_index") if where.get(k) is not None}
            if slot in INDEX_KEYS:
                place[INDEX_KEYS[slot]] = index
            part = self._parts[key] = self.new_part(kind, slot, index, family, place)
            if identity in self.items:
                self.items[identity].parts.append(part)
        return part

    def new_part(self, kind: str, slot: str, index: int, family: str, place: dict[str, Any]) -> Part:
        """A text with a channel of its own, which no event can be about later."""
        parts = self.kinds.setdefault(kind, [])
        part = Part(Channel(0, kind, len(parts)), slot, index, family, place)
        parts.append(part)
        return part
