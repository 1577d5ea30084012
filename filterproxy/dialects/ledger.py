"""What the session said became of one channel's text, as far as no event has carried it yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from filterproxy.core.tape import Piece, text_of


class Ledger:
    """Pieces in order; `use` takes them off as the events that brought their text leave."""

    def __init__(self) -> None:
        self._pieces: deque[Piece] = deque()

    def add(self, pieces: Iterable[Piece]) -> None:
        """Append what the session let go; neighbours that are upstream's own become one."""
        for piece in pieces:
            last = self._pieces[-1] if self._pieces else None
            if last is not None and last.verbatim and piece.verbatim:
                self._pieces[-1] = Piece(last.text + piece.text, last.taken + piece.taken, last.origin)
            else:
                self._pieces.append(piece)

    @property
    def unchanged(self) -> int:
        """Code points at the front that are as upstream sent them."""
        front = self._pieces[0] if self._pieces else None
        return front.taken if front is not None and front.verbatim else 0

    def covers(self, size: int) -> bool:
        """Whether the next *size* code points of upstream's are decided."""
        for piece in self._pieces:
            size -= piece.taken
            if size <= 0:
                break
        return size <= 0

    def use(self, size: int) -> list[Piece]:
        """Take off *size* code points of upstream's, with what stands before and in place of them."""
        used: list[Piece] = []
        while size:
            piece = self._pieces.popleft()
            if piece.taken > size:
                # Text of ours that replaces a longer piece goes with its beginning.
                kept = piece.text[size:] if piece.verbatim else ""
                self._pieces.appendleft(Piece(kept, piece.taken - size, piece.origin + size))
                piece = Piece(piece.text[:size] if piece.verbatim else piece.text, size, piece.origin)
            used.append(piece)
            size -= piece.taken
        return used

    def left_over(self) -> str:
        """Text of ours that no event of upstream's is left to carry; it is taken off."""
        if any(piece.verbatim and piece.text for piece in self._pieces):
            return ""
        text = text_of(self._pieces)
        if text:
            self._pieces.clear()
        return text
