"""
What real clients read: `python -m tests.clients [NAME ...]`.

Each client, in an environment of its own, reads scripted replies of every API that it speaks, whole and
streamed, from a model server made by hand, directly and through the proxy. Environments are made in the
user's cache when they are first needed (`--update` makes them anew: the newest releases). `--real` asks
llama.cpp's server and a small real model instead (see filterproxy.demo.real), for what it speaks. Exit code 1
when a cell is not as expected, 2 when something cannot be installed.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack

from tests.clients import llama, table
from tests.clients.cases import CASES, REAL_CASES, Case
from tests.clients.environments import CLIENTS, Client
from tests.clients.runner import Cell, run
from tests.environments import NotInstalled


def main() -> int:
    """Installs, reads and prints; the exit code."""
    options = _options()
    # What the proxy says of a model server that breaks off is expected.
    logging.getLogger("filterproxy").addHandler(logging.NullHandler())
    ready, missing = _installed([c for c in CLIENTS if c.name in options.names], options.update)
    if options.install:
        return 2 if missing else 0
    cases = REAL_CASES if options.real else CASES
    try:
        cells = asyncio.run(_cells(ready, cases, options.real))
    except RuntimeError as problem:
        print(problem, file=sys.stderr)
        return 2
    lines = table.rows(cells, {client.name: client.environment.version() for client in ready}, cases)
    print((table.markdown if options.markdown else table.text)(lines))
    wrongs = table.wrongs(cells)
    print(f"\n{len(cells)} cells, {len(wrongs)} not as expected")
    for wrong in wrongs:
        print(f"- {wrong}")
    return 2 if missing else 1 if wrongs else 0


async def _cells(clients: Sequence[Client], cases: Sequence[Case], real: bool) -> list[Cell]:
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(llama.serving()) if real else ""
        cells = []
        for client in clients:
            print(f"{client.name} ...", file=sys.stderr, flush=True)
            cells += await run(client, cases, address)
        return cells


def _options() -> argparse.Namespace:
    names = [client.name for client in CLIENTS]
    parser = argparse.ArgumentParser(prog="python -m tests.clients", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)} (default: all)")
    parser.add_argument("--install", action="store_true", help="make the environments and end")
    parser.add_argument("--update", action="store_true", help="make the environments anew")
    parser.add_argument("--real", action="store_true", help="ask a real model server")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    options = parser.parse_args()
    options.names = options.names or names
    if unknown := sorted(set(options.names) - set(names)):
        parser.error(f"no such client: {', '.join(unknown)} (there are {', '.join(names)})")
    return options


def _installed(clients: Sequence[Client], update: bool) -> tuple[list[Client], int]:
    """The clients whose environments are there, and how many are not."""
    ready = []
    for client in clients:
        try:
            if update or not client.environment.installed:
                print(
                    f"installing {client.name} into {client.environment.folder}", file=sys.stderr, flush=True
                )
                client.environment.install()
            ready.append(client)
        except NotInstalled as problem:
            print(problem, file=sys.stderr)
    return ready, len(clients) - len(ready)


if __name__ == "__main__":
    sys.exit(main())
