"""Which replies a person is asked about."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from filterproxy.core.verdict import Channel
from filterproxy.corpus.exchange import Exchange
from filterproxy.labels.case import Case
from filterproxy.labels.label import EXCUSED, FIRED, NEAR, RIGHT, WRONG, Label
from filterproxy.labels.sample import Measured, Sampler
from filterproxy.labels.store import Labels
from filterproxy.rulebook.book import Rulebook
from tests.labels.cases import book, exchange

FIRES = exchange("9 am", "When do you open?")
GROUNDED = exchange("We open at nine on Monday.", "When?", "Open Mon-Fri 09:00-17:00.")
BOOKED = exchange("Your table is booked for 7 pm.")
QUIET = exchange("Hello.")


def sampled(
    rulebook: Rulebook, *exchanges: Exchange, labels: Labels | None = None, count: int = 20
) -> list[Case]:
    sampler = Sampler(rulebook, labels or Labels(), keep=count)
    for one in exchanges:
        sampler.look(one)
    return list(sampler.cases(count))


def seen(cases: list[Case]) -> set[tuple[str, str, str]]:
    return {(case.rule, case.stratum, case.exchange.texts[0][1]) for case in cases}


def test_each_reply_falls_into_its_stratum(tmp_path: Path) -> None:
    found = sampled(book(tmp_path), FIRES, GROUNDED, BOOKED, QUIET)

    assert {
        ("hours", FIRED, "9 am"),
        ("hours", EXCUSED, "We open at nine on Monday."),
        ("hours", NEAR, "Your table is booked for 7 pm."),
    } == seen(found)


def test_a_near_miss_says_why_it_is_none(tmp_path: Path) -> None:
    replies = [
        exchange("a refund of 5 for 9 am", "When do you open?"),
        exchange("a refund of 6", model="llama"),
        exchange("a refund of 7", kind="reasoning"),
        exchange("We never refund."),
    ]
    found = sampled(book(tmp_path), *replies)
    why = {case.exchange.texts[0][1]: (case.why, len(case.hits)) for case in found if case.rule == "refund"}

    assert ("its `when` does not hold for this request", 1) == why["a refund of 6"]
    assert ("it stands in `reasoning`, which the rule does not read", 1) == why["a refund of 7"]
    assert ("", 1) == why["a refund of 5 for 9 am"], "a shadow rule behind a drop reads what the drop read"


def test_what_an_earlier_rule_took_away_is_a_near_miss(tmp_path: Path) -> None:
    text = """version: 1
pack: p
rules:
  - {id: first, match: {phrases: [refund]}, action: redact}
  - {id: second, match: {phrases: [refund]}, action: flag}
"""
    case = next(c for c in sampled(book(tmp_path, text), exchange("No refund.")) if c.rule == "second")

    assert (NEAR, "an earlier rule of the chain left nothing of it to read") == (case.stratum, case.why)


def test_rules_that_are_off_are_asked_about_and_change_nothing(tmp_path: Path) -> None:
    long = exchange("word " * 200)
    found = sampled(book(tmp_path), long)

    assert {("loud", FIRED, "word " * 200)} == seen(found)


def test_of_rules_without_a_gate_there_are_no_near_misses_and_that_is_said(tmp_path: Path) -> None:
    sampler = Sampler(book(tmp_path), Labels())
    sampler.look(QUIET)

    assert ("loud",) == sampler.ungated
    assert () == sampler.cases(20)


def many(number: int) -> list[Exchange]:
    return [exchange(f"We open at {n % 12 + 1} am, number {n}.", "When do you open?") for n in range(number)]


def test_the_draw_does_not_hang_on_order_or_repetition(tmp_path: Path) -> None:
    rulebook = book(tmp_path)
    replies = many(60)
    shuffled = random.Random(1).sample(replies + replies, 120)
    first, second = sampled(rulebook, *replies, count=10), sampled(rulebook, *shuffled, count=10)

    assert [case.key for case in first] == [case.key for case in second]
    assert 10 == len({case.key for case in first})


def test_a_larger_sample_contains_the_smaller_one(tmp_path: Path) -> None:
    rulebook, replies = book(tmp_path), many(60)
    small, large = (sampled(rulebook, *replies, count=count) for count in (5, 25))

    assert {case.key for case in small} < {case.key for case in large}


def test_another_seed_draws_others(tmp_path: Path) -> None:
    rulebook, replies = book(tmp_path), many(60)
    draws = []
    for seed in (0, 1):
        sampler = Sampler(rulebook, Labels(), keep=5, seed=seed)
        for one in replies:
            sampler.look(one)
        draws.append({case.key for case in sampler.cases(5)})

    assert draws[0] != draws[1]


def test_what_nobody_has_labelled_comes_first(tmp_path: Path) -> None:
    rulebook, replies = book(tmp_path), many(30)
    labelled = {one.hash for one in replies[:25]}
    labels = Labels({(hash, "hours"): Label(hash, "hours", RIGHT) for hash in labelled})
    found = sampled(rulebook, *replies, labels=labels, count=8)

    assert 5 == sum(case.exchange.hash not in labelled for case in found)


def test_rules_and_strata_take_turns(tmp_path: Path) -> None:
    """A rule that fires a thousand times does not drown one that fired once."""
    near = [exchange(f"Booked for 7 pm, table {n}.") for n in range(30)]
    refunds = [exchange("a refund of 5")]
    found = sampled(book(tmp_path), *many(30), *near, *refunds, count=9)

    assert Counter({("hours", FIRED): 4, ("hours", NEAR): 4, ("refund", FIRED): 1}) == Counter(
        (case.rule, case.stratum) for case in found
    )
    assert ["hours"] * 8 + ["refund"] == [case.rule for case in found], "one rule at a time"


def test_labels_measure_the_rule_as_it_is_now(tmp_path: Path) -> None:
    """What fires now and should not is wrong, whatever the rule did when the label was given."""
    given = [
        Label(FIRES.hash, "hours", WRONG, stratum=NEAR),
        Label(GROUNDED.hash, "hours", WRONG, stratum=EXCUSED),
        Label(BOOKED.hash, "hours", WRONG, stratum=FIRED),
        Label("elsewhere", "hours", RIGHT),
    ]
    labels = Labels({label.key: label for label in given})
    sampler = Sampler(book(tmp_path), labels)
    for one in (FIRES, FIRES, GROUNDED, BOOKED):
        sampler.look(one)

    assert Measured(right=1, wrong=0, missed=1) == sampler.measured(labels, "hours")
    assert {"hours": 2} == dict(sampler.moved)


def test_picked_labels_are_told_beside_what_is_measured(tmp_path: Path) -> None:
    """Nobody drew them by lot; a reply that should be caught and is not is missed all the same."""
    given = [
        Label(FIRES.hash, "hours", RIGHT, stratum=FIRED, picked=True),
        Label(BOOKED.hash, "hours", WRONG, stratum=NEAR, picked=True),
    ]
    labels = Labels({label.key: label for label in given})
    sampler = Sampler(book(tmp_path), labels)
    for one in (FIRES, BOOKED):
        sampler.look(one)
    measured = sampler.measured(labels, "hours")

    assert Measured(missed=1, picked=1) == measured
    assert (0, "1 picked") == (measured.precision.total, measured.precision.beside)


def test_several_texts_of_a_reply_are_one_case(tmp_path: Path) -> None:
    both = Exchange(
        model="gpt-1",
        texts=((Channel(0, "content"), "a refund of 5"), (Channel(1, "content"), "a refund of 6")),
    )
    found = sampled(book(tmp_path), both)

    assert [("refund", 2)] == [(case.rule, len(case.hits)) for case in found]
