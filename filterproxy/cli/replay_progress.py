"""How far a replay has come: a bar with rate and time left where somebody looks, else a line a minute."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filterproxy.cli.rules import count
from filterproxy.cli.show import console

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from filterproxy.replay.run import Watch

_EVERY_SECONDS = 60.0


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
            return Text("" if task.speed is None else f"{task.speed:,.0f}/s".replace(",", " "))

    columns = (BarColumn(), MofNCompleteColumn(), Rate(), TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, transient=True)


def _by_lines(lines: int, err: Console, clock: Callable[[], float]) -> Watch:
    began = said = clock()

    def watch(exchanges: int, skipped: int) -> None:
        nonlocal said
        now = clock()
        if now - said < _EVERY_SECONDS:
            return
        said = now
        err.print(progress_line(exchanges, skipped, lines, now - began))

    return watch


def progress_line(exchanges: int, skipped: int, lines: int, seconds: float) -> str:
    """Where a replay stands, in a line."""
    done = exchanges + skipped
    rate = done / seconds
    left = max(0.0, lines - done) / rate if rate else 0.0
    return (
        f"{count(done, 'line')} of about {lines:,}".replace(",", " ")
        + f", {rate:.0f}/s, about {_minutes(left)} left"
    )


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
