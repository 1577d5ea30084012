r"""
Which alternatives of a pattern made a match, told by the engine itself.

Each branch of `a|b` is put into a group of its own, in the parse tree and numbered behind all groups that are
there, so that no back-reference counts otherwise; the tree is then compiled as the `regex` package does. An
alternative was used if its group has captured something when the match is complete. A group changes nothing
of what a pattern finds, but for a loop with an alternative that may be empty, which the engine leaves sooner
without one: so spans are compared, and of another match nothing is said.

The insides of the package are no public interface: where they are not as expected, nothing is said
(Underivable). Nor is it of patterns that call groups, of alternatives inside a negative look-around, which
match where the pattern does not, and of `(?(1)a|b)`, which chooses by what went before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import regex
from regex import _regex, _regex_core

from filterproxy.core.rule import Span
from filterproxy.core.shape import Underivable
from filterproxy.detectors.regex_tree import parse_tree

# Alternatives of one pattern; each is a group, and a list of phrases does better.
_MOST = 2_000
_SECONDS = 1.0
_LABEL_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Alternative:
    """
    One alternative.

    number: among those of its pattern. outer: the one that it stands in; -1 for none. label: what it says,
    for people.
    """

    number: int
    outer: int
    label: str


class Branches:
    """
    A pattern's alternatives.

    left_out: how many there are beside them of which nothing can be said. Raises Underivable with the reason
    where nothing can be said of any.
    """

    def __init__(self, pattern: str, flags: int) -> None:
        tree, info = parse_tree(pattern, flags)
        reader = _Grouping(info)
        try:
            tree = reader.read(tree, -1)
            self._compiled = _compile(pattern, tree, info) if reader.outers else None
        except RecursionError:
            raise Underivable("it is nested too deeply") from None
        except (AttributeError, TypeError, KeyError, ValueError, regex.error) as error:
            raise Underivable(f"this version of the regex package is not known ({error})") from None
        self._groups = tuple(reader.groups)
        self.left_out = reader.left_out
        labels = _labels(pattern, info, reader)
        numbered = zip(range(len(reader.outers)), reader.outers, labels, strict=True)
        self.alternatives = tuple(Alternative(*each) for each in numbered)

    def used(self, text: str, span: Span, end: int) -> frozenset[int] | None:
        """
        Numbers of the alternatives that made the match at *span* in text[:end].

        None where the pattern, asked again, finds another match there.
        """
        if self._compiled is None:
            return frozenset()
        try:
            found = self._compiled.match(text, span[0], end, timeout=_SECONDS)
        except TimeoutError:
            return None
        if found is None or found.span() != span:
            return None
        captured = (bool(found.captures(group)) for group in self._groups)
        return frozenset(number for number, was in enumerate(captured) if was)


class _Grouping:
    """
    Puts branches into groups.

    outers: of each alternative the one that it stands in. sizes: how many alternatives each branching has, in
    the order of the pattern; those that are left out too, with which of them are kept in *kept*.
    """

    def __init__(self, info: Any) -> None:
        self._info = info
        self.groups: list[int] = []
        self.outers: list[int] = []
        self.sizes: list[int] = []
        self.kept: list[tuple[int, int] | None] = []
        self.left_out = 0

    def read(self, node: Any, outer: int, hidden: bool = False) -> Any:
        kind = type(node).__name__
        if kind == "CallGroup" or (kind == "Group" and node.call_ref is not None):
            raise Underivable("it calls a group")
        if kind == "Branch":
            return self._branch(node, outer, hidden)
        if kind == "LookAround":
            hidden = hidden or not node.positive
        if kind == "Conditional":
            self.left_out += 2
        if kind == "LookAroundConditional":
            self.left_out += 2
            node.subpattern = self.read(node.subpattern, outer, True)
            node.yes_item = self.read(node.yes_item, outer, hidden)
            node.no_item = self.read(node.no_item, outer, hidden)
            return node
        for name in ("subpattern", "yes_item", "no_item"):
            inner = getattr(node, name, None)
            if inner is not None:
                setattr(node, name, self.read(inner, outer, hidden))
        if kind == "Sequence":
            node.items = [self.read(item, outer, hidden) for item in node.items]
        return node

    def _branch(self, node: Any, outer: int, hidden: bool) -> Any:
        branches: Sequence[Any] = node.branches
        place = len(self.sizes)
        self.sizes.append(len(branches))
        self.kept.append(None)
        if hidden:
            self.left_out += len(branches)
            node.branches = [self.read(branch, outer, True) for branch in branches]
            return node
        first = len(self.outers)
        self.kept[place] = (first, len(branches))
        if first + len(branches) > _MOST:
            raise Underivable(f"it has more than {_MOST} alternatives")
        self.outers += [outer] * len(branches)
        opened = []
        for _ in branches:
            opened.append(self._info.open_group())
            self._info.close_group()
        self.groups += opened
        node.branches = [
            _regex_core.Group(self._info, group, self.read(branch, first + at))
            for at, (group, branch) in enumerate(zip(opened, branches, strict=True))
        ]
        return node


def _compile(pattern: str, tree: Any, info: Any) -> Any:
    """As `regex.compile` goes on once a pattern is parsed."""
    tree.fix_groups(pattern, False, False)
    tree = tree.optimise(info, False)
    tree = tree.pack_characters(info)
    required = _regex_core._get_required_string(tree, info.flags)
    _regex_core._check_group_features(info, tree)
    code = [*tree.compile(False), (_regex_core.OP.SUCCESS,)]
    for group, is_reverse, fuzzy in info.additional_groups:
        code += group.compile(is_reverse, fuzzy)
    flat = _regex_core._flatten_code(code)
    if not tree.has_simple_start():
        try:
            first = _regex_core._compile_firstset(info, tree.get_firstset(False))
            flat = _regex_core._flatten_code(first) + flat
        except _regex_core._FirstSetError:
            pass
    names = {number: name for name, number in info.group_index.items()}
    version = (info.flags & _regex_core._ALL_VERSIONS) or regex.V1
    flags = info.flags | version
    return _regex.compile(pattern, flags, flat, info.group_index, names, {}, [], *required, info.group_count)


def _labels(pattern: str, info: Any, reader: _Grouping) -> list[str]:
    """What each alternative says, where the text can be taken apart as the tree is; else its number."""
    verbose = bool(info.flags & regex.VERBOSE)
    written = [] if verbose else sorted(_branchings(pattern), key=lambda found: found[0])
    texts = [found for _, found in written]
    fits = [len(found) for found in texts] == reader.sizes
    labels = [""] * len(reader.outers)
    for place, kept in enumerate(reader.kept):
        if kept is None:
            continue
        first, size = kept
        for at in range(size):
            label = _label(texts[place], at) if fits else f"alternative {at + 1} of {size}"
            labels[first + at] = label
    return labels


def _label(texts: Sequence[str], at: int) -> str:
    said = texts[at] or "(nothing)"
    if len(said) > _LABEL_LENGTH:
        return said[: _LABEL_LENGTH - 1] + "…"
    # A short one says too little by itself.
    beside = "|".join(texts)
    return said if len(said) > 3 or len(beside) > _LABEL_LENGTH else f"{said} (of {beside})"


def _branchings(pattern: str) -> Iterator[tuple[int, list[str]]]:
    """Where each branching begins in the text of a pattern, and its alternatives as they are written."""
    open_: list[tuple[int, list[int], bool]] = [(0, [], False)]
    at, inside = 0, 0
    while at < len(pattern):
        c = pattern[at]
        if c == "\\":
            at += 1
        elif inside:
            inside += (c == "[") - (c == "]" and not _opens_class(pattern, at))
        elif c == "[":
            inside = 1
        elif pattern.startswith("(?#", at):
            at = pattern.find(")", at)
            if at < 0:
                return
        elif c == "(":
            start = at + len(_head(pattern, at))
            open_.append((start, [], pattern.startswith("(?(", at)))
            # The condition of a choice is a group of its own.
            if open_[-1][2] and not pattern.startswith(("(?(?", "(?(*"), at):
                start = pattern.find(")", at) + 1
                open_[-1] = (start, [], True)
            at = max(at, start - 1)
        elif c == "|":
            open_[-1][1].append(at)
        elif c == ")" and len(open_) > 1:
            yield from _closed(pattern, open_.pop(), at)
        at += 1
    while open_:
        yield from _closed(pattern, open_.pop(), len(pattern))


def _opens_class(pattern: str, at: int) -> bool:
    """Whether a bracket at *at* stands first in its class, and so for itself."""
    return pattern[at - 1] == "[" or pattern[at - 2 : at] == "[^"


_HEADS = regex.compile(r"\((?:\?(?:P?<(?![=!])[^>]*>|<?[=!]|>|\||[A-Za-z0-9]*(?:-[A-Za-z]+)?:|\((?=\?)))?")


def _head(pattern: str, at: int) -> str:
    found = _HEADS.match(pattern, at)
    return found[0] if found else "("


def _closed(pattern: str, opened: tuple[int, list[int], bool], end: int) -> Iterator[tuple[int, list[str]]]:
    start, bars, chooses = opened
    if not bars or chooses:
        return
    edges = [start, *(bar + 1 for bar in bars)]
    ends = [*bars, end]
    yield start, [pattern[a:b] for a, b in zip(edges, ends, strict=True)]
