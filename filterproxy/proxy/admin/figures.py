"""What Prometheus reads: what the workers count, and what their parent knows of them and of the rules."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from filterproxy.engine.rulebook_metrics import OK, Loads, killed_family, rulebook_families
from filterproxy.engine.scrape import render, scrape
from filterproxy.labels.figures import LabelFigures
from filterproxy.proxy.admin.kills import Kills
from filterproxy.proxy.admin.standing import Standing, WithStanding
from filterproxy.proxy.reload.book import Book
from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.document import versions_of


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
    """
    The values of now. metrics_dir: where the workers leave theirs. labels: file of labels, "" for none.

    May be asked from several threads.
    """

    def __init__(
        self, rules: Rules, workers: Workers, metrics_dir: str, kills: Kills, labels: str = ""
    ) -> None:
        self._rules = rules
        self._workers = workers
        self._kills = kills
        self._metrics_dir = metrics_dir
        self._labels = LabelFigures(Path(labels)) if labels else None
        self._standing = Standing()
        self._book = rules.book
        self._made: _Made | None = None
        # Two that look at once would count the same replies twice, or under rules that have gone.
        self._looking = threading.Lock()

    def text(self) -> bytes:
        """All of them, in Prometheus' text format."""
        with self._looking:
            made = self._current()
            text = render(made.counted)
        # Not under the lock: where the file of labels cannot be reached, a kill must not wait for it.
        return text + render(made.labelled)

    def look(self) -> None:
        """Take note of what was counted up to now: what runs changes, or has changed."""
        with self._looking:
            self._current().standing.look()

    def _current(self) -> _Made:
        """For the rules that run now; what was counted under those before is noted."""
        book = self._rules.book
        if book is not self._book:
            (self._made or self._make(self._book, reloaded=False)).standing.look()
            self._book, self._made = book, None
        if self._made is None:
            self._made = self._make(book, reloaded=self._rules.loads.times[OK] > 0)
        return self._made

    def _make(self, book: Book, *, reloaded: bool) -> _Made:
        rulebook = book.rulebook
        counted = scrape(rulebook.rules, self._metrics_dir, book.everywhere)
        registry, labelled = CollectorRegistry(), CollectorRegistry()
        left_out = lambda: self._kills.left_out  # noqa: E731
        standing = WithStanding(counted, self._standing, book.document, left_out, reloaded)
        registry.register(standing)
        registry.register(_OfParent(rulebook, self._rules, self._workers, self._kills))
        if self._labels is not None:
            labelled.register(_OfLabels(self._labels, versions_of(book.document)))
        return _Made(registry, standing, labelled)


@dataclass(frozen=True, slots=True)
class _Made:
    """For one rulebook. standing: of the collectors in *counted*, the one that looks."""

    counted: CollectorRegistry
    standing: WithStanding
    labelled: CollectorRegistry


class _OfLabels:
    """What people said about the rules."""

    def __init__(self, labels: LabelFigures, versions: Mapping[str, str]) -> None:
        self._labels = labels
        self._versions = versions

    def collect(self) -> Iterator[Metric]:
        yield from self._labels.families(self._versions)


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
