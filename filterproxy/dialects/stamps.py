"""
Runs of events that differ in a time, too.

Ollama says in each line when it was made. The times are taken out, what is left is read as a run, and each
event is as much longer as its time was. That is exact as well: inside a JSON string no quotation mark stands
bare, so that nothing but a key is taken for one.
"""

from __future__ import annotations

import re

from filterproxy.dialects.runs import Frames, Run

_STAMP = re.compile(rb'("created_at" ?: ?")([^"\\]{0,64})(?=")')


class StampedFrames(Frames):
    """The frame that a stream's events have, with or without a time before their text."""

    __slots__ = ("_head", "_middle")  # of what stands before the text: up to the time, and after it

    _head: bytes
    _middle: bytes

    def learn(self, raw: bytes, key: bytes, text: str) -> bool:
        self._head = b""
        pieces = _STAMP.split(raw)
        if len(pieces) != 4:
            return Frames.learn(self, raw, key, text)
        del pieces[2]
        if not Frames.learn(self, b"".join(pieces), key, text):
            return False
        size = len(pieces[0]) + len(pieces[1])
        if size >= len(self._before):  # the text comes first
            self._before = b""
            return False
        self._head, self._middle = self._before[:size], self._before[size:]
        return True

    def run(self, buffer: bytes, at: int) -> tuple[Run, str] | None:
        head = self._head
        if not head:
            return Frames.run(self, buffer, at)
        if not buffer.startswith(head, at):
            return None
        # The first event tells cheaply whether there is a run at all.
        if not buffer.startswith(self._middle, buffer.find(b'"', at + len(head))):
            return None
        pieces = _STAMP.split(buffer[at:])
        stamps = pieces[2::3]
        del pieces[2::3]
        found = Frames.run(self, b"".join(pieces), 0)
        if found is None:
            return None
        run, text = found
        return run.among(buffer, at, [len(stamp) for stamp in stamps]), text
