"""Which rules a reply meets, in which mode, and what that means for its stream."""

from __future__ import annotations

import bisect
import functools
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from filterproxy.core.asking import askers_of
from filterproxy.core.canary import acts, conversation_of
from filterproxy.core.gate import Gate, Hold, can_hold
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Mode, Rule, Scope, Verb, reads_json

# Combinations of conditions and canaries that are kept ready: eight canaries make 256, for streams and whole
# replies each. What is large of a plan, its holds, they share (see Bound.holds); the rest takes some dozen
# kilobytes. Past this the oldest is worked out anew.
_KEPT_PLANS = 1024


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

    index: its place in the rulebook. mode: enforce, canary, shadow. may_act: whether it acts here, or as a
    canary in other conversations.
    """

    index: int
    rule: Rule
    action: Action
    mode: Mode
    keeps: Keeps
    may_act: bool

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
        """
        Whether the hold of its run counts it: it waits for no more than what could begin its match.

        So does a canary where it only looks on. Else each combination of canaries would want a hold of its
        own, the most that a plan costs; now text waits there, too, for what could begin a canary's match.
        """
        return (
            self.may_act
            and self.action.changes
            and self.rule.scope is Scope.REPLY
            and can_hold(self.rule.match)
            and keeps(self.rule, self.action) is not Keeps.REPLY
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


def _ends_run(bound: Bound) -> bool:
    """Whether the next rule may read another text than this one even when nothing was changed."""
    return stands_alone(bound) or (bound.enforced and bound.action.verb is Verb.APPEND)


def _clash(run: Sequence[Bound], bound: Bound) -> bool:
    """Whether *bound* waits for another unit than a rule of the run does."""
    unit = bound.unit if bound.changes else None
    return unit is not None and any(b.changes and b.unit not in (None, unit) for b in run)


@dataclass(frozen=True)
class Run:
    """
    Consecutive rules of a plan, in order: those that change text, and those that read it at its end.

    gate: the plan's. part_of: the run that came apart into this one and others, whose hold it keeps: making
    one of its own would cost more than what it lets go.
    """

    changers: tuple[Bound, ...]
    observers: tuple[Bound, ...]
    gate: Gate
    part_of: Run | None = None

    @property
    def bounds(self) -> tuple[int, int]:
        """The indices of the first and the last rule that changes text; there must be one."""
        return self.changers[0].index, self.changers[-1].index

    def parted(self, at: Bound) -> tuple[Run, Run]:
        """The rules before *at*, which changes text, and those behind it."""
        whole = self.part_of or self
        here, there = _place(self.changers, at.index), _place(self.observers, at.index)
        return (
            Run(self.changers[:here], self.observers[:there], self.gate, whole),
            Run(self.changers[here + 1 :], self.observers[there:], self.gate, whole),
        )

    @functools.cached_property
    def unit(self) -> Scope | None:
        """The unit at whose bounds alone text leaves, where a rule waits for such a unit."""
        if self.part_of is not None and self.part_of.unit is None:
            return None
        return next((b.unit for b in self.changers if b.unit is not None), None)

    @functools.cached_property
    def whole(self) -> bool:
        """Whether a rule must see all of the text before any of it may leave."""
        if self.part_of is not None and not self.part_of.whole:
            return False
        return any(b.keeps is Keeps.REPLY for b in self.changers)

    @functools.cached_property
    def hold(self) -> Hold:
        """What could begin a match of any of these rules that wait for no more than that."""
        if self.part_of is not None:
            return self.part_of.hold
        return self.gate.hold(tuple(sorted(b.index for b in (*self.changers, *self.observers) if b.holds)))

    @property
    def alone(self) -> Bound | None:
        """The only rule, where it counts along the text."""
        first = self.changers[0] if self.changers else None
        return first if first is not None and stands_alone(first) else None


def _place(rules: Sequence[Bound], index: int) -> int:
    return bisect.bisect_left(rules, index, key=lambda b: b.index)


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
        """The rules in runs that can share their scans; one that counts along the text is alone."""
        runs: list[list[Bound]] = []
        for bound in self.rules:
            last = runs[-1] if runs else None
            if last is None or stands_alone(bound) or _ends_run(last[-1]) or _clash(last, bound):
                runs.append([bound])
            else:
                last.append(bound)
        return tuple(
            Run(tuple(b for b in run if b.changes), tuple(b for b in run if not b.changes), self.gate)
            for run in runs
        )

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
            may_act = mode is not Mode.SHADOW or _is_canary(rule)
            bound.append(Bound(index, rule, action, mode, held, may_act))
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
