"""Lines go by id, packed or not, also while workers write."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import filterproxy.record.purge
from filterproxy.config import LogConfig
from filterproxy.record.names import files_of
from filterproxy.record.packing import can_pack
from filterproxy.record.purge import announce, purge
from filterproxy.record.segments import Segments
from tests.record.exchanges import Tally, everything, exchange, hit, lines, logging_to, told, until
from tests.record.test_segments import Clock, ids, row, rows, segments

ALL = [f"id{n}" for n in range(10)]


def stored(folder: Path, *, packed: bool) -> Segments:
    """A log of 10 lines in 3 files, all closed."""
    log = segments(folder, Clock())
    log.write(rows(*range(10)))
    log.close()
    if packed:
        log.upkeep()
    return log


@pytest.mark.parametrize(
    "packed", [False, pytest.param(True, marks=pytest.mark.skipif(not can_pack(), reason="no zstandard"))]
)
@settings(max_examples=30)
@given(gone=st.sets(st.sampled_from([*ALL, "unknown"]), min_size=1))
def test_lines_with_these_ids_go_and_all_others_stay(
    tmp_path_factory: pytest.TempPathFactory, packed: bool, gone: set[str]
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    stored(folder, packed=packed)
    before = {path: path.stat().st_mtime_ns for path in files_of(folder)}
    done = purge(folder, gone, 5)

    assert [id for id in ALL if id not in gone] == ids(folder)
    assert (gone - {"unknown"}, {}) == (done.found, done.failed)
    assert len(gone - {"unknown"}) == sum(done.removed.values())
    assert all(path.stat().st_mtime_ns == before[path] for path in files_of(folder))
    assert ["decisions"] * len(files_of(folder)) == [path.name.split("-")[0] for path in files_of(folder)]


def test_a_torn_line_goes_with_its_id(tmp_path: Path) -> None:
    path = tmp_path / "decisions-0-20260131T080000123456Z.jsonl"
    path.write_bytes(row(1) + row(2)[:-7])
    purge(tmp_path, ["id2"], 5)

    assert row(1) == path.read_bytes()


@pytest.mark.skipif(not can_pack(), reason="zstandard (extra `record`) is not installed")
def test_nothing_is_left_in_what_a_worker_left_when_it_died_while_packing(tmp_path: Path) -> None:
    """The plain file beside the packed one, and the half of a packed one."""
    log = stored(tmp_path, packed=False)
    before = {path: path.read_bytes() for path in files_of(tmp_path)}
    log.upkeep()
    for path, content in before.items():
        path.write_bytes(content)
        path.with_name(f".{path.name}.zst.1.tmp").write_bytes(content)
    purge(tmp_path, ["id2"], 5)

    assert [id for id in ALL if id != "id2"] == ids(tmp_path)
    assert b'"id2"' not in everything(tmp_path)


def test_a_file_that_is_packed_while_it_is_looked_at_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = stored(tmp_path, packed=False)

    def pack_after(folder: Path) -> list[Path]:
        found = files_of(folder)
        log.upkeep()
        return found

    monkeypatch.setattr("filterproxy.record.purge.files_of", pack_after)
    done = purge(tmp_path, ["id2"], 5)

    assert ({"id2"}, {}) == (done.found, done.failed)


def test_other_files_of_the_folder_are_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "labels.jsonl"
    other.write_bytes(row(1))
    purge(tmp_path, ["id1"], 5)

    assert row(1) == other.read_bytes()


def test_workers_let_go_of_what_they_write_and_write_no_more_of_it(tmp_path: Path) -> None:
    """Before the purge, in the queue, and from a reply that ends afterwards."""
    tally = Tally()
    with logging_to(LogConfig(str(tmp_path)), LogConfig(str(tmp_path), sample=1.0), tally=tally) as logs:
        told(logs, *(exchange(id, {}, hits=[hit()]) for id in ALL))
        until(lambda: len(lines(tmp_path)) == 20)
        done = purge(tmp_path, ["id3", "id9"], 10)
        told(logs, exchange("id3", {}, hits=[hit()]), exchange("new", {}, hits=[hit()]))

    assert (4, {}) == (sum(done.removed.values()), done.failed)
    assert sorted([*(id for id in ALL if id not in ("id3", "id9")), "new"] * 2) == sorted(ids(tmp_path))
    assert b"id3" not in everything(tmp_path).replace(b"id3\nid9", b"")  # the list of what must go
    assert (1, 1) == (tally.dropped["decisions", "purged"], tally.dropped["recordings", "purged"])


def test_a_purge_while_lines_come_leaves_none(tmp_path: Path) -> None:
    """A worker that writes all the time, and all the time of those ids."""

    async def serve(logs: Any) -> Any:
        loop = asyncio.get_running_loop()
        purging = loop.run_in_executor(None, purge, tmp_path, ["id1", "id2"], 10)
        n = 0
        while not purging.done():
            for log in logs:
                log.saw(exchange(f"id{n % 4}", {}, hits=[hit()]))
            n += 1
            await asyncio.sleep(0.001)
        return await purging

    with logging_to(LogConfig(str(tmp_path), file_bytes=20_000)) as logs:
        told(logs, *(exchange(id, {}, hits=[hit()]) for id in ALL))
        done = asyncio.run(serve(logs))

    assert {} == done.failed
    assert {"id0", "id3"} == set(ids(tmp_path)) & {"id0", "id1", "id2", "id3"}


def test_a_file_that_nobody_lets_go_of_is_named(tmp_path: Path) -> None:
    """A worker that hangs: its file has such a line, and is not closed in time."""
    log = segments(tmp_path, Clock())
    log.write(rows(1, 2))
    done = purge(tmp_path, ["id2"], 0.2)

    assert {files_of(tmp_path)[0]: "a worker is still writing it"} == done.failed


def test_a_file_that_is_written_without_such_lines_need_not_be_closed(tmp_path: Path) -> None:
    log = segments(tmp_path, Clock())
    log.write(rows(1, 2))

    assert {} == purge(tmp_path, ["id7"], 10).failed


def test_a_line_that_was_purged_is_not_written_by_a_worker_that_starts_later(tmp_path: Path) -> None:
    announce(tmp_path, ["id2"])
    log = segments(tmp_path, Clock())
    log.write(rows(1, 2, 3))
    log.close()

    assert ["id1", "id3"] == ids(tmp_path)
    assert (2, 1) == log.counted()


def test_lists_are_kept_for_an_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    announce(tmp_path, ["id2"])
    log = segments(tmp_path, clock)
    log.tick()
    monkeypatch.setattr(filterproxy.record.purge, "_LIST_SECONDS", -1e12)
    log.upkeep()
    log.write(rows(2))

    assert [] == list((tmp_path / ".purge").iterdir())
    assert (1, 0) == log.counted()
