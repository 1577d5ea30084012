"""The folder in which workers leave what they count, for the admin side to add up."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from filterproxy.proxy.address import StartError

_PREFIX = "filterproxy-counters-"
# Between making a folder and locking it lie microseconds: a younger one may belong to a proxy that starts.
_YOUNG_SECONDS = 60.0


@dataclass(slots=True)
class Counters:
    """
    A folder of one proxy's workers.

    lock: the open folder, with a lock that ends when the parent and every worker that was given *lock* have
    ended, however they did. A pid would not tell: a container's is the same each time it is started.
    """

    folder: Path
    lock: int
    _is_kept: bool = True

    @classmethod
    def made(cls) -> Counters:
        """A new folder, after those were taken away whose proxy was killed. Raises StartError."""
        place = Path(tempfile.gettempdir())
        _sweep(place)
        try:
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
            return cls(folder, _open(folder))
        except OSError:
            raise StartError(
                "no folder for the workers' counters: nothing can be written to /tmp; mount a folder there,"
                " or name another in TMPDIR"
            ) from None

    def forget(self, index: int) -> None:
        """What a dead worker said of itself alone; its totals stay, and its successor adds to them."""
        # Imported only here: the library looks at the environment when it is imported.
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(index, str(self.folder))  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Take the folder away, if that was not done."""
        if self._is_kept:
            self._is_kept = False
            shutil.rmtree(self.folder, ignore_errors=True)
            os.close(self.lock)


def _open(folder: Path) -> int:
    """The folder, open and locked. Raises OSError, BlockingIOError where somebody else holds it."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise
    return fd


def _sweep(place: Path) -> None:
    """Take away the folders in *place* that nobody holds."""
    for folder in place.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # somebody else's, or gone meanwhile
            if time.time() - folder.stat().st_mtime > _YOUNG_SECONDS:
                Counters(folder, _open(folder)).close()
