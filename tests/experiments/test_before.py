"""What was rejected is told to whoever is about to try it again."""

from __future__ import annotations

from pathlib import Path

from filterproxy.experiments.before import before_replay, before_rule
from filterproxy.experiments.journal import give_verdict
from filterproxy.experiments.read import read_journal
from filterproxy.replay.run import nothing
from tests.cli.packs import PACK
from tests.experiments.replays import LOUD, NET, ORG, document, here, replayed

__all__ = ["here"]


def rejected(folder: Path, after: str, why: str, before: str = PACK) -> None:
    entry = replayed(folder, before, after, why)
    give_verdict(entry.name, "rejected", why)


def test_what_was_rejected_on_the_same_rule_is_said(here: Path) -> None:
    """With its reason, and only of rules that this one changes."""
    rejected(here, ORG, "half of them are ours")
    live = document(here, PACK)

    assert [] == before_replay(read_journal(), live, document(here, LOUD))
    assert [
        "another version of mail was rejected in experiment 1 (half-of-them-are-ours): half of them are ours"
    ] == before_replay(read_journal(), live, document(here, NET))


def test_a_version_that_was_rejected_is_known_again_beside_other_changes(here: Path) -> None:
    """Before any other, and though no rulebook was ever the same."""
    rejected(here, ORG, "ours")
    rejected(here, NET, "theirs")
    both = document(here, LOUD.replace(".com'", ".(com|org)'"))

    assert [
        "this version of mail was rejected in experiment 1 (ours): ours",
        "another version of mail was rejected in experiment 2 (theirs): theirs",
    ] == before_replay(read_journal(), document(here, PACK), both)
    assert ["these very rules were rejected in experiment 1 (ours): ours"] == before_replay(
        read_journal(), nothing(), document(here, ORG)
    )


def test_of_many_the_newest_are_said_and_the_rest_is_counted(here: Path) -> None:
    for at in range(5):
        rejected(here, ORG.replace("org", f"org{at}"), f"no {at}")
    said = before_replay(read_journal(), document(here, PACK), document(here, NET))

    assert ["no 4", "no 3", "no 2"] == [one[-4:] for one in said[:-1]]
    assert "and 2 more were rejected; see `filterproxy experiments tried mail`" == said[-1]


def test_what_a_new_rule_looks_for_may_have_been_rejected_under_another_name(here: Path) -> None:
    rejected(here, ORG, "ours")
    form = next(form for form in document(here, ORG)["rules"] if form["id"] == "mail")
    other = next(form for form in document(here, NET)["rules"] if form["id"] == "mail")
    journal = read_journal()

    assert ["the same match was rejected, as mail, in experiment 1 (ours): ours"] == before_rule(
        journal, form | {"id": "post"}
    )
    assert ["another version of mail was rejected in experiment 1 (ours): ours"] == before_rule(
        journal, other
    )
    assert [] == before_rule(journal, other | {"id": "post"})


def test_a_reason_that_somebody_edited_reaches_no_terminal_raw(here: Path) -> None:
    rejected(here, ORG, "ours")
    file = read_journal().entries[0].file
    file.write_text(file.read_text().replace("reason: 'ours'", r'reason: "a\e[2Jb\nc"'))

    assert ["a[2Jb c"] == [
        one.partition("): ")[2]
        for one in before_replay(read_journal(), document(here, PACK), document(here, ORG))
    ]
