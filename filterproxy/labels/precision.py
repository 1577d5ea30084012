"""
How often a rule is right when it fires, and how sure that is.

The interval is Wilson's (see scores.Rate): it stays within 0 and 1, and says something true of 5 right of 5,
for which the usual one has no width at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from filterproxy.labels.label import FIRED
from filterproxy.labels.store import Labels
from filterproxy.scores import Z_95, wilson

__all__ = ["Z_95", "Precision", "precision", "wilson", "with_precision"]


@dataclass(frozen=True, slots=True)
class Precision:
    """
    right, wrong: labelled replies in which the rule fired. low, high: 95 % bounds of the share of right ones.

    It speaks of the replies that were shown; those are a sample of all in which the rule fired
    (labels.sample).
    """

    right: int
    wrong: int
    unsure: int
    low: float
    high: float

    @property
    def total(self) -> int:
        return self.right + self.wrong

    @property
    def point(self) -> float | None:
        """The share of right ones; None where there are no labels."""
        return self.right / self.total if self.total else None

    def as_json(self) -> dict[str, int | float | None]:
        """Plain data for scripts and reports."""
        return {
            "right": self.right,
            "wrong": self.wrong,
            "unsure": self.unsure,
            "point": self.point,
            "low": self.low,
            "high": self.high,
        }


def precision(labels: Labels, rule: str, z: float = Z_95) -> Precision:
    """Of one rule, as far as it was labelled."""
    found = labels.counts(rule, FIRED)
    low, high = wilson(found["right"], found["right"] + found["wrong"], z)
    return Precision(found["right"], found["wrong"], found["unsure"], low, high)


def with_precision(result: Mapping[str, Any], labels: Labels) -> dict[str, Any]:
    """The result of a replay, with `precision` for each of its rules that has labels, for its report."""
    rules = {}
    for rule, numbers in result["rules"].items():
        found = precision(labels, rule)
        rules[rule] = {**numbers, "precision": found.as_json()} if found.total else numbers
    return {**result, "rules": rules}
