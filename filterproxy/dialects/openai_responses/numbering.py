"""
The numbers of a stream's events: `sequence_number` goes on without gaps, whatever was added or left out.

Upstream's numbers are noted as its events come. When they leave, one that is missing was left out, and one
of ours (`OWN`) was added; those that follow are moved by as many. Until then bytes leave as they are.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from filterproxy.dialects.sse import Splitter, event
from filterproxy.dialects.whole import dumps, loads

KEY = "sequence_number"
# Stands for the number of an event of our own until it leaves.
OWN = -1
# Within a string of JSON the quotation marks would be escaped.
_NUMBER = re.compile(rb'("sequence_number"\s*:\s*)(-?\d+)(?![\d.eE])')


@dataclass(slots=True)
class Numbering:
    """The numbers of one stream. A stream that has none gets none."""

    _came: deque[int] = field(default_factory=deque)  # upstream's that have not left, in order
    _last: int | None = None
    _shift: int = 0

    def note(self, value: dict[str, Any]) -> None:
        """Take in the number of an event of upstream's."""
        number = value.get(KEY)
        if isinstance(number, int) and not isinstance(number, bool):
            if self._last is None:
                self._last = number - 1
            self._came.append(number)

    def renumbered(self, data: bytes) -> bytes:
        """Events that leave, with the numbers that they have now."""
        numbers = [int(found[1]) for found in _NUMBER.findall(data)]
        if not self._shift and numbers == list(islice(self._came, len(numbers))):
            for number in numbers:
                self._came.popleft()
                self._last = number
            return data
        splitter = Splitter(len(data))
        splitter.add(data)
        out = []
        while splitter.at < len(data):
            found = splitter.next() or splitter.last()
            assert found is not None
            out.append(self._renumber(found.raw, found.data))
        return b"".join(out)

    def _renumber(self, raw: bytes, data: bytes | None) -> bytes:
        if data is None or b"sequence_number" not in data:
            return raw
        try:
            value = loads(data)
        except (ValueError, RecursionError):
            return raw
        number = value.get(KEY) if isinstance(value, dict) else None
        if not isinstance(number, int) or isinstance(number, bool):
            return raw
        new = self._new(number)
        if new == number:
            return raw
        if new is not None and len(_NUMBER.findall(raw)) == 1:
            return _NUMBER.sub(rb"\g<1>%d" % new, raw)
        value[KEY] = new
        return event(dumps({k: v for k, v in value.items() if v is not None or k != KEY}), name_of(raw))

    def _new(self, number: int) -> int | None:
        """The number that an event has now; None where there are no numbers."""
        if self._last is None:
            return None if number == OWN else number
        if number == OWN:
            self._shift += 1
            self._last += 1
            return self._last
        while self._came:
            came = self._came.popleft()
            if came == number:
                break
            self._shift -= 1
        self._last = number + self._shift
        return self._last


def name_of(raw: bytes) -> bytes:
    """The name of an event, from its bytes."""
    for line in re.split(rb"\r\n|\n|\r", raw):
        if line.startswith(b"event:"):
            return line.removeprefix(b"event:").strip()
    return b""
