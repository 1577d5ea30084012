"""`filterproxy eval`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from filterproxy.cli import main
from filterproxy.cli.eval import _judged
from filterproxy.cli.eval_shown import table
from filterproxy.evaluate import Bench, Case, read
from filterproxy.scores import Tally
from tests.cli.packs import write

LABELLED = str(Path(__file__).parents[1] / "data" / "labelled.jsonl")

runner = CliRunner()


def ran(*arguments: str) -> Result:
    return runner.invoke(main, ["eval", *arguments])


def scores(*arguments: str) -> Any:
    return json.loads(ran("--json", *arguments).stdout)


def test_scores_are_printed_in_all_and_by_key(tmp_path: Path) -> None:
    result = ran(LABELLED, "-r", write(tmp_path), "--by", "kind")
    lines = result.output.splitlines()

    assert result.exit_code == 0
    assert lines[0] == "14 cases of 1 file, read whole."
    assert lines[1].startswith("Judged by the whole rulebook (3 rules). Rulebook ")
    assert [line.split()[0] for line in lines[4:14:2]] == ["all", "hours", "known", "mail", "other"]
    assert all(len(line) <= 80 for line in lines if "labelled.jsonl" not in line)


def test_json_says_the_same_for_scripts(tmp_path: Path) -> None:
    found = scores(LABELLED, "-r", write(tmp_path), "--by", "lang,kind", "--rule", "hours")

    assert (found["ok"], found["judged"], found["total"]["cases"]) == (True, ["hours"], 14)
    assert found["groups"][0]["labels"] == {"lang": "de", "kind": "mail"}
    assert found["total"]["recall"]["of"] == 8


def test_streams_get_the_same_scores(tmp_path: Path) -> None:
    arguments = (LABELLED, "-r", write(tmp_path), "--by", "kind,lang")
    whole, streamed = scores(*arguments), scores(*arguments, "--stream")

    assert (whole["stream"], streamed["stream"]) == (False, True)
    assert [whole["total"], whole["groups"]] == [streamed["total"], streamed["groups"]]


def test_misses_are_written_and_can_be_measured_again(tmp_path: Path) -> None:
    pack, misses = write(tmp_path), tmp_path / "misses.jsonl"
    first = ran(LABELLED, "-r", pack, "--misses", str(misses))
    missed = [json.loads(line) for line in misses.read_text("utf-8").splitlines()]

    assert first.exit_code == 0
    assert str(misses) in first.output
    assert {"false negative"} <= {way for one in missed for way in one["miss"]["ways"]}
    assert scores(str(misses), "-r", pack)["misses"] == len(missed)


def test_misses_are_named_by_line_when_they_are_not_written(tmp_path: Path) -> None:
    assert f"  {LABELLED}:5 false negative\n" in ran(LABELLED, "-r", write(tmp_path)).output


def test_misses_never_overwrite_what_is_read(tmp_path: Path) -> None:
    result = ran(LABELLED, "--misses", LABELLED, "-r", write(tmp_path))

    assert (result.exit_code, "is one of the files to read" in result.output) == (2, True)


def test_lines_that_are_no_case_are_counted_and_named(tmp_path: Path) -> None:
    file = write(tmp_path, Path(LABELLED).read_text("utf-8") + "{}\n" * 12, "cases.jsonl")
    result = ran(file, "-r", write(tmp_path))

    assert result.exit_code == 0
    assert result.output.startswith("12 lines are no cases, and left out:\n")
    assert f"{file}:15 has no `messages` and no `reply` and no `expect`" in result.output
    assert "and 2 more" in result.output
    assert len(scores(file, "-r", write(tmp_path))["unusable"]) == 12


@pytest.mark.parametrize("content", ["", "\n\n", "no case", "[]\n"])
def test_no_case_at_all_is_a_failure(tmp_path: Path, content: str) -> None:
    result = ran(write(tmp_path, content, "cases.jsonl"), "--by", "lang", "-r", write(tmp_path))

    assert (result.exit_code, "nothing was measured" in result.output) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["no-such-file.jsonl"],
        [LABELLED, "--rule", "hour"],
        [LABELLED, "--by", "colour"],
        [LABELLED, "--misses", "/no/such/folder/misses.jsonl"],
    ],
)
def test_wrong_usage_ends_with_2(tmp_path: Path, arguments: list[str]) -> None:
    result = ran(*arguments, "-r", write(tmp_path))

    assert (result.exit_code, "Usage" in result.output) == (2, True)


def test_an_unknown_rule_is_told_what_it_may_have_meant(tmp_path: Path) -> None:
    assert 'did you mean "hours"?' in ran(LABELLED, "--rule", "hour", "-r", write(tmp_path)).output


def test_a_long_label_has_a_line_of_its_own() -> None:
    rows = [("all", Tally(1, 0, 0, 1)), ("a" * 40, Tally(1, 0, 0, 1)), ("日本", Tally())]
    lines = [line.plain for line in table(rows)]

    assert "a" * 40 in lines
    assert lines[-1].startswith("日本  ")
    assert all(len(line) <= 80 for line in lines)


@pytest.mark.parametrize(
    ("copies", "terminal", "shown"), [(15, True, True), (14, True, False), (15, False, False)]
)
def test_a_bar_is_shown_on_a_terminal_for_many_cases(copies: int, terminal: bool, shown: bool) -> None:
    """210 cases and 196."""
    cases = [case for case in read([Path(LABELLED)]) if isinstance(case, Case)] * copies
    err = Console(file=io.StringIO(), force_terminal=terminal, width=80)

    assert len(list(_judged(Bench(()), cases, err))) == len(cases)
    assert (f"{len(cases)}/{len(cases)}" in err.file.getvalue()) is shown  # type: ignore[attr-defined]
