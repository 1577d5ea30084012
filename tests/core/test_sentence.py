"""Where sentences end, whole and as the text comes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.core.rule import Scope
from filterproxy.core.sentence import SENTENCE_LIMIT, unit_end, units
from tests import naive_text


def sentences(text: str) -> list[str]:
    return [text[a:b] for a, b in units(text, Scope.SENTENCE)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("We open at nine. Call us!", 2),
        ("Dr. Smith is in.", 1),
        ("We open at 9 a.m. on Monday.", 1),
        ("We open at 9 a.m. Call us.", 2),
        ("It costs 3.50. Yes.", 2),
        ("J. Smith called. Yes.", 2),
        ("1. First item\n2. Second", 2),
        ("営業時間は九時です。電話してください。", 2),
        ("Really?! He said “no.” Then left.", 3),
        ("Wait... what?", 2),
        ("Line one\n\nLine two", 2),
        ("e.g. this one, z.B. jene.", 1),
        ("v1.2.3 is out", 1),
        ("“Ja.” Er ging.", 2),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, count: int) -> None:
    """In several languages."""
    assert count == len(sentences(text))
    assert text == "".join(sentences(text))


@given(st.text(alphabet="ab9. !?\n。”)DrA", max_size=60), st.integers(0, 60))
def test_an_end_that_is_certain_stays_where_it_is(text: str, cut: int) -> None:
    """Online: what a prefix says for certain, the whole says too."""
    early = unit_end(text[:cut], 0, False, Scope.SENTENCE)

    assert early < 0 or early == unit_end(text, 0, True, Scope.SENTENCE)


@given(st.text(alphabet="ab9. !?\n。”)DrA", max_size=60), st.sampled_from(["sentence", "line"]))
def test_units_are_those_of_the_oracle(text: str, scope: str) -> None:
    """Two ways to split, no code in common."""
    assert naive_text.units(text, scope) == units(text, Scope(scope))


def test_a_sentence_without_end_ends_at_the_limit() -> None:
    """So no sentence holds more."""
    text = "x" * (SENTENCE_LIMIT + 1)

    assert [SENTENCE_LIMIT, 1] == [b - a for a, b in units(text, Scope.SENTENCE)]
    assert SENTENCE_LIMIT == unit_end("x" * SENTENCE_LIMIT, 0, False, Scope.SENTENCE)
    assert -1 == unit_end("x" * (SENTENCE_LIMIT - 1), 0, False, Scope.SENTENCE)


def test_a_long_text_without_ends_costs_each_sentence_no_more_than_its_length() -> None:
    """Thousands of sentences of one run of letters: each looks no further than its own limit."""
    began = time.process_time()
    units("x" * 2_000_000, Scope.SENTENCE)

    assert time.process_time() - began < 10  # two minutes, were each to look to the end
