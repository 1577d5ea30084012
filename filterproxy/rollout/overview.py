"""Every rule with what is known of it: from its pack, git, labels, and the replies that it was there for."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filterproxy.labels.label import EXCUSED, FIRED
from filterproxy.labels.precision import Precision
from filterproxy.labels.sample import Sampler
from filterproxy.rollout.blame import Written, blame
from filterproxy.rollout.step import Step, step_of
from filterproxy.rollout.traffic import DECISION_LOG, REPLAYED, Seen, Traffic
from filterproxy.rulebook.document import Document, Form
from filterproxy.rulebook.edit import CannotEdit, PackText, read

# Of fewer replies nobody says that a rule fires always, or never.
_FEW = 20
# Days before a rule expires, from which on that is said.
_SOON = 14

NEVER, ALWAYS, EXPIRED, EXPIRES_SOON = "never fired", "always fired", "expired", "expires soon"
KILLED = "killed"  # in some instance, for a while


@dataclass(frozen=True, slots=True)
class Row:
    """
    created: as its pack says, else when git says that the line of its id was written; None where neither
    does. edited: the newest line of the rule; None where git does not know the file. seen, source: None and
    "" where nobody said what the rule did. notes: of the words above.
    """

    form: Form
    step: Step
    created: datetime.date | None
    edited: Written | None
    precision: Precision
    seen: Seen | None
    source: str
    notes: tuple[str, ...]

    @property
    def rate(self) -> float | None:
        """
        The share of replies in which it fired; None of a log that leaves out replies that no rule touched.
        """
        return None if self.seen is None or self.source == DECISION_LOG else self.seen.rate

    def as_json(self, today: datetime.date) -> dict[str, Any]:
        """Plain data for scripts; seconds are of its own engine, for each reply that it was there for."""
        form, seen, edited = self.form, self.seen, self.edited
        return {
            **{key: form[key] for key in ("id", "pack", "file", "line", "owner", "link", "why", "expires")},
            "mode": self.step.mode,
            "rollout": self.step.share,
            "created": None if self.created is None else self.created.isoformat(),
            "age_days": None if self.created is None else (today - self.created).days,
            "edited": None
            if edited is None
            else {"commit": edited.commit, "when": edited.when.isoformat(), "who": edited.who},
            "precision": self.precision.as_json(),
            "source": self.source,
            "replies": None if seen is None else seen.replies,
            "fired": None if seen is None else dict(seen.fired),
            "excused": None if seen is None else seen.excused,
            "errors": None if seen is None else seen.errors,
            "rate": self.rate,
            "seconds": None if seen is None else seen.cost,
            "notes": list(self.notes),
        }


def rows(
    document: Document, precisions: Mapping[str, Precision], traffic: Traffic | None, today: datetime.date
) -> list[Row]:
    """One for each rule, in order. precisions: by id, of every rule."""
    known = _Git()
    found = []
    for form in document["rules"]:
        written = known.lines(form)
        seen = None if traffic is None else _seen(traffic, form["id"])
        created = _created(form, written)
        source = "" if traffic is None else traffic.source
        newest = max(written, key=lambda one: (not one.commit, one.when), default=None)
        notes = tuple(_notes(form, seen, source, today))
        found.append(Row(form, step_of(form), created, newest, precisions[form["id"]], seen, source, notes))
    return found


def _seen(traffic: Traffic, rule: str) -> Seen:
    """Of a log without a word of the rule: it was there, and touched nothing."""
    seen = traffic.rules.get(rule)
    if seen is None and traffic.source == DECISION_LOG:
        return Seen(replies=traffic.replies)
    return seen or Seen()


def _created(form: Form, written: Sequence[Written]) -> datetime.date | None:
    if form["created"] is not None:
        return datetime.date.fromisoformat(form["created"])
    committed = [one.when.date() for one in written if one.commit]
    return min(committed, default=None)


def _notes(form: Form, seen: Seen | None, source: str, today: datetime.date) -> list[str]:
    notes = []
    if form["expires"] is not None:
        left = (datetime.date.fromisoformat(form["expires"]) - today).days
        notes += [EXPIRED] if left < 0 else [EXPIRES_SOON] if left <= _SOON else []
    if seen is not None and seen.killed:
        notes.append(KILLED)
    if seen is not None and seen.replies >= _FEW:
        if not seen.all_fired:
            notes.append(NEVER)
        elif seen.all_fired >= seen.replies and source != DECISION_LOG:
            notes.append(ALWAYS)
    return notes


class _Git:
    """What git knows of the lines of rules; each file is read, and asked about, once."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[PackText, list[Written]] | None] = {}

    def lines(self, form: Form) -> list[Written]:
        """Of a rule's lines, in order; none where git does not know the file."""
        name = form["file"]
        if name not in self._files:
            self._files[name] = _file(Path(name))
        known = self._files[name]
        if known is None:
            return []
        pack, written = known
        try:
            first, last = pack.lines(form["id"])
        except CannotEdit:
            return []
        return written[first - 1 : last]


def _file(path: Path) -> tuple[PackText, list[Written]] | None:
    written = blame(path)
    if written is None:
        return None
    try:
        return read(path), written
    except CannotEdit:
        return None


def of_sampler(sampler: Sampler, rules: Sequence[str]) -> Traffic:
    """What recordings that were run through the rules say."""
    traffic = Traffic(REPLAYED, replies=sampler.looked_at)
    for rule in rules:
        if rule in sampler.not_run:
            continue
        fired = Counter(recordings=sampler.totals[rule, FIRED])
        excused = sampler.totals[rule, EXCUSED]
        seconds, runs = sampler.seconds.get(rule, 0.0), sampler.runs[rule]
        traffic.rules[rule] = Seen(sampler.looked_at, +fired, excused, 0, seconds, runs)
    return traffic
