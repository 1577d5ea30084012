"""
A tree as a position automaton: which character may follow which, and what is looked at between the two.

An edge that comes about in two ways stands there twice: that is how a text that can be read in several ways
is told (lint.slow). What a look-around asks of the characters next to it is asked; what it asks beyond them
is not, so that a text may seem possible that is none, never the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from filterproxy.rulebook.lint.looks import COPIES, Asked, Way, contradicts, looked, positions
from filterproxy.rulebook.lint.tree import Alt, Chars, Look, Read, Repeat, Seq, Tree, Undecided, Zero

# Edges. A pattern of a few hundred words has some thousands.
LIMIT_EDGES = 60_000
# A repeat of so many may be slow as one without bound is.
_OFTEN = 8
# Ways in which a part can be empty; more are taken for one that asks nothing.
_WAYS = 12


@dataclass(slots=True)
class _Part:
    empty: list[Way]
    first: list[tuple[int, Way]]
    last: list[tuple[int, Way]]


@dataclass(slots=True)
class Automaton:
    """
    masks: what stands at each position. edges: from each position to others. first, last: where a match
    begins and ends. empty: the ways in which it can be empty.
    """

    read: Read
    masks: list[int] = field(default_factory=list)
    edges: list[list[tuple[int, Way]]] = field(default_factory=list)
    first: list[tuple[int, Way]] = field(default_factory=list)
    last: list[tuple[int, Way]] = field(default_factory=list)
    empty: list[Way] = field(default_factory=list)
    _count: int = 0

    @staticmethod
    def of(read: Read, tree: Tree, *, counted: bool = True) -> Automaton:
        """
        The automaton of a tree. Raises Undecided where it grows too large.

        counted: a repeat is as often as it says; else as often as you like.
        """
        made = Automaton(read)
        part = made._part(tree, counted)
        made.first, made.last, made.empty = part.first, part.last, part.empty
        return made

    def _part(self, tree: Tree, counted: bool) -> _Part:
        match tree:
            case Chars(mask):
                return self._char(mask)
            case Seq(parts):
                return self._seq(parts, counted)
            case Alt(choices):
                found = _Part([], [], [])
                for choice in choices:
                    part = self._part(choice, counted)
                    found.empty += part.empty
                    found.first += part.first
                    found.last += part.last
                found.empty = _few(found.empty)
                return found
            case Repeat(inner, least, most, _):
                return self._repeat(inner, least, most, counted)
            case Zero(kind):
                return _Part([((kind, 0, False),)], [], [])
            case Look():
                return _Part([looked(self.read, tree)], [], [])

    def _char(self, mask: int) -> _Part:
        if not mask:
            return _Part([], [], [])
        self.masks.append(mask)
        self.edges.append([])
        here = len(self.masks) - 1
        return _Part([], [(here, ())], [(here, ())])

    def _seq(self, parts: tuple[Tree, ...], counted: bool) -> _Part:
        if any(contradicts(parts, i) for i, part in enumerate(parts) if isinstance(part, Look)):
            return _Part([], [], [])
        found = _Part([()], [], [])
        for part in parts:
            found = self._then(found, self._part(part, counted))
        return found

    def _then(self, a: _Part, b: _Part) -> _Part:
        self._join(a.last, b.first)
        return _Part(
            _few([x + y for x in a.empty for y in b.empty]),
            a.first + [(q, x + w) for x in a.empty for q, w in b.first] if b.empty or b.first else [],
            b.last + [(p, w + y) for y in b.empty for p, w in a.last],
        )

    def _repeat(self, inner: Tree, least: int, most: int | None, counted: bool) -> _Part:
        if most == 0:
            return _Part([()], [], [])
        copies, endless = _copies(inner, least, most, counted)
        found = _Part([()], [], [])
        for number in range(copies):
            part = self._part(inner, counted)
            if endless and number == copies - 1:
                self._join(part.last, part.first)
            if number >= least:
                part.empty = _few([(), *part.empty])
            found = self._then(found, part)
        return found

    def _join(self, last: list[tuple[int, Way]], first: list[tuple[int, Way]]) -> None:
        self._count += len(last) * len(first)
        if self._count > LIMIT_EDGES:
            raise Undecided("it is too large")
        for p, before in last:
            self.edges[p] += [(q, before + after) for q, after in first]

    def may(self, way: Way, before: int, after: int) -> bool:
        """Whether what is asked can hold between two characters: masks of one bit, 0 for the text's edge."""
        return all(self._holds(asked, before, after) for asked in way)

    def _holds(self, asked: Asked, before: int, after: int) -> bool:
        kind, mask, edge = asked
        word = self.read.word
        match kind:
            case "next":
                return bool(after & mask) if after else edge
            case "previous":
                return bool(before & mask) if before else edge
            case "boundary":
                return bool(before & word) != bool(after & word)
            case "inside":
                return bool(before & word) == bool(after & word)
            case "word_start":
                return not before & word and bool(after & word)
            case "word_end":
                return bool(before & word) and not after & word
            case "start":
                return not before
            case "line_start":
                return not before or bool(before & self._line_breaks)
            case "end":
                return not after
            case _:  # the end of the last line, or of any
                return not after or bool(after & self._line_breaks)

    @property
    def _line_breaks(self) -> int:
        return sum(1 << i for i, c in enumerate(self.read.alphabet) if c in "\n\r\x0b\x0c\x85\u2028\u2029")

    def atoms(self) -> list[int]:
        """
        One character for each way in which sets tell characters apart, the most readable one: masks of one
        bit.
        """
        asked = {a[1] for way in self._ways() for a in way if a[1]}
        sets = [*{*self.masks, *asked}, self.read.word, self._line_breaks]
        found: dict[tuple[bool, ...], int] = {}
        for i in range(len(self.read.alphabet)):
            found.setdefault(tuple(bool(mask >> i & 1) for mask in sets), 1 << i)
        return sorted(found.values())

    def _ways(self) -> Iterator[Way]:
        yield from self.empty
        for edges in (*self.edges, self.first, self.last):
            yield from (way for _, way in edges)


def _copies(inner: Tree, least: int, most: int | None, counted: bool) -> tuple[int, bool]:
    """How often a repeated part is written out, and whether the last copy may come again without end."""
    if not counted:
        return 1, most is None or most >= _OFTEN
    size = sum(1 for _ in positions(inner))
    wanted = max(1, least) if most is None else most
    if wanted <= COPIES and wanted * size <= COPIES * 4:
        return wanted, most is None
    return (max(1, least) if least * size <= COPIES * 4 else 1), True


def _few(ways: list[Way]) -> list[Way]:
    once = list(dict.fromkeys(ways))
    # One that asks nothing holds wherever another does.
    return [()] if len(once) > _WAYS else once
