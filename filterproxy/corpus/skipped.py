"""What of a corpus could not be read: all of it is counted, by cause, and the first ones are named."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

# As many are named; all are counted.
NAMED = 100


@dataclass(frozen=True, slots=True)
class Skipped:
    """
    What could not be read, and why: a line, counted from 1; with 0, a file or the rest of one.

    What stands before a colon in *why* is the cause, the same for all that have the same fault.
    """

    file: str
    line: int
    why: str

    @property
    def cause(self) -> str:
        """Why, without what is this one's alone."""
        return self.why.split(":", 1)[0]

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts."""
        return {"file": self.file, "line": self.line, "why": self.why}


@dataclass(slots=True)
class Skips:
    """How many were skipped, for which causes, and the first of them."""

    count: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    named: list[Skipped] = field(default_factory=list)

    def add(self, skipped: Skipped) -> None:
        self.count += 1
        self.causes[skipped.cause] += 1
        if len(self.named) < NAMED:
            self.named.append(skipped)
