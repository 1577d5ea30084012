"""What cannot be brought back, in a sentence."""

from __future__ import annotations


class HistoryError(ValueError):
    """A revision, rulebook or file that is not there or cannot be read; args[0] is a sentence."""
