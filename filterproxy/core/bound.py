"""A rule as it holds for one reply, and what that makes a stream wait for."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import Enum

from filterproxy.core.asking import askers_of
from filterproxy.core.gate import can_hold
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Mode, Rule, Scope, Verb


class Keeps(Enum):
    """How much a rule can make a stream wait."""

    NOTHING = "nothing"
    MATCH = "what could begin a match"
    SENTENCE = "each sentence to its end"
    LINE = "each line to its end"
    REPLY = "the whole reply"


@dataclass(frozen=True)
class Bound:
    """
    A rule as it holds for one reply.

    index: its place in the rulebook. mode: enforce, canary, shadow.
    """

    index: int
    rule: Rule
    action: Action
    mode: Mode
    keeps: Keeps

    @functools.cached_property
    def enforced(self) -> bool:
        return self.mode is not Mode.SHADOW

    @functools.cached_property
    def asks(self) -> bool:
        """Whether it needs answers that the core cannot work out (see core.asking)."""
        return bool(askers_of(self.rule))

    @functools.cached_property
    def is_late(self) -> bool:
        """Whether it asks and only looks, so that no reply need wait for the answers."""
        return self.asks and (not self.enforced or self.action.verb is Verb.FLAG)

    @functools.cached_property
    def changes(self) -> bool:
        """Whether text can leave differently because of it while it streams."""
        return self.enforced and self.action.changes

    @functools.cached_property
    def holds(self) -> bool:
        """Whether text waits for what could begin its match, and for no more than that."""
        return (
            self.changes
            and self.keeps is not Keeps.REPLY
            and self.rule.scope is Scope.REPLY
            and can_hold(self.rule.match)
        )

    @functools.cached_property
    def unit(self) -> Scope | None:
        """The unit at whose bounds its text may leave; None: anywhere."""
        return {Keeps.SENTENCE: Scope.SENTENCE, Keeps.LINE: Scope.LINE}.get(self.keeps)


def keeps(rule: Rule, action: Action) -> Keeps:
    """What an enforced rule makes a stream wait for."""
    if action.verb is not Verb.FLAG and askers_of(rule):
        return Keeps.REPLY
    if action.verb in (Verb.FLAG, Verb.APPEND):
        return Keeps.NOTHING
    if action.whole:
        return Keeps.REPLY
    if rule.scope is Scope.REPLY:
        if rule.needs_unit or not (can_hold(rule.match) or walks(rule)):
            return Keeps.REPLY
        return {Scope.SENTENCE: Keeps.SENTENCE, Scope.LINE: Keeps.LINE}.get(action.unit, Keeps.MATCH)
    if Scope.LINE in (rule.scope, action.unit):
        # The two do not nest: a line that is too long is cut in the middle of a sentence.
        return Keeps.LINE if Scope.SENTENCE not in (rule.scope, action.unit) else Keeps.REPLY
    return Keeps.SENTENCE


def walks(rule: Rule) -> bool:
    """Whether the rule's detector counts along the text (see core.rule.Walker)."""
    walk = getattr(rule.match, "walk", None)
    return walk is not None and walk(Request()) is not None


def stands_alone(bound: Bound) -> bool:
    """Whether its detector counts along the text, so that no gate can speak for it."""
    return bound.changes and bound.rule.scope is Scope.REPLY and walks(bound.rule)
