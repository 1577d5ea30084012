"""The excuse that is a match: `unless: {match: ...}`."""

from __future__ import annotations

from dataclasses import dataclass

from filterproxy.core.request import Request
from filterproxy.core.rule import Detector, Span


@dataclass(frozen=True, slots=True)
class MatchExcuse:
    """Excuses every match in a unit in which *detector* finds something, before the match or after it."""

    detector: Detector

    def __call__(self, text: str, span: Span, unit: Span, request: Request) -> str | None:
        return "match" if self.detector.find(text, unit[0], unit, request) is not None else None
