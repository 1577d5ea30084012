"""Plots of values over time, bars and states, on axes that are there already."""

from __future__ import annotations

import importlib
import math
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from tests.deploy.drawn import (
    Axes,
    Found,
    Panel,
    Series,
    by_threshold,
    colour_of,
    css,
    mapped,
    overridden,
    series,
    shown,
)


def lines(plot: Axes, panel: Panel, found: Sequence[Found]) -> None:
    """timeseries: lines, or areas or bars on top of each other; gaps stay gaps."""
    custom = panel["fieldConfig"]["defaults"]["custom"]
    all_series = series(found)
    times = sorted({t for one in all_series for t in one.values})
    xs = [t - times[-1] for t in times]
    if custom["stacking"]["mode"] == "normal":
        handles = _stacked(plot, panel, all_series, times, xs)
    else:
        handles = []
        for one in all_series:
            style = "--" if overridden(panel, one.name, "custom.lineStyle") else "-"
            ys = [one.values.get(t, math.nan) for t in times]
            how = {"color": colour_of(panel, one.name), "linewidth": 1.6, "linestyle": style}
            handles += plot.plot(xs, ys, label=_label(panel, one), **how)
    plot.set_xlim(xs[0], 0)
    _axis(plot, panel)
    _legend(plot, panel, handles)


def _stacked(
    plot: Axes, panel: Panel, all_series: Sequence[Series], times: Sequence[float], xs: Sequence[float]
) -> list[Any]:
    bars = panel["fieldConfig"]["defaults"]["custom"]["drawStyle"] == "bars"
    low = [0.0] * len(times)
    handles = []
    for one in all_series:
        own = [one.values.get(t, 0.0) for t in times]
        top = [a + b for a, b in zip(low, own, strict=True)]
        how = {"color": colour_of(panel, one.name), "label": _label(panel, one)}
        if bars:
            handles.append(plot.bar(xs, own, bottom=low, width=0.9, **how))
        else:
            handles.append(plot.fill_between(xs, low, top, alpha=0.55, linewidth=0.8, **how))
        low = top
    return handles


def _label(panel: Panel, one: Series) -> str:
    if panel["options"]["legend"]["displayMode"] != "table":
        return one.name
    unit = panel["fieldConfig"]["defaults"]["unit"]
    return f"{one.name}  last {shown(one.last, unit)}, max {shown(max(one.values.values()), unit)}"


def _axis(plot: Axes, panel: Panel) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    custom = defaults["custom"]
    if "thresholdsStyle" in custom:
        for step in defaults["thresholds"]["steps"]:
            if step["value"] is not None:
                plot.axhline(step["value"], color=css(step["color"]), linestyle="--", linewidth=1)
    if custom.get("scaleDistribution", {}).get("type") == "log":
        plot.set_yscale("log")
    elif "min" in defaults:
        plot.set_ylim(bottom=defaults["min"])
    ticker = importlib.import_module("matplotlib.ticker")
    plot.yaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: shown(value, defaults["unit"])))
    plot.yaxis.set_minor_formatter(ticker.NullFormatter())
    plot.grid(color="#eee")


def _legend(plot: Axes, panel: Panel, handles: list[Any]) -> None:
    legend = panel["options"]["legend"]
    beside, table = legend["placement"] == "right", legend["displayMode"] == "table"
    plot.legend(
        handles=handles[: 14 if beside else 12],
        loc="upper left",
        bbox_to_anchor=(1.01, 1.02) if beside else (-0.05, -0.08),
        ncols=1 if beside or table else 5,
        fontsize=6.5,
        frameon=False,
        labelspacing=0.2,
    )


def bars(plot: Axes, panel: Panel, found: Sequence[Found]) -> None:
    """bargauge: the first on top."""
    defaults = panel["fieldConfig"]["defaults"]
    rows = series(found)[::-1]
    plot.barh(
        [one.name for one in rows],
        [one.last for one in rows],
        color=[by_threshold(panel, o.last) for o in rows],
    )
    for y, one in enumerate(rows):
        plot.text(one.last, y, " " + shown(one.last, defaults["unit"]), va="center", fontsize=7, clip_on=True)
    plot.set_xlim(0, defaults.get("max"))
    plot.set_xticks([])


def states(plot: Axes, panel: Panel, found: Sequence[Found]) -> None:
    """state-timeline."""
    rows = series(found)
    now = max(t for one in rows for t in one.values)
    for y, one in enumerate(rows):
        for t, value in one.values.items():
            said = mapped(panel, value)
            plot.barh(y, 1.0, left=t - now, color=said[1] if said else "#ccc", height=0.7)
    plot.set_yticks(range(len(rows)), [textwrap.shorten(one.name, 26) for one in rows])


def heat(plot: Axes, panel: Panel, found: Sequence[Found]) -> None:
    """heatmap of a histogram's buckets, each of which counts those below it too."""
    rows = sorted(series(found), key=lambda one: float(one.name))
    times = sorted({t for one in rows for t in one.values})
    below = [0.0] * len(times)
    cells = []
    for one in rows:
        so_far = [one.values.get(t, 0.0) for t in times]
        cells.append([max(0.0, a - b) for a, b in zip(so_far, below, strict=True)])
        below = so_far
    plot.pcolormesh(
        [t - times[-1] for t in times], range(len(rows)), cells, cmap="Oranges", shading="nearest"
    )
    unit = panel["options"]["yAxis"]["unit"]
    texts = ["more" if one.name == "+Inf" else shown(float(one.name), unit) for one in rows]
    plot.set_yticks(range(len(rows)), texts)


PLOTS: dict[str, Callable[[Axes, Panel, Sequence[Found]], None]] = {
    "timeseries": lines,
    "bargauge": bars,
    "state-timeline": states,
    "heatmap": heat,
}
