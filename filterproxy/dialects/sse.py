"""
Server-sent events: bytes to events, each with the very bytes it came in.

Every legal form of https://html.spec.whatwg.org/multipage/server-sent-events.html is read: line ends of
three kinds, comments, several data lines, a byte-order mark, cuts at any byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from filterproxy.dialects.reply import WireError

# Two line ends in a row; atomic, so that \r\n is never read as two.
_END = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Event:
    """raw: as it came, with the blank line that ends it. data: its data lines; None when it has none."""

    raw: bytes
    data: bytes | None


class Splitter:
    """Cuts a stream of bytes into events. limit: bytes of one event; past it, WireError."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.rest = b""

    def add(self, data: bytes) -> None:
        """Take in more bytes."""
        self.rest = self.rest + data if self.rest else data

    def next(self) -> Event | None:
        """The next complete event."""
        found = _END.search(self.rest)
        if found is None:
            if len(self.rest) > self._limit:
                raise WireError(f"an event is longer than {self._limit} bytes")
            return None
        raw = self.rest[: found.end()]
        self.rest = self.rest[found.end() :]
        if len(raw) > self._limit:
            raise WireError(f"an event is longer than {self._limit} bytes")
        return Event(raw, data_of(raw))

    def skip(self, size: int) -> bytes:
        """Take *size* bytes that were read otherwise."""
        raw, self.rest = self.rest[:size], self.rest[size:]
        return raw

    def last(self) -> Event | None:
        """What stands after the last blank line when the stream has ended; a browser would ignore it."""
        raw, self.rest = self.rest, b""
        return Event(raw, data_of(raw)) if raw else None


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


def event(data: bytes) -> bytes:
    """*data* (one line) as an event."""
    return b"data: " + data + b"\n\n"


COMMENT = b": waiting\n\n"
