"""The commits that touched the rules, each with the hash of the rulebook that it left."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import filterproxy.rulebook
from filterproxy.history.errors import HistoryError
from filterproxy.history.git import Commit, Repository
from filterproxy.history.home import CACHE, cache_folder
from filterproxy.history.revision import Files, document_at, files_of, known_at
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.problem import RulebookError

# Commits that are looked at unless told otherwise: a rule edited every working day is there for a year.
MOST = 300

EVERYWHERE = ("--all", "HEAD")
FIRST_PARENTS = ("--first-parent", "HEAD")

_CACHE = "git-hashes.jsonl"
# Documents that stay in memory: a history reads each of them twice. The shipped rules are one of 1 MB.
_KEPT = 32


@dataclass(frozen=True, slots=True)
class Revision:
    """
    A commit and its rulebook. hash: "" where the packs do not load, and why then says what hinders.
    """

    commit: Commit
    hash: str
    why: str = ""


@dataclass(slots=True)
class Walk:
    """
    Walks the commits of the rules at *paths* (from the top of the repository, in the order of the rulebook).

    home: where hashes are remembered, None to remember nothing. known: files of what is known, which a hash
    counts too; each commit's own where git has them.
    """

    repository: Repository
    paths: Sequence[str]
    home: Path | None = None
    known: Sequence[Path] = ()
    _known: dict[str, str] = field(default_factory=dict)
    _documents: dict[str, Document] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.home is not None:
            self._known = _read(self.home / CACHE / _CACHE)

    def revisions(self, heads: Sequence[str], most: int = MOST) -> Iterator[Revision]:
        """At most that many commits, newest first."""
        if not self.repository.has_commits():
            return
        for commit in self.repository.log(heads, [*self.paths, *self._beside()], most):
            yield self.revision(commit)

    def revision(self, commit: Commit) -> Revision:
        """A commit with the hash of its rulebook."""
        try:
            files = self.files(commit)
            return Revision(commit, self._hash(files, commit))
        except RulebookError as error:
            first = error.problems[0]
            more = f", and {len(error.problems) - 1} more" if len(error.problems) > 1 else ""
            return Revision(commit, "", f"its packs do not load: {first.place.file}: {first.what}{more}")
        except HistoryError as error:
            return Revision(commit, "", str(error))

    def files(self, commit: Commit) -> Files:
        """The files of a commit's rulebook. Raises HistoryError."""
        return files_of(self.repository, commit.id, self.paths)

    def document(self, commit: Commit) -> Document:
        """The rulebook of a commit. Raises HistoryError, RulebookError."""
        if commit.id not in self._documents:
            found = document_at(self.repository, commit.id, self.files(commit), commit.id[:12], self.known)
            if len(self._documents) >= _KEPT:
                del self._documents[next(iter(self._documents))]
            self._documents[commit.id] = found
        return self._documents[commit.id]

    def _hash(self, files: Files, commit: Commit) -> str:
        # By content: many commits leave the same files, as edits of tests, merges and reverts do.
        texts = known_at(self.repository, commit.id, self.known)
        parts = [*files.packs, "", *(f"{blob.path}:{blob.id}" for blob in files.blobs)]
        key = _key([*parts, "", *(part for pair in texts.items() for part in pair)])
        if key not in self._known:
            self._remember(key, self.document(commit)["hash"])
        return self._known[key]

    def _beside(self) -> list[str]:
        """Files outside the folders of packs that the newest packs name: a commit may touch only those."""
        try:
            files = files_of(self.repository, "HEAD", self.paths)
        except HistoryError:
            return []
        folders = tuple(f"{path}/" if path else "" for path in self.paths)
        named = [blob.path for blob in files.blobs if not blob.path.startswith(folders)]
        return named + [path for file in self.known if (path := self.repository.inside(file))]

    def _remember(self, key: str, hash: str) -> None:
        self._known[key] = hash
        if self.home is None:
            return
        try:
            with (cache_folder(self.home) / _CACHE).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "hash": hash}) + "\n")
        except OSError:
            self.home = None  # it only saves time


def _read(file: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return found
    for line in lines:
        try:
            entry = json.loads(line)
            found[str(entry["key"])] = str(entry["hash"])
        except (ValueError, KeyError, TypeError):
            continue  # a torn line is worked out again
    return found


def _key(parts: Sequence[str]) -> str:
    whole = json.dumps([_reader(), *parts])
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@cache
def _reader() -> str:
    """A digest of the code that reads packs: another version may make another form of the same file."""
    folder = Path(filterproxy.rulebook.__file__).parent
    whole = hashlib.sha256()
    for file in sorted(folder.glob("*.py")):
        whole.update(file.read_bytes())
    return whole.hexdigest()
