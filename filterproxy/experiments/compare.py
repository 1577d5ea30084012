"""Two experiments beside each other: how their candidates differ, and what each rule did under both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from filterproxy.experiments.entry import Entry
from filterproxy.experiments.read import Journal
from filterproxy.history.difference import difference
from filterproxy.history.errors import HistoryError
from filterproxy.history.resolve import Rulebooks


@dataclass(frozen=True, slots=True)
class Row:
    """Numbers of one rule under each candidate; None where the rule was not there, or not run."""

    rule: str
    first: Mapping[str, Any] | None
    second: Mapping[str, Any] | None

    def pair(self, key: str) -> tuple[float | None, float | None]:
        """A number of the candidates, as in `fired`."""
        return _candidate(self.first, key), _candidate(self.second, key)

    @property
    def same(self) -> bool:
        """Whether the rule did the same under both, time aside."""
        return all(len(set(self.pair(key))) == 1 for key in ("evaluated", "fired", "excused", "marginal"))


def _candidate(numbers: Mapping[str, Any] | None, key: str) -> float | None:
    return None if numbers is None else numbers[key][1]


@dataclass(frozen=True, slots=True)
class Comparison:
    """changes: from the first candidate to the second; None where one is not to be had, and why."""

    first: Entry
    second: Entry
    rows: tuple[Row, ...]
    changes: Mapping[str, Any] | None
    why: str = ""

    @property
    def same_corpus(self) -> bool:
        """Whether the numbers are about the same replies."""
        return self.first.corpus.get("hash") == self.second.corpus.get("hash")

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts; null for a rule that one of the candidates does not have."""
        return {
            "first": self.first.number,
            "second": self.second.number,
            "same_corpus": self.same_corpus,
            "changes": None if self.changes is None else dict(self.changes),
            "why": self.why,
            "rules": {
                row.rule: {
                    key: list(row.pair(key))
                    for key in ("evaluated", "fired", "excused", "marginal", "errors", "seconds")
                }
                for row in self.rows
            },
        }


def compared(journal: Journal, first: Entry, second: Entry) -> Comparison:
    """The candidates of two entries; their rules in the order of the second, then what only the first has."""
    rules = dict.fromkeys([*second.rules, *first.rules])
    rows = tuple(Row(rule, _numbers(first, rule), _numbers(second, rule)) for rule in rules)
    try:
        if journal.home is None:
            raise HistoryError("there is no journal")
        rulebooks = Rulebooks(journal.home)
        documents = [rulebooks.document(entry.candidate.hash) for entry in (first, second)]
    except HistoryError as error:
        return Comparison(first, second, rows, None, str(error))
    return Comparison(first, second, rows, difference(*documents).as_json())


def _numbers(entry: Entry, rule: str) -> Mapping[str, Any] | None:
    gone = rule in ((entry.changes or {}).get("removed") or ())
    return None if gone else entry.rules.get(rule)
