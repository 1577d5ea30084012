"""
Warnings about what a rule says of itself: proof, reason, age; and about what it makes a stream wait for.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from filterproxy.core.bound import Keeps
from filterproxy.rulebook.lint.finding import Finding
from filterproxy.rulebook.lint.written import Written
from filterproxy.rulebook.outline import Line
from filterproxy.rulebook.problem import Place, Problem

# From the shortest wait to the longest; a sentence and a line are alike, as neither is always the longer one.
_WAITS = {Keeps.NOTHING: 0, Keeps.MATCH: 1, Keeps.SENTENCE: 2, Keeps.LINE: 2, Keeps.REPLY: 3}


@dataclass(frozen=True, slots=True)
class Bounds:
    """
    today: the day by which rules expire. soon_days: so long before they are told of. wait: the longest one.
    """

    today: datetime.date
    soon_days: int = 30
    wait: Keeps = Keeps.SENTENCE


def of_rule(rule: Written, line: Line, bounds: Bounds) -> Iterator[Finding]:
    """Of one rule. line: the outline's."""
    if not any(rule.form["examples"].values()):
        yield Finding(_no_examples(rule.place), rule.id)
    if not rule.form["why"].strip():
        yield Finding(_no_why(rule.place), rule.id)
    yield from _of_age(rule, bounds)
    if _WAITS[Keeps(line.keeps)] > _WAITS[bounds.wait]:
        yield Finding(_waits(rule, line), rule.id)


def _no_examples(place: Place) -> Problem:
    return Problem(
        place,
        "FW007",
        "this rule has no examples",
        "`filterproxy test` cannot say whether it works, nor whether it still does after an edit",
        "add `examples:` with a reply that it must `hit`, and one that it must `pass`",
    )


def _no_why(place: Place) -> Problem:
    return Problem(
        place,
        "FW008",
        "neither this rule nor its pack says why",
        "whoever finds it in a year cannot tell whether it is still wanted",
        "add `why:` with the sentence that you would tell a colleague",
    )


def _of_age(rule: Written, bounds: Bounds) -> Iterator[Finding]:
    expires = rule.form["expires"]
    if expires is None:
        return
    days = (datetime.date.fromisoformat(expires) - bounds.today).days
    place = rule.node.at(("expires",)).place
    fix = "look whether it is still wanted; then write a later day, or take the rule out"
    if days < 0:
        why = "it still runs as before: the day only says when to look at it again"
        yield Finding(Problem(place, "FW009", f"this rule expired on {expires}", why, fix), rule.id)
    elif days <= bounds.soon_days:
        when = "today" if not days else "tomorrow" if days == 1 else f"in {days} days"
        why = "it goes on running: the day only says when to look at it again"
        yield Finding(Problem(place, "FW010", f"this rule expires {when}", why, fix), rule.id)


def _waits(rule: Written, line: Line) -> Problem:
    key = "streamed" if "streamed" in rule.node.keys else "action"
    fix = "if that is meant, allow it: `# allow FW006` behind the id"
    if line.cut_helps:
        fix = f"`streamed: cut` would let it stream; {fix}"
    return Problem(
        rule.node.at((key,)).place,
        "FW006",
        f"a stream waits for {line.keeps}",
        "the one who reads sees nothing until then",
        fix,
    )
