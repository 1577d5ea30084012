"""Recordings that a new rule is tried on: read, and run, with a bar where somebody waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from filterproxy.cli.rules import count
from filterproxy.cli.show import console

if TYPE_CHECKING:
    from rich.console import Console

    from filterproxy.authoring.case import Case
    from filterproxy.authoring.trying import Others, Tried
    from filterproxy.corpus.exchange import Exchange

# Lines that could not be read and are named one by one.
_NAMED = 5
# A bar that is there for less only flickers.
_PATIENCE_SECONDS = 1.0


def exchanges_of(paths: Sequence[Path]) -> list[Exchange]:
    """Those to try rules on; what could not be read, and that they are a sample, is said on stderr."""
    from filterproxy.authoring.gather import recorded

    with waiting("reading") as watch:
        found = recorded(paths, watch=watch)
    for one in found.skips.named[:_NAMED]:
        typer.echo(f"filterproxy: skipped {one.file}:{one.line}: {one.why}", err=True)
    if found.skips.count > _NAMED:
        typer.echo(f"filterproxy: skipped {count(found.skips.count, 'line')} in all", err=True)
    if found.of > len(found.exchanges):
        of = f"{len(found.exchanges):,} of {found.of:,} exchanges".replace(",", " ")
        typer.echo(f"filterproxy: tried on a sample of {of}", err=True)
    return found.exchanges


def tried_on(case: Case, tried: Tried, others: Others) -> Tried:
    """What finds something in the case, in the order that other replies speak for."""
    from filterproxy.authoring.trying import try_others

    with waiting("trying", len(others.exchanges)) as watch:
        return try_others(case, tried, others, watch)


@contextmanager
def waiting(
    what: str, of: int | None = None, err: Console | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[int], None]]:
    """
    Who is told how many exchanges are done: a bar, once somebody at a terminal has waited for a second.

    of: how many there are, where that is known. err: where it is shown; clock: seconds from any origin.
    """
    err = err or console(stderr=True)
    if not err.is_terminal:
        yield lambda done: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=err, transient=True)
    task, begin = bar.add_task("", total=of), clock()

    def watch(done: int) -> None:
        bar.update(task, completed=done)
        if clock() - begin >= _PATIENCE_SECONDS:
            bar.start()  # the second time is none

    try:
        yield watch
    finally:
        bar.stop()
