"""
Lines of JSON: bytes to events, each with the very bytes it came in. https://github.com/ndjson/ndjson-spec
"""

from __future__ import annotations

from filterproxy.dialects.splitter import BufferSplitter
from filterproxy.dialects.stamps import StampedFrames


class Splitter(BufferSplitter):
    """Cuts a stream of bytes into lines; what stands after the last line break is a line like the others."""

    one = "a line"

    def _end(self) -> int:
        return self.buffer.find(b"\n", self.at) + 1

    def _data_of(self, raw: bytes) -> bytes | None:
        return data_of(raw)


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
