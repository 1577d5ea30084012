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
from pathlib import Path
from typing import Any

from filterproxy.experiments.entry import Entry
from filterproxy.experiments.judged import Judged, judged
from filterproxy.experiments.read import Journal
from filterproxy.history.resolve import FOLDER, LIVE
from filterproxy.labels.label import FIRED
from filterproxy.labels.precision import wilson
from filterproxy.labels.store import Labels

NEW, MISSED, UNCERTAIN = "new hits", "misses", "uncertain"

# A rule of which more than this is known is certain enough: 200 labels make it about so narrow.
_NARROW = 0.14
# Recordings that are named in a command; their folder stands for more.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Idea:
    """
    size: replies for the first two kinds, the width of the interval for the last. run: the command; RULES and
    RECORDINGS stand in it for what the journal does not name.
    """

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
    made = _made(journal)
    hashes = {side.hash for entry in made.values() for side in (entry.candidate, entry.baseline)}
    found = Judged() if journal.home is None else judged(journal.home, journal.entries, labels, hashes)
    kinds = [
        sorted(kind, key=lambda idea: (-idea.size, idea.rule))
        for kind in (_new(made, found), _missed(made, found), _uncertain(made, found))
    ]
    turns = itertools.zip_longest(*kinds)
    ranked = [idea for turn in turns for idea in turn if idea is not None]
    # Labels of new hits narrow the interval too: one command is named once, for its first reason.
    once: dict[str, Idea] = {}
    for idea in ranked:
        once.setdefault(idea.run, idea)
    return list(once.values())


def _made(journal: Journal) -> dict[str, Entry]:
    """
    The experiment that made of each rule what it is, as far as anybody knows: the newest that changed it and
    was not rejected. Of a rule that none changed, the newest that it was in.
    """
    made: dict[str, Entry] = {}
    changed: set[str] = set()
    for entry in journal.entries:
        if entry.verdict.state == "rejected":
            continue
        touched, removed = entry.touched(), (entry.changes or {}).get("removed") or ()
        made |= {rule: entry for rule in entry.rules if rule in touched or rule not in changed}
        changed.update(touched)
        for rule in removed:
            made.pop(rule, None)
    return made


def _new(made: dict[str, Entry], found: Judged) -> Iterator[Idea]:
    for rule, entry in made.items():
        left = int(entry.rules[rule]["new"]) - sum(
            bool(found.fires(entry.candidate.hash, label)) and not found.fires(entry.baseline.hash, label)
            for label in found.labels.of_rule(rule)
        )
        if left > 0:
            why = f"experiment {entry.number} has {left} new hits that nobody labelled"
            yield Idea(NEW, rule, left, entry.number, why, _review(entry, rule, "fired"))


def _missed(made: dict[str, Entry], found: Judged) -> Iterator[Idea]:
    for rule, entry in made.items():
        missed = found.tally(entry.candidate.hash, rule).missed
        if missed:
            why = f"{missed} labelled replies that it should catch and does not"
            yield Idea(MISSED, rule, missed, entry.number, why, _review(entry, rule, "near,excused"))


def _uncertain(made: dict[str, Entry], found: Judged) -> Iterator[Idea]:
    for rule, entry in made.items():
        fired = entry.rules[rule]["fired"][1]
        right, of = _drawn(found, entry.candidate.hash, rule)
        low, high = wilson(right, of)
        # With every reply labelled in which it fires there is nothing left to ask.
        if of < fired and high - low > _NARROW:
            why = f"it fired in {fired} replies, {of} of them labelled: precision {low:.2f} to {high:.2f}"
            yield Idea(UNCERTAIN, rule, high - low, entry.number, why, _review(entry, rule, "fired"))


def _drawn(found: Judged, hash: str, rule: str) -> tuple[int, int]:
    """
    Labels, right ones and all, of replies that were drawn because the rule fired, and in which it still does
    as far as can be told: a rule that was mended is as uncertain again as it is new.
    """
    of_fired = [label for label in found.labels.of_rule(rule) if label.stratum == FIRED]
    sure = [label for label in of_fired if label.should_fire is not None]
    still = [label for label in sure if found.fires(hash, label) is not False]
    return sum(label.should_fire is True for label in still), len(still)


def _review(entry: Entry, rule: str, strata: str) -> str:
    files = [str(file) for file in entry.corpus.get("files") or ()]
    named = [shlex.quote(file) for file in files] if 0 < len(files) <= _NAMED else ["RECORDINGS"]
    return " ".join(
        ["filterproxy review", *named, *_rules(entry), f"--rule {shlex.quote(rule)} --strata {strata}"]
    )


def _rules(entry: Entry) -> list[str]:
    """Which rules to review under: the candidate's; what was kept is live by now, if its folder is gone."""
    source = entry.candidate.source
    if source in (LIVE, str(FOLDER)):
        return []
    if Path(source).exists():
        return ["--rules", shlex.quote(source)]
    return [] if entry.verdict.state == "kept" else ["--rules", "RULES"]
