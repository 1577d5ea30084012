"""
What rules did as Prometheus remembers it: of all instances, and over their restarts.

A proxy's own metrics begin with its process. Prometheus has scraped them all the while, and `increase` adds
them up over the points where they began anew. What it knows falls between scrapes, and so it is about right:
the first sample of a series is where its counting begins, so that it is rather too little than too much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from filterproxy.rollout.traffic import PROMETHEUS, Traffic, take

# How long back; Prometheus itself keeps two weeks unless it is told to keep more.
DAYS = 30

# An instant query: the labels and the value of each series that it finds.
Ask = Callable[[str], Sequence[tuple[Mapping[str, str], float]]]

_COUNTED = {
    "filterproxy_replies_total": "",
    "filterproxy_rule_evaluated_total": "rule",
    "filterproxy_rule_fired_total": "rule, mode",
    "filterproxy_rule_excused_total": "rule",
    "filterproxy_rule_errors_total": "rule",
    "filterproxy_rule_runs_total": "rule",
    "filterproxy_rule_seconds_total": "rule",
    # Gauges, which begin anew as counters do, and are asked for as such.
    "filterproxy_rule_mode_replies": "rule, mode, version",
    "filterproxy_rule_mode_fired": "rule, mode, version",
}
_NOW = {"filterproxy_rule_info": "rule, mode", "filterproxy_rule_killed": "rule"}


def of_prometheus(ask: Ask, where: str = "") -> Traffic:
    """
    What the instances did within the last 30 days.

    where: labels that choose them, as in `job="filterproxy"`; "" for all that Prometheus has. Raises what
    *ask* raises.
    """
    traffic = Traffic(PROMETHEUS)
    for name, by in _COUNTED.items():
        for labels, value in ask(f"sum by ({by}) (increase({name}{{{where}}}[{DAYS}d]))"):
            take(traffic, name, labels, value)
    for name, by in _NOW.items():
        for labels, value in ask(f"max by ({by}) ({name}{{{where}}})"):
            take(traffic, name, labels, value)
    return traffic
