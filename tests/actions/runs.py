"""One action, on replies cut in every way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from filterproxy.actions.template import Grouped
from filterproxy.core.plan import Plan, Plans
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Rule, Say
from filterproxy.core.session import Session
from filterproxy.detectors.regex import Regex
from tests.core.rules import CONTENT, settings
from tests.oracle import Result, apply

# What is looked for; its first group is the number.
PATTERN = r"pay (\d)"
SAY = Say({"default": "Gone."})

# Words, ends of sentences and lines, and what nearly matches.
replies = st.lists(
    st.sampled_from(["pay 5", "pay ", "pay 77", "So", "a ", " ", ". ", "! ", "\n", "。", "5", "pa"]),
    max_size=9,
).map("".join)


@dataclass(frozen=True)
class Read:
    """What the client reads; dropped: instead of everything; asked: the rule asked upstream again."""

    text: str
    dropped: bool = False
    asked: bool = False
    outcome: str = "pass"


def regex() -> Grouped:
    return Regex(PATTERN)


def plan_of(action: Action, attempt: int = 0) -> Plan:
    rule = Rule(id="pay", match=Regex(PATTERN, budget_seconds=5), action=action)
    return Plans([rule]).plan(Request(), attempt)


def cuts(text: str) -> Iterator[list[str]]:
    """*text* whole, code point by code point, and cut once at every place."""
    yield [text]
    yield list(text)
    for i in range(1, len(text)):
        yield [text[:i], text[i:]]


def read(action: Action, text: str, attempt: int = 0) -> Read:
    """What comes of *text*, the same however it was cut."""
    plan = plan_of(action, attempt)
    found = {_read(plan, deltas) for deltas in cuts(text)}
    assert len(found) == 1, "every cut gives the same"
    return found.pop()


def _read(plan: Plan, deltas: list[str]) -> Read:
    session = Session(plan, Request(), settings())
    session.expect_content(0)
    pieces = [piece for delta in deltas for piece in session.feed(CONTENT, delta)]
    ending = session.end()
    outcome = session.verdict.outcome.value
    if ending.ask is not None:
        return Read("", asked=True, outcome=outcome)
    if 0 in ending.dropped:
        return Read(ending.dropped[0] or "", dropped=True, outcome=outcome)
    pieces += ending.pieces.get(CONTENT, [])
    return Read("".join(piece.text for piece in pieces), outcome=outcome)


def longest_wait(action: Action, text: str) -> int:
    """The most code points that waited when *text* came one by one."""
    session = Session(plan_of(action), Request(), settings())
    for char in text:
        session.feed(CONTENT, char)
    return session.verdict.held_peak


def expected(text: str, verb: str, **given: Any) -> Result:
    """What the oracle says."""
    rule = {"id": "pay", "regex": PATTERN, "scope": "reply", "verb": verb, "unit": "match"}
    return apply([rule | given], text)


def has_match(text: str) -> bool:
    return re.search(PATTERN, text) is not None
