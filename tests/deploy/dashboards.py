"""The dashboards of deploy/grafana as values: panels, queries, and their texts with variables filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filterproxy.engine.rulebook_metrics
import filterproxy.metrics

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
FOLDER = DEPLOY / "grafana" / "dashboards"
FILES = tuple(sorted(FOLDER.glob("*.json")))

# Of a time series database, not of the program: what a scrape adds.
SCRAPED_LABELS = frozenset({"job", "instance", "namespace"})
# What Grafana itself fills in.
BUILT_IN = ("__rate_interval", "__interval", "__range")


@dataclass(frozen=True, slots=True)
class Query:
    """
    One PromQL text of a dashboard, as it stands there.

    where: for people. legend: label names that its legend shows. kind: panel, annotation or variable.
    instant: it is asked for now only, not over the time shown.
    """

    where: str
    expr: str
    legend: tuple[str, ...]
    kind: str
    instant: bool = False


def load(file: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return value


def panels(dashboard: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All that show data: no rows."""
    return (panel for panel in dashboard["panels"] if panel["type"] != "row")


def queries(file: Path) -> Iterator[Query]:
    """Of panels, annotations and variables; a variable's as the metric that it reads."""
    dashboard = load(file)
    for panel in panels(dashboard):
        for target in panel["targets"]:
            where = f"{file.stem}: {panel['title']} {target['refId']}"
            legend = tuple(re.findall(r"{{\s*(\w+)\s*}}", target["legendFormat"]))
            yield Query(where, target["expr"], legend, "panel", target["instant"])
    for note in dashboard["annotations"]["list"]:
        legend = tuple(re.findall(r"{{\s*(\w+)\s*}}", note["titleFormat"] + note["textFormat"]))
        yield Query(f"{file.stem}: mark {note['name']}", note["target"]["expr"], legend, "annotation")
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            found = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
            assert found is not None, variable["query"]
            yield Query(f"{file.stem}: ${variable['name']}", found[1], (found[2],), "variable")


def filled(expr: str, rate_interval: str = "1m", span: str = "6h") -> str:
    """*expr* with everything chosen in each variable, as Grafana would send it."""
    values = {"__rate_interval": rate_interval, "__interval": rate_interval, "__range": span}
    return re.sub(r"\$(\w+)", lambda found: values.get(found[1], ".*"), expr)


def variables_of(expr: str) -> set[str]:
    """Names of the dashboard's own variables that *expr* uses."""
    return set(re.findall(r"\$(\w+)", expr)) - set(BUILT_IN)


def metrics() -> dict[str, tuple[str, ...]]:
    """What the program counts: each metric's labels, as the prologues beside the code list them."""
    found: dict[str, tuple[str, ...]] = {}
    for module in (filterproxy.metrics, filterproxy.engine.rulebook_metrics):
        for name, labels in re.findall(r"^ {4}(filterproxy_\w+)(?:{([\w,]+)})? ", str(module.__doc__), re.M):
            found[name] = tuple(labels.split(",")) if labels else ()
    return found


def metric_of(name: str) -> str:
    """The listed metric that a series' name belongs to: a histogram has three."""
    return name if name in metrics() else re.sub(r"_(bucket|count|sum)$", "", name)


def labels_of(name: str) -> frozenset[str]:
    """Labels that a series of that name has."""
    own = metrics()[metric_of(name)]
    return SCRAPED_LABELS | set(own) | ({"le"} if name.endswith("_bucket") else set())
