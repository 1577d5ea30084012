"""
One reply through a rulebook, offline: what `try`, `test` and `/explain` share.

The engine is the one that serves; only the wire is missing. Upstream cannot be asked again here, so a `retry`
comes to what stands under its `then`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from filterproxy.answers import Inline
from filterproxy.core.asking import Needs
from filterproxy.core.bound import Bound
from filterproxy.core.plan import Plan, Plans
from filterproxy.core.request import Request
from filterproxy.core.rule import Mode, Rule, Span
from filterproxy.core.session import Ending, Session, Settings, Withheld
from filterproxy.core.verdict import Channel, Fault, Hit, Verdict
from filterproxy.dialects.json_text import JsonStrings
from filterproxy.language import request_language
from filterproxy.rulebook.book import Example, Rulebook

Delta = tuple[Channel, str]

CONTENT = Channel(0, "content")

# Texts up to this are cut at every place; longer ones at as many places, spread at random but the same
# each time. A rule's memory of a text is a match long, and examples are seldom longer than this.
CUTS_LIMIT = 100

_NONE_ALLOWED = Inline()
_NOTHING_OWN: Mapping[Channel, Sequence[Span]] = {}


@dataclass(frozen=True, slots=True)
class Trial:
    """
    What came of a reply.

    texts: what the client reads on each channel. dropped: for each dropped choice what it reads instead;
    None: an error in place of the reply. asked: rules that wanted upstream to be asked again. withheld: why
    the reply could not be delivered at all, "" when it could. not_run: rules that ask somebody who
    was not asked.
    """

    texts: Mapping[Channel, str]
    verdict: Verdict
    dropped: Mapping[int, str | None] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    withheld: str = ""
    not_run: tuple[str, ...] = ()

    def text(self, channel: Channel = CONTENT) -> str:
        """What the client reads in a channel's place."""
        if channel.choice in self.dropped:
            return self.dropped[channel.choice] or ""
        return self.texts.get(channel, "")

    def fired(self) -> tuple[str, ...]:
        """Ids of the rules that had a match which nothing excused, in the order of their first one."""
        return tuple(dict.fromkeys(hit.rule for hit in self.verdict.hits if not hit.excuse))

    def essence(self) -> tuple[Any, ...]:
        """What must be the same however a reply was cut."""
        texts = tuple(sorted((channel, text) for channel, text in self.texts.items() if text))
        hits = sorted(
            (h.rule, h.channel, h.start, h.end, h.action, h.mode, h.excuse) for h in self.verdict.hits
        )
        return texts, tuple(hits), tuple(sorted(self.dropped.items())), self.asked, self.withheld


def settings(clock: Callable[[], float] = time.perf_counter) -> Settings:
    """The settings under which replies are tried."""
    return Settings(clock=clock, language_of=request_language, strings=JsonStrings())


def run(
    plans: Plans,
    request: Request,
    deltas: Sequence[Delta],
    given: Settings | None = None,
    answers: Inline = _NONE_ALLOWED,
    *,
    whole: bool = False,
    own: Mapping[Channel, Sequence[Span]] = _NOTHING_OWN,
) -> Trial:
    """
    A reply, in the pieces in which it came, through the plan that its request meets.

    answers: to what rules ask; those that it cannot answer are left out of the chain, and named. whole:
    nobody asks what could have left when, which spares work. own: with `whole`, see Session.
    """
    given = given or settings()
    asked: list[str] = []
    attempt = 0
    while True:
        met = plans.plan(request, attempt)
        try:
            trial, ask = _once(answers.plan(met), request, deltas, given, whole, own)
        except Needs as needs:
            answers.fetch(request, needs.questions)
            continue
        if ask is None:
            missing = tuple(b.rule.id for b in met.everything.rules if not answers.can(b.rule))
            return Trial(trial.texts, trial.verdict, trial.dropped, tuple(asked), trial.withheld, missing)
        asked.append(ask.rule.id)
        attempt = ask.action.tries


def _once(
    plan: Plan,
    request: Request,
    deltas: Sequence[Delta],
    given: Settings,
    whole: bool,
    own: Mapping[Channel, Sequence[Span]],
) -> tuple[Trial, Bound | None]:
    session = Session(plan, request, given)
    session.whole = whole
    session.own = own
    texts: dict[Channel, str] = {}
    try:
        for channel in dict.fromkeys(channel for channel, _ in deltas):
            if channel.kind == CONTENT.kind:
                session.expect_content(channel.choice)
        for channel, text in deltas:
            _add(texts, channel, session.feed(channel, text))
        ending: Ending = session.end()
        for channel, pieces in ending.pieces.items():
            _add(texts, channel, pieces)
    except Withheld as withheld:
        return Trial({}, session.verdict, withheld=str(withheld)), None
    kept = {channel: text for channel, text in texts.items() if channel.choice not in ending.dropped}
    return Trial(kept, session.verdict, ending.dropped), ending.ask


def _add(texts: dict[Channel, str], channel: Channel, pieces: Iterable[Any]) -> None:
    texts[channel] = texts.get(channel, "") + "".join(piece.text for piece in pieces)


def deltas_of(text: Sequence[str], channel: Channel = CONTENT) -> list[Delta]:
    """The pieces of one text as deltas of one channel."""
    return [(channel, piece) for piece in text]


def cuts(text: str, limit: int = CUTS_LIMIT) -> Iterator[list[str]]:
    """*text* whole, code point by code point, and cut once at every place (of a long one: at *limit*)."""
    yield [text]
    if len(text) < 2:
        return
    yield list(text)
    places: Sequence[int] = range(1, len(text))
    if len(places) > limit:
        places = sorted(random.Random(len(text)).sample(places, limit))
    for place in places:
        yield [text[:place], text[place:]]


@dataclass(frozen=True, slots=True)
class Finding:
    """
    What one rule said about a reply.

    mode: as it held for this reply; "off" for a rule that is off, "not asked" for one whose `when` did not
    hold, "not run" for one that asks somebody who was not asked.
    """

    rule: str
    pack: str
    mode: str
    action: str
    hits: tuple[Hit, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def fired(self) -> bool:
        """Whether a match was left that nothing excused."""
        return any(not hit.excuse for hit in self.hits)

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts; offsets are code points of the text as upstream sent it."""
        return {
            "rule": self.rule,
            "pack": self.pack,
            "mode": self.mode,
            "action": self.action,
            "fired": self.fired,
            "matches": [_hit_json(hit) for hit in self.hits],
            "faults": [{"cause": fault.cause, "policy": fault.policy} for fault in self.faults],
        }


def _hit_json(hit: Hit) -> dict[str, Any]:
    return {
        "choice": hit.channel.choice,
        "channel": hit.channel.kind,
        "start": hit.start,
        "end": hit.end,
        "excuse": hit.excuse,
    }


def findings(
    rulebook: Rulebook, plan: Plan, verdict: Verdict, not_run: Collection[str] = ()
) -> list[Finding]:
    """What each rule of the book said, in order, also those that had nothing to say."""
    bound = {b.index: b for b in plan.rules}
    found = []
    for index, (rule, info) in enumerate(zip(rulebook.rules, rulebook.infos, strict=True)):
        here = bound.get(index)
        idle = "off" if rule.mode is Mode.OFF else "not run" if rule.id in not_run else "not asked"
        found.append(
            Finding(
                rule.id,
                info.pack,
                here.mode.value if here else idle,
                (here.action if here else rule.action).verb.value,
                tuple(hit for hit in verdict.hits if hit.rule == rule.id),
                tuple(fault for fault in verdict.faults if fault.rule == rule.id),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Explanation:
    """A trial of one text, rule by rule."""

    reply: str
    channel: Channel
    trial: Trial
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts. text: what the client reads; None: an error in its place."""
        trial = self.trial
        error = bool(trial.withheld) or trial.dropped.get(self.channel.choice, "") is None
        return {
            "text": None if error else trial.text(self.channel),
            "changed": error or trial.text(self.channel) != self.reply,
            "outcome": trial.verdict.outcome.value,
            "dropped": self.channel.choice in trial.dropped,
            "asked_again": list(trial.asked),
            "withheld": trial.withheld,
            "unscanned": dict(trial.verdict.unscanned),
            "rules": [finding.as_json() for finding in self.findings],
        }


def explain(
    rulebook: Rulebook,
    plans: Plans,
    request: Request,
    reply: str,
    channel: Channel = CONTENT,
    answers: Inline = _NONE_ALLOWED,
) -> Explanation:
    """What every rule says about *reply*, and what the client would read."""
    request.background = rulebook.background
    trial = run(plans, request, [(channel, reply)], answers=answers)
    attempt = max((b.action.tries for b in plans.plan(request).rules if b.rule.id in trial.asked), default=0)
    plan = answers.plan(plans.plan(request, attempt))
    return Explanation(reply, channel, trial, tuple(findings(rulebook, plan, trial.verdict, trial.not_run)))


def fired_on(rules: Sequence[Rule]) -> Callable[[Example], tuple[str, ...]]:
    """What says which of some rules, run in their order, fire on an example's reply, the first one first."""
    plans = Plans(rules)

    def fired(example: Example) -> tuple[str, ...]:
        return run(plans, example.request(), [(Channel(0, example.channel), example.reply)]).fired()

    return fired
