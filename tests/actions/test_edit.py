"""Edits: what stands in place of a match, in every cut of the reply."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.actions.edit import append, flag, redact, remove, replace
from filterproxy.core.rule import Action, Say, Scope
from tests.actions.runs import PATTERN, SAY, expected, has_match, longest_wait, read, regex, replies

units = st.sampled_from([Scope.MATCH, Scope.SENTENCE, Scope.LINE])


@given(replies)
def test_a_flag_changes_nothing_and_is_counted(text: str) -> None:
    """The reply is as it came; the verdict knows."""
    got = read(flag(), text)

    assert (text, "flag" if has_match(text) else "pass") == (got.text, got.outcome)


@given(replies, st.sampled_from(["[redacted]", "", "pay 5"]))
def test_redact_puts_its_text_in_place_of_each_match(text: str, with_: str) -> None:
    """As the oracle has it, and what stands there is not looked at again."""
    got = read(redact(with_), text)

    assert expected(text, "redact", **{"with": with_}).text == got.text
    assert re.sub(PATTERN, with_, text) == got.text


def test_redact_says_that_something_stood_there() -> None:
    """Without a text of its own."""
    assert read(redact(), "Please pay 5 now").text == "Please [redacted] now"


@given(replies)
def test_replace_copies_the_match_and_its_groups(text: str) -> None:
    """What is copied is the reply's own, the rest is the operator's."""
    got = read(replace("<{match}|{1}|{{}}>", regex()), text)

    assert re.sub(PATTERN, lambda m: f"<{m[0]}|{m[1]}|{{}}>", text) == got.text


@given(replies)
def test_replace_without_copies_is_redact(text: str) -> None:
    """A template of literals is one text."""
    assert read(redact("{x}"), text) == read(replace("{{x}}"), text)


@given(replies, units)
def test_remove_takes_the_unit_that_the_match_stands_in(text: str, unit: Scope) -> None:
    """As the oracle has it; a reply that was taken whole reads `say`."""
    got = read(remove(unit, SAY), text)

    assert expected(text, "remove", unit=unit.value, say="Gone.").text == got.text


@given(replies)
def test_append_adds_once_at_the_end(text: str) -> None:
    """However many matches there are, and nothing where there is none."""
    got = read(append(Say({"default": " Terms."})), text)

    assert text + " Terms." * has_match(text) == got.text


LONG = "This is a sentence of some length. Here is one more of them. You pay 5 today. Bye."


@pytest.mark.parametrize(
    ("action", "most"),
    [
        (flag(), 0),
        (append(SAY), 0),
        (redact(), len("pay 5")),
        (replace("{match}"), len("pay 5")),
        (remove(Scope.MATCH), len("pay 5")),
        (remove(Scope.SENTENCE), len("This is a sentence of some length. H")),
    ],
)
def test_an_edit_waits_no_longer_than_it_must(action: Action, most: int) -> None:
    """What could begin a match; for a sentence, until its end is certain."""
    assert longest_wait(action, LONG) <= most
