"""Every reply through every peer, read and judged; then what they cost, side by side."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench.cases import Case, measure, warm_up
from tests.bench.peers.judge import Outcome, judge
from tests.bench.peers.reading import WAYS, Reader, Reading
from tests.bench.peers.starts import Peer
from tests.bench.policy import REDACTED
from tests.bench.process import NotRunning
from tests.bench.replies import COUNT, bench_replies, text_of
from tests.bench.targets import Target
from tests.bench.tools import Ask, Tools
from tests.environments import NotInstalled

_LOADS = {way: Case(way, Ask(stream=way == "stream", concurrency=16)) for way in WAYS}
_REPLIES = bench_replies()


@dataclass(slots=True)
class Read:
    """
    One way of asking a peer for replies: what came of each reply, once, and what they cost.

    faulty: replies with a fault. cpu_seconds: for 1 000 replies, by round. failed: replies under load which
    did not come, or not whole.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    faulty: int = 0
    cpu_seconds: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def cpu(self) -> float | None:
        """The median of the rounds; None where nothing was measured."""
        return median(self.cpu_seconds) if self.cpu_seconds else None


@dataclass(frozen=True, slots=True)
class Measured:
    """One peer; version: "" for filterproxy itself. ways: by "whole" and "stream"."""

    name: str
    version: str
    ways: dict[str, Read] = field(default_factory=lambda: {way: Read() for way in WAYS})


@dataclass(slots=True)
class PeersResult:
    """All of a run. left_out: by peer, why it could not be had."""

    rounds: int
    seconds: float
    peers: list[Measured] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    def right(self, name: str) -> bool:
        """Whether all that a peer said was as it must be."""
        reads = [read for measured in self.peers if measured.name == name for read in measured.ways.values()]
        return bool(reads) and all(
            read.outcomes[Outcome.RIGHT] == COUNT and not read.faulty and not read.failed for read in reads
        )


def measure_peers(peers: Sequence[Peer], rounds: int, seconds: float, folder: Path) -> PeersResult:
    """Raises NotRunning when nothing can be measured."""
    tools, result = Tools(folder), PeersResult(rounds, seconds)
    with ExitStack() as stack:
        upstream, _ = stack.enter_context(tools.upstream())
        ready: list[tuple[Target, Measured]] = []
        for peer in peers:
            try:
                _install(peer)
                target = stack.enter_context(peer.start(upstream, folder))
                warm_up(tools, target)
                ready.append((target, check(Reader(folder), upstream, target, peer)))
            except (NotInstalled, NotRunning, OSError) as reason:
                result.left_out[peer.name] = str(reason)
                _say(f"left out: {peer.name}: {reason}")
        for turn in range(rounds):
            _say(f"round {turn + 1}/{rounds}")
            # Nobody is always first.
            for target, measured in ready if turn % 2 == 0 else reversed(ready):
                _measure(tools, target, measured, seconds)
    result.peers = [measured for _, measured in ready]
    return result


def _install(peer: Peer) -> None:
    environment = peer.environment
    if environment and not environment.installed:
        _say(f"installing {environment.packages[0]} into {environment.folder}")
        environment.install()


def check(reader: Reader, upstream: int, target: Target, peer: Peer) -> Measured:
    """Reads and judges every reply, both ways. Raises NotRunning when it is not clear which it was."""
    _say(f"reading every reply: {peer.name}")
    measured = Measured(peer.name, target.version if peer.environment else "")
    for way, read in measured.ways.items():
        # One by itself, since who asks upstream twice for each is back in the same place after all of them.
        _turn(reader, upstream, target, way, 1)
        for found, said in _turn(reader, upstream, target, way, COUNT):
            text = peer.mark.sub(REDACTED, found.text) if peer.mark else found.text
            read.outcomes[judge(said, text, target.rules)] += 1
            read.faults.update(found.faults)
            read.faulty += bool(found.faults)
    return measured


def _turn(reader: Reader, upstream: int, target: Target, way: str, count: int) -> list[tuple[Reading, str]]:
    """So many replies, each with what upstream said."""
    # Not every peer keeps the ids of replies; but upstream gives them out in turn.
    first = _place(reader, upstream) + 1
    turn = [(reader.ask(target.port, way), _REPLIES[i % COUNT].text) for i in range(first, first + count)]
    if _place(reader, upstream) != (first + count) % COUNT:
        raise NotRunning(f"it did not ask upstream once for each reply ({way})")
    return turn


def _place(reader: Reader, upstream: int) -> int:
    """Which reply upstream says just now: that one is taken from the turn."""
    said, _ = text_of(reader.post(upstream, "whole")[1])
    return next(i for i, reply in enumerate(_REPLIES) if reply.id == said)


def _measure(tools: Tools, target: Target, measured: Measured, seconds: float) -> None:
    for way, read in measured.ways.items():
        try:
            sample = measure(tools, target, _LOADS[way], seconds)
        except NotRunning as reason:
            _say(f"{measured.name}: {way}: {reason}")
            read.failed += 1
            continue
        read.failed += sample.seen.failures
        if sample.seen.replies:
            read.cpu_seconds.append(sample.cpu_seconds)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
