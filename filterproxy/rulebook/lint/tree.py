"""
A pattern as a small tree over an alphabet of its own, for questions that the shape of core.shape cannot
answer.

The tree is read off the parse tree of the `regex` package, as the gate's is (detectors.regex_tree), but
exact where that one may be wider. A set of characters is a bit mask over an alphabet: all of ASCII, letters
and signs of other scripts, and every character that the pattern names. What no finite alphabet can stand
for (back references, recursion) is `Undecided`, never guessed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import regex
from regex import _regex

from filterproxy.core.shape import Underivable
from filterproxy.detectors.regex_tree import parse_tree

# Readable ones first: texts that are shown are made of the first that fits.
_BASE = (
    "abcdefghijklmnopqrstuvwxyz0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ.,!?-_'\"/:;()@#%&*+=<>[]{}|\\^~`$\n\t"
    "\réßüñøœÉÜДябαΩ中文あアー한٣०²½\u00a0\u2019\u201c\u201d\u2013\u2014…。！€£\u200b\u2028\x0b\x0c\x85\x00"
    "\x1f\x7f\u0301\U0001f600\U00020000"
)


class Undecided(Exception):
    """The tree cannot answer; args[0] says why, in words for `check`."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set."""

    mask: int


@dataclass(frozen=True, slots=True)
class Seq:
    """One after the other; `Seq(())` is the empty text."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Alt:
    """One of these."""

    choices: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """
    *inner*, from *least* to *most* times (None: without bound). gives_back: it may take less than it can.
    """

    inner: Tree
    least: int
    most: int | None
    gives_back: bool = True


@dataclass(frozen=True, slots=True)
class Zero:
    """Empty, but looks at what stands beside; kind is a value of `_ZERO`."""

    kind: str


@dataclass(frozen=True, slots=True)
class Look:
    """A look-around."""

    inner: Tree
    behind: bool
    positive: bool


Tree = Chars | Seq | Alt | Repeat | Zero | Look

EMPTY = Seq(())

_ZERO = {
    "StartOfString": "start",
    "StartOfLine": "line_start",
    "StartOfLineU": "line_start",
    "EndOfString": "end",
    "EndOfStringLine": "last_line_end",
    "EndOfStringLineU": "last_line_end",
    "EndOfLine": "line_end",
    "EndOfLineU": "line_end",
    "StartOfWord": "word_start",
    "EndOfWord": "word_end",
}
_SETS = {"Property", "Range", "SetUnion", "SetDiff", "SetInter", "SetSymDiff", "Character"}
_CALLED = {
    "RefGroup": "a back-reference",
    "CallGroup": "recursion",
    "Conditional": "a conditional",
    "LookAroundConditional": "a conditional",
    "Grapheme": r"\X",
    "StringSet": "a named list",
}


@dataclass(frozen=True)
class Read:
    """
    A pattern's tree, and the characters of its alphabet, bit by bit.

    certain: the alphabet stands for every character, as no set is told by a property of Unicode other than
    those of letters, digits and white space.
    """

    tree: Tree
    alphabet: str
    certain: bool

    @functools.cached_property
    def full(self) -> int:
        """The mask of all characters."""
        return (1 << len(self.alphabet)) - 1

    @functools.cached_property
    def word(self) -> int:
        r"""The mask of `\w`."""
        return sum(1 << i for i, c in enumerate(self.alphabet) if is_word(c))

    def first(self, mask: int) -> str:
        """The most readable character of a mask that is not empty."""
        return self.alphabet[(mask & -mask).bit_length() - 1]


@functools.cache
def is_word(c: str) -> bool:
    """Whether a character is one of words."""
    return regex.match(r"\w", c) is not None


@functools.lru_cache(maxsize=256)
def read(pattern: str, ignore_case: bool) -> Read:
    """The tree of a pattern that the verb `regex` takes. Raises Undecided."""
    try:
        node, _ = parse_tree(pattern, regex.V1 | (regex.IGNORECASE if ignore_case else 0))
        reader = _Reader(node)
        return Read(reader.read(node), reader.alphabet, reader.certain)
    except Underivable as reason:
        raise Undecided(str(reason)) from None
    except (AttributeError, RecursionError) as error:
        raise Undecided(f"it cannot be taken apart ({type(error).__name__})") from None


class _Reader:
    """Parse tree to `Tree`."""

    def __init__(self, root: Any) -> None:
        self.certain = True
        named = dict.fromkeys(_BASE)
        for node in _walk(root):
            named |= dict.fromkeys(self._named(node))
        self.alphabet = "".join(named)

    def read(self, node: Any) -> Tree:
        kind = type(node).__name__
        match kind:
            case "Any" | "AnyU":
                return Chars(self._mask(lambda c: c != "\n"))
            case "AnyAll":
                return Chars(self._mask(lambda _: True))
            case "Sequence":
                return Seq(tuple(self.read(n) for n in node.items))
            case "Branch":
                return Alt(tuple(self.read(n) for n in node.branches))
            case "Group" if node.call_ref is None:
                return self.read(node.subpattern)
            case "Atomic":
                return Repeat(self.read(node.subpattern), 1, 1, gives_back=False)
            case "GreedyRepeat" | "LazyRepeat" | "PossessiveRepeat":
                kept = kind == "PossessiveRepeat"
                return Repeat(self.read(node.subpattern), node.min_count, node.max_count, not kept)
            case "LookAround":
                return Look(self.read(node.subpattern), bool(node.behind), bool(node.positive))
            case "String" | "Literal":
                return Seq(tuple(Chars(self._of_cases(c, node.case_flags)) for c in node.characters))
            case "Boundary":
                return Zero("boundary" if node.positive else "inside")
        if kind in _ZERO:
            return Zero(_ZERO[kind])
        if kind in _SETS and not node.zerowidth:
            return Chars(self._of_set(node))
        raise Undecided(f"it uses {_CALLED.get(kind, 'what only the engine knows')}")

    def _named(self, node: Any) -> Iterator[str]:
        kind = type(node).__name__
        if kind == "Character":
            yield from map(chr, cases(node.value, bool(node.case_flags & regex.IGNORECASE)))
        elif kind == "Range":
            yield from map(chr, (node.lower, node.upper, (node.lower + node.upper) // 2))
        elif kind in ("String", "Literal"):
            for value in node.characters:
                yield from map(chr, cases(value, bool(node.case_flags & regex.IGNORECASE)))
        elif kind == "Property" and node.value not in _plain_properties():
            self.certain = False

    def _mask(self, holds: Any) -> int:
        return sum(1 << i for i, c in enumerate(self.alphabet) if holds(c))

    def _of_cases(self, value: int, case_flags: int) -> int:
        alike = cases(value, bool(case_flags & regex.IGNORECASE))
        return sum(1 << at for c in alike if (at := self.alphabet.find(chr(c))) >= 0)

    def _of_set(self, node: Any) -> int:
        if type(node).__name__ == "Character" and node.positive:
            return self._of_cases(node.value, node.case_flags)
        ignore = bool(node.case_flags & regex.IGNORECASE)
        mask = self._mask(lambda c: any(node.matches(x) for x in cases(ord(c), ignore)))
        if not mask and any(node.matches(x) for x in range(0x110000)):
            # A set that the alphabet has no member of: that it is empty would be a wrong answer.
            raise Undecided("a set in it holds only rare characters")
        return mask


@functools.cache
def cases(value: int, ignore_case: bool) -> frozenset[int]:
    """The code points that a pattern's one stands for."""
    if not ignore_case:
        return frozenset((value,))
    return frozenset(_regex.get_all_cases(regex.IGNORECASE | regex.UNICODE, value))


def _walk(node: Any) -> Iterator[Any]:
    yield node
    for name in ("subpattern", "items", "branches", "yes_item", "no_item"):
        inner = getattr(node, name, None)
        for child in inner if isinstance(inner, (list, tuple)) else () if inner is None else (inner,):
            yield from _walk(child)


@functools.cache
def _plain_properties() -> frozenset[int]:
    found = set()
    for pattern in (r"\d", r"\w", r"\s"):
        node, _ = parse_tree(pattern, regex.V1)
        found |= {inner.value for inner in _walk(node) if type(inner).__name__ == "Property"}
    return frozenset(found)


def walk(tree: Tree) -> Iterator[Tree]:
    """The tree and everything in it."""
    yield tree
    match tree:
        case Seq(parts):
            for part in parts:
                yield from walk(part)
        case Alt(choices):
            for choice in choices:
                yield from walk(choice)
        case Repeat(inner, _, _, _) | Look(inner, _, _):
            yield from walk(inner)


def choices_of(tree: Tree) -> tuple[Tree, ...]:
    """The alternatives that a whole tree consists of; none where it is something else."""
    match tree:
        case Seq((part,)):
            return choices_of(part)
        case Alt(choices):
            return choices
    return ()
