"""
Which rules run, where, and since when, for Prometheus.

    filterproxy_rulebook_info{hash}                1 for each rulebook that some worker runs
    filterproxy_rulebook_workers{hash}             workers that run it
    filterproxy_rulebook_reloads_total{result}     ok, unchanged, failed
    filterproxy_rulebook_reload_successful         whether the last reload, or the start, gave what was asked
    filterproxy_rulebook_loaded_timestamp_seconds  when the rules that run were read
    filterproxy_rule_info{rule,pack,mode,owner}    1 for each rule; mode: enforce, canary, shadow, off
    filterproxy_rule_killed{rule}                  seconds for which a killed rule is still not run here

They come from the process that loads the rules, so that a reload leaves no series behind in the workers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from filterproxy.core.rule import Mode, Rule
from filterproxy.rulebook.book import Rulebook

OK, UNCHANGED, FAILED = "ok", "unchanged", "failed"


@dataclass(slots=True)
class Loads:
    """
    How loading went so far.

    times: reloads by their result. successful: whether the last one, or the start, gave what was asked for.
    loaded_at: seconds since 1970 at which the rules that run were read.
    """

    loaded_at: float
    times: dict[str, int] = field(default_factory=lambda: {OK: 0, UNCHANGED: 0, FAILED: 0})
    successful: bool = True


def rulebook_families(rulebook: Rulebook, workers: Mapping[str, int], loads: Loads) -> Iterator[Metric]:
    """The families above. workers: how many run a rulebook, by its hash."""
    info = GaugeMetricFamily("filterproxy_rulebook_info", "Rulebooks that workers run.", labels=["hash"])
    running = GaugeMetricFamily("filterproxy_rulebook_workers", "Workers that run it.", labels=["hash"])
    for digest, number in workers.items():
        info.add_metric([digest], 1)
        running.add_metric([digest], number)
    yield info
    yield running
    yield from _load_families(loads)
    yield _rule_family(rulebook)


def killed_family(seconds: Mapping[str, float]) -> Metric:
    """Rules that on-call has killed in this instance. seconds: how long still, by the rule's id."""
    killed = GaugeMetricFamily(
        "filterproxy_rule_killed", "Seconds for which a killed rule is still not run here.", labels=["rule"]
    )
    for rule, left in seconds.items():
        killed.add_metric([rule], left)
    return killed


def _load_families(loads: Loads) -> Iterator[Metric]:
    reloads = CounterMetricFamily(
        "filterproxy_rulebook_reloads", "Reloads, by what came of them.", labels=["result"]
    )
    for result, times in loads.times.items():
        reloads.add_metric([result], times)
    yield reloads
    yield GaugeMetricFamily(
        "filterproxy_rulebook_reload_successful",
        "Whether the last reload gave the rules that were asked for.",
        value=int(loads.successful),
    )
    yield GaugeMetricFamily(
        "filterproxy_rulebook_loaded_timestamp_seconds",
        "When the rules that run were read.",
        value=loads.loaded_at,
    )


def _rule_family(rulebook: Rulebook) -> Metric:
    rules = GaugeMetricFamily(
        "filterproxy_rule_info", "Rules of the rulebook.", labels=["rule", "pack", "mode", "owner"]
    )
    for rule, info in zip(rulebook.rules, rulebook.infos, strict=True):
        rules.add_metric([rule.id, info.pack, mode_of(rule), info.owner], 1)
    return rules


def mode_of(rule: Rule) -> str:
    """How the rule runs: one that is enforced for a part of conversations is a canary."""
    is_canary = rule.mode is Mode.ENFORCE and rule.rollout < 1
    return str(Mode.CANARY if is_canary else rule.mode)
