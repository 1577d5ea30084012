"""Logs as watchers: what they want kept, what they drop, and that nothing of it reaches the caller."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

import filterproxy.record.writer
from filterproxy.config import LogConfig
from filterproxy.core.request import Request
from filterproxy.metrics import Metrics
from filterproxy.record.names import LOGS
from filterproxy.record.read import Reader
from filterproxy.record.texts import is_sampled
from filterproxy.record.watchers import DecisionLog
from tests.record.exchanges import (
    CONTENT,
    Logs,
    Tally,
    books,
    exchange,
    hit,
    lines,
    logging_to,
    redacting,
    told,
    until,
)

IDS = [f"id{n}" for n in range(2000)]


def test_a_share_of_ids_is_sampled_and_always_the_same() -> None:
    tenth = {id for id in IDS if is_sampled(id, 0.1)}

    assert 150 < len(tenth) < 250
    assert tenth == {id for id in IDS if is_sampled(id, 0.1)}
    assert tenth < {id for id in IDS if is_sampled(id, 0.2)}
    assert (set(), set(IDS)) == tuple({id for id in IDS if is_sampled(id, share)} for share in (0, 1))


@pytest.mark.parametrize(("text", "share"), [("off", 0), ("sample", 0.1), ("hash", 1)])
def test_texts_are_kept_of_the_sample_and_for_hashes_of_all(tmp_path: Path, text: str, share: float) -> None:
    config = LogConfig(str(tmp_path), text, 0.1, key="k")
    with logging_to(config) as (log,):
        kept = {id for id in IDS if log.keeps(id, Request())}

    assert kept == {id for id in IDS if is_sampled(id, share)}


def test_decisions_and_recordings_agree_on_the_sample(tmp_path: Path) -> None:
    config = LogConfig(str(tmp_path), "sample", 0.1)
    with logging_to(config, config) as logs:
        told(logs, *(exchange(id, {CONTENT: ["a"]}, hits=[hit(rule="other")]) for id in IDS))
    sampled = [line["id"] for line in lines(tmp_path, "decisions") if "texts" in line]

    assert sampled == [line["id"] for line in lines(tmp_path, "recordings")]
    assert 2000 == len(lines(tmp_path, "decisions"))


def holding(tmp_path: Path, tally: Tally) -> tuple[Logs, threading.Event]:
    """A log whose thread waits for the event before it writes anything."""
    may = threading.Event()

    class Waiting:
        shape = None
        gate = None

        def find(self, *_: object) -> None:
            may.wait(20)

    made = redacting()
    object.__setattr__(made, "match", Waiting())
    config = LogConfig(str(tmp_path), "sample", 1.0)
    return (DecisionLog(config, books(made), tally, 0),), may


def test_what_the_queue_has_no_room_for_is_dropped_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filterproxy.record.writer, "MOST_ITEMS", 10)
    tally = Tally()
    logs, may = holding(tmp_path, tally)
    told(logs, *(exchange(id, {CONTENT: ["a"]}, hits=[hit()]) for id in IDS[:50]))
    may.set()
    logs[0].end()
    written = len(lines(tmp_path))

    assert 10 <= written < 50
    assert (written, 50 - written) == (tally.lines["decisions"], tally.dropped["decisions", "queue_full"])


def test_the_queue_is_bounded_in_bytes(tmp_path: Path) -> None:
    tally = Tally()
    logs, may = holding(tmp_path, tally)
    large = {CONTENT: ["a" * (6 << 20)]}
    told(logs, *(exchange(id, large, hits=[hit()]) for id in IDS[:9]))
    may.set()
    logs[0].end()

    assert 2 == len(lines(tmp_path))
    assert 7 == tally.dropped["decisions", "queue_full"]


def test_a_folder_that_cannot_be_written_is_said_once_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Replies go on, and nothing is lost once the folder is there."""
    monkeypatch.setattr(filterproxy.record.writer, "_RETRY_SECONDS", 0.01)
    folder = tmp_path / "logs"
    folder.write_text("in the way")
    tally = Tally()
    with caplog.at_level(logging.ERROR), logging_to(LogConfig(str(folder)), tally=tally) as logs:
        told(logs, exchange("id1", hits=[hit()]))
        until(lambda: bool(caplog.records))
        told(logs, exchange("id2", hits=[hit()]))
        folder.unlink()
        until(lambda: len(_ids(folder)) == 2)

    assert ["id1", "id2"] == _ids(folder)
    assert 1 == len(caplog.records)
    assert "cannot be written" in caplog.text
    assert {"decisions": 2} == dict(tally.lines)


def _ids(folder: Path, log: str | None = None) -> list[str]:
    return [line["id"] for line in Reader([folder], log)]


def test_what_could_never_be_written_is_counted_in_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.write_text("in the way")
    tally = Tally()
    with logging_to(LogConfig(str(folder)), tally=tally) as logs:
        told(logs, *(exchange(id, hits=[hit()]) for id in IDS[:5]))
    told(logs, exchange("late", hits=[hit()]))

    assert {("decisions", "write_failed"): 5, ("decisions", "closed"): 1} == dict(tally.dropped)


def test_lines_that_are_removed_for_want_of_room_are_counted(tmp_path: Path) -> None:
    tally = Tally()
    with logging_to(LogConfig(str(tmp_path), file_bytes=3000, folder_bytes=9000), tally=tally) as logs:
        told(logs, *(exchange(id, hits=[hit()]) for id in IDS[:50]))
        until(lambda: 0 < len(list(tmp_path.glob("*.jsonl*"))) and "id49" in _ids(tmp_path))
    kept = _ids(tmp_path)

    assert 50 == tally.lines["decisions"]
    assert 0 < len(kept) < 50
    assert IDS[50 - len(kept) : 50] == kept
    assert 50 - len(kept) == tally.dropped["decisions", "folder_full"]


def test_the_metrics_have_what_was_written_and_dropped(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    with logging_to(LogConfig(str(tmp_path)), tally=Metrics(registry)) as logs:
        told(logs, exchange("id1", hits=[hit()]), exchange("id2", hits=[hit(start=object())]))  # type: ignore[arg-type]

    dropped = {"log": "decisions", "cause": "error"}
    assert 1 == registry.get_sample_value("filterproxy_log_lines_total", {"log": "decisions"})
    assert 1 == registry.get_sample_value("filterproxy_log_dropped_total", dropped)


def test_numbers_are_counted_on_the_event_loops_thread(tmp_path: Path) -> None:
    threads: set[int] = set()

    class Watched(Tally):
        def log_lines(self, log: str, times: int) -> None:
            threads.add(threading.get_ident())
            super().log_lines(log, times)

    tally = Watched()

    async def serve(logs: Logs) -> None:
        logs[0].saw(exchange("id1", hits=[hit()]))
        async with asyncio.timeout(20):
            while not tally.lines:
                await asyncio.sleep(0.01)

    with logging_to(LogConfig(str(tmp_path)), tally=tally) as logs:
        asyncio.run(serve(logs))

    assert threads == {threading.get_ident()}


def test_a_line_that_cannot_be_made_costs_no_other(tmp_path: Path) -> None:
    tally = Tally()
    wrong = exchange("id1", hits=[hit(start=object())])  # type: ignore[arg-type]
    with logging_to(LogConfig(str(tmp_path)), tally=tally) as logs:
        told(logs, wrong, exchange("id2", hits=[hit()]))

    assert ["id2"] == _ids(tmp_path)
    assert {("decisions", "error"): 1} == dict(tally.dropped)


PROGRAM = """
import asyncio, sys
from filterproxy.config import LogConfig
from tests.record.exchanges import CONTENT, Tally, exchange, hit, logging_to, redacting

async def serve(logs):
    n = 0
    while True:
        for log in logs:
            log.saw(exchange(f"id{n}", {CONTENT: ["A key: sk-abc. " * 20]}, hits=[hit(rule="other")]))
        n += 1
        if n == 500:
            print("busy", flush=True)
        await asyncio.sleep(0 if n % 20 else 0.005)

config = LogConfig(sys.argv[1], "sample", 1.0, file_bytes=50_000)
with logging_to(config, config, [redacting()], Tally()) as logs:
    asyncio.run(serve(logs))
"""


@pytest.mark.slow
@pytest.mark.parametrize("attempt", range(3))
def test_a_process_that_is_killed_leaves_files_that_can_be_read(tmp_path: Path, attempt: int) -> None:
    """Whole lines in order, and none of another process behind a torn one."""
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.getcwd()})
    with process:
        assert process.stdout is not None
        assert b"busy\n" == process.stdout.readline()
        until(lambda: min(len(_ids(tmp_path, log)) for log in LOGS) > 100 * (attempt + 1))
        process.send_signal(signal.SIGKILL)
    for log in LOGS:
        reader = Reader([tmp_path], log)
        found: list[dict[str, Any]] = list(reader)

        assert [f"id{n}" for n in range(len(found))] == [line["id"] for line in found]
        assert len(found) > 100
        assert reader.skipped <= 1
        assert not any("sk-abc" in str(line) for line in found)
