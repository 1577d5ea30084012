"""`filterproxy test --watch`."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from filterproxy.cli.watch import Files, again, changes, concerned
from tests.cli.packs import BROKEN, PACK, write

A, B, T = Path("rules/a.yaml"), Path("rules/b.yaml"), Path("rules/a.test.yaml")


@pytest.mark.parametrize(
    ("changed", "packs", "tests"),
    [
        (None, None, None),
        ([A], {A}, None),
        ([A, B], {A, B}, None),
        ([T], set(), {T}),
        ([A, T], {A}, None),
        (["rules/words.txt"], {A, B}, None),
        (["rules/lists/words.txt"], {A, B}, None),
        (["rules/new.yaml"], {A, B}, None),
        (["known.txt"], set(), None),
    ],
)
def test_a_run_is_of_what_a_change_concerns(
    changed: list[Path] | None, packs: set[Path] | None, tests: set[Path] | None
) -> None:
    files = None if changed is None else frozenset(map(Path, changed))

    assert concerned(files, [A, B], [T]) == (packs, tests)


def ran(out: Console, interrupted: bool = False) -> list[Files]:
    seen: list[Files] = []

    def run(files: Files) -> bool:
        seen.append(files)
        return True

    def scripted() -> Iterator[frozenset[Path]]:
        yield frozenset()
        yield frozenset({A})
        if interrupted:
            raise KeyboardInterrupt

    again(run, scripted(), out)
    return seen


def test_everything_runs_first_and_then_each_change() -> None:
    written = io.StringIO()

    assert ran(Console(file=written)) == [None, frozenset({A})]
    assert "ran after a.yaml; waiting for changes" in written.getvalue()


def test_what_a_broken_pack_kept_from_running_runs_once_it_is_mended() -> None:
    results = iter([False, True, False, False, True, True])
    seen: list[Files] = []

    def run(files: Files) -> bool:
        seen.append(files)
        return next(results)

    again(run, map(frozenset, [[], [A], [B], [T], [B], [A]]), Console(file=io.StringIO()))

    assert seen == [None, None, {B}, {B, T}, {B, T}, {A}]


def test_an_interrupt_ends_it_without_a_traceback() -> None:
    assert ran(Console(file=io.StringIO()), interrupted=True) == [None, frozenset({A})]


@pytest.mark.parametrize("terminal", [False, True])
def test_the_screen_is_cleared_on_a_terminal_only(terminal: bool) -> None:
    written = io.StringIO()
    ran(Console(file=written, force_terminal=terminal))

    assert ("\x1b[2J" in written.getvalue()) is terminal


@pytest.mark.slow
def test_a_change_is_seen_and_ctrl_c_ends_cleanly(tmp_path: Path) -> None:
    """The real thing, in a process of its own."""
    file = write(tmp_path)
    command = [sys.executable, "-m", "filterproxy", "test", "--watch", "--jobs", "1", file]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        assert process.stdout is not None and process.stderr is not None
        try:
            assert process.stdout.readline().startswith("ok  6 examples of 3 rules")
            assert "waiting" in process.stdout.readline()
            write(tmp_path, PACK.replace("[mail] now", "[post] now"))
            assert process.stdout.readline().startswith("FAIL")
            while "ran after shop.yaml" not in process.stdout.readline():
                pass
            process.send_signal(signal.SIGINT)
            assert (process.wait(timeout=30), process.stderr.read()) == (0, "")
        finally:
            process.kill()


def test_what_is_not_there_is_told_once(tmp_path: Path) -> None:
    assert list(changes([tmp_path / "none" / "rules.yaml"])) == [frozenset()]


def test_a_folder_that_is_taken_away_and_made_again_is_watched_again(tmp_path: Path) -> None:
    """As where a branch is checked out: that it went is seen, and all that it then holds has changed."""
    folder = tmp_path / "rules"
    folder.mkdir()
    file = Path(write(folder))
    seen = changes([folder])

    assert next(seen) == frozenset()
    shutil.rmtree(folder)
    assert next(seen)
    folder.mkdir()
    write(folder)
    while file not in next(seen):
        pass
    write(folder, BROKEN, "other.yaml")
    while folder / "other.yaml" not in next(seen):
        pass
