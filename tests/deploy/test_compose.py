"""The compose file and what it mounts, judged by parsers: there is no engine and no Grafana here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from filterproxy.settings.gather import gather
from tests.deploy.tools import DEPLOY, on_machine, program, run

FILE = DEPLOY / "compose.yaml"
# What the file takes from the environment, by default: `${NAME:-default}`.
_VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")
# Made by whoever starts it.
_MADE = {"compose/admin_token", "models"}

COMPOSE: dict[str, Any] = yaml.safe_load(_VARIABLE.sub(r"\2", FILE.read_text()))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


@pytest.mark.slow
def test_it_is_a_compose_file_of_today() -> None:
    """By a strict parser of the specification, which knows neither `<<` nor variables."""
    judge = "from compose_spec import PyCompose as C; print(C.from_json(input()).service_names())"
    done = run(program("python"), "-c", judge, stdin=json.dumps(COMPOSE))

    assert done.returncode == 0, done.stderr
    assert all(repr(name) in done.stdout for name in SERVICES)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_docker_compose_resolves_it(tmp_path: Path) -> None:
    """By the last one in Python, which knows no `name:`; variables and anchors as it reads them."""
    folder = tmp_path / "deploy"
    folder.mkdir()
    (folder / "compose.yaml").write_text(re.sub(r"(?m)^name: .*\n", "", FILE.read_text()))
    done = subprocess.run(
        [on_machine("docker-compose"), "--profile", "llama", "config"],
        cwd=folder,
        env={**os.environ, "UPSTREAM": "http://llama:8080", "MODELS": "/models"},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    resolved = yaml.safe_load(done.stdout)["services"]
    assert resolved["filterproxy"]["environment"] == {"FILTERPROXY_UPSTREAM": "http://llama:8080"}
    assert resolved["llama"]["volumes"] == ["/models:/models:ro"]
    assert all(service["cap_drop"] == ["ALL"] for service in resolved.values())


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_no_right_that_it_does_not_need(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_how_it_is(name: str) -> None:
    """filterproxy's health check is the image's."""
    assert "healthcheck" in SERVICES[name] or SERVICES[name].get("build")


def test_nothing_is_published_beyond_this_machine_and_the_admin_side_not_at_all() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]

    assert all(port.startswith("127.0.0.1:") for port in published)
    assert not any("9464" in port for port in published)


def test_what_it_mounts_is_there() -> None:
    """But for what its user makes."""
    sources = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())]
    paths = [source for source in sources if source.startswith(".")]
    paths += [secret["file"] for secret in COMPOSE["secrets"].values()]
    missing = {os.path.normpath(path) for path in paths if not (FILE.parent / path).exists()}

    assert missing <= _MADE
    assert {source for source in sources if not source.startswith(".")} == set(COMPOSE["volumes"])


def test_filterproxy_takes_its_settings(tmp_path: Path) -> None:
    """With the token where the secret would be."""
    (tmp_path / "admin_token").write_text("not-a-real-token-0123456789\n")
    text = (DEPLOY / "compose" / "filterproxy.yaml").read_text()
    (tmp_path / "filterproxy.yaml").write_text(text.replace("/run/secrets/", f"{tmp_path}/"))
    settings = gather({}, SERVICES["filterproxy"]["environment"], tmp_path / "filterproxy.yaml")

    assert settings.config.upstream == "http://127.0.0.1:8000"
    assert settings.config.admin_token == "not-a-real-token-0123456789"
    assert settings.config.admin_host == "0.0.0.0"
    assert settings.rules == (Path("/etc/filterproxy/rules"),)
    assert f"../rules:{settings.rules[0]}:ro" in SERVICES["filterproxy"]["volumes"]


def test_promtool_takes_the_configuration_of_prometheus(tmp_path: Path) -> None:
    """Rules and the file of the token included."""
    promtool = on_machine("promtool")
    shutil.copytree(DEPLOY / "prometheus", tmp_path / "prometheus")
    file = tmp_path / "prometheus" / "prometheus.yml"
    (tmp_path / "admin_token").write_text("not-a-real-token-0123456789\n")
    file.write_text(file.read_text().replace("/run/secrets/", f"{tmp_path}/"))
    done = run(promtool, "check", "config", str(file))

    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_asks_filterproxys_admin_side_with_the_token() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    job = next(job for job in config["scrape_configs"] if job["job_name"] == "filterproxy")

    assert job["static_configs"] == [{"targets": ["filterproxy:9464"]}]
    assert job["authorization"] == {"credentials_file": "/run/secrets/admin_token"}
    assert all(SERVICES[name]["secrets"] == ["admin_token"] for name in ("filterproxy", "prometheus"))


def test_grafana_finds_datasource_and_dashboards() -> None:
    """Where the compose file mounts them."""
    provisioning = DEPLOY / "grafana" / "provisioning"
    provider = yaml.safe_load((provisioning / "dashboards" / "filterproxy.yaml").read_text())["providers"][0]
    source = yaml.safe_load((provisioning / "datasources" / "prometheus.yaml").read_text())["datasources"][0]
    mounts = [volume.split(":")[:2] for volume in SERVICES["grafana"]["volumes"]]

    assert ["./grafana/dashboards", provider["options"]["path"]] in mounts
    assert ["./grafana/provisioning", "/etc/grafana/provisioning"] in mounts
    assert source["url"] == "http://prometheus:9090"
    assert source["type"] == "prometheus"
