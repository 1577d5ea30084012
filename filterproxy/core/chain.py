"""The ordered rules on one text: what each leaves, the next one reads."""

from __future__ import annotations

from collections.abc import Sequence

from filterproxy.core.calm import Calm, stage
from filterproxy.core.judge import Judge
from filterproxy.core.plan import Plan
from filterproxy.core.rule import Span
from filterproxy.core.run import Run
from filterproxy.core.stage import Stage
from filterproxy.core.tape import CONTEXT, Piece, Tape


class Chain:
    """
    The rules of one channel's plan at work on its text.

    `feed` and `end` give what may leave, as pieces in order, and raise Dropped or Failed.

    own: spans of a text that is kept which are the operator's words already, in order.
    """

    def __init__(self, plan: Plan, judge: Judge, own: Sequence[Span] = ()) -> None:
        self._plan = plan
        self._judge = judge
        self._own = own
        self._groups: list[_Group] = []  # made when there is something for them to read
        self._kept: list[str] = []
        self._kept_size = 0
        self._received = 0
        self._blank = True  # nothing but white space has left

    def feed(self, text: str) -> list[Piece]:
        """Take in more of the channel's text."""
        if not self._groups:
            self._groups = self._made()
        return self._through([self._piece(text)], final=False)

    def keep(self, text: str) -> None:
        """Take in text of which nothing need leave before the end: then all is read in one go."""
        self._kept.append(text)
        self._kept_size += len(text)

    def _made(self) -> list[_Group]:
        return [_Group(run, self._plan, self._judge) for run in self._plan.runs]

    def _piece(self, text: str) -> Piece:
        piece = Piece(text, len(text), self._received)
        self._received += len(text)
        return piece

    def _parted(self, text: str) -> list[Piece]:
        """*text* with the operator's words in it told apart."""
        pieces, at = [], 0
        for start, end in self._own:
            pieces += [self._piece(text[at:start]), self._piece(text[start:end])._replace(own=True)]
            at = end
        pieces.append(self._piece(text[at:]))
        return [piece for piece in pieces if piece.text or piece.own]

    def end(self) -> list[Piece]:
        """The text is complete: what is left of it."""
        kept = "".join(self._kept)
        pieces = self._parted(kept) if self._own else [self._piece(kept)] if kept else []
        # Most texts that are read in one go: no rule is even asked.
        if not self._groups and (self._own or self._plan.may_touch(kept)):
            self._groups = self._made()
        out = self._through(pieces, final=True)
        say_from = self._judge.say_from
        if self._blank and say_from is not None:
            out.append(Piece(self._judge.say(say_from), 0, self._received, own=True))
        return out

    def give_up(self) -> list[Piece]:
        """Everything that waits, as it is: what was not judged stays so."""
        pieces = [self._piece(text) for text in self._kept]
        for group in self._groups:
            pieces = group.give_up(pieces)
        return pieces

    @property
    def waiting(self) -> int:
        """Code points that wait."""
        return self._kept_size + sum([group.waiting for group in self._groups])

    def _through(self, pieces: list[Piece], final: bool) -> list[Piece]:
        for group in self._groups:
            if not pieces and not final:
                break
            pieces = group.through(pieces, final)
        self._look_at(pieces)
        return pieces

    def _look_at(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            self._blank = self._blank and (not piece.text or piece.text.isspace())


class _Group:
    """A run of rules, and the parts that it came apart into."""

    def __init__(self, run: Run, plan: Plan, judge: Judge) -> None:
        self._run = run
        self._plan = plan
        self._judge = judge
        self.waiting = 0  # code points, kept here as they are asked for with every delta
        self._since = 0  # code points read since it came apart, or was found not to be one again
        alone = run.alone
        self._links: list[Calm | Stage] = [
            self._whole(Tape(), Tape() if run.observers else None)
            if alone is None
            else stage(plan, alone, judge, Tape())
        ]

    def _whole(self, tape: Tape, read: Tape | None) -> Calm:
        return Calm(self._run, self._plan, self._judge, tape, read)

    def add(self, pieces: list[Piece]) -> None:
        self._links[0].add(pieces)
        self._count()

    def _count(self) -> None:
        self.waiting = sum([link.waiting for link in self._links])

    def give_up(self, pieces: list[Piece]) -> list[Piece]:
        for link in self._links:
            link.add(pieces)
            pieces = link.give_up()
        self._count()
        return pieces

    def through(self, pieces: list[Piece], final: bool) -> list[Piece]:
        """What the rules leave of *pieces*, as far as that is settled."""
        try:
            return self._through(pieces, final)
        finally:
            self._count()

    def _through(self, pieces: list[Piece], final: bool) -> list[Piece]:
        at = 0
        if len(self._links) > 1:
            self._since += sum(len(piece.text) for piece in pieces)
        while at < len(self._links):
            link = self._links[at]
            link.add(pieces)
            matching = link.conflict(final) if isinstance(link, Calm) else None
            if isinstance(link, Calm) and matching is not None:
                self._links[at : at + 1] = link.come_apart(matching)
                self._since = 0
                pieces = []
                continue
            pieces = link.settle(final)
            if not pieces and not final:
                return pieces
            at += 1
        if self._since >= CONTEXT and len(self._links) > 1 and not final:
            self._since = 0
            self._come_together()
        return pieces

    def _come_together(self) -> None:
        """
        Be one again when all parts have read the same for long enough to be equal but for their rules.

        Then a stream costs no more after a match than before it, however many rules have matched.
        """
        first, *others = self._links
        if self._run.observers or not first.tape.plain or not all(link.at_rest for link in others):
            return
        recent = first.tape.recent
        if all(link.tape.recent == recent for link in others):
            self._links = [self._whole(first.tape, None)]
