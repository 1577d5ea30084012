"""
What git knows, asked through its own command; nothing in the author's tree or index is touched.

Git's program is asked rather than its files read: it knows about worktrees, packed objects, partial clones
and who may read what. Every path here is relative to the top of the repository, with `/`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filterproxy.history.errors import HistoryError

# Seconds. A log of ten thousand commits takes one; a server that is asked for missing objects takes more.
_TIMEOUT = 120
_LINK = "120000"
_UNIT = "\x1f"
# What git sets for its hooks: it names the repository from another folder than the one that is asked about.
_OF_A_HOOK = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}


@dataclass(frozen=True, slots=True)
class Commit:
    """id: in hexadecimal digits, whole. when: RFC 3339, as its author's clock said."""

    id: str
    when: str
    author: str
    subject: str


@dataclass(frozen=True, slots=True)
class Blob:
    """A file of a commit. size: in bytes. link: whether its content is the name of another file."""

    path: str
    id: str
    size: int
    link: bool = False


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository; root is the top of the working tree."""

    root: Path

    @staticmethod
    def at(folder: Path) -> Repository:
        """The repository around *folder*. Raises HistoryError where there is none."""
        found = folder.resolve()
        while not found.is_dir():
            found = found.parent
        top = _git(found, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n")
        return Repository(Path(top).resolve())

    def inside(self, path: Path) -> str | None:
        """*path* from the top of the repository, "" for the top itself; None where it is not below."""
        whole = Path(os.path.abspath(path))
        for one in (whole, whole.resolve()):
            if one.is_relative_to(self.root):
                below = one.relative_to(self.root).as_posix()
                return "" if below == "." else below
        return None

    def commit(self, revision: str) -> Commit:
        """The commit that a revision names. Raises HistoryError where it names none."""
        try:
            id = _git(
                self.root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
            )
        except HistoryError as error:
            look = "see `git log` and `git tag`"
            if self.shallow():
                look = "this clone is shallow: `git fetch --unshallow` brings what is older"
            raise HistoryError(f'git knows no revision "{revision}" here; {look}') from error
        return self.log([id.decode().strip()], (), 1)[0]

    def shallow(self) -> bool:
        """Whether older commits were left out when it was cloned."""
        return _git(self.root, "rev-parse", "--is-shallow-repository").strip() == b"true"

    def log(self, heads: Sequence[str], paths: Sequence[str], most: int) -> list[Commit]:
        """At most that many commits that touched *paths*, newest first; heads: as git log takes them."""
        form = _UNIT.join(("%H", "%aI", "%an", "%s"))
        arguments = ["log", "-z", f"--max-count={most}", f"--format={form}", *heads, "--"]
        said = _git(self.root, "--literal-pathspecs", *arguments, *(path or "." for path in paths))
        lines = said.decode("utf-8", "replace").split("\0")
        return [Commit(*line.split(_UNIT, 3)) for line in lines if line]

    def clean(self, paths: Sequence[str]) -> bool:
        """Whether *paths* stand in the working tree as the last commit has them."""
        said = _git(
            self.root,
            "--literal-pathspecs",
            "status",
            "--porcelain",
            "--untracked-files=normal",
            "--",
            *(path or "." for path in paths),
        )
        return not said.strip()

    def has_commits(self) -> bool:
        """False for a repository that was only begun."""
        try:
            _git(self.root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        except HistoryError:
            return False
        return True

    def files(self, commit: str, paths: Sequence[str]) -> list[Blob]:
        """Files of *commit* that *paths* name; of a path that ends in `/`, or is "", what it holds."""
        wanted = [path for path in paths if path != ""]
        arguments = ["ls-tree", "-z", "-l", commit]
        said = _git(self.root, *arguments, "--", *wanted) if wanted else b""
        if len(wanted) < len(paths):
            said += _git(self.root, *arguments)
        found = [_blob(line) for line in said.decode("utf-8", "surrogateescape").split("\0") if line]
        return [blob for blob in found if blob is not None]

    def contents(self, blobs: Sequence[Blob]) -> Mapping[str, bytes]:
        """What stands in files, by their paths."""
        if not blobs:
            return {}
        asked = "".join(f"{blob.id}\n" for blob in blobs).encode()
        said = _git(self.root, "cat-file", "--batch", given=asked)
        found: dict[str, bytes] = {}
        at = 0
        for blob in blobs:
            end = said.index(b"\n", at)
            words = said[at:end].split()
            if len(words) != 3:
                raise HistoryError(f"git has lost {blob.path}: `git fsck` says more")
            size = int(words[2])
            found[blob.path] = said[end + 1 : end + 1 + size]
            at = end + 1 + size + 1
        return found


def user(folder: Path) -> str:
    """Who commits in *folder*, by git's configuration; "" where it does not say."""
    try:
        return _git(folder, "config", "user.name").decode("utf-8", "replace").strip()
    except HistoryError:
        return ""


def _blob(line: str) -> Blob | None:
    about, path = line.split("\t", 1)
    mode, kind, id, size = about.split()
    return Blob(path, id, int(size), mode == _LINK) if kind == "blob" else None


def _git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    environment = {key: value for key, value in os.environ.items() if key not in _OF_A_HOOK}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), "--no-pager", "-c", "log.showSignature=false", *arguments],
            input=given,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT,
            env=environment,
        )
    except FileNotFoundError:
        raise HistoryError(
            "git is not installed here; without it there are only files and the journal"
        ) from None
    except subprocess.TimeoutExpired:
        raise HistoryError(f"git did not answer within {_TIMEOUT} seconds in {folder}") from None
    if done.returncode:
        raise HistoryError(_why(folder, done.stderr.decode("utf-8", "replace")))
    return done.stdout


def _why(folder: Path, said: str) -> str:
    if "not a git repository" in said:
        return f"{folder} is in no git repository, so there are no revisions; name a folder of packs instead"
    if "must be run in a work tree" in said:
        return f"{folder} is in a repository without files; name a clone that has them"
    if "dubious ownership" in said:
        allow = f"git config --global --add safe.directory {folder}"
        return f"git does not read {folder}, which belongs to somebody else; `{allow}` says that it may"
    return f"git says of {folder}: {said.strip().removeprefix('fatal: ') or 'nothing, and failed'}"
