"""Laws of facts that are found by their form, so that a stream is held only where one may begin."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from hypothesis import strategies as st

from filterproxy.core.gate import Gate, Hold
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Rule, Verb
from filterproxy.detectors.fact import FactDetector
from filterproxy.facts import FACTS


def texts(pieces: str, between: Sequence[str], most: int) -> st.SearchStrategy[str]:
    """Texts of at most so many *pieces* (white space divides them), each with one of *between* behind it."""
    pairs = st.tuples(st.sampled_from(pieces.split()), st.sampled_from(between))
    return st.lists(pairs, max_size=most).map(lambda pairs: "".join(a + b for a, b in pairs))


@cache
def gate_of(kind: str) -> Gate:
    return Gate([_rule(kind)])


@cache
def hold_of(kind: str) -> Hold:
    return Hold([_rule(kind)])


def _rule(kind: str) -> Rule:
    return Rule(kind, FactDetector(kind), Action(Verb.REDACT))


def check_gate(kind: str, text: str) -> None:
    """The gate names each match by itself: of a stream it sees only what waits."""
    for fact in FACTS[kind].find(text, (0, len(text)), Request()):
        assert gate_of(kind).names(text[slice(*fact.span)])


def check_hold(kind: str, text: str, cut: int) -> None:
    """What the text behind *cut* might change begins where the text before it waits, or later."""
    waits = hold_of(kind).start(text[:cut], 0)
    whole = [f for f in FACTS[kind].find(text, (0, len(text)), Request()) if f.span[0] < waits]
    early = [f for f in FACTS[kind].find(text[:cut], (0, cut), Request()) if f.span[0] < waits]

    assert whole == early
