"""The configuration that the chart writes, read by the program where a pod would see it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from filterproxy.settings.gather import Settings, gather
from tests.deploy.chart import VALUES, of, proxy
from tests.deploy.tools import CHART
from tests.deploy.volumes import lay_out

pytestmark = pytest.mark.slow

TOKEN = "not-a-real-token-0123456789"


def settings_file(name: str, root: Path) -> Path:
    """The file, below *root* as in the pod, with the paths of its folders below *root* too."""
    lay_out(of(name), root)
    file = root / "etc/filterproxy/config/filterproxy.yaml"
    laid = root / "filterproxy.yaml"
    laid.write_text(file.read_text().replace("/etc/filterproxy/", f"{root}/etc/filterproxy/"))
    return laid


def environment(name: str) -> dict[str, str]:
    """Of the container: values as they stand, those of Secrets made up."""
    found = {entry["name"]: entry.get("value", TOKEN) for entry in proxy(name)["env"]}
    return {**found, "HOME": "/nonexistent"}


def settings(name: str, root: Path) -> Settings:
    """As `serve` would have them in the pod."""
    return gather({}, environment(name), settings_file(name, root))


@pytest.mark.parametrize("name", VALUES)
def test_the_program_takes_the_settings(name: str, tmp_path: Path) -> None:
    """And what the chart says of addresses and token is what it runs with."""
    config = settings(name, tmp_path).config

    assert (config.port, config.admin_port) == (8080, 9464)
    assert config.host == config.admin_host == VALUES[name].get("listen", "0.0.0.0")
    assert config.admin_token == TOKEN
    assert config.drain_delay_seconds == VALUES[name]["config"].get("drain_delay_seconds", 5)


@pytest.mark.parametrize("name", ["minimal", "everything"])
def test_the_program_takes_settings_and_rules(name: str, tmp_path: Path) -> None:
    """`filterproxy config`, which also reads the rules and the known files that the settings name."""
    file = settings_file(name, tmp_path)
    command = [sys.executable, "-m", "filterproxy", "config", "--config", str(file)]
    done = subprocess.run(
        command, env={**os.environ, **environment(name)}, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_keys_of_upstreams_come_from_the_environment(tmp_path: Path) -> None:
    """The ConfigMap holds a reference only."""
    hosted: Any = settings("everything", tmp_path).config.upstreams["hosted"]

    assert hosted.headers == {"authorization": f"Bearer {TOKEN}"}


def test_rules_of_a_url_keep_their_pin(tmp_path: Path) -> None:
    assert settings("tls", tmp_path).rules == VALUES["tls"]["rules"]["url"]


def test_files_of_tls_are_those_of_the_secret(tmp_path: Path) -> None:
    """kubernetes.io/tls has tls.crt and tls.key."""
    config = settings("tls", tmp_path).config
    folder = tmp_path / "etc/filterproxy"

    assert config.tls_cert == str(folder / "tls" / "tls.crt")
    assert config.tls_key == str(folder / "tls" / "tls.key")
    assert config.tls_client_ca == str(folder / "tls" / "ca.crt")
    assert config.admin_tls_cert == str(folder / "admin-tls" / "tls.crt")


def test_no_setting_of_the_chart_is_the_operators() -> None:
    """Keys that the chart writes itself are refused among config's: nothing is silently overruled."""
    schema = yaml.safe_load((CHART / "values.schema.json").read_text())
    refused = set(schema["properties"]["config"]["propertyNames"]["not"]["enum"])
    written = {key for name in VALUES for key in _written(name)} - {
        key for name in VALUES for key in VALUES[name]["config"]
    }

    assert written - {"workers", "drain_seconds", "drain_delay_seconds", "upstream"} <= refused


def _written(name: str) -> list[str]:
    maps = [d for d in of(name) if d["kind"] == "ConfigMap" and "filterproxy.yaml" in d["data"]]
    return list(yaml.safe_load(maps[0]["data"]["filterproxy.yaml"]))
