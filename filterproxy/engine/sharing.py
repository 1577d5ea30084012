"""Values that processes share, through files in the folder that PROMETHEUS_MULTIPROC_DIR names."""

from __future__ import annotations

import logging
import os
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import prometheus_client.values
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.values import MultiProcessValue

_log = logging.getLogger("filterproxy")


def share(process: int) -> None:
    """
    Let values that are made after this belong to *process*, a number that no other process has now, for good.

    A process that takes the number of one that died goes on counting where that one stopped, so that totals
    never fall and there are never more files than numbers. Without this the library asks the system for an
    id at each step of each counter, lest the process has forked, and takes a lock. Only one thread of
    *process* may count. Does nothing where values are not shared.
    """
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder is None:
        return
    for file in Path(folder).glob(f"*_{process}.db"):
        if not _is_whole(file):
            _log.warning("%s was torn when its process was killed; it counts from 0 again", file.name)
            file.unlink()
    shared: Any = MultiProcessValue(lambda: process)  # type: ignore[no-untyped-call]

    class Value(shared):  # type: ignore[misc]
        def inc(self, amount: float) -> None:
            self._value += amount
            self._file.write_value(self._key, self._value, 0.0)

    prometheus_client.values.ValueClass = Value


class Shared:
    """The values of all processes that share *folder*."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def collect(self) -> Iterable[Metric]:
        files = [str(file) for file in self._folder.glob("*.db")]
        try:
            return self._merged(files)
        except _TORN:
            # One that is just being made, or whose process was killed while it made it, has no values.
            return self._merged([file for file in files if _is_whole(Path(file))])

    def _merged(self, files: Sequence[str]) -> Iterable[Metric]:
        found: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        return found


# What the library raises for a file that ends where it should not, or holds something else.
_TORN = (struct.error, RuntimeError, ValueError, FileNotFoundError)


def _is_whole(file: Path) -> bool:
    """Whether the values that processes share can be read from *file*."""
    try:
        MultiProcessCollector.merge([str(file)])  # type: ignore[no-untyped-call]
    except _TORN:
        return False
    return True
