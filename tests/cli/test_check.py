"""`filterproxy check`."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from filterproxy.cli import main
from tests.cli.packs import BROKEN, PACK, write

runner = CliRunner()


def test_a_clean_pack_is_shown_rule_by_rule(tmp_path: Path) -> None:
    result = runner.invoke(main, ["check", write(tmp_path)])

    assert result.exit_code == 0
    lines = [line.split() for line in result.output.splitlines()]
    assert ["hours", "enforce", "drop", "(streamed:", "cut", "sentence)"] in lines
    assert ["loud", "shadow", "remove", "sentence"] in lines
    assert "3 rules in 1 file, no problems." in result.output
    assert "\x1b" not in result.output
    assert all(len(line) <= 80 for line in result.output.splitlines() if str(tmp_path) not in line)


def test_every_mistake_is_listed_with_its_place(tmp_path: Path) -> None:
    file = write(tmp_path, BROKEN)
    result = runner.invoke(main, ["check", file])

    assert result.exit_code == 1
    columns = [
        line.find(word) + 1 for line, word in zip(BROKEN.splitlines()[3:], ("redcat", "regxe"), strict=True)
    ]
    assert f"--> {file}:4:{columns[0]}" in result.stderr
    assert f"--> {file}:5:{columns[1]}" in result.stderr
    assert "2 problems." in result.stderr


def test_a_script_gets_json(tmp_path: Path) -> None:
    good = runner.invoke(main, ["check", "--json", write(tmp_path)])
    bad = runner.invoke(main, ["check", "--json", write(tmp_path, BROKEN)])

    assert [rule["id"] for rule in json.loads(good.stdout)["rules"]] == ["hours", "mail", "loud"]
    assert [(p["code"], p["line"]) for p in json.loads(bad.stdout)["problems"]] == [
        ("FP012", 4),
        ("FP011", 5),
    ]
    assert (good.exit_code, bad.exit_code) == (0, 1)


def test_what_costs_streaming_is_named(tmp_path: Path) -> None:
    result = runner.invoke(main, ["check", write(tmp_path, PACK.replace("    streamed: cut\n", ""))])

    assert "hours: its action is drop (`streamed: cut` would let it stream)" in result.output


def test_an_unknown_option_is_wrong_usage() -> None:
    assert runner.invoke(main, ["check", "--nope"]).exit_code == 2


def test_the_shipped_rules_are_clean() -> None:
    assert runner.invoke(main, ["check"]).exit_code == 0


def test_a_cut_is_recommended_only_where_it_would_help(tmp_path: Path) -> None:
    """That a text is too short is known only at its end, whatever the action."""
    pack = "version: 1\npack: p\nrules:\n  - {id: short, match: {length: {under: 9}}, action: drop}\n"
    result = runner.invoke(main, ["check", write(tmp_path, pack)])

    assert "  short: its action is drop\n" in result.output


def test_upstreams_that_rules_ask_are_listed_since_nobody_can_check_them_here(tmp_path: Path) -> None:
    rule = "{id: a, match: {regex: a}, action: {retry: 1, fallback: big}, examples: {hit: [a]}}"
    result = runner.invoke(main, ["check", write(tmp_path, f"version: 1\npack: p\nrules:\n  - {rule}\n")])

    assert result.exit_code == 0
    assert "retry 1, fallback big, then drop" in result.output
    assert "`serve` looks whether its configuration names them" in " ".join(result.output.split())
    assert "\n  a: big\n" in result.output
