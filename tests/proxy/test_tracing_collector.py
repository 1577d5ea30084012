"""Spans and events of the real proxy in a real collector: `rotel`, which logs what it gets."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

pytestmark = pytest.mark.slow

SECONDS = 20
TRACE = "4bf92f3577b34da6a3ce929d0e0e47{:02x}"
SPAN = "00f067aa0ba902b7"
PACK = """\
version: 1
pack: test
why: The word must not leave.
rules:
  - id: no-secret
    match: {regex: secret}
    action: redact
    examples: {hit: ["A secret."], pass: ["All is well."]}
"""


class Model(BaseHTTPRequestHandler):
    """Says a secret, and remembers what it was told of the trace."""

    told: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.told.append(self.headers["traceparent"])
        delta = {"role": "assistant", "content": "A secret umbrella."}
        key, kind = ("delta", "text/event-stream") if asked["stream"] else ("message", "application/json")
        body = json.dumps({"id": "c", "choices": [{"index": 0, key: delta, "finish_reason": "stop"}]})
        said = (f"data: {body}\n\ndata: [DONE]\n\n" if asked["stream"] else body).encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: Any) -> None: ...


@dataclass(frozen=True)
class Shown:
    """A span, or an event, as the collector shows it. ids: its trace, span and parent, where it has them."""

    head: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass
class Collector:
    """`rotel`, running."""

    address: str
    log: Path

    def shown(self, kind: str) -> list[Shown]:
        """Its spans (`Span`) or events (`LogRecord`) so far."""
        blocks = re.split(r"(?m)^(?=\s*(?:Span|LogRecord|ResourceSpans|ResourceLog) #)", self.log.read_text())
        return [_read(block) for block in blocks if block.strip().startswith(f"{kind} #")]

    def wait_for(self, spans: int, events: int) -> tuple[list[Shown], list[Shown]]:
        """That many of them, at least."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            found = self.shown("Span"), self.shown("LogRecord")
            if len(found[0]) >= spans and len(found[1]) >= events:
                return found
            time.sleep(0.05)  # another program's file: there is nothing to wait on
        raise AssertionError(f"the collector has {len(found[0])} spans and {len(found[1])} events")


def _read(block: str) -> Shown:
    head = re.findall(r"(?m)^ *([A-Z][A-Za-z ]+?) *: (.*)$", block)
    attributes = re.findall(r"(?m)^ +-> ([\w.]+): \w+\((.*)\)$", block)
    return Shown({name: value.strip() for name, value in head}, dict(attributes))


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    spec = importlib.util.find_spec("rotel")
    if spec is None or spec.origin is None:
        pytest.skip("needs the collector: pip install rotel")
    address, log = f"127.0.0.1:{_free()}", tmp_path / "rotel.log"
    command = [str(Path(spec.origin).with_name("rotel-agent")), "start", "--exporter", "blackhole"]
    command += ["--otlp-grpc-endpoint", f"127.0.0.1:{_free()}", "--otlp-http-endpoint", address]
    command += ["--debug-log", "traces", "--debug-log", "logs", "--debug-log-verbosity", "detailed"]
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            _connectable(address)
            yield Collector(f"http://{address}", log)
        finally:
            process.kill()


def _connectable(address: str) -> None:
    deadline = time.monotonic() + SECONDS
    host, port = address.split(":")
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, int(port)), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nobody listens at {address}")


@contextmanager
def serving(folder: Path, **environ: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The proxy with two workers in front of the model; its address."""
    pack = folder / "pack.yaml"
    pack.write_text(PACK)
    with ThreadingHTTPServer(("127.0.0.1", 0), Model) as model:
        threading.Thread(target=model.serve_forever, kwargs={"poll_interval": 0.01}).start()
        upstream = f"http://127.0.0.1:{model.server_address[1]}"
        command = [sys.executable, "-m", "filterproxy", "serve", "--upstream", upstream, "--rules", str(pack)]
        command += ["--port", "0", "--admin-port", "0", "--workers", "2"]
        process = subprocess.Popen(
            command,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "FILTERPROXY_TRACING": "otlp", **environ},
        )
        try:
            assert process.stderr is not None
            lines = iter(process.stderr.readline, "")
            ready = next(
                (found[1] for line in lines if (found := re.search(r"ready: (http://\S+)", line))), ""
            )
            assert ready
            yield ready, process
        finally:
            process.kill()
            process.communicate()
            model.shutdown()


def ask(address: str, number: int, stream: bool) -> str:
    """The id of the decision about a reply, in a trace of its own."""
    asked = {"model": "m-1", "messages": [{"role": "user", "content": "lantern?"}], "stream": stream}
    headers = {
        "content-type": "application/json",
        "traceparent": f"00-{TRACE.format(number)}-{SPAN}-01",
        "tracestate": "shop=1",
    }
    request = urllib.request.Request(
        f"{address}/v1/chat/completions", json.dumps(asked).encode(), headers=headers
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        assert b"[redacted]" in answer.read()
        return str(answer.headers["x-filterproxy-decision-id"])


def test_spans_and_events_of_every_worker_arrive_with_the_ids_that_the_model_server_was_told(
    collector: Collector, tmp_path: Path
) -> None:
    Model.told.clear()
    count = 12
    environ = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "OTEL_SERVICE_NAME": "shop"}
    # Nothing is sent before the end, which must send all of it.
    with serving(tmp_path, OTEL_BSP_SCHEDULE_DELAY="60000", OTEL_BLRP_SCHEDULE_DELAY="60000", **environ) as (
        address,
        process,
    ):
        decisions = [ask(address, number, stream=number % 2 == 1) for number in range(count)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    spans, events = collector.wait_for(count, count)

    assert len(spans) == len(events) == count
    ours = {(span.head["Trace ID"], span.head["ID"]) for span in spans}
    assert {tuple(told.split("-")[1:3]) for told in Model.told} == ours
    assert {trace for trace, _ in ours} == {TRACE.format(number) for number in range(count)}
    assert {(event.head["Trace ID"], event.head["Span ID"]) for event in events} == ours
    assert {span.head["Parent ID"] for span in spans} == {SPAN}
    assert {(span.head["Name"], span.head["Kind"]) for span in spans} == {("chat m-1", "SPAN_KIND_CLIENT")}
    assert sorted(span.attributes["filterproxy.decision.id"] for span in spans) == sorted(decisions)
    assert {span.attributes["filterproxy.outcome"] for span in spans} == {"edit"}
    assert {event.head["EventName"] for event in events} == {"gen_ai.evaluation.result"}
    assert {event.attributes["gen_ai.evaluation.name"] for event in events} == {"no-secret"}
    log = collector.log.read_text()
    assert "service.name: Str(shop)" in log
    assert not [word for word in ("umbrella", "lantern", "secret.") if word in log]


def test_a_collector_that_is_not_there_costs_no_reply_and_not_the_end(tmp_path: Path) -> None:
    environ = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{_free()}",
        "OTEL_BSP_SCHEDULE_DELAY": "10",
        "OTEL_BLRP_SCHEDULE_DELAY": "10",
    }
    with serving(tmp_path, **environ) as (address, process):
        for number in range(6):
            assert ask(address, number, stream=False)
        process.send_signal(signal.SIGTERM)

        assert process.wait(SECONDS) == 0
