"""
Lines of decisions and recordings, read again: what is whole is given, everything else is counted and named.

Files may be named one by one (also under other names, and other lines of JSON), or by their folder.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from filterproxy.record.lines import VERSION
from filterproxy.record.names import PACKED, PLAIN, files_of
from filterproxy.record.packing import Unreadable, opened

# Bytes of a line. The longest that is written is some megabytes: texts of a reply and of a long request.
LINE_LIMIT = 64 << 20
# Of lines that could not be read: all are counted, so many are named.
_NAMED = 1000


@dataclass(frozen=True, slots=True)
class Skipped:
    """What could not be read: one line, counted from 1; or with 0, a file or the rest of one."""

    file: Path
    line: int
    why: str


@dataclass(slots=True)
class Reader:
    """
    Lines as plain data (see SCHEMA.md), oldest file first.

    paths: files, and folders whose logs are meant. log: decisions or recordings; None for both. count: lines
    that were given. skipped: how many were not; named: which, up to a limit.
    """

    paths: Sequence[Path]
    log: str | None = None
    count: int = 0
    skipped: int = 0
    named: list[Skipped] = field(default_factory=list)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for path in self._files():
            yield from self._read(path)

    def _files(self) -> Iterable[Path]:
        for path in self.paths:
            if path.is_dir():
                yield from files_of(path, self.log)
            else:
                yield path

    def _read(self, path: Path) -> Iterator[dict[str, Any]]:
        number = 0
        try:
            with opened(path) as file:
                while line := file.readline(LINE_LIMIT):
                    number += 1
                    value = _parsed(line)
                    if isinstance(value, str):
                        self._skip(path, number, value)
                    elif self.log in (None, value.get("log", self.log)):
                        self.count += 1
                        yield value
        except FileNotFoundError:
            yield from self._moved(path, number)
        except OSError as error:
            self._skip(path, 0, error.strerror or type(error).__name__)
        except Unreadable as why:
            self._skip(path, 0, str(why))

    def _moved(self, path: Path, number: int) -> Iterator[dict[str, Any]]:
        """A file that was packed since it was listed is read as that."""
        packed = path.with_name(path.name.removesuffix(PLAIN) + PACKED)
        if number == 0 and packed != path and packed.exists():
            yield from self._read(packed)
        else:
            self._skip(path, 0, "there is no such file")

    def _skip(self, path: Path, line: int, why: str) -> None:
        self.skipped += 1
        if len(self.named) < _NAMED:
            self.named.append(Skipped(path, line, why))


def find(folder: Path, log: str, id: str) -> dict[str, Any] | None:
    """
    The line of one id, the newest file first; None where there is none, or it cannot be read any more.

    Every line is looked at: a folder of the largest size takes seconds.
    """
    needle = orjson.dumps(id)
    for path in reversed(files_of(folder, log)):
        with contextlib.suppress(OSError, Unreadable), opened(path) as file:
            while line := file.readline(LINE_LIMIT):
                value = _parsed(line) if needle in line else ""
                if not isinstance(value, str) and value.get("id") == id:
                    return value
    return None


def _parsed(line: bytes) -> dict[str, Any] | str:
    """What a line says, or why it cannot be read."""
    if not line.endswith(b"\n"):
        return f"more than {LINE_LIMIT} bytes" if len(line) >= LINE_LIMIT else "torn: no line break ends it"
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return f"no JSON: {error.msg} at column {error.colno}"
    if not isinstance(value, dict):
        return "no JSON object"
    version = value.get("v", VERSION)
    if type(version) is not int or version > VERSION:
        return f"of a version other than 1 to {VERSION}"
    return value


def place(redactions: Sequence[Sequence[int]], start: int, end: int) -> tuple[int, int]:
    """
    Where a span of a text as upstream sent it stands in the text as it is stored.

    redactions: as the line has them. A span that a redaction covers, or reaches into, takes in all that
    stands there now.
    """
    return _moved_to(redactions, start, at_end=False), _moved_to(redactions, end, at_end=True)


def _moved_to(redactions: Sequence[Sequence[int]], offset: int, *, at_end: bool) -> int:
    shift = 0
    for first, last, length in redactions:
        if last <= offset:
            shift += length - (last - first)
        elif first < offset:
            return first + shift + (length if at_end else 0)
        else:
            break
    return offset + shift
