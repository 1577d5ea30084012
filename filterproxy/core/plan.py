"""Which rules a reply meets, in which mode."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from filterproxy.core.bound import Bound, Keeps, keeps
from filterproxy.core.canary import acts, conversation_of
from filterproxy.core.gate import Gate, Hold, can_hold
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Mode, Rule, Verb, reads_json
from filterproxy.core.run import Run, runs_of

# Combinations of conditions and canaries that are kept ready: eight canaries make 256, for streams and whole
# replies each. What is large of a plan, its holds, they share (see Run.holds); the rest takes some dozen
# kilobytes. Past this the oldest is worked out anew.
_KEPT_PLANS = 1024


@dataclass(frozen=True)
class Plan:
    """
    The rules for one kind of reply, in order.

    gate: the rulebook's. late: rules that are judged when the reply has gone (see Bound.is_late), and are not
    among *rules*.
    """

    rules: tuple[Bound, ...]
    gate: Gate
    late: tuple[Bound, ...] = ()

    @functools.cached_property
    def withholds(self) -> bool:
        """Whether nothing of a choice may leave before all of it was read: a rule may drop it, or asks."""
        return any((b.changes and b.action.whole) or (b.enforced and self._asks(b)) for b in self.rules)

    @staticmethod
    def _asks(bound: Bound) -> bool:
        return bound.asks and bound.keeps is Keeps.REPLY

    @functools.cached_property
    def asks(self) -> bool:
        """Whether a reply must wait for answers."""
        return any(map(self._asks, self.rules))

    # A plan that kept itself would be a cycle, so that a rulebook's megabytes stay when it has gone.

    @property
    def everything(self) -> Plan:
        """The plan with the late rules in their places: what they read, and what a trial runs."""
        return self._with_late if self.late else self

    @functools.cached_property
    def _with_late(self) -> Plan:
        return Plan(tuple(sorted((*self.rules, *self.late), key=lambda b: b.index)), self.gate)

    @property
    def silent(self) -> Plan:
        """The plan without the rules that ask."""
        return self.without(self._askers)

    @functools.cached_property
    def _askers(self) -> frozenset[int]:
        return frozenset(b.index for b in self.rules if b.asks)

    def without(self, indices: frozenset[int]) -> Plan:
        """The plan without some rules, and without late ones."""
        if not indices and not self.late:
            return self
        if indices not in self._without:
            kept = tuple(b for b in self.rules if b.index not in indices)
            self._without[indices] = Plan(kept, self.gate)
        return self._without[indices]

    @functools.cached_property
    def _without(self) -> dict[frozenset[int], Plan]:
        return {}

    @functools.cached_property
    def reads(self) -> frozenset[str]:
        """Kinds of channel that a session must be given."""
        return self.kinds.union(kind for b in self.late for kind in b.rule.channels)

    @functools.cached_property
    def changes(self) -> bool:
        """Whether any rule can change what leaves."""
        return any(b.enforced and b.action.verb is not Verb.FLAG for b in self.rules)

    @functools.cached_property
    def kinds(self) -> frozenset[str]:
        """Kinds of channel that any rule reads."""
        return frozenset(kind for b in self.rules for kind in b.rule.channels)

    @functools.cached_property
    def _by_kind(self) -> dict[str, Plan]:
        return {
            kind: Plan(tuple(b for b in self.rules if kind in b.rule.channels), self.gate)
            for kind in self.kinds
        }

    def for_kind(self, kind: str) -> Plan:
        """The part of the plan for one kind of channel."""
        return self._by_kind[kind]

    @functools.cached_property
    def by_reading(self) -> tuple[tuple[bool, Plan], ...]:
        """
        Of a text that is JSON: parts of the plan whose rules read it as it stands (True), or value by value.
        """
        groups = itertools.groupby(self.rules, key=lambda b: reads_json(b.rule.match))
        return tuple((whole, Plan(tuple(rules), self.gate)) for whole, rules in groups)

    @functools.cached_property
    def runs(self) -> tuple[Run, ...]:
        return runs_of(self.rules, self.gate)

    @functools.cached_property
    def changers(self) -> Mapping[int, Bound]:
        """The rules that change text, by their indices."""
        return {b.index: b for b in self.rules if b.changes}

    @functools.cached_property
    def _indices(self) -> frozenset[int]:
        return frozenset(b.index for b in self.rules)

    def may_touch(self, text: str) -> bool:
        """Whether any rule could match in *text*; else all of it stays as it is."""
        return not self._indices.isdisjoint(self.gate.names(text))

    @functools.cached_property
    def _until(self) -> dict[int, Plan]:
        return {}

    def until(self, index: int) -> Plan:
        """The plan behind a `drop` by rule *index*: later rules that enforce are not reached."""
        if index not in self._until:
            kept = tuple(b for b in self.rules if b.index <= index or not b.enforced)
            self._until[index] = Plan(kept, self.gate)
        return self._until[index]

    def hold_of(self, bound: Bound) -> Hold | None:
        """The hold of one rule alone; None where it waits for more than what could begin a match."""
        if bound.rule.needs_unit or not can_hold(bound.rule.match):
            return None
        return self.gate.hold((bound.index,))


# What plans differ by: whether a stream is asked for, the attempt, how rules with conditions run.
_Kind = tuple[bool, int, tuple[tuple[int, Mode], ...]]


class Plans:
    """
    Plans of a rulebook, each worked out once.

    rules: in order; those with `mode: off` are left out of every plan. canary_header: name of the
    header whose value says which conversation a request belongs to. without: ids of rules that are left out
    as if they were off. gate: of the same rules, where there is one already.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        canary_header: str = "",
        without: Collection[str] = (),
        gate: Gate | None = None,
    ) -> None:
        here = [(i, r) for i, r in enumerate(rules) if r.mode is not Mode.OFF]
        self._rules = [(i, r) for i, r in here if r.id not in without] if without else here
        self.gate = Gate(list(rules)) if gate is None else gate
        self._conditional = [(i, r) for i, r in self._rules if r.when is not None or _is_canary(r)]
        self._canary_header = canary_header.lower()
        # No lru_cache of a method: it would be a cycle, so that a rulebook's megabytes stay when it has gone.
        self._kept: dict[_Kind, Plan] = {}

    def plan(self, request: Request, attempt: int = 0) -> Plan:
        """The plan for a reply. attempt: how often upstream was asked again already."""
        if not self._conditional:
            return self._plan((request.stream, attempt, ()))
        return self._plan((request.stream, attempt, self._modes(request)))

    def _plan(self, kind: _Kind) -> Plan:
        plan = self._kept.get(kind)
        if plan is None:
            if len(self._kept) >= _KEPT_PLANS:
                del self._kept[next(iter(self._kept))]
            plan = self._kept[kind] = self._build(*kind)
        return plan

    def _modes(self, request: Request) -> tuple[tuple[int, Mode], ...]:
        modes = []
        for index, rule in self._conditional:
            if rule.when is not None and not rule.when(request):
                modes.append((index, Mode.OFF))
            elif _is_canary(rule):
                modes.append((index, self._canary(rule, request)))
        return tuple(modes)

    def _canary(self, rule: Rule, request: Request) -> Mode:
        here = acts(rule.id, rule.rollout, conversation_of(request, self._canary_header))
        return Mode.CANARY if here else Mode.SHADOW

    def _build(self, stream: bool, attempt: int, modes: tuple[tuple[int, Mode], ...]) -> Plan:
        decided: Mapping[int, Mode] = dict(modes)
        bound = []
        for index, rule in self._rules:
            mode = decided.get(index, rule.mode)
            if mode is Mode.OFF:
                continue
            action = _after(rule.action_for(stream), attempt)
            held = Keeps.NOTHING if mode is Mode.SHADOW else keeps(rule, action)
            bound.append(Bound(index, rule, action, mode, held))
        now = tuple(b for b in bound if not b.is_late)
        return Plan(now, self.gate, tuple(b for b in bound if b.is_late))


def _is_canary(rule: Rule) -> bool:
    return rule.mode is Mode.ENFORCE and rule.rollout < 1


def _after(action: Action, attempt: int) -> Action:
    """What a `retry` comes to once upstream was asked again *attempt* times."""
    while action.verb is Verb.RETRY and attempt >= action.tries:
        assert action.then is not None
        action = action.then
    return action
