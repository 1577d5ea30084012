"""`filterproxy history` and `filterproxy diff`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from filterproxy.cli import main
from filterproxy.history.home import make_home
from filterproxy.history.stored import keep
from filterproxy.rulebook.load import load
from tests.cli.packs import BROKEN, PACK
from tests.experiments.replays import replayed
from tests.history.repositories import commit, repository

__all__ = ["repository"]

runner = CliRunner()


def ran(*arguments: str, code: int = 0) -> Result:
    result = runner.invoke(main, list(arguments))

    assert code == result.exit_code, result.output
    return result


def hashes(folder: Path) -> list[str]:
    """Of the rulebooks that git has, newest first."""
    return [one["hash"] for one in json.loads(ran("history", "--json").stdout)["rulebooks"]]


def test_rulebooks_are_listed_by_hash_with_what_changed(repository: Path) -> None:
    lines = ran("history").stdout.splitlines()
    loud, mail, first = hashes(repository)

    assert [loud, mail, first] == [line.split()[0] for line in lines if line[0] != " "]
    assert "2026-03-01  Ada  loud: enforce" in lines[0]
    assert lines[1] == "    mode of loud: shadow -> enforce"
    assert r"        match.pattern: \w+@\w+\.com -> \w+@\w+\.(com|org)" in lines
    assert ["    + hours  added", "    + mail  added", "    + loud  added"] == lines[-3:]


def test_what_was_not_looked_at_is_said(repository: Path) -> None:
    (repository / "rules/shop.yaml").write_text(PACK, "utf-8")
    keep(make_home(repository), load([Path("rules")]) | {"hash": load([Path("rules")])["hash"]})
    lines = ran("history", "--most", "1").stdout.splitlines()

    assert lines[0].endswith("not committed")
    assert 2 == len([line for line in lines if line[0] != " "])


def test_a_rulebook_that_was_only_tried_is_listed_too(repository: Path) -> None:
    (repository / "idea.yaml").write_text(PACK.replace("hurray", "hooray"), "utf-8")
    idea = load([Path("idea.yaml")])
    keep(make_home(repository), idea)

    assert f"Besides these the journal has: {idea['hash']}" == ran("history").stdout.splitlines()[-1]
    assert idea["hash"] in ran("diff", idea["hash"], "git:HEAD").stdout


def test_a_rulebook_names_the_experiments_that_tried_it(repository: Path) -> None:
    replayed(repository, PACK, PACK.replace("com", "(com|org)"))
    lines = ran("history", "rules").stdout.splitlines()
    at = lines.index("    experiment 1 (open)")

    assert lines[at - 1].endswith("Ada  mail: also .org")


def test_a_commit_that_does_not_load_says_why(repository: Path) -> None:
    commit(repository, "Broken", 4, shop=BROKEN)
    shown = ran("history").stdout

    assert "does not load" in shown.splitlines()[0] + shown.splitlines()[1]
    assert 'unknown action "redcat", and 1 more' in shown


def test_with_what_is_known_the_hashes_are_those_of_decisions(repository: Path) -> None:
    (repository / "hours.txt").write_text("Open 9-17.", "utf-8")
    commit(repository, "Hours", 4)
    live = load([Path("rules")], [Path("hours.txt")])["hash"]
    found = json.loads(ran("history", "--known", "hours.txt", "--json").stdout)["rulebooks"]

    assert (live, "Hours") == (found[0]["hash"], found[0]["subject"])


def test_any_hash_is_brought_back_as_files(repository: Path) -> None:
    first = hashes(repository)[-1]
    said = ran("history", "--restore", first, "--out", "back").stdout

    assert said.startswith(f"1 pack of rulebook {first} in back, from commit ")
    assert PACK == (repository / "back/shop.yaml").read_text("utf-8")
    again = json.loads(ran("history", "--restore", first, "--out", "again", "--json").stdout)
    assert (first, ["again/shop.yaml"]) == (again["hash"], again["packs"])
    assert "is not empty" in ran("history", "--restore", first, "--out", "back", code=1).stderr


def test_wrong_usage_ends_with_2(repository: Path) -> None:
    ran("history", "--restore", "0123456789abcdef", code=2)
    ran("history", "--restore", "main", "--out", "x", code=2)


def test_what_is_not_there_ends_with_1_and_a_sentence(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ran("history", "--restore", "0123456789abcdef", "--out", "x", code=1).stderr
    assert said.startswith("filterproxy: no rulebook 0123456789abcdef in the journal, nor in the 3 commits")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(elsewhere.parent))
    monkeypatch.chdir(elsewhere)
    assert "is in no git repository" in ran("history", code=1).stderr


def test_a_difference_calls_out_modes_and_marks_what_changed(repository: Path) -> None:
    """In long patterns by carets, where there is no colour."""
    old = "we are open (daily|every day) from nine"
    commit(repository, "Long", 4, shop=PACK.replace("fact: opening_hours", f"regex: '{old}'"))
    shop = (repository / "rules/shop.yaml").read_text("utf-8")
    (repository / "rules/shop.yaml").write_text(
        shop.replace("every day", "each day").replace("mode: shadow", "mode: off"), "utf-8"
    )
    lines = ran("diff", "git:HEAD").stdout.splitlines()

    assert lines[:6] == [
        "mode of loud: shadow -> off",
        "~ hours",
        "    match.pattern:",
        "      - we are open (daily|every day) from nine",
        "                           ^^^^^",
        "      + we are open (daily|each day) from nine",
    ]
    assert lines[-1].startswith("2 rules changed: ")


def test_a_rule_that_came_is_shown_as_its_author_wrote_it(repository: Path) -> None:
    pack = (repository / "rules/shop.yaml").read_text("utf-8")
    gap = r"{regex: '\[[A-Z][^\]]+\]', ignore_case: true}"
    rule = f"  - {{id: gap, why: W., match: {gap}, action: {{redact: '[x]'}}, mode: shadow}}\n"
    (repository / "rules/shop.yaml").write_text(pack + rule, "utf-8")
    lines = ran("diff", "git:HEAD").stdout.splitlines()

    assert ["+ gap  added", "    mode: shadow", f"    match: {gap}"] == lines[:3]
    assert "    action: {redact: '[x]'}" in lines
    assert lines[-1].startswith("1 rule added: ")


def test_the_same_rules_have_no_difference(repository: Path) -> None:
    assert f"The same rules: {hashes(repository)[0]}.\n" == ran("diff", "git:HEAD", "rules").stdout
    assert json.loads(ran("diff", "git:HEAD", "--json").stdout)["same"]


def test_mistakes_of_either_side_are_said_and_end_with_1(repository: Path) -> None:
    (repository / "bad.yaml").write_text(BROKEN, "utf-8")

    assert 'unknown action "redcat"' in ran("diff", "bad.yaml", "rules", code=1).stderr
    assert 'git knows no revision "gone"' in ran("diff", "git:gone", code=1).stderr
