"""A worker as a process: its charter, its word, its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from filterproxy.rulebook.load import load
from tests.proxy.fake_upstream import CHAT, completion

PACK = """\
version: 1
pack: test
why: The word must not leave.
rules:
  - id: secret
    match: {regex: secret}
    action: redact
    examples: {hit: ["A secret."], pass: ["All is well."]}
"""


class Model(BaseHTTPRequestHandler):
    """Answers once it may."""

    may = Event()
    asked = Event()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.asked.set()
        self.may.wait(10)
        body = completion("A secret.")
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def model() -> Iterator[str]:
    Model.may.set()
    Model.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Model) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


class Running:
    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    def say(self, line: bytes) -> bytes:
        """Hand over a charter; the worker's first word."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def start(self, charter: bytes) -> bytes:
        """Hand over a charter that can be served; what the worker says once it serves."""
        assert self.process.stdout is not None
        assert self.say(charter).startswith(b"rulebook ")
        return self.process.stdout.readline()

    def ask(self) -> bytes:
        url = f"http://127.0.0.1:{self.port}{CHAT}"
        with urllib.request.urlopen(urllib.request.Request(url, b"{}"), timeout=10) as answer:
            return bytes(answer.read())


@contextmanager
def worker(upstream: str, folder: Path, document: Any = None) -> Iterator[tuple[Running, bytes]]:
    """A worker, and the charter that it should get."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = subprocess.Popen(
            [sys.executable, "-m", "filterproxy.proxy.workers.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)},
        )
        charter = {"config": {"upstream": upstream}, "fds": [listener.fileno()], "index": 0}
        charter["document"] = document or _document(folder)
        with process:
            try:
                line = json.dumps(charter).encode()
                yield Running(process, listener.getsockname()[1]), line
            finally:
                process.kill()


def _document(folder: Path) -> Any:
    pack = folder / "test.yaml"
    pack.write_text(PACK)
    return load([pack])


def test_a_worker_says_ready_filters_and_ends_with_0_when_told(model: str, tmp_path: Path) -> None:
    with worker(model, tmp_path) as (running, charter):
        assert running.start(charter) == b"ready\n"
        assert b"A [redacted]." in running.ask()
        running.process.send_signal(signal.SIGTERM)

        assert running.process.wait(10) == 0


def test_a_reply_under_way_is_finished_before_the_end(model: str, tmp_path: Path) -> None:
    with worker(model, tmp_path) as (running, charter):
        assert running.start(charter) == b"ready\n"
        Model.may.clear()
        answers: list[bytes] = []
        asking = Thread(target=lambda: answers.append(running.ask()))
        asking.start()
        Model.asked.wait(10)
        running.process.send_signal(signal.SIGTERM)
        Model.may.set()
        asking.join(10)

        assert b"A [redacted]." in answers[0]
        assert running.process.wait(10) == 0


def test_a_worker_ends_with_its_parent_and_not_with_ctrl_c(model: str, tmp_path: Path) -> None:
    with worker(model, tmp_path) as (running, charter):
        assert running.start(charter) == b"ready\n"
        running.process.send_signal(signal.SIGINT)
        assert b"A [redacted]." in running.ask()
        assert running.process.stdin is not None
        running.process.stdin.close()

        assert running.process.wait(10) == 0


def test_a_worker_takes_other_rules_and_keeps_them_when_the_next_are_none(model: str, tmp_path: Path) -> None:
    with worker(model, tmp_path) as (running, charter):
        assert running.start(charter) == b"ready\n"
        (tmp_path / "test.yaml").write_text(PACK.replace("redact", "{redact: '[gone]'}"))
        other = load([tmp_path / "test.yaml"])
        said = running.say(json.dumps({"document": other}).encode())
        refused = running.say(b'{"document": {"hash": "x", "rules": [{"id": 1}], "known": {}}}')

        assert said == f"rulebook {other['hash']}\n".encode()
        assert refused.startswith(b"failed: KeyError")
        assert running.say(b"nonsense").startswith(b"failed: JSONDecodeError")
        assert b"A [gone]." in running.ask()


def test_rules_that_come_with_the_charter_are_taken_after_it(model: str, tmp_path: Path) -> None:
    with worker(model, tmp_path) as (running, charter):
        (tmp_path / "other.yaml").write_text(PACK.replace("redact", "{redact: '[gone]'}"))
        other = load([tmp_path / "other.yaml"])
        both = charter + b"\n" + json.dumps({"document": other}).encode()

        assert running.start(both) == b"ready\n"
        assert running.process.stdout is not None
        assert running.process.stdout.readline() == f"rulebook {other['hash']}\n".encode()


@pytest.mark.parametrize(
    "charter",
    [
        b"",
        b"{}",
        b'{"config": {"upstream": "ftp://x"}, "document": {"hash": "", "rules": [], "known": {}}, "fds": []}',
        b'{"config": {"upstream": "http://x"}, "document": {"hash": "", "rules": [{"id": 1}]}, "fds": []}',
        b'{"config": {"upstream": "http://x", "odd": 1}, "document": {"hash": "", "known": {}}, "fds": []}',
    ],
)
def test_a_charter_that_cannot_be_served_is_told_in_one_line(tmp_path: Path, charter: bytes) -> None:
    with worker("http://127.0.0.1:9", tmp_path) as (running, _):
        said = running.say(charter)

        assert said.startswith(b"error: ")
        assert said.endswith(b"\n")
        assert running.process.wait(10) == 1
