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
    assert (None, 0, "no experiment has such a rule, but for rejected ones") == (
        best_of(read_journal(), parse_goal("cost"), Labels(), "gone").rules["gone"]
    )


def test_a_rejected_version_is_rejected_in_every_rulebook(here: Path) -> None:
    """Beside other changes, too; until somebody keeps it after all."""
    both = LOUD.replace(".com'", ".(com|org)'")
    replayed(here, PACK, ORG)
    replayed(here, PACK, both, rules={"mail": numbers((5, 1)), "loud": numbers((0, 7), 7)})
    give_verdict(1, "rejected", "half of them are ours")
    best, of, _ = best_of(read_journal(), parse_goal("firing-rate"), Labels()).rules["mail"]

    assert best is not None
    assert (0, 1) == (best.side, of)

    give_verdict(2, "kept", "they are gone by now")
    best, of, _ = best_of(read_journal(), parse_goal("firing-rate"), Labels()).rules["mail"]

    assert best is not None
    assert (1, 2) == (best.side, of)


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
    """
    New hits that nobody labelled, labelled misses, then what is least certain; each with its command. The
    label of .net, given while it was a near miss, is one of a new hit.
    """
    given = said(recorded(here))
    rules = {"mail": numbers((5, 15), 10), "loud": numbers((0, 30), 30), "hours": numbers((3, 3))}
    replayed(here, PACK, NET, rules=rules)
    found = ideas_of(read_journal(), given)

    assert [
        ("new hits", "loud", 30, "filterproxy review replies.jsonl --rule loud --strata fired"),
        ("misses", "mail", 1, "filterproxy review replies.jsonl --rule mail --strata near,excused"),
        ("uncertain", "hours", 1.0, "filterproxy review replies.jsonl --rule hours --strata fired"),
        ("new hits", "mail", 9, "filterproxy review replies.jsonl --rule mail --strata fired"),
    ] == [(idea.kind, idea.rule, idea.size, idea.run) for idea in found]


def test_labelled_new_hits_pay_no_more(here: Path) -> None:
    """Under whatever rulebook they were labelled: the version of the rule counts."""
    entry = replayed(here, PACK, ORG, rules={"mail": numbers((0, 2), 2)})
    both = LOUD.replace(".com'", ".(com|org)'")
    later = replayed(here, ORG, both, rules={"loud": numbers((0, 0))})
    hashes = (entry.candidate.hash, later.candidate.hash)
    given = labels(*(Label(hash, "mail", "right", rulebook=hash) for hash in hashes))

    assert [] == [idea for idea in ideas_of(read_journal(), given) if idea.rule == "mail"]


def test_labels_of_what_was_caught_before_are_of_no_new_hits(here: Path) -> None:
    """However many there are of them: each is judged under both rulebooks."""
    given = said(recorded(here))
    replayed(here, PACK, NET, rules={"mail": numbers((1, 2), 1)})
    old, new = (hash for hash, _ in list(given.latest)[::2])

    kinds = [
        {idea.kind for idea in ideas_of(read_journal(), labels(Label(hash, "mail", "right")))}
        for hash in (old, new)
    ]

    assert [True, False] == ["new hits" in found for found in kinds]


def test_new_hits_stay_new_while_other_rules_are_tried(here: Path) -> None:
    """An experiment in which a rule is only along for the ride hides nothing of it."""
    replayed(here, PACK, ORG, rules={"mail": numbers((5, 15), 10)})
    both = LOUD.replace(".com'", ".(com|org)'")
    replayed(here, ORG, both, rules={"mail": numbers((15, 15)), "loud": numbers((0, 4), 4)})
    first = ideas_of(read_journal(), Labels())[0]

    assert ("new hits", "mail", 10, 1) == (first.kind, first.rule, first.size, first.experiment)


def test_a_rule_that_was_mended_is_uncertain_again(here: Path) -> None:
    """Labels of replies in which it no longer fires say nothing of how it is."""
    hashes = recorded(here)
    org, com = hashes["Write to b@x.org."], hashes["Write to a@x.com."]
    replayed(here, ORG, PACK, rules={"mail": numbers((15, 5))})
    (idea,) = ideas_of(read_journal(), labels(Label(org, "mail", "wrong"), Label(com, "mail", "right")))

    assert "it fired in 5 replies, 1 of them labelled: precision 0.21 to 1.00" == idea.why


def test_what_a_candidate_caught_is_reviewed_under_its_rules(here: Path) -> None:
    """Where they are no files a word stands for them, until they were kept: then they are live."""
    (here / "cand").mkdir()
    entry = replayed(here, PACK, ORG, rules={"mail": numbers((5, 15), 10)})
    text = entry.file.read_text().replace("source: rules", "source: cand")
    found = []
    for source, verdict in (("cand", "open"), ("git:next", "open"), ("git:next", "kept")):
        entry.file.write_text(
            text.replace("source: cand", f"source: {source}").replace("state: open", f"state: {verdict}")
        )
        found.append(ideas_of(read_journal(), Labels())[0].run)

    assert [
        "filterproxy review replies.jsonl --rules cand --rule mail --strata fired",
        "filterproxy review replies.jsonl --rules RULES --rule mail --strata fired",
        "filterproxy review replies.jsonl --rule mail --strata fired",
    ] == found


def test_a_label_that_was_given_in_shadow_speaks_for_the_rule_enforced(here: Path) -> None:
    """Without the recordings: it is the same version, however far it is rolled out."""
    hashes = recorded(here)
    action = "    action: {redact"
    entry = replayed(here, PACK.replace(action, f"    mode: shadow\n{action}"), PACK)
    (here / "replies.jsonl").unlink()
    found = judged(here / ".filterproxy", [entry], said(hashes, entry.baseline.hash), [entry.candidate.hash])

    assert entry.baseline.hash != entry.candidate.hash
    assert (1, 0) == (
        found.tally(entry.candidate.hash, "mail").right,
        found.tally(entry.candidate.hash, "mail").unknown,
    )
