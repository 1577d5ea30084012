"""
What rules did in front of clients, from what a proxy leaves behind: its metrics, or its decision log.

Metrics know how many replies each rule was there for: a proxy's since its process began, Prometheus for
longer. A decision log has lines of those replies alone that some rule touched, so what it says of a rule that
hardly fires is a lower bound, and is told as one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prometheus_client.core import Sample
from prometheus_client.parser import text_string_to_metric_families

from filterproxy.record.names import DECISIONS
from filterproxy.record.read import Reader
from filterproxy.rollout.step import step_of
from filterproxy.rulebook.document import Document, version_of

METRICS, PROMETHEUS, DECISION_LOG, REPLAYED = "metrics", "prometheus", "decisions", "recordings"
_MODE_REPLIES = "filterproxy_rule_mode_replies"
# Modes in which a rule only looks, or acts for some: what `promote` counts.
WATCHED = ("shadow", "canary")


@dataclass(slots=True)
class Seen:
    """
    One rule. replies: that it was there for. fired: replies in which it fired, by mode. excused: matches.
    errors: times it could not be judged. seconds, runs: in its own engine, and how often that ran. mode: in
    which it runs now, "" where that is not said. stood: replies that it was there for in a mode, by that and
    its version (see rulebook.document.version_of); both "" where somebody only says that it looked on, or
    was a canary. found: of these, the replies in which it fired, where that is known. killed: whether some
    instance leaves it out now.
    """

    replies: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    excused: int = 0
    errors: int = 0
    seconds: float = 0.0
    runs: int = 0
    mode: str = ""
    stood: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    killed: bool = False

    @property
    def all_fired(self) -> int:
        return sum(self.fired.values())

    def watched(self, mode: str, version: str) -> int:
        """Replies that this version was there for in this mode, as far as anybody can say."""
        return self.stood[mode, version] + self.stood["", ""]

    def fired_as(self, mode: str, version: str) -> int | None:
        """Of those, the replies in which it fired; None where nobody says so of just those."""
        return self.found.get((mode, version))

    @property
    def rate(self) -> float | None:
        """Of the replies that it was there for, the share in which it fired."""
        return self.all_fired / self.replies if self.replies else None

    @property
    def cost(self) -> float | None:
        """Seconds a reply that it was there for; None where nobody measured."""
        return self.seconds / self.replies if self.replies and self.runs else None


@dataclass(slots=True)
class Traffic:
    """
    source: METRICS, PROMETHEUS, DECISION_LOG or REPLAYED. rules: by id. replies: read in all. skipped: lines
    left out. unknown: replies of a log under rulebooks of which nobody knows what was in them.
    """

    source: str
    rules: dict[str, Seen] = field(default_factory=dict)
    replies: int = 0
    skipped: int = 0
    unknown: int = 0

    def of(self, rule: str) -> Seen:
        """One rule's, as far as it was seen."""
        return self.rules.get(rule) or Seen()


def of_metrics(texts: Iterable[str]) -> Traffic:
    """
    What one or several instances say in Prometheus' text format. Raises ValueError where that is not it.
    """
    traffic = Traffic(METRICS)
    for text in texts:
        here = Traffic(METRICS)
        for sample in _samples(text):
            take(here, sample.name, sample.labels, sample.value)
        traffic.replies += here.replies
        for rule, seen in here.rules.items():
            if f"{_MODE_REPLIES}{{" not in text:
                # A shell that does not say since when a rule has its mode: it was there where it fired, at
                # the least.
                seen.stood["", ""] = sum(seen.fired[mode] for mode in WATCHED)
            _add(traffic.rules.setdefault(rule, Seen()), seen)
    return traffic


def _samples(text: str) -> list[Sample]:
    try:
        return [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    except ValueError as error:
        why = f": {error}" if str(error) else ""
        raise ValueError(f"what one of them says is not in Prometheus' text format{why}") from None


def take(traffic: Traffic, name: str, labels: Mapping[str, str], value: float) -> None:
    """Note one of the proxy's series, by its name; others are none of ours."""
    if name == "filterproxy_replies_total":
        traffic.replies += _whole(value)
    rule = labels.get("rule")
    if rule is None or not name.startswith("filterproxy_rule_"):
        return
    seen = traffic.rules.setdefault(rule, Seen())
    match name.removeprefix("filterproxy_rule_"):
        case "evaluated_total":
            seen.replies = _whole(value)
        case "fired_total":
            seen.fired[labels.get("mode", "")] += _whole(value)
        case "excused_total":
            seen.excused = _whole(value)
        case "errors_total":
            seen.errors += _whole(value)
        case "seconds_total":
            seen.seconds = value
        case "runs_total":
            seen.runs = _whole(value)
        case "mode_replies":
            seen.stood[labels.get("mode", ""), labels.get("version", "")] += _whole(value)
        case "mode_fired":
            seen.found[labels.get("mode", ""), labels.get("version", "")] += _whole(value)
        case "killed":
            seen.killed = value > 0
        case "info":
            seen.mode = labels.get("mode", "")


def _whole(value: float) -> int:
    return int(value) if math.isfinite(value) else 0


def _add(total: Seen, more: Seen) -> None:
    total.replies += more.replies
    total.fired += more.fired
    total.excused += more.excused
    total.errors += more.errors
    total.seconds += more.seconds
    total.runs += more.runs
    total.stood += more.stood
    total.found.update(more.found)
    total.mode = more.mode or total.mode
    total.killed = total.killed or more.killed


def of_decisions(paths: Iterable[Path], rulebook: Callable[[str], Document | None]) -> Traffic:
    """
    What decision logs say: files, or their folders.

    rulebook: the document of a hash, by which it is known how a rule stood when a reply was judged; None
    where nobody has it any more.
    """
    traffic = Traffic(DECISION_LOG)
    reader = Reader(list(paths), DECISIONS)
    by_hash: Counter[str] = Counter()
    fired: Counter[tuple[str, str]] = Counter()  # by hash and rule
    for line in reader:
        traffic.replies += 1
        hash = str(line.get("rulebook", ""))
        by_hash[hash] += 1
        fired.update((hash, rule) for rule in _take_hits(traffic, line))
    traffic.skipped = reader.skipped
    for seen in traffic.rules.values():
        seen.replies = traffic.replies
    for hash, replies in by_hash.items():
        document = rulebook(hash)
        if document is None:
            traffic.unknown += replies
            continue
        for form in document["rules"]:
            seen = traffic.rules.setdefault(form["id"], Seen())
            stand = step_of(form).mode, version_of(form)
            seen.stood[stand] += replies
            seen.found[stand] += fired[hash, form["id"]]
    return traffic


def _take_hits(traffic: Traffic, line: Mapping[str, Any]) -> Collection[str]:
    """Notes what a line says of rules; gives the ids of those that fired."""
    fired: dict[str, str] = {}
    for hit in _members(line, "hits"):
        rule, mode = str(hit.get("rule", "")), str(hit.get("mode", ""))
        seen = traffic.rules.setdefault(rule, Seen())
        seen.mode = mode
        if hit.get("excuse"):
            seen.excused += 1
        else:
            fired.setdefault(rule, mode)
    for rule, mode in fired.items():
        traffic.rules[rule].fired[mode] += 1
    for fault in _members(line, "faults"):
        traffic.rules.setdefault(str(fault.get("rule", "")), Seen()).errors += 1
    return fired


def _members(line: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    listed = line.get(key)
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
