"""What the journal makes of its entries: comparisons, the best so far, and where the next idea pays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from filterproxy.corpus.exchange import Exchange
from filterproxy.corpus.read import read as read_corpus
from filterproxy.experiments.best import best_of, parse_goal
from filterproxy.experiments.compare import compared
from filterproxy.experiments.ideas import ideas_of
from filterproxy.experiments.journal import give_verdict
from filterproxy.experiments.judged import judged
from filterproxy.experiments.read import read_journal
from filterproxy.labels.label import Label
from filterproxy.labels.store import Labels
from tests.cli.packs import PACK
from tests.experiments.replays import LOUD, NET, ORG, here, numbers, replayed

__all__ = ["here"]

REPLIES = ["Write to a@x.com.", "Write to b@x.org.", "Write to c@x.net.", "Write to us."]


def recorded(folder: Path) -> dict[str, str]:
    """Hashes of replies that stand in recordings, by their texts."""
    turns = [[{"role": "user", "content": "How?"}, {"role": "assistant", "content": one}] for one in REPLIES]
    file = folder / "replies.jsonl"
    file.write_text("".join(json.dumps({"messages": one}) + "\n" for one in turns), "utf-8")
    exchanges = [item for item in read_corpus([file]) if isinstance(item, Exchange)]
    return {exchange.texts[0][1]: exchange.hash for exchange in exchanges}


def labels(*given: Label) -> Labels:
    return Labels({label.key: label for label in given})


def said(hashes: dict[str, str], rulebook: str = "") -> Labels:
    """.com and .org are right to be caught, .net is ours; all labelled while only .com was caught."""
    com, org, net, _ = (hashes[reply] for reply in REPLIES)
    return labels(
        Label(com, "mail", "right", rulebook=rulebook),
        Label(org, "mail", "wrong", rulebook=rulebook, stratum="near"),
        Label(net, "mail", "right", rulebook=rulebook, stratum="near"),
    )


def test_labels_are_judged_anew_under_each_rulebook(here: Path) -> None:
    """By the engine, on the replies as they stand in the recordings."""
    given = said(recorded(here))
    entries = [replayed(here, PACK, ORG), replayed(here, PACK, NET)]
    hashes = [entries[0].baseline.hash, *(entry.candidate.hash for entry in entries)]
    found = judged(here / ".filterproxy", entries, given, hashes)
    tallies = [found.tally(hash, "mail") for hash in hashes]

    assert 3 == found.found
    assert [(1, 0, 1), (2, 0, 0), (1, 1, 1)] == [(t.right, t.wrong, t.missed) for t in tallies]


def test_without_the_recordings_a_label_counts_for_its_own_rulebook(here: Path) -> None:
    hashes = recorded(here)
    entry = replayed(here, PACK, ORG)
    (here / "replies.jsonl").unlink()
    sides = [entry.baseline.hash, entry.candidate.hash]
    found = judged(here / ".filterproxy", [entry], said(hashes, entry.baseline.hash), sides)
    tallies = [found.tally(hash, "mail") for hash in sides]

    assert [(1, 0, 1, 0), (0, 0, 0, 3)] == [(t.right, t.wrong, t.missed, t.unknown) for t in tallies]


def test_the_most_precise_is_best_among_those_that_catch_enough(here: Path) -> None:
    given = said(recorded(here))
    replayed(here, PACK, NET)
    replayed(here, PACK, ORG)
    found = best_of(read_journal(), parse_goal("precision@recall=0.9"), given)
    best, of, why = found.rules["mail"]

    assert best is not None
    assert (2, 1.0, 1.0, 3, "") == (best.number, best.value, best.tally.recall, of, why)


def test_where_none_catches_enough_the_closest_is_named(here: Path) -> None:
    given = said(recorded(here))
    replayed(here, PACK, NET)
    best, _, why = best_of(read_journal(), parse_goal("precision@recall=0.9"), given).rules["mail"]

    assert best is not None
    assert (0, "none caught 90% of the labelled replies") == (best.side, why)


def test_what_was_rejected_is_not_the_best(here: Path) -> None:
    given = said(recorded(here))
    replayed(here, PACK, ORG)
    give_verdict(1, "rejected", "no")
    best, of, _ = best_of(read_journal(), parse_goal("precision"), given).rules["mail"]

    assert best is not None
    assert (0, 1) == (best.side, of)


def test_rates_and_costs_compare_over_the_same_replies_alone(here: Path) -> None:
    """Those of the newest experiment; a rule that never fires is no use."""
    replayed(here, PACK, ORG, rules={"mail": numbers((9, 1), seconds=0.001)}, corpus="old")
    replayed(here, PACK, ORG, rules={"mail": numbers((9, 8), seconds=0.02)})
    replayed(here, PACK, NET, rules={"mail": numbers((9, 0), seconds=0.01)})
    journal = read_journal()
    for goal, value in (("firing-rate", 0.08), ("cost", 0.0002)):
        best, of, _ = best_of(journal, parse_goal(goal), Labels()).rules["mail"]

        assert best is not None
        assert (2, 1, 2) == (best.number, best.side, of)
        assert pytest.approx(value) == best.value


@pytest.mark.parametrize("text", ["precision@recall=2", "recall", "precision@recall=x", ""])
def test_a_goal_that_is_none_says_what_could_stand_there(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not one of precision@recall=0\.9, firing-rate, cost"):
        parse_goal(text)


def test_a_rule_without_labels_says_how_to_get_them(here: Path) -> None:
    replayed(here, PACK, ORG)
    found = best_of(read_journal(), parse_goal("precision"), Labels())

    assert "`filterproxy review` asks for labels" in found.rules["mail"][2]
    assert (None, 0, "no experiment has such a rule") == (
        best_of(read_journal(), parse_goal("cost"), Labels(), "gone").rules["gone"]
    )


def test_any_two_experiments_compare(here: Path) -> None:
    """Their candidates' rules, and their numbers side by side."""
    first = replayed(here, PACK, ORG)
    second = replayed(here, PACK, LOUD, rules={"mail": numbers((5, 5)), "loud": numbers((0, 7), 7)})
    found = compared(read_journal(), first, second)

    assert ["mail", "loud"] == list((found.changes or {})["changed"])
    assert {"mail": (15, 5), "loud": (0, 7), "hours": (3, None)} == {
        row.rule: row.pair("fired") for row in found.rows
    }
    assert found.same_corpus


def test_two_of_other_replies_are_said_not_to_compare(here: Path) -> None:
    first, second = replayed(here, PACK, ORG), replayed(here, PACK, LOUD, corpus="decaf")
    (here / f".filterproxy/rulebooks/{first.candidate.hash}.json.zst").unlink()
    found = compared(read_journal(), first, second)

    assert (False, None) == (found.same_corpus, found.changes)
    assert f"no rulebook {first.candidate.hash} in the journal, and git cannot be asked" in found.why


def test_the_largest_of_each_kind_of_idea_come_first(here: Path) -> None:
    """New hits that nobody labelled, labelled misses, then what is least certain; each with its command."""
    given = said(recorded(here))
    rules = {"mail": numbers((5, 15), 10), "loud": numbers((0, 30), 30), "hours": numbers((3, 3))}
    replayed(here, PACK, NET, rules=rules)
    found = ideas_of(read_journal(), given)

    assert [
        ("new hits", "loud", 30, "filterproxy review replies.jsonl --rule loud --strata fired"),
        ("misses", "mail", 1, "filterproxy review replies.jsonl --rule mail --strata near,excused"),
        ("uncertain", "hours", 1.0, "filterproxy review replies.jsonl --rule hours --strata fired"),
        ("new hits", "mail", 10, "filterproxy review replies.jsonl --rule mail --strata fired"),
    ] == [(idea.kind, idea.rule, idea.size, idea.run) for idea in found]


def test_labelled_new_hits_pay_no_more(here: Path) -> None:
    entry = replayed(here, PACK, ORG, rules={"mail": numbers((0, 2), 2)})
    given = labels(*(Label(str(n) * 16, "mail", "right", rulebook=entry.candidate.hash) for n in (1, 2)))

    assert [] == ideas_of(read_journal(), given)
