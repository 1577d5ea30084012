"""Processes of the benchmark: started, measured and ended, each by its own id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_END_SECONDS = 5.0


class NotRunning(Exception):
    """A program that could not be started, or was not ready in time; args[0] says why."""


@contextmanager
def running(command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> Iterator[int]:
    """The id of a program that runs while the block does. Raises NotRunning when there is none such."""
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
            )
        except OSError as error:
            raise NotRunning(f"{command[0]}: {error.strerror}") from error
        try:
            yield process.pid
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    family = {pid: _started(pid) for pid in tree(process.pid)}
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    # A parent that had to be killed leaves its children behind.
    for pid, started in family.items():
        if started and _started(pid) == started:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _started(pid: int) -> str | None:
    # With its start a process is told from a later one that got the same id.
    stat = _stat(pid)
    return stat[19] if stat else None


def wait_until(ready: Callable[[], bool], pid: int, log: Path, seconds: float = 20.0) -> None:
    """Waits for *ready*. Raises NotRunning, with the last line of *log*, when the program ends or is late."""
    deadline = time.monotonic() + seconds
    while not ready():
        if _ended(pid) or time.monotonic() > deadline:
            lines = log.read_text(errors="replace").strip().splitlines() or ["it said nothing"]
            raise NotRunning(f"{'ended' if _ended(pid) else 'not ready'}: {lines[-1][:300]}")
        time.sleep(0.005)


def _ended(pid: int) -> bool:
    stat = _stat(pid)
    return stat is None or stat[0] == "Z"


def listens(port: int) -> bool:
    """Whether something on 127.0.0.1 takes connections at *port*."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def tree(pid: int) -> set[int]:
    """*pid* and all that descend from it."""
    parents = _parents()
    found, fresh = {pid}, {pid}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of *pid* and its descendants, with those that have ended."""
    stats = filter(None, map(_stat, tree(pid)))
    return sum(int(value) for stat in stats for value in stat[11:15]) / _TICK


def pss_mb(pid: int) -> dict[int, float]:
    """Proportional set size of *pid* and each of its descendants, in 10^6 bytes."""
    return {member: _pss_mb(member) for member in sorted(tree(pid)) if not _ended(member)}


def _pss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def _parents() -> dict[int, int]:
    stats = {int(p.name): _stat(int(p.name)) for p in Path("/proc").iterdir() if p.name.isdigit()}
    return {pid: int(stat[1]) for pid, stat in stats.items() if stat}


def _stat(pid: int) -> list[str] | None:
    # proc(5): fields 3 and on, state first; the name before them is in brackets and may hold anything.
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
