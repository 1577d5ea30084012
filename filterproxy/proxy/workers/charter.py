"""
What parent and worker say to each other, one line each.

To the worker, on its standard input:

    {"config": {...}, "document": {...}, "fds": [listening socket], "index": 0}   its charter, once
    {"document": {...}}                                                           other rules
    {"killed": [id, ...], "turn": 3}                                              rules to leave out from now

A charter may hold `killed` and `turn` as well. Of two orders to leave rules out that of the later turn holds.

From the worker, on its standard output:

    rulebook HASH    these rules are at work
    ready            it takes connections
    failed: ...      it cannot take the other rules, and keeps those that it has
    killed TURN      it leaves out what this turn, or a later one, says
    error: ...       it cannot start
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

RULEBOOK = "rulebook "
READY = "ready"
FAILED = "failed: "
KILLED = "killed "
ERROR = "error: "

_PIECE_BYTES = 1 << 16
# A document of a hundred thousand rules; more is no document of ours.
_LINE_LIMIT_BYTES = 256 << 20


@dataclass(slots=True)
class Lines:
    """The lines that come out of a pipe; whoever reads it, reads all of it through this."""

    fd: int
    _held: bytearray = field(default_factory=bytearray)

    def wait(self) -> bytes:
        """The next line, without its end; what there is when the pipe ends."""
        while b"\n" not in self._held and self._read():
            pass
        line, _, rest = bytes(self._held).partition(b"\n")
        self._held = bytearray(rest)
        return line

    def now(self) -> Iterator[bytes]:
        """Whole lines, after the pipe was found to have something. Raises EOFError at its end."""
        if not self._read():
            raise EOFError
        *whole, rest = bytes(self._held).split(b"\n") if b"\n" in self._held else (bytes(self._held),)
        if whole:
            self._held = bytearray(rest)
        yield from whole

    def held(self) -> Iterator[bytes]:
        """Whole lines that came along with one that was waited for."""
        while b"\n" in self._held:
            yield self.wait()

    def _read(self) -> bool:
        piece = os.read(self.fd, _PIECE_BYTES)
        self._held += piece
        if len(self._held) > _LINE_LIMIT_BYTES:
            raise ValueError(f"a line of more than {_LINE_LIMIT_BYTES} bytes")
        return bool(piece)


def as_line(message: dict[str, Any]) -> bytes:
    """What is said to a worker."""
    return json.dumps(message).encode() + b"\n"


def say(line: str) -> None:
    """Tell the parent, if it is still there."""
    with contextlib.suppress(BrokenPipeError):
        print(line.replace("\n", " "), flush=True)
