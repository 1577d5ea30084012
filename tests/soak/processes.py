"""The processes of a soak: upstreams that are killed and come back, the proxy, and what the system says."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.bench.process import tree

_READY = re.compile(r"filterproxy is ready: (\S+) ->.*?admin\s+(\S+)/metrics", re.S)
START_SECONDS = 60.0
# The proxy's time-outs: the upstream's pauses are below, its silences above.
IDLE_SECONDS = 5.0


class NotReady(Exception):
    """A process that did not come up; args[0] says which, and its last words."""


@dataclass(slots=True)
class Address:
    """One address of the upstream. died, back: when it was killed and took requests again, by its deaths."""

    port: int
    seed: int
    log: Path
    process: subprocess.Popen[bytes] | None = None
    died: list[float] = field(default_factory=list)
    back: list[float] = field(default_factory=list)
    _over: bool = False

    async def start(self) -> None:
        """Start it, and wait until it takes requests; nothing when the run is over."""
        if self._over:
            return
        command = [sys.executable, "-m", "tests.soak.upstream", str(self.port), str(self.seed)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        assert self.process.stdout is not None
        line = await asyncio.to_thread(self.process.stdout.readline)
        if line != b"ready\n":
            raise NotReady(f"upstream on port {self.port}: {self.log.read_text()[-500:]}")

    async def kill(self, away_seconds: float) -> None:
        """End it in the middle of everything, and start it again after a while."""
        self.died.append(time.monotonic())
        self._kill()
        await asyncio.sleep(away_seconds)
        await self.start()
        self.back.append(time.monotonic())

    def end(self) -> None:
        """End it for good."""
        self._over = True
        self._kill()

    def _kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def was_down(self, began: float, ended: float) -> bool:
        """Whether it died, or was away, at some time between."""
        backs = [*self.back, *[float("inf")] * (len(self.died) - len(self.back))]
        return any(d <= ended + 0.5 and began - 0.5 <= b for d, b in zip(self.died, backs, strict=True))


@dataclass(slots=True)
class Proxy:
    """`filterproxy serve`. url, admin: where clients and the admin side are."""

    process: subprocess.Popen[bytes]
    url: str
    admin: str
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def workers(self) -> list[int]:
        """The worker processes that there are now."""
        return sorted(pid for pid in tree(self.pid) if _is_worker(pid))

    @property
    def takes_hangups(self) -> bool:
        """Whether SIGHUP means something to it; else it would end of it."""
        line = re.search(r"SigCgt:\s*([0-9a-f]+)", Path(f"/proc/{self.pid}/status").read_text())
        return line is not None and bool(int(line[1], 16) & 1 << (signal.SIGHUP - 1))

    def end(self) -> int | None:
        """Ask it to end; its exit code, or None when it had to be killed."""
        family = tree(self.pid)
        self.process.terminate()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            for pid in family:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()
            return None


async def serve(folder: Path, addresses: Sequence[Address], workers: int) -> Proxy:
    """The proxy in front of these addresses, with the packs in *folder*/rules. Raises NotReady."""
    urls = [f"http://127.0.0.1:{address.port}" for address in addresses]
    settings: dict[str, object] = {
        "upstream": "model" if len(urls) > 1 else urls[0],
        "port": 0,
        "admin_port": 0,
        "workers": workers,
        "idle_timeout_seconds": IDLE_SECONDS,
        "first_byte_timeout_seconds": 2 * IDLE_SECONDS,
        "heartbeat_seconds": 0.5,
        "drain_seconds": 10,
        "rules": ["rules"],
    }
    if len(urls) > 1:
        settings["upstreams"] = {"model": {"urls": urls, "down_seconds": 1}}
    (folder / "filterproxy.yaml").write_text(yaml.safe_dump(settings))
    log = folder / "proxy.log"
    command = [sys.executable, "-m", "filterproxy", "serve", "--config", str(folder / "filterproxy.yaml")]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    deadline = time.monotonic() + START_SECONDS
    while (found := _READY.search(log.read_text())) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise NotReady(f"filterproxy serve: {log.read_text()[-1500:]}")
        await asyncio.sleep(0.02)
    return Proxy(process, found[1], found[2], log)


def _is_worker(pid: int) -> bool:
    with suppress(OSError):
        return b"filterproxy.proxy.workers.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def pss_mb(pid: int) -> float:
    """Proportional set size in 10^6 bytes; 0 for one that has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def threads(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/task"))


def connections_to(ports: Sequence[int]) -> int:
    """TCP connections on this machine that are open to one of *ports*."""
    wanted = {f"{port:04X}" for port in ports}
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    rows = [line.split() for line in lines]
    return sum(row[2].rpartition(":")[2] in wanted and row[3] == "01" for row in rows)
