"""Asks a rule's detector and its excuses, and keeps what they said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn, TypeVar

from filterproxy.core.asking import Needs, Question, Unanswered
from filterproxy.core.bound import Bound
from filterproxy.core.fold import Folded, fold
from filterproxy.core.markdown import code_in
from filterproxy.core.request import Request
from filterproxy.core.rule import OnError, Rule, Scope, Span, Timeout, Undecided, Walker, reads_json
from filterproxy.core.sentence import units
from filterproxy.core.tape import Tape
from filterproxy.core.verdict import Channel, Fault, Hit, Verdict

T = TypeVar("T")


class Failed(Exception):
    """A rule could not be judged and its policy is `drop`; args[0] is the rule's id."""


class Skipped(Exception):
    """A rule could not be judged and its policy is `pass`: it has no effect on this text."""


class View:
    """A tape's text as rules see it: as sent, and folded where that differs (worked out on first use)."""

    def __init__(self, tape: Tape) -> None:
        self.text = tape.text
        self._tape = tape
        self._is_folded = self.text.isascii()
        self._folded: Folded | None = None
        self._code: list[Span] | None = None
        self._units: dict[tuple[Scope, bool], list[Span]] = {}

    @property
    def folded(self) -> Folded | None:
        if not self._is_folded:
            self._is_folded = True
            self._folded = fold(self.text)
        return self._folded

    @property
    def code(self) -> list[Span]:
        """Where code stands in the text."""
        if self._code is None:
            reading = self._tape.reading
            self._code = code_in(self.text, reading)[0] if reading.in_code or "`" in self.text else []
        return self._code

    def units(self, scope: Scope, final: bool) -> list[Span]:
        """The units that wait; those of which the end is not certain only where no more text comes."""
        if (scope, final) not in self._units:
            self._units[scope, final] = units(self.text, scope, self._tape.base, final)
        return self._units[scope, final]

    def parts(self, unit: Span, bound: Bound) -> list[Span]:
        """A unit without the operator's pieces, and without what the rule skips: no match spans one."""
        match = bound.rule.match
        if hasattr(match, "walk") or reads_json(match) or (self._tape.plain and not bound.rule.skips_code):
            return [unit]
        barriers = [(at, at + 1) for at in self._tape.barriers(*unit)]
        if bound.rule.skips_code:
            barriers = sorted(barriers + [(a, b) for a, b in self.code if a < unit[1] and b > unit[0]])
        found, start = [], unit[0]
        for begin, end in barriers:
            if begin >= start:
                found.append((start, begin))
            start = max(start, end)
        return [*found, (start, unit[1])] if start <= unit[1] else found


@dataclass(slots=True)
class Judge:
    """
    What the rules of one channel share.

    clock: seconds, from any origin. language_of: which text of a `say` the caller reads. suspended: ids of
    rules that are not run, for having been too slow too often. unknown_passes: whether a match whose
    excuse cannot be decided is let through. limit: code points that may be kept of one text.
    """

    request: Request
    verdict: Verdict
    channel: Channel
    clock: Callable[[], float]
    language_of: Callable[[Request], str]
    suspended: frozenset[str] = frozenset()
    unknown_passes: bool = True
    limit: int = 1 << 20
    # The rule that drops this choice, once that is known: it ends the chain, and only observers go on.
    dropping: Bound | None = None
    say_from: Bound | None = None
    # What this reading lacks answers to: then nothing that it found counts.
    questions: list[Question] = field(default_factory=list)

    def first(self, bound: Bound, view: View, pos: int, unit: Span) -> Span | None:
        """
        The rule's first match in a unit, on either view; the longer one if both begin together.

        Raises Failed, Skipped.
        """
        rule = bound.rule
        return self._guarded(bound, lambda: self._first(rule, view, pos, unit))

    def walk(self, bound: Bound, walker: Walker, text: str, final: bool) -> list[Span]:
        """A counting rule's matches in more text of its own. Raises Failed, Skipped."""
        return self._guarded(bound, lambda: [*walker.feed(text), *(walker.end() if final else ())])

    def _guarded(self, bound: Bound, ask: Callable[[], T]) -> T:
        rule = bound.rule
        if rule.id in self.suspended:
            self._fault(bound, "suspended")
        began = self.clock()
        try:
            return ask()
        except Timeout:
            self._fault(bound, "timeout")
        except Unanswered as cause:
            self._fault(bound, str(cause))
        except Exception:  # A detector's bug is a fault of its rule, never a verdict, nor the proxy's end.
            self._fault(bound, "error")
        finally:
            seconds = self.verdict.seconds
            seconds[rule.id] = seconds.get(rule.id, 0.0) + self.clock() - began

    def _first(self, rule: Rule, view: View, pos: int, unit: Span) -> Span | None:
        found = self._find(rule, view.text, pos, unit)
        as_sent = rule.exact or hasattr(rule.match, "walk") or reads_json(rule.match)
        folded = None if as_sent else view.folded
        if folded is None:
            return found
        begin, end = folded.place(unit[0]), folded.place(unit[1])
        other = self._find(rule, folded.text, folded.place(pos), (begin, end))
        if other is None:
            return found
        other = folded.span(*other)
        return other if found is None else min(found, other, key=lambda s: (s[0], -s[1]))

    def _find(self, rule: Rule, text: str, pos: int, unit: Span) -> Span | None:
        try:
            return rule.match.find(text, pos, unit, self.request)
        except Needs as needs:
            self._lacks(rule, needs)
            return None

    def _lacks(self, rule: Rule, needs: Needs) -> None:
        kind = self.channel.kind
        self.questions.extend(Question(q.asker, q.text, rule.id, kind) for q in needs.questions)

    def _fault(self, bound: Bound, cause: str) -> NoReturn:
        policy = bound.rule.on_error if bound.enforced else OnError.PASS
        self.verdict.faults.append(Fault(bound.rule.id, self.channel, cause, policy.value))
        raise Failed(bound.rule.id) if policy is OnError.DROP else Skipped(bound.rule.id)

    def note(self, bound: Bound, tape: Tape, view: View, span: Span, unit: Span) -> str:
        """Note a match; the excuse that was found for it, "" when there is none."""
        excuse = self._excuse(bound, view, span, unit)
        origin = tape.origins(*span)
        self.verdict.hits.append(
            Hit(bound.rule.id, self.channel, *origin, bound.action.verb.value, bound.mode.value, excuse)
        )
        return excuse

    def _excuse(self, bound: Bound, view: View, span: Span, unit: Span) -> str:
        for excuse in bound.rule.unless:
            try:
                reason = excuse(view.text, span, unit, self.request)
            except Undecided as cause:
                self.verdict.not_scanned(str(cause))
                reason = "unknown" if self.unknown_passes else None
            except Needs as needs:
                self._lacks(bound.rule, needs)
                reason = "asked"
            except Timeout:
                self._fault(bound, "timeout")
            except Unanswered as cause:
                self._fault(bound, str(cause))
            except Exception:  # As in `first`.
                self._fault(bound, "error")
            if reason is not None:
                return reason
        return ""

    def say(self, bound: Bound) -> str:
        """What the client reads instead; "" when the rule says nothing."""
        return (
            "" if bound.action.say is None else bound.action.say.for_language(self.language_of(self.request))
        )

    def acted(self, bound: Bound) -> None:
        """Remember the first rule, in order, that changed this text and has something to say."""
        if bound.action.say is not None and (self.say_from is None or bound.index < self.say_from.index):
            self.say_from = bound
