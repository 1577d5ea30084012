"""
What the files of logs are called, and who may write to them.

    FOLDER/decisions-0-20260131T080000123456Z.jsonl      being written, or left by a worker that died
    FOLDER/decisions-0-20260130T080000123456Z.jsonl.zst  complete
    FOLDER/.decisions-….jsonl.zst.tmp                    being rewritten
    FOLDER/.purge/….ids                                  ids whose lines must go (record.purge)

Who writes a file holds a lock on it (flock), which the system gives back when the process is gone,
however it ended. So a file whose lock can be had is complete. Whoever waits for a lock and gets it looks
at whether the name still belongs to the file: it may have been replaced meanwhile.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from pathlib import Path

DECISIONS = "decisions"
RECORDINGS = "recordings"
LOGS = (DECISIONS, RECORDINGS)

PLAIN = ".jsonl"
PACKED = ".jsonl.zst"
_TEMPORARY = ".tmp"

_NAME = re.compile(r"(?P<log>decisions|recordings)-(?P<worker>\d+)-(?P<start>\d{8}T\d{12}Z)\.jsonl(\.zst)?")


def files_of(folder: Path, log: str | None = None) -> list[Path]:
    """
    The files of a log, of all logs without one, oldest first; none where there is no such folder.

    Where a worker died between packing a file and taking the plain one away, only the packed one.
    """
    found: list[tuple[str, Path]] = []
    for path in _listed(folder):
        name = _NAME.fullmatch(path.name)
        if name is not None and log in (None, name["log"]):
            found.append((name["start"], path))
    packed = {path.name for _, path in found if path.name.endswith(PACKED)}
    return [path for _, path in sorted(found) if path.name.removesuffix(PLAIN) + PACKED not in packed]


def twins_of(folder: Path) -> list[Path]:
    """Plain files that were packed already."""
    return [path for path in _listed(folder) if _NAME.fullmatch(path.name) and _packed_too(path)]


def _packed_too(path: Path) -> bool:
    return path.suffix == PLAIN and path.with_name(path.name.removesuffix(PLAIN) + PACKED).exists()


def leftovers(folder: Path) -> list[Path]:
    """Files that somebody is rewriting, or was when he died."""
    return [path for path in _listed(folder) if path.name.startswith(".") and path.suffix == _TEMPORARY]


def temporary(path: Path) -> Path:
    """Where the next content of *path* is made."""
    return path.with_name(f".{path.name}.{os.getpid()}{_TEMPORARY}")


def _listed(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in os.listdir(folder)]
    except FileNotFoundError:
        return []


def lock(fd: int) -> bool:
    """Whether the lock of an open file could be had; it lasts until the file is closed."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def locked(path: Path) -> Iterator[int | None]:
    """An open file that nobody else writes; None where somebody does, or it is gone."""
    try:
        fd = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield None
        return
    try:
        yield fd if lock(fd) and is_at(fd, path) else None
    finally:
        os.close(fd)


def is_at(fd: int, path: Path) -> bool:
    """Whether an open file is the one that has this name now."""
    try:
        named = os.stat(path)
    except FileNotFoundError:
        return False
    mine = os.fstat(fd)
    return (named.st_dev, named.st_ino) == (mine.st_dev, mine.st_ino)
