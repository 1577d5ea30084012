"""
An API as a client meets it: replies of one text, as its servers write them, and read back as clients do.

What is written here is the least that official servers send; the dialects' own tests have the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from filterproxy.dialects.dialect import Dialect

Json = dict[str, Any]
# What a client reads, by the kind of channel.
Texts = Mapping[str, str]


class Said(NamedTuple):
    """What a model says: the pieces of one text, of a kind of channel."""

    kind: str
    pieces: Sequence[str]

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class Misread(Exception):
    """A client could not read the reply; args[0] says why."""


@dataclass(frozen=True, slots=True)
class Api:
    """
    kinds: of the channels that it has. type_: the content type of its streams. whole, events: a reply, as it
    is sent. read_whole, read_events: what a client makes of one; may raise Misread, KeyError, ValueError or
    TypeError. objects: whether arguments travel as JSON objects and so lose how they were written. streams:
    whether its replies are streamed, too.
    """

    name: str
    dialect: Dialect
    kinds: frozenset[str]
    type_: bytes
    whole: Callable[[Said], bytes]
    events: Callable[[Said], Iterable[bytes]]
    read_whole: Callable[[bytes], Texts]
    read_events: Callable[[bytes], Texts]
    objects: bool = False
    streams: bool = True

    def carries(self, kind: str, text: str) -> bool:
        """Whether a text of this kind can be said in the API."""
        if kind not in self.kinds:
            return False
        return not (kind == "arguments" and self.objects) or is_object(text)


def is_object(text: str) -> bool:
    """Whether *text* is a JSON object that is not empty."""
    try:
        return bool(isinstance(value := json.loads(text), dict) and value)
    except ValueError:
        return False


def dumps(value: Json) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def sse(value: Json, event: str = "") -> bytes:
    """One server-sent event."""
    return (f"event: {event}\n".encode() if event else b"") + b"data: " + dumps(value) + b"\n\n"


def sse_values(body: bytes, end: bytes = b"") -> Iterator[Json]:
    """The values of a stream's events, up to the one that says *end*. Raises Misread where there is none."""
    ended = not end
    for raw in body.split(b"\n\n"):
        data = [line[5:].strip() for line in raw.split(b"\n") if line.startswith(b"data:")]
        if not data:
            continue
        if ended and end:
            raise Misread("an event follows the end")
        if end and data == [end]:
            ended = True
        else:
            yield json.loads(b"\n".join(data))
    if not ended:
        raise Misread("the stream has no end")


def lines(body: bytes) -> Iterator[Json]:
    """The values of a stream of lines."""
    return (json.loads(line) for line in body.split(b"\n") if line)


class Gathered:
    """Texts by kind, put together piece by piece."""

    def __init__(self) -> None:
        self._pieces: dict[str, list[str]] = {}

    def add(self, kind: str, piece: object) -> None:
        """Take in a piece; what is absent or null adds nothing."""
        if isinstance(piece, str) and piece:
            self._pieces.setdefault(kind, []).append(piece)

    @property
    def texts(self) -> Texts:
        return {kind: "".join(pieces) for kind, pieces in self._pieces.items()}
