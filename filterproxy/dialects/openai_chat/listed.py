"""
A page of stored chat completions: `{"object": "list", "data": [completion, ...]}`.

https://platform.openai.com/docs/api-reference/chat/list

Each completion of the page is judged as it would be by itself; its choices are told from those of the others
by where it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from filterproxy.core.verdict import Channel
from filterproxy.dialects.openai_chat.message import MOST_CHOICES, ChatForm
from filterproxy.dialects.openai_error import REFUSAL
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.whole import Place, Reply

_CHAT = ChatForm()


class ChatListForm:
    """Pages of chat completions (see dialects.whole.Form)."""

    def read(self, value: dict[str, Any]) -> Reply:
        data = value.get("data")
        if not isinstance(data, list):
            raise WireError("`data` is not a list")
        places: list[Place] = []
        calling: dict[int, bool] = {}
        for at, item in enumerate(data):
            if not isinstance(item, dict):
                raise WireError("a completion is not an object")
            reply = _CHAT.read(item)
            if not all(0 <= index < MOST_CHOICES for index in reply.choices):
                raise WireError("the index of a choice is out of range")
            places += [replace(place, channel=_on_page(place.channel, at)) for place in reply.places]
            calling |= {at * MOST_CHOICES + index: calls for index, calls in reply.choices.items()}
        return Reply(value, places, calling)

    def add(self, reply: Reply, channel: Channel, text: str) -> None:
        at, index = divmod(channel.choice, MOST_CHOICES)
        _CHAT.add(_item(reply, at), channel._replace(choice=index), text)

    def replace(self, reply: Reply, dropped: Mapping[int, str | None], finish: str) -> None:
        for at, indices in _by_item(dropped):
            said = {index: dropped[at * MOST_CHOICES + index] for index in indices}
            _CHAT.replace(_item(reply, at), said, finish)

    def finish(self, reply: Reply, choices: Collection[int], finish: str) -> None:
        for at, indices in _by_item(choices):
            _CHAT.finish(_item(reply, at), indices, finish)

    def strip(self, reply: Reply, changed: frozenset[int]) -> int:
        return sum(_CHAT.strip(_item(reply, at), indices) for at, indices in _by_item(changed))

    def refusal(self) -> bytes:
        return REFUSAL


def _on_page(channel: Channel, at: int) -> Channel:
    return channel._replace(choice=at * MOST_CHOICES + channel.choice)


def _item(reply: Reply, at: int) -> Reply:
    return Reply(reply.value["data"][at], (), {})


def _by_item(choices: Collection[int]) -> Iterator[tuple[int, frozenset[int]]]:
    """The choices of each completion that has some of these, by its place on the page."""
    for at in sorted({choice // MOST_CHOICES for choice in choices}):
        yield at, frozenset(choice % MOST_CHOICES for choice in choices if choice // MOST_CHOICES == at)
