"""Panels as matplotlib draws them: near enough to Grafana's to judge whether a dashboard reads well."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from tests.deploy.draw_series import PLOTS
from tests.deploy.drawn import Found, Panel, by_threshold, mapped, overridden, series, shown

_COLUMNS = 24
_CELL_INCHES = (0.85, 0.42)
_MARGIN_INCHES = 0.08
# Above the panels, for the dashboard's title: in cells.
_HEAD = 1.5
_LEGEND_LINES = 6


class Picture:
    """An empty page for a dashboard."""

    def __init__(self, dashboard: Panel) -> None:
        importlib.import_module("matplotlib").use("agg")
        high = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in dashboard["panels"]) + _HEAD
        self.wide, self.high = _COLUMNS * _CELL_INCHES[0], high * _CELL_INCHES[1]
        make = importlib.import_module("matplotlib.figure").Figure
        self.figure = make(figsize=(self.wide, self.high), facecolor="#f4f5f5")
        title = f"{dashboard['title']}: {dashboard['description']}"
        self.text(0.15, self.high - 0.35, title, fontsize=13, weight="bold")
        self.text(
            self.wide - 0.15,
            self.high - 0.35,
            "drawn by matplotlib from a real run",
            ha="right",
            color="#888",
        )

    def text(self, x: float, y: float, text: str, **how: Any) -> None:
        """Inches, from the lower left corner."""
        self.figure.text(x / self.wide, y / self.high, text, **how)

    def axes(self, x: float, y: float, wide: float, high: float) -> Any:
        """Inches, as in text."""
        return self.figure.add_axes((x / self.wide, y / self.high, wide / self.wide, high / self.high))

    def box(self, at: dict[str, int]) -> tuple[float, float, float, float]:
        """A white place where a gridPos says: x, y, width and height in inches."""
        cell_x, cell_y = _CELL_INCHES
        x, wide = at["x"] * cell_x + _MARGIN_INCHES, at["w"] * cell_x - 2 * _MARGIN_INCHES
        high = at["h"] * cell_y - 2 * _MARGIN_INCHES
        y = self.high - (at["y"] + _HEAD) * cell_y - high - _MARGIN_INCHES
        ground = self.axes(x, y, wide, high)
        ground.set(xticks=[], yticks=[], facecolor="white")
        ground.set_zorder(-1)
        for spine in ground.spines.values():
            spine.set_color("#ddd")
        return x, y, wide, high


def draw_row(picture: Picture, panel: Panel) -> None:
    x, y, _, _ = picture.box(panel["gridPos"])
    picture.text(x + 0.1, y + 0.08, panel["title"], fontsize=11, weight="bold")


def draw_panel(picture: Picture, panel: Panel, found: Sequence[Found]) -> None:
    """Title, and what the panel's kind plots; its `noValue` where nothing was found."""
    x, y, wide, high = picture.box(panel["gridPos"])
    picture.text(x + 0.1, y + high - 0.22, panel["title"], fontsize=9.5, weight="bold")
    if not any(one.rows for one in found):
        no = panel["fieldConfig"]["defaults"]["noValue"]
        picture.text(x + wide / 2, y + high / 2, no, ha="center", color="#888", fontsize=11)
    elif panel["type"] == "stat":
        _stat(picture, (x, y, wide, high), panel, found)
    elif panel["type"] == "table":
        _table(picture, (x, y, wide, high), panel, found)
    else:
        legend = panel["options"].get("legend", {})
        beside = legend.get("placement") == "right"
        lines = sum(len(one.rows) for one in found) if legend.get("displayMode") == "table" else 2
        is_lines = panel["type"] == "timeseries"
        left = 0.62 if panel["type"] in ("timeseries", "heatmap") else 2.1
        right = 2.6 if beside and is_lines else 0.2
        under = 0.3 + (0.14 * min(lines, _LEGEND_LINES) if is_lines and not beside else 0)
        plot = picture.axes(x + left, y + under, wide - left - right, high - under - 0.4)
        plot.tick_params(labelsize=7, colors="#555")
        for spine in plot.spines.values():
            spine.set_color("#ddd")
        PLOTS[panel["type"]](plot, panel, found)


def _stat(picture: Picture, box: tuple[float, ...], panel: Panel, found: Sequence[Found]) -> None:
    x, y, wide, high = box
    defaults, options = panel["fieldConfig"]["defaults"], panel["options"]
    rows = series(found)
    for number, one in enumerate(rows):
        text, tint = mapped(panel, one.last) or (
            shown(one.last, defaults["unit"], defaults.get("decimals")),
            by_threshold(panel, one.last),
        )
        if options["textMode"] == "value_and_name":
            text = f"{one.name}   {text}"
        size = 20 if len(text) < 14 else 12
        at = (x + wide / 2, y + high * (0.42 - 0.2 * number))
        picture.text(*at, text, ha="center", va="center", fontsize=size, color=tint, weight="bold")
        if options["graphMode"] == "area" and len(rows) == 1:
            spark = picture.axes(x + 0.03, y + 0.03, wide - 0.06, high * 0.28)
            spark.fill_between(list(one.values), list(one.values.values()), color=tint, alpha=0.2)
            spark.set_axis_off()


def _table(picture: Picture, box: tuple[float, ...], panel: Panel, found: Sequence[Found]) -> None:
    """The transformations that the dashboards use: joinByField on `rule`, then organize."""
    x, y, wide, high = box
    organize = panel["transformations"][-1]["options"]
    lines = _joined(found)
    known = {field for line in lines for field in line}
    fields = [
        field
        for field in organize["indexByName"]
        if field in known and field not in organize["excludeByName"]
    ]
    titles = [organize["renameByName"].get(field, field) for field in fields]
    for sort in panel["options"].get("sortBy", ()):
        by = fields[titles.index(sort["displayName"])]
        lines.sort(key=lambda line: line.get(by, float("-inf")), reverse=sort["desc"])
    most = int((high - 0.5) / 0.24)
    for number, values in enumerate([dict(zip(fields, titles, strict=True)), *lines][:most]):
        for column, (field, title) in enumerate(zip(fields, titles, strict=True)):
            value = values.get(field, panel["fieldConfig"]["defaults"]["noValue"])
            if not isinstance(value, str):
                unit = overridden(panel, title, "unit") or "short"
                value = shown(value, unit, overridden(panel, title, "decimals"))
            at = (x + wide * (0.02 + 0.98 * column / len(fields)), y + high - 0.55 - 0.24 * number)
            picture.text(*at, value, fontsize=8, weight="normal" if number else "bold")


def _joined(found: Sequence[Found]) -> list[dict[str, Any]]:
    joined: dict[str, dict[str, Any]] = {}
    for one in found:
        for row in one.rows:
            field = "Value" if len(found) == 1 else f"Value #{one.ref}"
            line = joined.setdefault(row["metric"]["rule"], {})
            line.update({**row["metric"], field: float(row["values"][-1][1])})
    return list(joined.values())
