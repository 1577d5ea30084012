"""
Packs as a commit has them: read into a temporary folder, with the files that they name.

Only what the rules need is read, so that rules at the top of a large repository cost no more: the packs
themselves, then the files that they name (phrases, schemas), also from folders beside theirs. A link is
followed inside the repository and nowhere else.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from filterproxy.history.errors import HistoryError
from filterproxy.history.git import Blob, Repository
from filterproxy.rulebook.document import Document, document_of
from filterproxy.rulebook.files import read_text
from filterproxy.rulebook.load import known_names, load
from filterproxy.rulebook.problem import Problem, RulebookError
from filterproxy.rulebook.source import LIMIT_BYTES, Node, parse

# Links that lead to links; git itself follows none.
_MOST_LINKS = 5
# Keys of a match under which a file may be named.
_NAMING = {"file", "violated"}


@dataclass(frozen=True, slots=True)
class Files:
    """The files behind a rulebook. packs: those that were asked for. blobs: all of them. texts: by path."""

    packs: tuple[str, ...]
    blobs: tuple[Blob, ...]
    contents: Mapping[str, bytes]


def files_of(repository: Repository, commit: str, paths: Sequence[str]) -> Files:
    """
    The packs under *paths* (folders, or packs by name) as they were, and every file that they name.

    Raises HistoryError where there are no packs.
    """
    packs: list[str] = []
    blobs: dict[str, Blob] = {}
    contents: dict[str, bytes] = {}
    for path in paths:
        found = _packs(repository, commit, path)
        if not found:
            where = f'"{path}"' if path else "the top of the repository"
            raise HistoryError(
                f"there are no packs in {where} at {commit[:12]}; "
                "git:REV:FOLDER names another folder, and `git ls-tree --name-only REV` lists what is there"
            )
        packs += [blob.path for blob in found]
        _read(repository, commit, found, blobs, contents)
    named = sorted({name for pack in packs for name in _named(pack, contents.get(pack, b""))} - blobs.keys())
    if named:
        _read(repository, commit, repository.files(commit, named), blobs, contents)
    return Files(tuple(packs), tuple(blobs[path] for path in sorted(blobs)), contents)


def _packs(repository: Repository, commit: str, path: str) -> list[Blob]:
    path = path.strip("/")
    held = repository.files(commit, [f"{path}/" if path else ""])
    inside = [blob for blob in held if posixpath.dirname(blob.path) == path and is_pack(blob.path)]
    if inside or not path:
        return sorted(inside, key=lambda blob: blob.path)
    return [blob for blob in repository.files(commit, [path]) if blob.path == path]


def is_pack(path: str) -> bool:
    """Whether a file of a folder is one of its packs, by its name."""
    name = PurePosixPath(path)
    hidden, tests = name.name.startswith("."), name.stem.lower().endswith(".test")
    return name.suffix.lower() in (".yaml", ".yml") and not hidden and not tests


def _read(
    repository: Repository,
    commit: str,
    found: Sequence[Blob],
    blobs: dict[str, Blob],
    contents: dict[str, bytes],
    depth: int = 0,
) -> None:
    usable = [blob for blob in found if blob.size <= LIMIT_BYTES]
    blobs.update({blob.path: blob for blob in found})
    contents.update(repository.contents([blob for blob in usable if not blob.link]))
    for blob in usable:
        if blob.link and depth < _MOST_LINKS:
            _follow(repository, commit, blob, blobs, contents, depth)


def _follow(
    repository: Repository,
    commit: str,
    link: Blob,
    blobs: dict[str, Blob],
    contents: dict[str, bytes],
    depth: int,
) -> None:
    leads = repository.contents([link])[link.path].decode("utf-8", "surrogateescape")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(link.path), leads))
    if target.startswith(("..", "/")):
        return
    _read(repository, commit, repository.files(commit, [target]), blobs, contents, depth + 1)
    if target in contents:
        contents[link.path] = contents[target]


def _named(pack: str, content: bytes) -> Iterator[str]:
    """Files that a pack names, from the top of the repository; what is not below that is left out."""
    node = parse(pack, content.decode("utf-8-sig", "replace"), [])
    for name in _names(node) if node is not None else ():
        path = posixpath.normpath(posixpath.join(posixpath.dirname(pack), name))
        if name and "\0" not in name and not path.startswith(("..", "/")):
            yield path


def _names(node: Node) -> Iterator[str]:
    for key, inner in node.value.items() if isinstance(node.value, dict) else ():
        if key in _NAMING and isinstance(inner.value, str):
            yield inner.value
        elif key != "examples":
            yield from _names(inner)
    for member in node.items():
        yield from _names(member)


def write(files: Files, folder: Path) -> list[Path]:
    """The files under *folder*, as they stand in the repository; the paths of the packs, in order."""
    for path, content in files.contents.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    for blob in files.blobs:
        # What is too large, or a link that leads nowhere, must be seen as that, and not as a file less.
        if blob.path not in files.contents:
            _write_unusable(blob, folder / blob.path)
    return [folder / pack for pack in files.packs]


def _write_unusable(blob: Blob, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if blob.link:
        file.symlink_to("not-in-the-repository")
        return
    with file.open("wb") as hole:
        hole.truncate(blob.size)


def document_at(
    repository: Repository, commit: str, files: Files, label: str, known: Sequence[Path] = ()
) -> Document:
    """
    The document of *files*, whose rules and problems are said to stand in `LABEL:path`, as git writes it.

    known: files of what is known, see known_at. Raises RulebookError.
    """
    with TemporaryDirectory(prefix="filterproxy-") as name:
        folder = Path(name).resolve()
        packs = write(files, folder)
        try:
            plain = load(packs)
        except RulebookError as error:
            raise RulebookError(_moved(error.problems, f"{folder}/", f"{label}:")) from None
    rules = [rule | {"file": rule["file"].replace(f"{folder}/", f"{label}:")} for rule in plain["rules"]]
    return document_of(rules, known_at(repository, commit, known))


def _moved(problems: Iterable[Problem], old: str, new: str) -> Iterator[Problem]:
    for problem in problems:
        place = replace(problem.place, file=problem.place.file.replace(old, new))
        yield replace(problem, place=place, what=problem.what.replace(old, new))


def known_at(repository: Repository, commit: str, known: Sequence[Path]) -> dict[str, str]:
    """
    What was known, by name: of files that git has by now as *commit* had them, or not at all; of others as
    they are. Raises HistoryError.
    """
    found: dict[str, str] = {}
    for file, name in zip(known, known_names(known), strict=True):
        path = repository.inside(file)
        blobs = repository.files(commit, [path]) if path else []
        if blobs and not blobs[0].link:
            found[name] = repository.contents(blobs)[blobs[0].path].decode("utf-8-sig", "replace")
            continue
        if path and repository.files("HEAD", [path]):
            continue  # it came later
        try:
            found[name] = read_text(file)
        except ValueError as error:
            raise HistoryError(f'"{file}" {error}; what it states would be taken for made up') from None
    return found
