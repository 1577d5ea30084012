"""
From a pattern of the `regex` package to its shape.

The shape is read off the parse tree of the package itself, so that no second parser can disagree with the
engine. The tree is not a public interface: where it is not as expected, the pattern has no shape, and the
rule still works, only without a gate and held to the end of its scope.

A class is exact in ASCII, which is asked of the tree character by character; beyond ASCII it is exact where
it lists ranges, and any character otherwise: RE2's tables are older, and a gate may only be wider.
"""

from __future__ import annotations

import functools
import itertools
from typing import Any

import regex
from regex import _regex, _regex_core

from filterproxy.core.shape import (
    ANYTHING,
    Ahead,
    Alt,
    Chars,
    Edge,
    End,
    Repeat,
    Seq,
    Shape,
    Underivable,
    escape,
)

# Code points that a look-behind may look back; this much is kept of what has left already.
LOOKBEHIND_LIMIT = 255


def parse_tree(pattern: str, flags: int) -> tuple[Any, Any]:
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


def refuse(node: Any) -> None:
    """Raise ValueError for what has no meaning on a text that is still being written."""
    why = _REFUSED.get(type(node).__name__)
    if why is not None:
        raise ValueError(why)
    if type(node).__name__ in ("LookAround", "LookAroundConditional") and node.behind:
        _refuse_long_lookbehind(node.subpattern)
    for child in _children(node):
        refuse(child)


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
    tree, info = parse_tree(pattern, flags)
    try:
        return _Reader(info.flags).read(tree)
    except AttributeError as error:
        raise Underivable(f"this version of the regex package is not known ({error})") from None
    except RecursionError:
        raise Underivable("it is nested too deeply") from None


_EDGES = {"Boundary", "EndOfLine", "StartOfWord", "EndOfWord"}
_NOTHING = {"StartOfLine", "StartOfLineU"}
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
        if kind == "EndOfString":
            return End()
        if kind in _NOTHING:
            return Seq(())
        if kind == "StartOfString":
            # No character, but RE2 reads it alike: a gate that is asked for a text's rest, whose beginning
            # has left, takes that for the beginning, and so is only wider.
            return Chars(r"\A")
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


# What the common properties have beyond ASCII, and some more: RE2's automata grow with the number of ranges,
# and a thousand rules share one. What matters to a stream is left out: no Latin, Greek, Cyrillic, Hebrew,
# Chinese, Japanese or Korean letter counts as a digit, and no quotation mark, dash or 。 as a letter. The
# supplementary planes, where new scripts go, count as perhaps; a test asks every code point.
_SUPPLEMENTARY = r"\x{10000}-\x{10FFFF}"
_PROPERTIES = {
    r"\d": r"\x{660}-\x{1FFF}\x{A620}-\x{ABFF}\x{FF10}-\x{FF19}" + _SUPPLEMENTARY,
    r"\w": (
        r"\x{AA}\x{B2}-\x{1FFF}\x{200C}\x{200D}\x{203F}-\x{2054}\x{2070}-\x{2FFF}\x{3005}-\x{3007}"
        r"\x{3021}-\x{FEFE}\x{FF10}-\x{FF19}\x{FF21}-\x{FF3A}\x{FF3F}\x{FF41}-\x{FF5A}\x{FF66}-\x{FFEF}"
        + _SUPPLEMENTARY
    ),
    r"\s": (r"\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"),
}


@functools.cache
def _known_properties() -> dict[int, str]:
    return {_property_of(pattern): source for pattern, source in _PROPERTIES.items()}


def _property_of(pattern: str) -> int:
    node, _ = parse_tree(pattern, regex.V1)
    while type(node).__name__ != "Property":
        node = _children(node)[0]
    return int(node.value)


def _beyond_ascii(node: Any, ignore_case: bool) -> str | None:
    """What a set has beyond ASCII, as RE2 ranges; None for "perhaps anything"."""
    kind = type(node).__name__
    if not getattr(node, "positive", False):
        return None
    if kind == "Property":
        return _known_properties().get(node.value)
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
