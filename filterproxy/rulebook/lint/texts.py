"""Short texts of a pattern: one that it matches, one in which it matches nothing, one of a part."""

from __future__ import annotations

from collections import deque

from filterproxy.rulebook.lint.automaton import Automaton
from filterproxy.rulebook.lint.looks import Way
from filterproxy.rulebook.lint.tree import Alt, Chars, Read, Repeat, Seq, Tree


def shortest(automaton: Automaton) -> str | None:
    """
    A short text with a match that is not empty, as far as the automaton knows; None: there is none.

    What must stand before or behind the match stands there.
    """
    a = automaton
    atoms = a.atoms()
    outside = [0, *atoms]
    came: dict[tuple[int, int], tuple[int, int] | None] = {}
    starts: dict[tuple[int, int], int] = {}
    queue: deque[tuple[int, int]] = deque()
    for q, way in a.first:
        for c in atoms:
            if not c & a.masks[q] or (q, c) in came:
                continue
            before = next((b for b in outside if a.may(way, b, c)), None)
            if before is not None:
                came[q, c], starts[q, c] = None, before
                queue.append((q, c))
    ends: dict[int, list[Way]] = {}
    for p, way in a.last:
        ends.setdefault(p, []).append(way)
    while queue:
        here = queue.popleft()
        p, c = here
        for way in ends.get(p, ()):
            after = next((d for d in outside if a.may(way, c, d)), None)
            if after is not None:
                return _text(a.read, came, starts, here, after)
        for q, way in a.edges[p]:
            for d in atoms:
                if d & a.masks[q] and (q, d) not in came and a.may(way, c, d):
                    came[q, d] = here
                    queue.append((q, d))
    return None


def _text(
    read: Read,
    came: dict[tuple[int, int], tuple[int, int] | None],
    starts: dict[tuple[int, int], int],
    end: tuple[int, int],
    after: int,
) -> str:
    path = [end]
    while (before := came[path[-1]]) is not None:
        path.append(before)
    masks = [starts[path[-1]], *(c for _, c in reversed(path)), after]
    return "".join(read.first(mask) for mask in masks if mask)


def empty_between(automaton: Automaton) -> str | None:
    """
    A short text in which the pattern matches nothing at all at some place, as far as can be told; None:
    none.
    """
    outside = [0, *automaton.atoms()]
    for way in automaton.empty:
        for before in outside:
            for after in outside:
                if automaton.may(way, before, after):
                    return "".join(automaton.read.first(mask) for mask in (before, after) if mask)
    return None


def sample(read: Read, tree: Tree) -> str:
    """A short text of a tree, whatever look-arounds ask; "" where there is none."""
    match tree:
        case Chars(mask):
            return read.first(mask) if mask else ""
        case Seq(parts):
            return "".join(sample(read, part) for part in parts)
        case Alt(choices):
            return min((sample(read, choice) for choice in choices), key=len, default="")
        case Repeat(inner, least, _, _):
            return sample(read, inner) * min(least, 64)
        case _:
            return ""
