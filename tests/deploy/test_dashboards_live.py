"""Each query of dashboards, alerts and runbook on a real Prometheus that scraped a real run with traffic."""

from __future__ import annotations

import contextlib
import math
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.deploy.dashboards import FILES, Query, filled, metric_of, metrics
from tests.deploy.dashboards import queries as queries_of
from tests.deploy.test_alerts import EXPRESSIONS, paragraph_queries
from tests.deploy.watched import RATE_INTERVAL, SPAN_SECONDS, Rows, Watched, watched

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("prometheus") and shutil.which("promtool")),
        reason="prometheus is not installed (apt-get install prometheus)",
    ),
]
QUERIES = [query for file in FILES for query in queries_of(file)]


@dataclass(frozen=True, slots=True)
class Run:
    """A run, and what each query found in it: nothing for those that found nothing in all of the time."""

    watch: Watched
    found: dict[Query, Rows]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A run that goes on until every query has found something, or the time is over."""
    with watched(tmp_path_factory.mktemp("run")) as watch:
        found: dict[Query, Rows] = {}

        def all_found() -> bool:
            for query in QUERIES:
                if not found.get(query):
                    found[query] = rows(watch, query)
            return all(found.values())

        with contextlib.suppress(AssertionError):  # each query's own test says so, with its name
            watch.until(all_found, "data for every query")
        yield Run(watch, found)


def rows(watch: Watched, query: Query) -> Rows:
    """What Grafana would get of the run so far, each row with all its values."""
    expr = filled(query.expr, RATE_INTERVAL, f"{SPAN_SECONDS}s")
    if query.instant:
        return [{**row, "values": [row["value"]]} for row in watch.instant(expr)]
    return watch.over_time(expr, 2 * SPAN_SECONDS)


@pytest.mark.parametrize("query", QUERIES, ids=[query.where for query in QUERIES])
def test_a_query_has_data_labels_for_its_legend_and_no_numbers_that_are_none(run: Run, query: Query) -> None:
    """What misleads in a panel: nothing where there is something, names that stay blank, NaN."""
    found = run.found[query]

    assert found
    assert [row["metric"] for row in found if not set(query.legend) <= set(row["metric"])] == []
    assert all(math.isfinite(float(value)) for row in found for _, value in row["values"])


def test_the_program_counts_what_its_list_says(run: Run) -> None:
    page = httpx.get(f"{run.watch.world.admin}/metrics", trust_env=False).text
    names = {re.sub(r"[{ ].*", "", line) for line in page.splitlines() if line.startswith("filterproxy_")}
    seen = {metric_of(name) for name in names if not name.endswith("_created")}

    assert sorted(seen - set(metrics())) == []


@pytest.mark.parametrize("expr", EXPRESSIONS)
def test_a_rule_of_prometheus_can_be_asked(run: Run, expr: str) -> None:
    run.watch.instant(expr)


@pytest.mark.parametrize("query", paragraph_queries())
def test_a_query_of_the_runbook_can_be_asked(run: Run, query: str) -> None:
    run.watch.instant(query)


def test_a_week_ago_is_filled_in(run: Run) -> None:
    """Else the trend would be tried on nothing."""
    assert run.watch.instant("filterproxy_rule_fired_total offset 1w")
