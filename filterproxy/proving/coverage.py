"""
What the examples of a rulebook have shown: of each rule that it hits, and passes, and which alternatives of
its match a `hit` has used.

A rule is run as for its examples, only that it flags: so every match in a reply is seen, not the first alone.
An alternative counts as used when it made a match that nothing excused; a `not` when a `pass` was kept from a
hit by it. What stands under `when` and `unless` is not counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from filterproxy.answers import Inline
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Rule, Span, Verb
from filterproxy.core.verdict import Channel
from filterproxy.proving.alternatives import Alternative, Analysis, Asked, Key, analyse
from filterproxy.proving.proof import alone
from filterproxy.rulebook.book import Example, Rulebook, RuleInfo
from filterproxy.trial import Trial, deltas_of, run

_NONE_ALLOWED = Inline()
_TRIES = 3


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """
    What the examples of a rule have shown.

    hit, passed: whether one hits, and one passes. alternatives: how many there are. unused: those that no
    example has used; what stands in another of them is left out. missed: how many are unused, those too that
    stand in others. not_analysed: of what nothing is known, and why. run: False: the rule asks somebody who
    cannot be asked.
    """

    rule: str
    file: str
    line: int
    hit: bool
    passed: bool
    alternatives: int = 0
    missed: int = 0
    unused: tuple[Alternative, ...] = ()
    not_analysed: tuple[str, ...] = ()
    run: bool = True

    @property
    def total(self) -> int:
        """What there is to show: that it hits, that it passes, and each alternative."""
        return 2 + self.alternatives if self.run else 0

    @property
    def covered(self) -> int:
        return self.hit + self.passed + self.alternatives - self.missed if self.run else 0

    def as_json(self) -> dict[str, object]:
        """Plain data for scripts."""
        unused = [{"verb": one.verb, "text": one.label, "by": _shown_by(one)} for one in self.unused]
        return {
            "rule": self.rule,
            "file": self.file,
            "line": self.line,
            "hit": self.hit,
            "pass": self.passed,
            "alternatives": self.alternatives,
            "used": self.alternatives - self.missed,
            "covered": self.covered,
            "total": self.total,
            "unused": unused,
            "not_analysed": list(self.not_analysed),
            "run": self.run,
        }


def _shown_by(alternative: Alternative) -> str:
    return "pass" if alternative.by_pass else "hit"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of all rules, in order."""

    rules: tuple[RuleCoverage, ...]

    @property
    def covered(self) -> int:
        return sum(rule.covered for rule in self.rules)

    @property
    def total(self) -> int:
        return sum(rule.total for rule in self.rules)

    @property
    def percent(self) -> float:
        """Of nothing, all is covered."""
        return 100 * self.covered / self.total if self.total else 100.0

    def as_json(self) -> dict[str, object]:
        """Plain data for scripts."""
        return {
            "covered": self.covered,
            "total": self.total,
            "percent": round(self.percent, 2),
            "rules": [rule.as_json() for rule in self.rules],
        }


def cover(
    rulebook: Rulebook, answers: Inline = _NONE_ALLOWED, files: Collection[str] | None = None
) -> Coverage:
    """The coverage of the rules, or of those in *files*. What is known to come out wrong shows nothing."""
    pairs = zip(rulebook.rules, rulebook.infos, strict=True)
    return Coverage(tuple(_of_rule(r, i, answers) for r, i in pairs if files is None or i.file in files))


def _of_rule(rule: Rule, info: RuleInfo, answers: Inline) -> RuleCoverage:
    if not answers.can(rule):
        return RuleCoverage(rule.id, info.file, info.line, False, False, run=False)
    analysis = analyse(rule.match)
    traced = _Traced(rule.match)
    watched = replace(
        rule, match=traced if analysis.alternatives else rule.match, action=_FLAG, streamed=None
    )
    asked, bare = alone(watched, asks=True), alone(watched, asks=False)
    used: set[Key] = set()
    hit = passed = unsure = False
    for example in info.examples:
        plans = asked if example.ask or example.messages else bare
        trial = _steady(traced, plans, example, answers)
        fired = bool(trial.fired())
        hit = hit or (example.hit and fired)
        # That it lets pass what it does not even read shows nothing.
        passed = passed or not (example.hit or fired or example.channel not in rule.channels)
        if example.hit:
            found, clear = _used(analysis, traced, trial, example)
            used, unsure = used | found, unsure or not clear
        else:
            used |= {key for asking, _ in traced.log for key in analysis.excluded(asking)}
    return _told(rule.id, info, hit, passed, analysis, used, unsure)


_FLAG = Action(Verb.FLAG)


class _Traced:
    """A detector that notes what it was asked, and what it said; everything else is the detector's own."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.log: list[tuple[Asked, Span | None]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        found: Span | None = self._inner.find(text, pos, unit, request)
        self.log.append((Asked(text, pos, unit, request), found))
        return found


def _steady(traced: _Traced, plans: Any, example: Example, answers: Inline) -> Trial:
    """The reply read whole; again where a rule's time ran out because the machine was busy."""
    for _ in range(_TRIES):
        traced.log.clear()
        deltas = deltas_of([example.reply], Channel(0, example.channel))
        trial = run(plans, example.request(), deltas, answers=answers)
        if not trial.verdict.faults:
            break
    return trial


def _used(analysis: Analysis, traced: _Traced, trial: Trial, example: Example) -> tuple[set[Key], bool]:
    """What the matches were made by that nothing excused, and whether that could always be said."""
    counted = {(hit.start, hit.end) for hit in trial.verdict.hits if not hit.excuse}
    used: set[Key] = set()
    clear = True
    for asked, span in traced.log:
        # Of another text (folded, or a value of JSON) the offsets are others: then it counts.
        if span is None or (asked.text == example.reply and span not in counted):
            continue
        found = analysis.used(asked, span)
        clear = clear and found is not None
        used |= found or set()
    return used, clear


def _told(
    rule: str, info: RuleInfo, hit: bool, passed: bool, analysis: Analysis, used: set[Key], unsure: bool
) -> RuleCoverage:
    known = {one.key: one for one in analysis.alternatives}
    unused = [one for one in analysis.alternatives if one.key not in used]
    outermost = tuple(one for one in unused if not _inside_unused(one, known, used))
    notes: Iterable[str] = analysis.not_analysed
    if unsure:
        notes = (*notes, "matches of which an engine, asked again, could not say how they came")
    return RuleCoverage(
        rule, info.file, info.line, hit, passed, len(known), len(unused), outermost, tuple(notes)
    )


def _inside_unused(one: Alternative, known: Mapping[Key, Alternative], used: set[Key]) -> bool:
    return one.outer is not None and one.outer in known and one.outer not in used
