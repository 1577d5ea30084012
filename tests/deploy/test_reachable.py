"""The script of `helm test`, against a proxy that runs here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.cli.test_serve import FakeModel, served
from tests.deploy.serving import Addresses, serving
from tests.deploy.tools import CHART

pytestmark = pytest.mark.slow

SCRIPT = CHART / "files" / "reachable.py"
TOKEN = "not-a-real-token-0123456789"
ENVIRONMENT = {"FILTERPROXY_ADMIN_TOKEN": TOKEN}


class ListingModel(FakeModel):
    """Answers GET /v1/models too."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


@pytest.fixture(scope="module")
def proxy() -> Iterator[Addresses]:
    """A proxy whose admin side wants the token."""
    with served(ListingModel) as model, serving("--upstream", model, environment=ENVIRONMENT) as proxy:
        yield proxy


def look(proxy: Addresses, token: str = TOKEN) -> tuple[int, str]:
    """Exit code, and what it says."""
    environment = {"ADMIN": proxy.admin, "CLIENT": proxy.client, "TOKEN": token}
    command = [sys.executable, "-c", SCRIPT.read_text()]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_all_is_well(proxy: Addresses) -> None:
    assert look(proxy) == (0, "ready, and the model server answers\n")


def test_a_token_that_is_not_the_proxys_is_told(proxy: Addresses) -> None:
    """Prometheus would be refused too."""
    assert look(proxy, "another") == (1, "/metrics answers 401 to the token of the Secret\n")


def test_a_model_server_that_is_not_there_is_told() -> None:
    """The proxy answers 502 in its place."""
    with served(FakeModel) as gone:
        pass
    with serving("--upstream", gone, environment=ENVIRONMENT) as proxy:
        found = look(proxy)

    assert found == (1, "the model server answers 502, or cannot be reached\n")
