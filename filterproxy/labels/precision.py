"""
How often a rule is right when it fires, and how sure that is.

The interval is Wilson's (see scores.Rate): it stays within 0 and 1, and says something true of 5 right of 5,
for which the usual one has no width at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from filterproxy.labels.label import FIRED, RIGHT, UNSURE, WRONG
from filterproxy.labels.store import Labels
from filterproxy.scores import wilson

__all__ = ["Precision", "precision", "wilson", "with_precision"]


@dataclass(frozen=True, slots=True)
class Precision:
    """
    right, wrong: labelled replies in which the rule fired. low, high: 95 % bounds of the share of right ones.

    It speaks of the replies that were shown; those are a sample of all in which the rule fired
    (labels.sample). Labels that are not counted: other, since another version of the rule fired then, or one
    that nobody knows; picked, of this version, since the case was not drawn by lot.
    """

    right: int
    wrong: int
    unsure: int
    low: float
    high: float
    other: int = 0
    picked: int = 0

    @property
    def total(self) -> int:
        return self.right + self.wrong

    @property
    def point(self) -> float | None:
        """The share of right ones; None where there are no labels."""
        return self.right / self.total if self.total else None

    @property
    def beside(self) -> str:
        """What is not counted, for people; "" where all is."""
        said = [f"{self.other} of other versions"] if self.other else []
        said += [f"{self.picked} picked"] if self.picked else []
        return ", ".join(said)

    def as_json(self) -> dict[str, int | float | None]:
        """Plain data for scripts and reports."""
        return {
            "right": self.right,
            "wrong": self.wrong,
            "unsure": self.unsure,
            "point": self.point,
            "low": self.low,
            "high": self.high,
            "other_versions": self.other,
            "picked": self.picked,
        }


def precision(labels: Labels, rule: str, version: str) -> Precision:
    """Of one version of a rule, as far as it was labelled. labels: see store.versioned."""
    found, picked = Counter[str](), 0
    every = labels.counts(rule, FIRED)
    for (of, by_hand, label), times in every.items():
        if of == version and not by_hand:
            found[label] += times
        picked += times if of == version and by_hand else 0
    low, high = wilson(found[RIGHT], found[RIGHT] + found[WRONG])
    other = every.total() - found.total() - picked
    return Precision(found[RIGHT], found[WRONG], found[UNSURE], low, high, other, picked)


def with_precision(result: Mapping[str, Any], labels: Labels, versions: Mapping[str, str]) -> dict[str, Any]:
    """
    The result of a replay, with `precision` for each of its rules that has labels, for its report.

    versions: of the candidate's rules, by their ids.
    """
    rules = {}
    for rule, numbers in result["rules"].items():
        found = precision(labels, rule, versions.get(rule, ""))
        rules[rule] = {**numbers, "precision": found.as_json()} if found.total else numbers
    return {**result, "rules": rules}
