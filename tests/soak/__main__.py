"""
The soak: `python -m tests.soak [--minutes 10] [--seed N]`.

64 clients ask for streams and whole replies in six dialects while rules are edited, also wrongly, upstreams
die and come back, clients leave, and a worker is killed. Every reply is held against the laws (soak.laws),
and the whole against those of soak.report. Exit code 1 when one broke, 2 when nothing could be run.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from pathlib import Path

import uvloop

from tests.bench.process import free_port
from tests.soak import books
from tests.soak.counted import Counted
from tests.soak.processes import Address, NotReady, serve
from tests.soak.report import show, whole_laws
from tests.soak.soak import Soak


def main() -> int:
    """Run, and report; the exit code."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="filterproxy-soak-") as folder:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                return runner.run(_run(options, Path(folder)))
        except NotReady as problem:
            print(f"nothing could be run: {problem}", file=sys.stderr)
            return 2
        except asyncio.CancelledError:
            return 143


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--addresses", type=int, default=3, help="of the upstream")
    parser.add_argument("--log", type=Path, help="where the proxy's log is kept")
    return parser.parse_args()


async def _run(options: argparse.Namespace, folder: Path) -> int:
    # So that a soak that is told to end takes its processes with it.
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    (folder / "rules").mkdir()
    (folder / "rules" / "soak.yaml").write_text(books.pack("A"))
    log = folder / "upstream.log"
    addresses = [Address(free_port(), options.seed, log) for _ in range(options.addresses)]
    proxy = None
    try:
        await asyncio.gather(*(address.start() for address in addresses))
        proxy = await serve(folder, addresses, options.workers)
        soak = Soak(options.seed, options.minutes * 60, options.clients, folder, addresses, proxy)
        await soak.run()
        counted = await asyncio.to_thread(Counted, proxy.admin)
        broken = whole_laws(soak, counted)
        code = await asyncio.to_thread(proxy.end)
        if code != 0:
            broken.append(f"the proxy ended with {code}")
        print(show(soak, counted, broken))
        return 1 if broken or soak.tally.broken else 0
    finally:
        for address in addresses:
            address.end()
        if proxy is not None and proxy.process.poll() is None:
            proxy.end()
        if options.log is not None and proxy is not None:
            options.log.write_bytes(proxy.log.read_bytes())


if __name__ == "__main__":
    sys.exit(main())
