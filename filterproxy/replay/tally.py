"""
What a replay counts: sums of whole numbers, so that batches may be judged and merged in any order, on any
machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from filterproxy.replay.examples import PER_STRATUM, Examples, Kept

if TYPE_CHECKING:
    import pyarrow as pa

BASELINE, CANDIDATE = 0, 1
_MODULUS = 1 << 256

# Of each exchange, under each rulebook.
FLAGS = ("dropped", "withheld", "asked", "unscanned")
# Of each rule and exchange, under each rulebook.
COUNTS = ("fired", "excused", "marginal", "failed", "nanoseconds")


@dataclass(slots=True)
class RuleTally:
    """
    What one rule did. counts: see COUNTS, each as [baseline, candidate]. new, gone, changed: exchanges, as
    `new`, `gone` and `otherwise` of judge.OUTCOMES name it.
    """

    counts: dict[str, list[int]] = field(default_factory=lambda: {name: [0, 0] for name in COUNTS})
    new: int = 0
    gone: int = 0
    changed: int = 0


@dataclass(slots=True)
class Tally:
    """
    What came of some exchanges.

    identity: the sum of the exchanges' identities: equal for the same ones in any order. unnamed: exchanges
    that say no model, or no route. redacted: those that are stored without what rules redacted. evaluated:
    how often each set of rules was run (see judge.OUTCOMES), by rulebook. flags: see FLAGS; outcomes: by
    name; both, and nanoseconds, as [baseline, candidate].
    """

    examples: Examples
    exchanges: int = 0
    identity: int = 0
    unnamed: int = 0
    redacted: int = 0
    changed: int = 0
    new_drops: int = 0
    gone_drops: int = 0
    touched: list[int] = field(default_factory=lambda: [0, 0])
    nanoseconds: list[int] = field(default_factory=lambda: [0, 0])
    flags: dict[str, list[int]] = field(default_factory=lambda: {name: [0, 0] for name in FLAGS})
    outcomes: list[Counter[str]] = field(default_factory=lambda: [Counter(), Counter()])
    evaluated: list[Counter[str]] = field(default_factory=lambda: [Counter(), Counter()])
    rules: dict[str, RuleTally] = field(default_factory=dict)

    def add(self, outcomes: pa.RecordBatch) -> None:
        """Count a batch of replay.judge.OUTCOMES."""
        for row in outcomes.to_pylist():
            self._add(row)

    def _add(self, row: Mapping[str, Any]) -> None:
        self.exchanges += 1
        self.identity = (self.identity + int(row["identity"], 16)) % _MODULUS
        self.unnamed += not row["named"]
        self.redacted += row["redacted"]
        self.changed += row["changed"]
        before, after = row["baseline"], row["candidate"]
        self.new_drops += after["dropped"] and not before["dropped"]
        self.gone_drops += before["dropped"] and not after["dropped"]
        for rule in row["new"]:
            self._rule(rule).new += 1
        for rule in row["gone"]:
            self._rule(rule).gone += 1
        for at, side in enumerate((before, after)):
            self._add_side(at, side)
        for rule in row["otherwise"]:
            self._rule(rule).changed += 1
        self.examples.add(row)

    def _add_side(self, at: int, side: Mapping[str, Any]) -> None:
        self.nanoseconds[at] += side["nanoseconds"]
        self.outcomes[at][side["outcome"]] += 1
        self.evaluated[at][side["evaluated"]] += 1
        self.touched[at] += any(rule["fired"] for rule in side["rules"])
        for name in FLAGS:
            self.flags[name][at] += side[name]
        for rule in side["rules"]:
            counts = self._rule(rule["rule"]).counts
            for name in COUNTS:
                counts[name][at] += rule[name]

    def _rule(self, rule: str) -> RuleTally:
        found = self.rules.get(rule)
        if found is None:
            found = self.rules[rule] = RuleTally()
        return found

    def merge(self, other: Tally) -> None:
        """Count what *other* has counted."""
        self.exchanges += other.exchanges
        self.identity = (self.identity + other.identity) % _MODULUS
        self.unnamed += other.unnamed
        self.redacted += other.redacted
        self.changed += other.changed
        self.new_drops += other.new_drops
        self.gone_drops += other.gone_drops
        _add_pair(self.touched, other.touched)
        _add_pair(self.nanoseconds, other.nanoseconds)
        for name in FLAGS:
            _add_pair(self.flags[name], other.flags[name])
        for at in (BASELINE, CANDIDATE):
            self.outcomes[at] += other.outcomes[at]
            self.evaluated[at] += other.evaluated[at]
        for rule, tally in other.rules.items():
            mine = self._rule(rule)
            for name in COUNTS:
                _add_pair(mine.counts[name], tally.counts[name])
            mine.new += tally.new
            mine.gone += tally.gone
            mine.changed += tally.changed
        self.examples.merge(other.examples.all())

    def evaluated_by_place(self, at: int) -> Counter[int]:
        """How often the rule at each place of a rulebook was run."""
        found: Counter[int] = Counter()
        for places, times in self.evaluated[at].items():
            for place in places.split(",") if places else ():
                found[int(place)] += times
        return found

    def packed(self) -> bytes:
        """As JSON, for a file or another process."""
        plain = {name: getattr(self, name) for name in _PLAIN} | {"identity": f"{self.identity:x}"}
        plain["rules"] = {rule: _rule_as_json(tally) for rule, tally in sorted(self.rules.items())}
        plain["examples"] = [list(kept) for kept in self.examples.all()]
        return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)


# What is plain data as it stands.
_PLAIN = (
    "exchanges", "unnamed", "redacted", "changed", "new_drops", "gone_drops",
    "touched", "nanoseconds", "flags", "outcomes", "evaluated",
)  # fmt: skip


def unpacked(content: bytes, seed: int = 0, per_stratum: int = PER_STRATUM) -> Tally:
    """The tally that `packed` gave. Raises ValueError where *content* is none (a file that was cut off)."""
    try:
        plain = orjson.loads(content)
        tally = Tally(Examples(seed, per_stratum), identity=int(plain["identity"], 16))
        for name in _PLAIN:
            setattr(tally, name, plain[name])
        tally.outcomes = [Counter(names) for names in plain["outcomes"]]
        tally.evaluated = [Counter(places) for places in plain["evaluated"]]
        tally.rules = {rule: RuleTally(**counted) for rule, counted in plain["rules"].items()}
        tally.examples.merge(Kept(*kept) for kept in plain["examples"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError("it is no tally of a batch") from error
    return tally


def _rule_as_json(tally: RuleTally) -> dict[str, Any]:
    return {"counts": tally.counts, "new": tally.new, "gone": tally.gone, "changed": tally.changed}


def _add_pair(mine: list[int], theirs: list[int]) -> None:
    mine[BASELINE] += theirs[BASELINE]
    mine[CANDIDATE] += theirs[CANDIDATE]
