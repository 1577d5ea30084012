"""
What verdicts and timings come to, counted for Prometheus.

    filterproxy_replies_total{dialect,outcome}        replies, by what became of them
    filterproxy_rule_matches_total{rule,action,mode}  matches that were not excused
    filterproxy_rule_excused_total{rule}              matches that an `unless` excused
    filterproxy_rule_errors_total{rule,cause}         timeout, suspended, error
    filterproxy_rule_runs_total{rule}                 replies in which the rule's own engine ran
    filterproxy_rule_seconds_total{rule}              time in that engine
    filterproxy_rule_evaluated_total{rule}            replies that the rule was there for
    filterproxy_rule_suspended{rule}                  workers in which the rule is not run for being slow
    filterproxy_filter_seconds                        time that filtering took of one reply
    filterproxy_held_characters                       most code points of a stream that waited at one time
    filterproxy_held_seconds                          longest time that text of a stream waited
    filterproxy_unscanned_total{cause}                replies, or parts, that were not judged
    filterproxy_removed_keys_total                    keys left out because they could repeat changed text
    filterproxy_upstream_errors_total{cause}          what went wrong with the model server
    filterproxy_upstream_retries_total                requests that were sent again for a rule's `retry`
    filterproxy_discarded_tokens_total{kind}          tokens of replies that a `retry` threw away
    filterproxy_service_requests_total{rule,outcome}  what came of asking services: ok, timeout, failed, open
    filterproxy_service_open{rule}                    workers in which the rule's service is left alone
    filterproxy_rulebook_info{hash}                   1 for the rulebook that runs
    filterproxy_workers_ready                         workers that take requests
    filterproxy_worker_restarts_total                 workers that died and were replaced

Outcomes: those of core.verdict.Outcome (`retry`: another try was asked for, and passed; `error`: the reply
was withheld because it could not be judged, or our own code failed), and upstream_error, client_error (the
request could not be used), client_gone, unscanned (all or a part of it was not judged, and nothing was done).

Counting costs per reply, not per rule: what is the same for all rules is worked out when the metrics are read
(`Scrape`). Labels come from rule ids and from names in our code, never from a request or a reply.

Workers share their values through files when PROMETHEUS_MULTIPROC_DIR is set before this module is imported.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import prometheus_client.values
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.values import MultiProcessValue

from filterproxy.core.rule import Rule
from filterproxy.core.verdict import Outcome, Verdict

UPSTREAM_ERROR = "upstream_error"
CLIENT_GONE = "client_gone"
CLIENT_ERROR = "client_error"
UNSCANNED = "unscanned"
# Outcomes of replies that every rule without a condition was there for.
_JUDGED = frozenset({Outcome.PASS, Outcome.FLAG, Outcome.EDIT, Outcome.CUT, Outcome.DROP, Outcome.RETRY})

# From the 20 µs of a short reply that no rule touches to a rule's whole time budget, several times over.
_FILTER_BUCKETS = (2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 0.1)
# A word, a sentence, a match at its longest (4 096), a whole reply.
_CHARACTER_BUCKETS = (0, 16, 64, 256, 1024, 4096, 16384, 65536, 1048576)
# A token at 30 a second, a sentence, a reply, the heartbeat and beyond.
_HELD_BUCKETS = (1e-3, 5e-3, 2.5e-2, 0.1, 0.5, 1, 2.5, 5, 15, 60)

_REPLIES = "filterproxy_replies"
_CONDITIONAL = "filterproxy_rule_conditional"
_EVALUATED = "filterproxy_rule_evaluated"


class Collector(Protocol):
    """What gives metrics when it is asked."""

    def collect(self) -> Iterable[Metric]: ...


class Metrics:
    """
    Where a worker counts.

    registry: for the values of this process; several instances need several registries.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, says: str, *labels: str) -> Counter:
            return Counter(f"filterproxy_{name}", says, labels, registry=registry)

        self._replies = counter("replies", "Replies, by what became of them.", "dialect", "outcome")
        self._matches = counter("rule_matches", "Matches that were not excused.", "rule", "action", "mode")
        self._excused = counter("rule_excused", "Matches that were excused.", "rule")
        self._errors = counter("rule_errors", "Times a rule could not be judged.", "rule", "cause")
        self._runs = counter("rule_runs", "Replies in which the rule's own engine ran.", "rule")
        self._seconds = counter("rule_seconds", "Seconds in the rule's own engine.", "rule")
        self._conditional = Counter(
            _CONDITIONAL, "Replies that a rule with a condition was there for.", ("rule",), registry=registry
        )
        self._unscanned = counter("unscanned", "Replies, or parts of them, that were not judged.", "cause")
        self._removed_keys = counter("removed_keys", "Keys left out because they could repeat changed text.")
        self._upstream_errors = counter("upstream_errors", "Failures of the model server.", "cause")
        self._retries = counter("upstream_retries", "Requests sent again for a rule.")
        self._discarded = counter("discarded_tokens", "Tokens of replies thrown away.", "kind")
        self._service = counter("service_requests", "What came of asking a service.", "rule", "outcome")
        self._service_open = Gauge(
            "filterproxy_service_open",
            "Workers in which the rule's service is left alone, for having failed too often.",
            ("rule",),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._suspended = Gauge(
            "filterproxy_rule_suspended",
            "Workers in which the rule is not run, for being slow.",
            ("rule",),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._rulebook = Gauge(
            "filterproxy_rulebook_info",
            "The rulebook that runs.",
            ("hash",),
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._filter_seconds = _histogram(
            registry, "filter_seconds", "Seconds of filtering, per reply.", _FILTER_BUCKETS
        )
        self._held_characters = _histogram(
            registry, "held_characters", "Most characters of a stream that waited.", _CHARACTER_BUCKETS
        )
        self._held_seconds = _histogram(
            registry, "held_seconds", "Longest time in seconds that text of a stream waited.", _HELD_BUCKETS
        )
        # Finding the child of a label set costs as much as counting; so each is looked up once.
        self._told: list[tuple[Gauge, str]] = []  # gauges of this rulebook that are not 0
        self._bound: dict[tuple[Counter, tuple[str, ...]], Counter] = {}

    def reply(self, dialect: str, outcome: str) -> None:
        """A reply has gone its way."""
        self._of(self._replies, dialect, outcome).inc()

    def judged(self, verdict: Verdict) -> None:
        """What rules said about one reply, also one that was thrown away for another try."""
        for hit in verdict.hits:
            if hit.excuse:
                self._of(self._excused, hit.rule).inc()
            else:
                self._of(self._matches, hit.rule, hit.action, hit.mode).inc()
        for fault in verdict.faults:
            self._of(self._errors, fault.rule, fault.cause).inc()
        for rule, seconds in verdict.seconds.items():
            self._of(self._runs, rule).inc()
            self._of(self._seconds, rule).inc(seconds)
        for cause, times in verdict.unscanned.items():
            self._of(self._unscanned, cause).inc(times)
        if verdict.removed_keys:
            self._removed_keys.inc(verdict.removed_keys)

    def filtered(self, seconds: float) -> None:
        """The time that filtering took of one reply."""
        self._filter_seconds.observe(seconds)

    def held(self, characters: int, seconds: float) -> None:
        """What waited of one stream: see _held_characters, _held_seconds."""
        self._held_characters.observe(characters)
        self._held_seconds.observe(seconds)

    def conditional(self, rules: Iterable[str]) -> None:
        """A reply met these rules, which are not there for every reply."""
        for rule in rules:
            self._of(self._conditional, rule).inc()

    def unscanned(self, cause: str) -> None:
        """A reply was not judged at all."""
        self._of(self._unscanned, cause).inc()

    def upstream_error(self, cause: str) -> None:
        self._of(self._upstream_errors, cause).inc()

    def retried(self, prompt_tokens: int, completion_tokens: int) -> None:
        """A reply that had cost this many tokens was thrown away, and upstream is asked again."""
        self._retries.inc()
        self._of(self._discarded, "prompt").inc(prompt_tokens)
        self._of(self._discarded, "completion").inc(completion_tokens)

    def service(self, rule: str, outcome: str) -> None:
        """What came of asking a service for *rule*: ok, timeout, failed, or open (it was not asked)."""
        self._of(self._service, rule, outcome).inc()

    def service_open(self, rule: str, is_open: bool) -> None:
        """Whether this worker leaves the service of *rule* alone."""
        if is_open and (self._service_open, rule) not in self._told:
            self._told.append((self._service_open, rule))
        self._service_open.labels(rule).set(int(is_open))

    def suspended(self, rule: str) -> None:
        """This worker no longer runs *rule*."""
        self._told.append((self._suspended, rule))
        self._suspended.labels(rule).set(1)

    def rulebook(self, digest: str) -> None:
        """The rulebook with this hash runs from now on, and every rule of it."""
        # Values that workers share cannot be taken back, only set to nothing.
        for gauge, label in self._told:
            gauge.labels(label).set(0)
        self._told = [(self._rulebook, digest)]
        self._rulebook.labels(digest).set(1)

    def _of(self, counter: Counter, *labels: str) -> Counter:
        key = (counter, labels)
        child = self._bound.get(key)
        if child is None:
            child = self._bound[key] = counter.labels(*labels)
        return child


def _histogram(registry: CollectorRegistry, name: str, says: str, buckets: Sequence[float]) -> Histogram:
    return Histogram(f"filterproxy_{name}", says, registry=registry, buckets=buckets)


class Scrape:
    """
    What is read: the values of *source*, with those that follow from them.

    A rule without a condition was there for every reply that was judged; one with a condition was counted.
    rules: of the rulebook that runs; those with `mode: off` are left out.
    """

    def __init__(self, source: Collector, rules: Sequence[Rule]) -> None:
        self._source = source
        self._always = [rule.id for rule in rules if rule.when is None and rule.mode != "off"]

    def collect(self) -> Iterator[Metric]:
        evaluated = CounterMetricFamily(_EVALUATED, "Replies that the rule was there for.", labels=["rule"])
        judged = 0.0
        for family in self._source.collect():
            if family.name == _CONDITIONAL:
                for sample in family.samples:
                    if sample.name.endswith("_total"):
                        evaluated.add_metric([sample.labels["rule"]], sample.value)
                continue
            if family.name == _REPLIES:
                judged = sum(
                    sample.value
                    for sample in family.samples
                    if sample.name.endswith("_total") and sample.labels["outcome"] in _JUDGED
                )
            yield family
        for rule in self._always:
            evaluated.add_metric([rule], judged)
        yield evaluated


def scrape(rules: Sequence[Rule], source: Collector | str) -> CollectorRegistry:
    """
    The registry that `render` reads.

    source: a registry of this process, or the folder that the workers' PROMETHEUS_MULTIPROC_DIR names.
    """
    registry = CollectorRegistry()
    if isinstance(source, str):
        source = MultiProcessCollector(None, path=source)  # type: ignore[no-untyped-call]
    registry.register(Scrape(source, rules))
    return registry


def share(process: int) -> None:
    """
    Let values that are made after this belong to *process*, the id of this one, for good.

    Without it the library asks the system for the id at each step of each counter, lest the process has
    forked, and takes a lock. Only one thread of *process* may count. Does nothing where values are not
    shared.
    """
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return
    shared: Any = MultiProcessValue(lambda: process)  # type: ignore[no-untyped-call]

    class Value(shared):  # type: ignore[misc]
        def inc(self, amount: float) -> None:
            self._value += amount
            self._file.write_value(self._key, self._value, 0.0)

    prometheus_client.values.ValueClass = Value


def render(registry: CollectorRegistry) -> bytes:
    """The values of now, in Prometheus' text format."""
    return generate_latest(registry)
