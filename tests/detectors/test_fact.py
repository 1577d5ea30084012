"""The verb `fact` finds statements by kind."""

from __future__ import annotations

import pytest

from filterproxy.core.request import Request
from filterproxy.detectors.fact import FactDetector
from filterproxy.facts import FACTS
from filterproxy.facts.fact import is_formal

TEXT = "We open at nine and on Sundays at ten."
DETECTOR = FactDetector("opening_hours")
UNIT = (0, len(TEXT))


def test_a_match_is_one_statement() -> None:
    span = DETECTOR.find(TEXT, 0, UNIT, Request())

    assert span is not None
    assert TEXT[slice(*span)] == "nine"


def test_the_next_match_begins_where_it_is_asked_to() -> None:
    first = DETECTOR.find(TEXT, 0, UNIT, Request())
    assert first is not None

    second = DETECTOR.find(TEXT, first[1], UNIT, Request())

    assert second is not None
    assert TEXT[slice(*second)] == "ten"
    assert DETECTOR.find(TEXT, second[1], UNIT, Request()) is None


def test_matches_lie_in_the_unit() -> None:
    assert DETECTOR.find("We open at nine. Welcome!", 17, (17, 25), Request()) is None


def test_it_takes_its_gate_from_the_fact_and_has_no_shape() -> None:
    assert DETECTOR.gate == FACTS["opening_hours"].gate
    assert DETECTOR.shape is None


def test_an_unknown_fact_names_those_there_are() -> None:
    listed = rf"\(there are: {', '.join(sorted(FACTS))}\)"
    with pytest.raises(ValueError, match=rf'unknown fact "opening_hour" {listed}'):
        FactDetector("opening_hour")


def test_detectors_of_one_fact_are_equal() -> None:
    assert FactDetector("opening_hours") == DETECTOR
    assert hash(FactDetector("opening_hours")) == hash(DETECTOR)


@pytest.mark.parametrize("name", ["email", "phone", "price", "url"])
def test_a_fact_that_is_told_by_its_form_has_the_shape_of_its_kind(name: str) -> None:
    kind = FACTS[name]
    assert is_formal(kind)

    assert FactDetector(name).shape is kind.shape


def test_of_such_a_fact_each_match_is_looked_for_once() -> None:
    detector, text = FactDetector("price"), "It is $20, or $30 with a lamp."
    unit = (0, len(text))

    assert detector.find(text, 0, unit, Request()) == (6, 9)
    assert detector.find(text, 9, unit, Request()) == (14, 17)
    assert detector.find(text, 17, unit, Request()) is None
    assert detector.find(text, 0, (0, 5), Request()) is None
