"""What is asked of each target, and whether the answers are right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tests.bench.policy import redacted
from tests.bench.process import cpu_seconds
from tests.bench.replies import BenchReply, bench_replies, text_of
from tests.bench.targets import Target
from tests.bench.tools import Ask, Seen, Tools

GAP_US = 5_000  # 200 tokens/s: a fast hosted model


@dataclass(frozen=True, slots=True)
class Case:
    """
    One kind of load.

    only: the targets that it is for (all, when empty). replies: so many for each second of the
    measurement, rather than as many as go.
    """

    name: str
    ask: Ask
    only: frozenset[str] = frozenset()
    replies: int = 0


_PROXIES = frozenset({"direct", "nginx", "envoy", "fp-10", "fp-60", "fp-1000"})
_SCALING = frozenset({"fp-10", "fp-60", "fp-1000"})
_PACED = frozenset({"direct", "nginx", "envoy", "fp-10", "fp-60", "fp-60-free"})
_LONG = frozenset({"nginx", "envoy", "fp-60"})

CASES = (
    Case("whole c=16", Ask(concurrency=16), _PROXIES),
    Case("whole c=1", Ask(), _PROXIES),
    Case("burst c=16", Ask(stream=True, concurrency=16), _PROXIES),
    Case("burst c=1", Ask(stream=True), _PROXIES),
    Case("paced c=1", Ask(stream=True, gap_us=GAP_US, quiet=True), _PACED),
    Case("paced c=16", Ask(stream=True, gap_us=GAP_US, quiet=True, concurrency=16), _PACED),
    Case("quiet whole", Ask(concurrency=16, quiet=True), _SCALING),
    Case("quiet burst", Ask(stream=True, concurrency=16, quiet=True), _SCALING),
    # The same number of events in both, so that both are measured equally well.
    Case("500 events", Ask(stream=True, events=500), _LONG, replies=200),
    Case("5000 events", Ask(stream=True, events=5000), _LONG, replies=20),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement. cpu_seconds: of the target's processes, for each 1 000 replies."""

    cpu_seconds: float
    seen: Seen


def measure(tools: Tools, target: Target, case: Case, seconds: float) -> Sample:
    """One measurement of *case*."""
    if case.replies:
        ask = replace(case.ask, replies=max(1, round(case.replies * seconds)))
    else:
        ask = replace(case.ask, seconds=seconds)
    before = cpu_seconds(target.pid)
    seen = tools.load(target.port, ask)
    spent = cpu_seconds(target.pid) - before
    return Sample(spent * 1000 / max(1, seen.replies), seen)


def warm_up(tools: Tools, target: Target) -> None:
    """Connections opened, caches filled, on both paths."""
    for stream in (False, True):
        tools.load(target.port, Ask(stream=stream, concurrency=16, seconds=0.3))


def wrong_replies(tools: Tools, target: Target) -> list[str]:
    """What is not as it must be in one pass over all replies, whole and streamed."""
    said = {reply.id: reply for reply in bench_replies()}
    found = []
    for stream in (False, True):
        bodies = tools.bodies(target.port, Ask(stream=stream, replies=len(said)))
        faults = (_fault(body, said, target) for body in bodies)
        found += [f"{'streamed' if stream else 'whole'}: {fault}" for fault in faults if fault]
        if len(bodies) != len(said):
            found.append(f"{len(bodies)} replies came of {len(said)}")
    return found


def _fault(body: bytes, said: Mapping[str, BenchReply], target: Target) -> str:
    try:
        name, text = text_of(body)
        reply = said[name]
    except (ValueError, KeyError, IndexError, TypeError):
        return f"not a reply of the upstream: {body[:200]!r}"
    if text != redacted(reply.text, target.rules):
        return f"{name}: the text is not what the rules leave of it"
    if text == reply.text and body not in (reply.whole, b"".join(reply.events)):
        return f"{name}: the bytes are not upstream's although nothing fired"
    return ""
