"""What a detector finds in a text: whole, as the engine asks for it, and in pieces, as a walker reads it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from filterproxy.core.request import Request
from filterproxy.core.rule import Detector, Span, Walker

REQUEST = Request()


def found(detector: Detector, text: str, unit: Span | None = None, request: Request = REQUEST) -> list[Span]:
    """All matches of *detector*, one after the other."""
    unit = unit or (0, len(text))
    spans: list[Span] = []
    pos = unit[0]
    while span := detector.find(text, pos, unit, request):
        spans.append(span)
        pos = span[1]
    return spans


def walked(walker: Walker | None, text: str, cuts: Iterable[int]) -> list[Span]:
    """
    All that *walker* finds in *text*, cut at some places.

    No match may begin before an offset that was said to be settled, and settled offsets only grow.
    """
    assert walker is not None
    spans: list[Span] = []
    settled = 0
    for start, end in pairwise([0, *sorted(cuts), len(text)]):
        new = walker.feed(text[start:end])
        assert all(span[0] >= settled for span in new)
        spans += new
        assert settled <= walker.settled() <= end
        settled = walker.settled()
    last = walker.end()
    assert all(span[0] >= settled for span in last)
    return spans + last
