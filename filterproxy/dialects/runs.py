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
from dataclasses import dataclass

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

    def run(self, buffer: bytes, at: int) -> tuple[Run, int] | None:
        """The run that buffer[at:] begins with, and how many bytes it has."""
        before, after = self._before, self._after
        if not before or not buffer.startswith(before, at):
            return None
        parts = buffer[at + len(before) :].split(after + before)
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
