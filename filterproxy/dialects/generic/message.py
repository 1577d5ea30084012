"""Whole replies of servers of one's own (see dialects.whole.Form)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from filterproxy.core.session import Withheld
from filterproxy.core.verdict import Channel
from filterproxy.dialects.generic.error import error_body
from filterproxy.dialects.generic.layout import Layout
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.whole import Codec, Reply, dumps, loads

# Stands before the paths of bodies that are arrays: what is read is always an object.
ROOT = ""
REFUSAL = error_body(400, "content_filter", "the reply was withheld by a content rule")


def _read_any(body: bytes) -> dict[str, Any]:
    try:
        return {ROOT: loads(body)}
    except (ValueError, RecursionError):
        raise WireError("the body is not JSON") from None


JSON_ARRAY = Codec(_read_any, lambda value: dumps(value[ROOT]))


class GenericForm:
    """layout: where the texts are."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def read(self, value: dict[str, Any]) -> Reply:
        calling: dict[int, bool] = {}
        for channel, found in self._layout.found(value):
            calls = channel.kind == "arguments" and bool(found.value)
            calling[channel.choice] = calling.get(channel.choice, False) or calls
        if not calling:
            raise WireError("the configured paths lead nowhere")
        return Reply(value, self._layout.places(value), calling)

    def add(self, reply: Reply, channel: Channel, text: str) -> None:
        if not self._layout.put(reply.value, channel, text):
            raise Withheld("the reply has no place for what a rule says")

    def replace(self, reply: Reply, dropped: Mapping[int, str | None], finish: str) -> None:
        for place in reply.places:
            if place.channel.choice in dropped:
                place.holder[place.key] = ""
        for choice, say in dropped.items():
            self.add(reply, Channel(choice, "content"), say or "")

    def finish(self, reply: Reply, choices: Collection[int], finish: str) -> None:
        """Nothing is known of how such a reply says why it ends."""

    def strip(self, reply: Reply, changed: frozenset[int]) -> int:
        return self._layout.strip(reply.value, changed)

    def refusal(self) -> bytes:
        return REFUSAL
