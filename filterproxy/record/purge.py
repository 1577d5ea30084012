"""
Lines are taken away by the id that they are about, also while workers write.

Theory of operation. First the ids are put on a *list*, a file in FOLDER/.purge. A writer looks at the
lists before each write, and once a second when nothing comes: on a new one it closes its file, and for an
hour, longer than a reply takes, it writes no line with such an id. Then each file of the folder whose
lock can be had is rewritten without the lines. A file that somebody is writing is read: when it has such
lines its writer will close it within a second; when it has none, twice, a second apart, none will come
any more.

Files are replaced, not changed in place: who reads the old one reads it to its end.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from filterproxy.record.names import files_of, is_at, leftovers, lock, locked, twins_of
from filterproxy.record.packing import Unreadable, give_to, opened, rewrite

_FOLDER = ".purge"
_LIST = ".ids"
# Of one call: they are in each writer's memory for an hour.
MOST_IDS = 100_000
_LIST_SECONDS = 3600.0
# Longer than the second in which writers look at the lists.
_SETTLED_SECONDS = 1.5
_LOOK_SECONDS = 0.1


class Lists:
    """What a writer knows of the lists in its folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / _FOLDER
        self._ids: dict[str, frozenset[str]] = {}

    def read(self) -> bool:
        """Whether there is a list that was not there before. Raises OSError."""
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            names = []
        new = [name for name in names if name.endswith(_LIST) and name not in self._ids]
        for name in new:
            with contextlib.suppress(FileNotFoundError):
                self._ids[name] = frozenset((self._folder / name).read_text("utf-8").split("\n"))
        return bool(new)

    def has(self, id: str) -> bool:
        """Whether lines about *id* must go."""
        return any(id in ids for ids in self._ids.values())

    def forget(self, now: float) -> None:
        """Take lists away whose hour is over. now: seconds since 1970."""
        with contextlib.suppress(FileNotFoundError):
            for path in self._folder.iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if now - path.stat().st_mtime > _LIST_SECONDS:
                        path.unlink()
                        self._ids.pop(path.name, None)
        there = {path.name for path in self._folder.iterdir()} if self._folder.is_dir() else set()
        self._ids = {name: ids for name, ids in self._ids.items() if name in there}


def announce(folder: Path, ids: Collection[str]) -> None:
    """Put *ids* on a list, for those who write to *folder*. Raises OSError."""
    at, owner = folder / _FOLDER, folder.stat()
    at.mkdir(mode=0o700, exist_ok=True)
    fd = os.open(at, os.O_RDONLY | os.O_DIRECTORY)
    give_to(fd, owner)
    os.close(fd)
    fd, made = tempfile.mkstemp(dir=at)
    give_to(fd, owner)
    with open(fd, "w", encoding="utf-8") as file:
        file.write("\n".join(ids))
    os.rename(made, f"{made}{_LIST}")


@dataclass(slots=True)
class Purged:
    """
    What came of it.

    removed: lines, by file. found: the ids that they were about. failed: files in which such lines may
    still be, and why.
    """

    removed: dict[Path, int] = field(default_factory=dict)
    found: set[str] = field(default_factory=set)
    failed: dict[Path, str] = field(default_factory=dict)


def purge(
    folder: Path,
    ids: Collection[str],
    wait_seconds: float,
    pause: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Purged:
    """
    Take all lines about *ids* out of the files of *folder*.

    wait_seconds: how long writers have to let go of a file. Raises OSError where the folder cannot be read or
    written.
    """
    announce(folder, ids)
    return _Purge(ids, clock).run(folder, wait_seconds, pause)


class _Purge:
    def __init__(self, ids: Collection[str], clock: Callable[[], float]) -> None:
        self._ids = frozenset(ids)
        self._clock = clock
        self._began = clock()
        self._done: set[Path] = set()
        self.purged = Purged()

    def run(self, folder: Path, wait_seconds: float, pause: Callable[[float], None]) -> Purged:
        deadline = self._began + wait_seconds
        while True:
            for path in (*leftovers(folder), *twins_of(folder)):
                _remove_unlocked(path)
            left = [path for path in files_of(folder) if path not in self._done and not self._settle(path)]
            if not left:
                return self.purged
            if self._clock() >= deadline:
                self.purged.failed.update({path: "a worker is still writing it" for path in left})
                return self.purged
            pause(_LOOK_SECONDS)

    def _settle(self, path: Path) -> bool:
        """Whether a file needs no more looking at."""
        try:
            settled = self._purge_or_look(path)
        except (OSError, Unreadable) as error:
            self.purged.failed[path] = error.strerror or "?" if isinstance(error, OSError) else str(error)
            settled = True
        if settled:
            self._done.add(path)
        return settled

    def _purge_or_look(self, path: Path) -> bool:
        try:
            fd = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return False  # packed meanwhile, perhaps: looked for again
        try:
            if lock(fd):
                if not is_at(fd, path):
                    return False  # replaced meanwhile: looked at again
                self._purge(path, fd)
                return True
            return self._clock() - self._began >= _SETTLED_SECONDS and not self._is_in(path)
        finally:
            os.close(fd)

    def _is_in(self, path: Path) -> bool:
        with opened(path) as file:
            return any(self._goes(line) for line in file)

    def _goes(self, line: bytes) -> str:
        """The id for which a line must go; "" where it may stay."""
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:  # torn: its id, if it has one, is whole, since it comes first
            return next((id for id in self._ids if id.encode() in line), "")
        id = value.get("id") if isinstance(value, dict) else None
        return id if isinstance(id, str) and id in self._ids else ""

    def _purge(self, path: Path, fd: int) -> None:
        found: list[str] = []
        with tempfile.TemporaryFile(dir=path.parent) as kept_file:
            kept = 0
            with opened(path) as file:
                for line in file:
                    if id := self._goes(line):
                        found.append(id)
                    else:
                        kept_file.write(line)
                        kept += 1
            if not found:
                return
            if not kept:
                path.unlink()
            else:
                kept_file.flush()
                kept_file.seek(0)
                rewrite(path, fd, kept_file)
        self.purged.removed[path] = len(found)
        self.purged.found.update(found)


def _remove_unlocked(path: Path) -> None:
    with locked(path) as fd:
        if fd is not None:
            path.unlink(missing_ok=True)


def read_ids(given: Iterable[str]) -> list[str]:
    """Ids, each once, in order; of lines that hold nothing none."""
    return list(dict.fromkeys(id for one in given if (id := one.strip())))
