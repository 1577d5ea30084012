"""
What verdicts and timings come to, counted for Prometheus.

    filterproxy_replies_total{route,dialect,outcome}  replies, by what became of them
    filterproxy_replies_in_flight                     requests whose replies have not gone yet
    filterproxy_rule_fired_total{rule,mode}           replies in which the rule matched and was not excused
    filterproxy_rule_matches_total{rule,action,mode}  matches that were not excused
    filterproxy_rule_excused_total{rule}              matches that an `unless` excused
    filterproxy_rule_errors_total{rule,cause}         timeout, suspended, error, unanswered ...
    filterproxy_rule_runs_total{rule}                 replies in which the rule's own engine ran
    filterproxy_rule_seconds_total{rule}              time in that engine
    filterproxy_rule_evaluated_total{rule}            replies that the rule was there for
    filterproxy_rule_suspended{rule}                  workers in which the rule is not run for being slow
    filterproxy_filter_seconds                        time that filtering took of one reply
    filterproxy_held_characters                       most code points of a stream that waited at one time
    filterproxy_held_seconds                          longest time that text of a stream waited
    filterproxy_first_byte_delay_seconds              from a stream's first bytes to the first that left
    filterproxy_unscanned_total{cause}                replies, or parts, that were not judged
    filterproxy_removed_keys_total                    keys left out because they could repeat changed text
    filterproxy_upstream_requests_total{upstream}     requests to an upstream, whichever address took them
    filterproxy_upstream_errors_total{upstream,cause} what went wrong with it, though another address helped
    filterproxy_upstream_healthy{upstream,address}    1 for an address that is asked, 0 for one left alone
    filterproxy_upstream_retries_total                requests that were sent again for a rule's `retry`
    filterproxy_discarded_tokens_total{kind}          tokens of replies that a `retry` threw away
    filterproxy_service_requests_total{rule,outcome}  what came of asking services: ok, timeout, failed, open
    filterproxy_service_open{rule}                    workers in which the rule's service is left alone
    filterproxy_log_lines_total{log}                  lines of decisions, recordings, spans, events that left
    filterproxy_log_dropped_total{log,cause}          lines, or texts of lines, that were left out
    filterproxy_rulebook_…, filterproxy_rule_info     see engine.rulebook_metrics
    filterproxy_rule_mode_replies{rule,mode,version}  replies since the rule is as it is, and in its mode
    filterproxy_rule_mode_fired{rule,mode,version}    of these, the replies in which it fired
    filterproxy_rule_precision{rule,bound}            share of labelled hits that are right: point, low, high
    filterproxy_rule_labels{rule,label}               labelled hits: right, wrong, unsure
    filterproxy_labels_readable                       whether the file of labels could be read
    filterproxy_label_lines_skipped                   lines of it that are no labels
    filterproxy_workers_ready                         workers that take requests
    filterproxy_worker_restarts_total                 workers that died and were replaced

Outcomes: those of core.verdict.Outcome (`retry`: another try was asked for, and passed; `error`: the reply
was withheld because it could not be judged, or our own code failed), and upstream_error, client_error (the
request could not be used), client_gone, unscanned (all or a part of it was not judged, and nothing was done).

Counting costs per reply, not per rule: what is the same for all rules is worked out when the metrics are read
(engine.scrape). Labels come from rule ids and from names in our code, never from a request or a reply.

Workers share their values through files when PROMETHEUS_MULTIPROC_DIR is set before this module is imported
(engine.sharing).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from filterproxy.core.verdict import Outcome, Verdict

UPSTREAM_ERROR = "upstream_error"
CLIENT_GONE = "client_gone"
CLIENT_ERROR = "client_error"
UNSCANNED = "unscanned"
# Outcomes of replies that every rule without a condition was there for.
JUDGED = frozenset({Outcome.PASS, Outcome.FLAG, Outcome.EDIT, Outcome.CUT, Outcome.DROP, Outcome.RETRY})

# From the 20 µs of a short reply that no rule touches to a rule's whole time budget, several times over.
_FILTER_BUCKETS = (2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 0.1)
# A word, a sentence, a match at its longest (4 096), a whole reply.
_CHARACTER_BUCKETS = (0, 16, 64, 256, 1024, 4096, 16384, 65536, 1048576)
# A token at 30 a second, a sentence, a reply, the heartbeat and beyond.
_HELD_BUCKETS = (1e-3, 5e-3, 2.5e-2, 0.1, 0.5, 1, 2.5, 5, 15, 60)

PREFIX = "filterproxy_"
# Those from which others follow when they are read (engine.scrape).
REPLIES = "replies"
CONDITIONAL = "rule_conditional"
FIRED = "rule_fired"


class _Making:
    """Makes metrics of one registry. Names are without what all begin with."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(PREFIX + name, says, labels, registry=self._registry)

    def gauge(
        self, name: str, says: str, *labels: str, mode: Literal["livesum", "livemin"] = "livesum"
    ) -> Gauge:
        """mode: what the values of workers come to, of those that live."""
        return Gauge(PREFIX + name, says, labels, registry=self._registry, multiprocess_mode=mode)

    def histogram(self, name: str, says: str, buckets: Sequence[float]) -> Histogram:
        return Histogram(PREFIX + name, says, registry=self._registry, buckets=buckets)


class Metrics:
    """
    Where a worker counts.

    registry: for the values of this process; several instances need several registries.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        make = _Making(registry)
        self._replies = make.counter(
            REPLIES, "Replies, by what became of them.", "route", "dialect", "outcome"
        )
        self._in_flight = make.gauge("replies_in_flight", "Requests whose replies have not gone yet.")
        self._fired = make.counter(FIRED, "Replies in which the rule fired.", "rule", "mode")
        self._matches = make.counter(
            "rule_matches", "Matches that were not excused.", "rule", "action", "mode"
        )
        self._excused = make.counter("rule_excused", "Matches that were excused.", "rule")
        self._errors = make.counter("rule_errors", "Times a rule could not be judged.", "rule", "cause")
        self._runs = make.counter("rule_runs", "Replies in which the rule's own engine ran.", "rule")
        self._seconds = make.counter("rule_seconds", "Seconds in the rule's own engine.", "rule")
        self._conditional = make.counter(
            CONDITIONAL, "Replies that a rule with a condition was there for.", "rule"
        )
        self._suspended = make.gauge(
            "rule_suspended", "Workers in which the rule is not run, for being slow.", "rule"
        )
        self._unscanned = make.counter(
            "unscanned", "Replies, or parts of them, that were not judged.", "cause"
        )
        self._removed_keys = make.counter(
            "removed_keys", "Keys left out because they could repeat changed text."
        )
        self._upstream_requests = make.counter("upstream_requests", "Requests to an upstream.", "upstream")
        self._upstream_errors = make.counter(
            "upstream_errors", "Failures of an upstream.", "upstream", "cause"
        )
        self._upstream_healthy = make.gauge(
            "upstream_healthy",
            "Whether every worker asks this address.",
            "upstream",
            "address",
            mode="livemin",
        )
        self._retries = make.counter("upstream_retries", "Requests sent again for a rule.")
        self._discarded = make.counter("discarded_tokens", "Tokens of replies thrown away.", "kind")
        self._service = make.counter("service_requests", "What came of asking a service.", "rule", "outcome")
        self._service_open = make.gauge(
            "service_open",
            "Workers in which the rule's service is left alone, for having failed too often.",
            "rule",
        )
        self._log_lines = make.counter("log_lines", "Lines of logs that were written.", "log")
        self._log_dropped = make.counter("log_dropped", "Lines of logs that were left out.", "log", "cause")
        self._filter_seconds = make.histogram(
            "filter_seconds", "Seconds of filtering, per reply.", _FILTER_BUCKETS
        )
        self._held_characters = make.histogram(
            "held_characters", "Most characters of a stream that waited.", _CHARACTER_BUCKETS
        )
        self._held_seconds = make.histogram(
            "held_seconds", "Longest time in seconds that text of a stream waited.", _HELD_BUCKETS
        )
        self._delay_seconds = make.histogram(
            "first_byte_delay_seconds",
            "Seconds from the first bytes of a stream to the first that left.",
            _HELD_BUCKETS,
        )
        self._raised: list[tuple[Gauge, str]] = []  # gauges of this rulebook that are not 0
        # Finding the child of a label set costs as much as counting; so each is looked up once.
        self._bound: dict[tuple[Counter, tuple[str, ...]], Counter] = {}

    def in_flight(self, more: int) -> None:
        """A request has come (1), or its reply has gone (-1)."""
        self._in_flight.inc(more)

    def reply(self, route: str, dialect: str, outcome: str) -> None:
        """A reply has gone its way."""
        self._of(self._replies, route, dialect, outcome).inc()

    def judged(self, verdict: Verdict) -> None:
        """What rules said about one reply, also one that was thrown away for another try."""
        for hit in verdict.hits:
            if hit.excuse:
                self._of(self._excused, hit.rule).inc()
            else:
                self._of(self._matches, hit.rule, hit.action, hit.mode).inc()
        for rule, mode in {(hit.rule, hit.mode) for hit in verdict.hits if not hit.excuse}:
            self._of(self._fired, rule, mode).inc()
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

    def streamed(self, characters: int, seconds: float, delay: float) -> None:
        """What waited of one stream: see _held_characters, _held_seconds, _delay_seconds."""
        self._held_characters.observe(characters)
        self._held_seconds.observe(seconds)
        self._delay_seconds.observe(delay)

    def conditional(self, rules: Iterable[str]) -> None:
        """A reply met these rules, which are not there for every reply."""
        for rule in rules:
            self._of(self._conditional, rule).inc()

    def unscanned(self, cause: str) -> None:
        """A reply was not judged at all."""
        self._of(self._unscanned, cause).inc()

    def upstream_asked(self, upstream: str) -> None:
        self._of(self._upstream_requests, upstream).inc()

    def upstream_error(self, upstream: str, cause: str) -> None:
        self._of(self._upstream_errors, upstream, cause).inc()

    def upstream_healthy(self, upstream: str, address: str, is_up: bool) -> None:
        """Whether this worker asks an address, or leaves it alone for a while for having failed."""
        self._upstream_healthy.labels(upstream, address).set(int(is_up))

    def retried(self, prompt_tokens: int, completion_tokens: int) -> None:
        """A reply that had cost this many tokens was thrown away, and upstream is asked again."""
        self._retries.inc()
        self._of(self._discarded, "prompt").inc(prompt_tokens)
        self._of(self._discarded, "completion").inc(completion_tokens)

    def log_lines(self, log: str, times: int) -> None:
        """Lines of a log were written."""
        self._of(self._log_lines, log).inc(times)

    def log_dropped(self, log: str, cause: str, times: int) -> None:
        """Lines of a log, or texts of them, were left out."""
        self._of(self._log_dropped, log, cause).inc(times)

    def service(self, rule: str, outcome: str) -> None:
        """What came of asking a service for *rule*: ok, timeout, failed, or open (it was not asked)."""
        self._of(self._service, rule, outcome).inc()

    def service_open(self, rule: str, is_open: bool) -> None:
        """Whether this worker leaves the service of *rule* alone."""
        if is_open and (self._service_open, rule) not in self._raised:
            self._raised.append((self._service_open, rule))
        self._service_open.labels(rule).set(int(is_open))

    def suspended(self, rule: str) -> None:
        """This worker no longer runs *rule*."""
        self._raised.append((self._suspended, rule))
        self._suspended.labels(rule).set(1)

    def swapped(self) -> None:
        """Another rulebook runs from now on, and every rule of it."""
        # Values that workers share cannot be taken back, only set to nothing.
        for gauge, label in self._raised:
            gauge.labels(label).set(0)
        self._raised = []

    def _of(self, counter: Counter, *labels: str) -> Counter:
        key = (counter, labels)
        child = self._bound.get(key)
        if child is None:
            child = self._bound[key] = counter.labels(*labels)
        return child
