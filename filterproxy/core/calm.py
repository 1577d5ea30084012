"""
Consecutive rules on a text that none of them has changed yet: one scan for all of them.

As long as nothing matches, all these rules read the same text, so one gate and one hold serve them all.
When the gate names a rule whose engine then does find a match, the group comes apart there: the rules
before it, that rule as a stage of its own, the rules behind it, each going on from the same place. So the
parts are as many as rules that matched in this reply, however long the chain.

Rules that only look (shadows, `flag`, `append`) are asked once, at the end, on all of the text.
"""

from __future__ import annotations

from filterproxy.core.bound import Bound
from filterproxy.core.judge import Failed, Judge, Skipped, View
from filterproxy.core.plan import Plan
from filterproxy.core.rule import Scope, Verb
from filterproxy.core.run import Run
from filterproxy.core.sentence import unit_end
from filterproxy.core.stage import Stage
from filterproxy.core.tape import Piece, Tape


class Calm:
    """
    A run of rules, all at rest.

    tape: what they read; it waits there. read: all that they have read, kept only where some of them
    look at it in the end.
    """

    def __init__(self, run: Run, plan: Plan, judge: Judge, tape: Tape, read: Tape | None) -> None:
        self._run = run
        self._plan = plan
        self._judge = judge
        self.tape = tape
        self._read = read if run.observers else None
        self._named: frozenset[int] | None = None  # by the gate, on all of the text

    @property
    def waiting(self) -> int:
        return self.tape.waiting

    @property
    def at_rest(self) -> bool:
        """Whether nothing waits."""
        return not self.tape.waiting and self.tape.plain

    def add(self, pieces: list[Piece]) -> None:
        """Take in what the rule before left."""
        self.tape.trim()
        self.tape.extend(pieces)
        if self._read is not None:
            self._remember(self._read, pieces)

    def _remember(self, read: Tape, pieces: list[Piece]) -> None:
        read.extend(pieces)
        if read.waiting > self._judge.limit:
            self._judge.verdict.not_scanned("too_large")
            self._read = None

    def give_up(self) -> list[Piece]:
        """Everything that waits, as it is."""
        return self.tape.take(len(self.tape.text))

    def conflict(self, final: bool) -> Bound | None:
        """The first rule in order that does match in what waits; None: all stay at rest."""
        run, tape = self._run, self.tape
        if not run.changers or (not final and (run.whole or not self._something_complete())):
            return None
        named = self._plan.gate.names(tape.text, tape.base)
        self._named = named if final and tape.base == 0 else None
        if not named:
            return None
        view, changers = View(tape), self._plan.changers
        first, last = run.bounds
        for index in sorted(named):
            if first <= index <= last and index in changers and self._finds(changers[index], view, final):
                return changers[index]
        return None

    def _something_complete(self) -> bool:
        tape, unit = self.tape, self._run.unit
        return tape.waiting > 0 and (unit is None or unit_end(tape.text, tape.base, False, unit) >= 0)

    def _finds(self, bound: Bound, view: View, final: bool) -> bool:
        try:
            return any(
                self._judge.first(bound, view, part[0], part) is not None
                for unit in view.units(bound.rule.scope, final)
                for part in view.parts(unit, bound)
            )
        except (Failed, Skipped):
            self._judge.verdict.faults.pop()  # its stage will say so
            return True

    def come_apart(self, at: Bound) -> list[Calm | Stage]:
        """The rules before *at*, which hold all that waits; *at* itself; the rules behind it."""
        before, behind = self._run.parted(at)
        had_left = None
        if self._read is not None and behind.observers:
            had_left = self._read.head(len(self._read.text) - self.tape.waiting)
        return [
            Calm(before, self._plan, self._judge, self.tape, self._read),
            stage(self._plan, at, self._judge, self.tape.successor()),
            Calm(behind, self._plan, self._judge, self.tape.successor(), had_left),
        ]

    def settle(self, final: bool) -> list[Piece]:
        """What may leave now; at the end, with what the rules that only look have to add."""
        if not final:
            return self.tape.take(self._settled())
        out = self.tape.take(len(self.tape.text))
        return out + self._look(self._read) if self._read is not None else out

    def _settled(self) -> int:
        run, text, base = self._run, self.tape.text, self.tape.base
        if run.whole:
            return base
        if not run.changers:
            return len(text)
        waits = run.waits_from(text, base)
        if run.unit is None:
            return waits
        settled = base
        while settled < len(text):
            end = unit_end(text, settled, False, run.unit)
            if end < 0 or end > waits:
                break
            settled = end
        return settled

    def _look(self, read: Tape) -> list[Piece]:
        view = View(read)
        named = self._named if self._named is not None else self._plan.gate.names(view.text)
        appended: list[Piece] = []
        for bound in self._run.observers:
            if bound.index in named and self._matched(bound, view, read) and bound.enforced:
                appended += self._append(bound, read)
        return appended

    def _matched(self, bound: Bound, view: View, read: Tape) -> bool:
        """Note the rule's matches; whether one of them was not excused."""
        found = False
        ends = bound.action.whole or bound.action.verb is Verb.CUT
        try:
            for unit in view.units(bound.rule.scope, final=True):
                for part in view.parts(unit, bound):
                    at = part[0]
                    while (span := self._judge.first(bound, view, at, part)) is not None:
                        if not self._judge.note(bound, read, view, span, part):
                            found = True
                            if ends:
                                return True
                        at = max(span[1], span[0] + 1)
        except Skipped:
            return False
        return found

    def _append(self, bound: Bound, read: Tape) -> list[Piece]:
        said = self._judge.say(bound) if bound.action.verb is Verb.APPEND else ""
        end, _ = read.origins(len(read.text), len(read.text))
        return [Piece(said, 0, end, own=True)] if said else []


def stage(plan: Plan, bound: Bound, judge: Judge, tape: Tape) -> Stage:
    """A rule on its own."""
    hold = plan.hold_of(bound) if bound.rule.scope is Scope.REPLY else None
    return Stage(bound, judge, tape, hold)
