"""
When files that are rules have changed.

What is watched are folders, never files: editors put a new file in the place of the old one. Links are
followed one by one, and the folder of each is watched as well, because a change of rules may be a link that
leads elsewhere: Kubernetes swaps `..data`, git-sync the name of its worktree. Folders that go, or that tell
nobody (network file systems), are found out by looking at what stands there every two seconds.
"""

from __future__ import annotations

import asyncio
import logging
import os
import stat
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path

from watchfiles import Change, awatch
from watchfiles._rust_notify import WatchfilesRustInternalError

_log = logging.getLogger(__name__)

# An editor, or a deployment, writes several files: one reload for all that changes within this time.
_DEBOUNCE_MS = 200
# How long one more change is waited for.
_STEP_MS = 50
# Between two looks at what stands there.
_LOOK_MS = 2000
# Links that lead to links: as many as Linux follows.
_MOST_LINKS = 40

# Names, each with what stands under it: which file, its size, when it was written (ns since 1970).
State = dict[str, tuple[int, int, int] | None]


class Watch:
    """
    Tells of changes of *paths* since it was made.

    paths: files, and folders whose files count (not those of folders in them); hidden files are an editor's.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(Path(os.path.abspath(path)) for path in paths)
        self._seen = state(self._paths)

    async def changes(self) -> AsyncGenerator[None]:
        """One item for each change, or for several that come together; never ends."""
        while True:
            try:
                await self._change()
            except (OSError, WatchfilesRustInternalError) as error:
                # A folder that has just gone, or too many are watched on this machine.
                _log.debug("not told of changes: %s", error)
                await asyncio.sleep(_LOOK_MS / 1000)
                if not self._is_new():
                    continue
            yield

    async def _change(self) -> None:
        """Wait for something new. Raises OSError where nobody tells."""
        # Anew each time: links may lead elsewhere.
        folders = sorted({folder for path in self._paths for folder in followed(path)})
        told = awatch(
            *folders,
            watch_filter=_counts,
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
            recursive=False,
        )
        async with aclosing(told):
            first = asyncio.ensure_future(anext(told))
            try:
                # One step, and it listens: what changed before is seen here, what changes later is told.
                await asyncio.sleep(0)
                if self._is_new():
                    return
                await first
            finally:
                first.cancel()
                await asyncio.gather(first, return_exceptions=True)
            while not self._is_new():
                await anext(told)

    def _is_new(self) -> bool:
        now = state(self._paths)
        is_new = now != self._seen
        self._seen = now
        return is_new


def _counts(change: Change, path: str) -> bool:
    return counts(os.path.basename(path))


def counts(name: str) -> bool:
    """Whether a file of this name may be rules; Kubernetes' link is the one hidden name that matters."""
    return name == "..data" or not (name.startswith(".") or name.endswith("~"))


def followed(path: Path) -> list[str]:
    """
    The folders whose entries decide what *path* is: of each link on the way, and of what it leads to.

    Of what is not there it is the nearest folder that is.
    """
    found: list[str] = []
    rest = list(reversed(path.parts[1:]))
    at, links = path.anchor, 0
    while rest:
        name = rest.pop()
        here = os.path.normpath(os.path.join(at, name))
        try:
            mode = os.lstat(here).st_mode
        except OSError:
            return [*found, at]
        if stat.S_ISLNK(mode) and links < _MOST_LINKS:
            links += 1
            found.append(at)
            target = os.readlink(here)
            if target.startswith("/"):
                at = "/"
            rest.extend(part for part in reversed(target.split("/")) if part not in ("", "."))
        elif stat.S_ISDIR(mode):
            at = here
        else:
            return [*found, at]
    return [*found, at]


def state(paths: Sequence[Path]) -> State:
    """What stands at *paths* now."""
    found: State = {}
    for path in paths:
        found[str(path)] = _stamp(path)
        try:
            names = os.listdir(path)
        except OSError:
            continue
        found |= {f"{path}/{name}": _stamp(path / name) for name in names if counts(name)}
    return found


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """None for what is not there; a folder's own time tells of hidden files too."""
    try:
        found = path.stat()
    except OSError:
        return None
    if stat.S_ISDIR(found.st_mode):
        return (found.st_ino, 0, 0)
    return (found.st_ino, found.st_size, found.st_mtime_ns)
