"""
How much faster two processes replay than one: `python -m tests.replay.speed [--exchanges N] [--rounds N]`.

The shipped rules, on replies as chatbots give them. Batches are made before (that is the driver's part,
printed by itself), and processes are started and have compiled before the clock runs: what is measured is a
long replay's steady state. Rounds with one and with two take turns, and the best of each counts, since other
work on the machine only ever slows a round down. Where other work takes a core, two processes cannot have
two: what they do in a second of a core that they had is printed beside it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from filterproxy.core.request import Turn
from filterproxy.corpus.exchange import Exchange
from filterproxy.corpus.read import read
from filterproxy.replay.batch import batches, packed
from filterproxy.replay.pool import Job, Numbered, pooled
from filterproxy.replay.run import nothing
from filterproxy.rulebook.load import load, shipped_rules
from tests.bench.said import said_replies
from tests.replay.books import CONTENT, write_recordings

# Batches of each process that are judged before the clock runs: it compiles with the first.
_WARM = 3
_BATCH = 64


class Round(NamedTuple):
    """rate: exchanges a second. share: of a core, that each process had."""

    rate: float
    share: float


def exchanges(count: int) -> Iterator[Exchange]:
    """So many, none twice."""
    texts = said_replies()
    for number in range(count):
        turns = (Turn("user", f"Question {number}: what should I know?"),)
        yield Exchange(id=str(number), turns=turns, texts=((CONTENT, texts[number % len(texts)]),))


def measured(job: Job, numbered: list[Numbered], jobs: int) -> Round:
    """The steady state of a replay by so many processes."""
    began = spent = ended = after = 0.0
    done = 0
    warm = _WARM * jobs
    # The last ones are left out: there, not all processes have work.
    last = len(numbered) - 2 * jobs
    for at, (number, _) in enumerate(pooled(job, iter(numbered), jobs), 1):
        if at == warm:
            began, spent = time.perf_counter(), _cpu_seconds()
        elif warm < at <= last:
            done += numbered[number][1].num_rows
        if at == last:
            ended, after = time.perf_counter(), _cpu_seconds()
    return Round(done / (ended - began), (after - spent) / (ended - began) / jobs)


def _cpu_seconds() -> float:
    """Of all processes of a pool, so far."""
    ticks = 0
    for child in multiprocessing.active_children():
        fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _driver(count: int) -> tuple[float, list[Numbered]]:
    """Exchanges a second that a driver reads from a file, cuts into batches and packs; and the batches."""
    with TemporaryDirectory() as folder:
        path = write_recordings(Path(folder) / "recordings.jsonl", list(exchanges(count)))
        began = time.process_time()
        made = list(batches(read([path]), lambda skipped: None, _BATCH))
        for batch in made:
            packed(batch)
        return count / (time.process_time() - began), list(enumerate(made))


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.replay.speed")
    parser.add_argument("--exchanges", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rate, numbered = _driver(options.exchanges)
    document = load([shipped_rules()])
    print(f"{options.exchanges} exchanges, {len(document['rules'])} rules, {os.cpu_count()} cores,", end=" ")
    print(f"load {os.getloadavg()[0]:.1f}")
    print(f"driver: {rate:.0f} exchanges/s of one core (read, cut into batches, packed)")
    job = Job(nothing(), document)
    rounds: dict[int, list[Round]] = {1: [], 2: []}
    for _ in range(options.rounds):
        for jobs, found in rounds.items():
            found.append(measured(job, numbered, jobs))
            got = found[-1]
            print(
                f"{jobs} processes: {got.rate:.0f} exchanges/s, {got.share:.0%} of a core each,"
                f" {got.rate / got.share / jobs:.0f} in a second of a core"
            )
    one, two = (max(found).rate for found in rounds.values())
    print(f"best: {one:.0f} and {two:.0f} exchanges/s: {two / one / 2:.0%} of linear")
    one, two = (max(got.rate / got.share / jobs for got in found) for jobs, found in rounds.items())
    print(f"best of a second of a core: {one:.0f} and {two:.0f}: {two / one:.0%}")


if __name__ == "__main__":
    main()
