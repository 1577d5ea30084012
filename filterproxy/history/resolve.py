"""
Whatever names a rulebook → its document.

    rules/  rules/pii.yaml         packs as they are
    live                           the rules that the caller runs
    git:main  git:v1.2:rules       packs as a revision has them
    de745cad3346c110               a hash that a decision, a metric or an experiment names
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from filterproxy.history.errors import HistoryError
from filterproxy.history.git import Commit, Repository
from filterproxy.history.home import find_home, home_for_cache
from filterproxy.history.revision import document_at, files_of
from filterproxy.history.stored import HASH, fetch, stored
from filterproxy.history.walk import EVERYWHERE, MOST, Revision, Walk
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.load import load, shipped_rules

LIVE = "live"
GIT = "git:"


def document_of(
    spec: str | Path | Sequence[str | Path],
    known: Sequence[Path] = (),
    *,
    rules: Sequence[Path] = (),
    most: int = MOST,
) -> Document:
    """
    The checked document that *spec* names: one of the above, or a list of paths.

    known: files of what is known; a revision's own where git has them. rules: what is live, and where
    revisions and hashes are looked for when nothing else is said; by default the folder `rules`, and as live
    what ships where there is none. most: commits looked at for a hash. Raises RulebookError for packs
    with mistakes, and HistoryError (a ValueError) where there is no such rulebook.
    """
    if not isinstance(spec, str):
        return load([Path(spec)] if isinstance(spec, Path) else [Path(path) for path in spec], known)
    if spec == LIVE:
        return load(rules_or_default(rules), known)
    if spec.startswith(GIT):
        return _of_revision(spec.removeprefix(GIT), known, rules)
    if HASH.fullmatch(spec) and not Path(spec).exists():
        return found_by_hash(spec, known, rules=rules, most=most).document
    if not Path(spec).exists() and (hint := _hint(spec)):
        raise HistoryError(hint)
    return load([Path(spec)], known)


# Where packs are looked for when nothing is said.
FOLDER = Path("rules")


def rules_or_default(rules: Sequence[Path] = ()) -> list[Path]:
    """*rules*, or the folder `rules` of the working folder, or the packs that ship."""
    return list(rules) or [FOLDER if FOLDER.is_dir() else shipped_rules()]


def _hint(spec: str) -> str:
    if "/" in spec or spec.endswith((".yaml", ".yml")):
        return ""
    try:
        Repository.at(Path.cwd()).commit(spec)
    except HistoryError:
        return ""
    return f'there is no file or folder "{spec}"; for the revision of git write {GIT}{spec}'


def _of_revision(text: str, known: Sequence[Path], rules: Sequence[Path]) -> Document:
    revision, _, folder = text.partition(":")
    repository, paths = _where(folder, rules)
    commit = repository.commit(revision or "HEAD")
    files = files_of(repository, commit.id, paths)
    return document_at(repository, commit.id, files, revision or "HEAD", known)


def _where(folder: str, rules: Sequence[Path]) -> tuple[Repository, list[str]]:
    """A repository, and the paths of packs in it; a FOLDER is named from its top, as git does."""
    if not folder:
        # Never those that ship: their repository would be the program's.
        return repository_of(list(rules) or [FOLDER])
    repository = Repository.at(Path.cwd())
    below = Path(folder) if folder.startswith(("./", "../")) else repository.root / folder
    return repository, _below(repository, [below])


def repository_of(packs: Sequence[Path]) -> tuple[Repository, list[str]]:
    """The repository of packs, and where they stand in it. Raises HistoryError."""
    repository = Repository.at(packs[0])
    return repository, _below(repository, packs)


def _below(repository: Repository, packs: Sequence[Path]) -> list[str]:
    paths = [repository.inside(pack) for pack in packs]
    if None in paths:
        raise HistoryError(
            f"not all of the packs stand in the repository {repository.root}, and no revision has the others;"
            " name a folder inside it, as in git:REV:FOLDER"
        )
    return [path for path in paths if path is not None]


def commit_of(spec: str, rules: Sequence[Path] = ()) -> str:
    """The commit behind `git:REV`, or behind packs that are as git has them; "" where there is none."""
    revision, folder = "HEAD", ""
    if spec.startswith(GIT):
        revision, _, folder = spec.removeprefix(GIT).partition(":")
    elif spec != LIVE:
        if not Path(spec).exists():
            return ""
        rules = (Path(spec),)
    try:
        repository, paths = _where(folder, rules)
        clean = spec.startswith(GIT) or repository.clean(paths)
        return repository.commit(revision or "HEAD").id if clean else ""
    except HistoryError:
        return ""


@dataclass(frozen=True, slots=True)
class Found:
    """A rulebook found by its hash; commit: the newest that left it, None where only the journal has it."""

    document: Document
    commit: Commit | None = None
    walk: Walk | None = None


def found_by_hash(
    hash: str, known: Sequence[Path] = (), *, rules: Sequence[Path] = (), most: int = MOST
) -> Found:
    """
    The rulebook with a hash, or with one that begins so (7 digits at least).

    The journal is asked first, then git's commits, newest first. Raises HistoryError where neither has it.
    """
    home = find_home()
    kept = stored(home, hash)
    if len(kept) > 1:
        raise HistoryError(f"several rulebooks of the journal begin with {hash}: {', '.join(kept)}")
    if home is not None and kept:
        return Found(fetch(home, kept[0]))
    return InGit(known, rules, most).found(hash)


class Rulebooks:
    """
    Rulebooks by their whole hashes: of this journal, or of git's commits.

    Those are walked once, however many rulebooks are looked for: a walk takes seconds, and each that is
    nowhere would want one of its own.
    """

    def __init__(self, home: Path, rules: Sequence[Path] = ()) -> None:
        self._home = home
        self._git = InGit((), rules, MOST)

    def document(self, hash: str) -> Document:
        """The document of *hash*. Raises HistoryError."""
        return fetch(self._home, hash) if hash in stored(self._home, hash) else self._git.found(hash).document


class InGit:
    """
    Rulebooks as git has them, newest commit first, which are walked as far as somebody asks, and once.

    known, rules, most: as of document_of.
    """

    def __init__(self, known: Sequence[Path], rules: Sequence[Path], most: int) -> None:
        self._known = known
        self._rules = rules
        self._most = most
        self._walked: list[_Walked] | None = None

    def found(self, hash: str) -> Found:
        """The rulebook with a hash, or with one that begins so. Raises HistoryError."""
        if self._walked is None:
            self._walked = self._begun(hash)
        for walked in self._walked:
            for revision in walked.revisions():
                if revision.hash.startswith(hash):
                    return Found(walked.walk.document(revision.commit), revision.commit, walked.walk)
        raise HistoryError(_nowhere(hash, self._walked[-1], self._most))

    def _begun(self, hash: str) -> list[_Walked]:
        try:
            repository, paths = _where("", self._rules)
        except HistoryError as error:
            said = f"no rulebook {hash} in the journal, and git cannot be asked: {error}"
            raise HistoryError(said) from None
        home = home_for_cache(repository.root)
        counted = (self._known, ()) if self._known else ((),)
        return [_Walked(Walk(repository, paths, home, known), self._most) for known in counted]


class _Walked:
    """A walk that remembers the way: what was passed is not looked at again."""

    def __init__(self, walk: Walk, most: int) -> None:
        self.walk = walk
        self.passed: list[Revision] = []
        self._ahead = walk.revisions(EVERYWHERE, most)

    def revisions(self) -> Iterator[Revision]:
        yield from self.passed
        for revision in self._ahead:
            self.passed.append(revision)
            yield revision


def _nowhere(hash: str, walked: _Walked, most: int) -> str:
    looked, walk = len(walked.passed), walked.walk
    where = ", ".join(path or "the top" for path in walk.paths)
    further = f" (--most looks further back than {most})" if looked == most else ""
    if walk.repository.shallow():
        further += "; this clone is shallow, and `git fetch --unshallow` brings what is older"
    commits = "1 commit" if looked == 1 else f"{looked} commits"
    return (
        f"no rulebook {hash} in the journal, nor in the {commits} that touched {where}{further}."
        " Packs that stood in another folder are found by its name; a hash also counts the texts of --known"
        " files, and the order in which packs are named"
    )
