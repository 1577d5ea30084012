"""What `check` finds beyond syntax, as data: a problem that hinders nothing, with a code of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from filterproxy.rulebook.problem import Place, Problem, render

# Never renumbered: people search for codes, and allow them in comments.
CODES = {
    "FW001": "a pattern backtracks: there are texts on which it runs out of time",
    "FW002": "a pattern, or one of its alternatives, can never match",
    "FW003": "a pattern matches nothing at all at some places",
    "FW004": "a pattern matches inside words",
    "FW005": "an earlier rule leaves nothing for this one",
    "FW006": "a stream waits for longer than the bound",
    "FW007": "a rule without examples",
    "FW008": "a rule that does not say why",
    "FW009": "a rule has expired",
    "FW010": "a rule expires soon",
    "FW011": "a list that no pack names",
    "FW012": "an entry of a list stands there twice",
    "FW013": "two rules find the same",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One warning. rule: whose it is; "" for a file."""

    problem: Problem
    rule: str = ""

    @property
    def code(self) -> str:
        return self.problem.code

    def as_json(self) -> dict[str, str | int]:
        """Plain data for scripts."""
        return {"severity": "warning", "rule": self.rule, **self.problem.as_json()}

    def __str__(self) -> str:
        return "warning" + render(self.problem).removeprefix("error")


@dataclass(frozen=True, slots=True)
class Unanalysed:
    """A pattern of which the tree cannot tell whether it is as it should be, and why not."""

    place: Place
    rule: str
    why: str

    def as_json(self) -> dict[str, str | int]:
        """Plain data for scripts."""
        place = self.place
        return {
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "rule": self.rule,
            "why": self.why,
        }

    def __str__(self) -> str:
        return f"{self.rule} ({self.place.file}:{self.place.line}): {self.why}"


@dataclass(frozen=True, slots=True)
class Report:
    """
    All that was found, in the order of places. allowed: how many warnings a comment in the pack allows.
    """

    findings: tuple[Finding, ...]
    unanalysed: tuple[Unanalysed, ...]
    allowed: int


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sorted by place, each once (an alias may lead to one place twice)."""

    def place(finding: Finding) -> tuple[str, int, int, str, str]:
        at = finding.problem.place
        return at.file, at.line, at.column, finding.code, finding.problem.what

    return tuple(sorted(dict.fromkeys(findings), key=place))
