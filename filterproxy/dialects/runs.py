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

# Bytes of what stands between two texts that are looked for first.
_TELLING = 20

# Frames that did not fit before we stop looking: each event has something else that changes.
_MISSES = 8


@dataclass(slots=True)
class Run:
    """
    Consecutive events of one frame.

    raw: as they came. parts: the text of each, as JSON has it. text: all of it, read. around: bytes of
    an event without its text.
    """

    raw: bytes
    parts: list[bytes]
    text: str
    around: int

    def take_first(self) -> bytes:
        """Take the first event off the front."""
        part = self.parts.pop(0)
        self.text = self.text[length_of(part) :]
        return self._take_bytes(self.around + len(part))

    def take(self, limit: int) -> tuple[bytes, int]:
        """Take the events off the front whose text lies in the first *limit* code points, and count those."""
        size, count, cut = len(self.text), len(self.parts), len(self.raw)
        # From the end, since what waits is the tail.
        while size > limit:
            count -= 1
            size -= length_of(self.parts[count])
            cut -= self.around + len(self.parts[count])
        del self.parts[:count]
        self.text = self.text[size:]
        return self._take_bytes(cut), size

    def _take_bytes(self, size: int) -> bytes:
        taken, self.raw = self.raw[:size], self.raw[size:]
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

    def run(self, buffer: bytes, at: int) -> Run | None:
        """The run that buffer[at:] begins with."""
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
        return Run(buffer[at : at + size], parts, text, around)

    def _apart(self, body: bytes) -> list[bytes]:
        """*body* without what stands between two texts."""
        between = self._after + self._before
        end = body.rfind(between)
        if end < 0:
            return [body]
        head, tail = body[:end], body[end + len(between) :]
        # A short separator is found several times faster than a long one, if it is as telling.
        short = head.split(between[:_TELLING])
        if head.count(between) != len(short) - 1:
            return [*head.split(between), tail]
        rest = len(between) - len(between[:_TELLING])
        return [short[0], *(part[rest:] for part in short[1:]), tail]
