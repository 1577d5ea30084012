"""
For how many replies each rule has been there in the mode that it has now.

    filterproxy_rule_mode_replies{rule,mode}  replies since the rule has its mode

filterproxy_rule_evaluated_total begins with the process, and says nothing of a rule that a reload put into
shadow a minute ago. Here the count begins anew with the first look at the metrics after a rule came, or
changed its mode: some replies too few, never one too many. `promote` asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric

from filterproxy.core.rule import Mode
from filterproxy.engine.rulebook_metrics import mode_of
from filterproxy.rulebook.book import Rulebook

_EVALUATED = "filterproxy_rule_evaluated"


class Standing:
    """What was counted when each rule got its mode."""

    def __init__(self) -> None:
        self._began: dict[str, tuple[str, float]] | None = None

    def family(self, rulebook: Rulebook, evaluated: Mapping[str, float], *, reloaded: bool) -> Metric:
        """
        The family above. evaluated: replies that each rule was there for, since the process began. reloaded:
        whether rules were swapped before, so that those of the first look may not have been there from the
        start.
        """
        first = self._began is None
        before = self._began or {}
        self._began = {}
        family = GaugeMetricFamily(
            "filterproxy_rule_mode_replies", "Replies since the rule has its mode.", labels=["rule", "mode"]
        )
        for rule in rulebook.rules:
            if rule.mode is Mode.OFF:
                continue
            mode, now = mode_of(rule), evaluated.get(rule.id, 0.0)
            was, start = before.get(rule.id, ("", 0.0))
            if was != mode:
                start = 0.0 if first and not reloaded else now
            self._began[rule.id] = mode, start
            family.add_metric([rule.id, mode], max(0.0, now - start))
        return family


class WithStanding:
    """What *inner* gives, and the family above."""

    def __init__(
        self, inner: CollectorRegistry, standing: Standing, rulebook: Rulebook, reloaded: bool
    ) -> None:
        self._inner = inner
        self._standing = standing
        self._rulebook = rulebook
        self._reloaded = reloaded

    def collect(self) -> Iterator[Metric]:
        evaluated: dict[str, float] = {}
        for family in self._inner.collect():
            if family.name == _EVALUATED:
                evaluated = {s.labels["rule"]: s.value for s in family.samples if s.name.endswith("_total")}
            yield family
        yield self._standing.family(self._rulebook, evaluated, reloaded=self._reloaded)
