"""
Where a server of one's own has its texts, and what of the rest may stay beside a text that was changed.

Nothing is known of keys that no path leads to: they leave while the reply is unchanged, and not at all once
it was changed, for they could repeat what was removed. Those that nearly every API has, and carry no text,
stay; the operator names others (`keep`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from filterproxy.core.verdict import Channel
from filterproxy.dialects.generic.path import EVERY, Found, Path, find, made, number_of, put
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.whole import Place

KINDS = ("content", "reasoning", "refusal", "arguments")
_PLAIN_KEYS = frozenset(
    {"id", "object", "created", "created_at", "model", "usage", "index", "finish_reason", "stop_reason",
     "role", "type", "status", "done"}
)  # fmt: skip
_MOST_CHOICES = 1024


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a reply: its channel is (choice, kind, part)."""

    kind: str
    part: int
    path: Path


@dataclass(frozen=True, slots=True)
class Layout:
    """
    texts: where they are; one of them is content. keep: keys that carry no text, wherever they stand.
    """

    texts: tuple[Text, ...]
    keep: frozenset[str] = frozenset()

    def found(self, value: dict[str, Any]) -> Iterator[tuple[Channel, Found]]:
        """Each text, be it null. Raises WireError where something else stands."""
        for text in self.texts:
            for found in find(value, text.path):
                if not isinstance(found.value, str | None):
                    raise WireError("a configured path does not lead to a text")
                if found.choice >= _MOST_CHOICES:
                    raise WireError(f"a reply has more than {_MOST_CHOICES} choices")
                yield Channel(found.choice, text.kind, text.part), found

    def places(self, value: dict[str, Any]) -> list[Place]:
        """The texts. Raises WireError as `found` does."""
        return [Place(c, f.holder, f.key, f.value) for c, f in self.found(value) if f.value is not None]

    def put(self, value: dict[str, Any], channel: Channel, text: str) -> bool:
        """Put *text* where a channel has its place; False where it has none."""
        return any(put(value, path, channel.choice, text) for path in self._paths_of(channel))

    def made(self, channel: Channel, text: str) -> dict[str, Any]:
        """The least object that says *text* in a channel."""
        value: dict[str, Any] = made(self._paths_of(channel)[0], channel.choice, text)
        return value

    def _paths_of(self, channel: Channel) -> list[Path]:
        same = [t.path for t in self.texts if (t.kind, t.part) == (channel.kind, channel.part)]
        return same or [t.path for t in self.texts if t.kind == "content"]

    def strip(self, value: dict[str, Any], changed: Collection[int]) -> int:
        """Leave out what could repeat texts of the changed choices; how many keys those were."""
        return _strip(value, [text.path for text in self.texts], changed, _PLAIN_KEYS | self.keep)


def _strip(value: Any, paths: Sequence[Path], changed: Collection[int], kept: frozenset[str]) -> int:
    """paths: those to texts, from *value* on."""
    lost = 0
    for key, member in list(value.items()) if isinstance(value, dict) else list(enumerate(value)):
        inner = [path[1:] for path in paths if path[0] == key]
        if isinstance(value, list):
            every = [path[1:] for path in paths if path[0] is EVERY]
            if every and not inner and number_of(member, key) not in changed:
                continue
            inner += every
        if member is None or isinstance(member, bool) or () in inner or key in kept:
            continue
        if inner and isinstance(member, dict | list):
            lost += _strip(member, inner, changed, kept)
        else:
            _leave_out(value, key)
            lost += 1
    return lost


def _leave_out(holder: Any, key: Any) -> None:
    """Of an array, the others keep their places."""
    if isinstance(holder, list):
        holder[key] = None
    else:
        del holder[key]
