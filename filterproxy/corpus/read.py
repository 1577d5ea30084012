"""
Files of exchanges, read one by one: what is whole is given, everything else is named with its cause.

Lines of JSON (also packed with Zstandard) and Parquet, one by one or by their folder; corpus/shapes.py says
what a line may look like. A folder stands for its files: those of logs oldest first, then the others by name.
Where it holds recordings, decisions beside them are left out, since they speak of the same exchanges.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from filterproxy.corpus.exchange import Exchange
from filterproxy.corpus.shapes import exchange_of, left_over
from filterproxy.corpus.skipped import Skipped
from filterproxy.record.names import RECORDINGS, files_of, twins_of
from filterproxy.record.packing import Unreadable, opened
from filterproxy.record.read import LINE_LIMIT

PARQUET = ".parquet"
_ENDINGS = (".jsonl", ".jsonl.zst", ".ndjson", ".ndjson.zst", PARQUET)
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_GZIP = b"\x1f\x8b"
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
# Rows of a Parquet file that are in memory at a time.
_ROWS = 256


def read(paths: Iterable[Path], limit: int = LINE_LIMIT) -> Iterator[Exchange | Skipped]:
    """
    Every exchange, and all that could not be read, in order. Raises nothing: what cannot be read is skipped.

    limit: bytes of a line.
    """
    for item in files(paths):
        if isinstance(item, Skipped):
            yield item
        else:
            yield from read_file(item, limit)


def files(paths: Iterable[Path]) -> Iterator[Path | Skipped]:
    """The files that are meant, in the order in which they are read, each once."""
    seen: set[str] = set()
    for path in paths:
        for item in _in_folder(path) if path.is_dir() else [path]:
            if isinstance(item, Skipped):
                yield item
            elif (real := os.path.realpath(item)) in seen:
                yield Skipped(str(item), 0, "was named before: it is read once")
            else:
                seen.add(real)
                # A pipe can be read only once, and files are read twice: to know them, and to replay them.
                odd = item.exists() and not item.is_file()
                yield Skipped(str(item), 0, "is no ordinary file: save what it gives in one") if odd else item


def _in_folder(folder: Path) -> Iterator[Path | Skipped]:
    try:
        listed = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        yield Skipped(str(folder), 0, f"cannot be opened: {error.strerror}")
        return
    logs, twins = files_of(folder), set(twins_of(folder))
    recordings = files_of(folder, RECORDINGS)
    rest = [path for path in listed if path not in logs and path not in twins]
    if not rest and not logs:
        yield Skipped(str(folder), 0, "is an empty folder")
    for path in logs:
        if recordings and path not in recordings:
            yield Skipped(
                str(path), 0, "decisions beside recordings are left out: name the file to read it too"
            )
        else:
            yield path
    for path in rest:
        if path.is_dir():
            yield Skipped(str(path), 0, "is a folder inside a folder: name it to read it too")
        elif path.name.endswith(_ENDINGS):
            yield path
        else:
            yield Skipped(str(path), 0, f"does not end in {', '.join(_ENDINGS)}: name it to read it as lines")


def read_file(path: Path, limit: int = LINE_LIMIT) -> Iterator[Exchange | Skipped]:
    """The exchanges of one file."""
    name = str(path)
    try:
        if path.name.endswith(PARQUET):
            yield from _rows(path)
        else:
            with opened(path) as file:
                yield from _lines(name, file, limit)
    except FileNotFoundError as error:
        packed = path.with_name(path.name + ".zst")
        if path.name.endswith(".jsonl") and packed.exists():  # the proxy has packed it since
            yield from read_file(packed, limit)
        else:
            yield Skipped(name, 0, f"cannot be read: {error.strerror}")
    except OSError as error:
        yield Skipped(name, 0, f"cannot be read: {error.strerror or type(error).__name__}")
    except Unreadable as why:
        yield Skipped(name, 0, f"cannot be read to its end: {why}")


def _lines(name: str, file: BinaryIO, limit: int) -> Iterator[Exchange | Skipped]:
    number, is_empty = 0, True
    while line := file.readline(limit):
        number += 1
        is_empty &= not line.strip()
        if number == 1:
            if why := _other_file(line):
                yield Skipped(name, 0, why)
                return
            line = line.removeprefix(_UTF8_MARK)
        if len(line) >= limit and not line.endswith(b"\n"):
            yield Skipped(name, number, f"is longer than {limit} bytes")
            _pass_over(file, limit)
        elif line.strip():
            yield from _line(name, number, line)
    if is_empty:
        yield Skipped(name, 0, "is empty")


def _other_file(start: bytes) -> str:
    """Why a file that begins so holds no lines of JSON; "" when it may."""
    if start.startswith(_UTF16_MARKS) or start[:4].count(0) == 2:
        return "begins as UTF-16, not UTF-8: nothing of it was read; save it as UTF-8"
    if start.startswith(_GZIP):
        return "is packed with gzip: unpack it, or pack it with zstd"
    if start.startswith(_ZSTANDARD):
        return "is packed with zstd: let its name end in .zst"
    if _is_list(start.removeprefix(_UTF8_MARK).strip()):
        return "is one JSON list, not lines: `jq -c '.[]' FILE > FILE.jsonl` makes lines of it"
    return ""


def _is_list(start: bytes) -> bool:
    """Whether a file's first line begins a list of all that it holds."""
    if start in (b"[", b"[{"):
        return True
    try:
        value = orjson.loads(start) if start.startswith(b"[") else None
    except orjson.JSONDecodeError:
        return False
    return isinstance(value, list) and bool(value) and all(isinstance(member, dict) for member in value)


def _pass_over(file: BinaryIO, limit: int) -> None:
    while (line := file.readline(limit)) and not line.endswith(b"\n"):
        pass


def _line(name: str, number: int, line: bytes) -> Iterator[Exchange | Skipped]:
    try:
        value = _object(line)
    except ValueError as error:
        yield Skipped(name, number, str(error))
    else:
        yield from _exchange(name, number, value)


def _object(line: bytes) -> dict[str, Any]:
    whole = line.endswith(b"\n")
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ValueError(_no_json(line, error) if whole else "is torn: no line break ends it") from None
    if not isinstance(value, dict):
        raise ValueError("is no JSON object")
    if not whole and "log" in value:  # record/SCHEMA.md: it counts for nothing
        raise ValueError("is torn: no line break ends it")
    return value


def _no_json(line: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        line.decode()
    except UnicodeDecodeError as wrong:
        return f"is not UTF-8: byte 0x{line[wrong.start]:02X} at byte {wrong.start + 1}"
    return f"is no JSON: {error.msg} at column {error.colno}"


def _exchange(name: str, number: int, value: dict[str, Any]) -> Iterator[Exchange | Skipped]:
    try:
        yield exchange_of(value, name, number)
    except ValueError as error:
        yield Skipped(name, number, str(error))
    else:
        if why := left_over(value):
            yield Skipped(name, number, why)


def _rows(path: Path) -> Iterator[Exchange | Skipped]:
    name = str(path)
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        yield Skipped(name, 0, "is Parquet: pip install 'filterproxy[replay]' reads it")
        return
    number = 0
    try:
        with pyarrow.parquet.ParquetFile(path) as table:
            for batch in table.iter_batches(batch_size=_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield from _exchange(name, number, without_nulls(row))
    except (pyarrow.ArrowException, UnicodeDecodeError) as error:
        # Its first line: what follows speaks of the library.
        yield Skipped(name, 0, f"cannot be read as Parquet from row {number + 1} on: {_first_line(error)}")
        return
    if number == 0:
        yield Skipped(name, 0, "is empty")


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:200]


def without_nulls(value: Any) -> Any:
    """*value* without keys that say nothing: every row of a Parquet file has all of them."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(member) for member in value]
    return value
