"""What a look-around asks of the characters beside it, and whether they can ever be what it asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from filterproxy.rulebook.lint.tree import Alt, Chars, Look, Read, Repeat, Seq, Tree, Zero

# An assertion: a kind of `Zero`, or what the next (previous) character must be: a mask, and whether the
# text's end (beginning) will do.
Asked = tuple[str, int, bool]
Way = tuple[Asked, ...]

# Copies of what is repeated a certain number of times; what needs more is taken for "as often as you like".
COPIES = 24


def looked(read: Read, look: Look) -> Way:
    """What a look-around asks of the one character beside it."""
    kind: Literal["previous", "next"] = "previous" if look.behind else "next"
    if look.positive:
        mask, edge = _edge_set(read, look.inner, look.behind)
        return ((kind, mask, edge),) if mask != read.full or not edge else ()
    single = _single(look.inner)
    # "Not this text" says nothing about its first character alone.
    return () if single is None else ((kind, read.full & ~single, True),)


def _single(tree: Tree) -> int | None:
    """The mask of a tree that is just one character."""
    match tree:
        case Chars(mask):
            return mask
        case Seq((part,)):
            return _single(part)
        case Alt(choices):
            found = [_single(choice) for choice in choices]
            return None if None in found else sum_masks([m for m in found if m is not None])
    return None


def sum_masks(masks: list[int]) -> int:
    """The union of masks."""
    total = 0
    for mask in masks:
        total |= mask
    return total


def _edge_set(read: Read, tree: Tree, behind: bool) -> tuple[int, bool]:
    """
    What a text of *tree* begins (behind: ends) with, and whether it may be empty: then anything, and an
    edge.
    """
    match tree:
        case Chars(mask):
            return mask, False
        case Seq(parts):
            total = 0
            for part in reversed(parts) if behind else parts:
                mask, may_be_empty = _edge_set(read, part, behind)
                if not may_be_empty:
                    return total | mask, False
                total |= 0 if mask == read.full else mask
            return read.full, True
        case Alt(choices):
            found = [_edge_set(read, choice, behind) for choice in choices]
            return sum_masks([mask for mask, _ in found]), any(empty for _, empty in found)
        case Repeat(inner, least, _, _):
            mask, may_be_empty = _edge_set(read, inner, behind)
            return (mask, False) if least and not may_be_empty else (read.full, True)
        case _:
            return read.full, True


def contradicts(parts: tuple[Tree, ...], at: int) -> bool:
    """Whether what stands beside a look-around never is what it wants."""
    look = parts[at]
    assert isinstance(look, Look)
    beside = _run(reversed(parts[:at]), True) if look.behind else _run(iter(parts[at + 1 :]), False)
    inner = look.inner if isinstance(look.inner, Alt) else Alt((look.inner,))
    runs = [_whole(choice, look.behind) for choice in inner.choices]
    if look.positive:
        pairs = [None if run is None else zip(run, beside, strict=False) for run in runs]
        return all(pair is not None and any(not a & b for a, b in pair) for pair in pairs)
    return any(
        run is not None
        and len(run) <= len(beside)
        and all(not b & ~a for a, b in zip(run, beside, strict=False))
        for run in runs
    )


def _whole(tree: Tree, behind: bool) -> list[int] | None:
    """
    The sets of a tree that is a run of single characters, in the direction of looking; None for another.
    """
    parts = tree.parts if isinstance(tree, Seq) else (tree,)
    run = _run(reversed(parts) if behind else iter(parts), behind)
    flat = sum(1 for _ in positions(tree))
    plain = all(isinstance(part, (Chars, Seq)) for part in parts)
    return run if plain and len(run) == flat else None


def _run(parts: Iterator[Tree], behind: bool) -> list[int]:
    """The sets of the characters that come for certain, up to the first part that may be one or another."""
    run: list[int] = []
    for part in parts:
        if isinstance(part, Chars):
            run.append(part.mask)
        elif isinstance(part, Seq):
            inner = _run(reversed(part.parts) if behind else iter(part.parts), behind)
            run += inner
            if len(inner) < len(part.parts):
                return run
        elif not isinstance(part, (Zero, Look)):
            single = _single(part)
            if single is None:
                return run
            run.append(single)
    return run


def positions(tree: Tree) -> Iterator[Chars]:
    """The sets of a tree, those of what is repeated as often as that is written out."""
    match tree:
        case Chars():
            yield tree
        case Seq(parts):
            for part in parts:
                yield from positions(part)
        case Alt(choices):
            for choice in choices:
                yield from positions(choice)
        case Repeat(inner, least, _, _):
            for _ in range(min(max(1, least), COPIES)):
                yield from positions(inner)
