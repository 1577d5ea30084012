"""
What the shipped rulebook costs a reply: in this process, without a network, CPU only.

A reply is *quiet* where the gate names no rule. Rules that the gate can say nothing of always run; they are
measured apart, so that both figures are there: with them, and the rulebook without them. Ratios are to one
pass of the pattern by which a team would find clock times, with `regex`, over the same text.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import median

import regex

from filterproxy.core.plan import Plans
from filterproxy.core.request import Request, Turn
from filterproxy.core.session import Session, Settings
from filterproxy.core.verdict import Channel
from filterproxy.dialects.json_text import JsonStrings
from filterproxy.language import request_language
from filterproxy.rulebook.compile import compile as compile_rules
from filterproxy.rulebook.load import load, shipped_rules
from tests.bench.said import said_replies

CLOCK_TIME = regex.compile(
    r"\b(?:[01]?\d|2[0-3])(?:(?::|\.)[0-5]\d)?\s?[ap]\.?m\b|\b(?:[01]?\d|2[0-3]):[0-5]\d\b",
    regex.V1 | regex.IGNORECASE,
)
QUIET_BAR_US = 60.0
NAMED_BAR_US = 1000.0
# Code points of one delta: about what a token has.
_DELTA = 4
_ROUNDS = 5
_CONTENT = Channel(0, "content")
_TURNS = (
    Turn("system", "You answer the customers of a shop for desk lamps. Be brief."),
    Turn("user", "My parcel came without the shade. What can I do about it?"),
)


@dataclass(slots=True)
class Shipped:
    """
    CPU microseconds for each reply, by whether the gate names a rule.

    rules: those that are on. always: ids of those that always run. named: of each reply, how many others the
    gate names. whole: with all rules; gated: without those that always run; pattern: one pass of CLOCK_TIME.
    streamed: in small deltas.
    """

    rules: int
    always: tuple[str, ...]
    named: list[int] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    gated: list[float] = field(default_factory=list)
    pattern: list[float] = field(default_factory=list)
    streamed: list[float] = field(default_factory=list)

    @property
    def quiet_share(self) -> float:
        """Replies of which the gate names no rule, as a share of all."""
        return sum(not n for n in self.named) / len(self.named)

    def median_us(self, figure: str, *, quiet: bool) -> float | None:
        """The median of one of the lists over quiet replies, or the others; None where there are none."""
        taken = [us for us, n in zip(getattr(self, figure), self.named, strict=True) if quiet == (not n)]
        return median(taken) if taken else None

    def rows(self) -> Iterator[tuple[str, float | None, float | None, float | None]]:
        """What, microseconds, ratio to the pattern's pass, the bar."""
        once = median(self.pattern)
        for what, figure, quiet, bar in _ROWS:
            us = self.median_us(figure, quiet=quiet)
            yield what, us, None if us is None else us / once, bar
        yield "one pass of the clock-time pattern", once, 1.0, None


_ROWS = (
    ("gate names no rule, those that always run left out", "gated", True, QUIET_BAR_US),
    ("gate names no rule", "whole", True, None),
    ("gate names a rule", "whole", False, NAMED_BAR_US),
    ("gate names no rule, streamed", "streamed", True, None),
    ("gate names a rule, streamed", "streamed", False, None),
)


def measure_shipped(texts: Sequence[str] = (), rounds: int = _ROUNDS) -> Shipped:
    """The shipped rulebook on *texts* (said_replies when there are none)."""
    rules = compile_rules(load([shipped_rules()])).rules
    plans = Plans(rules)
    always = plans.gate.always
    gated = Plans([rule for index, rule in enumerate(rules) if index not in always])
    measured = Shipped(len(plans.plan(Request()).rules), tuple(rules[index].id for index in sorted(always)))
    for text in texts or said_replies():
        measured.named.append(len(plans.gate.names(text) - always))
        measured.whole.append(_cost(partial(_judge, plans, text), rounds))
        measured.gated.append(_cost(partial(_judge, gated, text), rounds))
        measured.pattern.append(_cost(partial(CLOCK_TIME.findall, text), rounds, 20))
        measured.streamed.append(_cost(partial(_stream, plans, text), 1))
    return measured


def _cost(work: Callable[[], object], rounds: int, times: int = 1) -> float:
    """CPU microseconds of the quickest of some rounds, after one that does not count."""
    work()
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(times):
            work()
        spent.append(time.process_time() - began)
    return min(spent) * 1e6 / times


def _settings() -> Settings:
    return Settings(clock=time.perf_counter, language_of=request_language, strings=JsonStrings())


def _judge(plans: Plans, text: str) -> None:
    request = Request(turns=_TURNS)
    session = Session(plans.plan(request), request, _settings())
    session.whole = True
    session.expect_content(0)
    session.feed(_CONTENT, text)
    session.end()


def _stream(plans: Plans, text: str) -> None:
    request = Request(stream=True, turns=_TURNS)
    session = Session(plans.plan(request), request, _settings())
    for at in range(0, len(text), _DELTA):
        session.feed(_CONTENT, text[at : at + _DELTA])
    session.end()
