"""What Prometheus reads: what the workers count, and what their parent knows of them and of the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from filterproxy.engine.rulebook_metrics import OK, Loads, killed_family, rulebook_families
from filterproxy.labels.figures import LabelFigures
from filterproxy.metrics import scrape
from filterproxy.proxy.admin.kills import Kills
from filterproxy.proxy.admin.standing import Standing, WithStanding
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
    """The values of now. metrics_dir: where the workers leave theirs. labels: file of labels, "" for none."""

    def __init__(
        self, rules: Rules, workers: Workers, metrics_dir: str, kills: Kills, labels: str = ""
    ) -> None:
        self._rules = rules
        self._workers = workers
        self._kills = kills
        self._metrics_dir = metrics_dir
        self._labels = LabelFigures(Path(labels)) if labels else None
        self._standing = Standing()
        self._made: tuple[Rulebook, CollectorRegistry] | None = None

    def registry(self) -> CollectorRegistry:
        """For the rules that run now."""
        rulebook = self._rules.book.rulebook
        if self._made is None or self._made[0] is not rulebook:
            counted = scrape(rulebook.rules, self._metrics_dir, self._rules.book.everywhere)
            reloaded = self._rules.loads.times[OK] > 0
            registry = CollectorRegistry()
            registry.register(WithStanding(counted, self._standing, rulebook, reloaded))
            registry.register(_OfParent(rulebook, self._rules, self._workers, self._kills))
            if self._labels is not None:
                registry.register(_OfLabels(self._labels, rulebook))
            self._made = (rulebook, registry)
        return self._made[1]


class _OfLabels:
    """What people said about the rules."""

    def __init__(self, labels: LabelFigures, rulebook: Rulebook) -> None:
        self._labels = labels
        self._rules = [rule.id for rule in rulebook.rules]

    def collect(self) -> Iterator[Metric]:
        yield from self._labels.families(self._rules)


class _OfParent:
    """What no worker can say."""

    def __init__(self, rulebook: Rulebook, rules: Rules, workers: Workers, kills: Kills) -> None:
        self._rulebook = rulebook
        self._rules = rules
        self._workers = workers
        self._kills = kills

    def collect(self) -> Iterator[Metric]:
        ready = GaugeMetricFamily("filterproxy_workers_ready", "Workers that take requests.")
        ready.add_metric([], self._workers.workers_ready)
        yield ready
        restarts = CounterMetricFamily("filterproxy_worker_restarts", "Workers that died and were replaced.")
        restarts.add_metric([], self._workers.restarts)
        yield restarts
        yield killed_family(self._kills.seconds_left)
        yield from rulebook_families(self._rulebook, self._workers.workers_by_hash, self._rules.loads)
