"""The events of a stream, with the texts in them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.soak.script import Script

# What a text belongs to: its choice, and content, reasoning or arguments.
Where = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Event:
    """An event's bytes, and the texts in it."""

    data: bytes
    said: tuple[tuple[Where, str], ...] = ()


class Cutter:
    """Cuts texts into what single events carry."""

    def __init__(self, script: Script) -> None:
        self.chance = random.Random(script.seed)
        self._most = self.chance.choice((1, 4, 9, 30)) if not script.slow else 600

    def __call__(self, text: str) -> Iterator[str]:
        at = 0
        # A long text in single letters would be most of the load.
        most = max(self._most, len(text) // 300)
        while at < len(text):
            size = self.chance.randint(1, most)
            yield text[at : at + size]
            at += size


def sse(value: dict[str, Any], said: tuple[tuple[Where, str], ...] = ()) -> Event:
    return Event(b"data: " + to_json(value) + b"\n\n", said)


def named(value: dict[str, Any], said: tuple[tuple[Where, str], ...] = ()) -> Event:
    return Event(b"event: %b\ndata: %b\n\n" % (value["type"].encode(), to_json(value)), said)


def to_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
