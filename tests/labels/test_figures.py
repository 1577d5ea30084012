"""What people said about rules, for Prometheus."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from pathlib import Path

import pytest

from filterproxy.labels.figures import LabelFigures
from filterproxy.labels.label import FIRED, NEAR, RIGHT, UNSURE, WRONG, Label
from filterproxy.labels.precision import wilson
from filterproxy.labels.store import Labels, append

Series = dict[tuple[str, ...], float]


def values(figures: LabelFigures, *rules: str) -> Series:
    return {
        (family.name.removeprefix("filterproxy_"), *sample.labels.values()): sample.value
        for family in figures.families(dict.fromkeys(rules, "v1"))
        for sample in family.samples
    }


def test_precision_is_told_with_its_bounds_for_rules_of_the_rulebook(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    words = [RIGHT, RIGHT, RIGHT, WRONG, UNSURE]
    append(file, [Label(f"{n}", "hours", word, version="v1") for n, word in enumerate(words)])
    others = [Label("n", "hours", WRONG, stratum=NEAR), Label("a", "gone", RIGHT)]
    append(file, [replace(label, version="v1") for label in others])
    append(file, [Label("old", "hours", WRONG, version="v0")])
    low, high = wilson(3, 4)

    assert {
        ("rule_precision", "hours", "point"): 0.75,
        ("rule_precision", "hours", "low"): low,
        ("rule_precision", "hours", "high"): high,
        ("rule_labels", "hours", "right"): 3,
        ("rule_labels", "hours", "wrong"): 1,
        ("rule_labels", "hours", "unsure"): 1,
        ("rule_labels", "mail", "right"): 0,
        ("rule_labels", "mail", "wrong"): 0,
        ("rule_labels", "mail", "unsure"): 0,
        ("labels_readable",): 1,
        ("label_lines_skipped",): 0,
    } == values(LabelFigures(file), "hours", "mail")


def test_labels_given_meanwhile_show_at_the_next_look(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    append(file, [Label("a", "hours", RIGHT, version="v1")])
    figures = LabelFigures(file)
    before = values(figures, "hours")
    append(file, [Label("b", "hours", WRONG, version="v1")])
    with file.open("ab") as torn:
        torn.write(b"{")
    after = values(figures, "hours")

    assert (1, 0.5) == (before["rule_precision", "hours", "point"], after["rule_precision", "hours", "point"])
    assert 1 == after["label_lines_skipped",]


def test_a_file_that_is_gone_keeps_what_was_known_and_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "labels.jsonl"
    append(file, [Label("a", "hours", RIGHT, version="v1")])
    figures = LabelFigures(file)
    values(figures, "hours")
    os.rename(file, tmp_path / "elsewhere")
    with caplog.at_level(logging.WARNING):
        gone = [values(figures, "hours") for _ in range(3)][-1]
    os.rename(tmp_path / "elsewhere", file)

    assert (0, 1) == (gone["labels_readable",], gone["rule_precision", "hours", "point"])
    assert 1 == len(caplog.records)
    assert 1 == values(figures, "hours")["labels_readable",]


def test_labels_are_counted_once_for_all_rules(tmp_path: Path) -> None:
    """A thousand rules and a hundred thousand labels must not take a scrape its ten seconds."""
    looked: list[int] = []

    class Noting(dict[tuple[str, str], Label]):
        def values(self):  # type: ignore[no-untyped-def]
            looked.append(1)
            return super().values()

    labels = Labels(Noting({label.key: label for label in (Label(f"{n}", "hours", RIGHT) for n in range(9))}))

    assert [9] + [0] * 99 == [labels.counts(rule, FIRED).total() for rule in ("hours", *map(str, range(99)))]
    assert 1 == len(looked)
