"""Rules that ask, from the pack to what `check`, `test`, `try` and the engine make of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from filterproxy.answers import Inline, functions
from filterproxy.cli import main
from filterproxy.core.plan import Plans
from filterproxy.core.request import Request
from filterproxy.detectors.json_schema import JsonSchema
from filterproxy.detectors.service import Service
from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load
from filterproxy.rulebook.outline import outline
from filterproxy.rulebook.problem import RulebookError
from filterproxy.trial import CONTENT, explain, run

NAME = f"{__name__}:shouts"
SERVICE = "match: {service: {url: 'http://127.0.0.1:9/judge', over: 0.5}}"
PYTHON = f"match: {{python: '{NAME}', timeout: 50}}"
EXAMPLES = "examples: {hit: [Hello], pass: [hello]}"


def shouts(text: str) -> list[tuple[int, int]]:
    """Find capitals."""
    return [(i, i + 1) for i, c in enumerate(text) if c.isupper()]


def pack(folder: Path, *rules: str) -> Path:
    file = folder / "p.yaml"
    file.write_text(
        "version: 1\npack: p\nrules:\n" + "".join(f"  - {{id: r{i}, {r}}}\n" for i, r in enumerate(rules))
    )
    return file


def book(folder: Path, *rules: str) -> Rulebook:
    """As a worker gets it."""
    return compile(json.loads(json.dumps(load([pack(folder, *rules)]))))


def test_options_go_to_the_detector(tmp_path: Path) -> None:
    found = book(
        tmp_path, f"{SERVICE}, action: drop", "match: {json_schema: {violated: {type: object}}}, action: drop"
    )

    assert found.rules[0].match == Service("http://127.0.0.1:9/judge", 300, 0.5, False, 20_000)
    assert found.rules[1].match == JsonSchema({"type": "object"})


@pytest.mark.parametrize(
    ("name", "text"),
    [("s.json", '{"type":\t"object"}'), ("s.yaml", "type: object\n"), ("s.yml", "{type: object}")],
)
def test_a_schema_may_stand_in_a_file_of_its_own(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    [rule] = book(tmp_path, f"match: {{json_schema: {{violated: {name}}}}}, action: flag").rules

    assert rule.match == JsonSchema({"type": "object"})


def test_functions_that_the_configuration_does_not_name_are_problems(tmp_path: Path) -> None:
    nested = f"match: {{any: [{{phrases: [a]}}, {{python: '{NAME}'}}]}}, action: flag"
    file = pack(tmp_path, f"{PYTHON}, action: flag", nested)
    with pytest.raises(RulebookError) as caught:
        load([file], python=["other:function"])

    assert [f'the function "{NAME}" is not allowed'] * 2 == [
        problem.what for problem in caught.value.problems
    ]
    load([file], python=[NAME])


def test_the_outline_says_who_is_asked_and_what_a_stream_waits_for(tmp_path: Path) -> None:
    found = outline(
        book(
            tmp_path,
            f"{SERVICE}, action: redact",
            f"{PYTHON}, action: redact, scope: sentence",
            f"{SERVICE}, action: drop, mode: shadow",
            f"{SERVICE}, action: drop, mode: off",
        )
    )

    assert [line.keeps for line in found] == ["the whole reply", "the whole reply", "nothing", "nothing"]
    service = ("the service http://127.0.0.1:9/judge",)
    assert [line.asks for line in found] == [service, (f"the function {NAME}",), service, ()]


def test_check_says_that_it_holds_the_whole_reply(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["check", str(pack(tmp_path, f"{SERVICE}, action: redact"))]).stdout

    assert "r0: it asks the service http://127.0.0.1:9/judge" in " ".join(said.split())


def test_a_trial_runs_what_it_may_and_names_the_rest(tmp_path: Path) -> None:
    made = book(tmp_path, f"{PYTHON}, action: redact", f"{SERVICE}, action: drop")
    plans = Plans(made.rules)
    nothing = run(plans, Request(), [(CONTENT, "Hello")])
    pieces = [(CONTENT, "Hel"), (CONTENT, "lO")]
    allowed = run(plans, Request(), pieces, answers=Inline(functions([NAME])))

    assert (("r0", "r1"), "Hello") == (nothing.not_run, nothing.text())
    assert (("r1",), "[redacted]ell[redacted]") == (allowed.not_run, allowed.text())
    modes = [finding.mode for finding in explain(made, plans, Request(), "Hello").findings]
    assert ["not run", "not run"] == modes


def test_test_counts_what_it_did_not_run_and_fails_when_that_is_all(tmp_path: Path) -> None:
    file = pack(tmp_path, f"{PYTHON}, action: flag, {EXAMPLES}", f"{SERVICE}, action: flag, {EXAMPLES}")
    alone = CliRunner().invoke(main, ["test", str(file)])
    allowed = CliRunner().invoke(main, ["test", str(file), "--allow-python", NAME])
    data = json.loads(CliRunner().invoke(main, ["test", str(file), "--json"]).stdout)

    assert (1, 0) == (alone.exit_code, allowed.exit_code)
    assert "not run: 4 examples" in alone.stdout
    assert "not run: 2 examples of rules that ask somebody: r1" in allowed.stdout
    assert {"r0": 2, "r1": 2} == data["not_run"]


def test_a_function_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    file = pack(tmp_path, f"{PYTHON}, action: flag, {EXAMPLES}")

    assert 2 == CliRunner().invoke(main, ["test", str(file), "--allow-python", "no_such:thing"]).exit_code
