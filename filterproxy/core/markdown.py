"""
Where code stands in Markdown: fenced blocks, and spans in backticks.

Decided character by character, so that a stream is never asked to wait: a run of backticks at the
beginning of a line, three or more of them, opens a block, which the next line made of nothing but as many
closes; any other run opens a span, which the next run of the same length, or the end of its line, closes.
A run belongs to the code that it opens or closes. What is never closed is code to the end.

(CommonMark 0.31 differs where it must look ahead: there a span that nothing closes is none. Blocks fenced by
tildes or told by their indent are read as text.)
"""

from __future__ import annotations

import re
from typing import NamedTuple

from filterproxy.core.rule import Span

_FENCE = 3
_EVENT = re.compile(r"`+|\n")
_BLANK = re.compile(r"[ \t]*\Z")


class Reading(NamedTuple):
    """
    How far a text was read.

    fence, ticks: length of the run that opened the block or the span we are in; 0 outside. leads: nothing
    but blanks stands in the line so far. closes: the line closes the block, if only blanks follow.
    """

    fence: int = 0
    ticks: int = 0
    leads: bool = True
    closes: bool = False

    @property
    def in_code(self) -> bool:
        return bool(self.fence or self.ticks)


def code_in(text: str, reading: Reading) -> tuple[list[Span], Reading]:
    """Spans of code in *text*, which goes on from *reading*; and the reading at its end."""
    spans: list[Span] = []
    start = 0  # where the code began that we are in
    at = 0
    for event in _EVENT.finditer(text):
        was = _past_text(reading, text[at : event.start()])
        reading = _past_newline(was) if event[0] == "\n" else _past_run(was, len(event[0]))
        if reading.in_code and not was.in_code:
            start = event.start()
        elif was.in_code and not reading.in_code:
            # A line break is part of a block, not of a span.
            spans.append((start, event.start() if event[0] == "\n" and was.ticks else event.end()))
        at = event.end()
    reading = _past_text(reading, text[at:])
    if reading.in_code:
        spans.append((start, len(text)))
    return [span for span in spans if span[1] > span[0]], reading


def _past_text(reading: Reading, text: str) -> Reading:
    if not text or _BLANK.match(text):
        return reading
    return reading._replace(leads=False, closes=False)


def _past_newline(reading: Reading) -> Reading:
    return Reading(fence=0 if reading.closes else reading.fence)


def _past_run(reading: Reading, length: int) -> Reading:
    if reading.fence:
        return reading._replace(leads=False, closes=reading.leads and length >= reading.fence)
    if reading.ticks:
        return reading._replace(ticks=0 if length == reading.ticks else reading.ticks)
    if reading.leads and length >= _FENCE:
        return Reading(fence=length, leads=False)
    return Reading(ticks=length, leads=False)


def trim_at(text: str, at: int) -> int:
    """The last place up to *at* where *text* may be divided and be read alike: not inside a run."""
    inside = 0 < at < len(text) and text[at - 1] == text[at] == "`"
    return len(text[:at].rstrip("`")) if inside else at
