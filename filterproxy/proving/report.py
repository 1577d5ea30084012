"""What came of examples and conversations: plain values that go from process to process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from filterproxy.core.rule import Span
from filterproxy.rulebook.book import Rulebook


class Result(StrEnum):
    """
    What came of one proof.

    TODO: it is known to come out wrong, and does. NOW_RIGHT: it is noted as such, and comes out right.
    NOT_RUN: it needs the answer of somebody who cannot be asked here.
    """

    PASSED = "passed"
    FAILED = "failed"
    TODO = "todo"
    NOW_RIGHT = "now_right"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True)
class Failure:
    """
    An example that came out otherwise than it says.

    name: the rule or the conversation. how: in which way the reply was read. expected, came: in words.
    text, spans: the reply, and what was found in it.
    """

    name: str
    file: str
    line: int
    how: str
    expected: str
    came: str
    text: str
    spans: tuple[Span, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Plain data for scripts."""
        return {
            "name": self.name,
            "file": self.file,
            "line": self.line,
            "how": self.how,
            "expected": self.expected,
            "came": self.came,
            "reply": self.text,
            "spans": [list(span) for span in self.spans],
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What came of one example or conversation.

    name: the rule or the conversation. pack: "" of a conversation. kind: the list that it stands in (hit,
    pass, todo_hit, todo_pass), or "conversation". readings: how often it was read as bare text; wire: through
    dialects. failure: why it came out wrong; also of one that is known to. missing: of one that was not run,
    the rule that asks somebody who cannot be asked.
    """

    name: str
    pack: str
    file: str
    line: int
    kind: str
    result: Result
    readings: int = 0
    wire: int = 0
    seconds: float = 0.0
    failure: Failure | None = None
    missing: str = ""

    def as_json(self) -> dict[str, object]:
        """Plain data for scripts, without the failure."""
        return {
            "name": self.name,
            "pack": self.pack,
            "file": self.file,
            "line": self.line,
            "kind": self.kind,
            "result": self.result.value,
            "readings": self.readings,
            "dialect_readings": self.wire,
            "seconds": round(self.seconds, 6),
        }


@dataclass(slots=True)
class Report:
    """
    What was run.

    rules: how many there are. without: ids of rules that have no example. outcomes: in the order of the
    rules, conversations last. strict: whether an example that is noted as wrong, and is right, fails.
    """

    rules: int = 0
    without: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    strict: bool = False

    @property
    def clean(self) -> bool:
        """Whether something ran, and all of it came out as it says."""
        return not (self.failures or (self.strict and self.now_right)) and self.ran > 0

    @property
    def ran(self) -> int:
        return self.examples + self.conversations + len(self.todo) + len(self.now_right)

    @property
    def examples(self) -> int:
        """How many were run that should hold; those that are known not to are not among them."""
        return sum(1 for o in self._of(Result.PASSED, Result.FAILED) if o.kind != "conversation")

    @property
    def conversations(self) -> int:
        return sum(1 for o in self._of(Result.PASSED, Result.FAILED) if o.kind == "conversation")

    @property
    def readings(self) -> int:
        return sum(outcome.readings for outcome in self.outcomes)

    @property
    def wire(self) -> int:
        return sum(outcome.wire for outcome in self.outcomes)

    @property
    def failures(self) -> list[Failure]:
        return [o.failure for o in self._of(Result.FAILED) if o.failure is not None]

    @property
    def todo(self) -> list[Outcome]:
        return list(self._of(Result.TODO))

    @property
    def now_right(self) -> list[Outcome]:
        return list(self._of(Result.NOW_RIGHT))

    @property
    def not_run(self) -> dict[str, int]:
        """How many could not be run, by the rule that asks somebody."""
        counts: dict[str, int] = {}
        for outcome in self._of(Result.NOT_RUN):
            counts[outcome.missing] = counts.get(outcome.missing, 0) + 1
        return counts

    def _of(self, *results: Result) -> Iterator[Outcome]:
        return (outcome for outcome in self.outcomes if outcome.result in results)

    def as_json(self) -> dict[str, object]:
        """Plain data for scripts."""
        return {
            "ok": self.clean,
            "rules": self.rules,
            "examples": self.examples,
            "conversations": self.conversations,
            "readings": self.readings,
            "dialect_readings": self.wire,
            "without_examples": self.without,
            "not_run": self.not_run,
            "todo": [_noted(outcome) for outcome in self.todo],
            "now_right": [_noted(outcome) for outcome in self.now_right],
            "failures": [failure.as_json() for failure in self.failures],
            "outcomes": [outcome.as_json() for outcome in self.outcomes],
        }


def _noted(outcome: Outcome) -> dict[str, object]:
    said = {"name": outcome.name, "file": outcome.file, "line": outcome.line, "kind": outcome.kind}
    return said | ({} if outcome.failure is None else {"came": outcome.failure.came})


def begin(rulebook: Rulebook, files: Iterable[str] | None = None, *, strict: bool = False) -> Report:
    """An empty report of a rulebook, or of its rules in these files."""
    infos = [info for info in rulebook.infos if files is None or info.file in files]
    return Report(len(infos), [i.id for i in infos if not i.examples and not i.todo], [], strict)
