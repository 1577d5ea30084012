"""Ends: what is left of a reply, in every cut of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from filterproxy.actions.end import cut, drop
from filterproxy.core.rule import Scope
from tests.actions.runs import SAY, Read, expected, has_match, longest_wait, read, replies

units = st.sampled_from([Scope.MATCH, Scope.SENTENCE, Scope.LINE])


@given(replies, units)
def test_cut_keeps_what_came_before_the_unit(text: str, unit: Scope) -> None:
    """And then says its text, once."""
    got = read(cut(unit, say=SAY), text)

    assert expected(text, "cut", unit=unit.value, say="Gone.").text == got.text
    assert ("cut" if has_match(text) else "pass") == got.outcome


@given(replies)
def test_closing_upstream_changes_nothing_that_the_client_reads(text: str) -> None:
    """It is about what the model costs."""
    assert read(cut(close=False), text) == read(cut(close=True), text)
    assert (cut().after_cut_close, cut(close=True).after_cut_close) == (False, True)


@given(replies)
def test_drop_leaves_nothing_but_what_it_says(text: str) -> None:
    """All or nothing."""
    instead = Read("Gone.", dropped=True, outcome="drop")

    assert (instead if has_match(text) else Read(text)) == read(drop(SAY), text)


def test_a_cut_at_the_match_holds_less_than_one_at_its_sentence() -> None:
    """The author picks the latency."""
    text = "We are glad that you came. Before you leave, you must pay 5 here."

    assert longest_wait(cut(Scope.MATCH), text) <= len("pay 5")
    assert longest_wait(cut(), text) > len("pay 5")
    assert longest_wait(drop(), text) == len(text)
