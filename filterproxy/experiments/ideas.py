"""
Where the next idea pays: what nobody has looked at, what is known to be missed, and what is least certain.

The three kinds have no common measure, and none is made up: the largest of each kind come first, then the
second largest, and so on.
"""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from filterproxy.experiments.entry import Entry
from filterproxy.experiments.judged import Judged, judged
from filterproxy.experiments.read import Journal
from filterproxy.labels.label import FIRED
from filterproxy.labels.precision import precision
from filterproxy.labels.store import Labels

NEW, MISSED, UNCERTAIN = "new hits", "misses", "uncertain"

# A rule of which more than this is known is certain enough: 200 labels make it about so narrow.
_NARROW = 0.14
# Recordings that are named in a command; their folder stands for more.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Idea:
    """size: replies for the first two kinds, the width of the interval for the last. run: the command."""

    kind: str
    rule: str
    size: float
    experiment: int
    why: str
    run: str

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts."""
        return asdict(self)


def ideas_of(journal: Journal, labels: Labels) -> list[Idea]:
    """All of them, ranked; none for a journal without entries."""
    latest = _latest(journal)
    hashes = {entry.candidate.hash for entry in latest.values()}
    found = Judged() if journal.home is None else judged(journal.home, journal.entries, labels, hashes)
    kinds = [
        sorted(kind, key=lambda idea: (-idea.size, idea.rule))
        for kind in (_new(latest, labels), _missed(latest, found), _uncertain(latest, labels))
    ]
    turns = itertools.zip_longest(*kinds)
    ranked = [idea for turn in turns for idea in turn if idea is not None]
    # Labels of new hits narrow the interval too: one command is named once, for its first reason.
    once: dict[str, Idea] = {}
    for idea in ranked:
        once.setdefault(idea.run, idea)
    return list(once.values())


def _latest(journal: Journal) -> dict[str, Entry]:
    """The newest experiment of each rule that was not rejected: as the rule is, as far as anybody knows."""
    kept = [entry for entry in journal.entries if entry.verdict.state != "rejected"]
    return {rule: entry for entry in kept for rule in entry.rules}


def _new(latest: dict[str, Entry], labels: Labels) -> Iterator[Idea]:
    for rule, entry in latest.items():
        seen = [label for label in labels.of_rule(rule) if label.rulebook == entry.candidate.hash]
        left = int(entry.rules[rule]["new"]) - sum(label.stratum == FIRED for label in seen)
        if left > 0:
            why = f"experiment {entry.number} has {left} new hits that nobody labelled"
            yield Idea(NEW, rule, left, entry.number, why, _review(entry, rule, "fired"))


def _missed(latest: dict[str, Entry], found: Judged) -> Iterator[Idea]:
    for rule, entry in latest.items():
        missed = found.tally(entry.candidate.hash, rule).missed
        if missed:
            why = f"{missed} labelled replies that it should catch and does not"
            yield Idea(MISSED, rule, missed, entry.number, why, _review(entry, rule, "near,excused"))


def _uncertain(latest: dict[str, Entry], labels: Labels) -> Iterator[Idea]:
    for rule, entry in latest.items():
        fired = entry.rules[rule]["fired"][1]
        known = precision(labels, rule)
        width = known.high - known.low
        # With every reply labelled in which it fires there is nothing left to ask.
        if known.total < fired and width > _NARROW:
            precise = f"precision {known.low:.2f} to {known.high:.2f}"
            why = f"it fired in {fired} replies; {known.total} are labelled, {precise}"
            yield Idea(UNCERTAIN, rule, width, entry.number, why, _review(entry, rule, "fired"))


def _review(entry: Entry, rule: str, strata: str) -> str:
    files = [str(file) for file in entry.corpus.get("files") or ()]
    named = [shlex.quote(file) for file in files] if 0 < len(files) <= _NAMED else ["RECORDINGS"]
    return f"filterproxy review {' '.join(named)} --rule {rule} --strata {strata}"
