"""Excuses that look at the text around a match: another match, a quotation of the user."""

from __future__ import annotations

from dataclasses import dataclass

from filterproxy.core.asking import Asker
from filterproxy.core.request import Request
from filterproxy.core.rule import Detector, Span
from filterproxy.detectors.combine import askers
from filterproxy.grounding import folded


@dataclass(frozen=True, slots=True)
class MatchExcuse:
    """Excuses every match in a unit in which *detector* finds something, before the match or after it."""

    detector: Detector

    @property
    def askers(self) -> tuple[Asker, ...]:
        return askers((self.detector,))

    def __call__(self, text: str, span: Span, unit: Span, request: Request) -> str | None:
        return "match" if self.detector.find(text, unit[0], unit, request) is not None else None


# Opening marks, each with those that close it. The straight single quote is mostly an apostrophe.
_CLOSERS = {
    '"': '"', "“": "”", "„": "“”", "‟": "”", "‘": "’", "‚": "‘’",
    "«": "»", "»": "«", "‹": "›", "›": "‹", "「": "」", "『": "』",
}  # fmt: skip
# A quotation is looked for in the match's line, no further back than this.
_REACH = 600


@dataclass(frozen=True, slots=True)
class Quotation:
    """
    Excuses a match in a quotation of the user's text, from its opening mark to the match's end.

    What closes the quotation is not waited for. A line that begins with `>` is one, too.
    """

    def __call__(self, text: str, span: Span, unit: Span, request: Request) -> str | None:
        start = max(text.rfind("\n", 0, span[0]) + 1, span[0] - _REACH)
        opened = _opened(text[start : span[0]])
        if opened < 0:
            return None
        quoted = folded(text[start + opened : span[1]])
        return "quote" if quoted and quoted in _said(request) else None


def _opened(line: str) -> int:
    """Where the quotation begins that is open at the end of *line*; -1 where none is."""
    at, closers = (line.index(">") + 1, "") if line.lstrip().startswith(">") else (-1, "")
    for place, c in enumerate(line):
        if closers:
            if c in closers:
                at, closers = -1, ""
        elif c in _CLOSERS:
            at, closers = place + 1, _CLOSERS[c]
    return at


def _said(request: Request) -> str:
    """All that the user said, folded; worked out once per request."""
    found = request.memo.get("said")
    if not isinstance(found, str):
        said = "\n".join(turn.text for turn in request.turns if turn.role == "user")
        found = request.memo["said"] = folded(said)
    return found
