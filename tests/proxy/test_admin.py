"""The admin side, asked over HTTP's own interface in Python: no socket."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from filterproxy.config import Config, LogConfig, RouteConfig
from filterproxy.engine.rulebook_metrics import FAILED, OK, UNCHANGED, Loads
from filterproxy.proxy.admin.admin import admin_app
from filterproxy.proxy.admin.bodies import LIMIT_BYTES
from filterproxy.proxy.reload.book import Book
from filterproxy.proxy.reload.reload import Reloaded
from filterproxy.proxy.reload.sources import Files, Source
from filterproxy.rulebook.load import load
from filterproxy.rulebook.problem import Place, Problem

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
    hashes: list[str] = field(default_factory=lambda: ["1" * 16, "2" * 16, "1" * 16])

    @property
    def workers_by_hash(self) -> Counter[str]:
        return Counter(self.hashes)

    def leave_out(self, killed: Collection[str], turn: int) -> list[str]:
        return []


class FakeReloads:
    """Gives the result that a test has put there."""

    def __init__(self, source: Source, config: Config) -> None:
        self.source = source
        self.book = Book(source.load(), config)
        self.loads = Loads(loaded_at=1.5)
        self.last: Reloaded | None = None
        self.reasons: list[str] = []
        self.followers: list[Callable[[], None]] = []

    async def reload(self, why: str) -> Reloaded:
        self.reasons.append(why)
        assert self.last is not None
        return self.last


class Admin:
    """Asks the application."""

    def __init__(self, folder: Path, token: str | None = None, **settings: Any) -> None:
        file = folder / "shop.yaml"
        file.write_text(PACK)
        self.workers = FakeWorkers()
        config = Config("http://localhost", admin_token=token, **settings)
        self.rules = FakeReloads(Files([file], [], load), config)
        self.app = admin_app(config, self.rules, self.workers, str(folder))

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://admin") as client:
                return await client.request(method, path, **given)

        return asyncio.run(asked())

    def explain(self, **body: Any) -> Any:
        return self.ask("POST", "/explain", json=body).json()


def test_a_reply_is_explained_by_the_chain_of_its_route(tmp_path: Path) -> None:
    routes = (RouteConfig("bare", chain=()), RouteConfig("all"))
    admin = Admin(tmp_path, routes=routes)
    texts = [admin.explain(reply="Write to me@x.", route=r)["text"] for r in ("default", "all", "bare")]

    assert ["Write to [mail].", "Write to [mail].", "Write to me@x."] == texts
    refused = admin.ask("POST", "/explain", json={"reply": "", "route": "none"})
    assert (400, True) == (refused.status_code, "default, bare, all" in refused.text)


def test_a_decision_is_found_by_its_id(tmp_path: Path) -> None:
    """Whatever stands around it in the folder."""
    logs = tmp_path / "log"
    logs.mkdir()
    lines = [b'{"v":1,"id":"a-1","outcome":"drop"}\n', b'{"v":1,"id":"a-2","model":"a-1"}\n', b'{"id":"a-3"']
    (logs / "decisions-0-20260131T080000123456Z.jsonl").write_bytes(b"".join(lines))
    admin = Admin(tmp_path, decisions=LogConfig(str(logs)))

    assert {"v": 1, "id": "a-1", "outcome": "drop"} == admin.ask("GET", "/decisions/a-1").json()
    for id in ("a-3", "a", "%2e%2e"):
        assert 404 == admin.ask("GET", f"/decisions/{id}").status_code
    assert "not logged" in Admin(tmp_path).ask("GET", "/decisions/a-1").text


def test_a_log_that_cannot_be_read_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("no folder")
    answer = Admin(tmp_path, decisions=LogConfig(str(tmp_path / "log"))).ask("GET", "/decisions/a-1")

    assert (503, True) == (answer.status_code, "cannot be read: Not a directory" in answer.text)


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


def test_metrics_say_which_rules_run_and_where(admin: Admin) -> None:
    admin.rules.loads.times[OK] = 3
    text = admin.ask("GET", "/metrics").text

    assert f'filterproxy_rulebook_workers{{hash="{"1" * 16}"}} 2.0' in text
    assert f'filterproxy_rulebook_info{{hash="{"2" * 16}"}} 1.0' in text
    assert 'filterproxy_rulebook_reloads_total{result="ok"} 3.0' in text
    assert 'filterproxy_rulebook_reloads_total{result="failed"} 0.0' in text
    assert "filterproxy_rulebook_reload_successful 1.0" in text
    assert "filterproxy_rulebook_loaded_timestamp_seconds 1.5" in text
    assert 'filterproxy_rule_info{mode="enforce",owner="",pack="shop",rule="mail"} 1.0' in text


def test_metrics_follow_a_reload(admin: Admin, tmp_path: Path) -> None:
    admin.ask("GET", "/metrics")
    (tmp_path / "shop.yaml").write_text(PACK.replace("id: mail", "id: post"))
    admin.rules.book = Book(admin.rules.source.load(), Config("http://localhost"), admin.rules.book)
    text = admin.ask("GET", "/metrics").text

    assert 'filterproxy_rule_evaluated_total{rule="post"}' in text
    assert 'rule="mail"' not in text


def test_a_reload_is_answered_with_its_result(admin: Admin) -> None:
    for result in (OK, UNCHANGED):
        admin.rules.last = Reloaded(result, "3" * 16, 0.0, "POST /reload")
        answer = admin.ask("POST", "/reload")

        assert (answer.status_code, answer.json()) == (200, {"result": result, "hash": "3" * 16})


def test_a_failed_reload_is_answered_with_every_problem(admin: Admin) -> None:
    problem = Problem(Place("shop.yaml", 3), "FP012", "what", "why", "fix")
    admin.rules.last = Reloaded(FAILED, "3" * 16, 0.0, "POST /reload", "1 problem in the rules", (problem,))
    answer = admin.ask("POST", "/reload")

    assert answer.status_code == 422
    assert answer.json()["error"] == {"message": "1 problem in the rules", "type": "reload_failed"}
    assert answer.json()["problems"] == [problem.as_json()]


def test_the_rulebook_says_where_it_is_from_and_who_runs_it(admin: Admin) -> None:
    admin.rules.last = Reloaded(FAILED, "3" * 16, 2.0, "SIGHUP", "it is late")
    value = admin.ask("GET", "/rulebook").json()

    assert value["source"].endswith("shop.yaml")
    assert value["loaded_at"] == "1970-01-01T00:00:01.500Z"
    assert value["workers"][1] == {"index": 1, "hash": "2" * 16}
    assert value["last_reload"] == {
        "when": "1970-01-01T00:00:02.000Z",
        "why": "SIGHUP",
        "result": "failed",
        "error": "it is late",
        "problems": [],
    }


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


def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_mistake_of_ours(admin: Admin) -> None:
    async def asked() -> None:
        scope = {"type": "http", "method": "POST", "path": "/explain", "headers": [], "query_string": b""}

        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            pass

        await admin.app(scope, receive, send)

    asyncio.run(asked())


@pytest.mark.parametrize(("extra", "status"), [(0, 200), (1, 413)])
def test_a_body_has_a_limit(admin: Admin, extra: int, status: int) -> None:
    frame = b'{"reply": ""}'
    body = frame[:-2] + b"a" * (LIMIT_BYTES - len(frame) + extra) + frame[-2:]

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
