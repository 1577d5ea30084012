"""
Which word says what a time is for, and whether the unit states that or only wonders.

The last governor before a time owns it, else the first one after it; where verbs come last, one in the same
clause first. "I don't know whether they open at nine" has a governor and states nothing.
"""

from __future__ import annotations

from filterproxy.core.rule import Span
from filterproxy.facts.parts import Item
from filterproxy.facts.unit import Unit

_BREAKS = frozenset((",", ";", "and", "(", ")", "!", "?", "|", "\n"))


def governor(unit: Unit, i: int) -> tuple[int, str]:
    """(index, kind) of what says what the token at *i* is for; (-1, "") when nothing does."""
    before = after = (-1, "")
    if "clause_first" in unit.words.traits and (near := _in_clause(unit, i))[1]:
        return near
    for at, kind in unit.governors:
        if at > i:
            # "When does the film start?" - "At 8, and the doors open at 7": the first is the answer.
            apart = unit.setting.elsewhere and any(unit.kind(k) in _BREAKS for k in range(i, at))
            apart = apart and any(isinstance(part, Item) and part.first > at for part in unit.parts)
            after = after if apart else (at, kind)
            break
        if not _aside(unit, at, kind):
            before = (at, kind)
    return before if before[1] else after


def _clause(unit: Unit, i: int) -> Span:
    """The tokens between the commas and the like about token *i*."""
    ts, first, last = unit.tokens, i, i
    while first > 0 and ts[first - 1].kind not in _BREAKS:
        first -= 1
    while last < len(ts) and ts[last].kind not in _BREAKS:
        last += 1
    return first, last


def _in_clause(unit: Unit, i: int) -> tuple[int, str]:
    """The same within the clause, where verbs come last: what follows has the first say."""
    first, last = _clause(unit, i)
    near = [(at, kind) for at, kind in unit.governors if first <= at < last]
    near = [(at, kind) for at, kind in near if not _aside(unit, at, kind)]
    after = [g for g in near if g[0] >= i and not unit.is_a(g[0], "only_ahead")]
    before = [g for g in near if g[0] < i]
    return after[0] if after else before[-1] if before else (-1, "")


def _aside(unit: Unit, at: int, kind: str) -> bool:
    """ "open for bookings from 9": what it is open for does not own the time."""
    if kind != "foreign":
        return False
    if unit.is_a(at, "meals") and unit.is_a(at - 1, "serving"):
        return True  # "we serve breakfast from 7 to 10"
    return unit.is_a(at - 1, "for") and unit.kind(at - 2) in (
        "open",
        "close",
        "closed",
        "avail",
    )


def asked_whether(unit: Unit, at: int) -> bool:
    """ "unable to find out if they open at nine" """
    near = {unit.word(k) for k in range(max(0, at - 4), at)}
    if at >= 0 and (is_condition(unit, at) or _is_unknown(unit, at)):
        return True
    return at >= 0 and bool(near & unit.words.rules["if"]) and doubted(unit, at)


def is_condition(unit: Unit, at: int) -> bool:
    """ "If they open at nine, ..." """
    return bool(unit.words.rules["if"]) and unit.is_a(_clause(unit, at)[0], "if")


def _is_unknown(unit: Unit, at: int) -> bool:
    """ "I'm not sure they open at nine": what is said not to be known goes on without a break."""
    known = next((k for k in range(at - 1, max(-1, at - 4), -1) if unit.is_a(k, "knowing")), -1)
    if known < 0 or any(unit.kind(k) in _BREAKS for k in range(known, at)):
        return False
    return any(unit.is_a(k, "negations") for k in range(max(0, known - 3), known))


def doubted(unit: Unit, i: int) -> bool:
    """ "I can't say whether they are closed on Sundays" states nothing."""
    first, last = _clause(unit, i) if unit.words.unspaced else (0, i)
    before, rules = {t.word for t in unit.tokens[first:last]}, unit.words.rules
    return (
        bool(before & rules["whether"])
        or bool({t.word for t in unit.tokens[:1]} & rules["first_whether"])
        or (bool(before & rules["negations"]) and bool(before & rules["knowing"]))
        or _wonders(unit, i)
    )


def _wonders(unit: Unit, i: int) -> bool:
    """ "Je vais vérifier si ...", not "Si vous venez ...": a word that may be "if", after one of knowing."""
    known = False
    for token in unit.tokens[:i]:
        if known and token.word in unit.words.rules["soft_whether"]:
            return True
        known = (known or token.word in unit.words.rules["knowing"]) and token.kind != ","
    return False
