"""Each replay is an entry in the journal, with what a person said of it."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from filterproxy.experiments.entry import JournalError
from filterproxy.experiments.journal import add_note, give_verdict, record
from filterproxy.experiments.read import read_journal, tried_on
from filterproxy.history.stored import stored
from tests.cli.packs import PACK
from tests.experiments.replays import LOUD, NET, NOON, ORG, document, here, numbers, replayed, result

__all__ = ["here"]


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in (folder / ".filterproxy/experiments").iterdir())


def test_an_entry_says_what_was_tried_and_what_came_of_it(here: Path) -> None:
    entry = replayed(here, PACK, ORG, "Addresses in .org leak too")

    assert ["0001-addresses-in-org-leak-too.yaml"] == files(here)
    assert (1, None, "Ada", "2026-03-01T12:00:00Z") == (entry.number, entry.parent, entry.who, entry.when)
    assert ["mail"] == entry.touched()
    assert (10, 0, "open") == (entry.total("new"), entry.total("gone"), entry.verdict.state)
    assert entry.candidate.hash in stored(here / ".filterproxy")


def test_texts_of_replies_do_not_go_into_the_journal(here: Path) -> None:
    """It is shared in git; examples stay in the report."""
    entry = replayed(here, PACK, ORG)

    assert "secret" not in entry.file.read_text()


def test_an_entry_goes_on_from_the_one_that_made_its_baseline(here: Path) -> None:
    """The newest of them, unless the author names another."""
    first = replayed(here, PACK, ORG)
    second = replayed(here, ORG, NET)
    third = replayed(here, ORG, LOUD, parent=second.number)

    assert [None, 1, 2] == [entry.parent for entry in (first, second, third)]


def test_the_same_replay_again_updates_its_entry(here: Path) -> None:
    """A person's words in it stay; another note becomes a remark."""
    first = replayed(here, PACK, ORG, "Addresses")
    give_verdict(1, "kept", "none was wrong", who="Ada")
    rules = {"mail": numbers((5, 16), 11)}
    again = replayed(here, PACK, ORG, "With the new engine", rules=rules)

    assert (first.file, 1) == (again.file, len(files(here)))
    assert (11, "kept", "Addresses") == (again.total("new"), again.verdict.state, again.note)
    assert ["With the new engine"] == [remark.text for remark in again.remarks]


def test_where_only_times_differ_the_file_is_left_alone(here: Path) -> None:
    """Git would show a change where there is none."""
    first = replayed(here, PACK, ORG, rules={"mail": numbers((5, 15), 10, seconds=0.01)})
    before = first.file.read_bytes()
    replayed(here, PACK, ORG, rules={"mail": numbers((5, 15), 10, seconds=0.02)})

    assert before == first.file.read_bytes()


def test_other_replies_make_another_entry(here: Path) -> None:
    replayed(here, PACK, ORG)
    replayed(here, PACK, ORG, corpus="decaf")

    assert ["0001-mail.yaml", "0002-mail.yaml"] == files(here)


def test_what_was_tried_on_a_rule_is_found_newest_first(here: Path) -> None:
    for text in (ORG, NET, LOUD):
        replayed(here, PACK, text)
    give_verdict(1, "rejected", "no")
    give_verdict(2, "unclear", "perhaps")
    journal = read_journal()

    assert [2, 1] == [entry.number for entry in tried_on(journal, "mail", ("rejected", "unclear"))]
    assert [3] == [entry.number for entry in tried_on(journal, "loud")]


def test_a_document_that_is_not_to_be_had_leaves_its_entry_without_changes(here: Path) -> None:
    """The numbers are kept, and the author is told."""
    said: list[str] = []
    entry = replayed(here, PACK, ORG, baseline=None, tell=said.append)

    assert (None, []) == (entry.changes, entry.touched())
    assert "could not be found, so that the entry cannot say what changed" in said[0]


def test_rules_that_were_edited_since_are_not_taken_for_those_replayed(here: Path) -> None:
    old, new = document(here, PACK), document(here, ORG)
    (here / "rules").mkdir()
    document(here / "rules", NET)
    said: list[str] = []
    record(result(old, new), baseline=old, who="Ada", now=NOON, tell=said.append)

    assert ["rules has other rules by now"] == [hint[:28] for hint in said]


def test_no_result_is_no_entry(here: Path) -> None:
    with pytest.raises(JournalError, match="this is no result of a replay"):
        record({"version": 1}, who="Ada")

    assert () == read_journal().entries


def test_a_verdict_needs_its_reason(here: Path) -> None:
    replayed(here, PACK, ORG)
    with pytest.raises(JournalError, match="a verdict needs its reason"):
        give_verdict(1, "rejected", " \n")
    with pytest.raises(JournalError, match='is one of open, kept, rejected, unclear, and not "good"'):
        give_verdict(1, "good", "yes")
    with pytest.raises(JournalError, match="the note is empty"):
        add_note(1, "")


def test_an_entry_goes_by_number_slug_and_last(here: Path) -> None:
    replayed(here, PACK, ORG, "All of .org")
    replayed(here, PACK, NET, "All of .net")
    journal = read_journal()

    assert [1, 1, 1, 1, 2, 2] == [
        journal.find(name).number for name in (1, "#1", "0001", "all-of-org", "0002-all-of-net.yaml", "last")
    ]
    with pytest.raises(JournalError, match='no experiment "all-of-or"; did you mean "all-of-org"'):
        journal.find("all-of-or")
    with pytest.raises(JournalError, match='no experiment "9"; there are 1 to 2'):
        journal.find("9")


def test_an_empty_journal_says_how_to_begin(here: Path) -> None:
    with pytest.raises(JournalError, match="`filterproxy replay` writes the first"):
        read_journal().find(1)
    with pytest.raises(JournalError, match="there is no journal from here upwards"):
        add_note(1, "x")

    assert not (here / ".filterproxy").exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty: its writer was cut off"),
        ("version: 1\nnumber: [", "cannot be read, line "),
        ("version: 1\nnumber: 7\nslug: x\n", "`baseline` is no mapping"),
        ("version: 0\n", "`version: 0` is none that this program writes"),
        ("- 1\n", "is no mapping, as an entry is"),
        ("<<<<<<< HEAD\nversion: 1\n", "has marks of a merge that git could not do"),
    ],
)
def test_torn_and_foreign_files_are_named_and_the_rest_is_read(here: Path, text: str, why: str) -> None:
    replayed(here, PACK, ORG)
    (here / ".filterproxy/experiments/0007-x.yaml").write_text(text)
    journal = read_journal()

    assert 1 == len(journal.entries)
    assert ["0007-x.yaml"] == [one.file.name for one in journal.unreadable]
    assert journal.unreadable[0].why.startswith(why)
    assert 8 == replayed(here, PACK, NET).number


def test_files_that_are_no_yaml_are_named(here: Path) -> None:
    entry = replayed(here, PACK, ORG)
    (entry.file.parent / "notes.txt").write_text("x")
    (entry.file.parent / "latin.yaml").write_bytes("né".encode("latin-1"))
    unreadable = {one.file.name: one.why for one in read_journal().unreadable}

    assert {"latin.yaml": "is not UTF-8 (byte 0xE9 in line 1)", "notes.txt": "is no .yaml file"} == unreadable


def test_two_branches_that_took_the_same_number_are_told_apart(here: Path) -> None:
    """By their names; whoever asks by the number is told so."""
    entry = replayed(here, PACK, ORG, "One")
    other = entry.file.with_name("0001-two.yaml")
    other.write_text(entry.file.read_text().replace("slug: one", "slug: two"))
    journal = read_journal()

    assert [(1, ["0001-one", "0001-two"])] == journal.doubled()
    assert "two" == journal.find("two").slug
    with pytest.raises(JournalError, match='several experiments go by "1": 0001-one, 0001-two'):
        journal.find(1)


def test_of_two_with_the_same_number_the_parent_is_the_one_that_made_the_baseline(here: Path) -> None:
    """Whichever comes first by its name."""
    entry = replayed(here, PACK, ORG, "One")
    theirs = entry.file.read_text().replace("slug: one", "slug: alien")
    entry.file.with_name("0001-alien.yaml").write_text(theirs.replace(entry.candidate.hash, "0" * 16))
    child = replayed(here, ORG, NET)
    journal = read_journal()

    assert "alien" == journal.entries[0].slug
    assert {child.name: "one"} == {name: parent.slug for name, parent in journal.parents().items()}


def test_a_person_s_comments_survive_an_edit(here: Path) -> None:
    """And nothing else in the file changes."""
    entry = replayed(here, PACK, ORG, "Addresses:\n- of .org\n- and no others")
    text = entry.file.read_text().replace("verdict:\n", "# Ask Bo before keeping it.\nverdict:\n")
    entry.file.write_text(text)
    give_verdict(1, "unclear", "Bo: later", who="Bo")
    now = entry.file.read_text().splitlines()
    gone = [line for line in text.splitlines() if line not in now]

    assert "# Ask Bo before keeping it." in now
    assert ["  state: open"] == [line for line in gone if "''" not in line]
    assert {"  state: unclear", "  reason: 'Bo: later'", "  who: 'Bo'"} <= set(now)


def test_a_file_is_read_anew_when_it_was_edited(here: Path) -> None:
    """What was read once is remembered by its content, and not by its name or age."""
    entry = replayed(here, PACK, ORG, "One way")
    first = read_journal()
    entry.file.write_text(entry.file.read_text().replace("One way", "Two way"))

    assert ("One way", "Two way") == (first.find(1).note, read_journal().find(1).note)
    for beside in (here / ".filterproxy/cache/entries").iterdir():
        beside.write_text("{torn")
    assert "Two way" == read_journal().find(1).note


def test_words_that_yaml_reads_otherwise_come_back_as_they_were(here: Path) -> None:
    note = "no: 1e5 # x\nnull"
    entry = replayed(here, PACK, ORG, note)
    add_note(1, "on", who="1")
    add_note(1, "two\nlines: of it", who="y")
    again = read_journal().find(1)

    assert (note, "no-1e5-x-null") == (again.note, entry.slug)
    assert [("on", "1"), ("two\nlines: of it", "y")] == [(r.text, r.who) for r in again.remarks]


def test_a_note_in_another_script_is_named_by_its_rules(here: Path) -> None:
    assert "mail" == replayed(here, PACK, ORG, "地址").slug


def test_no_control_characters_reach_the_file(here: Path) -> None:
    entry = replayed(here, PACK, ORG, "a\x1b[31mred\x00\r\nb")

    assert "a[31mred\nb" == entry.note


def _write(arguments: tuple[Path, str, Any, Any]) -> str:
    home, corpus, old, new = arguments
    made = result(old, new, corpus=corpus)
    return record(made, baseline=old, candidate=new, home=home, who="Ada", now=NOON).name


@pytest.mark.slow
def test_writers_at_the_same_time_take_numbers_of_their_own(here: Path) -> None:
    """And the same replay by two of them is one entry."""
    old, new = document(here, PACK), document(here, ORG)
    home = here / ".filterproxy"
    home.mkdir()
    work = [(home, f"c{index % 6}", old, new) for index in range(12)]
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        names = pool.map(_write, work, chunksize=1)

    assert 6 == len(set(names))
    assert list(range(1, 7)) == [entry.number for entry in read_journal().entries]
