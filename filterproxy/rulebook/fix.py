"""Packs and their lists with what has one plain remedy corrected: what would be written, and writing it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filterproxy.rulebook.files import read_text, write_text
from filterproxy.rulebook.lint.lists import repeated_lines
from filterproxy.rulebook.lint.remedies import of_problems, of_rule
from filterproxy.rulebook.lint.remedy import Edit, apart, applied, sound
from filterproxy.rulebook.lint.written import lists_of
from filterproxy.rulebook.load import files_of, read_rules
from filterproxy.rulebook.problem import Problem
from filterproxy.rulebook.source import parse

# One remedy may bring a mistake to light that has one as well: an unknown verb, then its options.
_ROUNDS = 10
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Changed:
    """A file with its text before and after; notes: one line for each place that was corrected."""

    file: Path
    before: str
    after: str
    notes: tuple[str, ...]

    def diff(self) -> str:
        """What changes, as `diff -u` shows it."""
        old, new = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        lines = difflib.unified_diff(old, new, str(self.file), str(self.file), n=1)
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def fixes(paths: Sequence[Path]) -> list[Changed]:
    """
    The files of *paths*, and the lists that they name, that have something to correct; nothing is written.

    Files that cannot be read are left to `load`, which says why.
    """
    found: list[Changed] = []
    lists: dict[Path, Path] = {}
    for file in files_of(paths, []):
        text = _text_of(file)
        if text is None:
            continue
        fixed, notes = fixed_text(file, text)
        found += [Changed(file, text, fixed, notes)] if notes else []
        lists |= {named.resolve(): named for named in lists_of(file, fixed)}
    return found + [changed for named in lists.values() if (changed := _of_list(named)) is not None]


def write(changed: Changed) -> None:
    """
    Put the text in the place of the file's, all at once. Raises OSError, also where the file is no longer
    what it was.
    """
    write_text(changed.file, changed.after, was=changed.before)


def fixed_text(file: Path, text: str) -> tuple[str, tuple[str, ...]]:
    """
    A pack's text after all remedies, and a note for each. What is not about one of them stays byte for
    byte.
    """
    mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(_MARK)
    notes: list[str] = []
    for _ in range(_ROUNDS):
        edits = _sound(file, text, _edits(file, text))
        if not edits:
            break
        text = applied(text, edits)
        notes += [edit.note for edit in edits]
    return mark + text, tuple(notes)


def _edits(file: Path, text: str) -> list[Edit]:
    problems: list[Problem] = []
    node = parse(str(file), text, problems)
    if node is None:
        return []
    read_rules(node, file.parent, [], problems)
    found = list(of_problems(text, problems))
    for rule in node.at(("rules",)).items():
        found += of_rule(text, rule, file)
    # An alias leads to one place several times.
    return apart({(edit.start, edit.end): edit for edit in found}.values())


def _sound(file: Path, text: str, edits: list[Edit]) -> list[Edit]:
    if sound(str(file), text, edits):
        return edits
    return next(([edit] for edit in edits if sound(str(file), text, [edit])), [])


def _text_of(file: Path) -> str | None:
    try:
        read_text(file)
        return file.read_bytes().decode("utf-8")
    except (OSError, ValueError):
        return None


def _of_list(file: Path) -> Changed | None:
    text = _text_of(file)
    again = [] if text is None else list(repeated_lines(file))
    if text is None or not again:
        return None
    gone = {place.line for place, _ in again}
    kept = [line for number, line in enumerate(text.splitlines(keepends=True), 1) if number not in gone]
    notes = tuple(
        f"{file}:{place.line}: {place.text.strip()} stands in line {first.line} already"
        for place, first in again
    )
    return Changed(file, text, "".join(kept), notes)
