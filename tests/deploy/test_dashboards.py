"""The dashboards are what Grafana can import, ask only for what the program counts, and read the same way."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.deploy.dashboards import (
    FILES,
    Query,
    filled,
    labels_of,
    load,
    metric_of,
    metrics,
    panels,
    variables_of,
)
from tests.deploy.dashboards import queries as queries_of

SCHEMA = json.loads(Path(__file__).with_name("grafana_schema.json").read_text(encoding="utf-8"))
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
QUERIES = [query for file in FILES for query in queries_of(file)]
COLUMNS = 24

each_file = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
each_query = pytest.mark.parametrize("query", QUERIES, ids=[query.where for query in QUERIES])


def problems(schema: Any, value: Any) -> list[str]:
    validator = jsonschema_rs.validator_for(schema)
    return [f"{'/'.join(map(str, e.instance_path))}: {e.message}" for e in validator.iter_errors(value)]


def test_there_are_three() -> None:
    assert [file.stem for file in FILES] == ["overview", "rules", "streams"]


@each_file
def test_a_dashboard_is_of_grafanas_own_types(file: Path) -> None:
    """By the schema made of its published types, those of each panel's own options and fields included."""
    dashboard = load(file)
    found = problems(SCHEMA["dashboard"], dashboard)
    for panel in panels(dashboard):
        kind = panel["type"].replace("-", "")
        config = panel["fieldConfig"]
        found += problems(SCHEMA["options"][kind], panel["options"])
        if kind in SCHEMA["custom"]:
            found += problems(SCHEMA["custom"][kind], config["defaults"].get("custom", {}))
            own = SCHEMA["custom"][kind]["definitions"]["FieldConfig"]["properties"]
            for change in config["overrides"]:
                names = [p["id"].split(".")[1] for p in change["properties"] if p["id"].startswith("custom.")]
                found += [f"{panel['title']}: no field {name}" for name in names if name not in own]

    assert found == []


def test_the_schema_refuses_what_is_no_dashboard() -> None:
    """Else the law above says nothing."""
    dashboard = load(FILES[0])
    panel = next(panels(dashboard))
    panel["gridPos"]["w"] = "wide"
    panel["colour"] = "red"

    assert len(problems(SCHEMA["dashboard"], dashboard)) >= 1
    assert problems(SCHEMA["options"]["stat"], {**panel["options"], "colour": "red"}) != []


@each_file
def test_a_dashboard_can_be_provisioned_and_found_again(file: Path) -> None:
    """No id of one Grafana's database, a stable uid, the data source from a variable, links to the others."""
    dashboard = load(file)
    others = {f"/d/filterproxy-{other.stem}" for other in FILES if other != file}

    assert (dashboard["id"], dashboard["uid"]) == (None, f"filterproxy-{file.stem}")
    assert 39 <= dashboard["schemaVersion"] <= 42
    assert dashboard["templating"]["list"][0]["name"] == "datasource"
    assert {link["url"] for link in dashboard["links"]} == others
    assert all(link["includeVars"] and link["keepTime"] for link in dashboard["links"])
    assert "__inputs" not in dashboard


@each_file
def test_every_panel_says_what_to_do_and_in_which_unit(file: Path) -> None:
    for panel in panels(load(file)):
        defaults = panel["fieldConfig"]["defaults"]

        assert len(panel["description"]) > 40, panel["title"]
        assert panel["datasource"] == SOURCE
        assert defaults["noValue"], panel["title"]
        assert panel["type"] in ("table", "heatmap", "state-timeline") or defaults["unit"], panel["title"]
        assert [t["refId"] for t in panel["targets"]] == list("ABCDEFGH"[: len(panel["targets"])])
        assert all(target["datasource"] == SOURCE for target in panel["targets"])


@each_file
def test_ids_are_unique_and_no_panel_covers_another(file: Path) -> None:
    dashboard = load(file)
    ids = [panel["id"] for panel in dashboard["panels"]]
    grid = [(panel["title"], panel["gridPos"]) for panel in dashboard["panels"]]

    assert len(ids) == len(set(ids))
    assert all(0 <= at["x"] and at["x"] + at["w"] <= COLUMNS for _, at in grid)
    assert [(a, b) for (a, one), (b, two) in combinations(grid, 2) if _overlap(one, two)] == []


def _overlap(one: dict[str, int], two: dict[str, int]) -> bool:
    apart_x = one["x"] + one["w"] <= two["x"] or two["x"] + two["w"] <= one["x"]
    apart_y = one["y"] + one["h"] <= two["y"] or two["y"] + two["h"] <= one["y"]
    return not (apart_x or apart_y)


@each_query
def test_a_query_parses(query: Query) -> None:
    promql = pytest.importorskip("promql_parser", reason="pip install promql-parser")

    promql.parse(filled(query.expr))


@each_query
def test_a_query_asks_only_for_what_the_program_counts(query: Query) -> None:
    """Metrics and labels of the lists beside the code, in selectors, groupings and legends."""
    names = re.findall(r"filterproxy_\w+", query.expr)

    assert names
    assert [name for name in names if metric_of(name) not in metrics()] == []
    known = {label for name in names for label in labels_of(name)}
    for name, selector in re.findall(r"(filterproxy_\w+){([^}]*)}", query.expr):
        assert {label for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector)} <= labels_of(name)
    grouped = re.findall(r"(?:by|on|group_left|group_right) \(([\w, ]*)\)", query.expr)
    used = {label.strip() for labels in grouped for label in labels.split(",") if label.strip()}

    assert used | set(query.legend) <= known


def test_everything_that_is_counted_is_shown_somewhere() -> None:
    shown = {metric_of(name) for query in QUERIES for name in re.findall(r"filterproxy_\w+", query.expr)}

    assert sorted(set(metrics()) - shown) == []


@each_file
def test_every_variable_is_used_and_exists(file: Path) -> None:
    """A choice that changes nothing misleads."""
    own = {variable["name"] for variable in load(file)["templating"]["list"]} - {"datasource"}
    used = {name for query in queries_of(file) for name in variables_of(query.expr)}

    assert used == own


@each_query
def test_rates_follow_the_zoom_and_instances_add_up(query: Query) -> None:
    """rate() over Grafana's own interval; a range of one's own only in marks and over all that is shown."""
    ranges = set(re.findall(r"\[([^]]+)\]", query.expr))

    assert ranges <= ({"1m"} if query.kind == "annotation" else {"$__rate_interval", "$__range"})
    assert not re.search(r"(?<!\()\brate\(", query.expr) or "sum" in query.expr
    assert query.kind == "variable" or re.search(r"\b(sum|min|max|count)\b", query.expr)
