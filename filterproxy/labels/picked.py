"""Which cases are asked for, and not drawn by lot: by their hashes, or because a rule newly fires there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from filterproxy.corpus.exchange import Exchange
from filterproxy.replay.side import side_of
from filterproxy.rulebook.document import Document

# Of an exchange, the ids of the rules of which it may be shown.
Pick = Callable[[Exchange], Collection[str]]


class ByHash:
    """Exchanges by their hashes, or by how these begin. missing: those that were not met yet, in order."""

    def __init__(self, hashes: Sequence[str], rules: Collection[str]) -> None:
        self._hashes = tuple(hashes)
        self._rules = rules
        self.missing = list(hashes)

    def __call__(self, exchange: Exchange) -> Collection[str]:
        if not exchange.hash.startswith(self._hashes):
            return ()
        self.missing = [hash for hash in self.missing if not exchange.hash.startswith(hash)]
        return self._rules


def newly_fired(before: Document, rules: Collection[str]) -> Pick:
    """Exchanges in which a rule does not fire under *before*, judged as in a replay. Raises ValueError."""
    side = side_of(before)
    return lambda exchange: frozenset(rules) - frozenset(side.outcome(exchange).fired())
