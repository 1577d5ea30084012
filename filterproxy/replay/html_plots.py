"""
Plots of a replay: one line for each rule, its name and numbers as text, between them a small SVG.

Names and numbers are HTML, so that they wrap and are read aloud, and stay legible on a narrow screen; the
drawing has no text, and its places are percentages, so it needs no script to fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from filterproxy.replay.html_numbers import (
    by_difference,
    cost,
    counted,
    counts,
    difference,
    grouped,
    micros,
    pair,
    share,
)
from filterproxy.replay.html_tree import Inside, e

Row = Mapping[str, Any]
Rows = Sequence[tuple[str, Row]]

# Lines of a plot: what differs most; the table has all.
MOST_LINES = 25
# Pixels; the letters beside are as high.
_HEIGHT, _MIDDLE = 16, 8
# Where a scale begins and ends, in percent: a dot at its end must not be cut off.
_FROM, _TO = 1.5, 98.5


def plots(result: Mapping[str, Any]) -> list[Element]:
    """Every plot for which the result has something to show."""
    rows = by_difference(result["rules"])
    drawn = [
        _fired([row for row in rows if any(row[1]["fired"])]),
        _came_and_went([row for row in rows if difference(row[1])]),
        _precision([row for row in rows if row[1].get("precision")]),
        _cost(sorted(_timed(result["rules"]), key=lambda row: (-_dearest(row[1]), row[0]))),
    ]
    return [plot for plot in drawn if plot is not None]


def changed_bar(replies: Mapping[str, Any]) -> Element:
    """How many of all replies read otherwise, as one bar."""
    of = replies["same"] + replies["changed"]
    part = 100 * replies["changed"] / of if of else 0.0
    width = max(part, 0.4) if part else 0.0
    said = f"{share(replies['changed'], of)} of the replies read otherwise"
    return e(
        "svg",
        _rect(0, 100, 0, 14, "track"),
        _rect(0, width, 0, 14, "after"),
        class_="share", width="100%", height=14, role="img", aria_label=said,
    )  # fmt: skip


def _fired(rows: Rows) -> Element | None:
    most = max((max(row["fired"]) for _, row in rows), default=0)

    def draw(row: Row) -> list[Element]:
        before, after = (_place(count / most) for count in row["fired"])
        return [
            _line(before, after, "between"),
            _ring(before),
            _dot(after),
        ]

    legend = [_key("dot before", "before"), _key("dot after", "after")]
    title = "Replies in which a rule fired"
    return _plot(title, legend, rows, draw, lambda row: counts(row["fired"]), ("0", grouped(most)))


def _came_and_went(rows: Rows) -> Element | None:
    most = max((max(row["new"], row["gone"]) for _, row in rows), default=0) or 1

    def draw(row: Row) -> list[Element]:
        gone, new = 48.5 * row["gone"] / most, 48.5 * row["new"] / most
        return [
            _rect(50 - gone, gone, 3, 10, "gone"),
            _rect(50, new, 3, 10, "new"),
            _line(50, 50, "zero", (0, _HEIGHT)),
        ]

    def say(row: Row) -> str:
        signs = ("\N{MINUS SIGN}", row["gone"], ""), ("+", row["new"], ""), ("", row["changed"], " otherwise")
        return ", ".join(f"{sign}{grouped(number)}{said}" for sign, number, said in signs if number)

    legend = [_key("bar gone", "no longer fires"), _key("bar new", "newly fires")]
    scale = (grouped(most), "0", grouped(most))
    return _plot("What came and what went", legend, rows, draw, say, scale)


def _precision(rows: Rows) -> Element | None:
    def draw(row: Row) -> list[Element]:
        found = row["precision"]
        total = found["right"] + found["wrong"]
        drawn = [_line(_FROM, _TO, "grid"), _line(_place(found["low"]), _place(found["high"]), "interval")]
        return [*drawn, _dot(_place(found["right"] / total))] if total else drawn

    title = "Precision, as far as people labelled it"
    legend = [_key("dot after", "share of right ones"), _key("bar interval", "95% interval (Wilson)")]
    return _plot(title, legend, rows, draw, lambda row: precision(row["precision"]), ("0%", "50%", "100%"))


def precision(found: Mapping[str, Any]) -> str:
    """How many were right, and between which shares that puts the rule."""
    total = found["right"] + found["wrong"]
    return f"{found['right']} of {total} ({found['low']:.0%}\N{EN DASH}{found['high']:.0%})"


def _timed(rules: Mapping[str, Row]) -> Rows:
    return [(rule, row) for rule, row in rules.items() if any(row["seconds"])]


def _dearest(row: Row) -> float:
    return max(value or 0.0 for value in micros(row))


def _cost(rows: Rows) -> Element | None:
    most = max((_dearest(row) for _, row in rows), default=0.0) or 1.0

    def draw(row: Row) -> list[Element]:
        before, after = ((_TO - _FROM) * (value or 0.0) / most for value in micros(row))
        return [_rect(_FROM, before, 2, 5, "before"), _rect(_FROM, after, 9, 5, "after")]

    def say(row: Row) -> str:
        return f"{pair(*map(cost, micros(row)))} µs"

    legend = [_key("bar before", "before"), _key("bar after", "after")]
    title = "Time in a rule's own engine, for each reply that it read"
    return _plot(title, legend, rows, draw, say, ("0", f"{cost(most)} µs"))


def _plot(
    title: str,
    legend: Inside,
    rows: Rows,
    draw: Callable[[Row], list[Element]],
    say: Callable[[Row], str],
    scale: Sequence[str],
) -> Element | None:
    if not rows:
        return None
    lines = [_drawn(rule, draw(row), say(row)) for rule, row in rows[:MOST_LINES]]
    left = len(rows) - len(lines)
    more = e("p", f"{counted(left, 'more rule')}: see the table.", class_="dim") if left else None
    axis = e("li", e("span"), e("span", [e("span", mark) for mark in scale], class_="scale"), e("span"))
    axis.set("class", "axis")
    axis.set("aria-hidden", "true")
    caption = e("figcaption", e("h3", title), e("span", legend, class_="legend"))
    return e("figure", caption, e("ul", axis, lines, class_="plot"), more)


def _drawn(rule: str, drawing: list[Element], said: str) -> Element:
    svg = e("svg", drawing, width="100%", height=_HEIGHT, aria_hidden="true")
    return e("li", e("bdi", rule, class_="name"), svg, e("span", said, class_="said"), data_rule=rule)


def _key(kind: str, said: str) -> Element:
    return e("span", e("i", class_=f"key {kind}"), said)


def _place(part: float) -> float:
    return _FROM + (_TO - _FROM) * part


def _rect(x: float, width: float, y: int, height: int, kind: str) -> Element:
    return e("rect", x=f"{x:.2f}%", width=f"{width:.2f}%", y=y, height=height, class_=kind)


def _line(x: float, to: float, kind: str, y: tuple[int, int] = (_MIDDLE, _MIDDLE)) -> Element:
    return e("line", x1=f"{x:.2f}%", x2=f"{to:.2f}%", y1=y[0], y2=y[1], class_=kind)


def _ring(x: float) -> Element:
    # Wider than the dot, so that both are seen where they are at one place.
    return e("circle", cx=f"{x:.2f}%", cy=_MIDDLE, r=6, class_="dot before")


def _dot(x: float) -> Element:
    return e("circle", cx=f"{x:.2f}%", cy=_MIDDLE, r=3.5, class_="dot after")
