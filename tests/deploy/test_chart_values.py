"""Values that the chart refuses, and what it says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.deploy.tools import helm

pytestmark = pytest.mark.slow

LEAST: dict[str, Any] = {
    "config": {"upstream": "http://vllm.models.svc:8000"},
    "adminToken": {"value": "not-a-real-token-0123456789"},
}
POLICY = {"networkPolicy": {"enabled": True}}

# What is changed in the least values, and a part of the answer.
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no model server": ({"config": {}}, "where is the model server? Set config.upstream"),
    "no token": ({"adminToken": {}}, "the admin side needs a token"),
    "two tokens": (
        {"adminToken": {"value": "x" * 16, "existingSecret": "y"}},
        "adminToken.value and adminToken.existingSecret exclude each other",
    ),
    "a token that can be guessed": ({"adminToken": {"value": "secret"}}, "/adminToken/value"),
    "two sources of rules": (
        {"rules": {"files": {"a.yaml": "x"}, "url": "https://x.example"}},
        "rules come from one place, not from rules.files and rules.url",
    ),
    "a rule file in a folder": ({"rules": {"files": {"a/b.yaml": "x"}}}, "'a/b.yaml' does not match"),
    "a rule file of keys": ({"rules": {"files": {"a.yaml": {"version": 1}}}}, "/rules/files/a.yaml"),
    "a URL of another kind": ({"rules": {"url": "s3://bucket/rules"}}, "/rules/url"),
    "a folder that is relative": ({"rules": {"folder": "rules"}}, "/rules/folder"),
    "an unknown value": ({"replica": 3}, "replica"),
    "an unknown part of a value": ({"tls": {"secret": "x"}}, "secret"),
    "half a pod": ({"replicas": 1.5}, "/replicas"),
    "an address that the chart sets": (
        {"config": {**LEAST["config"], "admin_host": "0.0.0.0"}},
        "admin_host",
    ),
    "a token among the settings": ({"config": {**LEAST["config"], "admin_token": "x"}}, "admin_token"),
    "a drain without time": ({"config": {**LEAST["config"], "drain_seconds": 0}}, "/config/drain_seconds"),
    "no policy of failure": ({"config": {**LEAST["config"], "on_error": "log"}}, "/config/on_error"),
    "a port beyond the last": ({"service": {"port": 70000}}, "/service/port"),
    "authority without certificate": ({"tls": {"clientCa": True}}, "tls.clientCa needs tls.existingSecret"),
    "fewer pods than the least": (
        {"autoscaling": {"enabled": True, "minReplicas": 5, "maxReplicas": 2}},
        "autoscaling.minReplicas is more than autoscaling.maxReplicas",
    ),
    "a policy without a way out": (POLICY, "the pods could not reach the model server"),
    "a digest that is a tag": ({"image": {"digest": "latest"}}, "/image/digest"),
    "an admin side for the world": ({"adminService": {"type": "LoadBalancer"}}, "type"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_value_is_refused(case: str) -> None:
    """By the schema, which names the place, or in a sentence."""
    every = json.dumps({name: {**LEAST, **changed} for name, (changed, _) in REFUSED.items()})
    answer = helm(every)[case]

    assert REFUSED[case][1] in answer.get("error", "accepted")


def test_the_least_values_are_taken() -> None:
    """So that the cases above are refused for what they change."""
    assert "files" in helm(json.dumps({"least": LEAST}))["least"]
