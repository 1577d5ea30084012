"""Processes of this machine that work for this one."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uninterrupted() -> Iterator[None]:
    """
    Processes that are started meanwhile never hear of Ctrl-C, which a terminal sends to all of them: the one
    that started them ends them, and they have nothing to say about it. Here it is heard afterwards.
    """
    # Blocked, not ignored: so none is lost here, and a process inherits it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
