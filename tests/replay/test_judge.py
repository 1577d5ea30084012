"""What comes of exchanges under two rulebooks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

pytest.importorskip("pyarrow", reason="needs the extra replay")

from filterproxy.core.plan import Plans
from filterproxy.core.request import Request, Turn
from filterproxy.core.verdict import Channel
from filterproxy.corpus.exchange import Exchange
from filterproxy.corpus.shapes import exchange_of
from filterproxy.record.redact import Redactor
from filterproxy.replay.batch import EXCHANGES, batch_of, batches, exchanges_of, packed, unpacked
from filterproxy.replay.judge import OUTCOMES, judge
from filterproxy.replay.side import Side, side_of
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.document import Document
from filterproxy.trial import deltas_of, run
from tests.replay.books import CONTENT, book, drops, flags, line_of, many, redacts, said, shadow


def outcomes(exchanges: Sequence[Exchange], old: Document, new: Document) -> list[dict[str, Any]]:
    """What comes of each."""
    judged = judge(batch_of(exchanges), old, new)
    assert OUTCOMES == judged.schema
    rows: list[dict[str, Any]] = judged.to_pylist()
    return rows


def marginal(folder: Path, reply: str, *rules: str) -> set[str]:
    """Rules that alone touch a reply."""
    document = book(folder, *rules)
    (row,) = outcomes([said(reply)], document, document)
    return {rule["rule"] for rule in row["candidate"]["rules"] if rule["marginal"]}


def test_a_batch_is_the_exchanges_it_was_made_of() -> None:
    exchanges = [
        Exchange(id="1", time="t", model="m", route="r", stream=True, json=True, complete=False,
                 file="f", line=9, turns=(Turn("tool", "9", "f"), Turn("user", "a\x00☺")),
                 texts=((CONTENT, "x"), (Channel(1, "arguments", -1), "{}")), marks=((CONTENT, (0, 1)),)),
        Exchange(),
    ]  # fmt: skip
    batch = batch_of(exchanges, first=7)

    assert [(7, exchanges[0]), (8, exchanges[1])] == list(exchanges_of(unpacked(packed(batch))))
    assert EXCHANGES == batch.schema


def test_batches_are_bounded_in_number_and_in_length() -> None:
    short = list(batches(many(10), lambda skipped: None, size=4))
    long = list(batches([said("x" * 100)] * 3, lambda skipped: None, text=150))

    assert ([4, 4, 2], [2, 1]) == ([b.num_rows for b in short], [b.num_rows for b in long])
    assert [0, 4, 8] == [batch["number"][0].as_py() for batch in short]


def test_it_says_what_fired_came_and_went(tmp_path: Path) -> None:
    old = book(tmp_path, drops("a", "gold"), redacts("b", "tin"))
    new = book(tmp_path, drops("a", "lead"), redacts("b", "tin"))
    rows = outcomes([said("gold"), said("lead"), said("tin"), said("iron")], old, new)

    assert [([], ["a"]), (["a"], []), ([], []), ([], [])] == [(row["new"], row["gone"]) for row in rows]
    assert [True, True, False, False] == [row["changed"] for row in rows]
    assert [True, False, False, False] == [row["baseline"]["dropped"] for row in rows]
    assert ["No."] == [text["text"] for text in rows[0]["baseline"]["reads"]]
    assert ["gold"] == [text["text"] for text in rows[0]["candidate"]["reads"]]
    assert [(0, 4, "")] == [(h["start"], h["end"], h["excuse"]) for h in rows[0]["baseline"]["hits"]]


def test_texts_travel_only_where_something_differs(tmp_path: Path) -> None:
    old, new = book(tmp_path, drops("a", "gold")), book(tmp_path, drops("a", "lead"))
    quiet, loud = outcomes([said("iron"), said("gold")], old, new)

    assert (None, None, None) == (quiet["ask"], quiet["texts"], quiet["candidate"]["reads"])
    assert ("Well?", "gold") == (loud["ask"], loud["texts"][0]["text"])


def test_a_rulebook_beside_itself_is_run_once(tmp_path: Path) -> None:
    document = book(tmp_path, drops("a", "gold"))
    (row,) = outcomes([said("gold")], document, document)

    assert row["baseline"] == row["candidate"]
    assert side_of(document) is side_of(book(tmp_path, drops("a", "gold")))


def test_what_is_excused_did_not_fire(tmp_path: Path) -> None:
    rule = "{id: a, match: {regex: '[a-z]+'}, unless: {allow: [gold]}, action: drop, say: 'No.'}"
    document = book(tmp_path, rule)
    rows = outcomes([said("gold"), said("gold tin")], document, document)
    told = [(rule["fired"], rule["excused"]) for row in rows for rule in row["candidate"]["rules"]]

    assert [(False, True), (True, False)] == told


def test_the_request_decides_what_is_done_to_a_stream(tmp_path: Path) -> None:
    rule = "{id: a, match: {regex: gold}, action: drop, say: 'No.', streamed: cut}"
    document = book(tmp_path, rule)
    rows = outcomes([said("Hi. A gold ring."), said("Hi. A gold ring.", stream=True)], document, document)

    assert ["drop", "cut"] == [row["candidate"]["outcome"] for row in rows]


def test_an_error_in_place_of_the_reply_is_no_text(tmp_path: Path) -> None:
    old = book(tmp_path, flags("a", "gold"))
    new = book(tmp_path, "{id: a, match: {regex: gold}, action: drop}")
    (row,) = outcomes([said("gold")], old, new)

    assert [None] == [text["text"] for text in row["candidate"]["reads"]]


def test_a_rule_that_alone_touches_a_reply_is_marginal(tmp_path: Path) -> None:
    assert {"a"} == marginal(tmp_path, "gold", redacts("a", "gold"), redacts("b", "tin"))


def test_two_that_touch_it_are_not(tmp_path: Path) -> None:
    assert set() == marginal(tmp_path, "gold tin", redacts("a", "gold"), redacts("b", "tin"))


def test_behind_a_drop_another_rule_counts_though_it_was_never_asked(tmp_path: Path) -> None:
    """Without the first rule, the second would have caught the reply."""
    assert set() == marginal(tmp_path, "gold tin", drops("a", "gold"), drops("b", "tin"))


def test_what_an_edit_hides_from_the_next_rule_counts_too(tmp_path: Path) -> None:
    assert set() == marginal(tmp_path, "gold", redacts("a", "gold"), drops("b", "gold"))


def test_shadow_rules_and_flags_take_nothing_from_others(tmp_path: Path) -> None:
    rules = (drops("a", "gold"), shadow("b", "gold"), flags("c", "tin"))

    assert {"a"} == marginal(tmp_path, "gold tin", *rules)
    assert {"c"} == marginal(tmp_path, "tin", *rules)


def test_a_change_is_put_down_to_the_rules_that_changed(tmp_path: Path) -> None:
    old = book(tmp_path, redacts("a", "gold"), redacts("b", "tin"))
    new = book(tmp_path, redacts("a", "gold"), redacts("b", "tin( mine)?"))
    (row,) = outcomes([said("gold tin mine")], old, new)

    assert (True, ["b"], [], []) == (row["changed"], row["otherwise"], row["new"], row["gone"])


def test_a_rule_costs_its_own_thread_s_time_and_no_wait_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine lets other threads run while it searches; by the wall clock a rule pays for them."""
    seconds = count()
    monkeypatch.setattr("time.thread_time", lambda: float(next(seconds)))
    monkeypatch.setattr("time.thread_time_ns", lambda: next(seconds) * 1_000_000_000)
    side = Side(book(tmp_path, shadow("a", "gold")))
    outcome = side.outcome(said("All gold."))

    assert [1_000_000_000] == [rule.nanoseconds for rule in outcome.rules]
    assert 0 == outcome.nanoseconds % 1_000_000_000 < outcome.nanoseconds


def test_which_rules_were_run_is_known(tmp_path: Path) -> None:
    rule = "{id: a, match: {regex: gold}, action: flag, when: {model: 'gpt*'}}"
    document = book(
        tmp_path, rule, flags("b", "tin"), "{id: c, match: {regex: x}, action: flag, mode: 'off'}"
    )
    rows = outcomes([said("x", model="gpt-5"), said("x", model="other")], document, document)

    assert ["0,1", "1"] == [row["candidate"]["evaluated"] for row in rows]


def test_every_choice_and_channel_is_judged(tmp_path: Path) -> None:
    document = book(tmp_path, "{id: a, match: {regex: gold}, action: drop, say: 'No.', in: all}")
    texts = ((CONTENT, "tin"), (Channel(0, "reasoning"), "gold"), (Channel(1, "content"), "lead"))
    old = book(tmp_path, flags("a", "zinc"))
    (row,) = outcomes([Exchange(texts=texts)], old, document)

    assert [(0, "No."), (1, "lead")] == [(t["choice"], t["text"]) for t in row["candidate"]["reads"]]


def test_replies_read_whole_come_out_as_those_that_are_cut(tmp_path: Path) -> None:
    """A replay spares itself the work of saying what could have left when."""
    cuts = "{id: c, match: {regex: lead}, action: cut, say: 'No.'}"
    removes = "{id: d, match: {regex: zinc}, action: {remove: sentence}}"
    plans = Plans(compile(book(tmp_path, redacts("a", "tin"), shadow("b", "gold"), cuts, removes)).rules)
    for exchange in many(60):
        text = exchange.texts[0][1].replace(" ", ". ")
        whole = run(plans, exchange.request(), [(CONTENT, text)], whole=True)
        cut = run(plans, exchange.request(), deltas_of(list(text)))

        assert cut.essence() == whole.essence()


@given(text=st.lists(st.sampled_from(["gold", "[A]", "x", "z", "]", " "]), max_size=12).map("".join))
@example(text="x gold z")
@example(text="goldgold[A]")
def test_a_recording_reads_as_the_reply_did_to_all_rules_but_those_that_redact(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """What stands in the place of a match is the operator's here as it was there."""
    folder = tmp_path_factory.mktemp("law")
    first, second = compile(book(folder, redacts("a", "gold"), redacts("b", r"\[[A-Zx][^\]]*\]|x.*z"))).rules
    live = run(Plans([first, second]), Request(), [(CONTENT, text)])
    stored = Redactor([first])(text, Request())
    line = line_of(said(stored.text))
    line["reply"][0]["redactions"] = [list(one) for one in stored.redactions]
    found = exchange_of(line)
    again = run(Plans([second]), found.request(), found.texts, whole=True, own=found.own)

    assert live.text() == again.text()
    assert [hit.rule for hit in live.verdict.hits if hit.rule == "b"] == [h.rule for h in again.verdict.hits]
