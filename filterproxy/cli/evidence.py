"""What `rules` and `promote` know of rules beyond their packs: labels, traffic, recordings."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filterproxy.cli.rules import fail

if TYPE_CHECKING:
    from rich.console import Console

    from filterproxy.corpus.exchange import Exchange
    from filterproxy.labels.sample import Sampler
    from filterproxy.labels.store import Labels
    from filterproxy.rollout.traffic import Traffic
    from filterproxy.rulebook.book import Rulebook

# Of what was left out: all is counted, so much is named.
_NAMED = 10
# Exchanges between two looks of the count.
_TICK = 20

LabelsOption = Annotated[
    Path | None,
    typer.Option(
        "--labels",
        metavar="FILE",
        dir_okay=False,
        help="What people said in `review`. [default: labels.jsonl in .filterproxy]",
    ),
]
MetricsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--metrics",
        metavar="URL",
        help="Admin address of a proxy (token: FILTERPROXY_ADMIN_TOKEN), or a file; may be repeated.",
    ),
]
DecisionsOption = Annotated[
    list[Path] | None,
    typer.Option("--decisions", metavar="FOLDER", exists=True, help="Decision logs; may be repeated."),
]
RecordingsOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--recordings",
        metavar="FOLDER",
        exists=True,
        help="Recordings, run through the rules; may be repeated.",
    ),
]


def labels_or_exit(given: Path | None) -> tuple[Path, Labels]:
    """The file of labels and what is in it; lines that are none are named on stderr."""
    from filterproxy.cli.show import console
    from filterproxy.labels.store import default_path, read

    file = given or default_path()
    try:
        labels = read(file)
    except OSError as error:
        fail(f"the labels in {file} cannot be read: {error.strerror}")
    for skipped in labels.skipped[:_NAMED]:
        console(stderr=True).print(f"no label: {skipped.file}:{skipped.line} {skipped.why}", style="yellow")
    return file, labels


def traffic_or_exit(metrics: Sequence[str] | None, decisions: Sequence[Path] | None) -> list[Traffic]:
    """What proxies say, by their metrics and by their logs; those that were named."""
    from filterproxy.rollout.traffic import of_decisions, of_metrics

    found = []
    if metrics:
        try:
            found.append(of_metrics([_metrics_text(one) for one in metrics]))
        except ValueError as error:
            fail(f"the metrics cannot be used: {error}")
    if decisions:
        found.append(of_decisions(decisions))
    return found


def _metrics_text(address: str) -> str:
    from filterproxy.rollout.fetch import metrics

    file = Path(address)
    if file.is_file():
        return file.read_text("utf-8", "replace")
    return metrics(address, os.environ.get("FILTERPROXY_ADMIN_TOKEN", ""))


def replayed(rulebook: Rulebook, labels: Labels, recordings: Sequence[Path], answers: Any) -> Sampler:
    """Recordings run through the rules; what could not be read is named on stderr."""
    from filterproxy.labels.sample import Sampler

    sampler = Sampler(rulebook, labels, keep=1, answers=answers)
    look(sampler, recordings)
    return sampler


def look(sampler: Sampler, recordings: Sequence[Path]) -> int:
    """Let *sampler* look at every exchange; how much could not be read, which is named on stderr."""
    from filterproxy.cli.show import console
    from filterproxy.corpus.read import read
    from filterproxy.corpus.skipped import Skipped, Skips

    skips, err = Skips(), console(stderr=True)

    def exchanges() -> Iterator[Exchange]:
        for item in read(recordings):
            if isinstance(item, Skipped):
                skips.add(item)
            else:
                yield item

    for exchange in _counted(exchanges(), err):
        sampler.look(exchange)
    for skipped in skips.named[:_NAMED]:
        place = f"{skipped.file}:{skipped.line}" if skipped.line else skipped.file
        err.print(f"left out: {place} {skipped.why}", style="yellow")
    if skips.count > _NAMED:
        err.print(f"left out: {skips.count - _NAMED} more", style="yellow")
    return skips.count


def _counted(exchanges: Iterator[Exchange], err: Console) -> Iterator[Exchange]:
    """The same, with a count while somebody looks."""
    if not err.is_terminal:
        yield from exchanges
        return
    with err.status("Looking at exchanges ...") as status:
        for number, exchange in enumerate(exchanges, 1):
            yield exchange
            if number % _TICK == 0:
                status.update(f"Looking at exchanges ... {number:,}".replace(",", " "))
