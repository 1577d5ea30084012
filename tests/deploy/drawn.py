"""What panels need to be drawn: values as people read them, colours, names of series."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.deploy.watched import Rows

# Of matplotlib, which only `python -m tests.deploy.plot` needs.
Axes = Any
Panel = Mapping[str, Any]

PALETTE = """
    #7eb26d #eab839 #6ed0e0 #ef843c #e24d42 #1f78c1 #ba43a9 #705da0 #508642 #cca300 #447ebc #c15c17
    #890f02 #0a437c #6d1f62 #584477 #b7dbab #f4d598 #70dbed #f9ba8f #f29191 #82b5d8 #e5a8e2 #aea2e0
    #629e51 #e5ac0e #64b0c8 #e0752d #bf1b00 #0a50a1 #962d82 #614d93 #9ac48a #f2c96d #65c5db #f9934e
    #ea6460 #5195ce #d683ce #806eb7
""".split()
_NAMED = {
    "green": "#56a64b",
    "yellow": "#e0b400",
    "orange": "#ff780a",
    "red": "#e02f44",
    "dark-red": "#a01528",
    "blue": "#3274d9",
    "purple": "#a352cc",
    "transparent": "#00000000",
}
_SECONDS = ((3600, "h"), (60, "min"), (1, "s"), (1e-3, "ms"), (1e-6, "µs"))


@dataclass(frozen=True, slots=True)
class Found:
    """What one target of a panel found: rows as Prometheus gives them, each with `values`."""

    ref: str
    legend: str
    rows: Rows


@dataclass(frozen=True, slots=True)
class Series:
    """One row by its legend's name: values by time, both as numbers."""

    name: str
    values: Mapping[float, float]

    @property
    def last(self) -> float:
        return self.values[max(self.values)]


def series(found: Sequence[Found]) -> list[Series]:
    return [
        Series(_name(one.legend, row["metric"]), {float(t): float(v) for t, v in row["values"]})
        for one in found
        for row in one.rows
    ]


def _name(legend: str, labels: Mapping[str, str]) -> str:
    return re.sub(r"{{\s*(\w+)\s*}}", lambda found: labels.get(found[1], found[1]), legend)


def shown(value: float, unit: str, decimals: int | None = None) -> str:
    """A value as a person reads it in *unit*, a name of Grafana's."""
    match unit:
        case "percentunit":
            return f"{value * 100:.{1 if decimals is None else decimals}f}%"
        case "s":
            size, name = next(((s, n) for s, n in _SECONDS if abs(value) >= s), (1, "s"))
            return f"{value / size:.3g} {name}"
        case "reqps" | "cps":
            return f"{value:.3g} {'req' if unit == 'reqps' else 'c'}/s"
    if abs(value) >= 1000:
        return f"{value / 1000:.3g} K" if value < 1e6 else f"{value / 1e6:.3g} M"
    return f"{value:.0f}" if value == int(value) or decimals == 0 else f"{value:.3g}"


def css(colour: str) -> str:
    """A colour of Grafana's as matplotlib knows it."""
    return _NAMED.get(colour, colour)


def overridden(panel: Panel, name: str, key: str) -> Any:
    """What the panel's overrides say of *key* for the series called *name*; None: nothing."""
    return next((one["value"] for one in _overrides(panel, name) if one["id"] == key), None)


def _overrides(panel: Panel, name: str) -> Iterator[dict[str, Any]]:
    for change in panel["fieldConfig"]["overrides"]:
        matcher = change["matcher"]
        if matcher["id"] == "byRegexp":
            fits = re.search(matcher["options"].strip("/"), name) is not None
        else:
            fits = matcher["options"] == name
        if fits:
            yield from change["properties"]


def colour_of(panel: Panel, name: str) -> str:
    """By an override, else by its name: the same everywhere, as Grafana's palette-classic-by-name."""
    own = overridden(panel, name, "color")
    return css(own["fixedColor"]) if own else PALETTE[zlib.crc32(name.encode()) % len(PALETTE)]


def by_threshold(panel: Panel, value: float) -> str:
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    return css([step["color"] for step in steps if step["value"] is None or value >= step["value"]][-1])


def mapped(panel: Panel, value: float) -> tuple[str, str] | None:
    """Text and colour that the panel's mappings have for a value."""
    for mapping in panel["fieldConfig"]["defaults"].get("mappings", ()):
        said = mapping["options"].get(f"{value:g}")
        if said:
            return said["text"], css(said["color"])
    return None
