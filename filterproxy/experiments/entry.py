"""
One experiment: what was changed, what came of it on which replies, and what a person made of that.

    version: 1
    number: 3
    slug: opening-hours-in-words
    when: '2026-03-01T10:00:00Z'
    who: Ada
    parent: 2                     # the experiment whose candidate was this one's baseline; null for none
    note: ...                     # what was expected
    baseline: {hash, source, commit}
    candidate: {hash, source, commit}
    corpus: {hash, exchanges, skipped, files}
    changes: {added, removed, changed, moved, modes, known}     # null where a document was not at hand
    results: {replies, rules: {ID: {mode, evaluated, fired, new, gone, ...}}, seconds}
    gates: []                     # as the replay gave them
    verdict: {state: open | kept | rejected | unclear, reason, who, when}
    remarks: [{text, who, when}]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VERSION = 1
STATES = ("open", "kept", "rejected", "unclear")


class JournalError(ValueError):
    """An entry that is not there, or a file that is none; args[0] is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Side:
    """A rulebook of an experiment. commit: of git, "" where it came from files as they were."""

    hash: str
    source: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person made of it. when: RFC 3339, in UTC."""

    state: str = "open"
    reason: str = ""
    who: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What was noted later."""

    text: str
    who: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """
    An entry of the journal; the keys are those above.

    rules: numbers of each rule by its id, pairs for baseline and candidate, as the result of a replay has
    them.
    """

    number: int
    slug: str
    when: str
    who: str
    parent: int | None
    note: str
    baseline: Side
    candidate: Side
    corpus: Mapping[str, Any]
    changes: Mapping[str, Any] | None
    replies: Mapping[str, Any]
    rules: Mapping[str, Mapping[str, Any]]
    seconds: float = 0.0
    gates: tuple[Mapping[str, Any], ...] = ()
    verdict: Verdict = Verdict()
    remarks: tuple[Remark, ...] = ()
    file: Path = field(default=Path(), compare=False)

    @property
    def name(self) -> str:
        """As its file is called."""
        return f"{self.number:04}-{self.slug}"

    @property
    def about(self) -> tuple[str, str, str]:
        """The same for two replays of the same rulebooks over the same replies."""
        return str(self.corpus.get("hash", "")), self.baseline.hash, self.candidate.hash

    def touched(self) -> list[str]:
        """Ids of the rules that it changed."""
        changes = self.changes or {}
        named = [rule for key in ("added", "removed", "changed", "moved") for rule in changes.get(key) or ()]
        return list(dict.fromkeys(named))

    def total(self, key: str) -> int:
        """`new` or `gone`, over all rules."""
        return sum(int(numbers.get(key, 0)) for numbers in self.rules.values())

    def as_json(self) -> dict[str, Any]:
        """Plain data in the order of the file; what stands in a file is this."""
        return {
            "version": VERSION,
            "number": self.number,
            "slug": self.slug,
            "when": self.when,
            "who": self.who,
            "parent": self.parent,
            "note": self.note,
            "baseline": _side(self.baseline),
            "candidate": _side(self.candidate),
            "corpus": dict(self.corpus),
            "changes": None if self.changes is None else dict(self.changes),
            "results": {
                "replies": dict(self.replies),
                "rules": {rule: dict(numbers) for rule, numbers in self.rules.items()},
                "seconds": self.seconds,
            },
            "gates": [dict(gate) for gate in self.gates],
            "verdict": {key: getattr(self.verdict, key) for key in ("state", "reason", "who", "when")},
            "remarks": [{"text": r.text, "who": r.who, "when": r.when} for r in self.remarks],
        }


def _side(side: Side) -> dict[str, str]:
    return {"hash": side.hash, "source": side.source, "commit": side.commit}
