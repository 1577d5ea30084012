"""Bounds that are part of what a rule means, and bounds that protect the proxy."""

from __future__ import annotations

import pytest

from filterproxy.core.request import Request
from filterproxy.core.rule import MATCH_LIMIT
from filterproxy.core.session import Session, Withheld
from tests import oracle
from tests.core.rules import CONTENT, Spec, plan_of, run, settings

SPAN: Spec = {
    "id": "r",
    "regex": r"<[\s\S]*?>",
    "verb": "redact",
    "unit": "match",
    "with": "[X]",
    "scope": "reply",
}


@pytest.mark.parametrize("inside", [MATCH_LIMIT - 3, MATCH_LIMIT - 2, MATCH_LIMIT - 1, MATCH_LIMIT + 500])
@pytest.mark.parametrize("size", [100_000, 1000])
def test_no_match_is_longer_than_the_limit(inside: int, size: int) -> None:
    """Both sides of it, whole and streamed, as the oracle says."""
    text = "ab <" + "x" * inside + "> and <short> end"
    expected = oracle.apply([SPAN], text)

    actual = run(plan_of([SPAN]), [text[i : i + size] for i in range(0, len(text), size)])

    assert expected.text == actual.text
    assert ("x" in actual.text) == (inside + 2 > MATCH_LIMIT)


def test_what_could_begin_a_match_never_holds_more_than_a_match() -> None:
    """A bracket that is never closed lets go after the limit."""
    actual = run(plan_of([SPAN]), ["<"] + ["x" * 100] * 60)

    assert len(actual.released[-1]) >= 6000 - MATCH_LIMIT
    assert actual.verdict.held_peak <= MATCH_LIMIT + 100


@pytest.mark.parametrize("passes", [True, False])
@pytest.mark.parametrize("verb", ["drop", "redact"])
def test_text_past_the_limit_is_unscanned_and_the_operator_says_what_that_means(
    passes: bool, verb: str
) -> None:
    """Exactly the limit is judged; one more is not."""
    whole: Spec = {
        "id": "r", "all": [{"regex": "secret"}], "nots": [], "verb": verb, "unit": "match", "with": "[X]",
        "say": "No.", "scope": "reply",
    }  # fmt: skip
    fits = run(plan_of([whole]), ["x" * 4 + "secret"], limit=10, unscanned_passes=passes)
    assert fits.dropped or fits.text == "xxxx[X]"

    if not passes:
        with pytest.raises(Withheld):
            run(plan_of([whole]), ["x" * 5 + "secret"], limit=10, unscanned_passes=False)
        return
    over = run(plan_of([whole]), ["x" * 5 + "secret", " more"], limit=10)
    assert ("xxxxxsecret more", {"too_large": 1}) == (over.text, over.verdict.unscanned)


def test_a_late_rule_is_a_fault_and_its_policy_decides() -> None:
    """on_error: drop withholds, pass lets the text go; either is counted, neither is a hit."""
    slow: Spec = {
        "id": "slow",
        "regex": r"(?:a|aa|aaa)+$",
        "verb": "redact",
        "unit": "match",
        "with": "",
        "scope": "reply",
    }
    plan = plan_of([slow])
    session = Session(plan, Request(), settings(suspended=frozenset({"slow"})))

    with pytest.raises(Withheld):
        session.feed(CONTENT, "aaaa b")
        session.end()

    assert ["suspended"] == [fault.cause for fault in session.verdict.faults]
    assert [] == session.verdict.hits
