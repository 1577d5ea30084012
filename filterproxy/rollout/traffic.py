"""
What rules did in front of clients, from what a proxy leaves behind: its metrics, or its decision log.

Metrics know how many replies each rule was there for. A decision log has lines of those replies alone that
some rule touched, so what it says of a rule that hardly fires is a lower bound, and is told as one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from filterproxy.record.names import DECISIONS
from filterproxy.record.read import Reader

METRICS, DECISION_LOG, REPLAYED = "metrics", "decisions", "recordings"
# Modes in which a rule only looks, or acts for some: what `promote` counts.
WATCHED = ("shadow", "canary")


@dataclass(slots=True)
class Seen:
    """
    One rule. replies: that it was there for. fired: replies in which it fired, by mode. excused: matches.
    errors: times it could not be judged. seconds, runs: in its own engine, and how often that ran. mode: in
    which it runs now, "" where that is not said. in_shadow: replies that it was there for since it is in
    shadow, or a canary.
    """

    replies: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    excused: int = 0
    errors: int = 0
    seconds: float = 0.0
    runs: int = 0
    mode: str = ""
    in_shadow: int = 0

    @property
    def all_fired(self) -> int:
        return sum(self.fired.values())

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
    source: METRICS, DECISION_LOG or REPLAYED. rules: by id. replies: read in all. skipped: lines left out.
    """

    source: str
    rules: dict[str, Seen] = field(default_factory=dict)
    replies: int = 0
    skipped: int = 0

    def of(self, rule: str) -> Seen:
        """One rule's, as far as it was seen."""
        return self.rules.get(rule) or Seen()


def of_metrics(texts: Iterable[str]) -> Traffic:
    """
    What one or several instances say in Prometheus' text format. Raises ValueError where that is not it.
    """
    traffic = Traffic(METRICS)
    for text in texts:
        here: dict[str, Seen] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                _take(here, traffic, sample.name, sample.labels, sample.value)
        for rule, seen in here.items():
            # A shell that does not say since when a rule has its mode: it was there where it fired, at the
            # least.
            seen.in_shadow = seen.in_shadow or sum(seen.fired[mode] for mode in WATCHED)
            _add(traffic.rules.setdefault(rule, Seen()), seen)
    return traffic


def _take(
    here: dict[str, Seen], traffic: Traffic, name: str, labels: Mapping[str, str], value: float
) -> None:
    if name == "filterproxy_replies_total":
        traffic.replies += _whole(value)
    rule = labels.get("rule")
    if rule is None or not name.startswith("filterproxy_rule_"):
        return
    seen = here.setdefault(rule, Seen())
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
            seen.in_shadow = _whole(value) if labels.get("mode") in WATCHED else 0
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
    total.in_shadow += more.in_shadow
    total.mode = more.mode or total.mode


def of_decisions(paths: Iterable[Path]) -> Traffic:
    """What decision logs say: files, or their folders."""
    traffic = Traffic(DECISION_LOG)
    reader = Reader(list(paths), DECISIONS)
    by_hash: Counter[str] = Counter()
    watched: dict[str, set[str]] = {}
    for line in reader:
        traffic.replies += 1
        hash = str(line.get("rulebook", ""))
        by_hash[hash] += 1
        _take_hits(traffic, line, hash, watched)
    traffic.skipped = reader.skipped
    for rule, seen in traffic.rules.items():
        seen.replies = traffic.replies
        # It was there, in shadow, for every reply under a rulebook under which it fired so.
        seen.in_shadow = sum(by_hash[hash] for hash in watched.get(rule, ()))
    return traffic


def _take_hits(traffic: Traffic, line: Mapping[str, Any], hash: str, watched: dict[str, set[str]]) -> None:
    fired: dict[str, str] = {}
    for hit in _members(line, "hits"):
        rule, mode = str(hit.get("rule", "")), str(hit.get("mode", ""))
        seen = traffic.rules.setdefault(rule, Seen())
        seen.mode = mode
        if hit.get("excuse"):
            seen.excused += 1
        else:
            fired.setdefault(rule, mode)
        if mode in WATCHED:
            watched.setdefault(rule, set()).add(hash)
    for rule, mode in fired.items():
        traffic.rules[rule].fired[mode] += 1
    for fault in _members(line, "faults"):
        traffic.rules.setdefault(str(fault.get("rule", "")), Seen()).errors += 1


def _members(line: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    listed = line.get(key)
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
