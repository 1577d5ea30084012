"""`filterproxy serve` as people start it: a process, real sockets, a model server behind it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from filterproxy.cli import main
from tests.cli.packs import BROKEN, write

SAID = "Write to me@x.com now."


class FakeModel(BaseHTTPRequestHandler):
    """Says one thing, whole or letter by letter."""

    said = SAID

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        kind, body = self._stream() if asked.get("stream") else self._whole()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _whole(self) -> tuple[str, bytes]:
        message = {"role": "assistant", "content": self.said}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return "application/json", json.dumps({"object": "chat.completion", "choices": [choice]}).encode()

    def _stream(self) -> tuple[str, bytes]:
        deltas: list[tuple[dict[str, str], str | None]] = [
            ({"content": letter}, None) for letter in self.said
        ] + [({}, "stop")]
        events = [{"choices": [{"index": 0, "delta": d, "finish_reason": f}]} for d, f in deltas]
        text = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
        return "text/event-stream", text.encode()

    def log_message(self, *_: Any) -> None: ...


class OtherModel(FakeModel):
    """Says something else."""

    said = "Write to us."


@contextmanager
def served(model: type[FakeModel]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), model) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def model() -> Iterator[str]:
    with served(FakeModel) as address:
        yield address


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "filterproxy", "serve", *arguments, "--port", "0", "--admin-port", "0"]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def addresses(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Where a proxy listens, once it says that it is ready: for clients, and its admin side."""
    assert process.stderr is not None
    client = admin = ""
    for line in process.stderr:
        client = client or next(iter(re.findall(r"ready: (http://\S+) ->", line)), "")
        admin = next(iter(re.findall(r"admin +(http://[^/]+)", line)), "")
        if admin:
            break
    return client, admin


def test_a_proxy_filters_counts_and_ends(model: str, tmp_path: Path) -> None:
    """From the first byte to exit code 0."""
    process = start("--upstream", model, "--rules", write(tmp_path), "--workers", "2")
    try:
        client, admin = addresses(process)
        with httpx.Client(trust_env=False, timeout=20) as http:
            asked = {"model": "m", "messages": [{"role": "user", "content": "How?"}]}
            whole = http.post(f"{client}/v1/chat/completions", json=asked).json()
            stream = http.post(f"{client}/v1/chat/completions", json={**asked, "stream": True}).text
            ready = http.get(f"{admin}/readyz").status_code
            metrics = http.get(f"{admin}/metrics").text
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)

    assert whole["choices"][0]["message"]["content"] == "Write to [mail] now."
    events = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: {")]
    assert "".join(e["choices"][0]["delta"].get("content", "") for e in events) == "Write to [mail] now."
    assert stream.endswith("data: [DONE]\n\n")
    assert ready == 200
    assert 'filterproxy_rule_matches_total{action="redact",mode="enforce",rule="mail"} 2.0' in metrics
    assert "filterproxy_workers_ready 2.0" in metrics
    assert process.returncode == 0


def test_mistakes_in_a_pack_stop_it_before_it_listens(tmp_path: Path) -> None:
    process = start("--upstream", "http://127.0.0.1:9", "--rules", write(tmp_path, BROKEN))
    _, said = process.communicate(timeout=20)

    assert (process.returncode, "ready" in said) == (1, False)
    assert said.endswith("2 problems.\n")


ASKS = """version: 1
pack: shop
rules:
  - id: mail
    match: {regex: '@x'}
    action: {retry: 1, fallback: other}
    examples: {hit: [a@x.com]}
"""


def test_another_upstream_of_the_configuration_is_asked_when_a_rule_names_it(
    model: str, tmp_path: Path
) -> None:
    with served(OtherModel) as other:
        text = f"upstream: {model}\nupstreams: {{other: '{other}'}}\n"
        config = write(tmp_path, text, "filterproxy.yaml")
        process = start("--config", config, "--rules", write(tmp_path, ASKS))
        try:
            client, _ = addresses(process)
            with httpx.Client(trust_env=False, timeout=20) as http:
                asked = {"messages": [{"role": "user", "content": "How?"}]}
                answer = http.post(f"{client}/v1/chat/completions", json=asked)
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=20)

    assert answer.json()["choices"][0]["message"]["content"] == OtherModel.said
    assert answer.headers["x-filterproxy-retries"] == "2"
    assert said.count("thrown away for rule mail") == 2


def test_an_upstream_that_the_configuration_does_not_name_stops_it_before_it_listens(tmp_path: Path) -> None:
    file = write(tmp_path, ASKS)
    process = start("--upstream", "http://127.0.0.1:9", "--rules", file)
    _, said = process.communicate(timeout=20)

    assert (process.returncode, "ready" in said) == (1, False)
    assert f"{file}:6:34" in said
    assert 'unknown upstream "other"' in said


def test_no_upstream_is_wrong_usage() -> None:
    result = CliRunner().invoke(main, ["serve"], env={"FILTERPROXY_UPSTREAM": None})

    assert (result.exit_code, "--upstream URL" in result.stderr) == (2, True)


def test_an_admin_side_that_others_reach_needs_a_token() -> None:
    result = CliRunner().invoke(main, ["serve", "--upstream", "http://x", "--admin-host", "0.0.0.0"])

    assert (result.exit_code, "without a token" in result.stderr) == (1, True)


def test_help_imports_nothing_that_is_heavy() -> None:
    code = (
        "import sys, filterproxy.cli;"
        "print([m for m in ('fastapi', 'pydantic', 'uvicorn', 'yaml', 'regex', 're2') if m in sys.modules])"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
