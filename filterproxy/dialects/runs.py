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
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

# The inside of a JSON string. Escaped surrogates are left to the parser: a pair may be cut in two.
_INSIDE = re.compile(
    rb'[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*'
)

# The same of each part, joined by the one character that none of them has bare; none begins inside a
# character, since it would be cut in two.
_PARTS = re.compile(rb"(?:(?![\x80-\xbf])" + _INSIDE.pattern + rb'")*')

# Frames that did not fit before we stop looking: each event has something else that changes.
_MISSES = 8


@dataclass(slots=True)
class Run:
    """Consecutive events of one frame. parts: the text of each, as JSON has it. text: all of it, read."""

    before: bytes
    after: bytes
    parts: list[bytes]
    text: str

    @property
    def raw(self) -> bytes:
        return self.before + (self.after + self.before).join(self.parts) + self.after

    def first(self) -> bytes:
        """The first event, as it came."""
        return self.before + self.parts[0] + self.after

    def take(self, limit: int) -> tuple[bytes, int]:
        """Take the events off the front whose text lies in the first *limit* code points, and count those."""
        size, count = len(self.text), len(self.parts)
        # From the end, since what waits is the tail.
        while size > limit:
            count -= 1
            size -= length_of(self.parts[count])
        if not count:
            return b"", 0
        taken, self.parts = self.parts[:count], self.parts[count:]
        self.text = self.text[size:]
        return self.before + (self.after + self.before).join(taken) + self.after, size


def length_of(part: bytes) -> int:
    """Code points of the inside of a JSON string."""
    if b"\\" in part:
        return len(orjson.loads(b'"' + part + b'"'))
    return len(part) if part.isascii() else len(part.decode())


@dataclass(slots=True)
class Frames:
    """The frame that a stream's events have. reads: the text that an event with other text would have."""

    reads: Callable[[bytes], str | None]
    _before: bytes = b""
    _after: bytes = b""
    _misses: int = field(default=0)

    def learn(self, raw: bytes, key: bytes) -> bool:
        """Remember what stands around the text of *raw*, an event whose only text is under *key*."""
        if self._misses >= _MISSES:
            return False
        self._misses += 1
        self._before = b""
        opening = re.search(b'"' + key + rb'"\s*:\s*"', raw)
        if opening is None:
            return False
        inside = _INSIDE.match(raw, opening.end())
        assert inside is not None
        before, after = raw[: opening.end()], raw[inside.end() :]
        if after.startswith(b'"') and self.reads(before + b"\\u0007" + after) == "\a":
            self._before, self._after = before, after
        return bool(self._before)

    def run(self, buffer: bytes) -> tuple[Run, int] | None:
        """The run that *buffer* begins with, and how many bytes it has."""
        before, after = self._before, self._after
        if not before or not buffer.startswith(before):
            return None
        parts = buffer[len(before) :].split(after + before)
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
        size = len(parts) * (len(before) + len(after)) + len(joined)
        return Run(before, after, parts, text), size
