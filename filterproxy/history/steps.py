"""The history of a rulebook: each state that it had, with what changed to it, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from filterproxy.history.difference import Difference, difference
from filterproxy.history.git import Commit
from filterproxy.history.walk import FIRST_PARENTS, Revision, Walk
from filterproxy.rulebook.document import Document, document_of
from filterproxy.rulebook.load import load
from filterproxy.rulebook.problem import RulebookError


@dataclass(frozen=True, slots=True)
class Step:
    """
    hash: "" for packs that do not load, and why says what hinders. commit: the one that made it; None for the
    files as they are, where git does not have them so. alike: later commits that left what the rules do.
    changes: from the state before; None where that was not looked at.
    """

    hash: str
    commit: Commit | None
    alike: int = 0
    changes: Difference | None = None
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts."""
        commit = self.commit
        return {
            "hash": self.hash,
            "commit": None if commit is None else commit.id,
            "when": None if commit is None else commit.when,
            "author": None if commit is None else commit.author,
            "subject": None if commit is None else commit.subject,
            "alike": self.alike,
            "changes": None if self.changes is None else self.changes.as_json(),
            "why": self.why,
        }


_NOTHING = document_of([])


def steps(walk: Walk, most: int, packs: Sequence[Path] = ()) -> Iterator[Step]:
    """
    States of the rules at the walk's paths, from at most that many commits.

    packs: the files as they are, to begin with where they are not what the last commit has.
    """
    # One more than is shown: the oldest shown one changed something too.
    revisions = list(walk.revisions(FIRST_PARENTS, most + 1))
    groups = [
        list(group) for _, group in groupby(revisions[:most], key=lambda one: one.hash or one.commit.id)
    ]
    beyond = revisions[most:]
    # Where a clone ends nothing came from nothing: it only was not cloned.
    is_all = not beyond and not (revisions and walk.repository.shallow())
    if packs and (here := _here(walk, packs, groups)) is not None:
        yield here
    for at, group in enumerate(groups):
        older = [one[-1] for one in groups[at + 1 :]] + beyond
        step = _step(walk, group, older, is_all=is_all)
        if step is not None:
            yield step


def _step(walk: Walk, group: list[Revision], older: list[Revision], *, is_all: bool) -> Step | None:
    first = group[-1]
    if not first.hash:
        return Step("", first.commit, why=first.why)
    before = next((one for one in older if one.hash), None)
    if before is not None and before.hash == first.hash:
        # The same as before what did not load, or the one commit beyond those that were asked for.
        return Step(first.hash, first.commit, len(group) - 1, Difference())
    if before is None and not is_all:
        return Step(first.hash, first.commit, len(group) - 1)
    old = _NOTHING if before is None else walk.document(before.commit)
    return Step(first.hash, first.commit, len(group) - 1, difference(old, walk.document(first.commit)))


def _here(walk: Walk, packs: Sequence[Path], groups: list[list[Revision]]) -> Step | None:
    last = groups[0][0] if groups else None
    try:
        document = load(packs, walk.known)
    except RulebookError as error:
        first = error.problems[0]
        return Step("", None, why=f"the packs do not load: {first.place.file}: {first.what}")
    if last is not None and last.hash == document["hash"]:
        return None
    before = next((group[0] for group in groups if group[0].hash), None)
    old: Document = _NOTHING if before is None else walk.document(before.commit)
    return Step(document["hash"], None, changes=difference(old, document))
