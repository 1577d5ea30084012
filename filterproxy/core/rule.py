"""A rule as the engine runs it: compiled, immutable, shared by every reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from filterproxy.core.request import Request
from filterproxy.core.shape import Shape

# Code points. No match spans more, whole or streamed, so that every hold is bounded. At 30 tokens/s
# and ~4 letters a token, 4096 are half a minute: a rule that needs that much is one for `drop`.
MATCH_LIMIT = 4096

Span = tuple[int, int]


class Scope(StrEnum):
    """What bounds a match, and the unit that an action takes with it."""

    MATCH = "match"  # only as an action's unit
    SENTENCE = "sentence"
    LINE = "line"
    REPLY = "reply"


class Timeout(Exception):
    """A detector's time ran out: never a verdict."""


class Detector(Protocol):
    """
    One way of finding. A frozen value: what can fail failed at load.

    shape: what a match can look like, from which the gate and the hold are derived; None where it
    cannot be said: the rule then holds to the end of its scope.
    gate: patterns in RE2 syntax, one of which is in every text that has a match; None: from the
    shape, and where there is no shape either, always run.
    """

    @property
    def shape(self) -> Shape | None: ...

    @property
    def gate(self) -> tuple[str, ...] | None: ...

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        """
        The first match in text[unit] that begins at *pos* or later.

        What stands before the unit is context that may be looked back at (at least 1 024 code
        points of it are there, where the reply has them); what stands after is not looked at.
        Raises Timeout.
        """


def reads_json(detector: Detector) -> bool:
    """Whether *detector* reads JSON as such: a text as it was sent, not its string values one by one."""
    return getattr(detector, "reads_json", False) is True


class Walker(Protocol):
    """
    A detector that counts along a text: its state in one text, fed as the text comes.

    Such a detector has `walk(request) -> Walker | None`; None where it does not count after all.
    """

    def feed(self, text: str) -> list[Span]:
        """Matches that are now certain, in offsets from the text's beginning."""

    def end(self) -> list[Span]: ...

    def settled(self) -> int:
        """The earliest offset at which a match may still begin."""


class Excuse(Protocol):
    """A key of `unless`: judged for each match."""

    def __call__(self, text: str, span: Span, unit: Span, request: Request) -> str | None:
        """Why the match is excused; None when it is not. Raises Undecided, Timeout."""


class Undecided(Exception):
    """Not everything that an excuse must look at is in the request; args[0] is the cause."""


@dataclass(frozen=True, slots=True)
class Say:
    """What the client reads instead: one text, or one per language ("default" for the others)."""

    texts: Mapping[str, str]

    def for_language(self, language: str) -> str:
        return self.texts.get(language, self.texts.get("default", ""))


class Verb(StrEnum):
    """What a rule does with a match."""

    FLAG = "flag"
    REDACT = "redact"
    REPLACE = "replace"
    REMOVE = "remove"
    APPEND = "append"
    CUT = "cut"
    DROP = "drop"
    RETRY = "retry"


class Template(Protocol):
    """What stands in a match's place: literals, and spans of the text that are copied there."""

    def __call__(self, text: str, span: Span) -> tuple[str | Span, ...]: ...


@dataclass(frozen=True, slots=True)
class Action:
    """
    What is done, and how much of the text goes with a match.

    unit: what `remove` takes away and `cut` cuts before. template: of redact and replace.
    say: what the client reads instead. after_cut_close: upstream is closed after the cut.
    times, note, temperature, fallback, then: of `retry`: how often upstream is asked again, what it is
    told, at which temperature (None: the request's), which other upstream is asked once after that ("":
    none), what is done when none of it helped.
    """

    verb: Verb
    unit: Scope = Scope.MATCH
    template: Template | None = None
    say: Say | None = None
    after_cut_close: bool = False
    times: int = 0
    note: str = ""
    temperature: float | None = None
    fallback: str = ""
    then: Action | None = None

    @property
    def changes(self) -> bool:
        """Whether text leaves differently; `append` adds at the end and so holds nothing."""
        return self.verb not in (Verb.FLAG, Verb.APPEND)

    @property
    def whole(self) -> bool:
        """Whether nothing of the choice may leave before all of it was read."""
        return self.verb in (Verb.DROP, Verb.RETRY)

    @property
    def tries(self) -> int:
        """How often `retry` asks in all, its fallback included."""
        return self.times + bool(self.fallback)

    def asks(self, attempt: int) -> str:
        """The upstream that `retry` asks once *attempt* replies were thrown away before; "" for the usual."""
        return self.fallback if attempt >= self.times else ""


class Mode(StrEnum):
    ENFORCE = "enforce"
    CANARY = "canary"
    SHADOW = "shadow"
    OFF = "off"


class OnError(StrEnum):
    PASS = "pass"
    DROP = "drop"


class Condition(Protocol):
    """The `when` of a rule: which replies it is for."""

    def __call__(self, request: Request) -> bool: ...


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One rule, ready to run.

    scope: SENTENCE, LINE or REPLY. channels: kinds it reads. exact: matching sees only the text as
    sent, not its folded view. rollout: share of conversations (0 to 1) for which an enforced rule is
    enforced; the others see it as a shadow. streamed: the action when the client asked for a stream.
    """

    id: str
    match: Detector
    action: Action
    scope: Scope = Scope.REPLY
    channels: frozenset[str] = frozenset({"content"})
    when: Condition | None = None
    unless: tuple[Excuse, ...] = ()
    streamed: Action | None = None
    mode: Mode = Mode.ENFORCE
    rollout: float = 1.0
    on_error: OnError = OnError.DROP
    exact: bool = False
    # Matches inside Markdown code count for nothing, and none goes on behind it.
    skips_code: bool = False
    # Where an excuse or a combination must see the unit to its end, no prefix can settle a match.
    needs_unit: bool = False

    def action_for(self, stream: bool) -> Action:
        return self.streamed if stream and self.streamed is not None else self.action
