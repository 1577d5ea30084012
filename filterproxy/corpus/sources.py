"""
The files of a corpus by content: what tells two corpora apart before any of it is read, and how long it is.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filterproxy.corpus.exchange import Exchange
from filterproxy.corpus.read import PARQUET, files, read_file
from filterproxy.corpus.skipped import Skipped
from filterproxy.record.packing import lines_in

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """
    A file that is read. digest: SHA-256 of its bytes, "" where it cannot be read. lines: about how many it
    has, for a progress bar; size in bytes. changed: when it last was, in nanoseconds of any clock.
    """

    path: str
    size: int
    digest: str
    lines: int
    changed: int = 0

    def as_json(self) -> dict[str, Any]:
        """What tells it apart, as plain data."""
        return {"path": self.path, "bytes": self.size, "sha256": self.digest}


@dataclass(frozen=True, slots=True)
class Corpus:
    """
    The files that are read, in order, as they were when they were listed, and what of the given ones is not.
    """

    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...] = ()

    @property
    def lines(self) -> int:
        """About how many there are, for a progress bar."""
        return sum(source.lines for source in self.sources)

    def read(self) -> Iterator[Exchange | Skipped]:
        """
        Every exchange, and all that could not be read; the same each time, unless a file changes, which is
        told. Raises nothing.
        """
        yield from self.skipped
        for source in self.sources:
            yield from read_file(Path(source.path))
            if _is_another(source):
                why = "has changed since it was listed: what was read may be less, or more"
                yield Skipped(source.path, 0, why)


def _is_another(source: Source) -> bool:
    """Whether a file is no longer what it was; one that is gone was read under another name, or was told."""
    try:
        now = os.stat(source.path)
    except OSError:
        return False
    return bool(source.digest) and (now.st_size, now.st_mtime_ns) != (source.size, source.changed)


# Told how many bytes are read, and of how many.
Watch = Callable[[int, int], None]


def corpus_of(paths: Iterable[Path], watch: Watch | None = None) -> Corpus:
    """The files that *paths* mean, by content. Raises nothing: what cannot be read has no digest."""
    items = list(files(paths))
    named = [item for item in items if not isinstance(item, Skipped)]
    total, done = sum(map(_size, named)), 0

    def tell(read: int) -> None:
        nonlocal done
        done += read
        if watch is not None:
            watch(done, total)

    sources = tuple(_source(path, tell) for path in named)
    return Corpus(sources, tuple(item for item in items if isinstance(item, Skipped)))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _source(path: Path, tell: Callable[[int], None]) -> Source:
    digest, size, lines = hashlib.sha256(), 0, 0
    try:
        with open(path, "rb", buffering=0) as file:
            changed = os.fstat(file.fileno()).st_mtime_ns
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
                lines += block.count(b"\n")
                tell(len(block))
    except OSError:
        return Source(str(path), 0, "", 0)
    if path.name.endswith(PARQUET):
        lines = _rows_in(path)
    elif path.name.endswith(".zst"):
        lines = lines_in(path)
    return Source(str(path), size, digest.hexdigest(), lines, changed)


def _rows_in(path: Path) -> int:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        return 0
    try:
        rows: int = pyarrow.parquet.read_metadata(path).num_rows
    except (pyarrow.ArrowException, OSError):
        return 0
    return rows
