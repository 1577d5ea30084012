"""
Server-sent events: bytes to events, each with the very bytes it came in.

Every legal form of https://html.spec.whatwg.org/multipage/server-sent-events.html is read: line ends of
three kinds, comments, several data lines, a byte-order mark, cuts at any byte.
"""

from __future__ import annotations

import re

from filterproxy.dialects.runs import Frames
from filterproxy.dialects.splitter import BufferSplitter

# Two line ends in a row; atomic, so that \r\n is never read as two.
_END = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


class Splitter(BufferSplitter):
    """Cuts a stream of bytes into events."""

    def _end(self) -> int:
        found = _END.search(self.buffer, self.at)
        return 0 if found is None else found.end()

    def _data_of(self, raw: bytes) -> bytes | None:
        return data_of(raw)


def data_of(raw: bytes) -> bytes | None:
    """The data of an event; None when it has no data line."""
    if raw.startswith(b"data: ") and raw.count(b"\n") == 2 and raw.endswith(b"\n\n") and b"\r" not in raw:
        return raw[6:-2]
    lines = []
    for line in _LINE_END.split(raw.removeprefix(_BOM)):
        field, _, value = line.partition(b":")
        if field == b"data":
            lines.append(value.removeprefix(b" "))
    return b"\n".join(lines) if lines else None


def event(data: bytes, name: bytes = b"") -> bytes:
    """*data* (one line) as an event, named if it has a *name*."""
    return (b"event: " + name + b"\n" if name else b"") + b"data: " + data + b"\n\n"


COMMENT = b": waiting\n\n"


class EventFrames(Frames):
    """The frame that a stream's events have."""

    __slots__ = ()

    def learn(self, raw: bytes, key: bytes, text: str) -> bool:
        return not _is_odd(raw) and Frames.learn(self, raw, key, text)


def _is_odd(raw: bytes) -> bool:
    """Whether an event is more than a name, one line of data and a blank line, which runs rely on."""
    lines = raw.count(b"\n")
    named = lines == 3 and raw.startswith(b"event:") and b"\ndata:" in raw
    plain = lines == 2 and raw.startswith(b"data:")
    return not (named or plain) or not raw.endswith(b"\n\n") or b"\r" in raw


class ServerSentEvents:
    """The framing (see dialects.translation.Framing)."""

    terminator = b"\n\n"

    def splitter(self, limit: int) -> Splitter:
        return Splitter(limit)

    def frames(self) -> Frames:
        return EventFrames()

    def data_of(self, raw: bytes) -> bytes | None:
        return data_of(raw)


SSE = ServerSentEvents()
