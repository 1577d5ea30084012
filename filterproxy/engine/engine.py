"""The rulebook at work in one worker: sessions for replies, and rules that are suspended for being slow."""

from __future__ import annotations

import contextlib
import copy
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import replace

from filterproxy import facts
from filterproxy.config import Config
from filterproxy.core.asking import Needs
from filterproxy.core.plan import Plan, Plans
from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Rule
from filterproxy.core.session import Session, Settings, Withheld
from filterproxy.core.verdict import Channel, Verdict
from filterproxy.dialects.json_text import JsonStrings
from filterproxy.language import request_language
from filterproxy.metrics import Metrics
from filterproxy.rulebook.book import Rulebook

# Something of all that detectors look for, so that none of them ends at its first glance.
_SAMPLE = (
    "Hello Zoë, we are open Monday to Friday from 9:30 am to 6 p.m. and closed on Sundays. "
    "Der Eintritt kostet 12,50 € oder $14.00, 20 % weniger ab dem 24.12.2025; 3 von 10 kommen wieder. "
    "Write to jane@example.com, call +49 30 1234567, pay 4111 1111 1111 1111 to DE89 3704 0044 0532 0130 00 "
    "or see https://example.com/a?b=c at 12 Main Street, 192.0.2.7. 日本語。\n- one\n- two, two, two"
)
# Plans whose conditional rules are remembered. Past this all are worked out anew.
_KEPT_PLANS = 512


class Engine:
    """
    One rulebook, ready to judge. A change of rules is another engine; a reply keeps the one it began with.

    clock: seconds from any origin. everywhere: ids of rules that need not be counted reply by reply, since
    every reply meets them; None: those without a condition.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        config: Config,
        metrics: Metrics,
        clock: Callable[[], float] = time.perf_counter,
        everywhere: Collection[str] | None = None,
    ) -> None:
        self.rulebook = rulebook
        self._canary_header = config.canary_header
        self._plans = Plans(rulebook.rules, config.canary_header)
        self._metrics = metrics
        self._clock = clock
        self._settings = Settings(
            clock=clock,
            language_of=request_language,
            strings=JsonStrings(),
            limit=config.held_limit,
            unscanned_passes=config.unscanned == "pass",
        )
        self._suspend_after = config.suspend_after
        self._suspend_within = config.suspend_within_seconds
        self._late: dict[str, deque[float]] = {}
        if everywhere is None:
            everywhere = [rule.id for rule in rulebook.rules if rule.when is None]
        self._counted = frozenset(rule.id for rule in rulebook.rules).difference(everywhere)
        self._conditional_of: dict[int, tuple[Plan, tuple[str, ...]]] = {}
        self._warm_up()

    def without(self, killed: Collection[str]) -> Engine:
        """
        The same engine, with some rules left out as if they were off; what it counts goes on.

        The rulebook stays as it is: what is stored of replies is redacted by a killed rule all the same.
        """
        other = copy.copy(self)
        other._plans = Plans(self.rulebook.rules, self._canary_header, killed, self._plans.gate)
        other._conditional_of = {}
        other._try_plans()
        return other

    def session(self, request: Request, attempt: int = 0, *, asking: bool = True) -> Session:
        """
        A session for a reply. attempt: how often upstream was asked again already. asking: False for one of
        rules that need no answers.
        """
        request.background = self.rulebook.background
        plan = self._plans.plan(request, attempt)
        return Session(plan if asking else plan.silent, request, self._settings)

    def judge_later(self, session: Session, request: Request) -> Verdict:
        """
        What the late rules of a session say that has ended (see Plan.late). Raises Needs.

        They read what they would have read in their places, so that all rules run again; what the others say
        was counted before.
        """
        sent, late = session.sent or {}, {bound.rule.id for bound in session.plan.late}
        again = Session(session.plan.everything, request, self._settings)
        again.whole = True
        with contextlib.suppress(Withheld):
            for channel, texts in sent.items():
                if channel.kind == "content":
                    again.expect_content(channel.choice)
                again.feed(channel, "".join(texts))
            again.end()
        found = again.verdict
        return Verdict(
            hits=[hit for hit in found.hits if hit.rule in late],
            faults=[fault for fault in found.faults if fault.rule in late],
            seconds={rule: seconds for rule, seconds in found.seconds.items() if rule in late},
        )

    def met(self, session: Session) -> None:
        """Count a reply for the rules that were there for it, and are not for every one."""
        if self._counted:
            self._metrics.conditional(self._conditional_in(session.plan))

    def observe_verdict(self, verdict: Verdict) -> None:
        """Count what rules said, also later than the others, and suspend those that were late too often."""
        self._metrics.judged(verdict)
        if verdict.faults:
            self._watch(verdict)

    @property
    def clock(self) -> Callable[[], float]:
        """What times are measured with."""
        return self._clock

    @property
    def suspended(self) -> frozenset[str]:
        """Ids of rules that are not run any more."""
        return self._settings.suspended

    def _watch(self, verdict: Verdict) -> None:
        for fault in verdict.faults:
            if fault.cause == "timeout":
                self._note_late(fault.rule)

    def _note_late(self, rule: str) -> None:
        now = self._clock()
        times = self._late.setdefault(rule, deque(maxlen=self._suspend_after))
        times.append(now)
        slow = len(times) == self._suspend_after and now - times[0] <= self._suspend_within
        if slow and rule not in self._settings.suspended:
            self._settings = replace(self._settings, suspended=self._settings.suspended | {rule})
            self._metrics.suspended(rule)

    def _conditional_in(self, plan: Plan) -> tuple[str, ...]:
        # Equal plans are one object here, and asking that is cheaper than comparing their rules.
        kept = self._conditional_of.get(id(plan))
        if kept is None or kept[0] is not plan:
            if len(self._conditional_of) >= _KEPT_PLANS:
                self._conditional_of.clear()
            ids = tuple(b.rule.id for b in plan.everything.rules if b.rule.id in self._counted)
            kept = self._conditional_of[id(plan)] = (plan, ids)
        return kept[1]

    def _warm_up(self) -> None:
        """Work out what is worked out on first use, so that no reply waits for it."""
        turns = (Turn("system", _SAMPLE), Turn("user", _SAMPLE))
        asked = Request(turns=turns, background=self.rulebook.background)
        for rule in self.rulebook.rules:
            _try_out(rule, asked)
        facts.prepare()
        self._try_plans()

    def _try_plans(self) -> None:
        """Work out the plans of a request without a condition."""
        for stream in (False, True):
            session = self.session(Request(stream=stream))
            session.whole = not stream  # a whole reply needs no hold, which takes megabytes
            session.expect_content(0)
            with contextlib.suppress(Withheld, Needs):
                session.feed(Channel(0, "content"), "All is well. ")
                session.end()


def _try_out(rule: Rule, request: Request) -> None:
    """Ask a rule's detector and excuses once. What they cannot judge is said when a reply has it."""
    all_of_it = (0, len(_SAMPLE))
    with contextlib.suppress(Exception):
        rule.match.find(_SAMPLE, 0, all_of_it, request)
    for excuse in rule.unless:
        with contextlib.suppress(Exception):
            excuse(_SAMPLE, all_of_it, all_of_it, request)
