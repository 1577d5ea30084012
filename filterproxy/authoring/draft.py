"""A proposed rule in its file: loaded and proved before anything is written."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from filterproxy.authoring.case import Case
from filterproxy.authoring.pack import with_rule
from filterproxy.authoring.proposal import Wishes, proposed
from filterproxy.authoring.trying import Found, Others, shortened, try_all
from filterproxy.authoring.yaml_text import rule_lines
from filterproxy.proving.prove import prove
from filterproxy.proving.report import Report
from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load
from filterproxy.rulebook.problem import Problem, RulebookError


@dataclass(slots=True)
class Draft:
    """
    A rule that was not written yet.

    case, found: what it follows from. rule: as data; rule_text: as it stands in a pack. file, line: where it
    goes; None for one that goes nowhere. content: the pack with it. problems: what is wrong with that;
    report: what came of the rule's examples. notes: what the author should know, in sentences.
    """

    case: Case
    found: Found
    rule: dict[str, Any]
    rule_text: str
    file: Path | None
    content: str
    line: int = 0
    problems: Sequence[Problem] = ()
    report: Report = field(default_factory=Report)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts."""
        return {
            "rule": self.rule,
            "yaml": self.rule_text,
            "file": None if self.file is None else str(self.file),
            "line": self.line,
            "ok": not self.problems and self.report.clean,
            "problems": [problem.as_json() for problem in self.problems],
            "failures": [failure.as_json() for failure in self.report.failures],
            "notes": self.notes,
        }

    def write(self) -> None:
        """Put it into its file, whole or not at all. Raises OSError."""
        assert self.file is not None
        target = self.file.resolve()
        beside = target.with_name(f".{target.name}.new")
        beside.write_text(self.content, "utf-8", newline="")
        with suppress(FileNotFoundError):
            shutil.copymode(target, beside)
        os.replace(beside, target)


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
    notes = []
    short = shortened(case, found)
    if short != case:
        notes.append("long parts were left out of the example: it is hit without them")
    if short.reply != case.reply:
        found = _found_in(short, found)
    if not case.complete:
        notes.append("a part of the context is not in the request, which no example can say")
    rule = proposed(short, found, wishes, (today or date.today()).isoformat(), taken)
    if "pass" not in rule["examples"]:
        notes.append("no reply was found that the rule must pass: add one under `pass`")
    if found.candidate.verb == "fact" and not found.candidate.grounded:
        notes.append("the request states this fact, so the rule acts on facts that are true")
    content = with_rule(str(file or "new.yaml"), text, rule)
    made = Draft(short, found, rule, "\n".join(rule_lines(rule)) + "\n", file, content, notes=notes)
    _prove(made)
    return made


def _found_in(case: Case, found: Found) -> Found:
    """The same way of finding, with its spans in a shorter reply."""
    (again,) = try_all(case, None, [found.candidate], Others()).found
    return replace(found, spans=again.spans)


def _prove(made: Draft) -> None:
    try:
        rulebook = _loaded(made)
    except RulebookError as error:
        name = str(made.file or "the new rule")
        made.problems = [replace(one, place=replace(one.place, file=name)) for one in error.problems]
        return
    at = next(i for i, rule in enumerate(rulebook.rules) if rule.id == made.rule["id"])
    rule, info = rulebook.rules[at], rulebook.infos[at]
    made.line = info.line
    made.report = prove(replace(rulebook, rules=(rule,), infos=(info,)))


def _loaded(made: Draft) -> Rulebook:
    """The pack as it would be, from a file beside it: lists of phrases are named from there."""
    folder = made.file.resolve().parent if made.file else None
    # Where it cannot be written, the rule is only printed.
    beside = folder if folder and os.access(folder, os.W_OK) else None
    with tempfile.NamedTemporaryFile("wb", prefix=".", suffix=".new", dir=beside) as file:
        file.write(made.content.encode())
        file.flush()
        return compile(load([Path(file.name)]))
