"""
Lines of JSON: bytes to events, each with the very bytes it came in. https://github.com/ndjson/ndjson-spec
"""

from __future__ import annotations

from filterproxy.dialects.reply import WireError
from filterproxy.dialects.stamps import StampedFrames
from filterproxy.dialects.translation import Event


class Splitter:
    """
    Cuts a stream of bytes into lines. limit: bytes of one line; past it, WireError.

    buffer, at: what has come and was not read yet is buffer[at:].
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.buffer = b""
        self.at = 0

    def add(self, data: bytes) -> None:
        """Take in more bytes."""
        self.buffer = self.buffer[self.at :] + data if self.at < len(self.buffer) else data
        self.at = 0

    def next(self) -> Event | None:
        """The next complete line."""
        found = self.buffer.find(b"\n", self.at)
        end = len(self.buffer) if found < 0 else found + 1
        if end - self.at > self._limit:
            raise WireError(f"a line is longer than {self._limit} bytes")
        if found < 0:
            return None
        return self._take(end)

    def last(self) -> Event | None:
        """What stands after the last line break when the stream has ended: a line like the others."""
        return self._take(len(self.buffer)) if self.at < len(self.buffer) else None

    def _take(self, end: int) -> Event:
        raw = self.buffer[self.at : end]
        self.at = end
        return Event(raw, data_of(raw))


def data_of(raw: bytes) -> bytes | None:
    """What a line says; None when it is blank."""
    return raw.strip(b" \t\r\n") or None


def line(data: bytes) -> bytes:
    """*data* (without line breaks) as a line."""
    return data + b"\n"


class JsonLines:
    """The framing (see dialects.translation.Framing)."""

    terminator = b"\n"

    def splitter(self, limit: int) -> Splitter:
        return Splitter(limit)

    def frames(self) -> StampedFrames:
        return StampedFrames()

    def data_of(self, raw: bytes) -> bytes | None:
        return data_of(raw)


NDJSON = JsonLines()
