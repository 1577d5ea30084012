"""`filterproxy new`."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from filterproxy.cli import main
from filterproxy.rulebook.load import load
from tests.cli.packs import BROKEN, write

runner = CliRunner()
LOG = "decisions-0-20260131T080000123456Z.jsonl"
REQUEST = {"complete": True, "turns": [{"role": "user", "text": "When do you open?"}]}
LINE = {
    "v": 1,
    "id": "a-1",
    "log": "decisions",
    "request": REQUEST,
    "texts": [{"attempt": 0, "choice": 0, "kind": "content", "part": 0, "text": "We open at 9."}],
}


def new(*arguments: str, **given: Any) -> Any:
    return runner.invoke(main, ["new", *arguments, "--owner", "Ann"], **given)


def test_a_rule_is_written_behind_the_others_and_passes_check_and_test(tmp_path: Path) -> None:
    pack = write(tmp_path)
    before = Path(pack).read_text()
    result = new("Your code is AB-1234.", "--span", "AB-1234", "--pack", pack)
    after = Path(pack).read_text()

    assert 0 == result.exit_code, result.output
    assert after.startswith(before)
    assert f"{pack}:{before.count(chr(10)) + 1}\n" in result.output
    assert "ok  it loads, and its examples hold (2 examples" in result.output
    assert ["hours", "mail", "loud", "ab-1234"] == [rule["id"] for rule in load([Path(pack)])["rules"]]
    for command in ("check", "test"):
        assert 0 == runner.invoke(main, [command, pack]).exit_code


def test_a_match_that_was_rejected_before_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the journal, under whatever name: the one who begins the rule is the one who must know."""
    from filterproxy.experiments.journal import give_verdict
    from tests.experiments.replays import numbers, replayed

    monkeypatch.chdir(tmp_path)
    asked = ("We open at 9.", "--ask", "When do you open?")
    rule = new(*asked, "--id", "opening").stdout
    other = "  - {id: other, match: {phrases: [x]}, action: flag}\n"
    pack = f"version: 1\npack: new\nrules:\n{other}"
    replayed(tmp_path, pack, pack + rule, rules={"opening": numbers((0, 9), 9)})
    give_verdict(1, "rejected", "the hours are on every page")
    told = "the same match was rejected, as opening, in experiment 1 (opening): the hours are on every page"

    assert f"note: {told}" in new(*asked).stderr
    assert told in json.loads(new(*asked, "--json").stdout)["notes"]


def test_without_a_pack_the_rule_alone_is_on_standard_output(tmp_path: Path) -> None:
    result = new("We open at 9.", "--ask", "When do you open?")
    pack = write(tmp_path, "version: 1\npack: new\nrules:\n" + result.stdout)

    assert (0, "  - id: opening-hours") == (result.exit_code, result.stdout.splitlines()[0])
    assert "    We open at 9.\n               ^\n" in result.stderr
    assert "fact:opening_hours  the question asks for it" in result.stderr
    assert 0 == runner.invoke(main, ["test", pack]).exit_code


def test_printing_writes_nothing(tmp_path: Path) -> None:
    pack = write(tmp_path)
    before = Path(pack).read_text()
    result = new("Hurray!", "--pack", pack, "--print", "--id", "hurrah")

    assert (0, before) == (result.exit_code, Path(pack).read_text())
    assert result.stdout.startswith("  - id: hurrah\n")


def test_a_new_file_becomes_a_pack(tmp_path: Path) -> None:
    result = new("Hurray!", "--pack", str(tmp_path / "fun.yaml"))

    assert 0 == result.exit_code, result.output
    assert "version: 1\npack: fun\nrules:\n  - id: hurray\n" in (tmp_path / "fun.yaml").read_text()


def test_a_decision_whose_text_was_sampled_is_a_beginning(tmp_path: Path) -> None:
    (tmp_path / LOG).write_text(json.dumps(LINE) + "\n")
    found = json.loads(new("--decision", "a-1", "--decisions", str(tmp_path), "--json").stdout)

    assert [{"ask": "When do you open?", "reply": "We open at 9."}] == found["rule"]["examples"]["hit"]
    assert ({"fact": "opening_hours"}, True, False) == (found["rule"]["match"], found["ok"], found["written"])
    assert "fact:opening_hours" == found["candidates"][0]["verb"]


def test_a_decision_in_which_nothing_is_found_is_shown(tmp_path: Path) -> None:
    """Its author has only its id, and is to say which words he means."""
    said = "Dear \x1b[31mAnn,\nthe lamp is yours, and we hope that you and your family will like it."
    line = {**LINE, "texts": [{**LINE["texts"][0], "text": said}]}  # type: ignore[index]
    (tmp_path / LOG).write_text(json.dumps(line) + "\n")
    result = new("--decision", "a-1", "--decisions", str(tmp_path), "--against", str(tmp_path / "nowhere"))

    assert (1, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith("    Dear \N{REPLACEMENT CHARACTER}[31mAnn,\n    the lamp is")
    assert "say with --span which words" in result.stderr
    assert "nowhere" not in result.stderr  # recordings are not read for nothing


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({**LINE, "id": "a-2"}, "no line of decisions or recordings has that id"),
        ({**LINE, "texts": [{"kind": "content", "hash": "x"}]}, "there are only hashes"),
        ({k: v for k, v in LINE.items() if k not in ("request", "texts")}, "its text was not sampled"),
    ],
)
def test_a_decision_without_its_text_is_said_so(tmp_path: Path, line: dict[str, Any], says: str) -> None:
    (tmp_path / LOG).write_text(json.dumps(line) + "\n")
    result = new("--decision", "a-1", "--decisions", str(tmp_path))

    assert (1, True) == (result.exit_code, says in result.stderr), result.stderr


def test_an_exchange_in_a_file_is_a_beginning(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    messages = [{"role": "user", "content": "How much?"}, {"role": "assistant", "content": "It costs $5."}]
    file.write_text(json.dumps({"messages": messages}))
    lines = tmp_path / "cases.jsonl"
    lines.write_text("broken\n" + (json.dumps({"messages": messages}) + "\n") * 2)

    assert "match: {fact: price}" in new("--from", str(file)).stdout
    assert "match: {fact: price}" in new("--from", str(lines), "--line", "3").stdout
    assert "holds 2 exchanges: say which with --line" in new("--from", str(lines)).stderr
    assert "line 1 is no JSON" in new("--from", str(lines), "--line", "1").stderr


def test_recordings_speak_against_what_is_too_wide(tmp_path: Path) -> None:
    file = tmp_path / "recorded.jsonl"
    reply = {"role": "assistant", "content": "It is in aisle 3."}
    file.write_text("".join(json.dumps({"messages": [reply]}) + "\n" for _ in range(40)) + "broken\n")
    result = new("It is in aisle 7.", "--span", "aisle 7", "--against", str(file))

    assert "match: {phrases: [aisle 7]}" in result.stdout
    assert "0 of 40 recorded exchanges" in result.stderr and "40 of 40 recorded exchanges" in result.stderr
    assert f"skipped {file}:41: is" in result.stderr


def test_a_verb_is_taken_if_it_finds_the_part() -> None:
    assert "match: {phrases: [We open at 9]}" in new("We open at 9.", "--verb", "phrases").stdout
    assert "match: {fact: clock_time}" in new("We open at 9 am.", "--verb", "fact:clock_time").stdout
    refused = new("We open at 9.", "--verb", "number")
    assert (2, True) == (refused.exit_code, "fact:opening_hours" in refused.stderr)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((), 2, "a reply is wanted"),
        (("Hi.", "--span", "nowhere"), 2, "do not stand in the reply"),
        (("Hi.", "--decision", "x"), 2, "three ways"),
        (("--decision", "x"), 2, "--decisions FOLDER"),
        (("--decision", "x", "--decisions", "nowhere"), 1, "there is no folder nowhere"),
        (("--from", "nowhere.json"), 1, "cannot be read"),
        (("Hi.", "--pack", "nowhere/x.yaml"), 2, "there is no folder nowhere"),
        (("Hi.", "--action", "dorp"), 2, "drop, cut, remove, redact, retry, flag"),
        (("Hi.", "--id", "no good!"), 1, "an id is made of letters"),
        (("The lamp is a good one, and many people in the whole of Europe like it.",), 1, "say with --span"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_words(arguments: tuple[str, ...], code: int, says: str) -> None:
    result = new(*arguments)

    assert code == result.exit_code, result.output
    assert says in " ".join(result.stderr.replace("\u2502", " ").split())
    assert "Traceback" not in result.output


def test_a_pack_with_mistakes_is_mended_first(tmp_path: Path) -> None:
    result = new("Hi.", "--pack", write(tmp_path, BROKEN))

    assert (1, True) == (result.exit_code, "redcat" in result.stderr)


def test_an_id_of_another_rule_is_refused(tmp_path: Path) -> None:
    result = new("Hurray!", "--pack", write(tmp_path), "--id", "mail")

    assert (2, True) == (result.exit_code, "the id of another rule" in result.stderr)


def test_a_pack_keeps_its_byte_order_mark_and_one_that_is_protected_stays(tmp_path: Path) -> None:
    pack = Path(write(tmp_path))
    pack.write_bytes(b"\xef\xbb\xbf" + pack.read_bytes())
    written = new("Hurray!", "--pack", str(pack))
    pack.chmod(0o444)
    refused = new("Alas!", "--pack", str(pack))

    assert (0, 1) == (written.exit_code, refused.exit_code)
    assert "protected against writing" in refused.stderr
    assert pack.read_bytes().startswith(b"\xef\xbb\xbfversion")
    assert "hurray" in pack.read_text() and "alas" not in pack.read_text()


def test_warnings_of_check_are_said_and_hinder_nothing(tmp_path: Path) -> None:
    pack = write(tmp_path)
    first = new("Alas!", "--pack", pack, "--json")
    again = new("Alas!", "--pack", pack)
    data = new("Alas!", "--pack", pack, "--print", "--json")

    assert [] == json.loads(first.stdout)["warnings"]
    assert (0, True) == (again.exit_code, "warning[FW013]" in again.stdout)
    assert ["FW013"] == [one["code"] for one in json.loads(data.stdout)["warnings"]]


def test_a_pack_that_cannot_be_added_to_is_left_alone(tmp_path: Path) -> None:
    text = "version: 1\npack: p\nrules: [{id: a, match: {phrases: [a]}, action: flag}]\n"
    pack = write(tmp_path, text)
    result = new("Hurray!", "--pack", pack)

    assert (1, True, text) == (result.exit_code, "in brackets" in result.stderr, Path(pack).read_text())


def test_lists_of_phrases_are_found_from_the_pack_s_folder(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("boo\n")
    text = "version: 1\npack: p\nrules:\n  - {id: a, match: {phrases: {file: words.txt}}, action: flag}\n"

    assert 0 == new("Hurray!", "--pack", write(tmp_path, text)).exit_code


def test_a_terminal_is_asked_only_for_what_is_missing(tmp_path: Path) -> None:
    """The reply, the question, which way, which pack: five answers, one of them the default."""
    pack = tmp_path / "shop.yaml"
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "80"}
    command = [sys.executable, "-m", "filterproxy", "new", "--owner", "Ann"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    os.write(ours, f"We open at 9.\nWhen do you open?\n\n{pack}\n".encode())
    said = b""
    while True:
        try:
            piece = os.read(ours, 10_000)
        except OSError:  # Linux says so when nobody is left at the other end
            break
        if not piece:
            break
        said += piece
    os.close(ours)

    assert 0 == process.wait(60), said.decode()
    assert [b"What did the model say?" in said, b"Which?" in said] == [True, True]
    assert "match: {fact: opening_hours}" in pack.read_text()
