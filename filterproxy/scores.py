"""How well rules tell replies apart, in numbers: what filterproxy.evaluate judged, counted."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from filterproxy.evaluate import Judged

# The 97.5th percentile of the normal distribution: intervals hold 95 %.
Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Rate:
    """
    A share, and between which values it lies with 95 % confidence; all None when it is a share of nothing.

    The interval is Wilson's, which holds for small numbers and near 0 and 1 too (Brown, Cai and DasGupta,
    "Interval Estimation for a Binomial Proportion", 2001).
    """

    hits: int
    of: int
    value: float | None
    low: float | None
    high: float | None

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts."""
        return {"value": self.value, "low": self.low, "high": self.high, "hits": self.hits, "of": self.of}


def rate(hits: int, of: int) -> Rate:
    """*hits* out of *of* with its interval."""
    if not of:
        return Rate(hits, of, None, None, None)
    return Rate(hits, of, hits / of, *wilson(hits, of))


def wilson(hits: int, of: int, z: float = Z_95) -> tuple[float, float]:
    """
    Bounds of the share that *hits* out of *of* stand for; (0, 1) of none.

    z: standard deviations of the normal distribution. Raises ValueError where it is no share.
    """
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is no share")
    if of == 0:
        return 0.0, 1.0
    share, square = hits / of, z * z
    middle, whole = share + square / (2 * of), 1 + square / of
    spread = z * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    # Exact at the ends, where rounding would leave 1e-17.
    return 0.0 if hits == 0 else (middle - spread) / whole, 1.0 if hits == of else (middle + spread) / whole


@dataclass(slots=True)
class Tally:
    """Cases by what should have become of them and what did."""

    true_positives: int = 0
    false_positives: int = 0
    false_negatives: int = 0
    true_negatives: int = 0

    def add(self, judged: Judged) -> None:
        """Count one more."""
        if judged.blocked:
            self.true_positives += judged.case.block
            self.false_positives += not judged.case.block
        else:
            self.false_negatives += judged.case.block
            self.true_negatives += not judged.case.block

    @property
    def cases(self) -> int:
        """How many there are."""
        return self.true_positives + self.false_positives + self.false_negatives + self.true_negatives

    @property
    def precision(self) -> Rate:
        """Of what was blocked, how much should have been."""
        return rate(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> Rate:
        """Of what should have been blocked, how much was."""
        return rate(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def false_positive_rate(self) -> Rate:
        """Of what should have passed, how much was blocked."""
        return rate(self.false_positives, self.false_positives + self.true_negatives)

    @property
    def f1(self) -> Rate:
        """
        The harmonic mean of precision and recall.

        It is no share itself but grows with one, j = tp / (tp + fp + fn), as 2j / (1 + j): so its interval
        is that of j, carried over. hits and of are those of j.
        """
        share = rate(self.true_positives, self.true_positives + self.false_positives + self.false_negatives)
        value, low, high = (
            None if j is None else 2 * j / (1 + j) for j in (share.value, share.low, share.high)
        )
        return Rate(share.hits, share.of, value, low, high)

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts."""
        return {
            "cases": self.cases,
            "true_positives": self.true_positives,
            "false_positives": self.false_positives,
            "false_negatives": self.false_negatives,
            "true_negatives": self.true_negatives,
            "precision": self.precision.as_json(),
            "recall": self.recall.as_json(),
            "f1": self.f1.as_json(),
            "false_positive_rate": self.false_positive_rate.as_json(),
        }


@dataclass(slots=True)
class Edits:
    """Texts that had to go or to stay, by text and by reply; `wrong` ones did not."""

    texts: int = 0
    wrong_texts: int = 0
    replies: int = 0
    wrong_replies: int = 0

    def add(self, texts: Collection[str], wrong: Collection[str]) -> None:
        """Count one more reply, if it says anything of the kind."""
        self.texts += len(texts)
        self.wrong_texts += len(wrong)
        self.replies += bool(texts)
        self.wrong_replies += bool(wrong)

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts."""
        return {
            "replies": rate(self.wrong_replies, self.replies).as_json(),
            "texts": {"wrong": self.wrong_texts, "of": self.texts},
        }


@dataclass(slots=True)
class Scores:
    """
    All that is counted.

    by: the labels by whose values cases are grouped; a case that lacks one stands under "". acted: for each
    rule how many cases it blocked rightly and wrongly. not_judged: cases in which a rule failed; they are
    scored by what the client got all the same.
    """

    by: tuple[str, ...] = ()
    total: Tally = field(default_factory=Tally)
    groups: dict[tuple[str, ...], Tally] = field(default_factory=dict)
    dropped: Edits = field(default_factory=Edits)
    kept: Edits = field(default_factory=Edits)
    acted: dict[str, list[int]] = field(default_factory=dict)
    not_judged: int = 0

    def add(self, judged: Judged) -> None:
        """Count one more case."""
        case = judged.case
        self.total.add(judged)
        if self.by:
            key = tuple(case.labels.get(name, "") for name in self.by)
            self.groups.setdefault(key, Tally()).add(judged)
        self.dropped.add(case.drop, judged.left)
        self.kept.add(case.keep, judged.lost)
        for rule in judged.acted:
            self.acted.setdefault(rule, [0, 0])[0 if case.block else 1] += 1
        self.not_judged += bool(judged.fault)

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts."""
        return {
            "total": self.total.as_json(),
            "by": list(self.by),
            "groups": [
                {"labels": dict(zip(self.by, key, strict=True)), **tally.as_json()}
                for key, tally in sorted(self.groups.items())
            ],
            "drop_left_in": self.dropped.as_json(),
            "keep_lost": self.kept.as_json(),
            "rules": {rule: {"rightly": r, "wrongly": w} for rule, (r, w) in sorted(self.acted.items())},
            "not_judged": self.not_judged,
        }
