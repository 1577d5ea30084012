"""Folders of counters: taken away by their proxy, or, when it was killed, by the next one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from filterproxy.proxy.workers.counters import Counters


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExitStack]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with ExitStack() as stack:
        yield stack


def made(stack: ExitStack) -> Counters:
    counters = Counters.made()
    stack.callback(counters.close)
    return counters


def grow_old(folder: Path) -> None:
    (folder / "counter_0.db").write_bytes(b"1")
    os.utime(folder, (0, 0))


def test_a_folder_goes_with_its_proxy(stack: ExitStack) -> None:
    counters = made(stack)
    grow_old(counters.folder)
    counters.close()
    counters.close()

    assert not counters.folder.exists()


def test_a_folder_stays_until_the_last_worker_of_a_killed_proxy_has_ended(stack: ExitStack) -> None:
    killed = Counters.made()
    grow_old(killed.folder)
    waits = (sys.executable, "-S", "-c", "import sys; sys.stdin.read()")
    with subprocess.Popen(waits, stdin=subprocess.PIPE, pass_fds=[killed.lock]):
        os.close(killed.lock)
        made(stack)
        assert killed.folder.exists()
    made(stack)

    assert not killed.folder.exists()


def test_a_folder_that_was_just_made_stays(stack: ExitStack, tmp_path: Path) -> None:
    """Its proxy has not locked it yet."""
    young = tmp_path / "filterproxy-counters-young"
    young.mkdir()
    made(stack)

    assert young.exists()


def test_what_is_not_ours_stays(stack: ExitStack, tmp_path: Path) -> None:
    other = tmp_path / "filterproxy-rules"
    other.mkdir()
    grow_old(other)
    made(stack)

    assert (other / "counter_0.db").exists()
