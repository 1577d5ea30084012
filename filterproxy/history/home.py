"""
The folder `.filterproxy`: where a team's experiments, labels and rulebooks stand, beside its rules.

    .filterproxy/experiments/NNNN-slug.yaml   one file an experiment
    .filterproxy/labels.jsonl                 what people said about replies
    .filterproxy/rulebooks/HASH.json.zst      rulebooks that were tried
    .filterproxy/cache/                       what can be worked out again; it tells git to leave it out
    .filterproxy/.gitattributes               tells git to keep the lines of both branches

It is looked for from the working folder upwards, as git looks for its own, and made on first use: where the
repository begins, or else in the working folder.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from filterproxy.history.errors import HistoryError

NAME = ".filterproxy"
EXPERIMENTS, RULEBOOKS, CACHE = "experiments", "rulebooks", "cache"

_IGNORED = b"# What can be worked out again.\n*\n"
_ATTRIBUTES = b"""# Lines are only ever added, on every branch.
*.jsonl merge=union
"""


def find_home(start: Path | None = None) -> Path | None:
    """The nearest `.filterproxy` from *start* (the working folder) upwards; None where there is none."""
    return _upwards(start or Path.cwd(), NAME)


def make_home(start: Path | None = None) -> Path:
    """The nearest `.filterproxy`, made where there is none. Raises HistoryError where it cannot be."""
    start = (start or Path.cwd()).resolve()
    home = find_home(start)
    if home is not None:
        return home
    repository = _upwards(start, ".git")
    home = (start if repository is None else repository.parent) / NAME
    try:
        home.mkdir(exist_ok=True)
    except OSError as error:
        raise HistoryError(
            f"{home} cannot be made: {error.strerror}; make it where you may write, or start from there"
        ) from None
    return home


def keep_lines_of_both(home: Path) -> None:
    """Tell git so of files of lines: else two people who both labelled, each on a branch, have a conflict."""
    file = home / ".gitattributes"
    with contextlib.suppress(OSError):  # then they have that
        if not file.exists():
            replace_bytes(file, _ATTRIBUTES)


def home_for_cache(start: Path) -> Path | None:
    """The nearest `.filterproxy`, else one made for *start*; None where that cannot be."""
    try:
        return find_home() or make_home(start)
    except HistoryError:
        return None


def cache_folder(home: Path) -> Path:
    """The folder of what can be worked out again, made where there is none. Raises OSError."""
    folder = home / CACHE
    folder.mkdir(parents=True, exist_ok=True)
    # In itself, so that it holds for whoever clones the journal, and shows nowhere.
    if not (folder / ".gitignore").exists():
        replace_bytes(folder / ".gitignore", _IGNORED)
    return folder


def _upwards(start: Path, name: str) -> Path | None:
    folder = start.resolve()
    return next((found for at in (folder, *folder.parents) if (found := at / name).exists()), None)


def replace_bytes(path: Path, content: bytes) -> None:
    """Write a file so that whoever reads it sees all of it or what stood there before. Raises OSError."""
    fd, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files for their owner alone; these are for the team.
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
