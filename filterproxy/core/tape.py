"""
Text on its way from one rule to the next, which remembers where it came from.

A rule hands on *pieces*: text of the model as it was, text of the model that was copied elsewhere,
text of the operator, and the note that text has gone. So the end of the chain can say, for every piece
of text that upstream sent, what became of it, and a match deep in the chain can be shown in the reply
as upstream sent it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

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

    text holds one placeholder for each piece of the operator's; `barriers` says where.
    """

    def __init__(self, origin: int = 0) -> None:
        self.text = ""
        self.base = 0
        self._origin = origin  # of text[base], while all that waits is verbatim and in one run
        self._pieces: list[Piece] | None = None  # what waits, once it is not

    def add(self, piece: Piece) -> None:
        """Append *piece*."""
        if self._pieces is None:
            waiting = len(self.text) - self.base
            if piece.verbatim and (not waiting or piece.origin == self._origin + waiting):
                if not waiting:
                    self._origin = piece.origin
                self.text += piece.text
                return
            self._pieces = []
            if waiting:
                self._pieces.append(Piece(self.text[self.base :], waiting, self._origin))
        self._pieces.append(piece)
        self.text += PLACEHOLDER if piece.own else piece.text

    @property
    def waiting(self) -> int:
        """Code points that have not left."""
        return len(self.text) - self.base

    @property
    def plain(self) -> bool:
        """Whether all that waits is upstream's own text in one run."""
        return self._pieces is None

    def barriers(self) -> list[int]:
        """Offsets of the operator's pieces among what waits."""
        found, at = [], self.base
        for piece in self._pieces or ():
            if piece.own:
                found.append(at)
            at += 1 if piece.own else len(piece.text)
        return found

    def origins(self, start: int, end: int) -> tuple[int, int]:
        """The span in upstream's text of text[start:end]; start must not have left."""
        first = self._origin_at(start)
        return (first, first if end == start else self._origin_at(end - 1) + 1)

    def _origin_at(self, offset: int) -> int:
        if self._pieces is None:
            return self._origin + offset - self.base
        at, last = self.base, self._origin
        for piece in self._pieces:
            size = 1 if piece.own else len(piece.text)
            if at <= offset < at + size:
                return piece.origin + (0 if piece.own else offset - at)
            at += size
            last = piece.origin + piece.taken
        return last

    def take(self, upto: int) -> list[Piece]:
        """Let everything before offset *upto* leave; the pieces of it, in order."""
        taken = self._take_plain(upto) if self._pieces is None else self._take_pieces(upto)
        self.base = upto
        return taken

    def trim(self) -> int:
        """Forget most of what has left, now and then; by how much all offsets have become smaller."""
        if self.base <= _CONTEXT_MAX:
            return 0
        shift = self.base - CONTEXT
        self.text = self.text[shift:]
        self.base = CONTEXT
        return shift

    def _take_plain(self, upto: int) -> list[Piece]:
        size = upto - self.base
        if not size:
            return []
        piece = Piece(self.text[self.base : upto], size, self._origin)
        self._origin += size
        return [piece]

    def _take_pieces(self, upto: int) -> list[Piece]:
        assert self._pieces is not None
        taken: list[Piece] = []
        room = upto - self.base
        while self._pieces:
            piece = self._pieces[0]
            size = 1 if piece.own else len(piece.text)
            if size > room:
                if room:
                    head, tail = _split(piece, room)
                    taken.append(head)
                    self._pieces[0] = tail
                return taken
            taken.append(self._pieces.pop(0))
            room -= size
        # Nothing odd waits any more: plain again.
        self._origin = max((p.origin + p.taken for p in taken), default=self._origin)
        self._pieces = None
        return taken

    def head(self, upto: int) -> Tape:
        """A tape of what waits before offset *upto*; this one stays as it is."""
        tape = Tape(self._origin)
        pieces = [Piece(self.text[self.base :], self.waiting, self._origin)] if self.plain else self._pieces
        room = upto - self.base
        for piece in pieces or ():
            size = 1 if piece.own else len(piece.text)
            if size > room:
                if room:
                    tape.add(_split(piece, room)[0])
                break
            tape.add(piece)
            room -= size
        return tape

    def successor(self) -> Tape:
        """A tape for what comes after this one: the same context, nothing waiting."""
        tape = Tape(self._origin_at(self.base))
        tape.text = self.text[: self.base]
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
