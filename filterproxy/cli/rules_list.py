"""
`filterproxy rules`: every rule, whose it is, how far it is rolled out, how often it fires and how right it
is.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from filterproxy.cli.evidence import (
    DecisionsOption,
    LabelsOption,
    MetricsOption,
    PrometheusOption,
    RecordingsOption,
    Sources,
    WhereOption,
    labels_or_exit,
    replayed,
    traffic_or_exit,
)
from filterproxy.cli.rules import (
    AllowPython,
    JsonOption,
    KnownOption,
    Paths,
    document_or_exit,
    inline_answers,
    paths_or_default,
)

if TYPE_CHECKING:
    from filterproxy.labels.precision import Precision
    from filterproxy.labels.sample import Sampler
    from filterproxy.labels.store import Labels
    from filterproxy.rulebook.document import Document


def rules(
    paths: Paths = None,
    metrics: MetricsOption = None,
    prometheus: PrometheusOption = None,
    where: WhereOption = "",
    decisions: DecisionsOption = None,
    recordings: RecordingsOption = None,
    labels: LabelsOption = None,
    known: KnownOption = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORD",
            help="A pack, an owner, a mode, a note, or an id as in 'price-*'; may be repeated.",
        ),
    ] = None,
    sort: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="[default: the order in which they run]")
    ] = None,
    as_json: JsonOption = False,
    allow_python: AllowPython = None,
) -> None:
    """
    List the rules: owner, age, expiry, mode, rate, precision, cost, last edit, and which never or always
    fire.

    What rules do comes from one of --prometheus, --metrics, --recordings and --decisions, in this order of
    preference; a decision log has no replies that no rule touched, and so no rates. Precision is that of
    `review`, of the rules as they are now; with --recordings they are run over the labelled replies among
    them, so that labels of earlier versions count, too.
    """
    from filterproxy.cli.rules_table import chosen, print_table, sorted_by
    from filterproxy.cli.show import console, print_json
    from filterproxy.rollout.overview import of_sampler, rows

    column = _column(sort)
    files = paths_or_default(paths)
    document = document_or_exit(files, known or (), as_json=as_json)
    ids = [form["id"] for form in document["rules"]]
    _, there = labels_or_exit(labels, document, files)
    found = traffic_or_exit(Sources(prometheus, where, metrics, decisions))
    precisions = _precisions(there, document)
    if recordings:
        sampler = _replayed(document, there, recordings, allow_python)
        found.insert(bool(prometheus) + bool(metrics), of_sampler(sampler, ids))
        precisions |= {
            rule: measured.precision
            for rule in ids
            if (measured := sampler.measured(there, rule)).precision.total
        }
    today = datetime.datetime.now(datetime.UTC).date()
    every = rows(document, precisions, found[0] if found else None, today)
    listed = sorted_by(chosen(every, only or ()), column, today)
    if as_json:
        print_json({"hash": document["hash"], "rules": [row.as_json(today) for row in listed]})
        return
    print_table(console(), listed, found, document["hash"], today, len(ids))


def _column(sort: str | None) -> str | None:
    from filterproxy.cli.rules_table import SORTS

    if sort is not None and sort not in SORTS:
        raise typer.BadParameter(f'"{sort}" is none of {", ".join(SORTS)}', param_hint="--sort")
    return sort


def _precisions(there: Labels, document: Document) -> dict[str, Precision]:
    from filterproxy.labels.precision import precision
    from filterproxy.rulebook.document import versions_of

    return {rule: precision(there, rule, version) for rule, version in versions_of(document).items()}


def _replayed(
    document: Document, there: Labels, recordings: Sequence[Path], allow_python: Sequence[str] | None
) -> Sampler:
    from filterproxy.rulebook.compile import compile

    return replayed(compile(document), there, recordings, inline_answers(allow_python))


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("rules", short_help="List the rules: rollout, rate, precision, cost.")(rules)
