"""What one reply took."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Times:
    """
    Seconds: filtering, of all that one reply took; held, the longest that text waited; delay, from the first
    bytes of a stream's body to the first that left.
    """

    filtering: float = 0.0
    held: float = 0.0
    delay: float = 0.0
