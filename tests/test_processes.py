"""Ctrl-C is for the process that started the others."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from filterproxy.processes import uninterrupted

_IS_BLOCKED = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))"


def test_a_process_that_is_started_meanwhile_never_hears_of_it() -> None:
    with uninterrupted():
        done = subprocess.run([sys.executable, "-c", _IS_BLOCKED], capture_output=True, text=True)

    assert done.stdout == "True\n"


def test_here_it_is_heard_afterwards() -> None:
    reached = False
    with pytest.raises(KeyboardInterrupt), uninterrupted():
        signal.raise_signal(signal.SIGINT)
        reached = True

    assert reached
