r"""
Runs of events that differ only in a piece of text, read without parsing each.

A model server writes the same JSON around every token:

    data: {"id":"c1",...,"choices":[{"index":0,"delta":{"content":" open"},"finish_reason":null}]}\n\n

After one such event was parsed, what stands before and after its text is known; the following ones are
cut apart by that frame in one call. That is exact: a piece is taken only if it is one JSON string's
inside, so that the event could not have been read any other way. A burst of 188 events costs as much as
two parsed ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

# The inside of a JSON string. Escaped surrogates are left to the parser: a pair may be cut in two.
_INSIDE = re.compile(
    rb'[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*'
)

# The same of each part, joined by the one character that none of them has bare; none begins inside a
# character, since it would be cut in two.
_PARTS = re.compile(rb"(?:(?![\x80-\xbf])" + _INSIDE.pattern + rb'")*')

# Bytes of what stands between two texts that are looked for first.
_TELLING = 20

# Frames that did not fit before we stop looking: each event has something else that changes.
_MISSES = 8


@dataclass(slots=True)
class Run:
    """
    Consecutive events of one frame, taken off the front as they leave.

    parts: the text of each event, as JSON has it. size: code points of what was not taken. around: bytes
    of an event without its text.
    """

    _raw: bytes
    _parts: list[bytes]
    size: int
    _around: int
    _more: Sequence[int] = ()  # bytes that each event has beyond these, if any
    _first: int = 0  # of the parts
    _at: int = 0  # of the bytes

    def __bool__(self) -> bool:
        return self._first < len(self._parts)

    @property
    def bytes_left(self) -> int:
        """Bytes of what was not taken."""
        return len(self._raw) - self._at

    @property
    def first_size(self) -> int:
        """Code points of the first event's text."""
        return length_of(self._parts[self._first])

    def among(self, buffer: bytes, at: int, more: Sequence[int]) -> Run:
        """The same run where it lies in buffer[at:], with *more* bytes in each event."""
        more = more[: len(self._parts)]
        raw = buffer[at : at + len(self._raw) + sum(more)]
        return Run(raw, self._parts, self.size, self._around, more)

    def take_all(self) -> bytes:
        """Take everything that is left."""
        self._first, self.size = len(self._parts), 0
        return self._take_bytes(len(self._raw))

    def take_first(self) -> bytes:
        """Take the first event."""
        part = self._parts[self._first]
        self._first += 1
        self.size -= length_of(part)
        more = self._more[self._first - 1] if self._more else 0
        return self._take_bytes(self._at + self._around + len(part) + more)

    def take(self, limit: int) -> tuple[bytes, int]:
        """Take the events whose text lies in the first *limit* code points, and count those."""
        # What waits is mostly the tail, and what has changed may be anywhere: from the nearer end.
        first, size = self._from_front(limit) if limit < self.size // 2 else self._from_end(limit)
        parts = self._parts[self._first : first]
        end = (
            self._at + len(parts) * self._around + sum(map(len, parts)) + sum(self._more[self._first : first])
        )
        self._first = first
        self.size -= size
        return self._take_bytes(end), size

    def _from_front(self, limit: int) -> tuple[int, int]:
        first, size = self._first, 0
        while first < len(self._parts):
            length = length_of(self._parts[first])
            if size + length > limit:
                break
            size += length
            first += 1
        return first, size

    def _from_end(self, limit: int) -> tuple[int, int]:
        first, size = len(self._parts), self.size
        while size > limit:
            first -= 1
            size -= length_of(self._parts[first])
        return first, size

    def _take_bytes(self, end: int) -> bytes:
        taken = self._raw[self._at : end]
        self._at = end
        return taken


def length_of(part: bytes) -> int:
    """Code points of the inside of a JSON string."""
    if b"\\" in part:
        return len(orjson.loads(b'"' + part + b'"'))
    return len(part) if part.isascii() else len(part.decode())


@dataclass(slots=True)
class Frames:
    """The frame that a stream's events have."""

    _before: bytes = b""
    _after: bytes = b""
    _misses: int = 0

    def learn(self, raw: bytes, key: bytes, text: str) -> bool:
        """Remember what stands around *text*, the only text of the event *raw*, under *key*."""
        if self._misses >= _MISSES:
            return False
        self._misses += 1
        self._before = b""
        places = list(re.finditer(b'"' + key + rb'"\s*:\s*"', raw))
        # Were the key there twice, another object's could be taken for it.
        if len(places) != 1 or raw.count(b'"' + key + b'"') != 1:
            return False
        start = places[0].end()
        inside = _INSIDE.match(raw, start)
        assert inside is not None
        end = inside.end()
        if raw[end : end + 1] != b'"' or orjson.loads(raw[start - 1 : end + 1]) != text:
            return False
        self._before, self._after = raw[:start], raw[end:]
        return True

    def run(self, buffer: bytes, at: int) -> tuple[Run, str] | None:
        """The run that buffer[at:] begins with, and its text."""
        before, after = self._before, self._after
        if not before or not buffer.startswith(before, at):
            return None
        parts = self._apart(buffer[at + len(before) :])
        last = parts.pop()
        end = last.find(after)
        if end >= 0:
            parts.append(last[:end])
        elif not parts:
            return None
        joined = b"".join(parts)
        if _PARTS.fullmatch(b'"'.join(parts) + b'"') is None:
            return None
        try:
            text = orjson.loads(b'"' + joined + b'"') if b"\\" in joined else joined.decode()
        except ValueError:
            return None
        self._misses = 0
        around = len(before) + len(after)
        size = len(parts) * around + len(joined)
        return Run(buffer[at : at + size], parts, len(text), around), text

    def _apart(self, body: bytes) -> list[bytes]:
        """*body* without what stands between two texts."""
        between = self._after + self._before
        end = body.rfind(between)
        if end < 0:
            return [body]
        head, tail = body[:end], body[end + len(between) :]
        # A short separator is found several times faster than a long one, if it is as telling.
        first, *others = head.split(between[:_TELLING])
        rest = between[_TELLING:]
        parts = [first, *[part.removeprefix(rest) for part in others]]
        if sum(map(len, parts)) + len(others) * len(between) != len(head):
            parts = head.split(between)
        return [*parts, tail]
