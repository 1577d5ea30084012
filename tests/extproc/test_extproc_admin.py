"""The admin side of the external processor."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from filterproxy.embedded import Embedded
from filterproxy.extproc.admin import admin_app
from tests import shells
from tests.extproc.envoy import settings


@dataclass
class Admin:
    """Asks the application: no socket."""

    app: Any

    def get(self, path: str, **given: Any) -> httpx.Response:
        return asyncio.run(self._ask("GET", path, **given))

    def post(self, path: str) -> httpx.Response:
        return asyncio.run(self._ask("POST", path))

    async def _ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://admin") as client:
            return await client.request(method, path, **given)


def client(folder: Path, *, ready: bool = True, token: str | None = None) -> Admin:
    registry = CollectorRegistry()
    embedded = Embedded(settings(admin_token=token), [shells.write(folder)], [], registry)
    embedded.load()
    return Admin(admin_app(embedded, registry, lambda: ready))


def test_health_readiness_metrics_and_the_rulebook_are_served(tmp_path: Path) -> None:
    admin = client(tmp_path)

    assert [200, 200] == [admin.get(path).status_code for path in ("/healthz", "/readyz")]
    assert "filterproxy_rule_info{" in admin.get("/metrics").text
    assert ["flag", "redact", "cut"] == [rule["id"] for rule in admin.get("/rulebook").json()["rules"]][:3]


def test_it_is_not_ready_while_it_drains(tmp_path: Path) -> None:
    admin = client(tmp_path, ready=False)

    assert [200, 503] == [admin.get(path).status_code for path in ("/healthz", "/readyz")]


def test_a_reload_says_what_came_of_it(tmp_path: Path) -> None:
    admin = client(tmp_path)
    before = admin.get("/rulebook").json()["hash"]

    assert {"result": "unchanged", "hash": before} == admin.post("/reload").json()
    (tmp_path / "shells.yaml").write_text(shells.PACK.replace("secret", "hidden"))
    found = admin.post("/reload").json()
    assert ("ok", False) == (found["result"], found["hash"] == before)
    (tmp_path / "shells.yaml").write_text("nonsense")
    refused = admin.post("/reload")
    assert (422, {"result": "failed", "hash": found["hash"]}) == (refused.status_code, refused.json())


def test_an_error_looks_as_on_the_proxy_s_admin_side(tmp_path: Path) -> None:
    assert {"message": "Not Found", "type": "not_found"} == client(tmp_path).get("/nowhere").json()["error"]


@pytest.mark.parametrize("path", ["/metrics", "/rulebook"])
def test_where_there_is_a_token_it_is_wanted(tmp_path: Path, path: str) -> None:
    admin = client(tmp_path, token="t0ken")

    assert 401 == admin.get(path).status_code
    assert 200 == admin.get(path, headers={"authorization": "Bearer t0ken"}).status_code
    assert 200 == admin.get("/healthz").status_code
