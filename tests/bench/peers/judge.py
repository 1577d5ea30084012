"""
What came of a reply: right, leaked, withheld or changed.

Compared with what tests.bench.policy, which shares no code with any filter, leaves of the upstream's text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from tests.bench.policy import REDACTED, BenchRule, redacted

# Characters in a row. Fewer are found by chance in what the rules leave alone.
PIECE = 4


class Outcome(StrEnum):
    """What a client read, against what it should have."""

    RIGHT = "right"
    LEAKED = "leaked"  # the whole of a match
    LEAKED_IN_PART = "leaked in part"  # PIECE characters of a match that are nowhere in what the rules leave
    WITHHELD = "withheld"  # nothing of a match; but of the rest, too, something is missing or different
    CHANGED = "changed"  # nothing matched, and yet the text is not upstream's


def judge(said: str, read: str, rules: Sequence[BenchRule]) -> Outcome:
    """What came of the upstream's *said* when a client read *read*."""
    left = redacted(said, tuple(rules))
    if read == left:
        return Outcome.RIGHT
    if left == said:
        return Outcome.CHANGED
    matches = list(_matches(said, rules))
    if any(match in read for match in matches):
        return Outcome.LEAKED
    if any(piece in read and piece not in left for match in matches for piece in _pieces(match)):
        return Outcome.LEAKED_IN_PART
    return Outcome.WITHHELD


def _matches(text: str, rules: Sequence[BenchRule]) -> Iterator[str]:
    # As in `redacted`, each rule reads what the one before it left.
    for rule in rules:
        yield from (found.group() for found in rule.compiled.finditer(text))
        text = rule.compiled.sub(REDACTED, text)


def _pieces(match: str) -> Iterator[str]:
    for i in range(max(1, len(match) - PIECE + 1)):
        yield match[i : i + PIECE]
