"""What `rules` and `promote` know of rules beyond their packs: labels, traffic, recordings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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
    from filterproxy.rulebook.document import Document

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
PrometheusOption = Annotated[
    str | None,
    typer.Option(
        "--prometheus",
        metavar="URL",
        help="A Prometheus that scrapes them (token: FILTERPROXY_PROMETHEUS_TOKEN): 30 days, over restarts.",
    ),
]
WhereOption = Annotated[
    str,
    typer.Option(
        "--where", metavar="LABELS", help="""Of these proxies alone in --prometheus, as in 'job="shop"'."""
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


def labels_or_exit(given: Path | None, document: Document, paths: Sequence[Path]) -> tuple[Path, Labels]:
    """
    The file of labels and what is in it, each with the version of its rule; lines that are none are named on
    stderr. document: of *paths* now.
    """
    from filterproxy.cli.show import console
    from filterproxy.history.versions import Versions
    from filterproxy.labels.store import default_path, read, versioned

    file = given or default_path()
    try:
        labels = versioned(read(file), Versions(lambda hash: rulebook_then(hash, document, paths)))
    except OSError as error:
        fail(f"the labels in {file} cannot be read: {error.strerror}")
    for skipped in labels.skipped[:_NAMED]:
        console(stderr=True).print(f"no label: {skipped.file}:{skipped.line} {skipped.why}", style="yellow")
    return file, labels


@dataclass(frozen=True, slots=True)
class Sources:
    """What was named to say what rules do. where: labels that choose proxies in Prometheus."""

    prometheus: str | None
    where: str
    metrics: Sequence[str] | None
    decisions: Sequence[Path] | None


def traffic_or_exit(
    sources: Sources, rulebook: Callable[[str], Document | None] = lambda hash: None
) -> list[Traffic]:
    """
    What Prometheus says, proxies by their metrics, and their logs; those that were named.

    rulebook: see traffic.of_decisions; who does not ask how rules stood need not give it.
    """
    from filterproxy.rollout.prometheus import of_prometheus
    from filterproxy.rollout.traffic import of_decisions, of_metrics

    if sources.where and not sources.prometheus:
        raise typer.BadParameter("it chooses among the proxies of --prometheus", param_hint="--where")
    found = []
    try:
        if sources.prometheus:
            found.append(of_prometheus(_asked(sources.prometheus), sources.where))
        if sources.metrics:
            found.append(of_metrics([_metrics_text(one) for one in dict.fromkeys(sources.metrics)]))
    except ValueError as error:
        fail(f"the metrics cannot be used: {error}")
    if sources.decisions:
        found.append(of_decisions(sources.decisions, rulebook))
    return found


def rulebook_then(hash: str, document: Document, paths: Sequence[Path]) -> Document | None:
    """The rulebook of a hash: *document*, which is of *paths* now, or as the journal or git has it."""
    from filterproxy.history.errors import HistoryError
    from filterproxy.history.resolve import found_by_hash

    if hash == document["hash"]:
        return document
    if len(hash) != len(document["hash"]):
        return None  # a log that says none, and no beginning of one
    try:
        return found_by_hash(hash, rules=paths).document
    except HistoryError:
        return None


def _asked(address: str) -> Any:
    from filterproxy.rollout.fetch import query

    token = os.environ.get("FILTERPROXY_PROMETHEUS_TOKEN", "")
    return lambda text: query(address, text, token)


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
