"""What was read and measured of the peers, as a table and as JSON."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from tests.bench.peers.judge import PIECE, Outcome
from tests.bench.peers.reading import WAYS
from tests.bench.peers.run import PeersResult, Read
from tests.bench.replies import COUNT

_COLUMNS = ("CPU s", *Outcome, "faults")


def rows(result: PeersResult) -> list[tuple[str, ...]]:
    """Peer, version, way of asking; then as _COLUMNS."""
    return [
        (measured.name, measured.version, way, *_cells(read))
        for way in WAYS
        for measured in result.peers
        for read in [measured.ways[way]]
    ]


def _cells(read: Read) -> tuple[str, ...]:
    cpu = "" if read.cpu is None else f"{read.cpu:.3g}"
    return (cpu, *(str(read.outcomes[outcome]) for outcome in Outcome), str(read.faulty))


def notes(result: PeersResult) -> list[str]:
    """What the table cannot show: kinds of faults, replies that failed under load, who was left out."""
    said = []
    for measured in result.peers:
        for way, read in measured.ways.items():
            said += [f"{measured.name}, {way}: {kind} ({count})" for kind, count in read.faults.items()]
            if read.failed:
                said.append(f"{measured.name}, {way}: {read.failed} failed under load")
    return said + [f"left out: {name}: {reason}" for name, reason in result.left_out.items()]


def as_json(result: PeersResult) -> dict[str, object]:
    """Everything, each sample by itself."""
    peers = [
        {
            "peer": measured.name,
            "version": measured.version,
            "asked": way,
            "cpu_seconds_per_1000": read.cpu_seconds,
            "outcomes": {outcome: read.outcomes[outcome] for outcome in Outcome},
            "faults": dict(read.faults),
            "failed": read.failed,
        }
        for measured in result.peers
        for way, read in measured.ways.items()
    ]
    return {"rounds": result.rounds, "seconds": result.seconds, "left_out": result.left_out, "peers": peers}


def print_peers(result: PeersResult) -> None:
    """The table, how it was counted, and the notes."""
    console = Console(width=150, highlight=False)
    title = f"CPU seconds for 1 000 replies, 16 connections; and what came of {COUNT} replies, 7 with a match"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("peer", "version", "asked", *_COLUMNS):
        table.add_column(column, justify="left" if column in ("peer", "version", "asked") else "right")
    for row in rows(result):
        table.add_row(*row)
    console.print(table)
    console.print(
        f"leaked: a whole match; in part: {PIECE} characters in a row of one that are nowhere in what the "
        "rules leave.\nwithheld: nothing of a match, and of the rest not all; changed: nothing matched, and "
        "the text is another.\nfaults: replies that do not keep to the API.",
        markup=False,
    )
    for note in notes(result):
        console.print(f"- {note}", markup=False)
