"""What counts as a percentage, what it is worth, and what makes it known."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filterproxy.core.request import Request
from filterproxy.facts.fact import Source
from filterproxy.facts.percentage import Percentage, PercentageFact
from tests.facts.laws import check_gate, check_hold, texts

PERCENTAGE = PercentageFact()


def percentages(text: str) -> list[tuple[str, Percentage]]:
    found = []
    for fact in PERCENTAGE.find(text, (0, len(text)), Request()):
        assert isinstance(fact.value, Percentage)
        found.append((text[slice(*fact.span)], fact.value))
    return found


@pytest.mark.parametrize(
    ("text", "match", "worth"),
    [
        ("You get 15 % off.", "15 %", "15"),
        ("You get 15% off.", "15%", "15"),
        ("50%off", "50%", "50"),
        ("15 percent", "15 percent", "15"),
        ("fifteen per cent of it", "fifteen per cent", "15"),
        ("twenty-five percent", "twenty-five percent", "25"),
        ("99.9% up", "99.9%", "99.9"),
        ("1,250%", "1,250%", "1250"),
        ("a 3 pct fee", "3 pct", "3"),
        ("１５％", "１５％", "15"),
        ("15 Prozent Rabatt", "15 Prozent", "15"),
        ("3,5 %", "3,5 %", "3.5"),
        ("fünfundzwanzig Prozent", "fünfundzwanzig Prozent", "25"),
        ("quatre-vingt-dix pour cent", "quatre-vingt-dix pour cent", "90"),
        ("veinticinco por ciento", "veinticinco por ciento", "25"),
        ("trentotto per cento", "trentotto per cento", "38"),
        ("vinte e cinco por cento", "vinte e cinco por cento", "25"),
        ("vijfentwintig procent", "vijfentwintig procent", "25"),
        ("打折百分之十五。", "百分之十五", "15"),
        ("百分之3.5", "百分之3.5", "3.5"),
        ("百分之三点五", "百分之三点五", "3.5"),
        ("15パーセント引き", "15パーセント", "15"),
        ("十五パーセント", "十五パーセント", "15"),
        ("10-15 %", "10-15 %", "10-15"),
        ("10 bis 15 Prozent", "10 bis 15 Prozent", "10-15"),
        ("zehn bis fünfzehn Prozent", "zehn bis fünfzehn Prozent", "10-15"),
        ("百分之十到二十", "百分之十到二十", "10-20"),
    ],
)
def test_a_percentage_is_found_with_its_value(text: str, match: str, worth: str) -> None:
    low, _, high = worth.partition("-")

    assert [(match, Percentage(Decimal(low), Decimal(high or low)))] == percentages(text)


@pytest.mark.parametrize(
    "text",
    [
        "a%20b",
        "https://x.io/10%20km",
        "if 7 % 3 == 1",
        "per cent",
        "three quarters",
        "three percentage points",
        "the percentage",
        "%s",
        "12.5.3 %",
        "a quarter",
        "%5",
        "pour cent ans?",
        "万分之一",
        "100 people",
    ],
)
def test_other_numbers_are_no_percentages(text: str) -> None:
    assert [] == percentages(text)


def known(said: str, stated: str) -> bool:
    (fact,) = PERCENTAGE.find(said, (0, len(said)), Request())
    return PERCENTAGE.index([Source("s", "Be kind."), Source("t", stated)]).entails(fact.value) is not None


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("15%", "Members get fifteen per cent."),
        ("fünfzehn Prozent", "15 %"),
        ("百分之十五", "15%"),
        ("10-15 %", "10% for one, 15% for two"),
        ("15.0 %", "15%"),
        ("20%", '{"discount_percent": 20}'),
        ("20%", '{"discount": 0.2}'),
        ("20%", '{"offer": "20 % off"}'),
        ("20%", '{"taxRate": "20"}'),
    ],
)
def test_a_percentage_is_known_by_its_value(said: str, stated: str) -> None:
    assert known(said, stated)


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("15%", "20%"),
        ("15%", "10-15 %"),
        ("10-20 %", "10 %"),
        ("15%", "We have 15 lamps."),
        ("20%", '{"price": 20}'),
    ],
)
def test_another_number_is_not_known(said: str, stated: str) -> None:
    assert not known(said, stated)


@pytest.mark.parametrize(
    "question", ["What percentage is it?", "Wie viel Prozent?", "百分之多少？", "何パーセントですか"]
)
def test_questions_about_percentages_ask_for_them(question: str) -> None:
    assert PERCENTAGE.asks(question)


_TEXTS = texts(
    """
% ％ ﹪ percent per cent pct Prozent pour cent por ciento per cento procent パーセント 百分之
十 五 十五 点 到 から
5 12 3.5 1,299 １５ 100 to bis à a and tot fifteen fünf und zwanzig vingt dix quatre veinti trenta twenty e y
- – ~ . , ( ) off s d 20 C3 a it is the K ſ İ
""",
    ["", " ", " ", "\u00a0", "-", "\n"],
    12,
)


@given(_TEXTS)
@settings(max_examples=500)
def test_the_gate_is_in_every_percentage(text: str) -> None:
    """In the match itself, which says the same where it is cut out of its text."""
    check_gate("percentage", text)
    for fact in PERCENTAGE.find(text, (0, len(text)), Request()):
        assert [fact] == PERCENTAGE.find(text, fact.span, Request())


@given(_TEXTS, st.data())
@settings(max_examples=500)
def test_no_percentage_begins_in_text_that_need_not_wait(text: str, data: st.DataObject) -> None:
    """Law of the hold: what a cut might change begins where the text waits, or later."""
    check_hold("percentage", text, data.draw(st.integers(0, len(text))))
