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
    assert all(len(line) <= 80 for line in result.stdout.splitlines() if str(tmp_path) not in line)


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


ODD = """version: 1
pack: odd
why: For these tests.
rules:
  - id: cats
    match: {regex: 'cat|dog'}
    action: flag
    examples: {hit: ["A cat."], pass: ["A cow."]}
"""


def test_warnings_come_with_their_places_and_change_no_exit_code(tmp_path: Path) -> None:
    """Unless warnings are wanted to be mistakes."""
    file = write(tmp_path, ODD)
    lenient, strict = (runner.invoke(main, ["check", file, *more]) for more in ([], ["--strict"]))

    assert (0, 1) == (lenient.exit_code, strict.exit_code)
    assert 'warning[FW004]: this pattern matches inside words: "cat" in "concatenate"' in lenient.stderr
    assert f"--> {file}:6:20" in lenient.stderr
    assert "1 warning.\n" in lenient.stderr
    assert "warning[" not in lenient.stdout


def test_a_script_gets_warnings_as_data_and_what_was_not_analysed(tmp_path: Path) -> None:
    file = write(tmp_path, ODD.replace("cat|dog", r"(c)\1at"))
    data = [
        json.loads(runner.invoke(main, ["check", "--json", path]).stdout)
        for path in (file, write(tmp_path, ODD, "odd.yaml"))
    ]

    assert [[], ["FW004"]] == [[one["code"] for one in report["warnings"]] for report in data]
    assert ["warning"] == [one["severity"] for one in data[1]["warnings"]]
    assert ["it uses a back-reference"] == [one["why"] for one in data[0]["not_analysed"]]


def test_what_was_not_analysed_is_listed(tmp_path: Path) -> None:
    result = runner.invoke(main, ["check", write(tmp_path, ODD.replace("cat|dog", r"(c)\1at"))])

    assert "Not analysed" in result.stdout
    assert "it uses a back-reference" in result.stdout


def test_the_bound_on_waiting_is_an_option(tmp_path: Path) -> None:
    pack = ODD.replace("cat|dog", r"\\bcat\\b").replace("flag", "{remove: sentence}").replace("\\\\", "\\")
    file = write(tmp_path, pack)
    usual = runner.invoke(main, ["check", file])
    short = runner.invoke(main, ["check", "--max-hold", "match", file])

    assert ("", True) == (usual.stderr, "FW006" in short.stderr)


def test_fixing_shows_what_changes_and_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    file = Path(write(tmp_path, ODD))
    dry = runner.invoke(main, ["check", "--fix", "--dry-run", "--strict", str(file)])
    kept = file.read_text("utf-8")
    wet = runner.invoke(main, ["check", "--fix", "--strict", str(file)])

    assert (ODD, 1, 0) == (kept, dry.exit_code, wet.exit_code)
    assert ODD.replace("'cat|dog'", r"'\b(?:cat|dog)\b'") == file.read_text("utf-8")
    assert r"+    match: {regex: '\b(?:cat|dog)\b'}" in dry.stderr
    assert ("1 place would be corrected." in dry.stderr, "1 place corrected." in wet.stderr) == (True, True)


def test_a_pack_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    pack = Path(
        write(tmp_path, "version: 1\npack: p\nrules:\n  - {id: a, match: {regex: x+}, action: flga}\n")
    )
    pack.chmod(0o444)
    result = runner.invoke(main, ["check", "--fix", str(pack)])

    assert (1, True) == (result.exit_code, "protected against writing" in result.stderr)
    assert "flga" in pack.read_text()


def test_a_dry_run_of_nothing_is_wrong_usage() -> None:
    assert 2 == runner.invoke(main, ["check", "--dry-run"]).exit_code


def test_a_pack_with_mistakes_that_have_a_remedy_is_clean_after_fixing(tmp_path: Path) -> None:
    file = write(tmp_path, BROKEN.replace("regex: a}", "regex: b+}").replace("regxe: a}", "regxe: a+}"))
    result = runner.invoke(main, ["check", "--fix", file])

    assert 0 == result.exit_code
    assert "2 places corrected." in result.stderr
    assert "2 rules in 1 file, no problems." in result.stdout
