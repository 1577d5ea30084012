"""Workers are started, replaced and drained; the workers here are a few lines that say what real ones say."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest

from filterproxy.config import Config
from filterproxy.proxy.address import StartError, bind, exposed, is_loopback, listen
from filterproxy.proxy.workers.counters import Counters
from filterproxy.proxy.workers.supervisor import Supervisor
from filterproxy.rulebook.document import Document
from tests.proxy.supervised import TELLS, hear, supervise

SERVES = TELLS + "print('ready', flush=True); sys.stdin.read()"
STUBBORN = TELLS + "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); told.recv(1)"
# Says what it runs; "bad" rules it cannot take, to "slow" ones it never answers.
TAKES = (
    TELLS
    + """
print("rulebook", charter["document"]["hash"], flush=True)
print("ready", flush=True)
for line in sys.stdin:
    digest = json.loads(line)["document"]["hash"]
    if digest == "bad" and charter["index"] == 1:
        print("failed: no such thing", flush=True)
    elif digest != "slow":
        print("rulebook", digest, flush=True)
"""
)
HANGS = "import sys; sys.stdin.read()"
DIES_ONCE = TELLS + "print('ready', flush=True); told.recv(1) == b'x' and os._exit(3); sys.stdin.read()"


def rules(digest: str) -> Document:
    # More than a pipe holds, so that one who does not read makes its writer wait.
    return {"version": 1, "hash": digest, "rules": [], "known": {"x": "x" * 200_000}}


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


def test_no_token_and_no_setting_is_in_the_environment_of_a_worker(
    stack: ExitStack, ear: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = Config(upstream="http://localhost", admin_token="hush-admin", rules_token="hush-rules")
    for name, value in (("FILTERPROXY_ADMIN_TOKEN", "hush-admin"), ("OWN", "hush-rules"), ("KEPT", "key")):
        monkeypatch.setenv(name, value)
    with socket.socket() as listener:
        supervisor = Supervisor(secret, listener, command=("env",), counters=Counters(tmp_path, -1))
        environment = supervisor._environment()

    assert "KEPT" in environment and "PATH" in environment
    assert not [name for name, value in environment.items() if "hush" in value or "FILTERPROXY" in name]


def test_draining_ends_workers_and_refuses_connections(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, SERVES, ear)
    address = supervisor.listener.getsockname()
    supervisor.charter({})
    _, pid, _ = hear(stack, ear)
    supervisor.started.result(20)
    socket.create_connection(address).close()
    supervisor.drain()

    assert (supervisor.ready, supervisor.draining, gone(pid), supervisor.restarts) == (False, True, True, 0)
    assert not supervisor.counters.folder.exists()
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


def test_every_worker_takes_other_rules(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, TAKES, ear, workers=2)
    supervisor.charter(rules("one"))
    supervisor.started.result(20)
    before = supervisor.hashes
    failed = supervisor.hand(rules("two"))

    assert (before, failed) == (["one", "one"], [])
    assert supervisor.hashes == ["two", "two"]
    assert supervisor.workers_by_hash == {"two": 2}


def test_rules_that_one_worker_cannot_take_are_taken_back_from_all(
    stack: ExitStack, ear: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    supervisor = supervise(stack, TAKES, ear, workers=2)
    supervisor.charter(rules("one"))
    supervisor.started.result(20)
    failed = supervisor.hand(rules("bad"))

    assert failed == ["worker 1 cannot take these rules (no such thing)"]
    assert supervisor.hashes == ["one", "one"]
    assert supervisor.hand(rules("two")) == []
    assert supervisor.hashes == ["two", "two"]


def test_a_worker_that_is_replaced_gets_the_newest_rules(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, TAKES, ear)
    supervisor.charter(rules("one"))
    _, first, _ = hear(stack, ear)
    supervisor.started.result(20)
    supervisor.hand(rules("two"))
    os.kill(first, signal.SIGKILL)
    charter = hear(stack, ear)[2]

    assert charter["document"] == rules("two")


def test_a_worker_that_does_not_answer_to_other_rules_is_replaced(
    stack: ExitStack, ear: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    supervisor = supervise(stack, TAKES, ear, {"reload_seconds": 0.05})
    supervisor.charter(rules("one"))
    _, first, _ = hear(stack, ear)
    supervisor.started.result(20)
    failed = supervisor.hand(rules("slow"))
    _, second, charter = hear(stack, ear)

    assert (failed, charter["document"]) == ([], rules("slow"))
    assert first != second
    assert caplog.records[0].getMessage() == "worker 0 did not take other rules in time; ending it"


def test_a_worker_that_hangs_at_its_start_stops_the_start(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, HANGS, ear, {"start_seconds": 0.05})
    supervisor.charter(rules("one"))

    with pytest.raises(StartError, match=r"worker 0 was not ready within 0\.05 s"):
        supervisor.started.result(20)


def test_readiness_goes_before_the_listener_does(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, SERVES, ear, drain_delay_seconds=60)
    address = supervisor.listener.getsockname()
    supervisor.charter(rules("one"))
    supervisor.started.result(20)
    draining = Thread(target=supervisor.drain)
    draining.start()
    deadline = monotonic() + 20
    while supervisor.ready and monotonic() < deadline:
        pass

    assert supervisor.draining
    socket.create_connection(address).close()
    supervisor.kill()
    draining.join(20)
    assert not draining.is_alive()


def test_a_taken_port_is_a_plain_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError) as caught:
            bind("127.0.0.1", port)

    assert str(caught.value) == f"cannot listen on 127.0.0.1:{port}: address already in use"


@pytest.mark.parametrize("host", ["a" * 300, "\xe9..\xe9"])
def test_what_cannot_be_a_host_is_a_plain_sentence(host: str) -> None:
    with pytest.raises(StartError, match="cannot be the name of a host"):
        bind(host, 0)


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
    assert (exposed(Config("http://x", admin_host=host)) is None) is loopback
    assert exposed(Config("http://x", admin_host=host, admin_token="t")) is None


def test_temporary_files_are_private(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, SERVES, ear)

    assert supervisor.counters.folder.stat().st_mode & 0o777 == 0o700
