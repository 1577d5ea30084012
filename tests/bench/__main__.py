"""
What a reply costs: `python -m tests.bench`.

The upstream itself, nginx, Envoy and filterproxy with 10, 60 and 1 000 rules, side by side in one run: each
round measures every case on every target before the next round begins, so that a machine that slows down
slows all of them. Figures are medians of the rounds. Not a timed test: it prints ratios, with the goals
beside them. Exit code 1 when a reply was wrong, 2 when nothing can be measured.

`--peers` sets filterproxy beside other programs that filter replies (tests/bench/peers): what they cost, and
what came of each reply. Exit code 1 when one of filterproxy's was wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.bench.cases import CASES, Case, measure, warm_up, wrong_replies
from tests.bench.dialects import measure_dialects
from tests.bench.peers.run import measure_peers
from tests.bench.peers.starts import PEERS
from tests.bench.peers.table import as_json as peers_json
from tests.bench.peers.table import print_peers
from tests.bench.process import NotRunning, pss_mb
from tests.bench.report import Result, as_json, print_dialects, print_report, print_shipped, shipped_json
from tests.bench.shipped import measure_shipped
from tests.bench.targets import STARTS, Target
from tests.bench.tools import Tools

NAMES = ("direct", *STARTS)


def main() -> int:
    """Measures and prints; the exit code."""
    options = _options()
    # So that a benchmark that is told to end takes its processes with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.shipped:
        measured = measure_shipped()
        if options.json:
            print(json.dumps(shipped_json(measured), indent=2))
        else:
            print_shipped(measured)
        return 0
    if options.dialects:
        print_dialects(measure_dialects())
        return 0
    if options.peers:
        return _peers(options)
    with tempfile.TemporaryDirectory(prefix="filterproxy-bench-") as folder, ExitStack() as stack:
        # nginx gives up root for its worker, which must still reach its own files.
        os.chmod(folder, 0o755)
        try:
            result = _run(options, Tools(Path(folder)), stack)
        except NotRunning as problem:
            print(f"nothing can be measured: {problem}", file=sys.stderr)
            return 2
    if options.json:
        print(json.dumps(as_json(result), indent=2))
    else:
        print_report(result)
        print_shipped(measure_shipped())
        print_dialects(measure_dialects())
    return 1 if result.wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each case is measured (3)")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one measurement (2)")
    parser.add_argument("--targets", default=",".join(NAMES), help=f"comma-separated, of {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="one round of half a second: a smoke test")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--shipped", action="store_true", help="only what the shipped rules cost, offline")
    parser.add_argument("--dialects", action="store_true", help="only what an event costs by dialect")
    parser.add_argument("--peers", action="store_true", help="only LiteLLM, NeMo Guardrails and filterproxy")
    parser.add_argument("--update", action="store_true", help="with --peers: fetch their newest releases")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 0.5
    options.targets = options.targets.split(",")
    if unknown := sorted(set(options.targets) - set(NAMES)):
        parser.error(f"no such target: {', '.join(unknown)}")
    return options


def _peers(options: argparse.Namespace) -> int:
    environments = [peer.environment for peer in PEERS if peer.environment]
    for environment in environments if options.update else ():
        environment.remove()
    with tempfile.TemporaryDirectory(prefix="filterproxy-peers-") as folder:
        try:
            result = measure_peers(PEERS, options.rounds, options.seconds, Path(folder))
        except NotRunning as problem:
            print(f"nothing can be measured: {problem}", file=sys.stderr)
            return 2
    if options.json:
        print(json.dumps(peers_json(result), indent=2))
    else:
        print_peers(result)
    return 0 if result.right(PEERS[0].name) else 1


def _run(options: argparse.Namespace, tools: Tools, stack: ExitStack) -> Result:
    upstream, mock_pid = stack.enter_context(tools.upstream())
    result = Result(rounds=options.rounds, seconds=options.seconds)
    # The upstream itself is always measured: all delays are against it.
    targets = [Target("direct", upstream, mock_pid, "mock.c")]
    for name in (name for name in STARTS if name in options.targets):
        try:
            targets.append(stack.enter_context(STARTS[name](upstream, tools.folder)))
        except NotRunning as reason:
            result.left_out[name] = str(reason)
            _say(f"left out: {name}: {reason}")
    _check(tools, targets, result)
    result.targets = targets
    _measure(options, tools, targets, result)
    result.memory = {target.name: pss_mb(target.pid) for target in targets}
    _start_again(options, upstream, tools.folder, result)
    return result


def _check(tools: Tools, targets: list[Target], result: Result) -> None:
    for target in targets:
        try:
            for fault in wrong_replies(tools, target):
                result.accuse(target.name, fault)
            warm_up(tools, target)
        except NotRunning as reason:
            result.accuse(target.name, str(reason))
        if wrong := result.wrong.get(target.name):
            _say(f"WRONG: {target.name}: {'; '.join(wrong[:3])}")


def _measure(options: argparse.Namespace, tools: Tools, targets: list[Target], result: Result) -> None:
    for turn in range(options.rounds):
        for case in CASES:
            _say(f"round {turn + 1}/{options.rounds}: {case.name}")
            # Nobody is always first.
            for target in targets[turn % len(targets) :] + targets[: turn % len(targets)]:
                if not case.only or target.name in case.only:
                    _measure_one(tools, target, case, options.seconds, result)


def _measure_one(tools: Tools, target: Target, case: Case, seconds: float, result: Result) -> None:
    try:
        sample = measure(tools, target, case, seconds)
    except NotRunning as reason:
        failed = str(reason)
    else:
        result.add(target.name, case.name, sample)
        if sample.seen.replies and not sample.seen.failures:
            return
        failed = f"{sample.seen.failures} failed, {sample.seen.replies} came"
    result.accuse(target.name, f"{case.name}: {failed}")
    _say(f"WRONG: {target.name}: {case.name}: {failed}")


def _start_again(options: argparse.Namespace, upstream: int, folder: Path, result: Result) -> None:
    # Now that every file is in the page cache, the starts measure the program and not the disk. The packs
    # are written to another folder, since those that still run watch theirs.
    folder = folder / "again"
    folder.mkdir()
    for target in result.targets:
        if target.rules:
            for _ in range(options.rounds):
                with STARTS[target.name](upstream, folder) as again:
                    result.ready.setdefault(target.name, []).append(again.ready_seconds)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
