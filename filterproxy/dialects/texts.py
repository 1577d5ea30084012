"""The texts of one stream, channel by channel, on their way through the session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from filterproxy.core.session import Session
from filterproxy.core.tape import text_of
from filterproxy.core.verdict import Channel
from filterproxy.dialects.ledger import Ledger


class Texts:
    """
    What upstream said is fed to the session, and what became of it is found here.

    closed: channels to which upstream adds nothing. complete: those of which, besides, all is decided.
    """

    __slots__ = ("_ledgers", "_pending", "_session", "closed", "complete")

    def __init__(self, session: Session) -> None:
        self.closed: set[Channel] = set()
        self.complete: set[Channel] = set()
        self._session = session
        self._ledgers: dict[Channel, Ledger] = {}
        self._pending: tuple[Channel, list[str]] | None = None  # what the session has not been fed yet

    @property
    def channels(self) -> Iterable[Channel]:
        """All that have, or had, a text, in the order they came."""
        return self._ledgers

    def of(self, channel: Channel) -> Ledger:
        """What became of a channel's text."""
        ledger = self._ledgers.get(channel)
        if ledger is None:
            ledger = self._ledgers[channel] = Ledger()
        return ledger

    def feed(self, channel: Channel, text: str) -> None:
        """Give text to the session, by the next `flush`, with what follows it there in the same channel."""
        if self._pending is not None and self._pending[0] == channel:
            self._pending[1].append(text)
            return
        self.flush()
        self._pending = (channel, [text])

    def flush(self) -> None:
        """Have the session read what it was given."""
        if self._pending is None:
            return
        channel, texts = self._pending
        self._pending = None
        self.of(channel).add(self._session.feed(channel, "".join(texts)))

    def close(self, channel: Channel, *, read: bool) -> None:
        """Upstream adds nothing to a channel. read: whether the session was given its text."""
        self.closed.add(channel)
        self.flush()
        pieces = self._session.close(channel) if read else []
        if pieces is not None:
            self.of(channel).add(pieces)
            self.complete.add(channel)

    def decided(self, sizes: Sequence[tuple[Channel, int]]) -> tuple[dict[Channel, str], bool] | None:
        """
        What became of the next texts of some channels, which are taken off, and whether it is what came.

        sizes: code points of each. None while something of it is not decided.
        """
        if not all(self._ledgers[channel].covers(size) for channel, size in sizes):
            return None
        texts: dict[Channel, str] = {}
        same = True
        for channel, size in sizes:
            used = self._ledgers[channel].use(size)
            texts[channel] = texts.get(channel, "") + text_of(used)
            same = same and all(piece.verbatim for piece in used)
        return texts, same
