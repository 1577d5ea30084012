"""`filterproxy test`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from filterproxy.cli import main
from filterproxy.cli.proofs_shown import compared
from tests.cli.packs import BROKEN, PACK, write

runner = CliRunner()


def report(*arguments: str) -> Any:
    return json.loads(runner.invoke(main, ["test", "--json", *arguments]).stdout)


def test_examples_that_hold_are_counted(tmp_path: Path) -> None:
    result = runner.invoke(main, ["test", write(tmp_path)])

    assert (result.exit_code, result.output[:25]) == (0, "ok  6 examples of 3 rules")


def test_a_shadow_rule_is_tested_as_if_it_were_enforced(tmp_path: Path) -> None:
    file = write(tmp_path, PACK.replace('hit: ["Hurray!"]', 'hit: [{reply: "Hi. Hurray!", want: "Hi. "}]'))

    assert report(file)["failures"] == []


def test_an_example_that_fails_is_shown_with_what_was_found(tmp_path: Path) -> None:
    file = write(tmp_path, PACK.replace('pass: ["Write to us."]', 'pass: ["Write to us@x.com."]'))
    result = runner.invoke(main, ["test", file])

    assert result.exit_code == 1
    assert result.output.splitlines()[:6] == [
        f"FAIL  {file}:21  mail",
        "  read      whole",
        "  expected  pass",
        "  came      hit",
        "    Write to us@x.com.",
        "             ^^^^^^^^",
    ]


def test_where_two_texts_differ_is_marked(tmp_path: Path) -> None:
    file = write(tmp_path, PACK.replace("[mail] now", "[post] now"))

    assert runner.invoke(main, ["test", file]).output.splitlines()[2:5] == [
        '  expected  "Write to [post] now."',
        '  came      "Write to [mail] now."',
        "                       ^",
    ]


@pytest.mark.parametrize(
    ("expected", "came", "lines"),
    [
        ("hit", "pass", ["expected  hit", "came      pass"]),
        ("a reply", '"text"', ["expected  a reply", 'came      "text"']),
        ('"日本 a"', '"日本 b"', ['expected  "日本 a"', 'came      "日本 b"', " " * 16 + "^"]),
        (
            f'"{"x" * 100}a{"y" * 100}"',
            f'"{"x" * 100}b"',
            [f"expected  …{'x' * 40}a{'y' * 23}…", f'came      …{"x" * 40}b"', " " * 51 + "^"],
        ),
    ],
)
def test_of_two_texts_the_part_is_shown_in_which_they_differ(
    expected: str, came: str, lines: list[str]
) -> None:
    assert list(compared(expected, came)) == lines


def test_a_reply_that_its_rule_does_not_read_is_no_riddle(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        PACK.replace(
            '- {reply: "Write to me@x.com now.", want: "Write to [mail] now."}',
            "- {reply: me@x.com, in: reasoning}",
        ),
    )

    assert [f["came"] for f in report(file)["failures"]] == [
        "pass: the reply is reasoning, and the rule reads content (`in`)"
    ]


def test_an_excused_match_is_no_hit(tmp_path: Path) -> None:
    example = '- {system: "Open Mon-Fri 09:00-17:00.", reply: "We open at nine on Monday."}'
    file = write(tmp_path, PACK.replace('- {ask: "When do you open?", reply: "9 am"}', example))

    assert [f["came"] for f in report(file)["failures"]] == ["pass, excused by grounded: system prompt"]


def test_a_text_other_than_wanted_fails(tmp_path: Path) -> None:
    file = write(tmp_path, PACK.replace("[mail] now", "[post] now"))
    [failure] = report(file)["failures"]

    assert (failure["expected"], failure["came"]) == ('"Write to [post] now."', '"Write to [mail] now."')


def test_no_examples_are_a_failure(tmp_path: Path) -> None:
    bare = "version: 1\npack: p\nrules:\n  - {id: a, match: {regex: a}, action: flag}\n"
    result = runner.invoke(main, ["test", write(tmp_path, bare)])

    assert (result.exit_code, "nothing was tested" in result.output) == (1, True)


TALKS = """
- {name: both, ask: "When do you open?", reply: "9 am", want: "Please look at our website.", fired: [hours]}
- {name: mail, reply: "Hurray! me@x.com", want: "Hurray! [mail]", fired: [mail, loud], stream: true}
- {name: quiet, reply: "Hello.", fired: []}
"""


def test_conversations_beside_a_pack_run_the_whole_chain(tmp_path: Path) -> None:
    file = write(tmp_path)
    write(tmp_path, TALKS, "shop.test.yaml")

    assert (report(file)["conversations"], report(file)["ok"]) == (3, True)
    assert report(str(tmp_path))["conversations"] == 3


def test_a_conversation_in_which_others_fire_fails(tmp_path: Path) -> None:
    file = write(tmp_path)
    write(tmp_path, '- {name: talk, reply: "me@x.com", fired: [loud]}\n', "shop.test.yaml")
    [failure] = report(file)["failures"]

    assert (failure["name"], failure["expected"], failure["came"]) == ("talk", "fired: loud", "fired: mail")


def test_a_mistake_in_conversations_is_a_problem(tmp_path: Path) -> None:
    file = write(tmp_path)
    write(tmp_path, '- {name: talk, replay: "x"}\n', "shop.test.yaml")
    result = runner.invoke(main, ["test", file])

    assert (result.exit_code, 'did you mean "reply"?' in result.stderr) == (1, True)


def test_models_and_routes_of_a_when_are_taken_as_given(tmp_path: Path) -> None:
    when = "    when: {model: gpt-*, asked: {about: opening_hours}}\n    action: drop\n    streamed: cut\n"
    file = write(tmp_path, PACK.replace("    action: drop\n    streamed: cut\n", when))

    assert report(file)["failures"] == []


def test_a_conversation_that_names_no_rule_of_the_book_is_a_problem(tmp_path: Path) -> None:
    file = write(tmp_path)
    write(tmp_path, '- {name: talk, reply: "Hello.", fired: [mial]}\n', "shop.test.yaml")
    result = runner.invoke(main, ["test", file])

    assert (result.exit_code, 'did you mean "mail"?' in result.stderr) == (1, True)


TODO = PACK.replace('hit: ["Hurray!"]', 'hit: ["Hurray!"], todo_hit: ["Yippee!"], todo_pass: [LIST]')


def test_known_misses_are_listed_and_fail_nothing(tmp_path: Path) -> None:
    file = write(tmp_path, TODO.replace("LIST", '"Hurray? No."'))
    result = runner.invoke(main, ["test", file])

    assert result.exit_code == 0
    assert result.output.splitlines()[:2] == [
        f"todo  {file}:26  loud, todo_hit  pass",
        f"todo  {file}:26  loud, todo_pass  hit",
    ]
    assert result.output.splitlines()[-1].endswith("; 2 todo")


def test_a_known_miss_that_is_right_by_now_is_told_and_fails_if_strict(tmp_path: Path) -> None:
    file = write(tmp_path, TODO.replace("LIST", '"Hello, you."'))
    result = runner.invoke(main, ["test", file])

    assert (result.exit_code, "now right: move it to pass" in result.output) == (0, True)
    assert runner.invoke(main, ["test", "--strict", file]).exit_code == 1
    assert [o["kind"] for o in report(file)["now_right"]] == ["todo_pass"]


def test_dialects_can_be_left_out(tmp_path: Path) -> None:
    file = write(tmp_path)

    assert report(file)["dialect_readings"] > 100
    assert report("--no-dialects", file)["dialect_readings"] == 0


def test_json_has_every_outcome(tmp_path: Path) -> None:
    outcomes = report(write(tmp_path))["outcomes"]

    assert [o["result"] for o in outcomes] == ["passed"] * 6
    assert outcomes[0].keys() == {
        "name", "pack", "file", "line", "kind", "result", "readings", "dialect_readings", "seconds",
    }  # fmt: skip


MATCHES = PACK.replace("phrases: [hurray]", "phrases: [hurray, yippee]")


def test_coverage_says_what_no_example_uses(tmp_path: Path) -> None:
    result = runner.invoke(main, ["test", "--coverage", write(tmp_path, MATCHES)])
    [line] = [line for line in result.output.splitlines() if line.startswith("loud")]

    assert line.split() == ["loud", "yes", "yes", "1/2", "75%", "yippee"]
    assert result.output.splitlines()[-1] == "87.5% covered: 7 of 8"
    assert report("--coverage", write(tmp_path, MATCHES))["coverage"]["percent"] == 87.5


def test_coverage_gates(tmp_path: Path) -> None:
    file = write(tmp_path, MATCHES)
    codes = [runner.invoke(main, ["test", "--coverage-min", p, file]).exit_code for p in ("87%", "88", "x%")]

    assert codes == [0, 1, 2]


def test_junit_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out.xml"
    result = runner.invoke(main, ["test", "--junit", str(out), write(tmp_path)])

    assert (result.exit_code, out.read_bytes()[:14]) == (0, b"<?xml version=")


def test_the_junit_file_of_packs_that_do_not_load_says_so(tmp_path: Path) -> None:
    """In the place of what the run before had written."""
    out = tmp_path / "out.xml"
    runner.invoke(main, ["test", "--junit", str(out), write(tmp_path)])
    result = runner.invoke(main, ["test", "--junit", str(out), write(tmp_path, BROKEN)])
    suites = ElementTree.fromstring(out.read_bytes())
    failures = list(suites.iter("failure"))

    assert (1, 2, 2) == (result.exit_code, len(failures), int(suites.get("failures", 0)))
    assert 'unknown action "redcat"' in failures[0].get("message", "")
    assert "unknown action" in result.stderr


def test_a_junit_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    result = runner.invoke(main, ["test", "--junit", str(tmp_path / "no" / "x.xml"), write(tmp_path)])

    assert (result.exit_code, "cannot be written" in result.stderr) == (1, True)


def test_turns_and_mistakes_in_them(tmp_path: Path) -> None:
    file = write(tmp_path)
    talk = (
        '- {name: talk, reply: "x", turns: [{ask: "a", reply: "b", fried: []}, {ask: "a"}]}\n- {name: none}\n'
    )
    write(tmp_path, talk, "shop.test.yaml")
    result = runner.invoke(main, ["test", file])

    for said in ("`reply` beside `turns`", 'unknown key "fried"', 'a turn without "reply"', 'or "turns"'):
        assert said in result.stderr
