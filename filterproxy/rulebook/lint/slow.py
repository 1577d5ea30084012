"""
Patterns that backtrack: which text makes them slow, if any.

Two suspicions are raised by the tree. A repeat whose text can be read in two ways (`(a+)+`, `(a|ab|b)*`)
doubles the work with each character: such a text is found in the square of the repeat's automaton. Repeats
beside each other that can take the same character (`\\s*\\s*x`) multiply it. Either becomes a text (what
stands before, what is pumped, what makes the match fail), and only a text on which the engine itself runs
out of time is reported: the engine has shortcuts that no theory knows.
"""

from __future__ import annotations

import functools
import itertools
import operator
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import regex

from filterproxy.rulebook.lint.automaton import Automaton
from filterproxy.rulebook.lint.texts import sample
from filterproxy.rulebook.lint.tree import Alt, Chars, Look, Read, Repeat, Seq, Tree, Undecided

# Seconds. A rule has 5 ms for a text; twenty times that is slow on any machine.
LIMIT_SECONDS = 0.1
# Code points: no answer of a model is unlikely to have so many.
LENGTHS = (30, 60, 120, 300, 1_000)
# A repeat of so many counts as one without bound.
_OFTEN = 8
# Positions of a repeat, whose square is searched.
_LIMIT_POSITIONS = 120
_LIMIT_SUSPICIONS = 16
# For all that is tried of a pattern: one that is nearly slow would be looked at for half a minute.
_PATIENCE_SECONDS = 2.0
# What ends a text so that the match fails there: one of these is hardly ever part of it.
_FAILS = ("!", "\n", "\x00", "\u4e2d", "a", "")


@dataclass(frozen=True, slots=True)
class Slow:
    """A text that makes a pattern slow: before, then pump so often, then after."""

    before: str
    pump: str
    times: int
    after: str

    @property
    def text(self) -> str:
        return self.before + self.pump * self.times + self.after


@dataclass(frozen=True, slots=True)
class _Suspicion:
    before: str
    pump: str
    rest: str


def slow(pattern: str, ignore_case: bool, tree: Read) -> Slow | None:
    """A text of at most a thousand characters on which the pattern runs out of time; None: none was found."""
    compiled = regex.compile(pattern, regex.V1 | (regex.IGNORECASE if ignore_case else 0))
    suspicions = itertools.islice(dict.fromkeys(_suspicions(tree, tree.tree, "", "")), _LIMIT_SUSPICIONS)
    # The engine gives up at once where a letter that every match has is not there at all.
    whole = sample(tree, tree.tree)
    until = time.monotonic() + _PATIENCE_SECONDS
    for suspicion in suspicions:
        for after in dict.fromkeys(fail + rest for rest in (suspicion.rest, "", whole) for fail in _FAILS):
            found = _confirmed(compiled, suspicion, after)
            if found is not None or time.monotonic() > until:
                return found
    return None


def _confirmed(compiled: regex.Pattern[str], suspicion: _Suspicion, after: str) -> Slow | None:
    tries = [_pumped(suspicion, after, length) for length in LENGTHS]
    if not _times_out(compiled, tries[-1].text):
        return None
    return next((one for one in tries if _times_out(compiled, one.text)), None)


def _pumped(suspicion: _Suspicion, after: str, length: int) -> Slow:
    times = max(2, length // len(suspicion.pump))
    return Slow(suspicion.before, suspicion.pump, times, after)


def _times_out(compiled: regex.Pattern[str], text: str) -> bool:
    try:
        compiled.search(text, timeout=LIMIT_SECONDS, concurrent=False)
    except TimeoutError:
        return True
    except MemoryError:
        return True
    return False


def _suspicions(read: Read, tree: Tree, before: str, rest: str) -> Iterator[_Suspicion]:
    """Of a tree; before, rest: short texts of what stands around it."""
    match tree:
        case Seq(parts):
            texts = [sample(read, part) for part in parts]
            for shared, at in _adjacent(parts):
                for pump in _spelled(read, [shared]):
                    yield _Suspicion(before + "".join(texts[:at]), pump, "".join(texts[at + 1 :]) + rest)
            for i, part in enumerate(parts):
                yield from _suspicions(
                    read, part, before + "".join(texts[:i]), "".join(texts[i + 1 :]) + rest
                )
        case Alt(choices):
            for choice in choices:
                yield from _suspicions(read, choice, before, rest)
        case Look(inner, _, _):
            yield from _suspicions(read, inner, before, rest)
        case Repeat(inner, _, most, gives_back):
            if _is_often(most) and gives_back:
                yield from (_Suspicion(before, pump, rest) for pump in _two_ways(read, inner))
            elif not _is_often(most) or not gives_back:
                yield from _suspicions(read, inner, before, rest)


def _is_often(most: int | None) -> bool:
    return most is None or most >= _OFTEN


def _spelled(read: Read, masks: list[int]) -> Iterator[str]:
    """
    Texts of some sets in a row: readable; of one character alone; without letters. A character that is part
    of what comes behind ends the search in a match, and another one does not.
    """
    common = functools.reduce(operator.and_, masks)
    choices = (masks, [common] * len(masks) if common else masks, [m & ~read.word or m for m in masks])
    yield from dict.fromkeys("".join(map(read.first, chosen)) for chosen in choices)


def _adjacent(parts: tuple[Tree, ...]) -> Iterator[tuple[int, int]]:
    """Characters that several repeats of a sequence can take with nothing else between them, and where."""
    for i, part in enumerate(parts):
        shared = _taken(part)
        if not shared:
            continue
        for other in parts[i + 1 :]:
            taken = _taken(other)
            if taken & shared:
                yield taken & shared, i
            if not taken and not _may_be_empty(other):
                shared &= other.mask if isinstance(other, Chars) else 0


def _taken(tree: Tree) -> int:
    """The characters of which a part can take as many as there are."""
    match tree:
        case Repeat(inner, _, most, True) if _is_often(most):
            return _alone(inner)
        case Repeat(inner, _, _, True):
            return _taken(inner)
        case Seq((part,)):
            return _taken(part)
    return 0


def _alone(tree: Tree) -> int:
    """The characters that a part can be all by themselves."""
    match tree:
        case Chars(mask):
            return mask
        case Alt(choices):
            total = 0
            for choice in choices:
                total |= _alone(choice)
            return total
        case Seq(parts):
            needed = [part for part in parts if not _may_be_empty(part)]
            return _alone(needed[0]) if len(needed) == 1 else 0
        case Repeat(inner, 0 | 1, _, _):
            return _alone(inner)
    return 0


def _may_be_empty(tree: Tree) -> bool:
    match tree:
        case Chars():
            return False
        case Seq(parts):
            return all(map(_may_be_empty, parts))
        case Alt(choices):
            return any(map(_may_be_empty, choices))
        case Repeat(inner, least, _, _):
            return least == 0 or _may_be_empty(inner)
    return True


def _two_ways(read: Read, inner: Tree) -> Iterator[str]:
    """Texts that a repeat of *inner* can read in two ways, from one place back to it. Raises Undecided."""
    automaton = Automaton.of(read, Repeat(inner, 0, None), counted=False)
    if len(automaton.masks) > _LIMIT_POSITIONS:
        raise Undecided("a repeat in it is too large")
    for masks in itertools.islice(_pumps(automaton), 3):
        yield from _spelled(read, masks)


Pair = tuple[int, int]


def _pumps(a: Automaton) -> Iterator[list[int]]:
    """
    The sets of words along which two copies of the automaton part, meet again, and come back to where they
    were.
    """
    for here in range(len(a.masks)):
        targets = [q for q, _ in a.edges[here]]
        for q in dict.fromkeys(targets):
            if targets.count(q) > 1 and (back := _way(a, [(q, q)], {(here, here)})) is not None:
                yield back[0]
        parted = [
            (p, q)
            for p, q in itertools.product(dict.fromkeys(targets), repeat=2)
            if p < q and a.masks[p] & a.masks[q]
        ]
        met = _way(a, parted, {(p, p) for p in range(len(a.masks))})
        back = None if met is None else _way(a, [met[1]], {(here, here)})
        if met is not None and back is not None:
            yield met[0] + back[0][1:]


def _way(a: Automaton, starts: list[Pair], ends: set[Pair]) -> tuple[list[int], Pair] | None:
    """
    The sets of the shortest word that leads two copies from a pair to another, and that other; a pair's own
    character is part of the word.
    """
    came: dict[Pair, Pair | None] = dict.fromkeys(starts)
    queue = deque(starts)
    while queue:
        here = queue.popleft()
        if here in ends:
            return _word(a, came, here), here
        for p, _ in a.edges[here[0]]:
            for q, _ in a.edges[here[1]]:
                if a.masks[p] & a.masks[q] and (p, q) not in came:
                    came[p, q] = here
                    queue.append((p, q))
    return None


def _word(a: Automaton, came: dict[Pair, Pair | None], end: Pair) -> list[int]:
    pairs, here = [], came[end]
    pairs.append(end)
    while here is not None:
        pairs.append(here)
        here = came[here]
    return [a.masks[p] & a.masks[q] for p, q in reversed(pairs)]
