"""Runs that are repeated when files change."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from rich.console import Console

# Milliseconds that the watcher looks for changes before it says that there were none.
_BEAT = 100

# What a run reads anew; None: everything.
Files = frozenset[Path] | None


def changes(paths: Sequence[Path]) -> Iterator[frozenset[Path]]:
    """
    The files below *paths*, or beside them, that change, each time some do. Raises KeyboardInterrupt.

    The first ones may be none: they say that from now on no change is missed. A folder that is taken away, as
    where a branch has none, is waited for; all that it then holds has changed.
    """
    named = (path if path.is_dir() else path.parent for path in paths)
    folders = {folder for folder in named if folder.is_dir()}  # what is not there, each run complains of
    if not folders:
        yield frozenset()
        return
    yield from _changes(folders, frozenset)
    while True:
        while not all(folder.is_dir() for folder in folders):
            time.sleep(_BEAT / 1000)
        with suppress(FileNotFoundError):  # gone again already
            yield from _changes(folders, lambda: _files(folders))


def _changes(folders: Iterable[Path], first: Callable[[], frozenset[Path]]) -> Iterator[frozenset[Path]]:
    """What changes until one of the folders is another. first: what has changed before, asked for once."""
    from watchfiles import Change, watch

    watched = {os.path.realpath(folder): _identity(folder) for folder in folders}
    is_first = True
    for found in watch(*folders, raise_interrupt=True, rust_timeout=_BEAT, yield_on_timeout=True):
        files = (Path(name) for _, name in found)
        seen = frozenset(file for file in files if not _is_scratch(file))
        deleted = {os.path.realpath(name) for kind, name in found if kind is Change.deleted}
        # By what is told, too: the number of a folder that was taken away is soon given to another.
        gone = [Path(at) for at, was in watched.items() if at in deleted or _identity(at) != was]
        if is_first:
            yield seen | first()
            is_first = False
        elif seen or gone:
            yield seen.union(gone)
        if gone:
            return


def _identity(folder: str | Path) -> tuple[int, int] | None:
    """What tells a folder from another of the same name; None where there is none."""
    try:
        found = os.stat(folder)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _files(folders: Iterable[Path]) -> frozenset[Path]:
    found = (file for folder in folders for file in folder.rglob("*"))
    return frozenset(file for file in found if not _is_scratch(file))


def _is_scratch(file: Path) -> bool:
    """Whether an editor keeps its own things there."""
    return file.name.startswith((".", "#", "4913")) or file.name.endswith(("~", ".swp", ".tmp"))


def again(run: Callable[[Files], bool], changed: Iterable[frozenset[Path]], out: Console) -> None:
    """
    Run everything at the first change, then what each one concerns, until they end or Ctrl-C is pressed.

    run: whether it came to a result. What a run that did not would have read, the next one reads. The screen
    is cleared before a run on a terminal only: what goes to a file is kept.
    """
    owed: Files = None
    try:
        for files in changed:
            owed = None if owed is None else owed | files
            _clear(out)
            if run(owed):
                owed = frozenset()
            _say(out, sorted(file.name for file in files))
    except KeyboardInterrupt:
        pass
    out.print()


def _clear(out: Console) -> None:
    if out.is_terminal:
        out.clear()


def _say(out: Console, names: Sequence[str]) -> None:
    after = f"ran after {', '.join(names)}; " if names else ""
    out.print(f"{after}waiting for changes, Ctrl-C ends", style="dim")
    out.file.flush()


def concerned(files: Files, packs: Sequence[Path], tests: Sequence[Path]) -> tuple[Files, Files]:
    """
    Which packs' examples and which files of conversations a change concerns; None: all.

    A pack: its own examples, and every conversation, since they run the whole chain. A file of conversations:
    these. Any other file may be a list or a schema that packs name: the packs of its folder, and those above.
    """
    if files is None:
        return None, None
    resolved = {file.resolve() for file in files}
    same_tests = frozenset(test for test in tests if test.resolve() in resolved)
    others = resolved - {test.resolve() for test in tests}
    same_packs = frozenset(pack for pack in packs if _concerns(pack.resolve(), others, packs))
    return same_packs, (None if others else same_tests)


def _concerns(pack: Path, changed: Iterable[Path], packs: Sequence[Path]) -> bool:
    known = {one.resolve() for one in packs}
    return any(file == pack or (file not in known and pack.parent in file.parents) for file in changed)
