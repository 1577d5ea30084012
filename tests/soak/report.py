"""What a run came to: the laws of the whole, and the figures."""

from __future__ import annotations

import math
import os
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from tests.soak.counted import Counted
from tests.soak.soak import Soak

# MB a minute, from the end of the first third. Under four minutes most of it are the allocator's steps,
# so that the slope is not held against such a run; one that loses a kilobyte per reply at 200 replies/s
# gains 12 MB a minute.
SLOPE_MB = 0.5
_SLOPE_FROM_SECONDS = 240.0
_PARTS = 6
# Until every worker has a change of rules (DESIGN.md, issue 5), of which 0.2 s wait for further changes.
CHANGED_SECONDS = 2.0
# What a run may gain over its last two thirds when it is too short for a slope.
GROWTH_MB = 20.0


def whole_laws(soak: Soak, counted: Counted) -> list[str]:
    """The laws that the run as a whole broke."""
    return [
        *memory_laws(soak),
        *_counters(soak, counted),
        *_rulebooks(soak, counted),
        *_log(soak),
    ]


def memory_laws(soak: Soak) -> Iterator[str]:
    """The laws that workers' memory broke."""
    for pid, series in _series(soak).items():
        slope, growth = _slope(series), series[-1][1] - series[0][1]
        is_long = series[-1][0] - series[0][0] >= _SLOPE_FROM_SECONDS
        if is_long and slope > SLOPE_MB:
            yield f"worker {pid} grows by {slope:.2f} MB a minute, more than {SLOPE_MB}"
        if not is_long and growth > GROWTH_MB:
            yield f"worker {pid} grew by {growth:.1f} MB, more than {GROWTH_MB}"


def _series(soak: Soak) -> dict[int, list[tuple[float, float]]]:
    """PSS after the warm-up by worker; of one that came later, after a warm-up of its own."""
    found: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for at, pid, mb in soak.samples:
        found[pid].append((at, mb))
    kept = {}
    for pid, series in found.items():
        whole = series[0][0] < 5 and series[-1][0] > soak.seconds * 0.9
        start = soak.seconds / 3 if whole else series[0][0] + min(soak.seconds / 6, 100.0)
        rest = [point for point in series if point[0] >= start]
        if len(rest) > 5 and series[-1][0] > soak.seconds * 0.9:
            kept[pid] = rest
    return kept


def _slope(series: Sequence[tuple[float, float]]) -> float:
    """
    MB a minute of what is not given back, from the lowest of each sixth of the time.

    What replies under way take, a long one some MB, goes up and down by more than a leak adds in minutes.
    """
    begin, part = series[0][0], (series[-1][0] - series[0][0]) / _PARTS
    parts: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for at, mb in series:
        parts[min(_PARTS - 1, int((at - begin) / part))].append((mb, at))
    lowest = [min(points) for points in parts.values()]
    return statistics.linear_regression([at for _, at in lowest], [mb for mb, _ in lowest]).slope * 60


def _counters(soak: Soak, counted: Counted) -> Iterator[str]:
    """Each outcome was counted for each reply that surely had it, and at most once for each that may have."""
    names = {
        "chat": "openai_chat",
        "completions": "openai_completions",
        "anthropic": "anthropic_messages",
        "responses": "openai_responses",
    }
    theirs = counted.by("filterproxy_replies_total", "dialect", "outcome")
    ours = {(names.get(d, d), o): n for (d, o), n in soak.tally.outcomes.items()}
    unsure = {names.get(d, d): n for d, n in soak.tally.unsure.items()}
    for dialect in sorted({d for d, _ in ours}):
        # Where a client sent its request again because the kept connection had ended, the worker that was
        # killed may have counted the first one.
        slack = unsure.get(dialect, 0) + soak.clients * len(soak.workers_killed)
        for outcome in sorted({o for d, o in {*ours, *theirs} if d == dialect}):
            sure, said = ours.get((dialect, outcome), 0), theirs.get((dialect, outcome), 0)
            if not sure <= said <= sure + slack:
                row = {o: n for (d, o), n in sorted(theirs.items()) if d == dialect}
                yield f"{dialect}: {outcome} of {sure} replies to {sure + slack}, but counted were {row}"
        total = sum(n for (d, _), n in theirs.items() if d == dialect)
        sure = sum(n for (d, _), n in ours.items() if d == dialect)
        if not sure <= total <= sure + slack:
            yield f"{total} replies of {dialect} were counted; {sure} were, and {slack} may"
    if in_flight := counted.by("filterproxy_replies_in_flight"):
        yield f"{sum(in_flight.values())} replies are still in flight"
    if errors := counted.by("filterproxy_rule_errors_total", "rule", "cause"):
        yield f"rules failed: {dict(errors)}"


def _rulebooks(soak: Soak, counted: Counted) -> Iterator[str]:
    if restarts := counted.by("filterproxy_worker_restarts_total"):
        if sum(restarts.values()) != len(soak.workers_killed):
            yield f"{sum(restarts.values())} workers were replaced; {len(soak.workers_killed)} were killed"
    elif soak.workers_killed:
        yield "no worker was counted as replaced"
    ready = sum(counted.by("filterproxy_workers_ready").values())
    if ready != len(soak.proxy.workers):
        yield f"{ready} workers are ready, {len(soak.proxy.workers)} run"
    took = _settling(soak)
    # A machine that has more to do than the soak: in proportion to its run queue.
    most = CHANGED_SECONDS * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1) / 2)
    if took and statistics.median(took) > most:
        yield f"a change of rules took {statistics.median(took):.2f} s (median), more than {most:.1f}"
    if counted.has("filterproxy_rulebook_workers"):
        running = counted.by("filterproxy_rulebook_workers", "hash")
        if len(running) != 1 or sum(running.values()) != ready:
            yield f"{ready} workers run {dict(running)}"


def _settling(soak: Soak) -> list[float]:
    """Seconds from each change of rules until every worker ran them."""
    return [change.settled - change.at for change in soak.history[1:] if change.settled < math.inf]


def _log(soak: Soak) -> Iterator[str]:
    """Our own code must not fail, and no secret stands in a log."""
    text = soak.proxy.log.read_text()
    for line in text.splitlines():
        if "in our own code" in line or "Traceback" in line or "could not be" in line:
            yield f"the log says: {line[:300]}"
            return
    if "SK-" in text:
        yield "the log holds a secret"


def show(soak: Soak, counted: Counted | None, broken: Sequence[str]) -> str:
    """The report."""
    lines = [
        *_replies(soak),
        *_times(soak),
        "",
        *_mishaps(soak, counted),
        "",
        *_memory_table(soak),
        f"CPU of the proxy     {soak.cpu:.1f} s, {soak.cpu / max(1, _total(soak)) * 1e6:.0f} µs a reply",
        "",
    ]
    lines += [f"BROKEN  {law}" for law in [*soak.tally.problems, *broken]]
    number = soak.tally.broken + len(broken)
    lines.append(f"{number} broken laws" if number else "no law was broken")
    return "\n".join(lines)


def _total(soak: Soak) -> int:
    return sum(soak.tally.kinds.values())


def _replies(soak: Soak) -> Iterator[str]:
    total = _total(soak)
    yield f"seed {soak.seed}, {soak.seconds:.0f} s, {soak.clients} clients: {total} replies, " + (
        f"{total / soak.seconds:.0f} a second"
    )
    kinds = Counter[str]()
    rows: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (dialect, form, kind), number in soak.tally.kinds.items():
        kinds[kind] += number
        rows[dialect, form][kind] += number
    names = [kind for kind, _ in kinds.most_common()]
    yield f"{'':<24}" + "".join(f"{name[:12]:>13}" for name in names)
    for (dialect, form), row in sorted(rows.items()):
        yield f"{dialect + ' ' + form:<24}" + "".join(f"{row[name]:>13}" for name in names)
    yield f"{'all':<24}" + "".join(f"{kinds[name]:>13}" for name in names)


def _times(soak: Soak) -> Iterator[str]:
    for name, times in (("first byte", soak.tally.first), ("whole reply", soak.tally.whole)):
        if len(times) > 1:
            cuts = statistics.quantiles(times, n=1000)
            yield f"{name:<20} p50 {cuts[499] * 1e3:.0f} ms, p90 {cuts[899] * 1e3:.0f}, p99 " + (
                f"{cuts[989] * 1e3:.0f}, most {max(times) * 1e3:.0f}"
            )


def _mishaps(soak: Soak, counted: Counted | None) -> Iterator[str]:
    deaths = sum(len(address.died) for address in soak.addresses)
    yield f"upstreams killed     {deaths} of {len(soak.addresses)} addresses"
    yield f"workers killed       {len(soak.workers_killed)}"
    yield "rules                " + ", ".join(f"{what}: {n}" for what, n in sorted(soak.edits.items()))
    if took := _settling(soak):
        yield f"every worker changed after {statistics.median(took):.2f} s (median), {max(took):.2f} s (most)"
    if counted is not None:
        for name, *labels in (
            ("filterproxy_replies_total", "outcome"),
            ("filterproxy_rulebook_reloads_total", "result"),
            ("filterproxy_upstream_errors_total", "cause"),
            ("filterproxy_unscanned_total", "cause"),
        ):
            found = counted.by(name, *labels)
            yield f"{name}: " + ", ".join(f"{' '.join(k)} {n}" for k, n in sorted(found.items()))


def _memory_table(soak: Soak) -> Iterator[str]:
    pids = sorted({pid for _, pid, _ in soak.samples})
    names = [f"{pid}{'+' if pid == soak.killed_pid else ''}" for pid in pids]
    yield "PSS in MB  at s" + "".join(f"{name:>10}" for name in names) + "   (+: was killed)"
    marks = [soak.seconds * i / 10 for i in range(11)]
    for mark in marks:
        row = [_nearest(soak, pid, mark) for pid in pids]
        yield f"{mark:>15.0f}" + "".join(f"{mb:>10.1f}" if mb else f"{'':>10}" for mb in row)
    for pid, series in _series(soak).items():
        yield f"worker {pid}: {_slope(series):+.2f} MB a minute from second {series[0][0]:.0f} on"


def _nearest(soak: Soak, pid: int, mark: float) -> float:
    near = [(abs(at - mark), mb) for at, one, mb in soak.samples if one == pid and abs(at - mark) < 5.5]
    return min(near)[1] if near else 0.0
