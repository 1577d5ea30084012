"""
What rules would have done to the replies that people labelled, under each rulebook that was tried.

A label says of a reply and a rule whether it should fire, whatever it did then. Where the reply still stands
in the recordings of an experiment it is judged anew, by the serving engine; where it does not, the label
counts for the version of the rule under which it was given, and for no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from filterproxy.experiments.entry import Entry
from filterproxy.history.errors import HistoryError
from filterproxy.history.resolve import Rulebooks
from filterproxy.history.versions import Versions, of_journal
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
    labels: what holds. fired: by hash of a rulebook, then of a reply, the rules that fired; of labelled
    replies that still stand in recordings. lost: rulebooks that the journal does not have, and why.
    """

    labels: Labels = field(default_factory=Labels)
    versions: Versions = field(default_factory=Versions)
    fired: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    found: int = 0
    lost: Mapping[str, str] = field(default_factory=dict)

    def fires(self, hash: str, label: Label) -> bool | None:
        """Whether the label's rule fires for its reply under a rulebook; None where there is no telling."""
        fired = self.fired.get(hash, {}).get(label.hash)
        if fired is not None:
            return label.rule in fired
        if hash == label.rulebook or self._same_version(hash, label):
            return label.stratum == FIRED
        return None

    def _same_version(self, hash: str, label: Label) -> bool:
        then = label.version or self.versions.of(label.rulebook, label.rule)
        return self.versions.of(hash, label.rule) == then

    def tally(self, hash: str, rule: str) -> Tally:
        """Of a rule under a rulebook; all zero where nothing was labelled."""
        tally = Tally()
        for label in self.labels.of_rule(rule):
            if label.should_fire is None:
                continue
            fires = self.fires(hash, label)
            tally.unknown += fires is None
            tally.right += bool(fires) and label.should_fire
            tally.wrong += bool(fires) and not label.should_fire
            tally.missed += fires is False and label.should_fire
        return tally


def judged(home: Path, entries: Sequence[Entry], labels: Labels, hashes: Iterable[str]) -> Judged:
    """The labels as they come out under each of *hashes*."""
    if not labels.latest:
        return Judged()
    exchanges = _labelled(_recordings(home, entries), {hash for hash, _ in labels.latest})
    fired: dict[str, Mapping[str, frozenset[str]]] = {}
    lost: dict[str, str] = {}
    rulebooks = Rulebooks(home)
    for hash in dict.fromkeys(hashes):
        try:
            fired[hash] = _fired(rulebooks.document(hash), exchanges.values())
        except (HistoryError, ValueError) as error:
            lost[hash] = str(error)
        except (KeyError, TypeError):
            lost[hash] = "it was written by another version, which this one cannot run"
    return Judged(labels, of_journal(home), fired, len(exchanges), lost)


def _recordings(home: Path, entries: Sequence[Entry]) -> list[Path]:
    """Those that are still there; they are named from where replays were run, most often the journal's."""
    named = [str(file) for entry in reversed(entries) for file in entry.corpus.get("files") or ()]
    places = [(Path(name), home.parent / name) for name in dict.fromkeys(named)]
    found = [next((path for path in both if path.exists()), None) for both in places]
    return [path for path in found if path is not None]


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


def _fired(document: Document, exchanges: Iterable[Exchange]) -> dict[str, frozenset[str]]:
    from filterproxy.replay.side import side_of

    side = side_of(document)
    return {exchange.hash: frozenset(side.outcome(exchange).fired()) for exchange in exchanges}
