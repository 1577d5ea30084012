"""
One rule at work on one text, as the text comes.

Theory of operation. A stage reads a tape. What it has *settled* can no longer be changed by it, whatever
follows, and leaves; the rest waits. Three things bound what is settled:

- an attempt to match that may still read on (see `Hold`; for counting detectors their walker) waits from
  where it began, since the detector might yet take text from there on;
- a rule that is judged by the sentence or line, or that takes one away, waits for that unit's end;
- a rule for which neither is known waits for the end of the text.

A match that begins before the settled place is certain, even where it reaches beyond it. Nothing depends
on how the text was cut, because only settled attempts are looked at.
"""

from __future__ import annotations

from filterproxy.core.bound import Bound
from filterproxy.core.gate import Hold
from filterproxy.core.judge import Judge, Skipped, View
from filterproxy.core.rule import Scope, Span, Verb, Walker
from filterproxy.core.sentence import unit_end
from filterproxy.core.tape import Piece, Tape, gone


class Dropped(Exception):
    """A rule drops the choice, or asks upstream again; args[0] is the rule as bound."""


class Stage:
    """A rule that changes text. hold: for a rule that waits only for what could begin a match."""

    def __init__(self, bound: Bound, judge: Judge, tape: Tape, hold: Hold | None) -> None:
        self._bound = bound
        self._judge = judge
        self.tape = tape
        self._hold = hold
        self._seek = tape.base  # attempts before it were made
        self._found: list[Span] = []  # matches that were not acted on yet
        self._over = False  # after a cut
        self._idle = False  # after a fault that lets text pass
        walk = getattr(bound.rule.match, "walk", None)
        if walk is None or bound.rule.scope is not Scope.REPLY:
            self._walker: Walker | None = None
        else:
            self._walker = walk(judge.request)
        self._walker_start = tape.base  # where its offset 0 stands in the tape
        self._walked = tape.base  # what it was given ends here

    def add(self, pieces: list[Piece]) -> None:
        """Take in what the rule before left."""
        shift = self.tape.trim()
        if shift:
            self._seek -= shift
            self._walker_start -= shift
            self._walked -= shift
            self._found = [(start - shift, end - shift) for start, end in self._found]
        self.tape.extend(pieces)

    def settle(self, final: bool) -> list[Piece]:
        """What may leave now, as this rule leaves it. Raises Dropped, Failed."""
        everything = len(self.tape.text)
        if self._over:
            return gone(self.tape.take(everything))
        if self._idle:
            return self.tape.take(everything)
        try:
            out = self._leave(self._judge_text(View(self.tape), final), final)
            return out + self.tape.take(everything if final else self.tape.base)
        except Skipped:
            self._idle = True
            return self.tape.take(everything)

    def give_up(self) -> list[Piece]:
        """Everything that waits, as it is."""
        return self.tape.take(len(self.tape.text))

    @property
    def waiting(self) -> int:
        return self.tape.waiting

    @property
    def at_rest(self) -> bool:
        """Whether nothing is left of what it did but the text before its tape's base."""
        busy = self._over or self._idle or self._found or self._walker is not None
        return not busy and not self.tape.waiting and self.tape.plain

    def _judge_text(self, view: View, final: bool) -> int:
        """Make every attempt that the text decides; the place before which all are made."""
        if self._walker is not None:
            return self._walk(self._walker, view, final)
        if self._bound.rule.scope is not Scope.REPLY:
            return self._judge_units(view, final)
        return self._search(view, final) if final or self._hold is not None else self.tape.base

    def _search(self, view: View, final: bool) -> int:
        end = len(view.text)
        segments = view.parts((self.tape.base, end), self._bound)
        for segment in segments:
            if segment[1] < self._seek:
                continue
            self._seek = max(self._seek, segment[0])
            self._search_segment(view, segment, final or segment is not segments[-1])
            if self._over:
                break
        return min(self._seek, end)

    def _search_segment(self, view: View, segment: Span, closed: bool) -> None:
        while True:
            waits = segment[1] if closed else self._waits(view.text)
            span = self._judge.first(self._bound, view, self._seek, segment)
            if span is None or (span[0] >= waits and not closed):
                self._seek = max(self._seek, waits)
                return
            self._match(view, span, segment)
            self._seek = max(span[1], span[0] + 1)
            if self._over:
                return

    def _waits(self, text: str) -> int:
        assert self._hold is not None
        return self._hold.start(text, self._seek)

    def _walk(self, walker: Walker, view: View, final: bool) -> int:
        spans = self._judge.walk(self._bound, walker, view.text[self._walked :], final)
        self._walked = len(view.text)
        start = self._walker_start
        for begin, end in spans:
            self._match(view, (start + begin, start + end), (0, len(view.text)))
            if self._over:
                break
        return len(view.text) if final else max(self.tape.base, start + walker.settled())

    def _judge_units(self, view: View, final: bool) -> int:
        while self._seek < len(view.text):
            end = unit_end(view.text, self._seek, final, self._bound.rule.scope)
            if end < 0:
                break
            self._judge_unit(view, (self._seek, end))
            self._seek = end
            if self._over:
                break
        return self._seek

    def _judge_unit(self, view: View, unit: Span) -> None:
        for part in view.parts(unit, self._bound):
            at = part[0]
            while (span := self._judge.first(self._bound, view, at, part)) is not None:
                self._match(view, span, part)
                if self._over:
                    return
                at = max(span[1], span[0] + 1)

    def _match(self, view: View, span: Span, unit: Span) -> None:
        if self._judge.note(self._bound, self.tape, view, span, unit):
            return
        action = self._bound.action
        if action.whole:
            raise Dropped(self._bound) if self._judge.dropping is None else Skipped(self._bound.rule.id)
        self._found.append(span)
        self._judge.acted(self._bound)
        if action.verb is Verb.CUT:
            self._over = True
            self._judge.verdict.closed |= action.after_cut_close

    def _leave(self, settled: int, final: bool) -> list[Piece]:
        action = self._bound.action
        if self._over:
            return self._cut(final)
        if action.unit is not Scope.MATCH:
            return self._leave_units(settled, final)
        out: list[Piece] = []
        for start, end in self._found:
            out += self.tape.take(start)
            out += self._instead((start, end))
        self._found = []
        return out + self.tape.take(max(self.tape.base, settled))

    def _instead(self, span: Span) -> list[Piece]:
        """What stands in place of a match, and that the match has gone."""
        template = self._bound.action.template
        first, _ = self.tape.origins(*span)
        put: list[Piece] = []
        for part in template(self.tape.text, span) if template is not None else ():
            if isinstance(part, str):
                put.append(Piece(part, 0, first, own=True))
            elif part[1] > part[0]:
                put.append(Piece(self.tape.text[slice(*part)], 0, self.tape.origins(*part)[0]))
        return put + gone(self.tape.take(span[1]))

    def _leave_units(self, settled: int, final: bool) -> list[Piece]:
        """Units that are complete and in which every attempt was made; those with a match are gone."""
        out: list[Piece] = []
        start = self.tape.base
        while start < len(self.tape.text):
            end = unit_end(self.tape.text, start, final, self._bound.action.unit)
            if end < 0 or end > settled:
                break
            hit = any(s < end and max(e, s + 1) > start for s, e in self._found)
            out += gone(self.tape.take(end)) if hit else self.tape.take(end)
            start = end
        self._found = [(s, e) for s, e in self._found if e > start]
        return out

    def _cut(self, final: bool) -> list[Piece]:
        """What came before the match's unit, then what is said instead."""
        at = self._found[0][0]
        if self._bound.action.unit is not Scope.MATCH:
            at = self._unit_of(at, final)
        origin, _ = self.tape.origins(at, at)
        out = self.tape.take(at)
        said = self._judge.say(self._bound)
        if said:
            out.append(Piece(said, 0, origin, own=True))
        return out + gone(self.tape.take(len(self.tape.text)))

    def _unit_of(self, offset: int, final: bool) -> int:
        """Where the action's unit begins in which *offset* stands."""
        start = self.tape.base
        while start < offset:
            end = unit_end(self.tape.text, start, final, self._bound.action.unit)
            if end < 0 or end > offset:
                break
            start = end
        return start
