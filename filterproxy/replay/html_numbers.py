"""Numbers as the report writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Of a page, where a line may break at a blank.
_THIN = "\N{NARROW NO-BREAK SPACE}"
_ARROW = " \N{RIGHTWARDS ARROW} "


def grouped(number: float, between: str = _THIN) -> str:
    """1234567 in groups of three."""
    return f"{number:,}".replace(",", between)


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things: 1 rule, 2 rules."""
    return f"{grouped(number)} {one if number == 1 else many or one + 's'}"


def share(found: float, of: float) -> str:
    """A part of all, in percent; what is not nothing never reads 0%."""
    if not of:
        return "\N{EN DASH}"
    part = 100 * found / of
    return "<0.01%" if 0 < part < 0.01 else f"{part:.2f}%"


def pair(before: object, after: object) -> str:
    """Two values, or the one that both are."""
    return str(after) if before == after else f"{before}{_ARROW}{after}"


def counts(numbers: Sequence[int]) -> str:
    """[baseline, candidate]."""
    return pair(grouped(numbers[0]), grouped(numbers[1]))


def micros(row: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Microseconds of a rule for each reply that it read, under either; None where it read none."""
    old, new = (s / n * 1e6 if n else None for s, n in zip(row["seconds"], row["evaluated"], strict=True))
    return old, new


def cost(value: float | None) -> str:
    """Microseconds."""
    return "\N{EN DASH}" if value is None else f"{value:.1f}"


def difference(row: Mapping[str, Any]) -> int:
    """On how many replies a rule does something else."""
    return int(row["new"] + row["gone"] + row["changed"])


def spoke(row: Mapping[str, Any]) -> bool:
    """Whether a rule found anything, or failed, under either."""
    return any(row["fired"]) or any(row["excused"]) or any(row["errors"])


def by_difference(rules: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """Those that spoke; first what differs most, then what fires most."""
    said = [(rule, row) for rule, row in rules.items() if spoke(row)]
    return sorted(said, key=lambda item: (-difference(item[1]), -sum(item[1]["fired"]), item[0]))
