"""`when`: keys are ANDed, the values of a key ORed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Span, Timeout
from filterproxy.detectors.regex import Regex
from filterproxy.rulebook.conditions import AskedAbout, AskedMatch, When, globs, primary
from filterproxy.rulebook.excuses import MatchExcuse


def asked(question: str) -> Request:
    return Request(turns=(Turn("user", "first"), Turn("assistant", "x"), Turn("user", question)))


@dataclass(frozen=True)
class Late:
    """A detector whose time always runs out."""

    shape: None = None
    gate: None = None

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        raise Timeout


@pytest.mark.parametrize(
    ("when", "request_", "holds"),
    [
        (When(), Request(), True),
        (When(model=globs(["gpt-4*", "o?"])), Request(model="gpt-4o"), True),
        (When(model=globs(["gpt-4*", "o?"])), Request(model="o1"), True),
        (When(model=globs(["gpt-4*", "o?"])), Request(model="my-gpt-4o"), False),
        (When(model=globs(["a"]), route=globs(["b"])), Request(model="a", route="c"), False),
        (When(model=globs(["a"]), route=globs(["b"])), Request(model="a", route="b"), True),
        (When(headers=(("x-tier", globs(["free"])),)), Request(headers={"X-Tier": "free"}), True),
        (When(headers=(("x-tier", globs(["free"])),)), Request(headers={"x-tier": "paid"}), False),
        (When(headers=(("x-tier", globs(["*"])),)), Request(), False),
    ],
)
def test_every_key_must_hold_and_one_of_its_values(when: When, request_: Request, holds: bool) -> None:
    """Globs are of the whole value; header names have no case."""
    assert when(request_) is holds


def test_the_language_is_that_of_the_last_question() -> None:
    """A tag's country does not count."""
    german = When(languages=frozenset({primary("de-AT")}))

    assert german(asked("Wann haben Sie geöffnet, und wo ist das?"))
    assert not german(asked("When do you open, and where is that?"))


def test_only_the_last_question_is_searched() -> None:
    """`asked: MATCH` reads it as one unit."""
    assert When(asked=AskedMatch(Regex("open")))(asked("do you open?"))
    assert not When(asked=AskedMatch(Regex("first")))(asked("do you open?"))


def test_a_question_that_takes_too_long_counts_as_asked() -> None:
    """So the rule judges the reply."""
    assert When(asked=AskedMatch(Late()))(asked("x"))


def test_a_kind_of_fact_says_whether_it_is_asked_for() -> None:
    """`asked: {about: ...}` hands it the question."""
    when = When(asked=AskedAbout(lambda question: question == "when?"))

    assert when(asked("when?"))
    assert not when(asked("why?"))


def test_an_excuse_looks_at_its_unit_alone() -> None:
    """Not at what stands before the unit, or after it."""
    excuse = MatchExcuse(Regex("policy"))
    text = "policy. A refund by policy. policy"

    assert excuse(text, (10, 16), (8, 27), Request()) == "match"
    assert excuse(text, (10, 16), (8, 17), Request()) is None
