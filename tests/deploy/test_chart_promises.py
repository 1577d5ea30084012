"""What the chart promises of pods, services, secrets and restarts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load
from tests.deploy.chart import VALUES, answers, config, of, one, pod, proxy
from tests.deploy.tools import documents, helm

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", VALUES)
def test_no_two_manifests_are_one_object(name: str) -> None:
    """The later would take the place of the earlier."""
    objects = [(d["kind"], d["metadata"]["name"]) for d in of(name)]

    assert len(objects) == len(set(objects))
    assert {d["metadata"]["namespace"] for d in of(name)} == {"prod"}


@pytest.mark.parametrize("name", VALUES)
def test_every_pod_is_restricted(name: str) -> None:
    """Pod Security Standards, level restricted, and a root file system that nobody writes to."""
    pods = [pod(name), *(d["spec"] for d in of(name) if d["kind"] == "Pod")]

    for spec in pods:
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert not any("hostPath" in volume for volume in spec.get("volumes", ()))
        assert not any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC"))
        for container in (*spec.get("initContainers", ()), *spec["containers"]):
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False
            assert security["readOnlyRootFilesystem"] is True
            assert security["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize("name", VALUES)
def test_every_mount_has_its_volume_and_none_is_a_subpath(name: str) -> None:
    """What is mounted by subPath never changes."""
    spec = pod(name)
    volumes = {volume["name"] for volume in spec["volumes"]}
    mounts = [m for c in (*spec.get("initContainers", ()), *spec["containers"]) for m in c["volumeMounts"]]

    assert {mount["name"] for mount in mounts} == volumes
    assert not any("subPath" in mount for mount in mounts)


@pytest.mark.parametrize("name", VALUES)
def test_a_pod_has_time_to_drain(name: str) -> None:
    """The delay, the drain, and some seconds for the processes."""
    settings = config(name)
    wanted = settings.get("drain_seconds", 30) + settings.get("drain_delay_seconds", 0)

    assert pod(name)["terminationGracePeriodSeconds"] >= wanted + 10


@pytest.mark.parametrize("name", VALUES)
def test_services_find_the_proxys_pods_and_not_the_tests(name: str) -> None:
    """Client traffic and admin side apart."""
    labels = one(name, "Deployment")["spec"]["template"]["metadata"]["labels"].items()
    of_test = one(name, "Pod")["metadata"]["labels"].items()
    services = {d["metadata"]["name"]: d["spec"] for d in of(name) if d["kind"] == "Service"}

    assert len(services) == 2
    for full_name, spec in services.items():
        assert spec["selector"].items() <= labels
        assert not spec["selector"].items() <= of_test
        wanted = "admin" if full_name.endswith("-admin") else "http"
        assert [port["targetPort"] for port in spec["ports"]] == [wanted]


def test_the_admin_side_is_inside_the_cluster_only() -> None:
    """Whatever client traffic is."""
    assert one("everything", "Service", "proxy")["spec"]["type"] == "LoadBalancer"
    assert one("everything", "Service", "-admin")["spec"]["type"] == "ClusterIP"


@pytest.mark.parametrize("name", VALUES)
def test_the_token_is_in_a_secret_only(name: str) -> None:
    """Neither in the configuration nor on a command line."""
    token = VALUES[name]["adminToken"].get("value", "not-a-real-token-0123456789")
    elsewhere = [d for d in of(name) if d["kind"] != "Secret"]

    assert token not in json.dumps(elsewhere)
    assert any("secretKeyRef" in e.get("valueFrom", {}) for e in proxy(name)["env"])


def of_pods(files: dict[str, str]) -> dict[str, str]:
    """Of the Deployment's pods: what differs in them restarts them."""
    deployment = next(d for d in documents(files) if d["kind"] == "Deployment")
    found: dict[str, str] = deployment["spec"]["template"]["metadata"]["annotations"]
    return found


def test_a_change_of_the_configuration_restarts_and_one_of_rules_does_not() -> None:
    """The configuration is read at the start; rules and known files are taken while it runs."""

    given = VALUES["everything"]
    changes: dict[str, dict[str, Any]] = {
        "before": {},
        "rules": {"rules": {"files": {"10-hours.yaml": "version: 1\n"}}},
        "known": {"known": {"opening-hours.txt": "Mon-Fri 10:00-17:00"}},
        "settings": {"config": {**given["config"], "unscanned": "pass"}},
        "token": {"adminToken": {"value": "another-token-0123456789"}},
    }
    made = helm(json.dumps({name: {**given, **changed} for name, changed in changes.items()}))
    before, rules, known, settings, token = (of_pods(made[name]["files"]) for name in changes)

    assert rules == known == before
    assert settings["checksum/config"] != before["checksum/config"]
    assert token["checksum/admin-token"] != before["checksum/admin-token"]


def test_rules_and_known_files_come_as_folders() -> None:
    """The text of each file unchanged, where the configuration says."""
    spec, settings = proxy("everything"), config("everything")
    mounts = {mount["name"]: mount["mountPath"] for mount in spec["volumeMounts"]}

    assert settings["rules"] == [mounts["rules"]]
    assert settings["known"] == [f"{mounts['known']}/opening-hours.txt"]
    given = VALUES["everything"]
    assert one("everything", "ConfigMap", "-filterproxy-rules")["data"] == given["rules"]["files"]
    assert one("everything", "ConfigMap", "-known")["data"] == given["known"]


def test_rules_of_the_values_are_a_rulebook(tmp_path: Path) -> None:
    """Files that packs name are found beside them."""
    for name, text in one("everything", "ConfigMap", "-filterproxy-rules")["data"].items():
        (tmp_path / name).write_text(text)

    assert [rule.id for rule in compile(load([tmp_path])).rules] == ["hours", "names"]


def test_without_rules_those_that_ship_run() -> None:
    assert "rules" not in config("minimal")


def test_what_is_there_already_is_used() -> None:
    """No ConfigMap of rules, no Secret, no account."""
    kinds = sorted(d["kind"] for d in of("existing"))
    volumes = {volume["name"]: volume for volume in pod("existing")["volumes"]}
    token = next(e for e in proxy("existing")["env"] if e["name"] == "FILTERPROXY_ADMIN_TOKEN")

    assert kinds == ["ConfigMap", "Deployment", "Pod", "Service", "Service"]
    assert volumes["rules"]["configMap"]["name"] == "chat-rules"
    assert token["valueFrom"]["secretKeyRef"] == {"name": "chat-admin", "key": "token"}
    assert pod("existing")["serviceAccountName"] == "default"


def test_tls_reaches_probes_service_and_prometheus() -> None:
    """Both sides, with certificates of clients."""
    settings = config("tls")
    mounts = {mount["name"]: mount["mountPath"] for mount in proxy("tls")["volumeMounts"]}
    probes = [proxy("tls")[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")]
    endpoint = one("tls", "ServiceMonitor")["spec"]["endpoints"][0]

    assert settings["tls_client_ca"] == f"{mounts['tls']}/ca.crt"
    assert settings["admin_tls_key"] == f"{mounts['admin-tls']}/tls.key"
    assert [probe["scheme"] for probe in probes] == ["HTTPS"] * 3
    assert one("tls", "Service", "proxy")["spec"]["ports"][0]["name"] == "https"
    assert endpoint["scheme"] == "https"


def test_the_autoscaler_alone_says_how_many() -> None:
    """A count in the Deployment would undo it with every upgrade."""
    assert "replicas" not in one("everything", "Deployment")["spec"]
    assert one("minimal", "Deployment")["spec"]["replicas"] == 2
    assert one("everything", "HorizontalPodAutoscaler")["spec"]["maxReplicas"] == 12


def test_the_policy_lets_in_clients_prometheus_and_the_test_and_out_to_dns_and_upstream() -> None:
    spec = one("everything", "NetworkPolicy")["spec"]
    ports = [[port["port"] for port in rule["ports"]] for rule in spec["ingress"]]

    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert ports == [["http"], ["admin"], ["http", "admin"]]
    assert spec["ingress"][2]["from"][0]["podSelector"]["matchLabels"].items() <= (
        one("everything", "Pod")["metadata"]["labels"].items()
    )
    assert [[p["port"] for p in rule["ports"]] for rule in spec["egress"]] == [[53, 53], [8000], [443]]
    assert "NetworkPolicy" not in {d["kind"] for d in of("minimal")}


def test_numbers_of_the_configuration_stay_as_they_are() -> None:
    """Helm reads them as floating point."""
    assert config("everything")["request_limit_bytes"] == 33554432
    assert config("everything")["drain_seconds"] == 60.5


def test_what_it_says_after_an_install_names_no_secret() -> None:
    """A URL's pinned hash and query stay out too."""
    notes = {name: one["files"]["filterproxy/templates/NOTES.txt"] for name, one in answers().items()}

    assert "https://rules.example.com/chat.tar.gz." in notes["tls"]
    assert not any("not-a-real-token" in text for text in notes.values())
    assert "http://demo-filterproxy.prod.svc:8080/v1" in notes["minimal"]
