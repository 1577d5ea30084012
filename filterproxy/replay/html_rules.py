"""The table of rules in the report: sorted and filtered by the script, whole without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from filterproxy.replay.html_numbers import by_difference, cost, counted, counts, grouped, micros, pair, spoke
from filterproxy.replay.html_plots import precision
from filterproxy.replay.html_tree import Inside, e, table

# Rows, and names of rules that found nothing; more make a page that is slow to open.
MOST_ROWS = 1000
MOST_NAMED = 2000

Row = Mapping[str, Any]

# Heading, what it means.
_COLUMNS = (
    ("Rule", "Its id; the arrow goes to its examples"),
    ("Pack", "The pack that has it"),
    ("Mode", "Under the baseline, and under the candidate where that is another"),
    ("Fired", "Replies with a match that nothing excused"),
    ("New", "Replies on which it fires under the candidate only"),
    ("Gone", "Replies on which it fires under the baseline only"),
    ("Otherwise", "Replies on which it fires under both, and that read otherwise because of it"),
    ("Only it", "Replies that no other enforcing rule would touch"),
    ("Precision", "Right ones among labelled hits, and the 95% interval of their share"),
    ("µs/reply", "Microseconds in its own engine for each reply that it read"),
    ("Read", "Replies that it was asked about"),
    ("Excused", "Replies in which each match was excused"),
    ("Errors", "Replies that it could not judge"),
)
_WORDS = 3  # so many columns are text, the rest numbers
# Left out where no rule has any.
_SELDOM = {"Otherwise": "changed", "Precision": "precision", "Excused": "excused", "Errors": "errors"}


def rules_table(rules: Mapping[str, Row], examples: Mapping[str, str]) -> list[Inside]:
    """
    The table, and the rules that found nothing.

    examples: by rule, the anchor of its first example.
    """
    found = by_difference(rules)
    shown = found[:MOST_ROWS]
    used = [at for at, (name, _) in enumerate(_COLUMNS) if _any(_SELDOM.get(name), rules)]
    left = len(found) - len(shown)
    return [
        _table(shown, used, examples) if shown else e("p", "No rule found anything."),
        e("p", f"{counted(left, 'more rule')}: in the JSON of the replay.") if left else None,
        _silent([rule for rule, row in rules.items() if not spoke(row)], bool(found)),
    ]


def _any(key: str | None, rules: Mapping[str, Row]) -> bool:
    return key is None or any(row.get(key) not in (None, 0, [0, 0]) for row in rules.values())


def _table(rows: Sequence[tuple[str, Row]], used: Sequence[int], examples: Mapping[str, str]) -> Element:
    caption = (
        "Rules that fired, were excused or failed. Where two numbers stand, the first is the baseline's."
    )
    lines = [_row(rule, row, used, examples.get(rule)) for rule, row in rows]
    return table(caption, [_heading(at) for at in used], lines, "rules sortable")


def _heading(at: int) -> Element:
    name, meaning = _COLUMNS[at]
    return e("th", name, scope="col", title=meaning, class_=None if at < _WORDS else "number")


def _row(rule: str, row: Row, used: Sequence[int], anchor: str | None) -> Element:
    name: list[Inside] = [e("bdi", rule)]
    if anchor is not None:
        arrow = e("a", "\N{DOWNWARDS ARROW}", href=f"#{anchor}", aria_label=f"Examples of {rule}")
        name += ["\N{NO-BREAK SPACE}", arrow]
    cells = _cells(row)
    return e(
        "tr",
        e("th", name, scope="row", data_value=rule),
        [_cell(at, *cells[at - 1]) for at in used if at],
        data_rule=rule,
    )


def _cell(at: int, said: str, value: float | str) -> Element:
    if at < _WORDS:
        return e("td", said, class_="mode" if _COLUMNS[at][0] == "Mode" else "words", data_value=value)
    kind = "number none" if not value else "number"
    return e("td", said, class_=kind, data_value=value)


def _cells(row: Row) -> list[tuple[str, float | str]]:
    """What stands in the columns after the first, and what each is sorted by."""
    old, new = micros(row)
    found = row.get("precision")
    total = found["right"] + found["wrong"] if found else 0
    return [
        (row["pack"], row["pack"]),
        (pair(*row["mode"]), row["mode"][1]),
        _pair(row["fired"]),
        *((grouped(row[name]), row[name]) for name in ("new", "gone", "changed")),
        _pair(row["marginal"]),
        (precision(found), found["right"] / total) if found and total else ("", -1),
        (pair(cost(old), cost(new)), (old if new is None else new) or 0),
        *(_pair(row[name]) for name in ("evaluated", "excused", "errors")),
    ]


def _pair(numbers: Sequence[int]) -> tuple[str, float]:
    # What fired once and no longer does stands above what never did.
    return counts(numbers), numbers[1] or (numbers[0] and 0.5)


def _silent(rules: Sequence[str], others: bool) -> Element | None:
    if not rules:
        return None
    named = rules[:MOST_NAMED]
    left = len(rules) - len(named)
    said = f"{counted(len(rules), 'other rule' if others else 'rule')} found nothing"
    more = e("li", f"and {grouped(left)} more") if left else None
    return e("details", e("summary", said), e("ul", [e("li", rule) for rule in named], more, class_="names"))
