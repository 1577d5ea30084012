"""What was found in a reply and what was decided about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Channel(NamedTuple):
    """One stream of text in a reply: content of choice 0, arguments of its second tool call ..."""

    choice: int
    kind: str  # content, refusal, reasoning, arguments
    part: int = 0


class Outcome(StrEnum):
    """What became of a reply, or of one of its choices; the worst one names the reply."""

    PASS = "pass"
    FLAG = "flag"
    EDIT = "edit"
    CUT = "cut"
    DROP = "drop"
    RETRY = "retry"
    ERROR = "error"


GRAVITY = {outcome: rank for rank, outcome in enumerate(Outcome)}


@dataclass(frozen=True, slots=True)
class Hit:
    """
    One match of one rule.

    start, end: code points of the channel's text as upstream sent it, half-open. mode: enforce,
    canary or shadow, as it held for this reply. excuse: why nothing was done ("" when none):
    `grounded: system prompt`, `allow`, `match`.
    """

    rule: str
    channel: Channel
    start: int
    end: int
    action: str
    mode: str
    excuse: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that could not be judged: its time ran out, it is suspended, or it failed."""

    rule: str
    channel: Channel
    cause: str  # timeout, suspended, error; of rules that ask: unanswered, too_large, too_many
    policy: str  # pass, drop


@dataclass(slots=True)
class Verdict:
    """
    All that was decided about one reply.

    unscanned: causes for which some of it was not judged, by count. held_peak: the most code points
    that waited at one time. seconds: time in each rule's own engine, where the gate named the rule.
    removed_keys: JSON keys that were left out because they could repeat text that was changed. closed: a
    rule has cut a text and wants nothing more of it to be read.
    """

    hits: list[Hit] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unscanned: dict[str, int] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    held_peak: int = 0
    removed_keys: int = 0
    closed: bool = False

    @property
    def outcome(self) -> Outcome:
        """The gravest outcome of any choice."""
        return max(self.outcomes.values(), key=GRAVITY.__getitem__, default=Outcome.PASS)

    def not_scanned(self, cause: str) -> None:
        self.unscanned[cause] = self.unscanned.get(cause, 0) + 1
