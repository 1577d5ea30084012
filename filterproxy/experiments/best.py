"""
The best that was tried of each rule, by a goal.

Labels are about replies whatever corpus they stand in, so that precision compares all experiments: over the
labelled replies, which were not drawn alike from all traffic, so that it ranks versions and is the share of
no traffic. Recall knows only the misses that somebody labelled. Rates and times compare only over the same
replies: there the corpus of the newest experiment counts. Rejected versions are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from filterproxy.experiments.entry import Entry
from filterproxy.experiments.judged import Judged, Tally, judged
from filterproxy.experiments.read import Journal
from filterproxy.history.versions import Versions, of_journal
from filterproxy.labels.store import Labels

PRECISION, RATE, COST = "precision", "firing-rate", "cost"


@dataclass(frozen=True, slots=True)
class Goal:
    """name: one of the above. recall: the least share of labelled replies to catch, for the first."""

    name: str
    recall: float = 0.0

    def __str__(self) -> str:
        return f"{self.name}@recall={self.recall:g}" if self.name == PRECISION else self.name


def parse_goal(text: str) -> Goal:
    """The goal that *text* names. Raises ValueError with what could stand there."""
    name, _, share = text.partition("@recall=")
    if text in (RATE, COST, PRECISION):
        return Goal(text)
    try:
        recall = float(share)
    except ValueError:
        recall = -1.0
    if name != PRECISION or not 0 <= recall <= 1:
        raise ValueError(f'"{text}" is not one of {PRECISION}@recall=0.9, {RATE}, {COST}')
    return Goal(PRECISION, recall)


@dataclass(frozen=True, slots=True)
class Contestant:
    """
    A version of a rule. side: 0 for the baseline of the experiment, 1 for its candidate. tally: of labels.
    value: what the goal counts: a share, or seconds a reply.
    """

    number: int
    slug: str
    side: int
    hash: str
    value: float
    tally: Tally
    reaches: bool = True

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts."""
        tally = self.tally
        return {
            "experiment": self.number,
            "slug": self.slug,
            "side": ("baseline", "candidate")[self.side],
            "rulebook": self.hash,
            "value": self.value,
            "right": tally.right,
            "wrong": tally.wrong,
            "missed": tally.missed,
            "interval": list(tally.interval),
            "recall": tally.recall,
            "reaches": self.reaches,
        }


@dataclass(frozen=True, slots=True)
class Best:
    """rules: by id, the best and of how many; None where nothing can be said, and then why."""

    goal: Goal
    rules: dict[str, tuple[Contestant | None, int, str]]
    judged: Judged

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts."""
        return {
            "goal": str(self.goal),
            "rules": {
                rule: {"best": None if best is None else best.as_json(), "of": of, "why": why}
                for rule, (best, of, why) in self.rules.items()
            },
            "labelled_replies_found": self.judged.found,
            "rulebooks_lost": dict(self.judged.lost),
        }


def best_of(journal: Journal, goal: Goal, labels: Labels, rule: str | None = None) -> Best:
    """The best of each rule that was changed in some experiment, or of one rule. Raises JournalError."""
    journal.find("last")
    wanted = [rule] if rule is not None else _rules(journal.entries)
    known = of_journal(journal.home)
    versions = {one: list(_versions(_comparable(journal.entries, one, goal), one, known)) for one in wanted}
    found = Judged()
    if goal.name == PRECISION and journal.home is not None:
        hashes = [version.hash for of_rule in versions.values() for version in of_rule]
        found = judged(journal.home, journal.entries, labels, hashes)
    return Best(goal, {one: _best(versions[one], one, goal, found) for one in wanted}, found)


def _rules(entries: Sequence[Entry]) -> list[str]:
    touched = dict.fromkeys(rule for entry in entries for rule in entry.touched())
    return [rule for rule in touched if any(rule in entry.rules for entry in entries)]


def _comparable(entries: Sequence[Entry], rule: str, goal: Goal) -> list[Entry]:
    """Experiments that had the rule; for rates and times those of the newest one's replies."""
    having = [entry for entry in entries if rule in entry.rules]
    if goal.name == PRECISION or not having:
        return having
    corpus = having[-1].corpus.get("hash")
    return [entry for entry in having if entry.corpus.get("hash") == corpus]


@dataclass(frozen=True, slots=True)
class _Version:
    """A version of a rule, by an experiment that ran it."""

    entry: Entry
    side: int

    @property
    def hash(self) -> str:
        return (self.entry.baseline, self.entry.candidate)[self.side].hash


def _versions(entries: Sequence[Entry], rule: str, known: Versions) -> Iterator[_Version]:
    """
    Each version of a rule once: what experiments made of it, and what it was before them. Where it was only
    along for the ride it is no other version, and what a person rejected is not the best of anything.
    """
    changing = [entry for entry in entries if rule in entry.touched()] or entries
    seen = set()
    for entry in changing:
        # The last word about a version holds.
        version = known.of(entry.candidate.hash, rule)
        if entry.verdict.state == "rejected":
            seen.add(version)
        elif entry.verdict.state == "kept":
            seen.discard(version)
    for side in (1, 0):
        for entry in changing:
            found = _Version(entry, side)
            version = known.of(found.hash, rule)
            if side and entry.verdict.state == "rejected":
                continue
            if version not in seen and entry.rules[rule]["evaluated"][side]:
                seen.add(version)
                yield found


def _best(
    versions: Sequence[_Version], rule: str, goal: Goal, found: Judged
) -> tuple[Contestant | None, int, str]:
    if not versions:
        return None, 0, "no experiment has such a rule, but for rejected ones"
    if goal.name == PRECISION:
        return _most_precise(list(_by_labels(versions, rule, goal, found)), goal)
    contestants = list(_by_numbers(versions, rule, goal))
    if not contestants:
        return None, 0, "it never fired"
    return min(contestants, key=lambda one: (one.value, -one.number)), len(contestants), ""


def _most_precise(contestants: Sequence[Contestant], goal: Goal) -> tuple[Contestant | None, int, str]:
    reaching = [one for one in contestants if one.reaches]
    if not contestants:
        return None, 0, "no labelled reply in which it fired: `filterproxy review` asks for labels"
    if not reaching:
        nearest = max(contestants, key=lambda one: (one.tally.recall or 0.0, one.value, one.number))
        return nearest, len(contestants), f"none caught {goal.recall:.0%} of the labelled replies"
    best = max(reaching, key=lambda one: (one.value, one.tally.recall or 0.0, one.number))
    return best, len(contestants), ""


def _by_labels(versions: Iterable[_Version], rule: str, goal: Goal, found: Judged) -> Iterator[Contestant]:
    for version in versions:
        tally = found.tally(version.hash, rule)
        if tally.precision is not None:
            reaches = (tally.recall or 0.0) >= goal.recall
            yield _contestant(version, tally.precision, tally, reaches)


def _by_numbers(versions: Iterable[_Version], rule: str, goal: Goal) -> Iterator[Contestant]:
    key = "fired" if goal.name == RATE else "seconds"
    for version in versions:
        numbers, side = version.entry.rules[rule], version.side
        # A rule that never fires is cheap and seldom, and no use.
        if numbers["fired"][side]:
            yield _contestant(version, numbers[key][side] / numbers["evaluated"][side], Tally())


def _contestant(version: _Version, value: float, tally: Tally, reaches: bool = True) -> Contestant:
    entry = version.entry
    return Contestant(entry.number, entry.slug, version.side, version.hash, value, tally, reaches)
