"""The parts of the compose file that can run here, put together as it puts them: model, proxy, Prometheus."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.serving import Addresses, serving
from tests.deploy.test_compose import SERVICES
from tests.deploy.tools import DEPLOY, ROOT, on_machine

pytestmark = pytest.mark.slow

TOKEN = "not-a-real-token-0123456789"
DEADLINE_SECONDS = 60.0


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running(command: list[str]) -> Iterator[None]:
    """A process that is ended after the block."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def ask(url: str, body: object = None) -> Any:
    """What JSON a server answers; asked again until it listens."""
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode())
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                request, timeout=20
            ) as answer:
                return json.loads(answer.read())
        except OSError:
            if time.monotonic() > deadline:
                raise


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the secret and the changed files are."""
    folder = tmp_path_factory.mktemp("compose")
    (folder / "admin_token").write_text(TOKEN + "\n")
    text = (DEPLOY / "compose" / "filterproxy.yaml").read_text().replace("/run/secrets/", f"{folder}/")
    (folder / "filterproxy.yaml").write_text(text.replace("/etc/filterproxy/rules", str(ROOT / "rules")))
    return folder


@pytest.fixture(scope="module")
def proxy(folder: Path) -> Iterator[Addresses]:
    """The demo's model, by the compose file's entrypoint, and the proxy with the compose file's settings."""
    entrypoint = SERVICES["demo-model"]["entrypoint"]
    port = free_port()
    assert entrypoint[0] == "python3"
    with running([sys.executable, *entrypoint[1:-1], str(port)]):
        upstream = ("--upstream", f"http://127.0.0.1:{port}")
        ask(f"{upstream[1]}/v1/models")
        with serving("--config", str(folder / "filterproxy.yaml"), *upstream) as proxy:
            yield proxy


def prometheus(folder: Path, admin: str, port: int) -> list[str]:
    """Prometheus with deploy's configuration, but for the proxy's address, and every second."""
    program = on_machine("prometheus")
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(DEPLOY / "prometheus" / name) for name in config["rule_files"]]
    job = config["scrape_configs"][0]
    job["authorization"]["credentials_file"] = str(folder / "admin_token")
    job["static_configs"] = [{"targets": [admin.removeprefix("http://").replace("0.0.0.0", "127.0.0.1")]}]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    listens = f"--web.listen-address=127.0.0.1:{port}"
    return [program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb", listens]


def test_the_demo_is_filtered(proxy: Addresses) -> None:
    """The question of the README."""
    asked = {"model": "demo", "messages": [{"role": "user", "content": "What time do you open?"}]}
    answer = ask(f"{proxy.client}/v1/chat/completions", asked)

    assert answer["choices"][0]["message"]["content"].startswith("I don't have our opening hours at hand.")


def test_prometheus_scrapes_with_the_token_and_evaluates_every_rule(proxy: Addresses, folder: Path) -> None:
    """No rule fails; the scrape is allowed."""
    port = free_port()
    with running(prometheus(folder, proxy.admin, port)):
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            targets = ask(f"http://127.0.0.1:{port}/api/v1/targets")["data"]["activeTargets"]
            groups = ask(f"http://127.0.0.1:{port}/api/v1/rules")["data"]["groups"]
            ours = [t["health"] for t in targets if t["labels"]["job"] == "filterproxy"]
            rules = [rule["health"] for group in groups for rule in group["rules"]]
            if (ours == ["up"] and rules and set(rules) == {"ok"}) or time.monotonic() > deadline:
                break

    written = [
        rule
        for name in ("recording.yml", "alerts.yml")
        for group in yaml.safe_load((DEPLOY / "prometheus" / name).read_text())["groups"]
        for rule in group["rules"]
    ]
    assert ours == ["up"]
    assert rules == ["ok"] * len(written)
