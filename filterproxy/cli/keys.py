"""Keys of a terminal as they are pressed, without Enter."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager

# What the keys Ctrl-C (where the terminal does not make a signal of it), Ctrl-D and the end of input give.
_ENDS = (b"", b"\x03", b"\x04")


class Keys:
    """
    Reads from standard input while the terminal hands over each key at once.

    That holds from the first key to the last, so that nothing typed in between is lost, as it would be if the
    terminal were set anew for every key.
    """

    def __init__(self, fd: int, before: list[object]) -> None:
        self._fd = fd
        self._before = before

    def key(self) -> str:
        """
        The next key, a small letter where it is one; "" when there are no more. Other keys give something
        else.
        """
        first = os.read(self._fd, 1)
        if first in _ENDS:
            return ""
        if first == b"\x1b" or first[0] >= 0x80:  # an arrow, a letter of several bytes: the rest of it, too
            while select.select([self._fd], [], [], 0)[0] and len(first) < 32:
                first += os.read(self._fd, 1)
        return first.decode("utf-8", "replace").lower()

    def line(self, prompt: str) -> str:
        """A line of words, as the terminal lets people write them; "" when they give up."""
        termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)  # type: ignore[arg-type]
        try:
            return input(prompt)
        except (EOFError, KeyboardInterrupt):
            return ""
        finally:
            tty.setcbreak(self._fd, termios.TCSADRAIN)


@contextmanager
def keys() -> Iterator[Keys]:
    """The keys of standard input, which must be a terminal; afterwards it is as it was."""
    fd = sys.stdin.fileno()
    before: list[object] = list(termios.tcgetattr(fd))
    tty.setcbreak(fd, termios.TCSADRAIN)
    try:
        yield Keys(fd, before)
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)  # type: ignore[arg-type]
