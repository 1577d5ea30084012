"""One rule's mode in its pack, as text before and after, and what the change does to the rulebook's hash."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from filterproxy.rollout.step import Step, step_of
from filterproxy.rulebook.document import Document, Form, hash_of
from filterproxy.rulebook.edit import CannotEdit, read
from filterproxy.rulebook.files import write_text


@dataclass(frozen=True, slots=True)
class Change:
    """
    rule: its form as it is. before, after: the text of its file. was, becomes: how far it is rolled out.
    hash, next_hash: of the rulebook before and after.
    """

    rule: Form
    file: Path
    before: str
    after: str
    was: Step
    becomes: Step
    hash: str
    next_hash: str

    def diff(self) -> str:
        """The change as a unified diff with one line around it."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            str(self.file),
            str(self.file),
            n=1,
        )
        return "".join(line if line.endswith("\n") else line + "\n" for line in lines)

    def make(self) -> None:
        """Write the file. Raises OSError, and CannotEdit where it was changed since it was read."""
        if read(self.file).text != self.before:
            raise CannotEdit(f"{self.file} was changed meanwhile; do it again")
        write_text(self.file, self.after, was=self.before)


def change_of(document: Document, rule: str, becomes: Step) -> Change:
    """How *rule* gets there. Raises KeyError where there is no such rule, and CannotEdit."""
    form = next((form for form in document["rules"] if form["id"] == rule), None)
    if form is None:
        raise KeyError(rule)
    file = Path(form["file"])
    pack = read(file)
    keys = becomes.keys()
    after = pack.set(rule, keys)
    changed = form | {"mode": keys["mode"], "rollout": becomes.share}
    rules = [changed if other is form else other for other in document["rules"]]
    return Change(
        form,
        file,
        pack.text,
        after,
        step_of(form),
        becomes,
        document["hash"],
        hash_of(rules, document["known"]),
    )
