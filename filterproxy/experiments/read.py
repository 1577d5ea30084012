"""
The entries of a journal, by their numbers.

Files are read anew each time: a journal is a folder that people edit and git merges. What cannot be read is
named, and never stops the rest from being read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filterproxy.experiments.entry import STATES, Entry, JournalError
from filterproxy.experiments.files import read_entry
from filterproxy.history.home import EXPERIMENTS, find_home
from filterproxy.rulebook.problem import nearest


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file among the entries that is none, and why."""

    file: Path
    why: str


@dataclass(frozen=True, slots=True)
class Journal:
    """entries: by number. unreadable: files that are no entries."""

    home: Path | None
    entries: tuple[Entry, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()

    def find(self, name: str | int) -> Entry:
        """The entry of a number, a slug, a file's name, or `last`. Raises JournalError."""
        wanted = str(name).removeprefix("#").removesuffix(".yaml")
        if not self.entries:
            raise JournalError("the journal has no entries yet; `filterproxy replay` writes the first")
        if wanted == "last":
            return self.entries[-1]
        found = [e for e in self.entries if wanted in (e.slug, e.name) or _same_number(wanted, e.number)]
        if not found:
            near = nearest(wanted, [entry.slug for entry in self.entries])
            hint = f'did you mean "{near}"?' if near else f"there are {self._numbers()}"
            raise JournalError(f'no experiment "{wanted}"; {hint}')
        if len(found) > 1:
            names = ", ".join(entry.name for entry in found)
            raise JournalError(f'several experiments go by "{wanted}": {names}; name one of them in full')
        return found[0]

    def _numbers(self) -> str:
        first, last = self.entries[0].number, self.entries[-1].number
        return f"{first} to {last}" if first != last else f"only {first}"

    def newest_of(self, hash: str) -> Entry | None:
        """The newest entry whose candidate has this hash."""
        return next((entry for entry in reversed(self.entries) if entry.candidate.hash == hash), None)

    def parents(self) -> dict[str, Entry]:
        """
        By name, the entry that each goes on from; where several have its number, the one that made its
        baseline.
        """
        numbered: dict[int | None, list[Entry]] = {}
        for entry in self.entries:
            numbered.setdefault(entry.number, []).append(entry)
        found = {}
        for entry in self.entries:
            above = numbered.get(entry.parent, [])
            made = [one for one in above if one.candidate.hash == entry.baseline.hash]
            if made or above:
                found[entry.name] = (made or above)[0]
        return found

    def doubled(self) -> list[tuple[int, list[str]]]:
        """Numbers that several entries have, as when two branches were merged, with their names."""
        names: dict[int, list[str]] = {}
        for entry in self.entries:
            names.setdefault(entry.number, []).append(entry.name)
        return [(number, found) for number, found in names.items() if len(found) > 1]


def _same_number(text: str, number: int) -> bool:
    return text.isascii() and text.isdigit() and int(text) == number


def read_journal(home: Path | None = None) -> Journal:
    """The journal of *home*, by default the nearest one; empty where there is none."""
    home = home or find_home()
    folder = None if home is None else home / EXPERIMENTS
    if folder is None or not folder.is_dir():
        return Journal(home)
    entries: list[Entry] = []
    unreadable: list[Unreadable] = []
    for file in sorted(folder.iterdir()):
        if file.name.startswith("."):
            continue
        if file.suffix not in (".yaml", ".yml"):
            unreadable.append(Unreadable(file, "is no .yaml file"))
            continue
        try:
            entries.append(read_entry(file, home))
        except JournalError as error:
            unreadable.append(Unreadable(file, str(error)))
    return Journal(home, tuple(sorted(entries, key=lambda e: (e.number, e.slug))), tuple(unreadable))


def rejected_before(journal: Journal, rules: Sequence[str]) -> list[Entry]:
    """Rejected experiments that changed one of *rules*, newest first."""
    wanted = set(rules)
    return [
        entry
        for entry in reversed(journal.entries)
        if entry.verdict.state == "rejected" and wanted & set(entry.touched())
    ]


def tried_on(journal: Journal, rule: str, states: Sequence[str] = STATES) -> list[Entry]:
    """Experiments that changed a rule and came to one of *states*, newest first."""
    return [
        entry
        for entry in reversed(journal.entries)
        if entry.verdict.state in states and rule in entry.touched()
    ]
