"""What Prometheus reads: what the workers count, and what their parent knows of them and of the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from filterproxy.engine.rulebook_metrics import Loads, rulebook_families
from filterproxy.metrics import scrape
from filterproxy.proxy.reload.book import Book
from filterproxy.rulebook.book import Rulebook


class Rules(Protocol):
    """See reload.Reloader."""

    book: Book
    loads: Loads


class Workers(Protocol):
    """See supervisor.Supervisor."""

    restarts: int

    @property
    def workers_ready(self) -> int: ...

    @property
    def workers_by_hash(self) -> Mapping[str, int]: ...


class Figures:
    """The values of now. metrics_dir: where the workers leave theirs."""

    def __init__(self, rules: Rules, workers: Workers, metrics_dir: str) -> None:
        self._rules = rules
        self._workers = workers
        self._metrics_dir = metrics_dir
        self._made: tuple[Rulebook, CollectorRegistry] | None = None

    def registry(self) -> CollectorRegistry:
        """For the rules that run now."""
        rulebook = self._rules.book.rulebook
        if self._made is None or self._made[0] is not rulebook:
            registry = scrape(rulebook.rules, self._metrics_dir, self._rules.book.everywhere)
            registry.register(_OfParent(rulebook, self._rules, self._workers))
            self._made = (rulebook, registry)
        return self._made[1]


class _OfParent:
    """What no worker can say."""

    def __init__(self, rulebook: Rulebook, rules: Rules, workers: Workers) -> None:
        self._rulebook = rulebook
        self._rules = rules
        self._workers = workers

    def collect(self) -> Iterator[Metric]:
        ready = GaugeMetricFamily("filterproxy_workers_ready", "Workers that take requests.")
        ready.add_metric([], self._workers.workers_ready)
        yield ready
        restarts = CounterMetricFamily("filterproxy_worker_restarts", "Workers that died and were replaced.")
        restarts.add_metric([], self._workers.restarts)
        yield restarts
        yield from rulebook_families(self._rulebook, self._workers.workers_by_hash, self._rules.loads)
