"""What was measured, as tables and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

from rich import box
from rich.console import Console
from rich.table import Table

from tests.bench.cases import CASES, Sample
from tests.bench.dialects import DialectCost
from tests.bench.shipped import Shipped
from tests.bench.targets import Target

_PACKAGES = (
    "filterproxy", "uvicorn", "uvloop", "httptools", "orjson", "google-re2", "ahocorasick-rs", "regex",
    "prometheus-client", "fastapi", "pydantic",
)  # fmt: skip


@dataclass(slots=True)
class Result:
    """Everything of one run. memory: PSS by target and process, ready: seconds of each start."""

    rounds: int
    seconds: float
    targets: list[Target] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    samples: dict[tuple[str, str], list[Sample]] = field(default_factory=dict)
    memory: dict[str, dict[int, float]] = field(default_factory=dict)
    ready: dict[str, list[float]] = field(default_factory=dict)

    def add(self, target: str, case: str, sample: Sample) -> None:
        """One measurement more."""
        self.samples.setdefault((target, case), []).append(sample)

    def accuse(self, target: str, fault: str) -> None:
        """Says that a reply of *target* was wrong, or did not come."""
        self.wrong.setdefault(target, []).append(fault)

    def cpu(self, target: str, case: str) -> float | None:
        """CPU seconds for 1 000 replies; None when that was not measured."""
        taken = self.samples.get((target, case))
        return median(sample.cpu_seconds for sample in taken) if taken else None

    def seen(self, target: str, case: str, figure: str) -> float | None:
        """A figure of the load, by its name in Seen."""
        taken = self.samples.get((target, case))
        return median(getattr(sample.seen, figure) for sample in taken) if taken else None

    def added(self, target: str, case: str, figure: str) -> float | None:
        """The same, over what the upstream itself has."""
        return _less(self.seen(target, case, figure), self.seen("direct", case, figure))

    def worker_mb(self, target: str) -> float | None:
        """The largest process but the root of a target; the root itself when it is alone."""
        sizes = self.memory.get(target)
        if not sizes:
            return None
        root = min(sizes)
        return max(mb for pid, mb in sizes.items() if pid != root or len(sizes) == 1)


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of the goals. bar: what must not be passed; aim: what is hoped for."""

    what: str
    measured: float | None
    bar: float
    unit: str
    aim: float | None = None

    @property
    def met(self) -> str:
        if self.measured is None:
            return "not measured"
        return "yes" if self.measured <= self.bar else "MISSED"


def goals(result: Result) -> list[Goal]:
    """What issue 2 asks for, beside what was measured."""
    whole, burst = (_over(result, "fp-60", "envoy", case) for case in ("whole c=16", "burst c=16"))
    ready = result.ready.get("fp-60")
    lag = result.added("fp-60-free", "paced c=1", "lag_p50")
    return [
        Goal("whole replies, 60 rules against Envoy, CPU", whole, 3, "×", 2),
        Goal("burst streams, 60 rules against Envoy, CPU", burst, 10, "×", 6),
        Goal("a token is late against direct, nothing held, median", lag, 1, "ms"),
        Goal("1 000 quiet rules against 10, whole, CPU", _over_10(result, "quiet whole"), 1.5, "×"),
        Goal("1 000 quiet rules against 10, burst, CPU", _over_10(result, "quiet burst"), 1.5, "×"),
        Goal("5 000 events against 500, 60 rules, CPU", _long(result, "fp-60"), 11, "×"),
        Goal("worker with 60 rules, PSS", result.worker_mb("fp-60"), 60, "MB"),
        Goal("worker with 1 000 rules, PSS", result.worker_mb("fp-1000"), 60, "MB"),
        Goal("start to ready, 60 rules", median(ready) if ready else None, 1.5, "s"),
    ]


def _over(result: Result, target: str, other: str, case: str) -> float | None:
    return _ratio(result.cpu(target, case), result.cpu(other, case))


def _over_10(result: Result, case: str) -> float | None:
    return _over(result, "fp-1000", "fp-10", case)


def _long(result: Result, target: str) -> float | None:
    return _ratio(result.cpu(target, "5000 events"), result.cpu(target, "500 events"))


def _ratio(a: float | None, b: float | None) -> float | None:
    return a / b if a is not None and b else None


def _less(a: float | None, b: float | None) -> float | None:
    return a - b if a is not None and b is not None else None


def versions(result: Result) -> dict[str, str]:
    """The machine, and every program and package that took part."""
    told = {target.name: target.version for target in result.targets}
    machine = {"cpu": _cpu_name(), "cores": str(os.cpu_count()), "system": platform.platform()}
    return {**machine, "python": platform.python_version(), **told, **dict(_package_versions())}


def _package_versions() -> list[tuple[str, str]]:
    found = []
    for name in _PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return found


def _cpu_name() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "unknown")


def as_json(result: Result) -> dict[str, object]:
    """Everything that was measured, each sample by itself."""
    samples = [
        {"target": target, "case": case, "cpu_seconds_per_1000": sample.cpu_seconds, **asdict(sample.seen)}
        for (target, case), taken in result.samples.items()
        for sample in taken
    ]
    return {
        "versions": versions(result),
        "rounds": result.rounds,
        "seconds": result.seconds,
        "left_out": result.left_out,
        "wrong": result.wrong,
        "goals": [{**asdict(goal), "met": goal.met} for goal in goals(result)],
        "memory_mb": result.memory,
        "ready_seconds": result.ready,
        "samples": samples,
    }


def print_report(result: Result) -> None:
    """Tables for people; ratios are to nginx and to Envoy."""
    console = Console(width=150, highlight=False)
    for table in (_cpu_table(result), _delay_table(result), _pace_table(result), _rest_table(result)):
        console.print(table)
    console.print(_goal_table(result))
    console.print("; ".join(f"{name} {value}" for name, value in versions(result).items()))
    for name, reason in result.left_out.items():
        console.print(f"left out: {name}: {reason}", markup=False)
    for name, wrong in result.wrong.items():
        console.print(f"WRONG: {name}: {len(wrong)} findings, the first: {wrong[0]}", markup=False)
    checked = [target.name for target in result.targets if target.name not in result.wrong]
    console.print(f"every reply compared with what must come out, all right: {', '.join(checked)}")


def print_shipped(measured: Shipped) -> None:
    """The section on the rulebook that ships."""
    console = Console(width=150, highlight=False)
    table = _table(
        f"Shipped rulebook, {measured.rules} rules: CPU µs a reply of about 1 kB, median",
        *("reply", "µs", "× the pattern", "at most", "met"),
    )
    for what, us, ratio, bar in measured.rows():
        met = "" if bar is None or us is None else "yes" if us <= bar else "MISSED"
        table.add_row(what, _number(us, 0), _number(ratio, 1), _number(bar, 0), met)
    console.print(table)
    console.print(f"the gate names no rule in {measured.quiet_share:.0%} of {len(measured.named)} replies")
    console.print(f"rules that always run: {', '.join(measured.always) or 'none'}")


def shipped_json(measured: Shipped) -> dict[str, object]:
    """The same, each reply by itself."""
    return {**asdict(measured), "quiet_share": measured.quiet_share, "rows": list(measured.rows())}


def print_dialects(costs: Sequence[DialectCost]) -> None:
    """The section on dialects."""
    console = Console(width=150, highlight=False)
    title = "Streams by dialect, 60 rules: CPU µs an event, and the ratio to chat completions"
    table = _table(title, "dialect", "one by one", "×", "in bursts", "×", "at most", "met")
    chat = next(cost for cost in costs if cost.name == "openai_chat")
    for cost in costs:
        single, burst = cost.single_us / chat.single_us, cost.burst_us / chat.burst_us
        met = "" if cost.most is None else "yes" if max(single, burst) <= cost.most else "MISSED"
        cells = (cost.single_us, single, cost.burst_us, burst, cost.most)
        table.add_row(cost.name, *(_number(cell, 2) for cell in cells), met)
    console.print(table)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, justify="left" if column == columns[0] else "right")
    return table


def _cases(prefixes: tuple[str, ...]) -> list[str]:
    return [case.name for case in CASES if case.name.startswith(prefixes)]


def _cpu_table(result: Result) -> Table:
    # One paced stream at a time takes less CPU than the kernel's clock ticks can tell.
    cases = [case for case in _cases(("whole", "burst", "paced")) if case != "paced c=1"]
    title = "CPU seconds for 1 000 replies (× nginx, × Envoy); direct: the upstream's own"
    table = _table(title, "target", *cases)
    for target in result.targets:
        table.add_row(target.name, *(_cpu_cell(result, target.name, case) for case in cases))
    return table


def _cpu_cell(result: Result, target: str, case: str) -> str:
    if (cpu := result.cpu(target, case)) is None:
        return ""
    if target == "direct":
        return f"{cpu:.3g}"
    ratios = (_over(result, target, other, case) for other in ("nginx", "envoy"))
    return f"{cpu:.3g} (" + ", ".join("–" if ratio is None else f"{ratio:.2g}" for ratio in ratios) + ")"


def _delay_table(result: Result) -> Table:
    columns = [f"{case} {q}" for case in ("whole c=1", "burst c=1") for q in ("p50", "p99")]
    rates = ("whole c=16", "burst c=16")
    title = "Added latency at concurrency 1, ms (direct: the whole of it); replies a second"
    table = _table(title, "target", *columns, *(f"{case} /s" for case in rates))
    for target in result.targets:
        figure = result.seen if target.name == "direct" else result.added
        cells = [
            _number(figure(target.name, case, f"latency_{q}"), 3)
            for case in ("whole c=1", "burst c=1")
            for q in ("p50", "p99")
        ]
        table.add_row(target.name, *cells, *(_rate(result, target.name, case) for case in rates))
    return table


def _rate(result: Result, target: str, case: str) -> str:
    rate = _ratio(result.seen(target, case, "replies"), result.seen(target, case, "seconds"))
    return "" if rate is None else f"{rate:,.0f}"


def _pace_table(result: Result) -> Table:
    cases = _cases(("paced",))
    columns = [f"{case} {q}" for case in cases for q in ("p50", "p99")]
    title = "One event each 5 ms: how late an event is against direct, ms (direct: against its time)"
    table = _table(title, "target", *columns)
    for target in result.targets:
        figure = result.seen if target.name == "direct" else result.added
        cells = [_number(figure(target.name, case, f"lag_{q}"), 2) for case in cases for q in ("p50", "p99")]
        if any(cells):
            table.add_row(target.name, *cells)
    return table


def _rest_table(result: Result) -> Table:
    columns = ("target", "PSS of each process, MB", "start to ready, s", "5 000 / 500 events, CPU")
    table = _table("Memory, start, length", *columns)
    for target in result.targets:
        sizes = " + ".join(f"{mb:.1f}" for mb in result.memory.get(target.name, {}).values())
        ready = result.ready.get(target.name)
        start = _number(median(ready) if ready else None, 2)
        table.add_row(target.name, sizes, start, _number(_long(result, target.name), 1))
    return table


def _goal_table(result: Result) -> Table:
    table = _table("Goals of issue 2", "what", "measured", "at most", "aim", "met")
    for goal in goals(result):
        measured = "" if goal.measured is None else f"{goal.measured:.2f} {goal.unit}"
        aim = "" if goal.aim is None else f"{goal.aim:g} {goal.unit}"
        table.add_row(goal.what, measured, f"{goal.bar:g} {goal.unit}", aim, goal.met)
    return table


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
