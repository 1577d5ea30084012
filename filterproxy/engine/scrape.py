"""What Prometheus reads: what was counted (see metrics), with what follows from it and from the rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.samples import Sample

from filterproxy.core.rule import Mode, Rule
from filterproxy.engine.sharing import Shared
from filterproxy.metrics import CONDITIONAL, FIRED, JUDGED, PREFIX, REPLIES

_REPLIES = PREFIX + REPLIES
_CONDITIONAL = PREFIX + CONDITIONAL
_FIRED = PREFIX + FIRED
_EVALUATED = f"{PREFIX}rule_evaluated"


class Collector(Protocol):
    """What gives metrics when it is asked."""

    def collect(self) -> Iterable[Metric]: ...


class Scrape:
    """
    What is read: the values of *source*, with those that follow from them.

    A rule without a condition was there for every reply that was judged; one with a condition was counted.
    What has not fired yet has fired 0 times: a series that begins with 1 has no rate for Prometheus.
    rules: of the rulebook that runs; those with `mode: off` are left out. everywhere: ids of those that every
    reply meets; None: those without a condition.
    """

    def __init__(
        self, source: Collector, rules: Sequence[Rule], everywhere: Collection[str] | None = None
    ) -> None:
        self._source = source
        met = [rule.id for rule in rules if rule.when is None and rule.mode != "off"]
        self._always = [rule for rule in met if everywhere is None or rule in everywhere]
        self._ways = [(rule.id, mode) for rule in rules for mode in _modes(rule)]

    def collect(self) -> Iterator[Metric]:
        fired = dict.fromkeys(self._ways, 0.0)
        conditional: dict[str, float] = {}
        judged = 0.0
        for family in self._source.collect():
            if family.name == _CONDITIONAL:
                conditional = {sample.labels["rule"]: sample.value for sample in _totals(family)}
                continue
            if family.name == _FIRED:
                fired.update({(s.labels["rule"], s.labels["mode"]): s.value for s in _totals(family)})
                continue
            if family.name == _REPLIES:
                judged = sum(s.value for s in _totals(family) if s.labels["outcome"] in JUDGED)
            yield family
        yield self._evaluated(conditional, judged)
        yield _fired(fired)

    def _evaluated(self, conditional: Mapping[str, float], judged: float) -> Metric:
        # A rule that had a condition under an earlier rulebook was counted then.
        times = {rule: number for rule, number in conditional.items() if rule not in self._always}
        times |= dict.fromkeys(self._always, judged)
        family = CounterMetricFamily(_EVALUATED, "Replies that the rule was there for.", labels=["rule"])
        for rule, number in times.items():
            family.add_metric([rule], number)
        return family


def _fired(times: Mapping[tuple[str, str], float]) -> Metric:
    family = CounterMetricFamily(_FIRED, "Replies in which the rule fired.", labels=["rule", "mode"])
    for way, number in times.items():
        family.add_metric(way, number)
    return family


def _totals(family: Metric) -> Iterator[Sample]:
    """The values of a counter, without the times at which they were made."""
    return (sample for sample in family.samples if sample.name.endswith("_total"))


def _modes(rule: Rule) -> tuple[str, ...]:
    """The modes in which a rule can fire."""
    if rule.mode is Mode.ENFORCE and rule.rollout < 1:
        return (Mode.CANARY, Mode.SHADOW)
    return () if rule.mode is Mode.OFF else (rule.mode,)


def scrape(
    rules: Sequence[Rule], source: Collector | str, everywhere: Collection[str] | None = None
) -> CollectorRegistry:
    """
    The registry that `render` reads.

    source: a registry of this process, or the folder that the workers' PROMETHEUS_MULTIPROC_DIR names.
    everywhere: see Scrape.
    """
    registry = CollectorRegistry()
    if isinstance(source, str):
        source = Shared(source)
    registry.register(Scrape(source, rules, everywhere))
    return registry


def render(registry: CollectorRegistry) -> bytes:
    """The values of now, in Prometheus' text format."""
    return generate_latest(registry)
