"""Workers are started, replaced and drained; the workers here are a few lines that say what real ones say."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from filterproxy.config import Config
from filterproxy.proxy.address import StartError, bind, is_loopback, listen, refusal
from filterproxy.proxy.supervisor import Supervisor

# Reads its charter and tells the test what came of it, over a connection of its own.
TELLS = """
import json, os, signal, socket, sys
charter = json.loads(sys.stdin.readline())
told = socket.create_connection(("127.0.0.1", {port}))
told.sendall(json.dumps([os.getpid(), charter]).encode() + b"\\n")
"""
SERVES = TELLS + "print('ready', flush=True); sys.stdin.read()"
STUBBORN = TELLS + "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); told.recv(1)"
DIES_ONCE = TELLS + "print('ready', flush=True); told.recv(1) == b'x' and os._exit(3); sys.stdin.read()"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def ear(stack: ExitStack) -> socket.socket:
    """Where the workers of a test tell what they got."""
    ear = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    ear.settimeout(20)
    return ear


def supervise(stack: ExitStack, code: str, ear: socket.socket, **given: object) -> Supervisor:
    config = Config.from_json({"upstream": "http://localhost", "admin_token": "secret", **given})
    command = (sys.executable, "-S", "-c", code.replace("{port}", str(ear.getsockname()[1])))
    supervisor = Supervisor(config, bind("127.0.0.1", 0), command, back_off_seconds=0.0)
    stack.callback(supervisor.close)
    supervisor.start()
    return supervisor


def hear(stack: ExitStack, ear: socket.socket) -> tuple[socket.socket, int, dict[str, object]]:
    """The next worker's connection, its pid and its charter."""
    told = stack.enter_context(ear.accept()[0])
    told.settimeout(20)
    with told.makefile("rb") as lines:
        pid, charter = json.loads(lines.readline())
    return told, pid, charter


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_each_worker_gets_its_charter_and_the_token_stays_here(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, SERVES, ear, workers=2)

    assert not supervisor.ready
    supervisor.charter({"rules": []})
    charters = [hear(stack, ear)[2] for _ in range(2)]
    supervisor.started.result(20)

    assert sorted(c["index"] for c in charters) == [0, 1]  # type: ignore[type-var]
    assert [c["document"] for c in charters] == [{"rules": []}] * 2
    assert [c["config"]["admin_token"] for c in charters] == [None] * 2  # type: ignore[index]
    assert (supervisor.ready, supervisor.workers_ready) == (True, 2)


def test_draining_ends_workers_and_refuses_connections(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, SERVES, ear)
    address = supervisor.listener.getsockname()
    supervisor.charter({})
    _, pid, _ = hear(stack, ear)
    supervisor.started.result(20)
    socket.create_connection(address).close()
    supervisor.drain()

    assert (supervisor.ready, supervisor.draining, gone(pid), supervisor.restarts) == (False, True, True, 0)
    assert not supervisor.metrics_dir.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)


def test_a_worker_that_does_not_drain_is_killed(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, STUBBORN, ear, drain_seconds=0.05)
    supervisor.charter({})
    _, pid, _ = hear(stack, ear)
    supervisor.started.result(20)
    supervisor.drain()

    assert gone(pid)


def test_a_worker_that_dies_is_replaced_and_counted(
    stack: ExitStack, ear: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    supervisor = supervise(stack, DIES_ONCE, ear)
    supervisor.charter({})
    told, first, _ = hear(stack, ear)
    supervisor.started.result(20)
    told.sendall(b"x")
    _, second, charter = hear(stack, ear)

    assert first != second
    assert (supervisor.restarts, charter["index"]) == (1, 0)
    assert [r.getMessage() for r in caplog.records] == ["worker 0 ended (exit code 3); starting another"]


def test_a_worker_that_cannot_start_stops_the_start(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, "import sys; sys.stdin.readline(); print('error: no rules')", ear)
    supervisor.charter({})

    with pytest.raises(StartError, match=r"^no rules$"):
        supervisor.started.result(20)


def test_a_worker_that_dies_before_it_is_ready_stops_the_start(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, "import os; os.kill(os.getpid(), 9)", ear)
    supervisor.charter({})

    with pytest.raises(StartError, match=r"worker 0 ended before it was ready \(SIGKILL\)"):
        supervisor.started.result(20)


def test_closing_before_the_charter_ends_all(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, SERVES, ear)
    pids = supervisor.pids
    supervisor.close()

    assert all(map(gone, pids))
    with pytest.raises(StartError):
        supervisor.started.result(0)


def test_a_worker_that_is_terminated_from_outside_is_replaced(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, SERVES, ear)
    supervisor.charter({})
    _, first, _ = hear(stack, ear)
    supervisor.started.result(20)
    os.kill(first, signal.SIGKILL)

    assert hear(stack, ear)[1] != first


def test_a_taken_port_is_a_plain_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError) as caught:
            bind("127.0.0.1", port)

    assert str(caught.value) == f"cannot listen on 127.0.0.1:{port}: address already in use"


def test_a_bound_socket_does_not_listen_yet() -> None:
    with bind("127.0.0.1", 0) as bound:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(bound.getsockname())
        listen(bound)
        socket.create_connection(bound.getsockname()).close()


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("x.test", False),
    ],
)
def test_the_admin_side_is_open_to_others_only_with_a_token(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
    assert (refusal(Config("http://x", admin_host=host)) is None) is loopback
    assert refusal(Config("http://x", admin_host=host, admin_token="t")) is None


def test_temporary_files_are_private(tmp_path: Path, stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, SERVES, ear)

    assert supervisor.metrics_dir.stat().st_mode & 0o777 == 0o700
