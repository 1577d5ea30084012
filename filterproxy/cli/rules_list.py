"""
`filterproxy rules`: every rule, whose it is, how far it is rolled out, how often it fires and how right it
is.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from filterproxy.cli.evidence import (
    DecisionsOption,
    LabelsOption,
    MetricsOption,
    RecordingsOption,
    labels_or_exit,
    replayed,
    traffic_or_exit,
)
from filterproxy.cli.rules import (
    AllowPython,
    JsonOption,
    KnownOption,
    Paths,
    count,
    document_or_exit,
    inline_answers,
    paths_or_shipped,
)

if TYPE_CHECKING:
    from rich.console import Console

    from filterproxy.labels.precision import Precision
    from filterproxy.labels.sample import Sampler
    from filterproxy.labels.store import Labels
    from filterproxy.rollout.overview import Row
    from filterproxy.rollout.traffic import Traffic
    from filterproxy.rulebook.document import Document


# Columns of a table that goes into a file.
_ROOM = 400


def rules(
    paths: Paths = None,
    metrics: MetricsOption = None,
    decisions: DecisionsOption = None,
    recordings: RecordingsOption = None,
    labels: LabelsOption = None,
    known: KnownOption = None,
    as_json: JsonOption = False,
    allow_python: AllowPython = None,
) -> None:
    """
    List the rules: owner, age, expiry, mode, rate, precision, cost, last edit, and which never or always
    fire.

    What rules do comes from one of --metrics, --recordings and --decisions, in this order of preference; a
    decision log has no replies that no rule touched, and so no rates. Precision is that of `review`; with
    --recordings it is of the rules as they are now, on the labelled replies among them.
    """
    from filterproxy.cli.show import console, print_json
    from filterproxy.rollout.overview import of_sampler, rows

    document = document_or_exit(paths_or_shipped(paths), known or (), as_json=as_json)
    ids = [form["id"] for form in document["rules"]]
    _, there = labels_or_exit(labels)
    found = traffic_or_exit(metrics, decisions)
    precisions = _precisions(there, ids)
    if recordings:
        sampler = _replayed(document, there, recordings, allow_python)
        found.insert(1 if metrics else 0, of_sampler(sampler, ids))
        precisions |= {
            rule: measured.precision
            for rule in ids
            if (measured := sampler.measured(there, rule)).precision.total
        }
    today = datetime.datetime.now(datetime.UTC).date()
    listed = rows(document, precisions, found[0] if found else None, today)
    if as_json:
        print_json({"hash": document["hash"], "rules": [row.as_json(today) for row in listed]})
        return
    _print(console(), listed, found, document["hash"], today)


def _precisions(there: Labels, ids: Sequence[str]) -> dict[str, Precision]:
    from filterproxy.labels.precision import precision

    return {rule: precision(there, rule) for rule in ids}


def _replayed(
    document: Document, there: Labels, recordings: Sequence[Path], allow_python: Sequence[str] | None
) -> Sampler:
    from filterproxy.rulebook.compile import compile

    return replayed(compile(document), there, recordings, inline_answers(allow_python))


def _print(
    out: Console, rows: Sequence[Row], found: Sequence[Traffic], hash: str, today: datetime.date
) -> None:
    from rich.table import Table
    from rich.text import Text

    from filterproxy.cli.show import MODE_STYLES

    columns: list[tuple[str, Callable[[Row], str]]] = [
        ("owner", lambda row: row.form["owner"]),
        ("age", lambda row: _days(None if row.created is None else (today - row.created).days)),
        ("expires", lambda row: row.form["expires"] or ""),
        ("fired", _fired),
        ("rate", lambda row: "" if row.rate is None else _share(row.rate)),
        ("precision", lambda row: "" if row.precision.point is None else _precise(row.precision)),
        ("cost", lambda row: "" if row.seen is None or row.seen.cost is None else _cost(row.seen.cost)),
        ("edited", lambda row: _edited(row, today)),
        ("", lambda row: ", ".join(row.notes)),
    ]
    # A column in which nothing stands would say that something is wrong.
    shown = [(title, cell) for title, cell in columns if any(cell(row) for row in rows)]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("rule", no_wrap=True)
    table.add_column("mode", no_wrap=True)
    for title, _ in shown:
        right = title in ("age", "fired", "rate", "cost")
        table.add_column(title, justify="right" if right else "left", no_wrap=True)
    for row in rows:
        mode = Text(row.step.said, style=MODE_STYLES.get(row.step.mode, ""))
        table.add_row(row.form["id"], mode, *(cell(row) for _, cell in shown))
    if not out.is_terminal:
        out.width = _ROOM  # a file has no edge at which a row would have to end
    out.print(table)
    out.print(f"\n{count(len(rows), 'rule')}, rulebook {hash}.")
    for traffic in found[:1]:
        out.print(_source(traffic), style="dim")


def _source(traffic: Traffic) -> str:
    from filterproxy.rollout.traffic import DECISION_LOG, METRICS

    number = f"{traffic.replies:,}".replace(",", " ")
    if traffic.source == METRICS:
        return f"Fired, rate and cost: as proxies count them, since they started; replies so far: {number}."
    if traffic.source == DECISION_LOG:
        left_out = f"; {count(traffic.skipped, 'line')} could not be read" if traffic.skipped else ""
        return (
            f"Fired: in {number} logged decisions{left_out}. A log leaves out replies that no rule touched."
        )
    return f"Fired, rate and cost: of {number} recorded exchanges, run through these rules."


def _fired(row: Row) -> str:
    return "" if row.seen is None or not row.seen.replies else f"{row.seen.all_fired:,}".replace(",", " ")


def _share(share: float) -> str:
    return "0" if share == 0 else f"{share:.2%}" if share >= 0.0001 else "<0.01%"


def _precise(found: Precision) -> str:
    return f"{found.point:.0%} ({found.low:.0%}-{found.high:.0%}, {found.right}/{found.total})"


def _cost(seconds: float) -> str:
    return f"{seconds * 1e6:.3g} µs" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms"


def _days(days: int | None) -> str:
    if days is None:
        return ""
    return f"{days} d" if days < 120 else f"{days // 30} mo" if days < 730 else f"{days // 365} y"


def _edited(row: Row, today: datetime.date) -> str:
    if row.edited is None:
        return ""
    if not row.edited.commit:
        return "not committed"
    ago = _days((today - row.edited.when.date()).days)
    return f"{ago} ago, {row.edited.who}" if ago != "0 d" else f"today, {row.edited.who}"


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("rules", short_help="List the rules: rollout, rate, precision, cost.")(rules)
