"""
Plain text as a stream of pieces, each of complete characters.

Text has no events. Pieces are short, since the whole of a piece waits for what waits within it.
"""

from __future__ import annotations

from filterproxy.dialects.translation import Event

# Bytes. Tokens are shorter, so that a model's own stream is not cut further.
_PIECE = 256
# A character is at most four bytes; so many may be there without the last.
_UNFINISHED = 3


class Splitter:
    """
    Cuts a stream of bytes into pieces of UTF-8.

    buffer, at: what has come and was not read yet is buffer[at:].
    """

    def __init__(self) -> None:
        self.buffer = b""
        self.at = 0
        self._began = False

    def add(self, data: bytes) -> None:
        """Take in more bytes."""
        self.buffer = self.buffer[self.at :] + data
        self.at = 0

    def next(self) -> Event | None:
        """The next piece; what does not end a character waits."""
        piece = self.buffer[self.at : self.at + _PIECE]
        piece = piece[: len(piece) - _unfinished(piece)]
        return self._take(piece) if piece else None

    def last(self) -> Event | None:
        """What is left when the stream has ended: one piece, if only an empty one, was there."""
        rest = self.buffer[self.at :]
        return self._take(rest) if rest or not self._began else None

    def _take(self, piece: bytes) -> Event:
        self._began = True
        self.at += len(piece)
        return Event(piece, piece)


def _unfinished(piece: bytes) -> int:
    """How many bytes at the end of *piece* begin a character and do not end it."""
    for back in range(1, min(_UNFINISHED, len(piece)) + 1):
        byte = piece[-back]
        if byte >= 0xC0:
            size = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2
            return back if back < size else 0
        if byte < 0x80:
            return 0
    return 0


class Pieces:
    """The framing (see dialects.translation.Framing)."""

    terminator = b""

    def splitter(self, limit: int) -> Splitter:
        return Splitter()

    def frames(self) -> None:
        return None

    def data_of(self, raw: bytes) -> bytes | None:
        return raw


PIECES = Pieces()
