"""Entries as files: written so that git's diffs stay small, edited with a person's comments left in."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from ruamel.yaml.error import YAMLError

from filterproxy.experiments.entry import Entry, JournalError
from filterproxy.experiments.parsed import entry_of
from filterproxy.history.home import CACHE, EXPERIMENTS, cache_folder, replace_bytes
from filterproxy.history.yaml_text import editor, fits_a_line, rendered, shaped
from filterproxy.rulebook.files import read_text
from filterproxy.rulebook.problem import Problem
from filterproxy.rulebook.source import parse

_LOCK = "journal.lock"
_READ = "entries"


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """One writer at a time, of all processes of this machine."""
    try:
        fd = os.open(cache_folder(home) / _LOCK, os.O_CREAT | os.O_RDWR, 0o644)
    except OSError as error:
        raise JournalError(f"{home} cannot be written: {error.strerror}") from None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def read_entry(file: Path, home: Path | None = None) -> Entry:
    """The entry of a file; home: where what was read is remembered. Raises JournalError, without the name."""
    try:
        text = read_text(file)
    except ValueError as error:
        raise JournalError(str(error)) from None
    if "\n<<<<<<< " in f"\n{text}":
        raise JournalError("has marks of a merge that git could not do; settle them")
    if not text.strip():
        raise JournalError("is empty: its writer was cut off; take it away")
    plain = _plain(file.name, text) if home is None else _remembered(home, file, text)
    entry = entry_of(plain, file)
    if entry.name != file.stem:
        raise JournalError(
            f"is of entry {entry.name}; call it {entry.name}.yaml, or mend `number` and `slug`"
        )
    return entry


def _plain(name: str, text: str) -> Any:
    problems: list[Problem] = []
    node = parse(name, text, problems)
    if problems or node is None:
        place = f"line {problems[0].place.line}: {problems[0].what}" if problems else "it holds nothing"
        raise JournalError(f"cannot be read, {place}")
    return node.plain()


def _remembered(home: Path, file: Path, text: str) -> Any:
    """What a file says; YAML is slow to read, so that what was read once stands beside as JSON."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    beside = home / CACHE / _READ / f"{file.stem}.json"
    with contextlib.suppress(OSError, orjson.JSONDecodeError, KeyError, TypeError):
        known = orjson.loads(beside.read_bytes())
        if known["digest"] == digest:
            return known["value"]
    value = _plain(file.name, text)
    with contextlib.suppress(OSError, orjson.JSONEncodeError):
        (cache_folder(home) / _READ).mkdir(exist_ok=True)
        replace_bytes(beside, orjson.dumps({"digest": digest, "value": value}))
    return value


def write_entry(home: Path, entry: Entry) -> Path:
    """The entry's file, new or in place of what stood there. Raises JournalError."""
    file = home / EXPERIMENTS / f"{entry.name}.yaml"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_bytes(file, rendered(entry.as_json()).encode("utf-8"))
    except OSError as error:
        raise JournalError(f"{file} cannot be written: {error.strerror}") from None
    return file


def edit_entry(entry: Entry, changed: Entry) -> None:
    """What differs between the two goes into the entry's file; comments and all else stay as they are."""
    old, new = entry.as_json(), changed.as_json()
    try:
        whole = editor().load(entry.file.read_text("utf-8"))
    except (OSError, YAMLError) as error:
        raise JournalError(f"{entry.file} cannot be edited: {type(error).__name__}") from None
    for key in new:
        if old[key] != new[key]:
            _put(whole, key, new[key])
    out = io.StringIO()
    editor().dump(whole, out)
    try:
        replace_bytes(entry.file, out.getvalue().encode("utf-8"))
    except OSError as error:
        raise JournalError(f"{entry.file} cannot be written: {error.strerror}") from None


def _put(whole: Any, key: str, value: Any) -> None:
    if isinstance(whole.get(key), dict) and isinstance(value, Mapping):
        for inner, one in value.items():
            if whole[key].get(inner) != one:
                _put(whole[key], inner, one)
        for gone in [inner for inner in whole[key] if inner not in value]:
            del whole[key][gone]
    elif isinstance(whole.get(key), list) and isinstance(value, list) and not fits_a_line(value):
        whole[key][:] = [*whole[key][: len(value)], *map(shaped, value[len(whole[key]) :])]
    else:
        whole[key] = shaped(value)
