"""Replays from files to the result: cut off, resumed, by several processes."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="needs the extra replay")

from filterproxy.corpus.sources import corpus_of
from filterproxy.replay.pool import Done, Engine, Job, Numbered, WorkersDied, inline, pooled
from filterproxy.replay.result import from_json, to_json
from filterproxy.replay.run import Given, manifest, nothing, replay
from filterproxy.replay.tally import Tally
from filterproxy.replay.work import Busy, expire, opened
from tests.replay.books import (
    book,
    drops,
    flags,
    line_of,
    many,
    redacts,
    said,
    shadow,
    write_lines,
    write_pack,
    write_recordings,
)

ROOT = Path(__file__).parents[2]


def given(folder: Path, count: int = 100, batch: int = 10) -> Given:
    path = write_recordings(folder / "rec.jsonl", many(count))
    with path.open("ab") as file:
        file.write(b'{"torn\n')
    old = book(folder, drops("a", "gold"), redacts("b", "tin"))
    new = book(folder, drops("a", "gold|lead"), flags("b", "tin"))
    return Given(corpus_of([path]), old, new, "old", "new", batch=batch)


def report(of: Given, engine: Engine = inline, folder: Path | None = None, **options: bool) -> str:
    """What a replay says, times aside."""
    if folder is None:
        return to_json(replay(of, engine), times=False)
    with opened(folder, manifest(of), **options) as work:
        result = replay(of, engine, work)
        work.remove()
    return to_json(result, times=False)


def cut_off_after(count: int) -> Engine:
    """An engine that dies when it has judged so many batches."""

    def engine(job: Job, batches: Iterable[Numbered]) -> Iterator[Done]:
        yield from islice(inline(job, batches), count)
        raise KeyboardInterrupt

    return engine


def test_a_result_says_what_was_replayed(tmp_path: Path) -> None:
    of = given(tmp_path)
    result = from_json(report(of))

    assert (100, 1, {"is no JSON": 1}) == tuple(
        result["corpus"][k] for k in ("exchanges", "skipped", "skipped_by")
    )
    assert [101] == [line["line"] for line in result["corpus"]["skipped_lines"]]
    assert [str(tmp_path / "rec.jsonl")] == result["corpus"]["files"]
    assert ("old", of.baseline["hash"]) == (result["baseline"]["source"], result["baseline"]["hash"])


@pytest.mark.parametrize("count", [0, 1, 5, 9])
def test_a_run_that_was_cut_off_goes_on_and_says_the_same(tmp_path: Path, count: int) -> None:
    of, work = given(tmp_path), tmp_path / "work"
    judged: list[int] = []

    def counting(job: Job, batches: Iterable[Numbered]) -> Iterator[Done]:
        for done in inline(job, batches):
            judged.append(done[0])
            yield done

    expected = report(of)
    with pytest.raises(KeyboardInterrupt):
        report(of, cut_off_after(count), work)

    assert expected == report(of, counting, work)
    # One batch that is left over is judged without an engine.
    assert 10 - count == len(judged) or (count, judged) == (9, [])
    assert [".gitignore"] == os.listdir(work)


def test_a_batch_whose_file_is_damaged_is_judged_again(tmp_path: Path) -> None:
    of, work = given(tmp_path), tmp_path / "work"
    with pytest.raises(KeyboardInterrupt):
        report(of, cut_off_after(5), work)
    for path in work.rglob("0000000[12].json"):
        path.write_bytes(path.read_bytes()[:50])

    assert report(of) == report(of, inline, work)


def test_what_differs_in_anything_is_another_run(tmp_path: Path) -> None:
    of, work = given(tmp_path), tmp_path / "work"
    with pytest.raises(KeyboardInterrupt):
        report(of, cut_off_after(5), work)
    with (tmp_path / "rec.jsonl").open("ab") as file:
        file.write(b"\n")
    longer = replace(of, corpus=corpus_of([tmp_path / "rec.jsonl"]))

    with opened(work, manifest(longer)) as other:
        assert 0 == other.resumed


def test_fresh_forgets_what_was_done(tmp_path: Path) -> None:
    of, work = given(tmp_path), tmp_path / "work"
    with pytest.raises(KeyboardInterrupt):
        report(of, cut_off_after(5), work)

    about = manifest(of)
    with opened(work, about) as kept:
        assert 5 == kept.resumed
    with opened(work, about, fresh=True) as kept:
        assert (0, None) == (kept.resumed, kept.get(0))


def test_two_do_not_work_on_the_same_replay(tmp_path: Path) -> None:
    about = manifest(given(tmp_path))
    with opened(tmp_path / "work", about), pytest.raises(Busy), opened(tmp_path / "work", about):
        pass


def test_nothing_but_the_owner_reads_what_is_kept(tmp_path: Path) -> None:
    with opened(tmp_path / "work", {}):
        (place,) = [path for path in (tmp_path / "work").iterdir() if path.is_dir()]

        assert 0o700 == place.stat().st_mode & 0o777


def test_beside_no_rules_whatever_a_rule_does_is_new(tmp_path: Path) -> None:
    of = given(tmp_path)
    alone = Given(of.corpus, nothing(), of.baseline)
    rules = from_json(report(alone))["rules"]

    assert all(rule["new"] == rule["fired"][1] > rule["fired"][0] == 0 for rule in rules.values())


def test_what_was_redacted_when_it_was_recorded_is_said_to_be_gone(tmp_path: Path) -> None:
    lines = [line_of(exchange) for exchange in many(20)]
    lines[3]["reply"][0]["redactions"] = [[0, 4, 3]]
    lines[7]["request"]["turns"][0]["redactions"] = [[0, 4, 3]]
    old = book(tmp_path, drops("a", "gold"), redacts("b", "tin"))
    of = Given(corpus_of([write_lines(tmp_path / "x.jsonl", lines)]), old, old, batch=4)
    first, second = replay(of, inline)["notes"]

    assert (
        "In 2 of 20 exchanges something was redacted when they were recorded: rules cannot find it there, and"
        " so fire on less than they did, above all those that redact: b"
    ) == first
    assert second.startswith("What stands in its place are the operator's words")


def test_no_rule_finds_anything_in_what_a_recording_put_in_the_place_of_a_match(tmp_path: Path) -> None:
    """Neither in it nor across it, and it is no hit that is dropped either; what stands beside it counts."""
    lines = [line_of(said(text)) for text in ("Ask [IP removed] now", "Ask [IP removed] or [Name]")]
    for line in lines:
        line["reply"][0]["redactions"] = [[4, 11, 12]]
    gaps, across = drops("gaps", r"\[[A-Z][^\]]+\]"), shadow("across", "Ask .* now")
    of = Given(corpus_of([write_lines(tmp_path / "x.jsonl", lines)]), nothing(), book(tmp_path, gaps, across))
    result = replay(of, inline)

    assert ([0, 1], [0, 0]) == tuple(result["rules"][rule]["fired"] for rule in ("gaps", "across"))
    assert (1, [0, 1]) == (result["replies"]["changed"], result["replies"]["dropped"])
    assert [[20, 26]] == result["examples"][0]["spans"]


def test_what_nobody_goes_on_with_for_two_weeks_is_forgotten(tmp_path: Path) -> None:
    """But not what somebody is at, and not what was cut off since."""
    day, now = 24 * 3600, 1_700_000_000.0
    for name, age in (("old", 15), ("busy", 15), ("new", 13)):
        with opened(tmp_path / "work", {"of": name}) as work:
            work.put(0, b"{}")
            place = next(path for path in (tmp_path / "work").iterdir() if path.name != ".gitignore")
            place.rename(tmp_path / name)
            os.utime(tmp_path / name, (now - age * day, now - age * day))
    for name in ("old", "busy", "new"):
        (tmp_path / name).rename(tmp_path / "work" / name)
    lock = os.open(tmp_path / "work" / "busy", os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(lock, fcntl.LOCK_EX)

    assert (1, 0) == (expire(tmp_path / "work", now), expire(tmp_path / "nowhere", now))
    assert [".gitignore", "busy", "new"] == sorted(path.name for path in (tmp_path / "work").iterdir())
    os.close(lock)


def test_an_empty_corpus_is_a_result_too(tmp_path: Path) -> None:
    of = given(tmp_path)
    empty = Given(corpus_of([tmp_path / "none.jsonl"]), of.baseline, of.candidate)

    assert 0 == from_json(report(empty))["corpus"]["exchanges"]


def processes(jobs: int) -> Engine:
    return lambda job, batches: pooled(job, batches, jobs)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 3])
def test_any_number_of_processes_says_the_same(tmp_path: Path, jobs: int) -> None:
    of = given(tmp_path)

    assert report(of) == report(of, processes(jobs))


@pytest.mark.slow
def test_a_process_that_is_killed_is_replaced(tmp_path: Path) -> None:
    of = given(tmp_path, 300)

    def killing(job: Job, batches: Iterable[Numbered]) -> Iterator[Done]:
        for number, done in enumerate(pooled(job, batches, 2)):
            if number in (1, 9):
                victim = multiprocessing.active_children()[0]
                assert victim.pid is not None
                os.kill(victim.pid, signal.SIGKILL)
            yield done

    assert report(of) == report(of, killing)


class Deadly(Job):
    """Kills whoever judges by it."""

    def tally(self, batch: object) -> Tally:
        os._exit(1)


class Deaf(Job):
    """Cannot be done by a process that hears of Ctrl-C."""

    def tally(self, batch: Any) -> Tally:
        assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
        return super().tally(batch)


@pytest.mark.slow
def test_processes_never_hear_of_ctrl_c(tmp_path: Path) -> None:
    """From their first moment on: one that is still starting would print where it was."""
    of = given(tmp_path)

    assert report(of) == report(of, lambda job, todo: pooled(Deaf(job.baseline, job.candidate), todo, 2))


@pytest.mark.slow
def test_batches_that_kill_every_process_are_given_up(tmp_path: Path) -> None:
    of = given(tmp_path)

    def deadly(job: Job, batches: Iterable[Numbered]) -> Iterator[Done]:
        return pooled(Deadly(job.baseline, job.candidate), batches, 2)

    with pytest.raises(WorkersDied, match="processes ended 4 times on batches 0 to"):
        report(of, deadly)


@pytest.mark.slow
def test_the_driver_holds_a_bounded_number_of_batches(tmp_path: Path) -> None:
    """However long the corpus: it is read no further than what the processes can take."""
    of = given(tmp_path, 400, batch=1)
    drawn = 0

    def counted(batches: Iterable[Numbered]) -> Iterator[Numbered]:
        nonlocal drawn
        for batch in batches:
            drawn += 1
            yield batch

    def counting(job: Job, batches: Iterable[Numbered]) -> Iterator[Done]:
        for number, done in enumerate(pooled(job, counted(batches), 1)):
            # Two in flight, one in hand.
            assert drawn <= number + 1 + 3
            yield done

    report(of, counting)


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not holds():
        assert time.monotonic() < deadline, "it did not come in time"
        pause.wait(0.02)


@pytest.mark.slow
def test_a_command_that_was_killed_goes_on_and_prints_the_same(tmp_path: Path) -> None:
    """SIGKILL to the driver: its processes end too, and the same command resumes."""
    write_recordings(tmp_path / "rec.jsonl", many(20_000))
    write_pack(tmp_path / "old.yaml", drops("a", "gold"), redacts("b", "tin"))
    write_pack(tmp_path / "new.yaml", drops("a", "gold|lead"), flags("b", "tin"))
    command = [sys.executable, "-m", "filterproxy", "replay", "rec.jsonl", "--baseline", "old.yaml",
               "--candidate", "new.yaml", "--no-journal", "--json", "--jobs", "2"]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    work = tmp_path / ".filterproxy" / "cache" / "replay"

    def started() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def judged() -> int:
        return len(list(work.glob("*/0*.json")))

    with started() as killed:
        until(lambda: judged() >= 5)
        killed.kill()
        # Its processes have its pipes: that they close says that all have ended.
        assert b"" == killed.communicate(timeout=60)[0]
    left = judged()
    with started() as resumed:
        out, err = resumed.communicate(timeout=300)
    with started() as undisturbed:
        expected, _ = undisturbed.communicate(timeout=300)

    assert 5 <= left < 79
    assert f"Goes on after {left} batches" in err.decode()
    assert to_json(from_json(expected.decode()), times=False) == to_json(from_json(out.decode()), times=False)
    assert [".gitignore"] == os.listdir(work)
