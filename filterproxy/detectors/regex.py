r"""
The verb `regex`, and what its patterns look like to the gate and the hold.

The shape is read off the parse tree of the `regex` package itself, so that no second parser can
disagree with the engine. The tree is not a public interface: where it is not as expected, the pattern
has no shape, and the rule still works, only without a gate and held to the end of its scope.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import regex
from regex import _regex, _regex_core

from filterproxy.core.request import Request
from filterproxy.core.rule import MATCH_LIMIT, Span, Timeout
from filterproxy.core.scan import TailPattern
from filterproxy.core.shape import (
    ANYTHING,
    Ahead,
    Alt,
    Chars,
    Edge,
    Repeat,
    Seq,
    Shape,
    Underivable,
    escape,
    prefixes,
    reach,
)

# Code points that a look-behind may look back; this much is kept of what has left already.
LOOKBEHIND_LIMIT = 255

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
                found = self._compiled.search(text, pos, end, timeout=self.budget_seconds)
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
                found = self._compiled.match(
                    text, at, min(end, at + MATCH_LIMIT), timeout=self.budget_seconds
                )
            except TimeoutError:
                raise Timeout from None
            if found is not None and found.end() > at:
                return (at, found.end())
        raise Timeout

    def group_spans(self, text: str, span: Span) -> Mapping[str, Span]:
        """Where the groups, by number and by name, stand in a match; {} if it was found folded."""
        try:
            found = self._compiled.fullmatch(text, *span, timeout=self.budget_seconds)
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
        _refuse(_parse(compiled.pattern, compiled.flags)[0])
        return compiled
    raise ValueError("flags that hold for the whole pattern must stand at its beginning")


def _parse(pattern: str, flags: int) -> tuple[Any, Any]:
    """The parse tree of the `regex` package. Raises Underivable where its insides have moved."""
    try:
        while True:
            source = _regex_core.Source(pattern)
            info = _regex_core.Info(flags, source.char_type, {})
            info.guess_encoding = regex.UNICODE
            source.ignore_space = bool(info.flags & regex.VERBOSE)
            try:
                tree = _regex_core._parse_pattern(source, info)
                break
            except _regex_core._UnscopedFlagSet:
                flags = info.global_flags
        info.flags |= regex.UNICODE
        tree.fix_groups(pattern, False, False)
    except (AttributeError, TypeError, KeyError) as error:
        raise Underivable(f"this version of the regex package is not known ({error})") from None
    return tree, info


_REFUSED = {
    "Keep": r"\K is not available: it moves the beginning of a match",
    "SearchAnchor": r"\G is not available: it depends on the match before",
    "Prune": "(*PRUNE) is not available: it depends on how a search proceeds",
    "Skip": "(*SKIP) is not available: it depends on how a search proceeds",
    "Fuzzy": "approximate matching ({e<=1}) is not available: how far it reads cannot be said",
}


def _refuse(node: Any) -> None:
    """Raise ValueError for what has no meaning on a text that is still being written."""
    why = _REFUSED.get(type(node).__name__)
    if why is not None:
        raise ValueError(why)
    if type(node).__name__ in ("LookAround", "LookAroundConditional") and node.behind:
        _refuse_long_lookbehind(node.subpattern)
    for child in _children(node):
        _refuse(child)


def _refuse_long_lookbehind(node: Any) -> None:
    width = node.max_width()
    if width > LOOKBEHIND_LIMIT:
        raise ValueError(f"a look-behind needs a bound of at most {LOOKBEHIND_LIMIT} characters")


def _children(node: Any) -> list[Any]:
    found: list[Any] = []
    for name in ("subpattern", "items", "branches", "yes_item", "no_item"):
        child = getattr(node, name, None)
        if isinstance(child, (list, tuple)):
            found.extend(child)
        elif child is not None:
            found.append(child)
    return found


def shape_of(pattern: str, flags: int = regex.V1) -> Shape:
    """The shape of a pattern of the `regex` package. Raises Underivable with the reason."""
    tree, info = _parse(pattern, flags)
    try:
        return _Reader(info.flags).read(tree)
    except AttributeError as error:
        raise Underivable(f"this version of the regex package is not known ({error})") from None
    except RecursionError:
        raise Underivable("it is nested too deeply") from None


_EDGES = {"Boundary", "EndOfLine", "EndOfString", "StartOfWord", "EndOfWord"}
_NOTHING = {"StartOfLine", "StartOfLineU", "StartOfString"}
_SINGLE = {"Character", "Property", "Range", "SetUnion", "SetDiff", "SetInter", "SetSymDiff"}
_LINE_END = Ahead(Seq((Chars(r"[\n\r\x{85}\x{2028}\x{2029}]"), Chars(r"\n"), Edge())))


class _Reader:
    """Parse tree to shape; remembers the groups, for back-references."""

    def __init__(self, flags: int) -> None:
        self._flags = flags
        self._groups: dict[int, list[Shape]] = {}

    def read(self, node: Any) -> Shape:
        kind = type(node).__name__
        match kind:
            case "Any" | "AnyU":
                return Chars(r"[^\n]", broad=True)
            case "AnyAll":
                return Chars(ANYTHING, broad=True)
            case "Sequence":
                return Seq(tuple(self.read(n) for n in node.items))
            case "Branch":
                return Alt(tuple(self.read(n) for n in node.branches))
            case "Atomic":
                return self.read(node.subpattern)
            case "Group":
                return self._group(node)
            case "GreedyRepeat" | "LazyRepeat" | "PossessiveRepeat":
                return Repeat(self.read(node.subpattern), node.min_count, node.max_count)
            case "LookAround":
                return self._look(node)
            case "LookAroundConditional":
                return Seq((self._look(node), Alt((self.read(node.yes_item), self.read(node.no_item)))))
            case "Conditional":
                return Alt((self.read(node.yes_item), self.read(node.no_item)))
            case "RefGroup":
                return self._reference(node)
            case "String" | "Literal":
                return Seq(tuple(Chars(_cases(c, node.case_flags)) for c in node.characters))
            case "EndOfStringLine" | "EndOfStringLineU" | "EndOfLineU":
                return Alt((Edge(), _LINE_END))
        if kind in _SINGLE:
            return Edge() if node.zerowidth else _single(node)
        if kind in _EDGES:
            return Edge()
        if kind in _NOTHING:
            return Seq(())
        raise Underivable(f"it uses {_CALLED.get(kind, kind)}")

    def _group(self, node: Any) -> Shape:
        if node.call_ref is not None:
            raise Underivable("it calls a group")
        inner = self.read(node.subpattern)
        self._groups.setdefault(node.group, []).append(inner)
        return inner

    def _look(self, node: Any) -> Shape:
        inner = self.read(node.subpattern)
        if not node.behind:
            return Ahead(inner)
        if _has(inner, Ahead):
            raise Underivable("a look-behind in it looks ahead")
        return Edge() if _has(inner, Edge) else Seq(())

    def _reference(self, node: Any) -> Shape:
        known = self._groups.get(node.group)
        if known is None:
            raise Underivable("a back-reference stands before its group")
        if node.case_flags & regex.IGNORECASE and not self._flags & regex.IGNORECASE:
            raise Underivable("a back-reference ignores case where its group does not")
        return Alt((Seq(()), *known))


_CALLED = {"Grapheme": r"\X", "CallGroup": "recursion", "StringSet": "a named list"}


def _has(shape: Shape, kind: type) -> bool:
    match shape:
        case Seq(parts) | Alt(parts):
            return any(_has(p, kind) for p in parts)
        case Repeat(inner, _, _):
            return _has(inner, kind)
        case _:
            return isinstance(shape, kind)


def _cases(value: int, case_flags: int) -> str:
    if not case_flags & regex.IGNORECASE:
        return escape(chr(value))
    cases = _all_cases(value)
    return escape(chr(value)) if len(cases) == 1 else "[" + "".join(escape(chr(c)) for c in cases) + "]"


@functools.cache
def _all_cases(value: int) -> tuple[int, ...]:
    return tuple(sorted(set(_regex.get_all_cases(regex.IGNORECASE | regex.UNICODE, value))))


def _single(node: Any) -> Chars:
    kind = type(node).__name__
    if kind == "Character" and node.positive:
        return Chars(_cases(node.value, node.case_flags))
    ignore = bool(node.case_flags & regex.IGNORECASE)
    ascii_members = [c for c in range(128) if _matches(node, c, ignore)]
    other = _beyond_ascii(node, ignore)
    if other is None:
        other = r"\x{80}-\x{10FFFF}"
    elif ignore:
        other += "".join(escape(chr(x)) for c in ascii_members for x in _all_cases(c) if x >= 128)
    source = _ranges(ascii_members) + other
    return Chars(f"[{source}]" if source else r"[^\x00-\x{10FFFF}]", broad=len(ascii_members) > 60)


def _ranges(members: list[int]) -> str:
    source = ""
    for _, group in itertools.groupby(enumerate(members), lambda pair: pair[1] - pair[0]):
        run = [c for _, c in group]
        source += escape(chr(run[0])) + ("" if len(run) == 1 else f"-{escape(chr(run[-1]))}")
    return source


def _matches(node: Any, c: int, ignore_case: bool) -> bool:
    return any(node.matches(x) for x in (_all_cases(c) if ignore_case else (c,)))


def _beyond_ascii(node: Any, ignore_case: bool) -> str | None:
    """What a set has beyond ASCII, as RE2 ranges; None for "perhaps anything"."""
    kind = type(node).__name__
    if not getattr(node, "positive", False):
        return None
    if kind == "Character":
        return _range(node.value, node.value, ignore_case)
    if kind == "Range":
        return _range(node.lower, node.upper, ignore_case)
    if kind == "SetUnion":
        parts = [_beyond_ascii(item, ignore_case) for item in node.items]
        return None if None in parts else "".join(p for p in parts if p is not None)
    return None


def _range(lower: int, upper: int, ignore_case: bool) -> str | None:
    lower = max(lower, 128)
    if upper < lower:
        return ""
    if ignore_case:
        return None if upper > lower else "".join(escape(chr(c)) for c in _all_cases(lower))
    return f"{escape(chr(lower))}-{escape(chr(upper))}"
