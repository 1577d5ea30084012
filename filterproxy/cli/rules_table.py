"""The table of `filterproxy rules`: which columns, in which order, and what there is room for."""

from __future__ import annotations

import datetime
import fnmatch
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from filterproxy.cli.rules import count

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from filterproxy.labels.precision import Precision
    from filterproxy.rollout.overview import Row
    from filterproxy.rollout.traffic import Traffic

# Columns of a table that goes into a file.
_ROOM = 400
_GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """
    cell: what stands in it; "" where nobody knows. key: what it is sorted by, None last. right: its numbers
    end in one line. most: the largest come first. keep: in a narrow terminal the smallest goes first.
    """

    title: str
    cell: Callable[[Row], str]
    key: Callable[[Row], Any]
    keep: int
    right: bool = False
    most: bool = False


def columns(today: datetime.date) -> list[Column]:
    """All that there are, but for the id and the mode."""

    def age(row: Row) -> int | None:
        return None if row.created is None else (today - row.created).days

    def rate(row: Row) -> str:
        return "" if row.rate is None else _share(row.rate)

    def cost(row: Row) -> float | None:
        return None if row.seen is None else row.seen.cost

    return [
        Column("owner", lambda row: row.form["owner"], lambda row: row.form["owner"] or None, 6),
        Column("age", lambda row: _days(age(row)), age, 3, right=True, most=True),
        Column("expires", lambda row: row.form["expires"] or "", lambda row: row.form["expires"], 4),
        Column("fired", _fired, _times, 5, right=True, most=True),
        Column("rate", rate, lambda row: row.rate, 7, right=True, most=True),
        Column("precision", _precision, lambda row: row.precision.point and row.precision.low, 8),
        Column("cost", lambda row: _cost(cost(row)), cost, 2, right=True, most=True),
        Column("edited", lambda row: _edited(row, today), _when, 1, most=True),
        Column("notes", lambda row: ", ".join(row.notes), lambda row: row.notes or None, 9),
    ]


SORTS = ("rule", "owner", "age", "expires", "fired", "rate", "precision", "cost", "edited", "notes")


def sorted_by(rows: Sequence[Row], title: str | None, today: datetime.date) -> list[Row]:
    """By a column; those of which nobody knows it come last. None: in the order in which they run."""
    if title is None:
        return list(rows)
    if title == "rule":
        return sorted(rows, key=lambda row: row.form["id"])
    column = next(column for column in columns(today) if column.title == title)
    known = [row for row in rows if column.key(row) is not None]
    unknown = [row for row in rows if column.key(row) is None]
    return sorted(known, key=column.key, reverse=column.most) + unknown


def chosen(rows: Sequence[Row], words: Collection[str]) -> list[Row]:
    """Rows of which every word is the pack, owner, mode or a note, or fits the id as a pattern."""
    return [row for row in rows if all(_is(row, word) for word in words)]


def _is(row: Row, word: str) -> bool:
    said = {row.form["pack"], row.form["owner"], row.step.mode, *row.notes}
    return word in said or fnmatch.fnmatchcase(row.form["id"], word)


def print_table(
    out: Console, rows: Sequence[Row], found: Sequence[Traffic], hash: str, today: datetime.date, of: int
) -> None:
    """The rows, and where they come from. found: what says what rules do; the first counts. of: all rules."""
    if not out.is_terminal:
        out.width = _ROOM  # a file has no edge at which a row would have to end
    # A column in which nothing stands would say that something is wrong.
    there = [column for column in columns(today) if any(column.cell(row) for row in rows)]
    shown = _fitting(there, rows, out.width)
    out.print(_table(rows, shown))
    some = "" if len(rows) == of else f"{len(rows)} of "
    out.print(f"\n{some}{count(of, 'rule')}, rulebook {hash}.")
    left = ", ".join(column.title for column in there if column not in shown)
    if left:
        out.print(f"No room for: {left}. A wider terminal, a pipe or --json has them.", style="dim")
    for traffic in found[:1]:
        out.print(_source(traffic), style="dim")


def _fitting(there: Sequence[Column], rows: Sequence[Row], width: int) -> list[Column]:
    """As many as there is room for, beside the ids and the modes."""
    from rich.cells import cell_len

    def wide(texts: Sequence[str]) -> int:
        return max(map(cell_len, texts)) + _GAP

    room = width - wide(["rule", *(row.form["id"] for row in rows)]) + _GAP
    room -= wide(["mode", *(row.step.said for row in rows)])
    kept = []
    for column in sorted(there, key=lambda column: -column.keep):
        needs = wide([column.title, *map(column.cell, rows)])
        if needs <= room:
            room -= needs
            kept.append(column)
    return [column for column in there if column in kept]


def _table(rows: Sequence[Row], shown: Sequence[Column]) -> Table:
    from rich.table import Table
    from rich.text import Text

    from filterproxy.cli.show import MODE_STYLES

    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
    table.add_column("rule", no_wrap=True)
    table.add_column("mode", no_wrap=True)
    for column in shown:
        title = "" if column.title == "notes" else column.title
        table.add_column(title, justify="right" if column.right else "left", no_wrap=True)
    for row in rows:
        mode = Text(row.step.said, style=MODE_STYLES.get(row.step.mode, ""))
        # As text: a pack may say [bold].
        table.add_row(Text(row.form["id"]), mode, *(Text(column.cell(row)) for column in shown))
    return table


def _source(traffic: Traffic) -> str:
    from filterproxy.rollout.prometheus import DAYS
    from filterproxy.rollout.traffic import DECISION_LOG, METRICS, PROMETHEUS

    number = f"{traffic.replies:,}".replace(",", " ")
    if traffic.source == METRICS:
        return f"Fired, rate and cost: as proxies count them, since they started; replies so far: {number}."
    if traffic.source == PROMETHEUS:
        return f"Fired, rate and cost: of the last {DAYS} days, by Prometheus; replies: about {number}."
    if traffic.source == DECISION_LOG:
        left_out = f"; {count(traffic.skipped, 'line')} could not be read" if traffic.skipped else ""
        return (
            f"Fired: in {number} logged decisions{left_out}. A log leaves out replies that no rule touched."
        )
    return f"Fired, rate and cost: of {number} recorded exchanges, run through these rules."


def _times(row: Row) -> int | None:
    return None if row.seen is None or not row.seen.replies else row.seen.all_fired


def _fired(row: Row) -> str:
    times = _times(row)
    return "" if times is None else f"{times:,}".replace(",", " ")


def _share(share: float) -> str:
    return "0" if share == 0 else f"{share:.2%}" if share >= 0.0001 else "<0.01%"


def _precision(row: Row) -> str:
    found: Precision = row.precision
    if found.point is None:
        return found.beside
    said = f"{found.point:.0%} ({found.low:.0%}-{found.high:.0%}, {found.right}/{found.total})"
    return f"{said}; {found.beside}" if found.beside else said


def _cost(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds * 1e6:.3g} µs" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms"


def _days(days: int | None) -> str:
    if days is None:
        return ""
    return f"{days} d" if days < 120 else f"{days // 30} mo" if days < 730 else f"{days // 365} y"


def _when(row: Row) -> tuple[bool, datetime.datetime] | None:
    return None if row.edited is None else (not row.edited.commit, row.edited.when)


def _edited(row: Row, today: datetime.date) -> str:
    if row.edited is None:
        return ""
    if not row.edited.commit:
        return "not committed"
    ago = _days((today - row.edited.when.date()).days)
    return f"{ago} ago, {row.edited.who}" if ago != "0 d" else f"today, {row.edited.who}"
