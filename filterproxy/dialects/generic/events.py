"""The events of streams from servers of one's own: from JSON to texts and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from filterproxy.core.verdict import Channel
from filterproxy.dialects.generic.framing import Wire
from filterproxy.dialects.generic.layout import Layout
from filterproxy.dialects.generic.message import REFUSAL, ROOT
from filterproxy.dialects.generic.path import Found, Path, find
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.translation import Change, Parsed
from filterproxy.dialects.whole import dumps, loads

_DONE = b"[DONE]"


@dataclass(slots=True)
class Named(Parsed):
    """name: of the event, as a browser tells it."""

    name: bytes = b""


class GenericEvents:
    """
    The translation (see dialects.translation.Translation).

    layout: where an event has its texts. end: what says that the reply, or a choice, has ended with an event.
    in_root: whether events are arrays.
    """

    repeats = False
    single_choice = False

    def __init__(self, layout: Layout, wire: Wire, end: Path | None, in_root: bool) -> None:
        self.framing = wire.framing
        self._layout = layout
        self._wire = wire
        self._end = end
        self._in_root = in_root
        self._said: dict[Channel, Named] = {}  # the last event of each channel that did not end it
        self._choices: dict[int, None] = {}

    def parse(self, data: bytes) -> Parsed | None:
        name, said = self._wire.apart(data)
        if said.strip() == _DONE:
            return Named({}, closing=True, last=True, name=name)
        try:
            value = {ROOT: loads(said)} if self._in_root else loads(said)
        except (ValueError, RecursionError):
            return None
        if not isinstance(value, dict):
            return None
        try:
            return self._parse(value, name)
        except WireError:
            return None

    def _parse(self, value: dict[str, Any], name: bytes) -> Parsed:
        found = list(self._layout.found(value))
        texts = tuple((channel, at.value) for channel, at in found if at.value is not None)
        self._choices.update({channel.choice: None for channel, _ in found})
        ends = self._ends(value)
        key = found[0][1].key if len(found) == len(texts) == 1 and not ends else None
        parsed = Named(
            value,
            texts,
            tuple(dict.fromkeys([channel.choice for channel, _ in found] + ends)),
            tuple(ends),
            closing=bool(ends) or (not found and "error" in value),
            single=key.encode("utf-8", "replace") if isinstance(key, str) else b"",
            name=name,
        )
        if not ends:
            self._said.update({channel: parsed for channel, _ in texts})
        return parsed

    def _ends(self, value: dict[str, Any]) -> list[int]:
        if self._end is None:
            return []
        found = [at.choice for at in find(value, self._end) if _tells(at)]
        if not found or any(not isinstance(step, str | int) for step in self._end):
            return found
        return list(self._choices) or [0]  # it speaks of the reply as a whole

    def write(self, parsed: Parsed, change: Change) -> tuple[bytes | None, int]:
        name = parsed.name if isinstance(parsed, Named) else b""
        if parsed.last:
            return self._wire.write(name, _DONE), 0
        if not parsed.choices and "error" in parsed.value:  # whose words may be the model's
            return self.error("upstream_error", "the model server reported an error"), 1
        value: dict[str, Any] = loads(dumps(parsed.value))
        seen: set[Channel] = set()
        for place in self._layout.places(value):
            if place.channel in change.texts:
                place.holder[place.key] = "" if place.channel in seen else change.texts[place.channel]
                seen.add(place.channel)
        apart = [
            self._apart(value, channel, text)
            for channel, text in change.texts.items()
            if text and channel not in seen
        ]
        lost = self._layout.strip(value, change.changed)
        telling = parsed.closing or not parsed.choices or any(p.text for p in self._layout.places(value))
        return b"".join([*apart, self._written(name, value) if telling else b""]) or None, lost

    def _apart(self, value: dict[str, Any], channel: Channel, text: str) -> bytes:
        """Put text of ours into an event; before it, where the event has no place for that."""
        return b"" if self._layout.put(value, channel, text) else self.extra(value, channel, text)

    def _written(self, name: bytes, value: dict[str, Any]) -> bytes:
        return self._wire.write(name, dumps(value[ROOT] if self._in_root else value))

    def plain(self, parsed: Parsed) -> bool:
        return not self._layout.strip(loads(dumps(parsed.value)), parsed.choices)

    def extra(self, like: dict[str, Any], channel: Channel, text: str) -> bytes:
        said = self._said.get(channel) or self._said.get(Channel(channel.choice, "content"))
        if said is None:
            return self._written(b"", self._layout.made(channel, text))
        value: dict[str, Any] = loads(dumps(said.value))
        for place in self._layout.places(value):
            place.holder[place.key] = ""
        if not self._layout.put(value, channel, text):
            value = self._layout.made(channel, text)
        self._layout.strip(value, self._choices)
        return self._written(said.name, value)

    def ending(self, like: dict[str, Any], choices: Sequence[int], reason: str) -> bytes:
        """Nothing is known of how such a stream says that it has ended."""
        return b""

    def replacement(self, parsed: Sequence[Parsed], say: str, reason: str) -> bytes:
        return b""  # choices are dropped one by one

    def left(self, data: bytes) -> bytes:
        return data

    def error(self, kind: str, message: str) -> bytes:
        return self._wire.write(b"", dumps({"error": message}))

    def heartbeat(self) -> bytes:
        return self._wire.heartbeat

    def refusal(self) -> bytes:
        return REFUSAL


def _tells(found: Found) -> bool:
    """Whether something stands there that says yes, or gives a reason."""
    return found.value is not None and found.value is not False and found.value != ""
