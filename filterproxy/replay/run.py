"""A replay from the first file to the result: what all engines share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import pyarrow as pa

from filterproxy.corpus.skipped import Skips
from filterproxy.corpus.sources import Corpus
from filterproxy.replay.batch import BATCH_EXCHANGES, BATCH_TEXT, batches
from filterproxy.replay.examples import PER_STRATUM
from filterproxy.replay.pool import Engine, Job, Numbered, inline
from filterproxy.replay.result import Result, Told, result_of
from filterproxy.replay.side import side_of
from filterproxy.replay.tally import Tally, unpacked
from filterproxy.replay.work import Work
from filterproxy.rulebook.document import Document, document_of

# Of what a work folder holds; another number when tallies mean something else.
_VERSION = 3
NOTHING = "none"


@dataclass(frozen=True, slots=True)
class Given:
    """
    What is replayed.

    baseline_source, candidate_source: what named them. allowed: functions that rules may run. examples: how
    many of each rule and kind.
    """

    corpus: Corpus
    baseline: Document
    candidate: Document
    baseline_source: str = ""
    candidate_source: str = ""
    allowed: tuple[str, ...] = ()
    seed: int = 0
    examples: int = PER_STRATUM
    batch: int = BATCH_EXCHANGES

    def job(self) -> Job:
        """What each batch is judged by."""
        return Job(self.baseline, self.candidate, self.allowed, self.seed, self.examples)

    def told(self) -> tuple[Told, Told]:
        """Both rulebooks, compiled here. Raises ValueError for a function that is none."""
        named = ((self.baseline, self.baseline_source), (self.candidate, self.candidate_source))
        old, new = (Told(document, source, side_of(document, self.allowed)) for document, source in named)
        return old, new


def nothing() -> Document:
    """A rulebook without rules: beside it, whatever a rule does is new."""
    return document_of([])


def manifest(given: Given) -> dict[str, Any]:
    """All that tells one replay from another."""
    return {
        "version": _VERSION,
        "baseline": given.baseline["hash"],
        "candidate": given.candidate["hash"],
        "functions": list(given.allowed),
        "seed": given.seed,
        "examples": given.examples,
        "batch": [given.batch, BATCH_TEXT],
        "files": [source.as_json() for source in given.corpus.sources],
    }


# Told how many exchanges are judged, and how many lines were skipped by now.
Watch = Callable[[int, int], None]


def replay(
    given: Given,
    engine: Engine,
    work: Work | None = None,
    watch: Watch | None = None,
) -> Result:
    """
    The result of a replay.

    engine: who judges the batches; a corpus of one batch is judged here.
    work: where what is judged is kept, and found again. Raises ValueError, OSError, and what the engine
    raises.
    """
    began = time.perf_counter()
    skips, job, told = Skips(), given.job(), given.told()
    tally = job.empty()
    tell = watch or (lambda exchanges, skipped: None)
    todo = _Todo(given, skips, tally, work)
    for number, content in _judged(engine, job, iter(todo)):
        if work is not None:
            work.put(number, content)
        tally.merge(unpacked(content, given.seed, given.examples))
        tell(tally.exchanges, skips.count)
    files = [source.path for source in given.corpus.sources]
    return result_of(tally, skips, files, *told, time.perf_counter() - began)


def _judged(engine: Engine, job: Job, todo: Iterator[Numbered]) -> Iterator[tuple[int, bytes]]:
    """Few exchanges are not worth starting processes for."""
    first = list(islice(todo, 2))
    return engine(job, chain(first, todo)) if len(first) > 1 else inline(job, first)


class _Todo:
    """The batches that are not judged yet; what others came to is merged on the way."""

    def __init__(self, given: Given, skips: Skips, tally: Tally, work: Work | None) -> None:
        self._given = given
        self._skips = skips
        self._tally = tally
        self._work = work

    def __iter__(self) -> Iterator[Numbered]:
        for number, batch in enumerate(self._batches()):
            if not self._is_done(number):
                yield number, batch

    def _batches(self) -> Iterable[pa.RecordBatch]:
        return batches(self._given.corpus.read(), self._skips.add, self._given.batch)

    def _is_done(self, number: int) -> bool:
        content = self._work.get(number) if self._work is not None else None
        if content is None:
            return False
        try:
            self._tally.merge(unpacked(content, self._given.seed, self._given.examples))
        except ValueError:
            return False
        return True
