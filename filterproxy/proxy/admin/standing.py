"""
For how many replies each rule was there, for how many as it is now, and in how many of those it fired.

    filterproxy_rule_evaluated_total{rule}            replies that the rule was there for
    filterproxy_rule_mode_replies{rule,mode,version}  of these, the ones since it has its mode, and does what
                                                      it does: an edit of its pattern begins another version
    filterproxy_rule_mode_fired{rule,mode,version}    of those, the ones in which it fired; of a canary
                                                      also where it only looked on

Workers count replies, not rules: what they give as a rule's begins with the process, and goes on while the
rule is killed, off, or not yet there. Here the differences between looks are added up, where the rule was
there at both ends. Whoever reloads or kills looks before and after, so that what lies between two looks is of
one kind; in doubt a reply is not counted, so that `promote`, which asks, is never told of one too many.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from filterproxy.rollout.step import OFF, step_of
from filterproxy.rulebook.document import Document, version_of

_EVALUATED, _FIRED = "filterproxy_rule_evaluated", "filterproxy_rule_fired"


@dataclass(frozen=True, slots=True)
class Counted:
    """Of one rule, since the process began. replies: that it was there for. fired: of these."""

    replies: float = 0.0
    fired: float = 0.0


@dataclass(slots=True)
class _Stand:
    """
    One rule. mode, version: as it is now. counted: by the workers, at the last look. total: replies that it
    was there for. stood: of these, since it is so. fired: of those, the ones in which it fired.
    """

    mode: str
    version: str
    counted: Counted
    total: float
    stood: float
    fired: float


class Standing:
    """What was counted of each rule. One look at a time."""

    def __init__(self) -> None:
        self._stands: dict[str, _Stand] = {}
        self._here: dict[str, tuple[str, str]] = {}  # mode and version of rules at the last look
        self._document: Document | None = None
        self._left_out: Collection[str] = ()

    def look(
        self, document: Document, counted: Mapping[str, Counted], left_out: Collection[str], *, reloaded: bool
    ) -> None:
        """
        Add what came since the last look.

        document: the rules that run. counted: what the workers counted, by rule. left_out: ids of
        rules that are killed. reloaded: whether rules were swapped before, so that those of the first look
        may not have been there from the start.
        """
        from_the_start = self._document is None and not reloaded
        before = self._here
        if document is not self._document:
            self._document, self._here = document, _as_they_are(document)
        for rule, (mode, version) in self._here.items():
            now = counted.get(rule, Counted())
            killed = rule in left_out or rule in self._left_out
            stand = self._stands.get(rule)
            if stand is None:
                first = now if from_the_start and not killed else Counted()
                self._stands[rule] = _Stand(mode, version, now, first.replies, first.replies, first.fired)
                continue
            if before.get(rule) != (mode, version):
                stand.mode, stand.version, stand.stood, stand.fired = mode, version, 0.0, 0.0
            elif not killed:
                # Less than before: a worker's counts were torn when it died.
                more = max(0.0, now.replies - stand.counted.replies)
                stand.total += more
                stand.stood += more
                stand.fired += max(0.0, now.fired - stand.counted.fired)
            stand.counted = now
        self._left_out = left_out

    def families(self, counted: Mapping[str, Counted]) -> Iterator[Metric]:
        """The families above, as of the last look. counted: see there; also of rules that are no more."""
        evaluated = CounterMetricFamily(_EVALUATED, "Replies that the rule was there for.", labels=["rule"])
        for rule, count in counted.items():
            evaluated.add_metric([rule], self._stands[rule].total if rule in self._stands else count.replies)
        yield evaluated
        since = _since("replies", "Replies since the rule has its mode, and does what it does.")
        fired = _since("fired", "Of these, the replies in which it fired.")
        for rule, (mode, version) in self._here.items():
            since.add_metric([rule, mode, version], self._stands[rule].stood)
            fired.add_metric([rule, mode, version], self._stands[rule].fired)
        yield since
        yield fired


def _since(what: str, says: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"filterproxy_rule_mode_{what}", says, labels=["rule", "mode", "version"])


def _as_they_are(document: Document) -> dict[str, tuple[str, str]]:
    """Mode and version of each rule that runs. A larger share of a canary is the same rule still."""
    steps = ((form, step_of(form).mode) for form in document["rules"])
    return {form["id"]: (mode, version_of(form)) for form, mode in steps if mode != OFF}


class WithStanding:
    """
    What *inner* gives, with the families above.

    left_out: ids of rules that are killed. reloaded: see Standing.look.
    """

    def __init__(
        self,
        inner: CollectorRegistry,
        standing: Standing,
        document: Document,
        left_out: Callable[[], Collection[str]],
        reloaded: bool,
    ) -> None:
        self._inner = inner
        self._standing = standing
        self._document = document
        self._left_out = left_out
        self._reloaded = reloaded

    def collect(self) -> Iterator[Metric]:
        replies: dict[str, float] = {}
        fired: dict[str, float] = {}
        for family in self._inner.collect():
            of_rules = [s for s in family.samples if s.name.endswith("_total") and "rule" in s.labels]
            if family.name == _EVALUATED:
                replies = {sample.labels["rule"]: sample.value for sample in of_rules}
                continue
            if family.name == _FIRED:
                for sample in of_rules:
                    rule = sample.labels["rule"]
                    fired[rule] = fired.get(rule, 0.0) + sample.value
            yield family
        counted = {rule: Counted(number, fired.get(rule, 0.0)) for rule, number in replies.items()}
        self._standing.look(self._document, counted, self._left_out(), reloaded=self._reloaded)
        yield from self._standing.families(counted)

    def look(self) -> None:
        """Collecting is what looks."""
        for _ in self.collect():
            pass
