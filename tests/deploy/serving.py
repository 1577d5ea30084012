"""Starts a proxy as people do, and hands out where it listens."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

_CLIENT = re.compile(r"ready: (\S+) ->")
_ADMIN = re.compile(r"admin +(https?://[^/]+)")


class Addresses(NamedTuple):
    """URLs without a path."""

    client: str
    admin: str


def addresses(process: subprocess.Popen[str]) -> Addresses:
    """Where it listens, once it is ready. Raises AssertionError, with what it said, if it ends."""
    assert process.stderr is not None
    said, client = "", ""
    for line in process.stderr:
        said += line
        if found := _CLIENT.search(line):
            client = found[1]
        if found := _ADMIN.search(line):
            return Addresses(client, found[1])
    raise AssertionError(said)


@contextmanager
def serving(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Addresses]:
    """`filterproxy serve` with *arguments*, on any free ports; environment: None for that of the tests."""
    with started([sys.executable, "-m", "filterproxy", "serve", *arguments], environment) as process:
        yield addresses(process)


@contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A command that ends in `serve` and its flags, on any free ports; asked to stop after the block."""
    process = subprocess.Popen(
        [*command, "--port", "0", "--admin-port", "0"], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
