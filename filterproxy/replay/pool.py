"""
Batches judged by processes of this machine, a bounded number of them at a time.

The driver reads and cuts batches, the processes judge and count them. What is in memory is `window` batches
and a tally, however long the corpus. Each process compiles the two rulebooks once. A process that dies is
replaced, and what was in flight is judged again.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

import pyarrow as pa

from filterproxy.processes import uninterrupted
from filterproxy.replay.batch import packed, unpacked
from filterproxy.replay.examples import PER_STRATUM, Examples
from filterproxy.replay.judge import judge
from filterproxy.replay.tally import Tally
from filterproxy.rulebook.document import Document

# Batches in flight for each process: one that it judges, and one that waits, so that it never does.
_PER_PROCESS = 2
# How often processes may die on the same batches.
_DEATHS = 3


class WorkersDied(Exception):
    """Processes ended on the same batches again and again; args[0] says in a sentence."""


@dataclass(frozen=True, slots=True)
class Job:
    """What every batch of a replay is judged by. allowed: functions that rules may run."""

    baseline: Document
    candidate: Document
    allowed: tuple[str, ...] = ()
    seed: int = 0
    examples: int = PER_STRATUM

    def tally(self, batch: pa.RecordBatch) -> Tally:
        """What comes of a batch."""
        tally = self.empty()
        tally.add(judge(batch, self.baseline, self.candidate, self.allowed))
        return tally

    def empty(self) -> Tally:
        """A tally of nothing."""
        return Tally(Examples(self.seed, self.examples))


Numbered = tuple[int, pa.RecordBatch]
# Number of the batch, its tally (packed).
Done = tuple[int, bytes]


def inline(job: Job, batches: Iterable[Numbered]) -> Iterator[Done]:
    """The tally of each batch, judged in this process."""
    for number, batch in batches:
        yield number, job.tally(batch).packed()


def pooled(job: Job, batches: Iterable[Numbered], jobs: int) -> Iterator[Done]:
    """The tally of each batch, as they become ready. Raises WorkersDied."""
    pool = _Pool(job, jobs)
    try:
        for number, batch in batches:
            while pool.full:
                yield from pool.ready()
            pool.submit(number, packed(batch))
        while pool.waiting:
            yield from pool.ready()
    finally:
        pool.close()


class _Pool:
    def __init__(self, job: Job, jobs: int) -> None:
        self._job = job
        self._jobs = jobs
        self._deaths = 0
        self._executor = self._started()
        self.waiting: dict[Future[bytes], tuple[int, bytes]] = {}

    @property
    def full(self) -> bool:
        return len(self.waiting) >= self._jobs * _PER_PROCESS

    def submit(self, number: int, content: bytes) -> None:
        try:
            future = self._submitted(content)
        except BrokenProcessPool:
            self._again()
            future = self._submitted(content)
        self.waiting[future] = number, content

    def _submitted(self, content: bytes) -> Future[bytes]:
        # Here processes are started, as they are needed.
        with uninterrupted():
            return self._executor.submit(_judged, content)

    def ready(self) -> Iterator[Done]:
        """What is judged by now; waits for one at least."""
        done, _ = wait(self.waiting, return_when=FIRST_COMPLETED)
        for future in done:
            if isinstance(future.exception(), BrokenProcessPool):
                self._again()
                return
            number, _ = self.waiting.pop(future)
            self._deaths = 0
            yield number, future.result()

    def close(self) -> None:
        """End the processes; what they are at is thrown away."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _again(self) -> None:
        """New processes, for all that was not judged."""
        self._deaths += 1
        if self._deaths > _DEATHS:
            numbers = sorted(number for number, _ in self.waiting.values())
            raise WorkersDied(f"processes ended {_DEATHS + 1} times on batches {numbers[0]} to {numbers[-1]}")
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = self._started()
        left = [kept for future, kept in self.waiting.items() if not _is_good(future)]
        good = {future: kept for future, kept in self.waiting.items() if _is_good(future)}
        self.waiting = good
        for number, content in left:
            self.submit(number, content)

    def _started(self) -> ProcessPoolExecutor:
        # Not fork: this process has threads (Arrow's, a progress bar's), and they may hold locks.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._jobs, context, _begin, (self._job,))


def _is_good(future: Future[bytes]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


# What this process judges by, where it is one of a pool.
_job: Job | None = None


def _begin(job: Job) -> None:
    global _job
    _job = job
    with contextlib.suppress(ImportError, AttributeError):
        pa.set_cpu_count(1)
    # It ends when the driver is gone, however that came.
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _judged(content: bytes) -> bytes:
    assert _job is not None
    return _job.tally(unpacked(content)).packed()


# Who judges the batches: `inline`, `pooled` with a number of processes, or one on many machines. Order is
# free, and every batch is given once.
Engine = Callable[[Job, Iterable[Numbered]], Iterator[Done]]
