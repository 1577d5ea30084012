"""
Text on its way from one rule to the next, which remembers where it came from.

A rule hands on *pieces*: text of the model as it was, text of the model that was copied elsewhere,
text of the operator, and the note that text has gone. So the end of the chain can say, for every piece
of text that upstream sent, what became of it, and a match deep in the chain can be shown in the reply
as upstream sent it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from filterproxy.core.markdown import Reading, code_in, trim_at

# Stands in a tape for a piece of the operator's: neither a letter nor white space.
PLACEHOLDER = "\ufffc"

# Code points of text that has left, kept for what looks back (facts, look-behind, words at an edge).
CONTEXT = 1024
# Trimmed only when it has grown to this, so that trimming is rare.
_CONTEXT_MAX = 4 * CONTEXT


class Piece(NamedTuple):
    """
    A piece of text between two rules.

    text: what a reader would read. taken: code points of upstream's text it accounts for. origin: the
    offset of its first character in that text. own: the operator's words; no rule reads them.
    """

    text: str
    taken: int
    origin: int
    own: bool = False

    @property
    def verbatim(self) -> bool:
        """Upstream's own text, in its place."""
        return not self.own and self.taken == len(self.text)


class Tape:
    """
    What a rule reads: text before `base` has left, text from `base` on waits.

    text holds one placeholder for each piece of the operator's; `barriers` says where. While all that
    waits is upstream's own text in one run, no pieces are kept, only where the run began.
    """

    def __init__(self, origin: int = 0) -> None:
        self.text = ""
        self.base = 0
        self._origin = origin  # of text[base], while plain
        self._pieces: deque[Piece] | None = None  # what waits, once it is not plain
        self._starts: list[int] = []  # where each of them begins in the text
        self._barriers: list[int] = []
        self.reading = Reading()  # of what was before the text

    def extend(self, pieces: Sequence[Piece]) -> None:
        """Append *pieces*."""
        if not pieces:
            return
        size = len(self.text)
        if len(pieces) == 1 and self._pieces is None and self._goes_on(pieces[0], size):
            self.text += pieces[0].text  # nearly always
            return
        texts: list[str] = []
        for piece in pieces:
            if self._pieces is None and not self._goes_on(piece, size):
                self._keep_pieces(size, texts)
            if self._pieces is not None:
                self._pieces.append(piece)
                self._starts.append(size)
                if piece.own:
                    self._barriers.append(size)
            texts.append(PLACEHOLDER if piece.own else piece.text)
            size += len(texts[-1])
        self.text += "".join(texts)

    def _goes_on(self, piece: Piece, size: int) -> bool:
        """Whether *piece* goes on where the run of upstream's text ends; an empty run begins with it."""
        if not piece.verbatim:
            return False
        if size == self.base:
            self._origin = piece.origin
        return piece.origin == self._origin + size - self.base

    def _keep_pieces(self, size: int, texts: list[str]) -> None:
        self._pieces = deque()
        self._starts = []
        if size > self.base:
            run = self.text[self.base :] + "".join(texts)
            self._pieces.append(Piece(run, len(run), self._origin))
            self._starts.append(self.base)

    @property
    def waiting(self) -> int:
        """Code points that have not left."""
        return len(self.text) - self.base

    @property
    def plain(self) -> bool:
        """Whether all that waits is upstream's own text in one run."""
        return self._pieces is None

    @property
    def recent(self) -> str:
        """What left last: all that a rule may look back at."""
        return self.text[max(0, self.base - CONTEXT) : self.base]

    def barriers(self, start: int, end: int) -> list[int]:
        """Where pieces of the operator's stand in text[start:end], among what waits."""
        return self._barriers[bisect_left(self._barriers, start) : bisect_left(self._barriers, end)]

    def origins(self, start: int, end: int) -> tuple[int, int]:
        """The span in upstream's text of text[start:end]; start must not have left."""
        first = self._origin_at(start)
        return (first, first if end == start else self._origin_at(end - 1) + 1)

    def _origin_at(self, offset: int) -> int:
        if not self._pieces:
            return self._origin + offset - self.base
        # Pieces without text begin where the next one does: the last that begins there has the character.
        piece = self._pieces[max(0, bisect_right(self._starts, offset) - 1)]
        start = self._starts[max(0, bisect_right(self._starts, offset) - 1)]
        if piece.own:
            return piece.origin if offset == start else piece.origin + piece.taken
        if offset - start < len(piece.text):
            return piece.origin + offset - start
        return piece.origin + piece.taken

    def take(self, upto: int) -> list[Piece]:
        """Let everything before offset *upto* leave; the pieces of it, in order."""
        taken = self._take_plain(upto) if self._pieces is None else self._take_pieces(self._pieces, upto)
        self.base = upto
        return taken

    def trim(self) -> int:
        """Forget most of what has left, now and then; by how much all offsets have become smaller."""
        if self.base <= _CONTEXT_MAX:
            return 0
        shift = trim_at(self.text, self.base - CONTEXT)
        _, self.reading = code_in(self.text[:shift], self.reading)
        self.text = self.text[shift:]
        self.base -= shift
        self._starts = [start - shift for start in self._starts]
        self._barriers = [barrier - shift for barrier in self._barriers]
        return shift

    def _take_plain(self, upto: int) -> list[Piece]:
        size = upto - self.base
        if not size:
            return []
        piece = Piece(self.text[self.base : upto], size, self._origin)
        self._origin += size
        return [piece]

    def _take_pieces(self, pieces: deque[Piece], upto: int) -> list[Piece]:
        taken: list[Piece] = []
        room = upto - self.base
        while pieces:
            size = 1 if pieces[0].own else len(pieces[0].text)
            if size > room:
                break
            taken.append(pieces.popleft())
            room -= size
        del self._starts[: len(taken)]
        if pieces and room:
            head, pieces[0] = _split(pieces[0], room)
            taken.append(head)
            self._starts[0] = upto
        del self._barriers[: bisect_left(self._barriers, upto)]
        if not pieces:
            self._be_plain(taken)
        return taken

    def _be_plain(self, taken: list[Piece]) -> None:
        """Nothing waits any more: what comes next begins a run."""
        self._origin = max((piece.origin + piece.taken for piece in taken), default=self._origin)
        self._pieces = None
        self._starts = []

    def head(self, upto: int) -> Tape:
        """A tape of what waits before offset *upto*; this one stays as it is."""
        tape = Tape(self._origin)
        waiting = [Piece(self.text[self.base :], self.waiting, self._origin)] if self.plain else self._pieces
        room = upto - self.base
        kept: list[Piece] = []
        for piece in waiting or ():
            size = 1 if piece.own else len(piece.text)
            if size > room:
                if room:
                    kept.append(_split(piece, room)[0])
                break
            kept.append(piece)
            room -= size
        tape.extend(kept)
        return tape

    def successor(self) -> Tape:
        """A tape for what comes after this one: the same context, nothing waiting."""
        tape = Tape(self._origin_at(self.base))
        tape.text = self.text[: self.base]
        tape.reading = self.reading
        tape.base = self.base
        return tape


def _split(piece: Piece, at: int) -> tuple[Piece, Piece]:
    if piece.verbatim:
        return (
            Piece(piece.text[:at], at, piece.origin),
            Piece(piece.text[at:], piece.taken - at, piece.origin + at),
        )
    return piece._replace(text=piece.text[:at]), Piece(piece.text[at:], 0, piece.origin + at)


def gone(pieces: Iterable[Piece]) -> list[Piece]:
    """What is left of *pieces* when their text is taken away: that it has gone."""
    pieces = list(pieces)
    taken = sum(piece.taken for piece in pieces)
    return [Piece("", taken, pieces[0].origin)] if taken else []


def text_of(pieces: Iterable[Piece]) -> str:
    """What the client reads."""
    return "".join(piece.text for piece in pieces)
