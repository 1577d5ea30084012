"""
The files of a corpus by content: what tells two corpora apart before any of it is read, and how long it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
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
    has, for a progress bar; size in bytes.
    """

    path: str
    size: int
    digest: str
    lines: int

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
        """Every exchange, and all that could not be read; the same each time. Raises nothing."""
        yield from self.skipped
        for source in self.sources:
            yield from read_file(Path(source.path))


def corpus_of(paths: Iterable[Path]) -> Corpus:
    """The files that *paths* mean, by content. Raises nothing: what cannot be read has no digest."""
    items = list(files(paths))
    sources = tuple(_source(item) for item in items if not isinstance(item, Skipped))
    return Corpus(sources, tuple(item for item in items if isinstance(item, Skipped)))


def _source(path: Path) -> Source:
    digest, size, lines = hashlib.sha256(), 0, 0
    try:
        with open(path, "rb", buffering=0) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
                lines += block.count(b"\n")
    except OSError:
        return Source(str(path), 0, "", 0)
    if path.name.endswith(PARQUET):
        lines = _rows_in(path)
    elif path.name.endswith(".zst"):
        lines = lines_in(path)
    return Source(str(path), size, digest.hexdigest(), lines)


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
