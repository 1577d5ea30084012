"""The systemd unit and its settings."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

from filterproxy.settings.gather import gather
from tests.deploy.tools import DEPLOY, on_machine, run

UNIT = DEPLOY / "systemd" / "filterproxy.service"
SETTINGS = DEPLOY / "systemd" / "filterproxy.yaml"
# systemd's own measure of what a service may do: 0 nothing, 100 everything.
EXPOSURE = 20


def service() -> configparser.SectionProxy:
    """The section [Service]; of keys that stand twice the last."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(UNIT)
    return parser["Service"]


@pytest.mark.slow
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """With a program that is there in the place of ours."""
    analyze = on_machine("systemd-analyze")
    text = UNIT.read_text().replace("/opt/filterproxy/bin/filterproxy", "/bin/true")
    (tmp_path / UNIT.name).write_text(text)
    done = run(analyze, "verify", str(tmp_path / UNIT.name))

    said = [line for line in (done.stdout + done.stderr).splitlines() if UNIT.name in line]
    assert (done.returncode, said) == (0, [])


@pytest.mark.slow
def test_the_unit_may_do_little() -> None:
    """By systemd's measure."""
    options = ("--offline=true", "--no-pager", f"--threshold={EXPOSURE}")
    done = run(on_machine("systemd-analyze"), "security", *options, str(UNIT))

    assert done.returncode == 0, done.stdout.splitlines()[-1:]


def test_a_stop_waits_for_the_drain(tmp_path: Path) -> None:
    """And asks the parent alone, which tells its workers."""
    (tmp_path / "admin_token").write_text("not-a-real-token-0123456789\n")
    text = SETTINGS.read_text().replace("/run/credentials/filterproxy.service/", f"{tmp_path}/")
    (tmp_path / "filterproxy.yaml").write_text(text)
    settings = gather({}, {}, tmp_path / "filterproxy.yaml")
    drain = settings.config.drain_seconds + settings.config.drain_delay_seconds

    assert int(service()["TimeoutStopSec"]) >= drain + 10
    assert service()["KillMode"] == "mixed"
    assert settings.config.admin_token == "not-a-real-token-0123456789"


def test_the_token_is_where_the_settings_look_for_it() -> None:
    """LoadCredential's name, in the folder that systemd makes for the unit."""
    name, source = service()["LoadCredential"].split(":")

    assert f"${{file:/run/credentials/{UNIT.name}/{name}}}" in SETTINGS.read_text()
    assert source == "/etc/filterproxy/admin_token"


def test_a_reload_is_a_hangup() -> None:
    assert service()["ExecReload"] == "/bin/kill -HUP $MAINPID"


def test_what_it_writes_to_is_its_own() -> None:
    """The cache folder is the one that the program would choose."""
    assert service()["CacheDirectory"] == "filterproxy"
    assert re.search(r"\bXDG_CACHE_HOME=/var/cache\b", service()["Environment"])
