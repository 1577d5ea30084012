"""
Every example of a rulebook, and its conversations: what `filterproxy test` runs. Nothing here prints.

Proofs run one after the other in this process; what is not done within a second goes to a pool of processes,
each of which compiles the rules for itself. The report is the same either way, in the same order.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass

from filterproxy.answers import Inline, functions
from filterproxy.core.plan import Plans
from filterproxy.processes import uninterrupted
from filterproxy.proving.conversations import Conversation
from filterproxy.proving.proof import Proof, of_conversation, of_rule
from filterproxy.proving.report import Outcome, Report, begin
from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.document import Document

_NONE_ALLOWED = Inline()
# Seconds until other processes are worth their start, which takes about as long.
_PATIENCE_SECONDS = 1.0
# So many proofs must be left for that: each process compiles the rules and the tables of facts anew.
_WORTH = 40
# Proofs that a process is given at a time, at most.
_BATCH = 32

# How many proofs are done, and of how many.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Task:
    """
    What there is to prove, as plain data.

    conversations: of the whole chain. files: packs whose examples are run; None: all. allowed: names of the
    functions that rules may run. dialects: whether each dialect is gone through.
    """

    document: Document
    conversations: tuple[Conversation, ...] = ()
    files: frozenset[str] | None = None
    allowed: tuple[str, ...] = ()
    dialects: bool = True


def prove(
    rulebook: Rulebook,
    conversations: Iterable[Conversation] = (),
    answers: Inline = _NONE_ALLOWED,
    *,
    files: Collection[str] | None = None,
    dialects: bool = True,
    clock: Callable[[], float] = time.perf_counter,
) -> Report:
    """
    Run the examples of every rule, and *conversations* through the whole chain, in this process.

    answers: to what rules ask. Examples of rules that it cannot answer are not run; conversations run without
    such rules, except those that say that one of them fires. files: packs whose examples are run; None: all.
    """
    report = begin(rulebook, files)
    for proof in proofs(rulebook, conversations, answers, files):
        report.outcomes.append(proof.run(clock, dialects=dialects))
    return report


def proofs(
    rulebook: Rulebook,
    conversations: Iterable[Conversation] = (),
    answers: Inline = _NONE_ALLOWED,
    files: Collection[str] | None = None,
) -> Iterator[Proof]:
    """Everything there is to prove, in order."""
    for rule, info in zip(rulebook.rules, rulebook.infos, strict=True):
        if files is None or info.file in files:
            yield from of_rule(rule, info, answers)
    plans = Plans(rulebook.rules)
    for conversation in conversations:
        yield of_conversation(rulebook, plans, conversation, answers)


def prove_task(
    task: Task,
    jobs: int = 1,
    progress: Progress | None = None,
    *,
    clock: Callable[[], float] = time.perf_counter,
    patience_seconds: float = _PATIENCE_SECONDS,
    worth: int = _WORTH,
) -> Report:
    """
    The report of a task, by as many processes as *jobs* once it takes longer than *patience_seconds* and more
    proofs than *worth* are left.

    Raises ValueError for a function that cannot be allowed.
    """
    rulebook, todo = _ready(task)
    report = begin(rulebook, task.files)
    until = clock() + patience_seconds
    for number, proof in enumerate(todo, 1):
        report.outcomes.append(proof.run(clock, dialects=task.dialects))
        if progress is not None:
            progress(number, len(todo))
        if jobs > 1 and len(todo) - number > worth and clock() > until:
            report.outcomes += _in_pool(task, todo, number, jobs, progress)
            break
    return report


def _ready(task: Task) -> tuple[Rulebook, list[Proof]]:
    rulebook = compile(task.document)
    answers = Inline(functions(task.allowed))
    return rulebook, list(proofs(rulebook, task.conversations, answers, task.files))


def _in_pool(
    task: Task, todo: Sequence[Proof], first: int, jobs: int, progress: Progress | None
) -> list[Outcome]:
    """The outcomes of the proofs from *first* on."""
    # Not by fork: a thread that draws the progress may be at work.
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(jobs, context, _begin, (task,))
    try:
        with uninterrupted():
            batches = [pool.submit(_batch, start, end) for start, end in _spans(todo, first)]
        return _gathered(batches, first, len(todo), progress)
    except BaseException:
        # Ctrl-C, most of all: nobody waits for what is begun.
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _spans(todo: Sequence[Proof], first: int) -> Iterator[tuple[int, int]]:
    """Batches of proofs of one rule: what a process has compiled for it, the others need not."""
    start = first
    for end in range(first + 1, len(todo) + 1):
        is_last = end == len(todo) or todo[end].group != todo[start].group
        if is_last or end - start == _BATCH:
            yield start, end
            start = end


def _gathered(
    batches: Sequence[Future[list[Outcome]]], done: int, total: int, progress: Progress | None
) -> list[Outcome]:
    found: list[Outcome] = []
    for batch in batches:
        found += batch.result()
        if progress is not None:
            progress(done + len(found), total)
    return found


# What a process of the pool works on: set once, when it starts.
_todo: list[Proof] = []
_dialects = True


def _begin(task: Task) -> None:
    global _dialects
    _, found = _ready(task)
    _todo[:], _dialects = found, task.dialects


def _batch(start: int, end: int) -> list[Outcome]:
    return [proof.run(time.perf_counter, dialects=_dialects) for proof in _todo[start:end]]
