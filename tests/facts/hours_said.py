"""What the readers of opening hours find in a reply, for tables of sentences in any language."""

from __future__ import annotations

from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Scope
from filterproxy.core.sentence import units
from filterproxy.facts import FACTS
from filterproxy.facts.fact import Source

HOURS = FACTS["opening_hours"]


def conversation(*texts: str) -> Request:
    """User and assistant in turn, the user first."""
    return Request(turns=tuple(Turn("assistant" if n % 2 else "user", t) for n, t in enumerate(texts)))


def stated(reply: str, *asked: str) -> list[str]:
    """The texts of all matches in *reply*, read sentence by sentence."""
    request = conversation(*asked)
    spans = [f.span for unit in units(reply, Scope.SENTENCE) for f in HOURS.find(reply, unit, request)]
    return [reply[a:b] for a, b in spans]


def entailed(known: str, said: str, *asked: str) -> bool:
    """Whether all that *said*, an answer to *asked*, states follows from *known*; it must state something."""
    request = conversation(*asked)
    facts = [f for unit in units(said, Scope.SENTENCE) for f in HOURS.find(said, unit, request)]
    assert facts, said
    index = HOURS.index([Source("system prompt", known)])
    return all(index.entails(fact.value) is not None for fact in facts)
