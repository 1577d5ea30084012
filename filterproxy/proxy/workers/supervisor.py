"""
The parent of the workers: starts them, replaces one that dies, hands them other rules, drains them.

A worker is a process of its own (`filterproxy.proxy.workers.worker`) that accepts from the one listening
socket, which stays open here, so that replacing a worker refuses nobody. What the two say to each other is in
`charter`; the worker's stdin stays open as long as the parent lives, and the worker ends with it. Processes
are started before the charter is known, so that Python starts while the packs are read.

One thread looks after each worker: it only ever waits, and nothing else here must. A worker that says nothing
when it has to is ended, and replaced like one that died.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from typing import Any

from filterproxy.config import Config
from filterproxy.proxy.address import StartError, listen
from filterproxy.proxy.workers.charter import ERROR, FAILED, KILLED, READY, RULEBOOK, as_line
from filterproxy.proxy.workers.counters import Counters
from filterproxy.proxy.workers.slot import Slot, Told, ending, write
from filterproxy.rulebook.document import Document

_log = logging.getLogger(__name__)

WORKER = (sys.executable, "-m", "filterproxy.proxy.workers.worker")

# After the last reply a worker writes its logs and sends its spans.
LAST_SECONDS = 8.0
# Before a worker is replaced: at once the first time, then twice as long each time it dies young.
_BACK_OFF_SECONDS = 0.1
_BACK_OFF_MOST_SECONDS = 5.0
# One that was up for this long did not die of its start.
_YOUNG_SECONDS = 10.0
# Starting takes a worker one or two seconds, and a trained model some ten more, on a machine with time.
_START_SECONDS = 120.0
# Taking other rules takes it some tenths of a second, and the same ten for another model.
_RELOAD_SECONDS = 60.0
# Leaving rules out takes it hundredths of a second, behind a reload that is under way.
_KILL_SECONDS = 15.0


@dataclass(slots=True)
class Supervisor:
    """
    Workers that serve what *listener* accepts. Raises StartError where they could not count.

    command: what starts a worker. start_seconds, reload_seconds, kill_seconds: how long a worker may take to
    become ready, to take other rules, and to leave some out. `started` has a result once every worker was
    ready for the first time, or StartError. Call `start`, `charter`, `hand`, `leave_out`, and in the end
    `drain`, or `close` at once, from any thread.
    """

    config: Config
    listener: socket.socket
    command: Sequence[str] = WORKER
    back_off_seconds: float = _BACK_OFF_SECONDS
    start_seconds: float = _START_SECONDS
    reload_seconds: float = _RELOAD_SECONDS
    kill_seconds: float = _KILL_SECONDS
    restarts: int = 0
    started: Future[None] = field(default_factory=Future)
    counters: Counters = field(default_factory=Counters.made)
    _slots: list[Slot] = field(default_factory=list)
    _charter: Future[dict[str, Any]] = field(default_factory=Future)
    _document: Any = None
    _killed: list[str] = field(default_factory=list)
    _turn: int = 0
    _draining: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _news: threading.Condition = field(init=False)

    def __post_init__(self) -> None:
        self._news = threading.Condition(self._lock)

    def start(self) -> None:
        """Start the processes; they wait for their charter."""
        for index in range(self.config.workers):
            slot = Slot(index)
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
        # Tokens are for the admin side and the loading of rules, which are not in the workers.
        config = replace(self.config, admin_token=None, rules_token=None).to_json()
        self._document = document
        self._charter.set_result({"config": config, "fds": [self.listener.fileno()]})

    def hand(self, document: Document) -> list[str]:
        """
        Give every worker other rules, and wait until they run; sentences about those that cannot take them.

        When one cannot, all go back to the rules before. One that says nothing is ended; it and others that
        start get the newest rules.
        """
        before = self._document
        failed = self._hand(document)
        if failed and not self.draining:
            for sentence in failed:
                _log.error("%s; it keeps the rules that it has", sentence)
            self._hand(before)
        return failed

    def leave_out(self, killed: Collection[str], turn: int) -> list[str]:
        """
        Have no worker run some rules, by their ids, from now on; with none, all are back.

        turn: counts up from 1; what comes after a later turn changes nothing. Waits until all workers follow;
        sentences about those that have not said so in time, and will do it later. A worker that takes other
        rules, or the place of a dead one, leaves the same out.
        """
        with self._lock:
            told = self._told()
            if turn > self._turn:
                self._turn, self._killed = turn, sorted(killed)
                self._tell_all(told, as_line({"killed": self._killed, "turn": turn}))

        def late() -> list[Told]:
            return [one for one in told if one.is_behind(turn)]

        with self._news:
            self._news.wait_for(lambda: self.draining or not late(), self.kill_seconds)
            return [f"worker {one.slot.index} has not said yet that it follows" for one in late()]

    @property
    def ready(self) -> bool:
        """Whether every worker takes requests, and will go on to."""
        return not self.draining and bool(self._slots) and all(slot.ready for slot in self._slots)

    @property
    def draining(self) -> bool:
        """Whether the end has begun."""
        return self._draining.is_set()

    @property
    def workers_ready(self) -> int:
        """Workers that take requests."""
        return sum(slot.ready for slot in self._slots)

    @property
    def hashes(self) -> list[str]:
        """Of the rules that each worker runs, "" where it does not run yet."""
        return [slot.hash for slot in self._slots]

    @property
    def workers_by_hash(self) -> Mapping[str, int]:
        """How many workers run a rulebook."""
        return Counter(digest for digest in self.hashes if digest)

    @property
    def pids(self) -> list[int]:
        """The processes there are now."""
        return [slot.process.pid for slot in self._slots if slot.process is not None]

    def drain(self) -> None:
        """
        Be ready no more; after a while take no more connections; let replies end; then end what is left.

        The two times are configured.
        """
        self._draining.set()
        if self.started.done() and self.started.exception() is None:
            self._stopping.wait(self.config.drain_delay_seconds)
        self._stop(signal.SIGTERM)
        deadline = time.monotonic() + self.config.drain_seconds + LAST_SECONDS
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
        self.counters.close()

    def kill(self) -> None:
        """End every worker at once; `drain` then has nothing left to wait for."""
        self._stop(signal.SIGKILL)

    def _stop(self, number: signal.Signals) -> None:
        with self._lock:
            self._draining.set()
            self._stopping.set()
            self._first(StartError("stopped before it was ready"))
            self.listener.close()
            if not self._charter.done():
                self._charter.cancel()
            for slot in self._slots:
                if slot.process is not None:
                    slot.process.send_signal(number)
            self._news.notify_all()

    def _hand(self, document: Document) -> list[str]:
        """As `hand`, without a way back."""
        with self._lock:
            self._document = document
            told = self._told()
            for one in told:
                one.slot.failed = ""
        self._tell_all(told, as_line({"document": document}))

        def silent() -> list[Told]:
            return [one for one in told if one.is_silent(document["hash"])]

        with self._news:
            self._news.wait_for(lambda: self.draining or not silent(), self.reload_seconds)
            for one in silent() if not self.draining else ():
                _log.error("worker %d did not take other rules in time; ending it", one.slot.index)
                one.process.kill()
            return [
                f"worker {one.slot.index} cannot take these rules ({one.slot.failed})"
                for one in told
                if one.is_there and one.slot.failed
            ]

    def _told(self) -> list[Told]:
        """Who gets orders; the others will find them in their charter."""
        return [Told(slot, slot.process) for slot in self._slots if slot.process and slot.chartered]

    def _tell_all(self, told: Sequence[Told], line: bytes) -> None:
        for one in told:
            # Who does not read must not keep the others waiting.
            threading.Thread(target=one.tell, args=(line,), daemon=True).start()

    def _tend(self, slot: Slot) -> None:
        """Keep one worker running, until the end."""
        young = 0
        while (process := self._spawn(slot)) is not None:
            began = time.monotonic()
            self._attend(slot, process)
            if self._stopping.is_set() or not self._replaces(slot, process):
                return
            young = young + 1 if time.monotonic() - began < _YOUNG_SECONDS else 0
            if young > 1:
                self._stopping.wait(min(self.back_off_seconds * 2 ** (young - 2), _BACK_OFF_MOST_SECONDS))

    def _spawn(self, slot: Slot) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            slot.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=[self.listener.fileno(), self.counters.lock],
                env={**self._environment(), "PROMETHEUS_MULTIPROC_DIR": str(self.counters.folder)},
                # Ctrl-C in a terminal is for the parent, which then drains.
                start_new_session=True,
            )
            return slot.process

    def _environment(self) -> dict[str, str]:
        """Ours, without settings, which are in the charter, and without tokens, which are not."""
        tokens = (self.config.admin_token, self.config.rules_token)
        return {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("FILTERPROXY_") and (not value or value not in tokens)
        }

    def _attend(self, slot: Slot, process: subprocess.Popen[bytes]) -> None:
        """Give a worker its charter, note what it says, and wait for its end."""
        assert process.stdout is not None
        with process.stdout, contextlib.ExitStack() as watched:
            # A cancelled charter means that all end.
            with contextlib.suppress(CancelledError):
                charter = self._charter.result()
                watched.enter_context(self._in_time(slot, process))
                self._send(slot, process, charter)
            for line in process.stdout:
                self._heard(slot, line.decode("utf-8", "replace").strip())
        process.wait()
        with self._news:
            slot.vacate()
            self._news.notify_all()
        with slot.pipe, contextlib.suppress(OSError):
            assert process.stdin is not None
            process.stdin.close()
        self.counters.forget(slot.index)

    def _send(self, slot: Slot, process: subprocess.Popen[bytes], charter: dict[str, Any]) -> None:
        with slot.pipe:  # rules that come from now on go behind the charter
            with self._lock:
                said = {**charter, "document": self._document, "index": slot.index}
                if self._turn:
                    said |= {"killed": self._killed, "turn": self._turn}
                slot.chartered, slot.turn = True, self._turn
            write(process, as_line(said))

    @contextlib.contextmanager
    def _in_time(self, slot: Slot, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """End *process* when it is not ready in time."""

        def end() -> None:
            if not slot.ready and slot.process is process:
                late = f"worker {slot.index} was not ready within {self.start_seconds:g} s"
                _log.error("%s", late)
                self._first(StartError(late))
                process.kill()

        timer = threading.Timer(self.start_seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _heard(self, slot: Slot, line: str) -> None:
        with self._news:
            if line == READY:
                slot.ready = True
                if self.workers_ready == len(self._slots):
                    self._first(None)
            elif line.startswith(ERROR):
                self._first(StartError(line.removeprefix(ERROR)))
            elif line.startswith(RULEBOOK):
                slot.hash = line.removeprefix(RULEBOOK)
            elif line.startswith(FAILED):
                slot.failed = line.removeprefix(FAILED)
            elif line.startswith(KILLED):
                slot.turn = int(line.removeprefix(KILLED))
            self._news.notify_all()

    def _first(self, error: StartError | None) -> None:
        """How the start came out; later news of that kind are none."""
        with self._lock:
            if self.started.done():
                return
            if error is None:
                self.started.set_result(None)
            else:
                self.started.set_exception(error)

    def _replaces(self, slot: Slot, process: subprocess.Popen[bytes]) -> bool:
        """Whether a worker that died is followed by another: not when it could not even start."""
        how = ending(process.returncode)
        if not self.started.done() or self.started.exception() is not None:
            self._first(StartError(f"worker {slot.index} ended before it was ready ({how})"))
            return False
        self.restarts += 1
        _log.error("worker %d ended (%s); starting another", slot.index, how)
        return True
