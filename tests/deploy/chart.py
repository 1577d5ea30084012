"""What Helm makes of the chart with each set of values: those beside it, and those of recipes.md."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from tests.deploy.tools import CHART, DEPLOY, documents, helm

# Sets of values: `ci/<name>-values.yaml` beside the chart.
VALUES: dict[str, Any] = {
    path.name.removesuffix("-values.yaml"): yaml.safe_load(path.read_text())
    for path in sorted((CHART / "ci").glob("*-values.yaml"))
}
# And what recipes.md puts into values.yaml, with the least that it takes besides.
VALUES |= {
    f"recipe-{number}": {**VALUES["minimal"], **yaml.safe_load(text)}
    for number, text in enumerate(
        re.findall(r"```yaml\n(# values\.yaml\n.+?)```", (DEPLOY / "recipes.md").read_text(), re.DOTALL)
    )
}


def answers() -> dict[str, Any]:
    """Helm's, by set."""
    return helm(json.dumps(VALUES, sort_keys=True))


def of(name: str) -> list[dict[str, Any]]:
    """The manifests of one set of values."""
    answer = answers()[name]
    assert "error" not in answer, answer
    return documents(answer["files"])


def one(name: str, kind: str, ending: str = "") -> dict[str, Any]:
    """The manifest of a kind whose name ends so."""
    found = [d for d in of(name) if d["kind"] == kind and d["metadata"]["name"].endswith(ending)]
    assert len(found) == 1, [d["metadata"]["name"] for d in found]
    return found[0]


def pod(name: str) -> dict[str, Any]:
    """The Deployment's pod."""
    spec: dict[str, Any] = one(name, "Deployment")["spec"]["template"]["spec"]
    return spec


def proxy(name: str) -> dict[str, Any]:
    """The Deployment's container of the proxy."""
    return next(c for c in pod(name)["containers"] if c["name"] == "filterproxy")


def config(name: str) -> dict[str, Any]:
    """The configuration file that the chart writes."""
    maps = [d for d in of(name) if d["kind"] == "ConfigMap" and "filterproxy.yaml" in d["data"]]
    value: dict[str, Any] = yaml.safe_load(maps[0]["data"]["filterproxy.yaml"])
    return value
