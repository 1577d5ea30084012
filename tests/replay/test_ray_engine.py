"""Replays on a real Ray of this machine, also with workers that are killed."""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

pytest.importorskip("pyarrow", reason="needs the extra replay")

import pyarrow as pa

from filterproxy.corpus.sources import corpus_of
from filterproxy.replay.pool import Done, Engine, Job, Numbered, WorkersDied, pooled
from filterproxy.replay.ray_engine import on_ray
from filterproxy.replay.result import from_json, to_json
from filterproxy.replay.run import Given, replay
from filterproxy.replay.tally import Tally
from tests.replay.books import book, drops, flags, many, redacts, write_recordings

ROOT = Path(__file__).parents[2]

needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs the extra ray")
# What Ray warns of is no fault of ours: its settings read themselves, and it lets go of its processes while
# they end.
foreign = pytest.mark.filterwarnings("default::ResourceWarning", "default::DeprecationWarning")


@pytest.fixture
def let_go() -> Iterator[None]:
    """What Ray leaves behind is collected while its warnings are none of ours."""
    yield
    gc.collect()


def on_real_ray(test: Callable[..., None]) -> Callable[..., None]:
    """A test that starts a Ray of its own, which takes seconds."""
    marked: Callable[..., None] = pytest.mark.slow(
        foreign(needs_ray(pytest.mark.usefixtures("let_go")(test)))
    )
    return marked


def given(folder: Path, count: int = 400, batch: int = 10) -> Given:
    path = write_recordings(folder / "rec.jsonl", many(count))
    with path.open("ab") as file:
        file.write(b'{"torn\n')
    old = book(folder, drops("a", "gold"), redacts("b", "tin"))
    new = book(folder, drops("a", "gold|lead"), flags("b", "tin"))
    return Given(corpus_of([path]), old, new, "old", "new", batch=batch)


def report(of: Given, engine: Engine) -> str:
    """What a replay says, times aside."""
    return to_json(replay(of, engine), times=False)


def by_pool(of: Given) -> str:
    return report(of, lambda job, batches: pooled(job, batches, 2))


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)

    with pytest.raises(ValueError, match=r"pip install 'filterproxy\[ray\]'"):
        on_ray("")


@needs_ray
def test_an_address_where_nobody_listens_is_said_at_once() -> None:
    port = free_port()

    with pytest.raises(ValueError, match=rf"no Ray answers at 127\.0\.0\.1:{port} \(Connection refused\)"):
        on_ray(f"ray://127.0.0.1:{port}")


@needs_ray
@pytest.mark.parametrize("address", ["ray://", "ray://:10001", "ray://head:port"])
def test_what_is_no_address_is_said(address: str) -> None:
    with pytest.raises(ValueError, match="is no address of a Ray"):
        on_ray(address)


@dataclass(frozen=True, slots=True)
class KilledOnce(Job):
    """Whoever first judges batch *victim* by it is killed midway."""

    marker: str = ""
    victim: int = 0

    def tally(self, batch: pa.RecordBatch) -> Tally:
        if batch["number"][0].as_py() == self.victim and not os.path.exists(self.marker):
            Path(self.marker).write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
        return Job.tally(self, batch)


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@on_real_ray
def test_ray_says_the_same_though_a_worker_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one window, a worker gone in the middle of a batch: to the byte what the pool says."""
    monkeypatch.setattr("filterproxy.replay.ray_engine._PER_PROCESSOR", 8)
    of = given(tmp_path)
    killed = tmp_path / "killed"

    def killing(job: Job, batches: Iterable[Numbered]) -> Iterator[Done]:
        once = KilledOnce(job.baseline, job.candidate, marker=str(killed), victim=200)
        return on_ray("", 2)(once, batches)

    assert by_pool(of) == report(of, killing)
    assert is_gone(int(killed.read_text()))


class Deadly(Job):
    """Kills whoever judges by it."""

    def tally(self, batch: pa.RecordBatch) -> Tally:
        os._exit(1)


@on_real_ray
def test_a_batch_that_kills_every_worker_is_given_up(tmp_path: Path) -> None:
    of = given(tmp_path, 40)

    def deadly(job: Job, batches: Iterable[Numbered]) -> Iterator[Done]:
        return on_ray("", 1)(Deadly(job.baseline, job.candidate), batches)

    with pytest.raises(WorkersDied, match="workers of Ray ended 4 times on the same batch"):
        report(of, deadly)


class Lacking(Job):
    """Needs a package that is not installed."""

    def tally(self, batch: pa.RecordBatch) -> Tally:
        import no_such_package  # type: ignore[import-not-found]

        raise AssertionError(no_such_package)


@on_real_ray
def test_a_package_that_workers_lack_is_named(tmp_path: Path) -> None:
    of = given(tmp_path, 40)

    def lacking(job: Job, batches: Iterable[Numbered]) -> Iterator[Done]:
        return on_ray("", 1)(Lacking(job.baseline, job.candidate), batches)

    with pytest.raises(ValueError, match=r'no module "no_such_package"; .* installed on each machine'):
        report(of, lacking)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def until_it_listens(port: int, seconds: float = 60.0) -> None:
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1.0).close()
            return
        pause.wait(0.1)
    raise AssertionError("it did not come in time")


@contextlib.contextmanager
def cluster(environment: dict[str, str]) -> Iterator[str]:
    """The address of a Ray that others started."""
    port = free_port()
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", "--num-cpus=1",
               f"--port={free_port()}", f"--ray-client-server-port={port}", "--include-dashboard=false",
               "--disable-usage-stats", "--object-store-memory=100000000"]  # fmt: skip
    # Not tmp_path: the paths of Ray's sockets must be short.
    with TemporaryDirectory(prefix="fp-", ignore_cleanup_errors=True) as folder:
        command.append(f"--temp-dir={folder}")
        head = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            until_it_listens(port)
            yield f"ray://127.0.0.1:{port}"
        finally:
            head.terminate()
            head.wait(60)


@needs_ray
@pytest.mark.slow
def test_the_command_says_the_same_on_a_cluster(tmp_path: Path) -> None:
    """filterproxy itself is sent along, and the cluster asks for a token."""
    # More than one batch as the command cuts them.
    write_recordings(tmp_path / "rec.jsonl", many(1000))
    book(tmp_path / "old", drops("a", "gold"), redacts("b", "tin"))
    book(tmp_path / "new", drops("a", "gold|lead"), flags("b", "tin"))
    environment = os.environ | {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0" * 64}
    command = [sys.executable, "-m", "filterproxy", "replay", "rec.jsonl", "--baseline", "old",
               "--candidate", "new", "--no-journal", "--json"]  # fmt: skip

    def said(*options: str) -> str:
        here = environment | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [*command, *options], cwd=tmp_path, env=here, capture_output=True, text=True, timeout=120
        )
        assert (0, "") == (done.returncode, done.stderr)
        return to_json(from_json(done.stdout), times=False)

    with cluster(environment) as address:
        assert said() == said("--engine", address)
