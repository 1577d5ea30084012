"""A rulebook's files, put back into a folder of their own: git's own where it has them, else written anew."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filterproxy.history.errors import HistoryError
from filterproxy.history.git import Commit
from filterproxy.history.resolve import Found, InGit, found_by_hash
from filterproxy.history.revision import write as write_files
from filterproxy.history.unparse import packs_of
from filterproxy.history.walk import MOST
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.load import load
from filterproxy.rulebook.problem import RulebookError


@dataclass(frozen=True, slots=True)
class Restored:
    """packs, known: files that were written, in order. commit: None where they come from the journal."""

    hash: str
    packs: tuple[Path, ...]
    known: tuple[Path, ...]
    commit: Commit | None


def restore(
    hash: str, out: Path, known: Sequence[Path] = (), *, rules: Sequence[Path] = (), most: int = MOST
) -> Restored:
    """
    Write the packs of a rulebook into *out*, which must be new or empty, and read them back to see.

    Raises HistoryError where there is no such rulebook, or what was written is not it.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise HistoryError(f"{out} is not empty; name a folder that is new, so that nothing is overwritten")
    found = _found(hash, known, rules, most)
    try:
        out.mkdir(parents=True, exist_ok=True)
        packs = _from_git(found, out) if found.walk is not None else _from_document(found.document, out)
        files = _write_known(found.document["known"], out)
    except OSError as error:
        raise HistoryError(f"{out} cannot be written: {error.strerror}") from None
    _check(found.document, packs, files)
    return Restored(found.document["hash"], tuple(packs), tuple(files), found.commit)


def _found(hash: str, known: Sequence[Path], rules: Sequence[Path], most: int) -> Found:
    """From git where it has it: there the authors' comments stand."""
    try:
        return InGit(known, rules, most).found(hash)
    except HistoryError as error:
        try:
            return found_by_hash(hash, known, rules=rules, most=0)
        except HistoryError:
            raise error from None


def _from_git(found: Found, out: Path) -> list[Path]:
    assert found.walk is not None and found.commit is not None
    files = found.walk.files(found.commit)
    packs = write_files(files, out)
    # `rules/shop.yaml` alone needs no folder `rules` around it.
    top = posixpath.commonpath([posixpath.dirname(blob.path) for blob in files.blobs])
    if not top:
        return packs
    moved = [out / Path(pack).relative_to(top) for pack in files.packs]
    for part in sorted((out / top).iterdir()):
        part.rename(out / f"{part.name}.restored")
    folder = out / top
    while folder != out:
        folder.rmdir()
        folder = folder.parent
    for part in sorted(out.iterdir()):
        part.rename(part.with_name(part.name.removesuffix(".restored")))
    return moved


def _from_document(document: Document, out: Path) -> list[Path]:
    packs = []
    for name, text in packs_of(document).items():
        packs.append(out / name)
        packs[-1].write_text(text, "utf-8")
    return packs


def _write_known(texts: dict[str, str], out: Path) -> list[Path]:
    files = []
    for name, text in texts.items():
        file = out / "known" / Path(name).name
        if file in files:
            raise HistoryError(f'two files of what is known are called "{file.name}"; they cannot be written')
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
        files.append(file)
    return files


def _check(document: Document, packs: Sequence[Path], known: Sequence[Path]) -> None:
    try:
        hash = load(packs, known)["hash"]
    except RulebookError as error:
        raise HistoryError(
            f"the packs were written, but this version does not read them: {error.problems[0].what}; "
            "the version that ran them does"
        ) from None
    if hash != document["hash"]:
        raise HistoryError(
            f"the packs were written, but are rulebook {hash} and not {document['hash']}: "
            "this version reads them otherwise than the one that ran them"
        )
