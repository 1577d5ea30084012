"""Counts and examples, merged in any order."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="needs the extra replay")

from filterproxy.corpus.skipped import Skips
from filterproxy.replay.batch import batches
from filterproxy.replay.examples import SHOWN, Examples, window
from filterproxy.replay.pool import Job
from filterproxy.replay.result import Told, from_json, result_of, to_json
from filterproxy.replay.side import side_of
from filterproxy.replay.tally import Tally, unpacked
from tests.replay.books import book, drops, flags, many, redacts, said


def job(folder: Path, examples: int = 3) -> Job:
    old = book(folder, drops("a", "gold"), redacts("b", "tin"), flags("c", "zinc"))
    new = book(folder, drops("a", "gold|lead"), redacts("b", "iron"), flags("d", "zinc"))
    return Job(old, new, examples=examples)


def report(job: Job, tally: Tally) -> str:
    told = [Told(document, "", side_of(document)) for document in (job.baseline, job.candidate)]
    return to_json(result_of(tally, Skips(), [], told[0], told[1], 0.0), times=False)


def parts(job: Job, count: int = 120, size: int = 10) -> list[bytes]:
    # Some cases stand in the corpus twice.
    exchanges = many(count) + many(count)[: count // 2]
    found = batches(exchanges, lambda skipped: None, size)
    return [job.tally(batch).packed() for batch in found]


def merged(job: Job, parts: list[bytes]) -> Tally:
    whole = job.empty()
    for part in parts:
        whole.merge(unpacked(part, job.seed, job.examples))
    return whole


def test_batches_may_be_merged_in_any_order(tmp_path: Path) -> None:
    """The report is the same to the byte."""
    given = job(tmp_path)
    tallies = parts(given)
    expected = report(given, merged(given, tallies))
    for seed in range(5):
        random.Random(seed).shuffle(tallies)

        assert expected == report(given, merged(given, tallies))


def test_how_batches_are_cut_makes_no_difference(tmp_path: Path) -> None:
    given = job(tmp_path)

    assert report(given, merged(given, parts(given, size=7))) == report(
        given, merged(given, parts(given, size=90))
    )


def test_counts_add_up(tmp_path: Path) -> None:
    given = job(tmp_path)
    result = from_json(report(given, merged(given, parts(given))))
    replies, rules = result["replies"], result["rules"]

    assert 180 == result["corpus"]["exchanges"] == replies["same"] + replies["changed"]
    assert ["a", "b", "d", "c"] == list(rules)
    assert ["absent", "enforce"] == rules["d"]["mode"]
    assert [[180, 180], [180, 180], [0, 180], [180, 0]] == [rule["evaluated"] for rule in rules.values()]
    for rule in rules.values():
        assert rule["fired"][0] - rule["gone"] == rule["fired"][1] - rule["new"]
    dropped = replies["dropped"]
    assert (dropped[1] - dropped[0], 0) == (replies["new_drops"], replies["gone_drops"])


def test_the_corpus_hash_is_of_its_exchanges_in_any_order(tmp_path: Path) -> None:
    given = job(tmp_path)

    def hash_of(exchanges: list[object]) -> object:
        found = batches(exchanges, lambda skipped: None)  # type: ignore[arg-type]
        whole = merged(given, [given.tally(batch).packed() for batch in found])
        return from_json(report(given, whole))["corpus"]["hash"]

    exchanges: list[object] = list(many(20))
    assert hash_of(exchanges) == hash_of(exchanges[::-1])
    assert len({hash_of(exchanges), hash_of(exchanges[1:]), hash_of([*exchanges, exchanges[0]])}) == 3


def test_examples_are_few_and_of_each_rule_and_kind(tmp_path: Path) -> None:
    given = job(tmp_path, examples=2)
    examples = merged(given, parts(given)).examples.chosen()
    strata = [(example["rule"], example["kind"]) for example in examples]

    assert sorted(strata) == sorted(2 * [*{*strata}])
    assert {("a", "new"), ("b", "new"), ("b", "gone"), ("c", "gone"), ("d", "new")} <= {*strata}
    assert len({(e["rule"], e["kind"], e["hash"]) for e in examples}) == len(examples)


def test_the_bound_in_all_is_shared_fairly(tmp_path: Path) -> None:
    given = job(tmp_path)
    examples = merged(given, parts(given)).examples.chosen(most=6)

    assert 6 == len(examples) == len({(example["rule"], example["kind"]) for example in examples})


def test_another_seed_takes_other_examples(tmp_path: Path) -> None:
    given = job(tmp_path)
    other = Job(given.baseline, given.candidate, seed=1, examples=3)
    one, two = (merged(g, parts(g)).examples.chosen() for g in (given, other))

    assert [e["hash"] for e in one] != [e["hash"] for e in two]


def test_an_example_shows_spans_and_both_texts(tmp_path: Path) -> None:
    given = job(tmp_path)
    exchange = said("a lead pipe", "What is it?", file="f", line=3)
    tally = given.tally(next(batches([exchange], lambda skipped: None)))
    (example,) = tally.examples.chosen()

    assert {
        "hash": exchange.hash, "rule": "a", "kind": "new", "file": "f", "line": 3,
        "channel": [0, "content", 0], "ask": "What is it?", "reply": "a lead pipe", "spans": [[2, 6]],
        "before": "a lead pipe", "after": "No.",
    } == example  # fmt: skip


def test_a_long_text_is_shown_around_its_first_span() -> None:
    text = "x" * 10_000 + "gold" + "y" * 10_000
    shown, spans = window(text, [(10_000, 10_004)])

    assert ["gold"] == [shown[start:end] for start, end in spans]
    assert len(shown) <= SHOWN + 2
    assert ("…", "…") == (shown[0], shown[-1])


def test_a_file_that_was_cut_off_is_no_tally(tmp_path: Path) -> None:
    content = job(tmp_path).empty().packed()
    for length in (0, 1, len(content) // 2, len(content) - 1):
        with pytest.raises(ValueError):
            unpacked(content[:length])
    with pytest.raises(ValueError):
        unpacked(b"{}")


def test_no_examples_are_kept_where_none_are_wanted(tmp_path: Path) -> None:
    given = job(tmp_path, examples=0)

    assert [] == merged(given, parts(given)).examples.chosen()
    assert [] == list(Examples(0, 0).all())


def test_a_result_is_read_again_as_it_was(tmp_path: Path) -> None:
    given = job(tmp_path)
    text = report(given, merged(given, parts(given)))

    assert text == to_json(from_json(text))
    for other in ("", "[]", '{"version": 1}', text.replace('"version": 1', '"version": 2', 1)):
        with pytest.raises(ValueError):
            from_json(other)
