"""
Whatever names a rulebook → its document.

    rules/  rules/pii.yaml         packs as they are
    live                           the rules that the caller runs
    git:main  git:v1.2:rules       packs as a revision has them
    de745cad3346c110               a hash that a decision, a metric or an experiment names
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filterproxy.history.errors import HistoryError
from filterproxy.history.git import Commit, Repository
from filterproxy.history.home import find_home, home_for_cache
from filterproxy.history.revision import document_at, files_of
from filterproxy.history.stored import HASH, fetch, stored
from filterproxy.history.walk import EVERYWHERE, MOST, Walk
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
    return in_git(hash, known, rules, most)


def kept_or_in_git(home: Path, hash: str) -> Document:
    """The document of a whole hash: of this journal, or of git's commits. Raises HistoryError."""
    return fetch(home, hash) if hash in stored(home, hash) else in_git(hash, (), (), MOST).document


def in_git(hash: str, known: Sequence[Path], rules: Sequence[Path], most: int) -> Found:
    """The rulebook with a hash as git has it, newest commit first. Raises HistoryError."""
    try:
        repository, paths = _where("", rules)
    except HistoryError as error:
        raise HistoryError(f"no rulebook {hash} in the journal, and git cannot be asked: {error}") from None
    for counted in (known, ()) if known else ((),):
        walk = Walk(repository, paths, home_for_cache(repository.root), counted)
        looked = 0
        for revision in walk.revisions(EVERYWHERE, most):
            looked += 1
            if revision.hash.startswith(hash):
                return Found(walk.document(revision.commit), revision.commit, walk)
    where = ", ".join(path or "the top" for path in paths)
    further = f" (--most looks further back than {most})" if looked == most else ""
    if repository.shallow():
        further += "; this clone is shallow, and `git fetch --unshallow` brings what is older"
    commits = "1 commit" if looked == 1 else f"{looked} commits"
    raise HistoryError(
        f"no rulebook {hash} in the journal, nor in the {commits} that touched {where}{further}."
        " Packs that stood in another folder are found by its name; a hash also counts the texts of --known"
        " files, and the order in which packs are named"
    )
