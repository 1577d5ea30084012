"""Cutting a stream of bytes into events, each with the very bytes it came in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from filterproxy.dialects.reply import WireError
from filterproxy.dialects.translation import Event


class BufferSplitter(ABC):
    """
    What splitters share (see dialects.translation.Splitter). limit: bytes of one event; past it, WireError.

    buffer, at: what has come and was not read yet is buffer[at:].
    """

    one: ClassVar[str] = "an event"

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.buffer = b""
        self.at = 0

    def add(self, data: bytes) -> None:
        """Take in more bytes."""
        self.buffer = self.buffer[self.at :] + data if self.at < len(self.buffer) else data
        self.at = 0

    def next(self) -> Event | None:
        """The next complete event."""
        found = self._end()
        end = found or len(self.buffer)
        if end - self.at > self._limit:
            raise WireError(f"{self.one} is longer than {self._limit} bytes")
        return self._take(end) if found else None

    def last(self) -> Event | None:
        """What stands after the last event's end when the stream has ended."""
        return self._take(len(self.buffer)) if self.at < len(self.buffer) else None

    def _take(self, end: int) -> Event:
        raw = self.buffer[self.at : end]
        self.at = end
        return Event(raw, self._data_of(raw))

    @abstractmethod
    def _end(self) -> int:
        """Where in the buffer the next event ends; 0 while it does not."""

    @abstractmethod
    def _data_of(self, raw: bytes) -> bytes | None:
        """What an event carries."""
