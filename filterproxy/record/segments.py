"""
The files of one log in one worker: whole lines go into the file that is open, which is closed when it is
large or old enough; then it is packed, and what is too old or too much is removed.

A write is of whole lines, and one that fails half-way is taken back, so that only the end of the machine
or of the disk leaves a line torn; a process begins a new file, never behind a torn line. Files go to the
disk when they are closed, and every SYNC_SECONDS: the end of a process loses nothing that was written,
that of the machine up to this much.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filterproxy.config import LogConfig
from filterproxy.record.names import PLAIN, files_of, is_at, leftovers, locked, twins_of
from filterproxy.record.packing import lines_in, pack
from filterproxy.record.purge import Lists

SYNC_SECONDS = 5.0
# A file covers at most a day, so that no line outlives `max_age` by more.
_MOST_SECONDS = 86400.0
# Of one write: whatever else runs waits for no longer than this takes.
_WRITE_BYTES = 1 << 18
# Two workers begin a file in the same microsecond once in a while, and not thrice.
_TRIES = 10

# A line with the id that it is about.
Row = tuple[str, bytes]


@dataclass(slots=True)
class _Open:
    path: Path
    fd: int
    began: float
    size: int = 0
    synced: float = 0.0
    dirty: bool = False


class Segments:
    """
    Where lines go. Not safe for several threads. clock: seconds since 1970.

    Everything raises OSError; nothing is lost then, and it may be called again.
    """

    def __init__(
        self, log: str, worker: int, config: LogConfig, clock: Callable[[], float] = time.time
    ) -> None:
        self._log = log
        self._worker = worker
        self._config = config
        self._clock = clock
        self.folder = Path(config.folder)
        self._most_seconds = min(_MOST_SECONDS, config.max_age_seconds)
        self._open: _Open | None = None
        self._lists = Lists(self.folder)
        self._must_close = False
        self._to_pack = False
        self._written = 0
        self._purged = 0

    def write(self, rows: deque[Row]) -> None:
        """
        Write lines, and take them from *rows* as they are written, or left out because they were purged.
        """
        while rows:
            file = self._file()
            if self.look_for_purge():
                continue
            block: list[bytes] = []
            room = min(_WRITE_BYTES, self._config.file_bytes - file.size)
            size = taken = 0
            for id, line in rows:
                if block and size + len(line) > room:
                    break
                taken += 1
                if self._lists.has(id):
                    continue
                block.append(line)
                size += len(line)
            if block:
                self._append(file, b"".join(block))
            self._written += len(block)
            self._purged += taken - len(block)
            for _ in range(taken):
                rows.popleft()
            if file.size >= self._config.file_bytes:
                self.close()

    def counted(self) -> tuple[int, int]:
        """Lines that were written since the last time, and that were left out as somebody had them purged."""
        counts = (self._written, self._purged)
        self._written = self._purged = 0
        return counts

    def look_for_purge(self) -> bool:
        """Whether lines must go that may be in the open file: it is closed then, for others to rewrite it."""
        self._must_close = self._lists.read() or self._must_close
        if not self._must_close:
            return False
        self.close()
        self._must_close = False
        return True

    def tick(self) -> None:
        """What is to be done now and then."""
        self.look_for_purge()
        file = self._open
        if file is None:
            return
        now = self._clock()
        if now - file.began >= self._most_seconds:
            self.close()
        elif file.dirty and now - file.synced >= SYNC_SECONDS:
            self._sync(file)

    def close(self) -> None:
        """Close the open file; the next line opens another."""
        file = self._open
        if file is None:
            return
        if file.dirty:
            self._sync(file)
        self._open = None
        if not file.size and is_at(file.fd, file.path):
            file.path.unlink()
        os.close(file.fd)
        self._to_pack = True

    @property
    def wants_upkeep(self) -> bool:
        """Whether a file was closed that is not packed yet."""
        return self._to_pack

    def upkeep(self) -> int:
        """Pack what is complete, remove what is too old or too much; how many lines were too much."""
        self._to_pack = False
        for path in (*leftovers(self.folder), *twins_of(self.folder)):
            _remove(path)  # of processes that died while they were rewriting a file
        self._lists.forget(self._clock())
        try:
            return self._retain()
        finally:  # last, since it needs room
            self._pack()

    def _pack(self) -> None:
        for path in files_of(self.folder, self._log):
            if path.name.endswith(PLAIN):
                with locked(path) as fd:
                    if fd is not None and os.fstat(fd).st_size:
                        pack(path, fd)

    def _retain(self) -> int:
        """Remove files: the too old, then the oldest until there is room for another one."""
        now, lost = self._clock(), 0
        kept: list[tuple[Path, int]] = []
        for path in files_of(self.folder, self._log):
            with contextlib.suppress(FileNotFoundError):
                found = path.stat()
                if now - found.st_mtime <= self._config.max_age_seconds or not _remove(path):
                    kept.append((path, found.st_size))
        # The file that is written next may grow to its full size before anybody looks again.
        most = self._config.folder_bytes - self._config.file_bytes
        total = sum(size for _, size in kept)
        for path, size in kept:
            if total <= most:
                break
            lines = lines_in(path)
            if _remove(path):
                total -= size
                lost += lines
        return lost

    def _file(self) -> _Open:
        file = self._open
        if file is not None and not is_at(file.fd, file.path):  # somebody took it, or its folder, away
            os.close(file.fd)
            file = self._open = None
        if file is None:
            file = self._open = self._begin()
        return file

    def _begin(self) -> _Open:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for _ in range(_TRIES):
            now = self._clock()
            start = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%S%fZ")
            path = self.folder / f"{self._log}-{self._worker}-{start}{PLAIN}"
            try:
                fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            except FileExistsError:
                time.sleep(1e-6)
                continue
            fcntl.flock(fd, fcntl.LOCK_EX)
            if is_at(fd, path):  # nobody has tidied it up before it was locked
                return _Open(path, fd, now, synced=now)
            os.close(fd)
        raise FileExistsError(f"{_TRIES} files were there already, the last {path}")

    def _append(self, file: _Open, block: bytes) -> None:
        at = 0
        try:
            while at < len(block):
                at += os.write(file.fd, block[at:] if at else block)
        except OSError:
            if at:
                self._take_back(file)
            raise
        file.size += len(block)
        file.dirty = True

    def _take_back(self, file: _Open) -> None:
        try:
            os.ftruncate(file.fd, file.size)
        except OSError:  # then nothing more goes behind the torn line
            self._open = None
            os.close(file.fd)

    def _sync(self, file: _Open) -> None:
        os.fsync(file.fd)
        file.synced = self._clock()
        file.dirty = False


def _remove(path: Path) -> bool:
    """Whether a file is gone now; not while somebody writes it."""
    with locked(path) as fd:
        if fd is not None:
            path.unlink(missing_ok=True)
            return True
    return not path.exists()
