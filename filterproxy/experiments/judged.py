"""
What rules would have done to the replies that people labelled, under each rulebook that was tried.

A label says of a reply and a rule whether it should fire, whatever it did then. Where the reply still stands
in the recordings of an experiment it is judged anew, by the serving engine; where it does not, the label
counts for the rulebook under which it was given, and for no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from filterproxy.experiments.entry import Entry
from filterproxy.history.errors import HistoryError
from filterproxy.history.resolve import kept_or_in_git
from filterproxy.labels.label import FIRED, Label
from filterproxy.labels.precision import wilson
from filterproxy.labels.store import Labels
from filterproxy.rulebook.document import Document

if TYPE_CHECKING:
    from filterproxy.corpus.exchange import Exchange


@dataclass(slots=True)
class Tally:
    """
    Labelled replies of a rule: it fired rightly, wrongly, or should have and did not. unknown: no telling.
    """

    right: int = 0
    wrong: int = 0
    missed: int = 0
    unknown: int = 0

    @property
    def precision(self) -> float | None:
        """The share of right ones among those in which it fired; None where it fired in none."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        """The share of labelled replies for it that it caught; None where there are none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % bounds of the precision."""
        return wilson(self.right, self.right + self.wrong)


@dataclass(frozen=True, slots=True)
class Judged:
    """
    tallies: by hash of a rulebook, then by rule. found: labelled replies that still stand in recordings.
    lost: rulebooks that the journal does not have, and why.
    """

    tallies: Mapping[str, Mapping[str, Tally]] = field(default_factory=dict)
    found: int = 0
    lost: Mapping[str, str] = field(default_factory=dict)

    def tally(self, hash: str, rule: str) -> Tally:
        """Of a rule under a rulebook; all zero where nothing was labelled."""
        return self.tallies.get(hash, {}).get(rule, Tally())


def judged(home: Path, entries: Sequence[Entry], labels: Labels, hashes: Iterable[str]) -> Judged:
    """The labels as they come out under each of *hashes*."""
    sure = [label for label in labels.latest.values() if label.should_fire is not None]
    if not sure:
        return Judged()
    exchanges = _labelled(_recordings(entries), {label.hash for label in sure})
    tallies: dict[str, dict[str, Tally]] = {}
    lost: dict[str, str] = {}
    for hash in dict.fromkeys(hashes):
        fired = None
        try:
            fired = _fired(kept_or_in_git(home, hash), exchanges.values())
        except (HistoryError, ValueError) as error:
            lost[hash] = str(error)
        except (KeyError, TypeError):
            lost[hash] = "it was written by another version, which this one cannot run"
        tallies[hash] = _tallies(hash, sure, fired)
    return Judged(tallies, len(exchanges), lost)


def _recordings(entries: Sequence[Entry]) -> list[Path]:
    named = [str(file) for entry in reversed(entries) for file in entry.corpus.get("files") or ()]
    return [path for path in map(Path, dict.fromkeys(named)) if path.exists()]


def _labelled(files: Sequence[Path], hashes: set[str]) -> dict[str, Exchange]:
    """Exchanges of *files* with these hashes, until all are found."""
    from filterproxy.corpus.exchange import Exchange
    from filterproxy.corpus.read import read

    found: dict[str, Exchange] = {}
    for item in read(files):
        if isinstance(item, Exchange) and item.hash in hashes:
            found.setdefault(item.hash, item)
            if len(found) == len(hashes):
                break
    return found


def _fired(document: Document, exchanges: Iterable[Exchange]) -> Callable[[Label], bool | None]:
    from filterproxy.replay.side import side_of

    side = side_of(document)
    fired = {exchange.hash: side.outcome(exchange).fired() for exchange in exchanges}
    return lambda label: label.rule in fired[label.hash] if label.hash in fired else None


def _tallies(
    hash: str, labels: Sequence[Label], fired: Callable[[Label], bool | None] | None
) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    for label in labels:
        tally = tallies.setdefault(label.rule, Tally())
        fires = None if fired is None else fired(label)
        if fires is None and label.rulebook == hash:
            fires = label.stratum == FIRED
        if fires is None:
            tally.unknown += 1
        elif fires and label.should_fire:
            tally.right += 1
        elif fires:
            tally.wrong += 1
        elif label.should_fire:
            tally.missed += 1
    return tallies
