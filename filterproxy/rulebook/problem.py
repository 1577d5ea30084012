"""
What is wrong with a pack: problems as data, and how a person reads them.

A problem says which of the author's own words it is about (file, line, column), what is wrong with them, what
would follow, and what the repair is likely to be. Nothing here knows YAML; a place carries the line it points
into, so that a problem can be shown long after the file has changed.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

# Never renumbered: people search for codes.
CODES = {
    "FP001": "a file or folder cannot be read",
    "FP002": "a folder holds no packs",
    "FP003": "there are no rules at all",
    "FP004": "a file is larger than a pack may be",
    "FP005": "a file is not UTF-8",
    "FP006": "the text is not YAML",
    "FP007": "YAML that packs do without: tags, several documents, aliases that grow without bound",
    "FP008": "a key stands twice in one mapping",
    "FP009": "something that must be given is missing",
    "FP010": "unknown key",
    "FP011": "unknown verb in a match",
    "FP012": "unknown action",
    "FP013": "a word that is not one of those possible here",
    "FP014": "another kind of value is wanted",
    "FP015": "a value is out of range",
    "FP016": "empty where something must stand",
    "FP017": "this version does not have it yet",
    "FP018": "two rules have the same id",
    "FP019": "a pattern cannot be read",
    "FP020": "a pattern matches the empty text",
    "FP021": "a look-behind has no bound",
    "FP022": "a verb cannot work with these options",
    "FP023": "a file of phrases cannot be used",
    "FP024": "`not` stands where it says nothing",
    "FP025": "one is wanted, and there are none or several",
    "FP026": "keys that do not go together",
    "FP027": "an action that would break a tool call's arguments",
    "FP028": "a template names what a match does not have",
    "FP029": "a date that is none",
}

# Columns of source shown beside a problem; longer lines are shown around the place.
_SHOWN_COLUMNS = 100
_ELLIPSIS = "..."


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where in a file. line and column count from 1 (code points), line 0 is the file as a whole; length is in
    code points on that line; text is the line itself.
    """

    file: str
    line: int = 0
    column: int = 0
    length: int = 1
    text: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One mistake in a pack.

    what: the mistake, in one line. why: what would follow from it. fix: the likely repair. label: what stands
    beside the marks under the author's text ("" for nothing).
    """

    place: Place
    code: str
    what: str
    why: str
    fix: str
    label: str = ""

    def as_json(self) -> dict[str, str | int]:
        """Plain data for scripts; line 0 means the whole file."""
        return {
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "length": self.place.length,
            "code": self.code,
            "what": self.what,
            "why": self.why,
            "fix": self.fix,
            "label": self.label,
        }


class RulebookError(Exception):
    """The author's mistakes: every one of them, in the order of their places."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__(f"{len(self.problems)} problem(s) in the rules")

    def __str__(self) -> str:
        return render_problems(self.problems)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorted by place, each once (an alias may lead to the same mistake twice)."""
    once = dict.fromkeys(problems)
    return tuple(sorted(once, key=lambda p: (p.place.file, p.place.line, p.place.column, p.code, p.what)))


def render_problems(problems: Iterable[Problem]) -> str:
    """All of them as text, an empty line between two; "" for none."""
    return "\n\n".join(render(problem) for problem in problems)


def render(problem: Problem) -> str:
    """The problem as several lines of plain text, without a line break at the end."""
    place = problem.place
    if not place.line:
        gutter = "  "
        head = [f"error[{problem.code}]: {_visible(problem.what)}", f"{gutter}--> {_visible(place.file)}"]
        return "\n".join([*head, *_reasons(problem, gutter)])
    number = str(place.line)
    gutter = " " * len(number)
    before, marked, after = _excerpt(place)
    marks = " " * _columns(before) + "^" * max(1, _columns(marked))
    return "\n".join(
        [
            f"error[{problem.code}]: {_visible(problem.what)}",
            f"{gutter}--> {_visible(place.file)}:{place.line}:{place.column}",
            f"{number} | {before}{marked}{after}".rstrip(),
            f"{gutter} | {marks} {_visible(problem.label)}".rstrip(),
            *_reasons(problem, gutter),
        ]
    )


# Letters of a word that is no mere "on" or "of".
_TELLING = 3


def nearest(word: str, choices: Collection[str]) -> str | None:
    """
    The choice most like *word*, or one that is part of it as in credit_card, or that it is part of as gap of
    gap-to-fill; None where none is alike.
    """
    lower = {choice.lower(): choice for choice in choices}
    found = difflib.get_close_matches(word.lower(), list(lower), n=1, cutoff=0.6)
    found += [part for part in _parts(word.lower()) if part in lower]
    if len(word) >= _TELLING:
        found += sorted((choice for choice in lower if word.lower() in _parts(choice)), key=len)
    return lower[found[0]] if found else None


def _parts(name: str) -> list[str]:
    return re.split(r"[\s_-]+", name)


def one_of(choices: Iterable[str]) -> str:
    """For a label: what could stand there."""
    return "not one of: " + ", ".join(sorted(choices))


def _reasons(problem: Problem, gutter: str) -> list[str]:
    return [f"{gutter} = why: {_visible(problem.why)}", f"{gutter} = fix: {_visible(problem.fix)}"]


def _excerpt(place: Place) -> tuple[str, str, str]:
    start = place.column - 1
    before, marked = place.text[:start], place.text[start : start + place.length]
    after = place.text[start + place.length :]
    if len(place.text) > _SHOWN_COLUMNS:
        room = _SHOWN_COLUMNS // 3
        before = before if len(before) <= room else _ELLIPSIS + before[-room:]
        if len(marked) > room:
            marked, after = marked[:room], _ELLIPSIS
        elif len(after) > room:
            after = after[:room] + _ELLIPSIS
    return _visible(before), _visible(marked), _visible(after)


def _visible(text: str) -> str:
    # A pack may come from elsewhere: its control characters must not reach a terminal.
    return "".join(" " if c == "\t" else c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _columns(text: str) -> int:
    return sum(_width(c) for c in text)


def _width(c: str) -> int:
    if unicodedata.combining(c):
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1
