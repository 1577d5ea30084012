"""The Dockerfile, linted, built and started."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_serve import FakeModel, served
from tests.deploy import image as images
from tests.deploy.serving import addresses, started
from tests.deploy.tools import DEPLOY, program, run

TOKEN = "not-a-real-token-0123456789"


@pytest.mark.slow
def test_hadolint_finds_nothing() -> None:
    done = run(program("hadolint"), str(DEPLOY / "Dockerfile"))

    assert (done.returncode, done.stdout) == (0, "")


def test_what_the_image_is_made_of_is_named() -> None:
    """A file that lies about in the folder, a token say, does not get in by itself."""
    allowed = (DEPLOY.parent / ".dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)

    assert "*" in allowed
    assert {f"!{name}" for names in copied for name in names.split()} == {
        line for line in allowed if line.startswith("!")
    }


@pytest.fixture(scope="module")
def built() -> images.Image:
    images.need()
    return images.build()


@pytest.fixture(scope="module")
def root(built: images.Image) -> Iterator[Path]:
    with images.container(built) as root:
        yield root


@pytest.mark.slow
def test_the_image_says_how_it_runs(built: images.Image) -> None:
    """As a number that is not root's, in exec form, with a health check that needs no other program."""
    assert built.config["User"] == "10001:10001"
    assert built.config["Entrypoint"] == ["filterproxy"]
    assert built.config["Cmd"] == ["serve"]
    assert built.config["Healthcheck"]["Test"][:3] == ["CMD", "python3", "-c"]
    assert built.config["Labels"]["org.opencontainers.image.title"] == "filterproxy"


@pytest.mark.slow
def test_it_serves_as_a_user_without_rights_on_a_read_only_root(built: images.Image, root: Path) -> None:
    """A reply from a model server, filtered by the rules that ship; health, metrics, and an end in order."""
    given = {"FILTERPROXY_ADMIN_TOKEN": TOKEN, "FILTERPROXY_ADMIN_HOST": "0.0.0.0"}
    command = [*built.config["Entrypoint"], *built.config["Cmd"], "--workers", "2"]
    with served(FakeModel) as model:
        given["FILTERPROXY_UPSTREAM"] = model
        with started(images.command(built, root, command, given)) as process:
            client, admin = addresses(process)
            status = Path(f"/proc/{process.pid}/status").read_text()
            whole = _post(f"{client}/v1/chat/completions", stream=False)
            stream = _post(f"{client}/v1/chat/completions", stream=True)
            healthy = _health(built, root, int(admin.rpartition(":")[2]))
            metrics = _get(f"{admin}/metrics")

    assert "me@x.com" not in whole + stream
    assert "[e-mail address removed]" in whole
    assert "filterproxy_workers_ready 2.0" in metrics
    assert re.search(r"^Uid:\t10001\t10001\t10001\t10001$", status, re.MULTILINE)
    assert re.search(r"^CapBnd:\t0+$", status, re.MULTILINE)
    assert healthy == 0
    assert process.returncode == 0


@pytest.mark.slow
def test_the_user_writes_nowhere_but_where_the_dockerfile_says(built: images.Image, root: Path) -> None:
    """Even where the root file system is not read-only."""
    find = ["find", "/", "-xdev", "-writable", "-not", "-type", "l", "-not", "-path", "/proc/*"]
    found = run("chroot", f"--userspec={built.config['User']}", str(root), *find)

    places = {line for line in found.stdout.splitlines() if not line.startswith("/dev/")}
    assert places == {"/tmp", "/var/tmp", "/var/cache/filterproxy", "/run/lock"}


@pytest.mark.slow
def test_a_health_check_of_nothing_fails(built: images.Image, root: Path) -> None:
    """Port 9 answers nobody."""
    assert _health(built, root, 9) != 0


def _health(built: images.Image, root: Path, port: int) -> int:
    test = built.config["Healthcheck"]["Test"][1:]
    return run(*images.command(built, root, test, {"FILTERPROXY_ADMIN_PORT": str(port)})).returncode


def _post(url: str, *, stream: bool) -> str:
    asked = {"model": "m", "stream": stream, "messages": [{"role": "user", "content": "How?"}]}
    request = urllib.request.Request(url, json.dumps(asked).encode(), {"content-type": "application/json"})
    return _opened(request)


def _get(url: str) -> str:
    return _opened(urllib.request.Request(url, headers={"authorization": f"Bearer {TOKEN}"}))


def _opened(request: urllib.request.Request) -> str:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
        text: str = answer.read().decode()
        return text
