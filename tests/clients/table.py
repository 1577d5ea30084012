"""The result as a table: a row for each client, API and way to read it, a column for each case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.clients.cases import CASES, Case
from tests.clients.runner import Cell


def head(cases: Sequence[Case]) -> tuple[str, ...]:
    return ("client", "API", "read", *(case.name for case in cases))


def rows(
    cells: Sequence[Cell], versions: Mapping[str, str], cases: Sequence[Case] = CASES
) -> list[tuple[str, ...]]:
    """The head, and a row for each client, API and way."""
    found = {(cell.client, cell.api, cell.way, cell.case): cell for cell in cells}
    marked = [
        (f"{name} {versions[name]}", api, way, *(_mark(found.get((name, api, way, c.name))) for c in cases))
        for name, api, way in dict.fromkeys(key[:3] for key in found)
    ]
    return [head(cases), *marked]


def _mark(cell: Cell | None) -> str:
    if cell is None:
        return "-"
    return "WRONG" if cell.wrong else "ok"


def text(lines: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def markdown(lines: Sequence[tuple[str, ...]]) -> str:
    shown = (lines[0], ("---",) * len(lines[0]), *lines[1:])
    return "\n".join("| " + " | ".join(line) + " |" for line in shown)


def wrongs(cells: Sequence[Cell]) -> list[str]:
    """What is wrong, a line for each."""
    return [f"{c.client}, {c.api}, {c.way}, {c.case}: {c.wrong}" for c in cells if c.wrong]
