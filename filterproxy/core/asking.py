"""
Verbs whose finding is not the core's to work out: what a server says, other people's code, a trained model.

Theory of operation. Such a detector looks its answer up in the request's memo, under itself and the text that
it asks about. Where it is not there, it raises Needs. The judge takes that for "no match" and goes on, so
that one reading of a reply collects the questions of all its rules; at the end the session raises Needs
with them. The shell gets the answers, however long that takes, puts them into the memo, and has the same
reply read again by a new session. So filtering stays a function of rulebook, request (with the answers)
and reply. A reading that lacks an answer is thrown away whole, and nothing of it has left: rules that ask
and act hold the whole reply, those that only look are judged when it has gone (Plan.late).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from filterproxy.core.request import Request
from filterproxy.core.rule import Rule, Span, Timeout

# Start, end and label ("" where there is none) of what was found, in offsets of the text in question.
Found = tuple[int, int, str]


class NoAnswer(StrEnum):
    """Why there is none: never a verdict."""

    TIMEOUT = "timeout"  # the rule's own code or model is slow: it may be suspended for it
    UNANSWERED = "unanswered"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"


Answer = tuple[Found, ...] | NoAnswer


class Asker(Protocol):
    """Who is asked; equal ones are asked once for equal texts of one request."""

    @property
    def kind(self) -> str:
        """The verb."""

    def __hash__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Question:
    """rule, channel: who asked first, and about which kind of text."""

    asker: Any
    text: str
    rule: str = field(default="", compare=False)
    channel: str = field(default="", compare=False)


class Needs(Exception):
    """A reply cannot be judged without answers to these questions."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self.questions = tuple(dict.fromkeys(questions))
        super().__init__(len(self.questions))


class Unanswered(Exception):
    """There is no answer; args[0] is the cause."""


def asked(asker: Asker, text: str, request: Request) -> tuple[Found, ...]:
    """What *asker* said about *text*, in order. Raises Needs, Unanswered, Timeout."""
    answer: Answer | None = request.memo.get((asker, text))
    if answer is None:
        raise Needs([Question(asker, text)])
    if isinstance(answer, NoAnswer):
        raise Timeout if answer is NoAnswer.TIMEOUT else Unanswered(answer.value)
    return answer


def first(found: Iterable[Found], pos: int, unit: Span) -> Span | None:
    """The first of what was found in a unit that begins at *pos* or later, in offsets of the whole text."""
    spans = ((unit[0] + start, unit[0] + end) for start, end, _ in found)
    return next((span for span in spans if span[0] >= pos), None)


def answer(request: Request, question: Question, said: Answer) -> None:
    """Let *request* know what was said."""
    request.memo[question.asker, question.text] = said


def is_answered(request: Request, question: Question) -> bool:
    return (question.asker, question.text) in request.memo


def read_spans(spans: Iterable[Any], length: int) -> tuple[Found, ...]:
    """
    What foreign code found in a text of *length* code points, as pairs, in order.

    Raises ValueError for what is no span of it.
    """
    found = []
    for span in spans:
        start, end = span
        if type(start) is not int or type(end) is not int or not 0 <= start < end <= length:
            raise ValueError("a match is a start and an end within the text")
        found.append((start, end, ""))
    return tuple(sorted(found))


def askers_of(rule: Rule) -> tuple[Asker, ...]:
    """Whom a rule asks, for its matches or for its excuses."""
    return tuple(_askers((rule.match, *rule.unless)))


def _askers(parts: Iterable[Any]) -> Iterator[Asker]:
    for part in parts:
        yield from getattr(part, "askers", ())
