"""The two ends of the benchmark in C, compiled for the occasion: what the load saw of a run."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.process import NotRunning, free_port, listens, running, wait_until
from tests.bench.replies import write_replies, write_request

_HERE = Path(__file__).parent
PATH = "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class Seen:
    """One run of the load; times in milliseconds, 0 where nothing was measured."""

    replies: int
    failures: int
    bytes: int
    seconds: float
    latency_p50: float
    latency_p99: float
    lag_p50: float
    lag_p99: float


@dataclass(frozen=True, slots=True)
class Ask:
    """What the load asks for: see mock.c for pace, length and quiet, load.c for the rest."""

    stream: bool = False
    concurrency: int = 1
    seconds: float = 0.0
    replies: int = 0
    gap_us: int = 0
    events: int = 0
    quiet: bool = False

    @property
    def path(self) -> str:
        query = {"gap_us": self.gap_us, "events": self.events, "quiet": int(self.quiet)}
        text = "&".join(f"{name}={value}" for name, value in query.items() if value)
        return f"{PATH}?{text}" if text else PATH


class Tools:
    """
    The compiled programs and their input in *folder*.

    Raises NotRunning when there is no gcc, or when it refuses.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._mock = _compiled(folder, "mock")
        self._load = _compiled(folder, "load")
        self._replies = write_replies(folder)
        self._requests = {stream: write_request(folder, stream=stream) for stream in (False, True)}

    @contextmanager
    def upstream(self) -> Iterator[tuple[int, int]]:
        """Port and process id of the mock."""
        port, log = free_port(), self.folder / "mock.log"
        with running([str(self._mock), str(port), str(self._replies)], log) as pid:
            wait_until(lambda: listens(port), pid, log)
            yield port, pid

    def load(self, port: int, ask: Ask, dump: Path | None = None) -> Seen:
        """One run against *port*. Raises NotRunning when it breaks off."""
        numbers = [ask.concurrency, ask.seconds, ask.replies, ask.gap_us]
        arguments = [port, ask.path, self._requests[ask.stream], *numbers, dump or "-"]
        done = subprocess.run(
            [str(self._load), *map(str, arguments)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NotRunning(f"the load broke off: {done.stderr.strip()}")
        told = json.loads(done.stdout)
        latency, lag = told["latency_ms"], told["lag_ms"]
        counts = told["replies"], told["failures"], told["bytes"], told["seconds"]
        return Seen(*counts, latency["p50"], latency["p99"], lag["p50"], lag["p99"])

    def bodies(self, port: int, ask: Ask) -> list[bytes]:
        """The bodies that a run got."""
        dump = self.folder / "bodies.bin"
        self.load(port, ask, dump)
        return list(_split(dump.read_bytes()))


def _compiled(folder: Path, name: str) -> Path:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise NotRunning("gcc: no such program (Debian: gcc, libc6-dev)")
    target = folder / name
    done = subprocess.run(
        [compiler, "-O2", "-o", str(target), str(_HERE / f"{name}.c")],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotRunning(f"{name}.c does not compile: {done.stderr.strip()}")
    return target


def _split(dump: bytes) -> Iterator[bytes]:
    while dump:
        size, _, rest = dump.partition(b"\n")
        yield rest[: int(size)]
        dump = rest[int(size) :]
