"""The Helm chart, rendered by Helm's own code and judged by Kubernetes' schemas."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest
import yaml

from tests.deploy.chart import VALUES, answers, of, one
from tests.deploy.tools import CHART, HERE, copies, on_machine, program, run

pytestmark = pytest.mark.slow

OF_OPERATOR = {"ServiceMonitor", "PrometheusRule"}


@pytest.mark.parametrize("name", VALUES)
def test_lint_finds_nothing_but_the_missing_icon(name: str) -> None:
    """Severity 1 is information."""
    messages = answers()[name]["lint"]

    assert [m["error"] for m in messages] == ["icon is recommended"]


@pytest.mark.parametrize("name", VALUES)
def test_every_manifest_is_one_of_kubernetes(name: str, tmp_path: Path) -> None:
    """By its schemas, unknown fields included; a kind that it does not know is a failure."""
    own = [d for d in of(name) if d["kind"] not in OF_OPERATOR]
    (tmp_path / "all.yaml").write_text(yaml.safe_dump_all(own))
    done = run(program("kubernetes-validate"), "--strict", str(tmp_path / "all.yaml"))

    said = (done.stdout + done.stderr).splitlines()
    assert (done.returncode, [line for line in said if not line.startswith("INFO")]) == (0, [])


def test_the_judge_refuses_an_unknown_field(tmp_path: Path) -> None:
    """Or the test above would prove nothing."""
    service = one("minimal", "Service", "proxy")
    (tmp_path / "bad.yaml").write_text(yaml.safe_dump({**service, "spec": {**service["spec"], "potrs": []}}))
    done = run(program("kubernetes-validate"), "--strict", str(tmp_path / "bad.yaml"))

    assert done.returncode != 0


@pytest.mark.parametrize("name", [name for name in VALUES if VALUES[name].get("serviceMonitor")])
def test_the_operators_kinds_have_its_fields_only(name: str) -> None:
    """By a schema of the fields in use, from its reference."""
    found = [d for d in of(name) if d["kind"] in OF_OPERATOR]
    judge = (
        "import json, sys, jsonschema; schemas, found = json.load(sys.stdin);"
        " [jsonschema.validate(d, schemas[d['kind']]) for d in found]"
    )
    schemas = json.loads((HERE / "crds.json").read_text())
    done = run(program("python"), "-c", judge, stdin=json.dumps([schemas, found]))

    assert found
    assert done.returncode == 0, done.stderr


def test_promtool_takes_the_rules_of_the_prometheus_rule(tmp_path: Path) -> None:
    """Its spec is a file of rules."""
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(one("everything", "PrometheusRule")["spec"]))
    done = run(on_machine("promtool"), "check", "rules", str(tmp_path / "rules.yml"))

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_charts_files_are_those_of_deploy() -> None:
    """A chart cannot reach outside its folder; a link would be lost where charts are packed by others."""
    there = {path for path in (CHART / "files").rglob("*") if path.suffix in (".yml", ".json")}
    differing = [
        target.name
        for target, source in copies().items()
        if target in there and target.read_bytes() != source.read_bytes()
    ]

    assert (there, differing) == (set(copies()), []), "python -m tests.deploy --copy"


def test_the_packed_chart_has_its_files_and_no_values_of_tests(tmp_path: Path) -> None:
    """As `helm package` packs it."""
    code = "import sys, helm_python; print(helm_python.package(sys.argv[1], destination=sys.argv[2]))"
    done = run(program("python"), "-c", code, str(CHART), str(tmp_path))
    assert done.returncode == 0, done.stderr
    with tarfile.open(done.stdout.strip()) as packed:
        names = {name.removeprefix("filterproxy/") for name in packed.getnames()}

    assert {str(target.relative_to(CHART)) for target in copies()} <= names
    assert {"files/reachable.py", "values.schema.json", "templates/NOTES.txt"} <= names
    assert not any(name.startswith("ci/") or "__pycache__" in name for name in names)


def test_dashboards_arrive_as_they_are() -> None:
    """One ConfigMap each, with the label that Grafana's sidecar looks for."""
    maps = [
        d
        for d in of("everything")
        if d["kind"] == "ConfigMap" and d["metadata"]["labels"].get("grafana_dashboard")
    ]
    arrived = {name: json.loads(text) for d in maps for name, text in d["data"].items()}

    assert arrived == {
        f"filterproxy-{p.name}": json.loads(p.read_text()) for p in (CHART / "files/dashboards").iterdir()
    }
    assert all(d["metadata"]["labels"]["grafana_dashboard"] == "1" for d in maps)
