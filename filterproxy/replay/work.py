"""
The work folder of a replay: what is already judged, so that a run that was cut off goes on where it stopped.

    FOLDER/KEY/manifest.json       what is replayed: files by content, rulebooks, and how exchanges are
                                   batched
    FOLDER/KEY/00000012.json       the tally of batch 12; written beside it and renamed, so it is whole or not
                                   there
    FOLDER/.gitignore              tallies have examples, and so texts of users: they are nothing to commit

KEY is a hash of the manifest: what differs in anything has a folder of its own. It is removed when the replay
is done. Who works in it holds a lock on it. What nobody has gone on with for two weeks goes at the next
replay, whatever that replays: texts of users do not stay for good because somebody pressed Ctrl-C.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

_MANIFEST = "manifest.json"
_KEY_DIGITS = 16
# As long as somebody may be expected to go on with what was cut off.
KEPT_DAYS = 14


class Busy(Exception):
    """Somebody else is at work on the same replay; args[0] names the folder."""


class Work:
    """Results of batches, by number. Open it with `opened`."""

    def __init__(self, folder: Path, resumed: int) -> None:
        self._folder = folder
        self.resumed = resumed

    def get(self, number: int) -> bytes | None:
        """What came of a batch; None where it is not done."""
        try:
            return self._path(number).read_bytes()
        except OSError:
            return None

    def put(self, number: int, content: bytes) -> None:
        """Keep what came of a batch. Raises OSError."""
        path = self._path(number)
        made = path.with_suffix(".tmp")
        made.write_bytes(content)
        made.replace(path)

    def remove(self) -> None:
        """The replay is done: nothing of it stays."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:08}.json"


@contextlib.contextmanager
def opened(folder: Path, manifest: Mapping[str, Any], *, fresh: bool = False) -> Iterator[Work]:
    """
    The work folder of what *manifest* describes, made where it is not there.

    fresh: forget what was done before. Raises Busy, OSError.
    """
    content = orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2) + b"\n"
    place = folder / hashlib.sha256(content).hexdigest()[:_KEY_DIGITS]
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n")
    with _locked(place):
        if fresh:
            for path in place.glob("*.json"):
                path.unlink()
        (place / _MANIFEST).write_bytes(content)
        yield Work(place, len(list(place.glob("[0-9]*.json"))))


def expire(folder: Path, now: float) -> int:
    """
    Remove what was cut off and not gone on with for KEPT_DAYS; how many replays that were.

    now: seconds since 1970. Raises nothing: what cannot be removed stays.
    """
    gone = 0
    with contextlib.suppress(OSError):
        for place in sorted(folder.iterdir()):
            # Each batch that is put there changes the folder.
            if place.is_dir() and now - place.stat().st_mtime > KEPT_DAYS * 24 * 3600:
                with contextlib.suppress(Busy), _locked(place):
                    shutil.rmtree(place)
                    gone += 1
    return gone


@contextlib.contextmanager
def _locked(place: Path) -> Iterator[None]:
    fd = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Busy(str(place)) from None
    finally:
        os.close(fd)
