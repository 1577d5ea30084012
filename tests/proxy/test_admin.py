"""The admin side, asked over HTTP's own interface in Python: no socket."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from filterproxy.config import Config
from filterproxy.proxy.admin import EXPLAIN_LIMIT_BYTES, Book, admin_app
from filterproxy.rulebook.load import load

PACK = """
version: 1
pack: shop
rules:
  - {id: mail, match: {regex: '\\w+@\\w+'}, unless: {grounded: true}, action: {redact: "[mail]"}}
  - {id: sure, match: {phrases: [refund]}, action: drop, say: "Ask us.", streamed: {cut: sentence}}
"""


@dataclass
class FakeWorkers:
    ready: bool = True
    draining: bool = False
    workers_ready: int = 2
    restarts: int = 1


class Admin:
    """Asks the application."""

    def __init__(self, folder: Path, token: str | None = None) -> None:
        file = folder / "shop.yaml"
        file.write_text(PACK)
        self.workers = FakeWorkers()
        config = Config("http://localhost", admin_token=token)
        self.app = admin_app(config, Book(load([file]), config), self.workers, str(folder))

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://admin") as client:
                return await client.request(method, path, **given)

        return asyncio.run(asked())

    def explain(self, **body: Any) -> Any:
        return self.ask("POST", "/explain", json=body).json()


@pytest.fixture
def admin(tmp_path: Path) -> Admin:
    return Admin(tmp_path)


def test_health_does_not_depend_on_workers(admin: Admin) -> None:
    admin.workers.ready = False

    assert admin.ask("GET", "/healthz").status_code == 200


def test_readiness_is_that_of_all_workers(admin: Admin) -> None:
    found = []
    for ready, draining in ((True, False), (False, False), (False, True)):
        admin.workers.ready, admin.workers.draining = ready, draining
        answer = admin.ask("GET", "/readyz")
        found.append((answer.status_code, answer.text))

    assert found == [(200, "ready\n"), (503, "starting\n"), (503, "draining\n")]


def test_metrics_hold_rules_and_workers(admin: Admin) -> None:
    text = admin.ask("GET", "/metrics").text

    assert 'filterproxy_rule_evaluated_total{rule="mail"} 0.0' in text
    assert "filterproxy_workers_ready 2.0" in text
    assert "filterproxy_worker_restarts_total 1.0" in text


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool (Debian package prometheus) is absent")
def test_metrics_follow_the_conventions_of_prometheus(admin: Admin) -> None:
    metrics = admin.ask("GET", "/metrics").content
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=metrics, capture_output=True, check=False
    )

    assert (checked.returncode, checked.stderr) == (0, b"")


def test_the_rulebook_is_shown_in_order_with_its_hash(admin: Admin) -> None:
    value = admin.ask("GET", "/rulebook").json()

    assert [(r["id"], r["line"], r["keeps"]) for r in value["rules"]] == [
        ("mail", 5, "what could begin a match"),
        ("sure", 6, "each sentence to its end"),
    ]
    assert len(value["hash"]) == 16


def test_a_reply_is_explained_rule_by_rule(admin: Admin) -> None:
    value = admin.explain(reply="Write to me@x.")

    assert (value["text"], value["outcome"]) == ("Write to [mail].", "edit")
    assert value["rules"][0]["matches"] == [
        {"choice": 0, "channel": "content", "start": 9, "end": 13, "excuse": ""}
    ]


def test_an_explanation_reads_the_request(admin: Admin) -> None:
    request = {"messages": [{"role": "system", "content": "We are me@x."}], "stream": True}
    value = admin.explain(request=request, reply="Write to me@x. A refund.")

    assert value["text"] == "Write to me@x. Ask us."
    assert value["rules"][0]["matches"][0]["excuse"] == "grounded: system prompt"
    assert admin.explain(request=request, reply="A. A refund.", stream=False)["text"] == "Ask us."


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"reply": 1}', b'{"reply": "a", "x": 1}', b'{"reply": "\xff"}']
)
def test_what_is_no_explanation_is_refused_in_words(admin: Admin, body: bytes) -> None:
    answer = admin.ask("POST", "/explain", content=body)

    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "bad_request")
    assert "wanted is" in answer.json()["error"]["message"]


@pytest.mark.parametrize(("extra", "status"), [(0, 200), (1, 413)])
def test_a_body_has_a_limit(admin: Admin, extra: int, status: int) -> None:
    frame = b'{"reply": ""}'
    body = frame[:-2] + b"a" * (EXPLAIN_LIMIT_BYTES - len(frame) + extra) + frame[-2:]

    assert admin.ask("POST", "/explain", content=body).status_code == status


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/", 404), ("GET", "/explain", 405), ("GET", "/docs", 404)]
)
def test_other_requests_get_an_error_of_the_same_shape(
    admin: Admin, method: str, path: str, status: int
) -> None:
    answer = admin.ask(method, path)

    assert (answer.status_code, set(answer.json()["error"])) == (status, {"message", "type"})


def test_a_token_guards_all_but_health_and_readiness(tmp_path: Path) -> None:
    admin = Admin(tmp_path, token="open sesame")
    found = {
        path: [
            admin.ask("GET", path, headers=headers).status_code
            for headers in ({}, {"authorization": "Bearer open"}, {"authorization": "Bearer open sesame"})
        ]
        for path in ("/healthz", "/readyz", "/metrics", "/rulebook")
    }

    assert found == {
        "/healthz": [200, 200, 200],
        "/readyz": [200, 200, 200],
        "/metrics": [401, 401, 200],
        "/rulebook": [401, 401, 200],
    }
