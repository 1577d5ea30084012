"""One reply through a rulebook, offline."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.core.plan import Plans
from filterproxy.core.request import Request
from filterproxy.core.verdict import Channel
from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load
from filterproxy.trial import CUTS_LIMIT, cuts, deltas_of, explain, run

PACK = """
version: 1
pack: shop
rules:
  - {id: mail, match: {regex: '\\w+@\\w+'}, action: {redact: "[mail]"}}
  - {id: refund, match: {phrases: [refund]}, action: drop, say: "Ask us.", streamed: {cut: sentence}}
  - {id: again, match: {phrases: [banana]}, action: {retry: 2, note: "No.", then: {redact: "[fruit]"}}}
  - {id: watch, match: {phrases: [ask]}, action: {remove: sentence}, mode: shadow}
  - {id: sleep, match: {phrases: [ask]}, action: {remove: sentence}, mode: off}
  - {id: french, when: {language: fr}, match: {phrases: [ask]}, action: flag}
  - {id: silent, match: {phrases: [silence]}, action: drop}
"""


@pytest.fixture(scope="module")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    file = tmp_path_factory.mktemp("rules") / "shop.yaml"
    file.write_text(PACK)
    return compile(load([file]))


def text_of(rulebook: Rulebook, reply: str, *, stream: bool = False) -> str:
    return run(Plans(rulebook.rules), Request(stream=stream), deltas_of([reply])).text()


def test_a_client_reads_what_the_rules_leave(rulebook: Rulebook) -> None:
    assert text_of(rulebook, "Write to me@shop now.") == "Write to [mail] now."
    assert text_of(rulebook, "Hello.") == "Hello."


def test_a_dropped_reply_reads_what_its_rule_says(rulebook: Rulebook) -> None:
    trial = run(Plans(rulebook.rules), Request(), deltas_of(["A refund, sure."]))

    assert (trial.text(), dict(trial.dropped), trial.fired()) == ("Ask us.", {0: "Ask us."}, ("refund",))


def test_a_stream_meets_the_action_for_streams(rulebook: Rulebook) -> None:
    plans = Plans(rulebook.rules[1:2])

    assert run(plans, Request(stream=True), deltas_of(["Hi. A refund."])).text() == "Hi. Ask us."


def test_a_retry_comes_to_its_then(rulebook: Rulebook) -> None:
    trial = run(Plans(rulebook.rules), Request(), deltas_of(["A banana."]))

    assert (trial.asked, trial.text()) == (("again",), "A [fruit].")


def test_a_retry_whose_last_try_is_another_upstreams_comes_to_its_then(tmp_path: Path) -> None:
    """And comes to an end."""
    file = tmp_path / "a.yaml"
    action = '{retry: 1, fallback: big, then: {redact: "[x]"}}'
    file.write_text(
        f"version: 1\npack: p\nrules:\n  - {{id: a, match: {{regex: b}}, action: {action}}}\n", "utf-8"
    )
    rulebook = compile(load([file]))
    found = explain(rulebook, Plans(rulebook.rules), Request(), "a b c")

    assert ("a [x] c", ("a",)) == (found.trial.text(), found.trial.asked)


def test_every_cut_comes_to_the_same(rulebook: Rulebook) -> None:
    reply = "Ask me@shop. A refund is due. Ask again."
    plans = Plans(rulebook.rules[:2])
    found = {run(plans, Request(stream=True), deltas_of(pieces)).essence() for pieces in cuts(reply)}

    assert len(found) == 1


@given(st.text(max_size=300))
def test_cuts_are_the_text_in_pieces(text: str) -> None:
    found = list(cuts(text))

    assert all("".join(pieces) == text for pieces in found)
    assert len(found) == (1 if len(text) < 2 else 2 + min(len(text) - 1, CUTS_LIMIT))
    assert found == list(cuts(text))


def test_an_explanation_has_each_rule_in_order(rulebook: Rulebook) -> None:
    explanation = explain(rulebook, Plans(rulebook.rules), Request(), "You may ask me@shop.")
    found = [(f.rule, f.mode, f.fired) for f in explanation.findings]

    assert found == [
        ("mail", "enforce", True),
        ("refund", "enforce", False),
        ("again", "enforce", False),
        ("watch", "shadow", True),
        ("sleep", "off", False),
        ("french", "not asked", False),
        ("silent", "enforce", False),
    ]
    value = explanation.as_json()
    assert (value["text"], value["changed"], value["outcome"]) == ("You may ask [mail].", True, "edit")
    assert value["rules"][0]["matches"] == [
        {"choice": 0, "channel": "content", "start": 12, "end": 19, "excuse": ""}
    ]


def test_an_error_in_place_of_a_reply_is_no_text(rulebook: Rulebook) -> None:
    value = explain(rulebook, Plans(rulebook.rules), Request(), "silence").as_json()

    assert (value["text"], value["changed"], value["dropped"]) == (None, True, True)


def test_rules_read_only_their_channels(rulebook: Rulebook) -> None:
    reasoning = Channel(0, "reasoning")
    trial = run(Plans(rulebook.rules[:1]), Request(), [(reasoning, "me@shop")])

    assert (trial.text(reasoning), trial.fired()) == ("me@shop", ())
