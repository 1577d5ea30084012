"""Files of whole lines: filled, closed, packed, removed; and what is read of them, wherever they end."""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import filterproxy.record.packing
from filterproxy.config import LogConfig
from filterproxy.record.names import files_of, locked
from filterproxy.record.packing import can_pack, lines_in
from filterproxy.record.purge import purge
from filterproxy.record.read import Reader
from filterproxy.record.segments import Row, Segments

needs_zstd = pytest.mark.skipif(not can_pack(), reason="zstandard (extra `record`) is not installed")


class Clock:
    def __init__(self) -> None:
        self.now = 1_768_000_000.0

    def __call__(self) -> float:
        self.now += 1e-3
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def rows(*ids: int, size: int = 50) -> deque[Row]:
    return deque((f"id{n}", row(n, size)) for n in ids)


def row(n: int, size: int = 50) -> bytes:
    line = b'{"v":1,"id":"id%d","log":"decisions","pad":"' % n
    return line + b"x" * (size - len(line) - 3) + b'"}\n'


def segments(folder: Path, clock: Clock, worker: int = 0, **given: float) -> Segments:
    config = LogConfig(str(folder), **{"file_bytes": 200, "folder_bytes": 10_000, **given})  # type: ignore[arg-type]
    return Segments("decisions", worker, config, clock)


def ids(*paths: Path) -> list[str]:
    return [line["id"] for line in Reader(paths)]


def test_a_file_is_closed_when_it_is_full_and_lines_stay_whole(tmp_path: Path, clock: Clock) -> None:
    log = segments(tmp_path, clock)
    waiting = rows(*range(10))
    log.write(waiting)
    log.close()

    assert not waiting
    assert [4, 4, 2] == [lines_in(path) for path in files_of(tmp_path)]
    assert [f"id{n}" for n in range(10)] == ids(tmp_path)
    assert (10, 0) == log.counted()


def test_a_line_that_is_larger_than_a_file_has_one_of_its_own(tmp_path: Path, clock: Clock) -> None:
    log = segments(tmp_path, clock)
    log.write(deque([("id1", row(1)), ("id2", row(2, 1000)), ("id3", row(3))]))
    log.close()

    assert ["id1", "id2", "id3"] == ids(tmp_path)


def test_nobody_else_can_read_what_is_stored(tmp_path: Path, clock: Clock) -> None:
    log = segments(tmp_path / "logs", clock)
    log.write(rows(1))

    assert 0o700 == (tmp_path / "logs").stat().st_mode & 0o777
    assert [0o600] == [path.stat().st_mode & 0o777 for path in files_of(tmp_path / "logs")]


@needs_zstd
def test_what_is_complete_is_packed_and_reads_the_same(tmp_path: Path, clock: Clock) -> None:
    log = segments(tmp_path, clock)
    log.write(rows(*range(9)))
    changed = [path.stat().st_mtime for path in files_of(tmp_path)]
    log.upkeep()

    assert [".zst", ".zst", ".jsonl"] == [path.suffix for path in files_of(tmp_path)]
    assert [f"id{n}" for n in range(9)] == ids(tmp_path)
    assert changed == pytest.approx([path.stat().st_mtime for path in files_of(tmp_path)])


@needs_zstd
def test_what_a_dead_worker_left_is_packed_by_another(tmp_path: Path, clock: Clock) -> None:
    dead = segments(tmp_path, clock, worker=7)
    dead.write(rows(1))
    dead.close()
    (tmp_path / ".decisions-7-x.jsonl.zst.1.tmp").write_bytes(b"half")
    alive = segments(tmp_path, clock)
    alive.upkeep()

    assert [".zst"] == [path.suffix for path in files_of(tmp_path)]
    assert [] == list(tmp_path.glob(".*.tmp"))


@needs_zstd
def test_a_file_that_was_packed_when_its_worker_died_counts_once(tmp_path: Path, clock: Clock) -> None:
    log = segments(tmp_path, clock)
    log.write(rows(1))
    log.close()
    plain = files_of(tmp_path)[0]
    content = plain.read_bytes()
    log.upkeep()
    plain.write_bytes(content)

    assert ["id1"] == ids(tmp_path)
    log.upkeep()
    assert not plain.exists()


@given(cut=st.integers(0, 500), size=st.integers(45, 80))
def test_cut_anywhere_a_file_gives_exactly_its_whole_lines(
    tmp_path_factory: pytest.TempPathFactory, cut: int, size: int
) -> None:
    """As the end of the machine leaves it: what is torn is counted, with its place."""
    path = tmp_path_factory.mktemp("logs") / "decisions-0-20260131T080000123456Z.jsonl"
    content = b"".join(row(n, size) for n in range(6))[:cut]
    path.write_bytes(content)
    reader = Reader([path.parent])
    whole = content.count(b"\n")
    torn = not content.endswith(b"\n") and bool(content)

    assert [f"id{n}" for n in range(whole)] == [line["id"] for line in reader]
    assert [whole + 1] * torn == [skipped.line for skipped in reader.named]
    assert (whole, int(torn)) == (reader.count, reader.skipped)


@needs_zstd
def test_a_packed_file_that_was_cut_off_is_named(tmp_path: Path, clock: Clock) -> None:
    log = segments(tmp_path, clock)
    log.write(rows(*range(4)))
    log.upkeep()
    path = files_of(tmp_path)[0]
    path.write_bytes(path.read_bytes()[:-6])
    reader = Reader([path])

    assert 4 >= len(list(reader))
    assert [(path, 0)] == [(skipped.file, skipped.line) for skipped in reader.named]


@needs_zstd
def test_a_packed_file_with_a_damaged_byte_is_named(tmp_path: Path, clock: Clock) -> None:
    """Wherever it is: a letter that is another by now would be read as what somebody said."""
    log = segments(tmp_path, clock)
    log.write(rows(*range(4)))
    log.upkeep()
    path = files_of(tmp_path)[0]
    content = path.read_bytes()
    whole = list(Reader([path]))
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :])
        reader = Reader([path])

        assert whole == list(reader) or reader.named, at


def test_what_cannot_be_read_is_named_and_the_rest_is_given(tmp_path: Path) -> None:
    path = tmp_path / "any.jsonl"
    path.write_bytes(b'{"v":1,"id":"a"}\nnonsense\n[1]\n{"v":9,"id":"b"}\n\xff\n{"id":"c"}\n')
    reader = Reader([path, tmp_path / "gone.jsonl"])

    assert ["a", "c"] == [line["id"] for line in reader]
    assert [2, 3, 4, 5, 0] == [skipped.line for skipped in reader.named]
    assert (2, 5) == (reader.count, reader.skipped)


class Disk:
    """A disk that has room for so many bytes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        self.room = room
        self._write = os.write
        monkeypatch.setattr(os, "write", self)

    def __call__(self, fd: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self._write(fd, data[: self.room])
        self.room -= written
        return written


@given(room=st.integers(0, 520))
def test_a_full_disk_leaves_no_torn_line_and_loses_none(
    tmp_path_factory: pytest.TempPathFactory, room: int
) -> None:
    folder, clock = tmp_path_factory.mktemp("logs"), Clock()
    with pytest.MonkeyPatch.context() as monkeypatch:
        disk = Disk(monkeypatch, room)
        log = segments(folder, clock)
        waiting = rows(*range(10))
        for _ in range(3):
            if waiting:
                try:
                    log.write(waiting)
                except OSError:
                    assert [] == [s for s in _read(folder).named]
                disk.room = 1000
        log.close()

    assert [f"id{n}" for n in range(10)] == ids(folder)
    assert (10, 0) == log.counted()


def _read(folder: Path) -> Reader:
    reader = Reader([folder])
    list(reader)
    return reader


def test_lines_go_on_when_somebody_took_the_folder_away(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "logs"
    log = segments(folder, clock)
    log.write(rows(1))
    folder.rename(tmp_path / "elsewhere")
    log.write(rows(2))

    assert (["id1"], ["id2"]) == (ids(tmp_path / "elsewhere"), ids(folder))


@pytest.fixture
def full(tmp_path: Path, clock: Clock) -> Iterator[Segments]:
    """A log with 5 files of 4 lines, the last one open."""
    log = segments(tmp_path, clock, folder_bytes=1200, max_age_seconds=3600)
    log.write(rows(*range(19)))
    for n, path in enumerate(files_of(tmp_path)):
        os.utime(path, (0, clock.now - 3000 + 100 * n))
    yield log


def test_the_oldest_files_go_when_they_are_too_much(full: Segments, tmp_path: Path, clock: Clock) -> None:
    """And what they held is counted."""
    small = segments(tmp_path, clock, folder_bytes=750)

    assert 8 == small.upkeep()
    assert [f"id{n}" for n in range(8, 19)] == ids(tmp_path)


def test_files_whose_last_line_is_too_old_go(full: Segments, tmp_path: Path, clock: Clock) -> None:
    """Not the one that is being written: that is closed first, within a day."""
    clock.now += 850
    assert 0 == full.upkeep()
    assert [f"id{n}" for n in range(12, 19)] == ids(tmp_path)

    clock.now += 86400
    full.upkeep()
    assert [f"id{n}" for n in range(16, 19)] == ids(tmp_path)
    full.tick()
    full.upkeep()
    assert [] == ids(tmp_path)


def test_a_file_that_is_written_is_nobody_elses(tmp_path: Path, clock: Clock) -> None:
    log = segments(tmp_path, clock)
    log.write(rows(1))
    with locked(files_of(tmp_path)[0]) as fd:
        assert fd is None
    log.close()
    with locked(files_of(tmp_path)[0]) as fd:
        assert fd is not None


def test_a_log_that_wrote_nothing_leaves_no_file(tmp_path: Path, clock: Clock) -> None:
    log = segments(tmp_path, clock)
    log.tick()
    log.close()

    assert [] == list(tmp_path.iterdir())


@needs_zstd
def test_without_the_extra_files_stay_plain_and_packed_ones_are_named(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = segments(tmp_path, clock)
    log.write(rows(*range(4)))
    log.upkeep()
    monkeypatch.setattr(filterproxy.record.packing, "zstandard", None)
    log.write(rows(*range(4, 8)))
    log.upkeep()
    reader = Reader([tmp_path])

    assert [".zst", ".jsonl"] == [path.suffix for path in files_of(tmp_path)]
    assert [f"id{n}" for n in range(4, 8)] == [line["id"] for line in reader]
    assert ["it is packed; pip install 'filterproxy[record]' reads it"] == [s.why for s in reader.named]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_rewrites_still_belongs_to_the_service(tmp_path: Path, clock: Clock) -> None:
    log = segments(tmp_path, clock)
    log.write(rows(*range(3)))
    log.close()
    for path in (tmp_path, *files_of(tmp_path)):
        os.chown(path, 4711, 4711)
    purge(tmp_path, ["id1"], 5)
    made = [*files_of(tmp_path), tmp_path / ".purge", *(tmp_path / ".purge").iterdir()]

    assert [4711] * 3 == [path.stat().st_uid for path in made]


@pytest.mark.parametrize(
    "given",
    [
        {"text": "all"},
        {"folder": ""},
        {"sample": 1.5},
        {"text": "hash"},
        {"file_bytes": 0},
        {"file_bytes": 600, "folder_bytes": 1000},
        {"max_age_seconds": 0},
    ],
)
def test_settings_that_make_no_sense_are_said(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(given))):
        LogConfig(**{"folder": "logs", **given})


def test_the_key_is_not_in_what_is_printed() -> None:
    assert "hunter2" not in repr(LogConfig("logs", key="hunter2"))
