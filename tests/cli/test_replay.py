"""`filterproxy replay`."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

pytest.importorskip("pyarrow", reason="needs the extra replay")

from filterproxy.cli import main
from filterproxy.cli.replay_progress import progress_line, reading, watching
from filterproxy.cli.replay_report import print_report
from filterproxy.corpus.sources import corpus_of
from filterproxy.replay.work import Work
from filterproxy.rulebook.load import load
from tests.replay.books import (
    drops,
    flags,
    line_of,
    many,
    redacts,
    said,
    write_lines,
    write_pack,
    write_recordings,
)

runner = CliRunner()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with recordings and two rulebooks."""
    monkeypatch.chdir(tmp_path)
    write_recordings(tmp_path / "rec.jsonl", many(60))
    write_pack(tmp_path / "old.yaml", drops("a", "gold"), redacts("b", "tin"))
    write_pack(tmp_path / "new.yaml", drops("a", "gold|lead"), redacts("b", "tin"), flags("c", "zinc"))
    return tmp_path


def ran(*arguments: str) -> Result:
    return runner.invoke(main, ["replay", "--jobs", "1", *arguments])


def compared(*arguments: str) -> Result:
    return ran("rec.jsonl", "--baseline", "old.yaml", "--candidate", "new.yaml", "--no-journal", *arguments)


def result(*arguments: str) -> Any:
    return json.loads(compared("--json", *arguments).stdout)


def test_the_report_says_what_changed(folder: Path) -> None:
    done = compared()
    lines = done.stdout.splitlines()

    assert 0 == done.exit_code
    assert lines[0].startswith("60 exchanges of 1 file, corpus ")
    assert lines[2].startswith("Candidate  ") and lines[2].endswith("  new.yaml")
    assert any(line.startswith("rule ") and line.endswith("µs/reply") for line in lines)
    assert any(line.startswith("a (enforce)") for line in lines)
    assert any(line.startswith("c (absent -> enforce)") for line in lines)
    assert any("newly fires  rec.jsonl:" in line for line in lines)
    assert any(set(line.strip()) == {"^"} for line in lines)


def test_the_page_of_an_experiment_names_it(folder: Path) -> None:
    asked = ("rec.jsonl", "--candidate", "new.yaml", "--note", "Lead is no gold", "--html", "page.html")
    titles = []
    for journal in ("--journal", "--no-journal"):
        ran(*asked, "--baseline", "old.yaml", journal)
        written = (folder / "page.html").read_text("utf-8")
        titles.append(written.partition("<title>")[2].partition("</title>")[0])

    assert ["Experiment 1: Lead is no gold", "Replay: Lead is no gold"] == titles


def test_what_was_cut_off_long_ago_is_forgotten_and_said_to_be(folder: Path) -> None:
    old = folder / ".filterproxy/cache/replay/0123456789abcdef"
    old.mkdir(parents=True)
    os.utime(old, (0, 0))
    done = compared()

    assert not old.exists()
    assert "Forgot what was judged by 1 replay that nobody went on with for 14 days." in done.stderr


def test_json_says_the_same_for_scripts(folder: Path) -> None:
    found = result()
    rules = found["rules"]

    assert (1, 60, ["a", "b", "c"]) == (found["version"], found["corpus"]["exchanges"], list(rules))
    assert rules["a"]["fired"][1] == rules["a"]["fired"][0] + rules["a"]["new"] > rules["a"]["fired"][0]
    assert ("old.yaml", "new.yaml") == (found["baseline"]["source"], found["candidate"]["source"])
    # What a newly drops, b never reads.
    assert {"b"} == {example["rule"] for example in found["examples"] if example["kind"] == "gone"}


def test_the_rules_alone_are_told_against_no_rules(folder: Path) -> None:
    found = json.loads(ran("rec.jsonl", "--rules", "old.yaml", "--no-journal", "--json").stdout)

    assert ("none", "live") == (found["baseline"]["source"], found["candidate"]["source"])
    assert found["rules"]["a"]["new"] == found["rules"]["a"]["fired"][1] > 0


def test_a_rulebook_beside_itself_is_said_to_be_one(folder: Path) -> None:
    done = ran("rec.jsonl", "--baseline", "old.yaml", "--candidate", "old.yaml", "--no-journal")

    assert "Both do the same: nothing can differ." in done.stdout
    assert "0 replies read otherwise (0.00%), 60 the same." in done.stdout


@pytest.mark.parametrize(
    ("gate", "code"),
    [
        (("--max-new-drops", "100%"), 0),
        (("--max-new-drops", "0.5%"), 1),
        (("--max-new", "b=0"), 0),
        (("--max-new", "a=1"), 1),
        (("--max-new", "0"), 1),
        (("--max-gone", "a=0"), 0),
        (("--max-changed", "0"), 1),
        (("--min-exchanges", "60"), 0),
        (("--min-exchanges", "61"), 1),
        (("--max-new", "nobody=1"), 2),
        (("--max-new-drops", "few"), 2),
        (("--max-changed", "-1%"), 2),
    ],
)
def test_gates_decide_the_exit_code(folder: Path, gate: tuple[str, str], code: int) -> None:
    done = compared(*gate)

    assert code == done.exit_code
    if code < 2:
        assert f"{'FAILS' if code else 'holds'}  {' '.join(gate)}: " in done.stdout
        assert result(*gate)["gates"][0]["ok"] is (code == 0)


def test_skipped_lines_are_counted_and_listed(folder: Path) -> None:
    lines = [*map(line_of, many(3)), b"{broken\n", b'{"v": 9}\n', {"log": "decisions"}]
    write_lines(folder / "rec.jsonl", lines)
    done = compared()

    assert "3 lines or files were skipped:" in done.stdout
    assert "       1  its text was not sampled" in done.stdout
    assert "  rec.jsonl:4 is no JSON: " in done.stdout


@pytest.mark.parametrize("content", [b"", b"{broken\n", b"\xff\xfe{\x00"])
def test_nothing_to_replay_is_an_answer_of_its_own(folder: Path, content: bytes) -> None:
    (folder / "rec.jsonl").write_bytes(content)
    done = compared("--max-new-drops", "0")

    assert 3 == done.exit_code
    assert "there was no exchange to replay" in done.stderr
    assert "skipped:" in done.stdout


def test_a_file_that_is_not_there_is_said_before_anything_is_done(folder: Path) -> None:
    done = ran("none.jsonl")

    assert (3, 'filterproxy replay: there is no file or folder "none.jsonl"\n') == (
        done.exit_code,
        done.stderr,
    )


def test_standard_input_is_no_file(folder: Path) -> None:
    done = ran("-")

    assert (3, True) == (done.exit_code, "save it in a file" in done.stderr)


def test_a_gate_for_a_rule_that_nobody_has_is_said_before_anything_is_done(folder: Path) -> None:
    write_lines(folder / "rec.jsonl", [b""])
    done = compared("--max-new", "d=1")

    assert 2 == done.exit_code
    assert "neither rulebook has a rule d" in done.stderr


def test_a_page_that_cannot_be_written_costs_nobody_the_report(folder: Path) -> None:
    done = compared("--html", "/dev/full")

    assert 1 == done.exit_code
    assert "60 exchanges of 1 file" in done.stdout
    assert '"/dev/full" cannot be written: No space left on device' in done.stderr


def test_a_full_disk_is_said_with_its_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Work, "put", full)
    done = compared()

    assert 1 == done.exit_code
    assert (
        f"{folder / '.filterproxy/cache/replay'} cannot be written: No space left on device; what was judged"
        " is kept, and the same command goes on with it"
    ) in done.stderr


def test_mistakes_in_a_rulebook_are_listed(folder: Path) -> None:
    write_pack(folder / "new.yaml", "{id: a, match: {regxe: x}, action: drop}")
    done = compared()

    assert 1 == done.exit_code
    assert "error[FP011]" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said_"),
    [
        (("--candidate", "git:nowhere"), "git"),
        (("--candidate", "0123456789abcdef"), "0123456789abcdef"),
        (("--engine", "slurm"), "none of pool, ray, ray://ADDRESS"),
        (("--html", "no/such/folder/x.html"), "there is no folder"),
        (("--html", "rec.jsonl/x.html"), "there is no folder"),
        (("--allow-python", "no_such_module:f"), "no_such_module"),
    ],
)
def test_what_cannot_be_used_is_said_in_words(folder: Path, arguments: tuple[str, ...], said_: str) -> None:
    done = ran("rec.jsonl", "--rules", "old.yaml", "--no-journal", *arguments)

    assert done.exit_code in (1, 2)
    assert said_ in done.stderr
    assert "Traceback" not in done.stderr
    assert isinstance(done.exception, SystemExit)


def test_a_revision_of_git_can_be_either_side(folder: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], check=True, capture_output=True)

    (folder / "rules").mkdir()
    write_pack(folder / "rules" / "pack.yaml", drops("a", "gold"))
    git("init", "-q")
    git("-c", "user.name=A", "-c", "user.email=a@x.com", "add", "rules")
    git("-c", "user.name=A", "-c", "user.email=a@x.com", "commit", "-qm", "Rules")
    write_pack(folder / "rules" / "pack.yaml", drops("a", "gold|lead"))
    done = ran("rec.jsonl", "--rules", "rules", "--baseline", "git:HEAD", "--no-journal", "--json")
    found = json.loads(done.stdout)

    assert ("git:HEAD", "live") == (found["baseline"]["source"], found["candidate"]["source"])
    assert found["rules"]["a"]["new"] > 0


def test_what_people_said_of_the_rules_stands_in_the_result(folder: Path) -> None:
    """And in the report that a browser shows."""
    (folder / ".filterproxy").mkdir()
    said = {
        "v": 1,
        "rule": "a",
        "who": "Ann",
        "when": "2026-01-31T08:00:00Z",
        "rulebook": load([Path("new.yaml")])["hash"],
        "stratum": "fired",
        "note": "",
    }
    lines = [
        json.dumps({**said, "hash": f"{n:016x}", "label": "wrong" if n == 0 else "right"}) for n in range(10)
    ]
    (folder / ".filterproxy/labels.jsonl").write_text("\n".join(lines) + "\n")
    rules = result("--html", "report.html")["rules"]

    assert (9, 1) == (rules["a"]["precision"]["right"], rules["a"]["precision"]["wrong"])
    assert "precision" not in rules["b"]
    assert "90" in (folder / "report.html").read_text("utf-8")


def test_what_was_rejected_is_told_before_it_is_tried_again(folder: Path) -> None:
    arguments = ("rec.jsonl", "--baseline", "old.yaml", "--candidate", "new.yaml", "--note", "Lead")
    ran(*arguments)
    runner.invoke(main, ["experiments", "verdict", "1", "rejected", "people asked for the metal"])
    done = ran(*arguments)

    told = "these very rules were rejected in experiment 1 (lead): people asked for the metal"
    assert told == done.stderr.splitlines()[0]


def test_each_replay_is_an_entry_of_the_journal(folder: Path) -> None:
    arguments = (
        "rec.jsonl",
        "--baseline",
        "old.yaml",
        "--candidate",
        "new.yaml",
        "--note",
        "Lead is a metal",
    )
    done = ran(*arguments)
    (entry,) = (folder / ".filterproxy" / "experiments").glob("*.yaml")

    assert 0 == done.exit_code
    assert "Lead is a metal" in entry.read_text("utf-8")


def test_nothing_is_left_of_the_work(folder: Path) -> None:
    compared()
    left = [path.name for path in (folder / ".filterproxy" / "cache" / "replay").iterdir()]

    assert [".gitignore"] == left


def test_what_texts_hold_does_not_reach_into_the_terminal(folder: Path) -> None:
    write_recordings(folder / "rec.jsonl", [said("lead \x1b[31mred\x07", "\x1b]0;title\x07?")])
    done = compared()

    assert "\x1b" not in done.stdout and "\x07" not in done.stdout


def test_long_replies_are_shown_as_far_as_the_match(folder: Path) -> None:
    write_recordings(folder / "rec.jsonl", [said("x " * 900 + "lead " + "y " * 9000)])
    done = compared()

    assert "lead" in done.stdout
    assert len(done.stdout) < 9000


def test_on_a_terminal_spans_are_styled(folder: Path) -> None:
    out = io.StringIO()
    print_report(Console(file=out, force_terminal=True, width=100, highlight=False), result())

    assert "\x1b[1;31mlead\x1b[0m" in out.getvalue()


def test_without_a_terminal_there_is_a_line_a_minute() -> None:
    out = io.StringIO()
    passed = [0.0]
    with watching(1000, Console(file=out, width=100), lambda: passed[-1]) as watch:
        # The first hundred were judged by a run that was cut off.
        for seconds, done in ((0.0, 100), (30.0, 200), (60.0, 300), (90.0, 400), (120.0, 500)):
            passed.append(seconds)
            watch(done, 0)

    assert [
        "300 lines of about 1 000, 3/s, about 4 min left",
        "500 lines of about 1 000, 3/s, about 2 min left",
    ] == out.getvalue().splitlines()


def test_on_a_terminal_there_is_a_bar_with_rate_and_time_left() -> None:
    out = io.StringIO()
    with watching(100, Console(file=out, force_terminal=True, width=100)) as watch:
        watch(40, 10)

    assert "50/100" in out.getvalue()


def test_hours_are_said_as_hours() -> None:
    assert "10 lines of about 100 000, 1/s, about 27 h 46 min left" == progress_line(10, 100_000, 1.0)


@pytest.mark.parametrize("terminal", [False, True])
def test_how_much_of_the_files_is_read_is_shown_too(folder: Path, terminal: bool) -> None:
    """Of a hundred gigabytes that takes minutes."""
    out = io.StringIO()
    times = iter([0.0, 61.0])
    size = (folder / "rec.jsonl").stat().st_size
    with reading(Console(file=out, force_terminal=terminal, width=100), lambda: next(times)) as watch:
        corpus_of([folder / "rec.jsonl"], watch)

    kb = f"{size / 1e3:.1f}"
    assert (
        f"{kb}/{kb} kB" if terminal else f"read {size / 1e6:.1f} MB of {size / 1e6:.1f} MB"
    ) in out.getvalue()
