"""`filterproxy kill`, against an admin side that notes what it is asked, and against a whole proxy."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from filterproxy.cli import main
from tests.proxy.test_running import PACK, proxied, until

runner = CliRunner()


class Admin(BaseHTTPRequestHandler):
    """Answers what a test has put there."""

    status = 200
    said: Any = None
    place = ""
    asked: list[tuple[str, str, str | None, bytes]]

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.asked.append((self.command, self.path, self.headers.get("authorization"), body))
        answer = self.said if isinstance(self.said, bytes) else json.dumps(self.said).encode()
        self.send_response(self.status)
        self.send_header("content-length", str(len(answer)))
        self.send_header("location", self.place)
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_DELETE = do_GET = _answer

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def admin() -> Iterator[tuple[type[Admin], str]]:
    handler = type("Noting", (Admin,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield handler, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


ANSWER = {"rule": "a b", "until": "2026-01-31T08:00:00.000Z", "note": "this instance only", "late": []}


def test_the_admin_side_is_asked_with_the_token_and_what_lasts_is_said(
    admin: tuple[type[Admin], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, url = admin
    handler.said = ANSWER
    monkeypatch.setenv("MINE", "secret")
    given = ["--for", "30m", "--reason", "too eager", "--admin", url + "/", "--token-env", "MINE"]
    result = runner.invoke(main, ["kill", "a b", *given])

    body = b'{"for": "30m", "reason": "too eager"}'
    assert [("POST", "/rules/a%20b/kill", "Bearer secret", body)] == handler.asked
    assert 0 == result.exit_code
    assert (
        "a b is not run until 2026-01-31 08:00:00 UTC.\n"
        "This proxy only, and not after its restart.\n"
        "Everywhere and for good: filterproxy demote a b\n"
    ) == result.stdout


def test_an_end_is_a_delete(admin: tuple[type[Admin], str]) -> None:
    handler, url = admin
    handler.said = ANSWER | {"late": ["worker 1 has not said yet that it follows"]}
    result = runner.invoke(main, ["kill", "a", "--end", "--admin", url])

    assert ("DELETE", "/rules/a/kill", b"") == (*handler.asked[0][:2], handler.asked[0][3])
    assert "a runs again here.\n" == result.stdout and "worker 1" in result.stderr


@pytest.mark.parametrize(
    ("status", "said", "says"),
    [
        (404, {"error": {"message": 'there is no rule "a"'}}, 'refuses: there is no rule "a"'),
        (401, {"error": {"message": "a bearer token is wanted"}}, "--token-env"),
        (502, b"<html>", "status 502"),
        (200, b"<html>", "no admin side of filterproxy"),
        (200, {"until": "tomorrow"}, "no admin side of filterproxy"),
    ],
)
def test_a_refusal_is_a_sentence(admin: tuple[type[Admin], str], status: int, said: Any, says: str) -> None:
    handler, url = admin
    handler.status, handler.said = status, said
    result = runner.invoke(main, ["kill", "a", "--admin", url])

    assert (1, True) == (result.exit_code, says in result.stderr), result.stderr
    assert "Traceback" not in result.output


def test_without_a_rule_what_is_killed_is_listed(admin: tuple[type[Admin], str]) -> None:
    handler, url = admin
    killed = {"rule": "a", "until": "2026-01-31T08:00:00.000Z", "by": "10.0.0.1", "reason": "too eager"}
    handler.said = {"kills": [killed, killed | {"rule": "b", "reason": ""}], "note": "this instance only"}
    result = runner.invoke(main, ["kill", "--admin", url.removeprefix("http://")])
    handler.said = {"kills": [], "note": "this instance only"}
    none = runner.invoke(main, ["kill", "--admin", url])

    assert [("GET", "/rules/kills", None, b"")] * 2 == handler.asked
    assert (
        "a is not run until 2026-01-31 08:00:00 UTC, asked by 10.0.0.1: too eager\n"
        "b is not run until 2026-01-31 08:00:00 UTC, asked by 10.0.0.1\n"
        "This proxy only, and not after its restart.\n"
    ) == result.stdout
    assert "No rule is killed here.\n" == none.stdout
    assert 2 == runner.invoke(main, ["kill", "--end", "--admin", url]).exit_code


def test_a_token_goes_nowhere_else(admin: tuple[type[Admin], str], monkeypatch: pytest.MonkeyPatch) -> None:
    handler, url = admin
    handler.status, handler.said = 302, {}
    monkeypatch.setenv("FILTERPROXY_ADMIN_TOKEN", "secret")
    monkeypatch.setattr(handler, "place", url + "/elsewhere")
    result = runner.invoke(main, ["kill", "--admin", url])

    assert (1, 1) == (result.exit_code, len(handler.asked)) and "status 302" in result.stderr


@pytest.mark.parametrize(
    ("url", "code"), [("http://127.0.0.1:1", 1), ("127.0.0.1:1", 1), ("ftp://x", 2), ("http://", 2)]
)
def test_nobody_there_is_a_sentence(url: str, code: int) -> None:
    result = runner.invoke(main, ["kill", "a", "--admin", url])

    assert (code, "") == (result.exit_code, result.stdout) and "Traceback" not in result.stderr


@pytest.mark.slow
def test_a_rule_is_out_of_every_worker_through_reloads_and_deaths_until_it_is_back(tmp_path: Path) -> None:
    async def kill(url: str, *more: str) -> Any:
        return await asyncio.to_thread(runner.invoke, main, ["kill", "one", "--admin", url, *more])

    async def case() -> None:
        async with proxied(tmp_path, workers=2, watch=False) as it:
            supervisor = it.proxy.supervisor
            assert "A [one]. " in await it.chat()
            assert 0 == (await kill(it.proxy.admin_url)).exit_code
            assert all(["A secret. " in await it.chat() for _ in range(6)])
            it.file.write_text(PACK.replace("[one]", "[two]"))
            assert "ok" == (await it.reload())["result"]
            assert all(["A secret. " in await it.chat() for _ in range(6)])
            for pid in supervisor.pids:
                os.kill(pid, signal.SIGKILL)
            await until(lambda: supervisor.restarts == 2 and supervisor.ready)
            assert all(["A secret. " in await it.chat() for _ in range(6)])
            assert 3500 < await it.count("filterproxy_rule_killed") <= 3600
            assert 0 == (await kill(it.proxy.admin_url, "--end")).exit_code
            assert all(["A [two]. " in await it.chat() for _ in range(6)])
            assert 0 == await it.count("filterproxy_rule_killed")

    asyncio.run(case())
