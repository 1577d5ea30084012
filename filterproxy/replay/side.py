"""One rulebook as a replay runs it, and what came of one exchange under it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

from filterproxy.answers import Inline, functions
from filterproxy.core.plan import Plan, Plans
from filterproxy.core.request import Request
from filterproxy.core.rule import Mode, Rule, Verb
from filterproxy.core.verdict import Channel, Hit
from filterproxy.corpus.exchange import Exchange
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.conditions import When
from filterproxy.rulebook.document import Document
from filterproxy.trial import Trial, run, settings

# A rule's time may run out because the machine was busy; only one that does so each time is too slow.
_TRIES = 3
_NANOSECONDS = 1_000_000_000


@dataclass(slots=True)
class RuleOutcome:
    """
    What one rule did to one exchange.

    fired: it had a match that nothing excused. excused: it had matches, and all were excused. marginal: it
    fired, and without it no enforcing rule would have touched the reply. failed: it could not be judged.
    """

    rule: str
    fired: bool = False
    excused: bool = False
    marginal: bool = False
    failed: bool = False
    nanoseconds: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What came of one exchange under one rulebook.

    outcome: the gravest of any choice. reads: what the client reads on each channel; None: an error in place
    of that choice. evaluated: see Side.evaluated. rules: those that had a match or a fault, or took time.
    """

    outcome: str
    dropped: bool
    withheld: bool
    asked: bool
    unscanned: bool
    nanoseconds: int
    evaluated: str
    rules: tuple[RuleOutcome, ...]
    hits: tuple[Hit, ...]
    reads: tuple[tuple[Channel, str | None], ...]

    def fired(self) -> frozenset[str]:
        """Ids of the rules that had a match which nothing excused."""
        return frozenset(rule.rule for rule in self.rules if rule.fired)


def acts(hit: Hit) -> bool:
    """Whether something comes of a match: it is enforced, and more than counted."""
    return not hit.excuse and hit.mode != Mode.SHADOW and hit.action != Verb.FLAG


@dataclass(frozen=True, slots=True)
class _Lacking(Inline):
    """Answers for a chain without some rules: those that cannot be run here, and one that is left out."""

    lacks: frozenset[str] = frozenset()

    def can(self, rule: Rule) -> bool:
        return rule.id not in self.lacks


class _Seen(Plans):
    """Plans that remember which one was met last."""

    met: Plan

    def plan(self, request: Request, attempt: int = 0) -> Plan:
        self.met = super().plan(request, attempt)
        return self.met


class Side:
    """
    A compiled rulebook at work. Built once in each process.

    rules: ids, in order. digests: what each does, by id, told apart. not_run: those that ask somebody who is
    not asked here. by_header, by_name: those whose `when` names headers, or a model or route. Raises
    ValueError for a function that is none.
    """

    def __init__(self, document: Document, allowed: Sequence[str] = ()) -> None:
        book = compile(document)
        self._background = book.background
        self._plans = _Seen(book.rules)
        here = Inline(functions(allowed))
        # CPU time of this thread: an engine lets others run while it searches, and by the wall clock a rule
        # pays for the reader beside it (seen: 30 times its own cost).
        self._settings = settings(time.thread_time)
        self._kept: dict[int, tuple[Plan, str]] = {}
        self.rules = tuple(rule.id for rule in book.rules)
        self.digests = {info.id: info.digest for info in book.infos}
        running = [rule for rule in book.rules if rule.mode is not Mode.OFF]
        whens = [(rule.id, rule.when) for rule in running if isinstance(rule.when, When)]
        self.not_run = tuple(rule.id for rule in running if not here.can(rule))
        self._answers = _Lacking(here.allowed, frozenset(self.not_run))
        self.by_header = tuple(id for id, when in whens if when.headers)
        self.by_name = tuple(id for id, when in whens if when.model or when.route)

    def outcome(self, exchange: Exchange) -> Outcome:
        """What becomes of *exchange*."""
        began = time.thread_time_ns()
        trial = self._steady(exchange)
        spent = time.thread_time_ns() - began
        plan = self._answers.plan(self._plans.met)
        return Outcome(
            trial.verdict.outcome.value,
            bool(trial.dropped),
            bool(trial.withheld),
            bool(trial.asked),
            bool(trial.verdict.unscanned),
            spent,
            self._evaluated(plan),
            tuple(self._rules(exchange, trial, plan)),
            tuple(trial.verdict.hits),
            _reads(exchange, trial),
        )

    def _steady(self, exchange: Exchange) -> Trial:
        for _ in range(_TRIES):
            trial = self._run(exchange, self._answers)
            if not any(fault.cause == "timeout" for fault in trial.verdict.faults):
                break
        return trial

    def _run(self, exchange: Exchange, answers: Inline) -> Trial:
        request = exchange.request()
        request.background = self._background
        return run(
            self._plans, request, exchange.texts, self._settings, answers, whole=True, own=exchange.own
        )

    def _evaluated(self, plan: Plan) -> str:
        """Which rules were run, as places in the rulebook: "0,1,4"."""
        known = self._kept.get(id(plan))
        if known is None:
            if len(self._kept) >= _KEPT_PLANS:
                self._kept.clear()
            # The plan is kept with it: its id would be another's otherwise.
            known = self._kept[id(plan)] = (plan, ",".join(str(bound.index) for bound in plan.rules))
        return known[1]

    def _rules(self, exchange: Exchange, trial: Trial, plan: Plan) -> list[RuleOutcome]:
        found: dict[str, RuleOutcome] = {}
        verdict = trial.verdict
        for rule, seconds in verdict.seconds.items():
            _of(found, rule).nanoseconds = int(seconds * _NANOSECONDS)
        for fault in verdict.faults:
            _of(found, fault.rule).failed = True
        for hit in verdict.hits:
            _of(found, hit.rule).fired |= not hit.excuse
            _of(found, hit.rule).excused |= bool(hit.excuse)
        acting = {hit.rule for hit in verdict.hits if acts(hit)} | set(trial.asked)
        for outcome in found.values():
            outcome.excused &= not outcome.fired
            outcome.marginal = outcome.fired and self._is_marginal(outcome.rule, exchange, acting, plan)
        return list(found.values())

    def _is_marginal(self, rule: str, exchange: Exchange, acting: set[str], plan: Plan) -> bool:
        """
        Whether no enforcing rule but this one touches the reply: told by leaving it out of the chain, since
        behind a rule that drops, cuts or edits others do not see what they would have seen.
        """
        if acting - {rule}:
            return False
        others = any(b.enforced and b.action.verb is not Verb.FLAG and b.rule.id != rule for b in plan.rules)
        if rule not in acting or not others:
            return True
        lacking = _Lacking(self._answers.allowed, self._answers.lacks | {rule})
        without = self._run(exchange, lacking)
        return not without.asked and not any(map(acts, without.verdict.hits))


# As core.plan.Plans keeps; what it lets go must not stay in memory for our sake.
_KEPT_PLANS = 64


def _of(found: dict[str, RuleOutcome], rule: str) -> RuleOutcome:
    return found.setdefault(rule, RuleOutcome(rule))


def _reads(exchange: Exchange, trial: Trial) -> tuple[tuple[Channel, str | None], ...]:
    """What the client reads on each channel that upstream wrote to; of a dropped choice, its `say` once."""
    found: dict[Channel, str | None] = {}
    for channel, _ in exchange.texts:
        if trial.withheld:
            found[channel] = None
        elif channel.choice in trial.dropped:
            found[Channel(channel.choice, "content")] = trial.dropped[channel.choice]
        else:
            found[channel] = trial.texts.get(channel, "")
    # What a rule adds where upstream wrote nothing.
    for channel, text in trial.texts.items():
        if text and channel not in found:
            found[channel] = text
    return tuple(sorted(found.items()))


# Two are compared; a process that serves several replays one after the other keeps a few more.
_KEPT_SIDES = 4
_sides: dict[tuple[str, tuple[str, ...]], Side] = {}


def side_of(document: Document, allowed: Sequence[str] = ()) -> Side:
    """
    The rulebook of *document*, compiled once in each process. Raises ValueError for a function that is none.
    """
    key = document["hash"], tuple(allowed)
    side = _sides.get(key)
    if side is None:
        if len(_sides) >= _KEPT_SIDES:
            del _sides[next(iter(_sides))]
        side = _sides[key] = Side(document, allowed)
    return side


def identity(exchange: Exchange) -> str:
    """SHA-256 in hexadecimal over all of an exchange that an outcome may depend on."""
    about = (exchange.hash, exchange.model, exchange.route, exchange.stream, exchange.json, exchange.complete)
    # Without marks as it always was: corpora that journals name keep their hash.
    return hashlib.sha256(repr((*about, *exchange.marks)).encode("utf-8", "backslashreplace")).hexdigest()
