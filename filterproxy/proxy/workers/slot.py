"""The place of one worker, and what is said to the process that fills it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
from dataclasses import dataclass, field


@dataclass(slots=True)
class Slot:
    """
    The place of one worker, whichever process fills it.

    hash: of the rules that it runs, "" before it said so. failed: why it cannot take the last rules that it
    was handed, "" otherwise. turn: of the last order to leave rules out that it follows. chartered: whether
    it was told what to serve. pipe: held while its stdin is written.
    """

    index: int
    process: subprocess.Popen[bytes] | None = None
    ready: bool = False
    hash: str = ""
    failed: str = ""
    turn: int = 0
    chartered: bool = False
    pipe: threading.Lock = field(default_factory=threading.Lock)
    thread: threading.Thread | None = None

    def vacate(self) -> None:
        """The process has ended, and all that it said with it."""
        self.process, self.ready, self.chartered, self.hash, self.turn = None, False, False, "", 0


@dataclass(frozen=True, slots=True)
class Told:
    """A process that gets an order. slot: its place, which another may fill by the time it answers."""

    slot: Slot
    process: subprocess.Popen[bytes]

    @property
    def is_there(self) -> bool:
        return self.slot.process is self.process

    def is_silent(self, digest: str) -> bool:
        """Whether it has not said what became of the rules with that hash."""
        return self.is_there and self.slot.hash != digest and not self.slot.failed

    def is_behind(self, turn: int) -> bool:
        """Whether it does not follow yet the order to leave rules out that has this turn."""
        return self.is_there and self.slot.turn < turn

    def tell(self, line: bytes) -> None:
        """Say *line*, once it is heard: a pipe holds less than a document."""
        with self.slot.pipe:
            write(self.process, line)


def write(process: subprocess.Popen[bytes], line: bytes) -> None:
    """Say *line* to a worker whose pipe is held."""
    assert process.stdin is not None
    # One that is gone is found out by its end; then its pipe is closed here as well (ValueError).
    with contextlib.suppress(OSError, ValueError):
        process.stdin.write(line)
        process.stdin.flush()


def ending(code: int) -> str:
    """How a process ended, for the log. code: as Popen has it."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
