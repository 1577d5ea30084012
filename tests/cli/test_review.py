"""`filterproxy review`."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from filterproxy.cli import main
from filterproxy.cli.review_show import windows
from filterproxy.experiments.entry import Entry, Side
from filterproxy.experiments.files import write_entry
from filterproxy.history.home import make_home
from filterproxy.history.stored import keep
from filterproxy.labels.label import RIGHT, WRONG
from filterproxy.labels.store import read
from filterproxy.rulebook.load import load
from tests.cli.packs import PACK, write

runner = CliRunner()

EXCHANGES = [
    {"messages": [{"role": "user", "content": "When do you open?"}], "reply": "9 am"},
    {
        "messages": [
            {"role": "system", "content": "Open Mon-Fri 09:00-17:00."},
            {"role": "user", "content": "When?"},
        ],
        "reply": "We open at nine on Monday.",
    },
    {"messages": [{"role": "user", "content": "Booked?"}], "reply": "Your table is booked for 7 pm."},
    {"messages": [{"role": "user", "content": "Hi."}], "reply": "Hello."},
]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    (tmp_path / "replies.jsonl").write_text("".join(json.dumps(one) + "\n" for one in EXCHANGES))


def review(keys: str, *arguments: str) -> Result:
    Path("keys.txt").write_text(keys)
    return runner.invoke(
        main,
        ["review", "replies.jsonl", "-r", "shop.yaml", "--batch", "keys.txt", "--who", "ana", *arguments],
    )


def test_each_case_is_shown_with_what_was_asked_and_why() -> None:
    result = review("s\n" * 3)

    assert 0 == result.exit_code, result.output
    first, second, third = result.output.rpartition("0 labels")[0].split(" of 3 ")[1:]
    assert "hours  fired  enforce" in first
    assert "  asked     When do you open?\n  reply\n    9 am\n    ^^^^\n" in first
    assert "hours  near" in second
    assert "Your table is booked for 7 pm." in second
    assert "did not fire: words that it looks for are there, but nothing that it matches" in second
    assert "hours  excused" in third
    assert "  system    Open Mon-Fri 09:00-17:00.\n" in third
    assert "~~~~" in third and "passes: grounded: system prompt" in third


def test_labels_are_written_beside_the_journal_with_who_and_when() -> None:
    review("r\nn no hours at all\nr\nw")
    labels = read(Path(".filterproxy/labels.jsonl"))

    assert [RIGHT, RIGHT, WRONG] == [label.label for label in labels.latest.values()]
    assert ["fired", "near", "excused"] == [label.stratum for label in labels.latest.values()]
    assert {"ana"} == {label.who for label in labels.latest.values()}
    assert ["", "no hours at all", ""] == [label.note for label in labels.latest.values()]


def test_precision_stands_at_the_end() -> None:
    result = review("r", "--strata", "fired")

    assert "1 label of 1 case, in .filterproxy/labels.jsonl" in result.output.replace(
        str(Path.cwd()) + "/", ""
    )
    assert result.output.endswith(
        "rule    precision           95%   right of   fired   near   excused\n"
        "hours        100%   21% to 100%     1 of 1       1      1         1\n"
    )


def test_what_is_labelled_is_not_asked_again_before_the_rest() -> None:
    review("r", "--count", "1")
    result = review("s", "--count", "1")

    assert "hours  near" in result.output
    assert "hours  fired" not in result.output


def hashes() -> dict[str, str]:
    """Of all cases, by the reply's first word."""
    cases = json.loads(review("", "--json").stdout)["cases"]
    return {case["texts"][0]["text"].split()[0]: case["hash"] for case in cases}


def test_a_case_can_be_asked_for_by_its_hash_and_counts_for_no_share() -> None:
    """Whoever picks the hits to judge could make any precision of them."""
    result = review("w", "--case", hashes()["9"][:8], "--case", "dead", "--strata", "fired")
    (label,) = read(Path(".filterproxy/labels.jsonl")).latest.values()

    assert (True, False) == (label.picked, label.should_fire)
    assert "1 of 1  hours  fired" in " ".join(result.output.split()).replace(" hours fired", "  hours  fired")
    assert "Not among the recordings: dead" in result.stderr
    assert "hours: labels beside these: 1 picked" in result.output
    assert "was called wrong (ana)" in review("s", "--strata", "fired").output, "it is drawn all the same"


def test_who_picks_a_case_that_was_drawn_corrects_its_label() -> None:
    review("r", "--strata", "fired")
    review("w", "--case", hashes()["9"])
    (label,) = read(Path(".filterproxy/labels.jsonl")).latest.values()

    assert (WRONG, False) == (label.label, label.picked)


def test_after_an_edit_what_was_labelled_before_is_drawn_again() -> None:
    """What the labels of an earlier version left over would be no sample of the hits of this one."""
    review("r", "--strata", "fired", "--rule", "hours")
    Path("shop.yaml").write_text(
        PACK.replace("    streamed: cut\n", "    streamed: cut\n    on_error: drop\n")
    )
    result = review("s", "--count", "1", "--strata", "fired", "--rule", "hours")

    assert "was called right (ana)" in result.output
    assert "hours: labels beside these: 1 of other versions" in result.output


def test_new_hits_are_those_that_the_last_experiment_brought() -> None:
    before = load([Path("shop.yaml")])
    Path("shop.yaml").write_text(PACK.replace("[hurray]", "[Hello, at nine]"))
    after = load([Path("shop.yaml")])
    nothing = review("", "--new")
    keep(make_home(), before)
    write_entry(make_home(), entry(before["hash"], after["hash"]))
    result = review("r\nr\n", "--new")
    labels = read(Path(".filterproxy/labels.jsonl")).latest.values()

    assert "no experiment compares these rules with others" in nothing.stderr
    assert {("loud", "fired", True)} == {(label.rule, label.stratum, label.picked) for label in labels}
    assert 2 == len(labels) and "2 of 2" in result.output


def entry(before: str, after: str) -> Entry:
    sides = Side(before, "live"), Side(after, "shop.yaml")
    return Entry(1, "wider", "", "", None, "", *sides, {}, None, {}, {})


def test_a_case_becomes_an_example_of_its_rule() -> None:
    result = review("e r\n", "--strata", "near")

    assert "an example: now r or w" in result.output
    assert "written as a pass example of shop.yaml" in result.output
    line = '        - {ask: "Booked?", reply: "Your table is booked for 7 pm."}\n'
    assert PACK == Path("shop.yaml").read_text().replace(line, "")
    assert 0 == runner.invoke(main, ["test", "shop.yaml"]).exit_code


def test_an_example_that_fails_now_is_noted_as_such() -> None:
    result = review("e w", "--strata", "fired")

    assert "written as a todo_pass example of shop.yaml; the rule does not do so yet" in result.output
    assert 0 == runner.invoke(main, ["test", "shop.yaml"]).exit_code


def test_no_name_in_the_labels_reaches_the_terminal_raw() -> None:
    review("r", "--who", "a\x1b[2Jna", "--strata", "fired")

    assert "was called right (a\N{REPLACEMENT CHARACTER}[2Jna)" in review("s", "--strata", "fired").output


def test_without_rules_it_asks_about_those_that_replay_takes_for_live(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    Path("shop.yaml").rename("rules/shop.yaml")
    result = runner.invoke(main, ["review", "replies.jsonl", "--rule", "hours", "--json"])

    assert {"hours", "mail", "loud"} >= {case["rule"] for case in json.loads(result.stdout)["cases"]} != set()


def test_back_corrects_what_was_said() -> None:
    review("r b w q")

    assert [WRONG] == [label.label for label in read(Path(".filterproxy/labels.jsonl")).latest.values()]


def test_a_rule_that_was_changed_since_is_measured_as_it_is_now() -> None:
    review("w", "--strata", "fired")
    text = PACK.replace("unless: {grounded: true}", 'unless: {match: {phrases: ["9 am"]}}')
    write(Path.cwd(), text)
    result = review("q")

    assert (
        "hours: 1 label from when it did otherwise; as it is now, on these replies: - (-; -), 0 missed"
        in (result.output)
    )


def test_json_gives_the_cases_and_asks_nothing() -> None:
    arguments = ["review", "replies.jsonl", "-r", "shop.yaml", "--json", "--rule", "hours"]
    found = json.loads(runner.invoke(main, arguments).stdout)

    assert (4, 0) == (found["exchanges"], found["skipped"])
    assert ["fired", "near", "excused"] == [case["stratum"] for case in found["cases"]]
    assert [{"choice": 0, "kind": "content", "part": 0, "start": 0, "end": 4, "excuse": ""}] == (
        found["cases"][0]["matches"]
    )
    assert 1 == found["rules"]["hours"]["fired"]
    assert not Path(".filterproxy").exists()


def test_lines_that_cannot_be_used_are_named() -> None:
    with Path("replies.jsonl").open("a") as file:
        file.write("{torn")
    result = review("q")

    assert "left out: replies.jsonl:5 is torn" in result.stderr


def test_rules_that_have_no_near_misses_are_named() -> None:
    write(Path.cwd(), PACK.replace("{phrases: [hurray]}", "{length: {over: 500}}"))

    assert "Without near misses, since no gate can be derived for them: loud" in review("q").stderr
    assert "Without near misses" not in review("q", "--strata", "fired").stderr


def test_without_a_terminal_it_says_what_to_do() -> None:
    result = runner.invoke(main, ["review", "replies.jsonl", "-r", "shop.yaml"])

    assert 1 == result.exit_code
    assert "needs a terminal; --batch FILE takes them from a file" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rule", "hour"], 'there is no rule "hour"; did you mean "hours"?'),
        (["--strata", "fired,far"], '"far" is none of fired, near, excused'),
    ],
)
def test_slips_are_said_with_what_there_is(arguments: list[str], said: str) -> None:
    result = review("q", *arguments)

    assert 2 == result.exit_code
    assert said in " ".join(result.stderr.replace("│", " ").split())


def test_nothing_to_ask_is_no_mistake_and_nothing_to_read_is() -> None:
    quiet, empty = Path("quiet.jsonl"), Path("empty.jsonl")
    quiet.write_text(json.dumps(EXCHANGES[3]) + "\n")
    empty.write_text("")
    results = [
        runner.invoke(main, ["review", str(file), "-r", "shop.yaml", "--batch", "keys.txt"])
        for file in (quiet, empty)
        if Path("keys.txt").write_text("") is not None
    ]

    assert [0, 1] == [result.exit_code for result in results]
    assert "Nothing to ask: 1 exchange looked at, and none was fired or near or excused." in results[0].output


def test_what_was_asked_fits_a_terminal_of_80_columns() -> None:
    asked = {"role": "user", "content": "Please, at what time in the morning " * 6 + "do you open?"}
    Path("replies.jsonl").write_text(json.dumps({"messages": [asked], "reply": "9 am"}) + "\n")
    lines = review("", "--strata", "fired").output.splitlines()
    shown = lines[lines.index(next(line for line in lines if line.startswith("  asked"))) :]

    assert any("do you open?" in line for line in shown)
    assert 80 >= max(len(line) for line in shown[: shown.index("  reply")])


def test_of_long_replies_the_surroundings_of_matches_are_shown() -> None:
    text = "x" * 10_000

    assert [(700, 1310), (4700, 5310)] == windows(text, [(5000, 5010), (1000, 1010)])
    assert [(0, 300)] == windows(text, [])
    assert [(0, 4)] == windows("9 am", [(0, 4)])
    assert [(700, 1700)] == windows(text, [(1000, 1010), (1300, 1400)])


def read_until(fd: int, wanted: str, seconds: float = 30) -> str:
    """What the terminal shows, up to some words."""
    shown = b""
    end = time.monotonic() + seconds
    while wanted.encode() not in shown:
        left = end - time.monotonic()
        assert left > 0 and select.select([fd], [], [], left)[0], shown.decode()
        shown += os.read(fd, 4096)
    return shown.decode()


@pytest.mark.slow
def test_on_a_terminal_one_key_is_enough() -> None:
    """A real one: no Enter after a key, words after n, and Ctrl-C ends it as q does."""
    command = [
        sys.executable,
        "-m",
        "filterproxy",
        "review",
        "replies.jsonl",
        "-r",
        "shop.yaml",
        "--who",
        "ana",
    ]
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
        start_new_session=True,
        # Else Ctrl-C would reach nobody: a terminal signals to the session that it belongs to.
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    ) as process:
        os.close(theirs)
        try:
            read_until(ours, "quit")
            os.write(ours, b"n")
            read_until(ours, "note:")
            os.write(ours, b"of the shop\n")
            read_until(ours, "goes with the label")
            os.write(ours, b"r")
            read_until(ours, "quit")
            os.write(ours, b"w")
            read_until(ours, "quit")
            os.write(ours, b"\x03")
            end = read_until(ours, "1 of 1")
            assert 0 == process.wait(60)
        finally:
            process.kill()
            os.close(ours)

    assert "2 labels of 3 cases" in end
    labels = read(Path(".filterproxy/labels.jsonl"))
    assert [(RIGHT, "of the shop"), (WRONG, "")] == [(one.label, one.note) for one in labels.latest.values()]
