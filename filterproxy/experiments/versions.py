"""
Which version of a rule a rulebook has: rulebooks that differ elsewhere may have the same.

Whoever rejected a version rejected it wherever it stands, and a label that was given under it speaks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from filterproxy.history.errors import HistoryError
from filterproxy.history.stored import fetch
from filterproxy.rulebook.document import Form, digest_of


class Versions:
    """The rules in the rulebooks of a journal; each rulebook is read once."""

    def __init__(self, home: Path | None) -> None:
        self._home = home
        self._read: dict[str, dict[str, Form]] = {}
        self._digests: dict[tuple[str, str], str] = {}

    def of(self, hash: str, rule: str) -> str:
        """
        The same text for the same version, all that the rule does. Of a rulebook that the journal does not
        have it is another in each.
        """
        key = hash, rule
        if key not in self._digests:
            form = self.forms(hash).get(rule)
            self._digests[key] = hash if form is None else version_of(form) or hash
        return self._digests[key]

    def forms(self, hash: str) -> Mapping[str, Form]:
        """The rules of a rulebook by their ids; none where the journal does not have it."""
        if hash not in self._read:
            self._read[hash] = {} if self._home is None else _forms(self._home, hash)
        return self._read[hash]


def version_of(form: Form) -> str:
    """The version that a rule's form is; "" for one of another version of the program."""
    try:
        return digest_of(form)
    except KeyError:
        return ""


def _forms(home: Path, hash: str) -> dict[str, Form]:
    try:
        rules: Iterable[Form] = fetch(home, hash)["rules"]
    except HistoryError:
        return {}
    return {form["id"]: form for form in rules}
