r"""The verb `regex`."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import regex

from filterproxy.core.request import Request
from filterproxy.core.rule import MATCH_LIMIT, Span, Timeout
from filterproxy.core.scan import TailPattern
from filterproxy.core.shape import Shape, Underivable, prefixes, reach
from filterproxy.detectors.regex_tree import parse_tree, refuse, shape_of

# Attempts one by one (see `_one_by_one`) that may be made in one search.
_ATTEMPTS = 20_000


@dataclass(frozen=True, slots=True)
class Regex:
    r"""
    Find what a regular expression matches.

    The syntax is that of the `regex` package, version 1: Unicode classes, set operations, named groups.
    Case counts unless `ignore_case` is set (simple folding: `ss` does not find `ß`). Matches do not
    overlap, the leftmost wins, an empty match is none, and none is longer than 4 096 characters.

    Options:
        regex: the pattern. A look-behind needs a bound of at most 255 characters.
        ignore_case: true | false (default).

    Hit:   `regex: '\bv\d+(\.\d+)+'`  on  "Update to v2.10 now"
    Pass:  `regex: '\bv\d+(\.\d+)+'`  on  "Update now"
    """

    pattern: str
    ignore_case: bool = False
    budget_seconds: float = 0.005
    shape: Shape | None = field(init=False, repr=False, compare=False)
    # Why there is no shape, for `check`; "" when there is one.
    underivable: str = field(init=False, repr=False, compare=False)
    _compiled: Any = field(init=False, repr=False, compare=False)
    _reach: int | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        compiled = _compile(self.pattern, self.ignore_case)
        object.__setattr__(self, "_compiled", compiled)
        shape, why = None, ""
        try:
            shape = shape_of(compiled.pattern, compiled.flags)
            TailPattern([prefixes(shape)])
        except (Underivable, ValueError) as reason:
            shape, why = None, str(reason)
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "underivable", why)
        object.__setattr__(self, "_reach", None if shape is None else reach(shape))

    @property
    def gate(self) -> None:
        return None

    @property
    def compiled(self) -> tuple[str, int]:
        """The pattern and the flags that the engine runs."""
        return self._compiled.pattern, self._compiled.flags

    @property
    def _budget(self) -> dict[str, Any]:
        # The engine's clock is the CPU time of the whole process: were other threads let in meanwhile
        # (one that compiles other rules), their work would count against this rule.
        return {"timeout": self.budget_seconds, "concurrent": False}

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        end = unit[1]
        # An attempt sees at most MATCH_LIMIT code points from where it begins; where that cannot make
        # a difference, one search does for all of them.
        if end - pos <= MATCH_LIMIT or (self._reach is not None and self._reach < MATCH_LIMIT):
            return self._search(text, pos, end)
        if self.shape is not None and not self._may_reach_far(text, pos, end):
            return self._search(text, pos, end)
        return self._one_by_one(text, pos, end)

    def _search(self, text: str, pos: int, end: int) -> Span | None:
        while pos <= end:
            try:
                found = self._compiled.search(text, pos, end, **self._budget)
            except TimeoutError:
                raise Timeout from None
            if found is None:
                return None
            if found.end() > found.start():
                return (found.start(), found.end())
            pos = found.end() + 1
        return None

    def _may_reach_far(self, text: str, pos: int, end: int) -> bool:
        # Whoever reads on for MATCH_LIMIT was still reading at one of these marks, having begun at
        # least half of that before it.
        step = MATCH_LIMIT // 2
        tail = _tail_pattern(self.shape) if self.shape is not None else None
        if tail is None:
            return True
        for mark in range(pos + step, end, step):
            start = max(pos, mark - MATCH_LIMIT)
            if start + tail.start(text[start:mark]) <= mark - step:
                return True
        return False

    def _one_by_one(self, text: str, pos: int, end: int) -> Span | None:
        for attempt in range(_ATTEMPTS):
            at = pos + attempt
            if at >= end:
                return None
            try:
                found = self._compiled.match(text, at, min(end, at + MATCH_LIMIT), **self._budget)
            except TimeoutError:
                raise Timeout from None
            if found is not None and found.end() > at:
                return (at, found.end())
        raise Timeout

    def group_spans(self, text: str, span: Span) -> Mapping[str, Span]:
        """Where the groups, by number and by name, stand in a match; {} if it was found folded."""
        try:
            found = self._compiled.fullmatch(text, *span, **self._budget)
        except TimeoutError:
            raise Timeout from None
        if found is None:
            return {}
        spans = {str(n): found.span(n) for n in range(1, self._compiled.groups + 1)}
        spans.update({name: found.span(name) for name in self._compiled.groupindex})
        return {name: at for name, at in spans.items() if at[0] >= 0}

    @property
    def group_names(self) -> frozenset[str]:
        """What a template may name: groups by number and by name."""
        numbers = (str(n) for n in range(1, self._compiled.groups + 1))
        return frozenset(numbers) | frozenset(self._compiled.groupindex)


@functools.lru_cache(maxsize=64)
def _tail_pattern(shape: Shape) -> TailPattern | None:
    try:
        return TailPattern([prefixes(shape)])
    except (Underivable, ValueError):
        return None


def _compile(pattern: str, ignore_case: bool) -> Any:
    flags = regex.V1 | (regex.IGNORECASE if ignore_case else 0)
    try:
        plain = regex.compile(pattern, flags)
    except regex.error as error:
        place = "" if error.pos is None else f" at position {error.pos}"
        raise ValueError(f"{error.msg}{place}") from None
    if plain.flags & (regex.REVERSE | regex.WORD | regex.LOCALE | regex.BESTMATCH | regex.ENHANCEMATCH):
        raise ValueError("the flags r, w, L, b and e are not available: a stream cannot be read backwards")
    # Full case folding lets one character match two (ß, ss), which would shift what is held.
    for wrapped in (f"(?-f:{pattern})", f"(?-f:{pattern}\n)"):
        try:
            compiled = regex.compile(wrapped, flags)
        except regex.error:
            continue  # a comment of a verbose pattern swallowed the parenthesis
        with suppress(Underivable):
            refuse(parse_tree(compiled.pattern, compiled.flags)[0])
        return compiled
    raise ValueError("flags that hold for the whole pattern must stand at its beginning")
