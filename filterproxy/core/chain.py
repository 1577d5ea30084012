"""The ordered rules on one text: what each leaves, the next one reads."""

from __future__ import annotations

from filterproxy.core.calm import Calm, stage
from filterproxy.core.judge import Judge
from filterproxy.core.plan import Plan, Run
from filterproxy.core.stage import Stage
from filterproxy.core.tape import Piece, Tape


class Chain:
    """
    The rules of one channel's plan at work on its text.

    `feed` and `end` give what may leave, as pieces in order, and raise Dropped or Failed.
    """

    def __init__(self, plan: Plan, judge: Judge) -> None:
        self._links: list[Calm | Stage] = [_link(plan, run, judge) for run in plan.runs]
        self._judge = judge
        self._received = 0
        self._blank = True  # nothing but white space has left

    def feed(self, text: str) -> list[Piece]:
        """Take in more of the channel's text."""
        return self._through([self._piece(text)], final=False)

    def keep(self, text: str) -> None:
        """Take in text of which nothing need leave before the end: then all is read in one go."""
        if self._links:
            self._links[0].add([self._piece(text)])

    def _piece(self, text: str) -> Piece:
        piece = Piece(text, len(text), self._received)
        self._received += len(text)
        return piece

    def end(self) -> list[Piece]:
        """The text is complete: what is left of it."""
        out = self._through([], final=True)
        say_from = self._judge.say_from
        if self._blank and say_from is not None:
            out.append(Piece(self._judge.say(say_from), 0, self._received, own=True))
        return out

    def give_up(self) -> list[Piece]:
        """Everything that waits, as it is: what was not judged stays so."""
        pieces: list[Piece] = []
        for link in self._links:
            link.add(pieces)
            pieces = link.give_up()
        return pieces

    @property
    def waiting(self) -> int:
        """Code points that wait."""
        return sum(link.waiting for link in self._links)

    def _through(self, pieces: list[Piece], final: bool) -> list[Piece]:
        at = 0
        while at < len(self._links):
            link = self._links[at]
            link.add(pieces)
            matching = link.conflict(final) if isinstance(link, Calm) else None
            if isinstance(link, Calm) and matching is not None:
                self._links[at : at + 1] = link.come_apart(matching)
                pieces = []
                continue
            pieces = link.settle(final)
            if not pieces and not final:
                return pieces
            at += 1
        self._look_at(pieces)
        return pieces

    def _look_at(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            self._blank = self._blank and (not piece.text or piece.text.isspace())


def _link(plan: Plan, run: Run, judge: Judge) -> Calm | Stage:
    if run.alone:
        return stage(plan, run.rules[0], judge, Tape())
    return Calm(run, run.hold, plan, judge, Tape(), Tape())
