"""Which version of a rule a rulebook has, by its hash: rulebooks that differ elsewhere may have the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from filterproxy.history.errors import HistoryError
from filterproxy.history.stored import fetch
from filterproxy.rulebook.document import Document, Form, version_of


class Versions:
    """rulebook: the document of a hash, None where nobody has it; each is asked for once."""

    def __init__(self, rulebook: Callable[[str], Document | None] = lambda hash: None) -> None:
        self._rulebook = rulebook
        self._read: dict[str, dict[str, Form]] = {}
        self._versions: dict[tuple[str, str], str] = {}

    def of(self, hash: str, rule: str) -> str:
        """The version of a rule under a rulebook; of one that nobody has, it is one of its own: *hash*."""
        key = hash, rule
        if key not in self._versions:
            self._versions[key] = self._found(hash, rule)
        return self._versions[key]

    def forms(self, hash: str) -> Mapping[str, Form]:
        """The rules of a rulebook by their ids; none where nobody has it."""
        if hash not in self._read:
            document = self._rulebook(hash)
            self._read[hash] = {} if document is None else {form["id"]: form for form in document["rules"]}
        return self._read[hash]

    def _found(self, hash: str, rule: str) -> str:
        form = self.forms(hash).get(rule)
        try:
            return hash if form is None else version_of(form)
        except KeyError:  # the form of another version of the program
            return hash


def of_journal(home: Path | None) -> Versions:
    """By the rulebooks that a journal has kept."""

    def kept(hash: str) -> Document | None:
        try:
            return None if home is None else fetch(home, hash)
        except HistoryError:
            return None

    return Versions(kept)
