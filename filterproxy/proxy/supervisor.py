"""
The parent of the workers: starts them, replaces one that dies, drains them when it is told to stop.

A worker is a process of its own (`filterproxy.proxy.worker`) that accepts from the one listening socket,
which stays open here, so that replacing a worker refuses nobody. Parent and worker speak through pipes: the
*charter*, one line of JSON, goes to the worker's stdin; `ready` or `error: ...` comes back on its stdout;
stdin stays open as long as the parent lives, and the worker ends with it. Processes are started before the
charter is known, so that Python starts while the packs are read.

One thread looks after each worker: it only ever waits, and nothing else here must.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from filterproxy.config import Config
from filterproxy.proxy.address import StartError, listen

logger = logging.getLogger(__name__)

WORKER = (sys.executable, "-m", "filterproxy.proxy.worker")

# Before a worker is replaced: at once the first time, then twice as long each time it dies young.
_BACK_OFF_SECONDS = 0.1
_BACK_OFF_MOST_SECONDS = 5.0
# One that was up for this long did not die of its start.
_YOUNG_SECONDS = 10.0


@dataclass(slots=True)
class _Slot:
    """The place of one worker, whichever process fills it."""

    index: int
    process: subprocess.Popen[bytes] | None = None
    ready: bool = False
    thread: threading.Thread | None = None


@dataclass(slots=True)
class Supervisor:
    """
    Workers that serve what *listener* accepts.

    command: what starts a worker. `started` has a result once every worker was ready for the first time, or
    StartError. Call `start`, `charter`, and in the end `drain`, or `close` at once, from any thread.
    """

    config: Config
    listener: socket.socket
    command: Sequence[str] = WORKER
    back_off_seconds: float = _BACK_OFF_SECONDS
    restarts: int = 0
    started: Future[None] = field(default_factory=Future)
    metrics_dir: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="filterproxy-")))
    _slots: list[_Slot] = field(default_factory=list)
    _charter: Future[dict[str, Any]] = field(default_factory=Future)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def start(self) -> None:
        """Start the processes; they wait for their charter."""
        for index in range(self.config.workers):
            slot = _Slot(index)
            slot.thread = threading.Thread(
                target=self._tend, args=(slot,), name=f"worker-{index}", daemon=True
            )
            self._slots.append(slot)
        for slot in self._slots:
            assert slot.thread is not None
            slot.thread.start()

    def charter(self, document: Any) -> None:
        """Tell the workers what to serve: from now on connections are taken. Raises StartError."""
        listen(self.listener)
        # The token is for the admin side, which is not in the workers.
        config = replace(self.config, admin_token=None).to_json()
        self._charter.set_result({"config": config, "document": document, "fds": [self.listener.fileno()]})

    @property
    def ready(self) -> bool:
        """Whether every worker takes requests, and will go on to."""
        return not self.draining and bool(self._slots) and all(slot.ready for slot in self._slots)

    @property
    def draining(self) -> bool:
        """Whether the end has begun."""
        return self._stopping.is_set()

    @property
    def workers_ready(self) -> int:
        """Workers that take requests."""
        return sum(slot.ready for slot in self._slots)

    @property
    def pids(self) -> list[int]:
        """The processes there are now."""
        return [slot.process.pid for slot in self._slots if slot.process is not None]

    def drain(self) -> None:
        """Take no more connections; let replies end, up to the configured time; then end what is left."""
        self._stop(signal.SIGTERM)
        deadline = time.monotonic() + self.config.drain_seconds
        for slot in self._slots:
            if slot.thread is not None:
                slot.thread.join(max(0.0, deadline - time.monotonic()))
        self.close()

    def close(self) -> None:
        """End every worker at once, and take the temporary files away."""
        self.kill()
        for slot in self._slots:
            if slot.thread is not None:
                slot.thread.join()
        shutil.rmtree(self.metrics_dir, ignore_errors=True)

    def kill(self) -> None:
        """End every worker at once; `drain` then has nothing left to wait for."""
        self._stop(signal.SIGKILL)

    def _stop(self, number: signal.Signals) -> None:
        with self._lock:
            self._stopping.set()
            self._first(StartError("stopped before it was ready"))
            self.listener.close()
            if not self._charter.done():
                self._charter.cancel()
            for slot in self._slots:
                if slot.process is not None:
                    slot.process.send_signal(number)

    def _tend(self, slot: _Slot) -> None:
        """Keep one worker running, until the end."""
        young = 0
        while (process := self._spawn(slot)) is not None:
            began = time.monotonic()
            self._attend(slot, process)
            if self.draining or not self._replaces(slot, process):
                return
            young = young + 1 if time.monotonic() - began < _YOUNG_SECONDS else 0
            if young > 1:
                self._stopping.wait(min(self.back_off_seconds * 2 ** (young - 2), _BACK_OFF_MOST_SECONDS))

    def _spawn(self, slot: _Slot) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            slot.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=[self.listener.fileno()],
                env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(self.metrics_dir)},
                # Ctrl-C in a terminal is for the parent, which then drains.
                start_new_session=True,
            )
            return slot.process

    def _attend(self, slot: _Slot, process: subprocess.Popen[bytes]) -> None:
        """Give a worker its charter, note what it says, and wait for its end."""
        assert process.stdin is not None and process.stdout is not None
        with process.stdout:
            # A worker that is gone is found out by its end; a cancelled charter means that all end.
            with contextlib.suppress(OSError, CancelledError):
                charter = self._charter.result()
                process.stdin.write(json.dumps({**charter, "index": slot.index}).encode() + b"\n")
                process.stdin.flush()
            for line in process.stdout:
                self._heard(slot, line.decode("utf-8", "replace").strip())
        process.wait()
        with self._lock:
            slot.process, slot.ready = None, False
        with contextlib.suppress(OSError):
            process.stdin.close()
        self._forget(process.pid)

    def _heard(self, slot: _Slot, line: str) -> None:
        if line == "ready":
            slot.ready = True
            if self.workers_ready == len(self._slots):
                self._first(None)
        elif line.startswith("error: "):
            self._first(StartError(line.removeprefix("error: ")))

    def _first(self, error: StartError | None) -> None:
        """How the start came out; later news of that kind are none."""
        with self._lock:
            if self.started.done():
                return
            if error is None:
                self.started.set_result(None)
            else:
                self.started.set_exception(error)

    def _replaces(self, slot: _Slot, process: subprocess.Popen[bytes]) -> bool:
        """Whether a worker that died is followed by another: not when it could not even start."""
        how = _ending(process.returncode)
        if not self.started.done() or self.started.exception() is not None:
            self._first(StartError(f"worker {slot.index} ended before it was ready ({how})"))
            return False
        self.restarts += 1
        logger.error("worker %d ended (%s); starting another", slot.index, how)
        return True

    def _forget(self, pid: int) -> None:
        # Imported only here: the library looks at the environment when it is imported.
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(pid, str(self.metrics_dir))  # type: ignore[no-untyped-call]


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
