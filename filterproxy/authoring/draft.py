"""A proposed rule in its file: loaded and proved before anything is written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from filterproxy.authoring.case import Case
from filterproxy.authoring.deed import Wishes
from filterproxy.authoring.pack import with_rule
from filterproxy.authoring.proposal import proposed
from filterproxy.authoring.trying import Found, Others, shortened, try_all
from filterproxy.authoring.yaml_text import rule_lines
from filterproxy.proving.prove import prove
from filterproxy.proving.report import Report
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.document import Form
from filterproxy.rulebook.files import write_text
from filterproxy.rulebook.lint.finding import Finding
from filterproxy.rulebook.lint.lint import lint
from filterproxy.rulebook.lint.rules import Bounds
from filterproxy.rulebook.load import load
from filterproxy.rulebook.problem import Problem, RulebookError
from filterproxy.trial import fired_on


@dataclass(slots=True)
class Draft:
    """
    A rule that was not written yet.

    case, found: what it follows from. rule: as data; rule_text: as it stands in a pack. file, line: where it
    goes; None for one that goes nowhere. before, content: the pack without it, and with it. problems: what is
    wrong with that; report: what came of the rule's examples; warnings: what `check` says of the rule; form:
    the rule as it was read, where it could be. notes: what the author should know, in sentences.
    """

    case: Case
    found: Found
    rule: dict[str, Any]
    rule_text: str
    file: Path | None
    before: str
    content: str
    line: int = 0
    problems: Sequence[Problem] = ()
    report: Report = field(default_factory=Report)
    warnings: Sequence[Finding] = ()
    form: Form | None = None
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts."""
        return {
            "rule": self.rule,
            "yaml": self.rule_text,
            "file": None if self.file is None else str(self.file),
            "line": self.line,
            "ok": self.holds,
            "problems": [problem.as_json() for problem in self.problems],
            "failures": [failure.as_json() for failure in self.report.failures],
            "warnings": [warning.as_json() for warning in self.warnings],
            "notes": self.notes,
        }

    @property
    def holds(self) -> bool:
        """Whether it loads, and its examples come out as they say."""
        return not self.problems and self.report.clean

    def write(self) -> None:
        """Put it into its file, whole or not at all. Raises OSError, also where the file has changed."""
        assert self.file is not None
        write_text(self.file, self.content, was=self.before)


# What another way of finding may do without; of the others the place, or the rules beside it, are the cause.
_OF_PATTERNS = ("FW001", "FW002", "FW003", "FW004")
# Ways of finding that are tried for one without them.
_TRIED = 3


def best_draft(
    case: Case,
    found: Sequence[Found],
    wishes: Wishes,
    taken: Collection[str] = (),
    file: Path | None = None,
    text: str = "",
    today: date | None = None,
) -> Draft:
    """
    The draft of the first way of finding that `check` has nothing to say against; where there is none, of
    the first. Raises as `draft` does.
    """
    made = [draft(case, found[0], wishes, taken, file, text, today)]
    for other in found[1:_TRIED]:
        if not any(warning.code in _OF_PATTERNS for warning in made[-1].warnings):
            return made[-1]
        made.append(draft(case, other, wishes, taken, file, text, today))
    return min(made, key=lambda one: any(warning.code in _OF_PATTERNS for warning in one.warnings))


def draft(
    case: Case,
    found: Found,
    wishes: Wishes,
    taken: Collection[str] = (),
    file: Path | None = None,
    text: str = "",
    today: date | None = None,
) -> Draft:
    """
    The rule that follows from what was found, in the pack *text* of *file*, proved.

    Raises RulebookError, and ValueError where the pack cannot be added to.
    """
    today = today or date.today()
    notes = []
    short = shortened(case, found)
    if short != case:
        notes.append("long parts were left out of the example: it is hit without them")
    if short.reply != case.reply:
        found = _found_in(short, found)
    if not case.complete:
        notes.append("a part of the context is not in the request, which no example can say")
    rule = proposed(short, found, wishes, today.isoformat(), taken)
    if "pass" not in rule["examples"]:
        notes.append("no reply was found that the rule must pass: add one under `pass`")
    if found.candidate.verb == "fact" and not found.candidate.grounded:
        notes.append("the request states this fact, so the rule acts on facts that are true")
    content = with_rule(str(file or "new.yaml"), text, rule)
    made = Draft(short, found, rule, "\n".join(rule_lines(rule)) + "\n", file, text, content, notes=notes)
    _prove(made, today)
    return made


def _found_in(case: Case, found: Found) -> Found:
    """The same way of finding, with its spans in a shorter reply."""
    (again,) = try_all(case, None, [found.candidate], Others()).found
    return replace(found, spans=again.spans)


def _prove(made: Draft, today: date) -> None:
    name = str(made.file or "the new rule")
    with _tried(made) as file:
        try:
            document = load([file])
            rulebook = compile(document)
        except RulebookError as error:
            made.problems = [_placed(problem, file, name) for problem in error.problems]
            return
        found = lint(document, rulebook, Bounds(today), fired_on).findings
    at = next(i for i, rule in enumerate(rulebook.rules) if rule.id == made.rule["id"])
    rule, info = rulebook.rules[at], rulebook.infos[at]
    made.line = info.line
    made.form = document["rules"][at]
    made.report = prove(replace(rulebook, rules=(rule,), infos=(info,)))
    own = [one for one in found if one.rule == rule.id]
    made.warnings = [replace(one, problem=_placed(one.problem, file, name)) for one in own]


@contextmanager
def _tried(made: Draft) -> Iterator[Path]:
    """The pack as it would be, in a file beside it: lists of phrases are named from there."""
    folder = made.file.resolve().parent if made.file else None
    # Where it cannot be written, the rule is only printed.
    beside = folder if folder and os.access(folder, os.W_OK) else None
    with tempfile.NamedTemporaryFile("wb", prefix=".", suffix=".new", dir=beside) as file:
        file.write(made.content.encode())
        file.flush()
        yield Path(file.name)


def _placed(problem: Problem, tried: Path, name: str) -> Problem:
    """A problem of the file that was tried, as one of the file that is meant."""
    place = replace(problem.place, file=name)
    return replace(problem, place=place, what=problem.what.replace(str(tried), name))
