"""`filterproxy experiments`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from filterproxy.cli import main
from filterproxy.experiments.journal import add_note, give_verdict
from filterproxy.labels.label import Label
from filterproxy.labels.store import append, default_path
from tests.cli.packs import PACK
from tests.experiments.replays import LOUD, NET, ORG, here, numbers, replayed
from tests.experiments.test_findings import recorded, said

__all__ = ["here"]

runner = CliRunner()


def ran(*arguments: str, code: int = 0) -> Result:
    result = runner.invoke(main, ["experiments", *arguments])

    assert code == result.exit_code, result.output
    return result


@pytest.fixture
def journal(here: Path) -> Path:
    """Three experiments, the second and the third on from the first."""
    replayed(here, PACK, ORG, "All of .org")
    give_verdict(1, "kept", "none was wrong", who="Ada")
    replayed(here, ORG, NET, "And .net\ninstead", rules={"mail": numbers((15, 9), 2)})
    give_verdict(2, "rejected", ".net is ours", who="Bo")
    add_note(2, "Ask again in May.", who="Bo")
    replayed(here, ORG, LOUD, rules={"mail": numbers((15, 5)), "loud": numbers((0, 7), 7)})
    return here


def test_they_are_listed_as_a_tree(journal: Path) -> None:
    """With the verdict, the rules that were changed, and the numbers."""
    assert ran().stdout.splitlines() == [
        "1 all-of-org  kept: none was wrong",
        "~mail  (new 10, gone 0, changed 10 of 100 replies)",
        "├── 2 and-net-instead  rejected: .net is ours",
        "│   ~mail  (new 2, gone 0, changed 10 of 100 replies)",
        "└── 3 mail-loud  open",
        "    ~mail ~loud  (new 7, gone 0, changed 10 of 100 replies)",
    ]


def test_for_scripts_it_is_what_the_files_say(journal: Path) -> None:
    found = json.loads(ran("--json").stdout)

    assert [1, 2, 3] == [entry["number"] for entry in found["experiments"]]
    assert ([], []) == (found["unreadable"], found["doubled"])


def test_without_a_journal_it_says_how_to_begin(here: Path) -> None:
    assert "`filterproxy replay RECORDINGS --candidate DIR` makes the first" in ran().stdout
    assert [] == json.loads(ran("--json").stdout)["experiments"]
    assert "`filterproxy replay` writes the first" in ran("show", "1", code=1).stderr


def test_what_is_no_entry_is_named_and_the_rest_is_listed(journal: Path) -> None:
    (journal / ".filterproxy/experiments/0004-torn.yaml").write_text("version: 1\nnum")
    result = ran()

    assert 6 == len(result.stdout.splitlines())
    assert "0004-torn.yaml cannot be read, line 2: " in result.stderr
    assert "0004-torn.yaml cannot be read, line 2: " in ran("next").stderr


def test_a_long_reason_is_folded_and_not_cut_off(journal: Path) -> None:
    """Below its entry, so that the tree stays one."""
    give_verdict(3, "unclear", " ".join(["many words"] * 12))
    lines = ran().stdout.splitlines()

    assert all(len(line) <= 80 for line in lines)
    assert 12 == " ".join(lines).count("many") == " ".join(lines).count("words")


def test_one_is_shown_with_its_change_and_its_numbers(journal: Path) -> None:
    shown = ran("show", "2").stdout

    assert "And .net\ninstead" in shown
    assert r"    match.pattern: \w+@\w+\.(com|org) -> \w+@\w+\.(com|net)" in shown
    assert "mail (enforce)  15 -> 9    2     -  15 -> 9     100.0" in shown
    assert "Bo: Ask again in May." in shown
    assert 2 == json.loads(ran("show", "last", "--json").stdout)["number"] - 1


def test_any_two_are_compared(journal: Path) -> None:
    shown = ran("compare", "2", "3").stdout

    assert "loud  - -> 100  - -> 7   - -> 7  - -> 100.0" in shown
    assert "    match.phrases: [hurray] -> [hurray, hello]" in shown
    assert {"mail", "loud"} == json.loads(ran("compare", "2", "3", "--json").stdout)["rules"].keys()


def test_what_was_tried_and_failed_on_a_rule_is_told_with_its_reason(journal: Path) -> None:
    shown = ran("tried", "mail").stdout

    assert shown.startswith("2 and-net-instead  rejected: .net is ours\n    And .net\n    instead\n")
    assert "Ask again in May." in shown
    assert "Nothing that was tried on loud was rejected or left unclear; 1 experiment on it" in (
        ran("tried", "loud").stdout
    )
    assert 'no experiment has a rule "mial"; did you mean "mail"?' in ran("tried", "mial", code=1).stderr
    assert 3 == len(json.loads(ran("tried", "mail", "--all", "--json").stdout)["experiments"])


def test_a_note_and_a_verdict_go_into_the_file(journal: Path) -> None:
    assert "Experiment 3 (mail-loud) has the note.\n" == ran("note", "3", "Only a probe.").stdout
    assert "Experiment 3 (mail-loud) is unclear.\n" == ran("verdict", "3", "unclear", "too few").stdout
    assert "a verdict is one of" in ran("verdict", "3", "good", "x", code=1).stderr
    assert 'no experiment "7"; there are 1 to 3' in ran("note", "7", "x", code=1).stderr


def test_the_best_by_labels_is_named_with_how_sure_that_is(journal: Path) -> None:
    append(default_path(), said(recorded(journal)).latest.values())
    shown = ran("best").stdout

    assert (
        "mail  1 (all-of-org)  precision 1.00 (0.34-1.00, 2 of 2), recall 1.00 (2 of 2), best of 2" in shown
    )
    assert "loud  no labelled reply in which it fired" in shown
    assert "a miss that nobody labelled lowers no recall" in shown


def test_the_best_by_rate_and_by_cost_need_no_labels(journal: Path) -> None:
    assert "mail  3 (mail-loud)  fires in 5.000% of replies, best of 2" in (
        ran("best", "--goal", "firing-rate", "--rule", "mail").stdout
    )
    assert "100.0 µs/reply" in ran("best", "--goal", "cost").stdout
    assert 2 == ran("best", "--goal", "fame", code=2).exit_code


def test_the_next_ideas_come_with_their_commands(journal: Path) -> None:
    lines = ran("next", "--most", "1").stdout.splitlines()

    assert lines == [
        "1. loud  new hits: experiment 3 has 7 new hits that nobody labelled",
        "   filterproxy review replies.jsonl --rule loud --strata fired",
        "and 2 more (--most)",
    ]
    assert 3 == len(json.loads(ran("next", "--json").stdout)["ideas"])


def test_lines_that_are_no_labels_are_named(journal: Path) -> None:
    append(default_path(), [Label("a" * 16, "mail", "right")])
    with default_path().open("a") as file:
        file.write("{torn")
    result = ran("best", "--goal", "cost")

    assert "labels.jsonl:2 is no label: " in result.stderr
    assert "there is no file gone" in ran("next", "--labels", "gone", code=1).stderr
