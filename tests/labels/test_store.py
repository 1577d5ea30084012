"""The file of labels."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from filterproxy.history.home import make_home
from filterproxy.labels.label import EXCUSED, FIRED, LABELS, NEAR, RIGHT, STRATA, UNSURE, WRONG, Label
from filterproxy.labels.label import parsed as parsed_line
from filterproxy.labels.store import append, default_path, read
from tests.history.repositories import commit, git, repository

__all__ = ["repository"]

CASE = "3f0c3f0c3f0c3f0c"


def test_the_last_word_about_a_reply_and_a_rule_holds(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    append(file, [Label(CASE, "hours", RIGHT), Label(CASE, "mail", RIGHT)])
    append(file, [Label(CASE, "hours", WRONG, note="of the museum")])
    labels = read(file)

    assert (3, 2) == (labels.lines, len(labels.latest))
    assert Label(CASE, "hours", WRONG, note="of the museum") == labels.get(CASE, "hours")
    assert ("hours", "mail") == labels.rules


def test_after_a_merge_the_newest_word_holds_wherever_its_line_stands(tmp_path: Path) -> None:
    """Git puts the lines of one branch behind those of the other."""
    file = tmp_path / "labels.jsonl"
    times = ("2026-03-02T10:00:00Z", "2026-03-02T09:59:00Z", "2026-03-02T10:30:00+01:00")
    words = (WRONG, RIGHT, RIGHT)
    append(file, [Label(CASE, "hours", word, when=when) for word, when in zip(words, times, strict=True)])
    held = read(file).get(CASE, "hours")
    append(file, [Label(CASE, "hours", UNSURE, when=times[0])])
    again = read(file).get(CASE, "hours")
    append(file, [Label(CASE, "hours", RIGHT)])

    assert (WRONG, UNSURE) == (held and held.label, again and again.label)
    assert Label(CASE, "hours", RIGHT) == read(file).get(CASE, "hours"), "one without a time is the last line"


def test_two_people_on_two_branches_lose_no_label_and_have_no_conflict(repository: Path) -> None:
    """As git merges them, with what the folder says to it."""
    file = make_home() / "labels.jsonl"
    append(file, [Label("a" * 16, "mail", RIGHT)])
    commit(repository, "Labels", 4)
    git(repository, "switch", "-q", "-c", "bo")
    append(file, [Label("b" * 16, "mail", RIGHT)])
    commit(repository, "Labels of Bo", 5)
    git(repository, "switch", "-q", "main")
    append(file, [Label("c" * 16, "mail", WRONG)])
    commit(repository, "Labels of Ada", 6)
    git(repository, "merge", "-q", "--no-ff", "-m", "Both", "bo", when=7)
    labels = read(file)

    assert ({"a" * 16, "b" * 16, "c" * 16}, ()) == ({hash for hash, _ in labels.latest}, labels.skipped)


def test_what_others_write_by_hand_is_read(tmp_path: Path) -> None:
    """Neither who, when nor why it was shown need be there; unknown keys were added later."""
    file = tmp_path / "labels.jsonl"
    file.write_text(json.dumps({"hash": CASE, "rule": "hours", "label": "right", "colour": "red"}) + "\n")

    assert Label(CASE, "hours", RIGHT, stratum=FIRED) == read(file).get(CASE, "hours")


def test_a_torn_line_is_named_and_swallows_no_other(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    append(file, [Label(CASE, "hours", RIGHT)])
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:20])
    torn = read(file)
    append(file, [Label(CASE, "mail", WRONG)])
    labels = read(file)

    assert [(2, "torn: no line break ends it")] == [(s.line, s.why) for s in torn.skipped]
    assert 1 == torn.lines
    assert [2] == [skipped.line for skipped in labels.skipped]
    assert ("hours", "mail") == labels.rules


def test_lines_that_are_no_labels_say_why(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    lines = [
        b"\xff\n",
        b"[]\n",
        b'{"v":2}\n',
        b'{"hash":"a","rule":"b"}\n',
        b'{"hash":"a","rule":"b","label":"maybe"}\n',
        b'{"hash":"a","rule":"b","label":"right","stratum":"elsewhere"}\n',
    ]
    file.write_bytes(b"".join(lines))
    labels = read(file)

    assert 0 == labels.lines
    assert [
        (2, "no JSON object"),
        (3, "of a version other than 1 to 1"),
        (4, '"label" is missing, or no text'),
        (5, '"label" is none of right, wrong, unsure'),
        (6, '"stratum" is none of fired, near, excused'),
    ] == [(skipped.line, skipped.why) for skipped in labels.skipped[1:]]
    assert labels.skipped[0].why.startswith("no JSON: ")


def test_no_file_holds_no_labels(tmp_path: Path) -> None:
    assert {} == read(tmp_path / "labels.jsonl").latest


def test_what_a_rule_should_do_follows_from_what_it_did() -> None:
    should = {
        (stratum, label): Label(CASE, "a", label, stratum=stratum).should_fire
        for stratum in STRATA
        for label in LABELS
    }

    assert {
        (FIRED, RIGHT): True,
        (FIRED, WRONG): False,
        (FIRED, UNSURE): None,
        (NEAR, RIGHT): False,
        (NEAR, WRONG): True,
        (NEAR, UNSURE): None,
        (EXCUSED, RIGHT): False,
        (EXCUSED, WRONG): True,
        (EXCUSED, UNSURE): None,
    } == should


@given(
    st.builds(
        Label,
        st.text(min_size=1),
        st.text(min_size=1),
        st.sampled_from(LABELS),
        st.text(),
        st.text(),
        st.text(),
        st.text(),
        st.sampled_from(STRATA),
    )
)
def test_a_label_is_one_line_and_read_back(label: Label) -> None:
    line = label.line()

    assert (1, label) == (line.count(b"\n"), parsed_line(line))


def _write(file: str, name: str) -> None:
    for number in range(50):
        append(Path(file), [Label(f"{name}{number}", "hours", RIGHT, note="x" * 5000)])


def test_two_people_who_write_at_once_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(str(file), name)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    labels = read(file)

    assert (100, 100, ()) == (labels.lines, len(labels.latest), labels.skipped)


def test_the_file_is_the_one_of_the_project(tmp_path: Path) -> None:
    inner = tmp_path / "rules" / "shop"
    inner.mkdir(parents=True)
    (tmp_path / ".filterproxy").mkdir()

    assert tmp_path / ".filterproxy" / "labels.jsonl" == default_path(inner)
