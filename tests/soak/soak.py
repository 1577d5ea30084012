"""One run: load and mishaps side by side, and what came of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import random
import signal
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from filterproxy.rulebook.load import load
from tests.bench.process import cpu_seconds
from tests.soak import books
from tests.soak.client import Client, Got
from tests.soak.laws import Around, rule_on
from tests.soak.processes import Address, Proxy, connections_to, descriptors, pss_mb, threads
from tests.soak.script import Script, script

RELOAD_SECONDS = 5.0
KILL_SECONDS = 7.0
# Until every worker has to have a change of rules. DESIGN.md's 2 s are a law for the median (soak.report):
# one alone may meet a machine that is busy with something else.
SETTLED_SECONDS = 30.0
_KEPT_PROBLEMS = 10
_TOLD = ("SIGHUP", "SIGHUP", "POST /reload", "nothing")


@dataclass(slots=True)
class Tally:
    """
    What the replies came to.

    outcomes: that the proxy must have counted, by dialect; unsure: of replies that it may have counted, in
    whichever way. first, whole: seconds to a stream's first byte, and to a whole reply's end.
    """

    kinds: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    unsure: Counter[str] = field(default_factory=Counter)
    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    broken: int = 0
    problems: list[str] = field(default_factory=list)

    def problem(self, said: str) -> None:
        self.broken += 1
        if len(self.problems) < _KEPT_PROBLEMS:
            self.problems.append(said)


@dataclass(slots=True)
class Change:
    """A rulebook that was put on disk. settled: when every worker said that it runs it."""

    at: float
    letter: str
    settled: float = math.inf


@dataclass(slots=True)
class Soak:
    """
    The state of a run.

    history: the good rulebooks that were put on disk, the first one before the start. samples: (second,
    worker's pid, PSS in MB).
    """

    seed: int
    seconds: float
    clients: int
    folder: Path
    addresses: Sequence[Address]
    proxy: Proxy
    tally: Tally = field(default_factory=Tally)
    history: list[Change] = field(default_factory=lambda: [Change(-math.inf, "A", -math.inf)])
    edits: Counter[str] = field(default_factory=Counter)
    workers_killed: list[float] = field(default_factory=list)
    killed_pid: int = 0
    samples: list[tuple[float, int, float]] = field(default_factory=list)
    began: float = 0.0
    cpu: float = 0.0
    _numbers: count[int] = field(default_factory=lambda: count(1))

    async def run(self) -> None:
        """Load, mishaps and samples for the whole time; then the quiet after it."""
        idle = {pid: (descriptors(pid), threads(pid)) for pid in self.proxy.workers}
        self.began = time.monotonic()
        cpu = cpu_seconds(self.proxy.pid)
        mishaps = [
            asyncio.create_task(work)
            for work in (self._edit_rules(), self._kill_upstreams(), self._kill_worker(), self._sample())
        ]
        await asyncio.gather(*(self._load() for _ in range(self.clients)))
        self.cpu = cpu_seconds(self.proxy.pid) - cpu
        for task in mishaps:
            task.cancel()
        for result in await asyncio.gather(*mishaps, return_exceptions=True):
            if isinstance(result, Exception):
                raise result
        await self._restore()
        await self._is_quiet(idle)

    @property
    def _left(self) -> float:
        return self.began + self.seconds - time.monotonic()

    # Load

    async def _load(self) -> None:
        host, _, port = self.proxy.url.removeprefix("http://").rpartition(":")
        client = Client(host, int(port))
        while self._left > 0:
            asked = script(self.seed, next(self._numbers))
            got = await client.ask(asked)
            self._judge(asked, got)
        await client.close()

    def _judge(self, asked: Script, got: Got) -> None:
        around = Around(self._letters(got), self._upstream_died(got), self._worker_died(got))
        ruling = rule_on(asked, got, around)
        tally = self.tally
        tally.kinds[asked.dialect, "stream" if asked.stream else "whole", ruling.kind or "wrong"] += 1
        if ruling.outcome:
            tally.outcomes[asked.dialect, ruling.outcome] += 1
        else:
            tally.unsure[asked.dialect] += 1
        for law in ruling.broken:
            at = got.began - self.began
            tally.problem(
                f"--seed {self.seed}, reply {asked.number} ({asked.dialect}, {asked.model}, "
                f"{'stream' if asked.stream else 'whole'}, fault {asked.fault or 'none'}, leaves "
                f"{asked.leaves or 'never'}) at {at:.2f} s, {got.ended - got.began:.2f} s long: {law}"
            )
        self._note_times(asked, got)

    def _note_times(self, asked: Script, got: Got) -> None:
        if got.how == "end" and got.status == 200 and not asked.slow and got.first:
            if asked.stream:
                self.tally.first.append(got.first - got.began)
            else:
                self.tally.whole.append(got.ended - got.began)

    def _letters(self, got: Got) -> list[str]:
        """
        The rulebooks that may have judged a reply: the last that every worker ran when it was asked for, and
        those that were put on disk since, until it began.
        """
        until = got.first or got.ended
        sure = max(i for i, change in enumerate(self.history) if change.settled <= got.began)
        return sorted({change.letter for change in self.history[sure:] if change.at <= until})

    def _upstream_died(self, got: Got) -> bool:
        return any(address.was_down(got.began, got.ended) for address in self.addresses)

    def _worker_died(self, got: Got) -> bool:
        return any(got.began - 0.5 <= at <= got.ended + 0.5 for at in self.workers_killed)

    # Mishaps

    async def _edit_rules(self) -> None:
        """Change the pack again and again, some times for a broken one, some times for the same."""
        if not self.proxy.takes_hangups:
            self.edits["rules are not reloaded: the proxy takes no SIGHUP"] += 1
            return
        chance = random.Random(self.seed + 1)
        for turn in count(1):
            await asyncio.sleep(RELOAD_SECONDS)
            letter = self.history[-1].letter
            if turn % 4 == 3:
                self._write(chance.choice(books.BROKEN), "broken")
            elif turn % 7 == 6:
                self._write(books.pack(letter), "same")
            else:
                await self._change("B" if letter == "A" else "A", chance.choice(_TOLD))
                continue
            await self._tell(chance.choice(_TOLD))

    async def _change(self, letter: str, told: str) -> None:
        """Another rulebook, and the wait until every worker runs it."""
        change = Change(time.monotonic(), letter)
        self.history.append(change)
        wanted = self._write(books.pack(letter), "changed")
        await self._tell(told)
        while wanted != (running := await asyncio.to_thread(self._running)):
            if time.monotonic() - change.at > SETTLED_SECONDS:
                self.tally.problem(f"{SETTLED_SECONDS:g} s after a change ({told}) the workers run {running}")
                return
            await asyncio.sleep(0.05)
        change.settled = time.monotonic()

    def _running(self) -> set[str]:
        """The hashes of the rulebooks that run, by the admin side's word."""
        with urllib.request.urlopen(f"{self.proxy.admin}/rulebook", timeout=30) as answer:
            said = json.load(answer)
        return {said["hash"], *(worker["hash"] for worker in said["workers"])}

    def _write(self, text: str, kind: str) -> set[str]:
        """Put a pack on disk; the hash that it has, alone in a set; {} of one that is broken."""
        # As editors do: the file is there all the time.
        pack = self.folder / "rules" / "soak.yaml"
        fresh = self.folder / "fresh.yaml"
        fresh.write_text(text)
        digests = set() if kind == "broken" else {load([fresh])["hash"]}
        fresh.replace(pack)
        self.edits[f"pack {kind}"] += 1
        return digests

    async def _tell(self, how: str) -> None:
        """Have the proxy look, or (nothing) leave it to notice by itself."""
        self.edits[f"told by {how}"] += 1
        if how == "SIGHUP":
            os.kill(self.proxy.pid, signal.SIGHUP)
        elif how == "POST /reload":
            await asyncio.to_thread(self._post_reload)

    def _post_reload(self) -> None:
        asked = urllib.request.Request(f"{self.proxy.admin}/reload", b"", method="POST")
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
            error.close()
        self.edits[f"POST /reload answered {status}"] += 1

    async def _kill_upstreams(self) -> None:
        chance = random.Random(self.seed + 2)
        while True:
            await asyncio.sleep(KILL_SECONDS * (0.5 + chance.random()))
            address = chance.choice(self.addresses)
            # To its end, also when the run ends meanwhile.
            await asyncio.shield(asyncio.create_task(address.kill(0.2 + chance.random())))

    async def _kill_worker(self) -> None:
        chance = random.Random(self.seed + 3)
        await asyncio.sleep(self.seconds / 2)
        self.killed_pid = chance.choice(self.proxy.workers)
        self.workers_killed.append(time.monotonic())
        os.kill(self.killed_pid, signal.SIGKILL)

    async def _sample(self) -> None:
        period = max(1.0, self.seconds / 120)
        while True:
            now = time.monotonic() - self.began
            self.samples += [(now, pid, pss_mb(pid)) for pid in self.proxy.workers]
            await asyncio.sleep(period)

    # The quiet after it

    async def _restore(self) -> None:
        """A good pack once more, whatever the last edit was."""
        if self.proxy.takes_hangups:
            await self._change(self.history[-1].letter, "SIGHUP")

    async def _is_quiet(self, idle: dict[int, tuple[int, int]]) -> None:
        """Connections, descriptors and threads go back to what they were, within the time that pools keep."""
        ports = [address.port for address in self.addresses]
        most = max(idle.values(), default=(0, 0))
        deadline = time.monotonic() + 20
        said = "nothing was looked at"
        while time.monotonic() < deadline:
            said = self._busy(ports, most)
            if not said:
                return
            await asyncio.sleep(0.1)
        self.tally.problem(f"20 s after the last reply {said}")

    def _busy(self, ports: Sequence[int], idle: tuple[int, int]) -> str:
        """What is still open; "" for nothing."""
        if left := connections_to(ports):
            return f"{left} connections to upstream are open"
        for pid in self.proxy.workers:
            with contextlib.suppress(OSError):
                # Four: what a reload or a first use may keep for good.
                if (open_now := descriptors(pid)) > idle[0] + 4:
                    return f"worker {pid} has {open_now} descriptors, {idle[0]} before the load"
                if (running := threads(pid)) > idle[1] + 4:
                    return f"worker {pid} has {running} threads, {idle[1]} before the load"
        return ""
