"""How far a replay has come: a bar with rate and time left where somebody looks, else a line a minute."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filterproxy.cli.rules import count
from filterproxy.cli.show import console, grouped

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from filterproxy.corpus import sources
    from filterproxy.replay.run import Watch

_EVERY_SECONDS = 60.0


@contextmanager
def reading(
    err: Console | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[sources.Watch]:
    """Who is to be told how much of the files is read, before any of it is replayed. See `watching`."""
    err = err or console(stderr=True)
    if not err.is_terminal:
        said = _each_minute(clock)
        yield lambda done, of: err.print(f"read {_size(done)} of {_size(of)}") if said() else None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


@contextmanager
def watching(
    lines: int, err: Console | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[Watch]:
    """
    Who is to be told how far it is.

    lines: about how many there are. err: where it is shown; clock: seconds from any origin.
    """
    err = err or console(stderr=True)
    if not err.is_terminal:
        yield _by_lines(lines, err, clock)
        return
    with _bar(err) as bar:
        task = bar.add_task("", total=lines or None)

        def watch(exchanges: int, skipped: int) -> None:
            bar.update(task, completed=exchanges + skipped)

        yield watch


def _bar(err: Console) -> Progress:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text("" if task.speed is None else f"{grouped(round(task.speed))}/s")

    columns = (BarColumn(), MofNCompleteColumn(), Rate(), TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, transient=True)


def _by_lines(lines: int, err: Console, clock: Callable[[], float]) -> Watch:
    said = _each_minute(clock)
    first: tuple[float, int] | None = None

    def watch(exchanges: int, skipped: int) -> None:
        nonlocal first
        done = exchanges + skipped
        if first is None:
            # From here on it is counted: what another run had judged says nothing about how fast this one is.
            first = clock(), done
        elif said():
            rate = (done - first[1]) / (clock() - first[0])
            err.print(progress_line(done, lines, rate))

    return watch


def _each_minute(clock: Callable[[], float]) -> Callable[[], bool]:
    """Whether a minute has gone since it was last said so."""
    last = clock()

    def is_over() -> bool:
        nonlocal last
        now = clock()
        over = now - last >= _EVERY_SECONDS
        last = now if over else last
        return over

    return is_over


def _size(number: int) -> str:
    """Bytes as people read them."""
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.1f} MB"


def progress_line(done: int, lines: int, rate: float) -> str:
    """Where a replay stands, in a line. rate: lines per second."""
    left = max(0.0, lines - done) / rate if rate else 0.0
    of = f"{count(done, 'line')} of about {grouped(lines)}"
    return f"{of}, {grouped(round(rate))}/s, about {_minutes(left)} left"


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
