"""The logs of a real worker: what it leaves when it ends, and when it is killed."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from filterproxy.record.names import LOGS
from filterproxy.record.read import Reader
from tests.proxy.test_worker import Running, model, worker
from tests.record.exchanges import everything, lines, until

__all__ = ["model"]  # a fixture


@contextmanager
def logging_worker(upstream: str, folder: Path) -> Iterator[Running]:
    """A worker that takes requests and logs everything to *folder*/logs."""
    with worker(upstream, folder) as (running, line):
        charter = json.loads(line)
        log = {"folder": str(folder / "logs"), "text": "sample", "sample": 1.0, "file_bytes": 20_000}
        charter["config"] |= {"decisions": log, "recording": log}
        said = running.say(json.dumps(charter).encode())
        assert running.process.stdout is not None
        while said != b"ready\n":
            assert not said.startswith(b"error"), said
            said = running.process.stdout.readline()
        yield running


def test_a_worker_writes_what_it_has_before_it_ends(model: str, tmp_path: Path) -> None:
    with logging_worker(model, tmp_path) as running:
        for _ in range(20):
            running.ask()
        running.process.send_signal(signal.SIGTERM)

        assert running.process.wait(10) == 0
    assert [20, 20] == [len(lines(tmp_path / "logs", log)) for log in LOGS]
    assert {"A [redacted]."} == {line["reply"][0]["text"] for line in lines(tmp_path / "logs", "recordings")}
    assert b"secret." not in everything(tmp_path / "logs")


def _ask_on(running: Running) -> None:
    while True:
        try:
            running.ask()
        except (OSError, HTTPException):  # it was killed
            return


@pytest.mark.slow
def test_a_worker_that_is_killed_under_load_leaves_files_that_can_be_read(model: str, tmp_path: Path) -> None:
    """Whole lines, each once, and at most one torn line at the end of a file."""
    folder = tmp_path / "logs"
    with logging_worker(model, tmp_path) as running:
        clients = [Thread(target=_ask_on, args=(running,)) for _ in range(4)]
        for client in clients:
            client.start()
        until(lambda: all(len(list(Reader([folder], log))) > 150 for log in LOGS))
        running.process.send_signal(signal.SIGKILL)
        for client in clients:
            client.join(20)
    for log in LOGS:
        reader = Reader([folder], log)
        ids: list[Any] = [line["id"] for line in reader]

        assert len(ids) > 150
        assert len(ids) == len(set(ids))
        assert reader.skipped <= 1
