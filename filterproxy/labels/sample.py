"""
Which replies a person is asked about, drawn from recordings.

Every exchange runs through the serving engine once, the whole chain, so that a rule reads what it would read
in front of clients; rules that are off run in shadow, which changes nothing. For each rule a reply then falls
into one of three strata, or into none:

    fired     it had a match that nothing excused. Labels of these are the rule's precision.
    excused   all of its matches were excused: is the excuse a good one?
    near      it had no match, though the gate named it: words that a match needs are there. So it was its own
              engine, its `when`, its channels or an earlier rule of the chain that decided, and that is where
              misses are found.

The gate is the engine's own (core.gate), the same on every machine. Of a rule for which no gate can be
derived (`check` lists them), near misses cannot be told from all other replies: there are none, and `ungated`
says so.

The draw is a function of the seed, the rule, the stratum and the reply's hash: the same cases whatever the
order and the number of files, each reply once, and a larger sample contains the smaller one. Within a
stratum every reply is as likely as any other, which is what intervals of precision rest on. So first comes
what nobody has labelled yet of this version of the rule: what is left over by labels of earlier versions is
no sample of this one's replies.

Who asks for certain cases (labels.picked) gets the first of those. Their labels are marked as picked, and
count neither for the precision nor as labelled when others are drawn.
"""

from __future__ import annotations

import hashlib
import heapq
import itertools
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from filterproxy.answers import Inline
from filterproxy.core.plan import Plans
from filterproxy.core.rule import Mode, Rule
from filterproxy.core.verdict import Hit
from filterproxy.corpus.exchange import Exchange
from filterproxy.labels.case import Case
from filterproxy.labels.label import EXCUSED, FIRED, NEAR, STRATA
from filterproxy.labels.picked import Pick
from filterproxy.labels.precision import Precision, wilson
from filterproxy.labels.store import Labels
from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.read_rule import CHANNELS
from filterproxy.trial import run, settings

_NOBODY = Inline()


@dataclass(slots=True)
class Measured:
    """
    What a rule does now to replies that were labelled, whatever it did to them then.

    right, wrong: it fires, and should or should not. missed: it does not, and should. picked: it fires, and
    the case was not drawn by lot, so that it counts for neither.
    """

    right: int = 0
    wrong: int = 0
    missed: int = 0
    picked: int = 0

    @property
    def precision(self) -> Precision:
        """Of the rule as it is now."""
        low, high = wilson(self.right, self.right + self.wrong)
        return Precision(self.right, self.wrong, 0, low, high, picked=self.picked)


class Sampler:
    """
    Looks at exchanges one by one, and keeps of each rule and stratum as many as may be shown.

    rules: ids of those that are asked about; None: all. versions: of the rules, by their ids. keep: cases of
    each rule and stratum that are kept. pick: the ids of the rules of which an exchange may be shown; None:
    all, by lot.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        labels: Labels,
        rules: Collection[str] | None = None,
        *,
        versions: Mapping[str, str] = MappingProxyType({}),
        keep: int = 20,
        seed: int = 0,
        answers: Inline = _NOBODY,
        pick: Pick | None = None,
    ) -> None:
        self.versions = versions
        self._pick = pick
        self._book = rulebook
        self._labels = labels
        self._keep = keep
        self._seed = seed
        self._answers = answers
        self._settings = settings()
        chain = _chain(rulebook.rules, rules)
        self._plans = Plans(chain)
        asked = [(i, rule) for i, rule in enumerate(chain) if rules is None or rule.id in rules]
        self.not_run = tuple(rule.id for _, rule in asked if not answers.can(rule))
        self._asked = [(i, rule) for i, rule in asked if answers.can(rule)]
        self.ungated = tuple(rule.id for i, rule in self._asked if i in self._plans.gate.always)
        self.looked_at = 0
        self.totals: Counter[tuple[str, str]] = Counter()
        # Of each rule's own engine, and how often that ran.
        self.seconds: dict[str, float] = {}
        self.runs: Counter[str] = Counter()
        # Labels that were given when the rule did otherwise about the reply, by rule.
        self.moved: Counter[str] = Counter()
        self._fires: dict[tuple[str, str], bool] = {}
        self._queues: dict[tuple[str, str], _Queue] = {}
        self._alone: dict[str, _Alone] = {}

    def look(self, exchange: Exchange) -> None:
        """Take one exchange into account."""
        self.looked_at += 1
        request = exchange.request()
        request.background = self._book.background
        trial = run(
            self._plans, request, exchange.texts, self._settings, self._answers, whole=True, own=exchange.own
        )
        for id, seconds in trial.verdict.seconds.items():
            self.seconds[id] = self.seconds.get(id, 0.0) + seconds
            self.runs[id] += 1
        hits: dict[str, list[Hit]] = {}
        for hit in trial.verdict.hits:
            hits.setdefault(hit.rule, []).append(hit)
        named: set[int] = set()
        for _, text in exchange.texts:
            named |= self._plans.gate.names(text) - self._plans.gate.always
        picked = None if self._pick is None else self._pick(exchange)
        for index, rule in self._asked:
            stratum = _stratum(hits.get(rule.id, ()), index in named)
            self._measure(exchange, rule.id, stratum)
            if stratum:
                self.totals[rule.id, stratum] += 1
            if stratum and (picked is None or rule.id in picked):
                self._offer(exchange, rule.id, stratum, hits.get(rule.id, ()))

    def cases(self, count: int, strata: Sequence[str] = STRATA) -> tuple[Case, ...]:
        """
        Up to *count* cases: one of each rule and stratum in turn, what nobody has labelled first; then in the
        order of the rules and strata, so that one rule is thought about at a time.
        """
        order = [(rule.id, stratum) for stratum in strata for _, rule in self._asked]
        drawn: list[tuple[int, int, int, Case]] = []
        for round_ in itertools.zip_longest(*(self._sorted(place) for place in order)):
            for at, entry in enumerate(round_):
                if entry is not None:
                    labelled, turn, case = entry
                    drawn.append((labelled, turn, at, case))
        # A stable sort: among the unlabelled, and then among the labelled, the rounds stay as they are.
        drawn.sort(key=lambda entry: (entry[0], entry[1]))
        kept = sorted(drawn[:count], key=lambda entry: (self._rank(entry[3]), entry[0], entry[1]))
        self._fires |= {case.key: case.stratum == FIRED for *_, case in kept}
        return tuple(self._explained(case) for *_, case in kept)

    def _rank(self, case: Case) -> tuple[int, int]:
        ids = [rule.id for _, rule in self._asked]
        return ids.index(case.rule), STRATA.index(case.stratum)

    def _sorted(self, place: tuple[str, str]) -> list[tuple[int, int, Case]]:
        queue = self._queues.get(place)
        return [] if queue is None else queue.sorted()

    def measured(self, labels: Labels, rule: str) -> Measured:
        """
        What the rule does now, of the labelled replies that were looked at. labels: also ones given since.
        """
        found = Measured()
        for label in labels.of_rule(rule):
            fires = self._fires.get(label.key)
            if fires is None or label.should_fire is None:
                continue
            drawn = fires and not label.picked
            found.picked += fires and label.picked
            found.right += drawn and label.should_fire
            found.wrong += drawn and not label.should_fire
            found.missed += not fires and label.should_fire
        return found

    def _measure(self, exchange: Exchange, rule: str, stratum: str) -> None:
        label = self._labels.get(exchange.hash, rule)
        if label is None or label.key in self._fires:
            return
        self._fires[label.key] = stratum == FIRED
        if (label.stratum == FIRED) != (stratum == FIRED):
            self.moved[rule] += 1

    def _offer(self, exchange: Exchange, rule: str, stratum: str, hits: Sequence[Hit]) -> None:
        label = self._labels.get(exchange.hash, rule)
        labelled = label is not None and label.version == self.versions.get(rule, "") and not label.picked
        queue = self._queues.setdefault((rule, stratum), _Queue(self._keep))
        mode = hits[0].mode if hits else ""
        queue.offer(
            labelled,
            self._draw(exchange.hash, rule, stratum),
            Case(exchange, rule, stratum, tuple(hits), mode, picked=self._pick is not None),
        )

    def _draw(self, hash: str, rule: str, stratum: str) -> int:
        said = f"{self._seed}\0{rule}\0{stratum}\0{hash}"
        return int.from_bytes(hashlib.blake2b(said.encode(), digest_size=8).digest())

    def _explained(self, case: Case) -> Case:
        """Of a near miss: why the rule did not fire, and where it would have."""
        if case.stratum != NEAR:
            return case
        if case.rule not in self._alone:
            rule = next(rule for _, rule in self._asked if rule.id == case.rule)
            self._alone[case.rule] = _Alone(rule, self._book, self._answers)
        why, hits = self._alone[case.rule].why(case.exchange)
        return replace(case, why=why, hits=hits)


def _chain(rules: Sequence[Rule], asked: Collection[str] | None) -> list[Rule]:
    """The rules up to the last one that is asked about; those that are off in shadow."""
    chain = [replace(rule, mode=Mode.SHADOW) if rule.mode is Mode.OFF else rule for rule in rules]
    if asked is None:
        return chain
    last = max((at for at, rule in enumerate(chain) if rule.id in asked), default=-1)
    return chain[: last + 1]


def _stratum(hits: Sequence[Hit], named: bool) -> str:
    if any(not hit.excuse for hit in hits):
        return FIRED
    return EXCUSED if hits else NEAR if named else ""


class _Queue:
    """The cases with the lowest draws, those without a label first; each reply once."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._heap: list[tuple[int, int, int, Case]] = []
        self._there: set[str] = set()
        self._number = 0

    def offer(self, labelled: bool, draw: int, case: Case) -> None:
        hash = case.exchange.hash
        if hash in self._there:
            return
        # The heap's first is the one that goes first: the highest draw, and labelled before all others.
        self._number += 1
        entry = (-int(labelled), -draw, self._number, case)
        if len(self._heap) < self._keep:
            heapq.heappush(self._heap, entry)
        else:
            gone = heapq.heappushpop(self._heap, entry)
            if gone is entry:
                return
            self._there.discard(gone[3].exchange.hash)
        self._there.add(hash)

    def sorted(self) -> list[tuple[int, int, Case]]:
        """Whether it is labelled (0, 1), its place in the queue, and the case."""
        order = sorted(self._heap, key=lambda entry: (-entry[0], -entry[1]))
        return [(-labelled, at, case) for at, (labelled, _, _, case) in enumerate(order)]


class _Alone:
    """One rule by itself, with what kept it from firing taken away step by step."""

    def __init__(self, rule: Rule, book: Rulebook, answers: Inline) -> None:
        self._rule = rule
        self._book = book
        self._answers = answers
        anywhere = frozenset(CHANNELS)
        by_itself = replace(rule, mode=Mode.SHADOW)
        self._steps = (
            ("an earlier rule of the chain left nothing of it to read", Plans([by_itself])),
            ("its `when` does not hold for this request", Plans([replace(by_itself, when=None)])),
            ("", Plans([replace(by_itself, when=None, channels=anywhere)])),
        )

    def why(self, exchange: Exchange) -> tuple[str, tuple[Hit, ...]]:
        """Why it did not fire, and the matches that it would have had otherwise."""
        for why, plans in self._steps:
            request = exchange.request()
            request.background = self._book.background
            found = run(
                plans, request, exchange.texts, answers=self._answers, whole=True, own=exchange.own
            ).verdict.hits
            hits = tuple(found)
            if hits:
                return why or f"it stands in `{hits[0].channel.kind}`, which the rule does not read", hits
        return "words that it looks for are there, but nothing that it matches", ()
