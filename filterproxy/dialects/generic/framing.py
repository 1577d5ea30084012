"""How the events of a server of one's own lie in a stream, and how one of ours is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from filterproxy.dialects import ndjson, sse
from filterproxy.dialects.translation import Framing

_NAME = re.compile(rb"^event: ?([^\r\n]*)", re.MULTILINE)


class NamedSplitter(sse.Splitter):
    """Cuts a stream into events, whose names stand before their data: browsers tell events by name."""

    def _data_of(self, raw: bytes) -> bytes | None:
        return named_data_of(raw)


def named_data_of(raw: bytes) -> bytes | None:
    """The data of an event behind its name (b"" for none) and a line break; None when it has no data."""
    data = sse.data_of(raw)
    if data is None:
        return None
    names = _NAME.findall(raw.replace(b"\r", b"\n")) if b"event:" in raw else []
    return (names[-1] if names else b"") + b"\n" + data


class NamedEvents(sse.ServerSentEvents):
    """The framing (see dialects.translation.Framing)."""

    def splitter(self, limit: int) -> NamedSplitter:
        return NamedSplitter(limit)

    def data_of(self, raw: bytes) -> bytes | None:
        return named_data_of(raw)


@dataclass(frozen=True, slots=True)
class Wire:
    """
    framing: of a stream. types: its content types. named: whether data begins with the line of a name.
    write: an event of a name and JSON. heartbeat: what says nothing.
    """

    framing: Framing
    types: tuple[bytes, ...]
    named: bool
    write: Callable[[bytes, bytes], bytes]
    heartbeat: bytes = b""

    def apart(self, data: bytes) -> tuple[bytes, bytes]:
        """The name of an event, and what it says."""
        if not self.named:
            return b"", data
        name, _, said = data.partition(b"\n")
        return name, said


WIRES = {
    "sse": Wire(
        NamedEvents(), (b"text/event-stream",), True, lambda name, data: sse.event(data, name), sse.COMMENT
    ),
    "ndjson": Wire(
        ndjson.NDJSON,
        (b"application/x-ndjson", b"application/ndjson", b"application/jsonl", b"application/x-jsonlines"),
        False,
        lambda name, data: ndjson.line(data),
    ),
}
