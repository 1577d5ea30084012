"""Alerts fire when they must and only then, ask for what there is, and each has its runbook paragraph."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.deploy.dashboards import DEPLOY, labels_of, metric_of, metrics
from tests.deploy.tools import on_machine, run

FOLDER = DEPLOY / "prometheus"
RUNBOOK = (DEPLOY / "runbook.md").read_text(encoding="utf-8")
# Paragraphs that are for no one alert.
GENERAL = {"Roll back"}


def rules(file: str) -> list[dict[str, Any]]:
    document = yaml.safe_load((FOLDER / file).read_text(encoding="utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"]]


ALERTS = rules("alerts.yml")
RECORDED = {rule["record"]: rule["expr"] for rule in rules("recording.yml")}
EXPRESSIONS = [rule["expr"] for rule in ALERTS] + list(RECORDED.values())

each_alert = pytest.mark.parametrize("alert", ALERTS, ids=[alert["alert"] for alert in ALERTS])


def test_promtool_reads_the_rules() -> None:
    done = run(
        on_machine("promtool"), "check", "rules", str(FOLDER / "alerts.yml"), str(FOLDER / "recording.yml")
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_alerts_fire_when_they_must_and_only_then() -> None:
    """The cases of alerts_test.yml."""
    done = run(on_machine("promtool"), "test", "rules", str(FOLDER / "alerts_test.yml"), seconds=300)

    assert done.returncode == 0, done.stdout + done.stderr


@each_alert
def test_an_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not(alert: dict[str, Any]) -> None:
    tests = yaml.safe_load((FOLDER / "alerts_test.yml").read_text(encoding="utf-8"))["tests"]
    cases = [c for test in tests for c in test["alert_rule_test"] if c["alertname"] == alert["alert"]]

    assert {bool(case["exp_alerts"]) for case in cases} == {True, False}


@each_alert
def test_an_alert_says_how_bad_it_is_what_is_wrong_and_where_to_read_on(alert: dict[str, Any]) -> None:
    said = alert["annotations"]

    assert alert["labels"]["severity"] in ("page", "warning")
    assert set(said) == {"summary", "description", "runbook_url"}
    assert said["runbook_url"] == f"deploy/runbook.md#{alert['alert'].lower()}"
    assert "$" in said["description"], "a value or a label"
    named = set(re.findall(r"\$labels\.(\w+)", said["summary"] + said["description"]))
    kept = {label.strip() for by in re.findall(r"by \(([^)]*)\)", alert["expr"]) for label in by.split(",")}
    # What recording rules keep is there without being named again.
    assert named <= kept | {"job", "rule"}


def test_every_alert_has_its_paragraph_and_every_paragraph_its_alert() -> None:
    headings = re.findall(r"^## (.+)$", RUNBOOK, re.M)

    assert [h for h in headings if h not in GENERAL] == [alert["alert"] for alert in ALERTS]


@pytest.mark.parametrize("expr", EXPRESSIONS)
def test_a_rule_asks_only_for_what_the_program_counts(expr: str) -> None:
    names = re.findall(r"(?<![\w:])filterproxy_\w+", expr)
    recorded = re.findall(r"\w+:\w+:\w+", expr)

    assert names or recorded
    assert [name for name in names if metric_of(name) not in metrics()] == []
    assert [name for name in recorded if name not in RECORDED] == []
    for name, selector in re.findall(r"(?<![\w:])(filterproxy_\w+){([^}]*)}", expr):
        assert set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector)) <= labels_of(name)


def paragraph_queries() -> list[str]:
    """PromQL of the runbook: indented lines that name a metric and are no command."""
    lines = re.findall(r"^ {4}(\S.*)$", RUNBOOK, re.M)
    return [line for line in lines if "filterproxy_" in line and not line.startswith(("curl", "#"))]


@pytest.mark.parametrize("query", paragraph_queries())
def test_queries_of_the_runbook_are_good(query: str) -> None:
    promql = pytest.importorskip("promql_parser", reason="pip install promql-parser")
    promql.parse(query)
    names = re.findall(r"(?<![\w:])filterproxy_\w+", query)

    assert [name for name in names if metric_of(name) not in metrics()] == []
    assert [name for name in re.findall(r"\w+:\w+:\w+", query) if name not in RECORDED] == []
