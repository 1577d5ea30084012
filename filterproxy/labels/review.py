"""
One person's walk through cases, key by key. No terminal here: keys come in, sentences go out.

    r  right: the rule did right        e  make it an example (with the label it has, or the next r or w)
    w  wrong: it did not                n  a note, which goes with the label
    u  unsure                           b  back to the case before
    s  skip                             q  quit

Each label is on disk before the next case is shown: whoever stops, or loses the connection, loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from filterproxy.labels.case import Case
from filterproxy.labels.label import RIGHT, UNSURE, WRONG, Label, now
from filterproxy.labels.store import Labels
from filterproxy.rulebook.edit import CannotEdit

KEYS = {"r": RIGHT, "w": WRONG, "u": UNSURE}
# What each key does, in the words of the line at the bottom.
MENU = (
    ("r", "right"),
    ("w", "wrong"),
    ("u", "unsure"),
    ("s", "skip"),
    ("e", "example"),
    ("n", "note"),
    ("b", "back"),
    ("q", "quit"),
)


@dataclass(slots=True)
class Review:
    """
    cases: what is asked about, in order. labels: what was said before. keep: writes a label down; make: makes
    an example of a case that the rule did right about, or not, and says what came of it (CannotEdit, OSError
    where it could not). who: the person. rulebook: its hash. clock: the time, as labels have it. versions:
    of the rules, by their ids.
    """

    cases: Sequence[Case]
    labels: Labels
    keep: Callable[[Label], None]
    make: Callable[[Case, bool], str]
    who: str = ""
    rulebook: str = ""
    clock: Callable[[], str] = now
    versions: Mapping[str, str] = field(default_factory=dict)
    at: int = 0
    given: dict[tuple[str, str], Label] = field(default_factory=dict)
    examples: int = 0
    ended: bool = False
    _note: str = ""
    _wants_example: bool = False

    @property
    def case(self) -> Case | None:
        """What is asked about now; None at the end."""
        return None if self.ended or self.at >= len(self.cases) else self.cases[self.at]

    @property
    def note(self) -> str:
        """What goes with the next label."""
        return self._note

    def label(self, case: Case) -> Label | None:
        """What was said about a case, now or before."""
        return self.given.get(case.key) or self.labels.get(*case.key)

    def press(self, key: str) -> str:
        """Take a key; a sentence for the person, "" where there is nothing to say. Raises OSError."""
        case = self.case
        if case is None:
            return ""
        if key in KEYS:
            return self._labelled(case, KEYS[key])
        if key == "s":
            self._go(1)
        elif key == "b":
            return "this is the first one" if self.at == 0 else self._go(-1)
        elif key == "q":
            self.ended = True
        elif key == "e":
            return self._example(case)
        elif key == "n":
            return "write the note, then Enter"
        else:
            return "one of " + ", ".join(f"{key} ({word})" for key, word in MENU)
        return ""

    def annotate(self, text: str) -> str:
        """
        A note for the case; where it has a label already, that one is given again with it. Raises OSError.
        """
        self._note = " ".join(text.split())
        case = self.case
        label = self.label(case) if case is not None else None
        if case is None or label is None:
            return "goes with the label" if self._note else ""
        self._keep(case, label.label)
        return "noted"

    def _labelled(self, case: Case, word: str) -> str:
        label = self._keep(case, word)
        said = ""
        if self._wants_example:
            said = self._make(case, label)
        self._go(1)
        return said

    def _keep(self, case: Case, word: str) -> Label:
        version, before = self.versions.get(case.rule, ""), self.label(case)
        # Who picks a case that was drawn before corrects that label, which still counts.
        drawn = before is not None and before.version == version and not before.picked
        label = Label(
            case.exchange.hash,
            case.rule,
            word,
            self.who,
            self.clock(),
            self.rulebook,
            self._note,
            case.stratum,
            version,
            case.picked and not drawn,
        )
        self.keep(label)
        self.given[label.key] = label
        return label

    def _example(self, case: Case) -> str:
        label = self.label(case)
        if label is None:
            self._wants_example = not self._wants_example
            return "an example: now r or w" if self._wants_example else "no example"
        return self._make(case, label)

    def _make(self, case: Case, label: Label) -> str:
        self._wants_example = False
        if label.label == UNSURE:
            return "no example: nobody knows yet whether the rule should hit or pass it"
        try:
            said = self.make(case, (label.should_fire is True) == (case.stratum == "fired"))
        except CannotEdit as error:
            return f"no example: {error}"
        except OSError as error:
            return f"no example: {error.filename or 'the pack'} cannot be written: {error.strerror}"
        self.examples += 1
        return said

    def _go(self, step: int) -> str:
        self.at += step
        self._note = ""
        self._wants_example = False
        return ""
