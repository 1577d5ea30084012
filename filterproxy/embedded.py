"""
The rules of a shell that is one process, and shares it with nobody or with somebody else's application: read,
at work, counted, and read again when their files change.

Reading and compiling take up to a second, so that `load` and `reload` belong into a thread; what they make is
swapped in at once, and a reply that has begun keeps what it began with. A mistake in a changed pack changes
nothing but a metric and a line in the log.
"""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from filterproxy.answers import functions
from filterproxy.config import Config
from filterproxy.engine.counting import count, count_causes
from filterproxy.engine.course import Course
from filterproxy.engine.engines import Engines, engines_of
from filterproxy.engine.passages import Passages
from filterproxy.engine.rulebook_metrics import FAILED, OK, UNCHANGED, Loads, rulebook_families
from filterproxy.engine.scrape import Scrape
from filterproxy.metrics import Metrics
from filterproxy.proxy.asking.answers import Answers
from filterproxy.proxy.late import Late
from filterproxy.proxy.reload.reload import loaded
from filterproxy.proxy.reload.sources import Source, SourceError, source_of
from filterproxy.proxy.reload.watching import State, state
from filterproxy.rulebook.problem import RulebookError

# Seconds between two looks at the files: an editor's changes are seen at once, and a look costs microseconds.
LOOK_SECONDS = 1.0
_log = logging.getLogger("filterproxy")


class LoadError(Exception):
    """Rules cannot be used; args[0] says why, for the person who wrote them."""


class Meter:
    """
    What is counted in this process, shown by *registry* with what follows from it (see engine.scrape).

    Shells that share a registry share its counts; the rulebook that it shows is the one that was loaded last.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._own = CollectorRegistry()
        self.metrics = Metrics(self._own)
        self.engines: Engines | None = None
        self.loads = Loads(0.0)
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """Called by the registry."""
        engines = self.engines
        if engines is not None:
            yield from Scrape(self._own, engines.rulebook.rules).collect()
            yield from rulebook_families(engines.rulebook, {engines.hash: 1}, self.loads)


# A registry takes a name once, and an application may make its middleware several times.
_METERS: weakref.WeakKeyDictionary[CollectorRegistry, Meter] = weakref.WeakKeyDictionary()


def meter_of(registry: CollectorRegistry) -> Meter:
    """The one Meter that *registry* shows."""
    if registry not in _METERS:
        _METERS[registry] = Meter(registry)
    return _METERS[registry]


class Embedded:
    """
    A shell's rules. Belongs to one event loop, but for `load`, `reload` and `watch`.

    rules: packs and folders of packs, or one URL. known: files of what the model may say. Call `load` first.
    """

    def __init__(
        self, config: Config, rules: Sequence[Path] | str, known: Sequence[Path], registry: CollectorRegistry
    ) -> None:
        self.config = config
        self.meter = meter_of(registry)
        self.metrics = self.meter.metrics
        self.answers = Answers(self.metrics, functions(config.python))
        self.late = Late(self.answers, self.metrics)
        self._source = source_of(config, rules, known)
        self._passages: Passages | None = None
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._watcher: threading.Thread | None = None
        self._seen: State = {}

    @property
    def ready(self) -> bool:
        """Whether there are rules."""
        return self._passages is not None

    @property
    def passages(self) -> Passages:
        assert self._passages is not None
        return self._passages

    def load(self) -> None:
        """Read and compile the rules. Raises LoadError."""
        with self._lock:
            if self._passages is None:
                self._seen = state(self._source.files)
                self._take(self._made(None))

    def reload(self) -> str:
        """Read the rules again: ok, unchanged or failed, as it is counted."""
        with self._lock:
            assert self._passages is not None
            before = self._passages.engines
            try:
                self._refresh()
                engines = self._made(before)
            except LoadError as error:
                _log.error("the rules cannot be used, and those of before stay:\n%s", error)
                return self._loaded(FAILED)
            if engines.hash == before.hash:
                return self._loaded(UNCHANGED)
            self._take(engines)
            return self._loaded(OK)

    def watch(self, seconds: float = LOOK_SECONDS) -> None:
        """
        From now on reload when a file changes, and a URL now and then, as the configuration says; until
        `unwatch`, or nobody knows this value any more. seconds: between two looks at files.
        """
        if not self.config.watch:
            return
        polled = self.config.reload_seconds if self._source.polled else math.inf
        self._watcher = threading.Thread(
            target=_watch,
            args=(weakref.ref(self), self._source, self._seen, self._ended, seconds, polled),
            name="filterproxy-rules",
            daemon=True,
        )
        self._watcher.start()

    def unwatch(self) -> None:
        """Watch no more."""
        self._ended.set()
        if self._watcher is not None:
            self._watcher.join()

    def count(self, passage: Course) -> None:
        """Count a reply that has gone, once, and let its late rules judge it."""
        count_causes(passage.unscanned, passage.failures, self.metrics)
        count(passage, self.metrics)
        self.late.judge(passage)

    async def close(self) -> None:
        """Watch no more, judge no more replies that have gone, and ask nobody."""
        await asyncio.to_thread(self.unwatch)
        await self.late.close()
        await self.answers.close()

    def _refresh(self) -> None:
        try:
            self._source.refresh()
        except SourceError as error:
            raise LoadError(str(error)) from None

    def _made(self, before: Engines | None) -> Engines:
        try:
            engines = engines_of(loaded(self.config, self._source), self.config, self.metrics, before)
            self.answers.prepare(engines.rulebook.rules)
        except (RulebookError, SourceError, ValueError) as error:
            raise LoadError(str(error)) from None
        return engines

    def _take(self, engines: Engines) -> None:
        if self._passages is None:
            self._passages = Passages(engines, self.config)
        else:
            self._passages.engines = engines
            self.metrics.swapped()
        self.meter.engines = engines
        self.meter.loads.loaded_at = time.time()

    def _loaded(self, result: str) -> str:
        loads = self.meter.loads
        loads.times[result] += 1
        loads.successful = result != FAILED
        return result


def _watch(
    embedded: weakref.ref[Embedded],
    source: Source,
    seen: State,
    ended: threading.Event,
    seconds: float,
    polled_seconds: float,
) -> None:
    waited = 0.0
    while not ended.wait(seconds) and embedded() is not None:
        waited += seconds
        now = state(source.files)
        if (now != seen or waited >= polled_seconds) and (one := embedded()) is not None:
            seen, waited = now, 0.0
            one.reload()
            del one
