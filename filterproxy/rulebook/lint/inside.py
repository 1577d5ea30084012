"""Patterns that are nothing but words, and that are found inside other words, too."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from filterproxy.rulebook.lint.automaton import Automaton
from filterproxy.rulebook.lint.tree import (
    Alt,
    Chars,
    Read,
    Repeat,
    Seq,
    Tree,
    Zero,
    cases,
    choices_of,
    is_word,
)

# Words that filters are known to hit by mistake, and some that hold common short ones.
_WORDS = (
    "concatenate education vacation assassin classic passage embarrass glasses Scunthorpe Penistone "
    "cocktail shiitake therapist analysis manuscript document accumulate Sussex Middlesex grape "
    "skyscraper butterfly button debut attribute rebuttal execute prosecute hellish shell dogma "
    "endogenous category scatter delicate advocate begin engine imagine original paid afraid appeal "
    "repeal reapply supply simply information performance platform comparison preparation private deprive "
    "island rather whether other another together brother weather refundable nonrefundable unguarantee "
    "discounted prices surprise enterprise priced threat create treat great breath heathen then athens "
    "open opens opened closet enclose disclose hours today toddler modern model remodel sale salesman "
    "wholesale freedom freely carefree free buyer cash cashmere banker embank stolen ticket sticker "
    "cricket thing something nothing anything everything ring during string sincere since princess prince "
    "principle rest restaurant forest interest arrest test latest contest protest able table stable "
    "available start restart upstart art party heart smart article part department apartment "
).split()
# Alternatives that are looked at.
_LIMIT = 64
# The scripts that put blanks between words.
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "HEBREW", "ARABIC", "HANGUL")


@dataclass(frozen=True, slots=True)
class Inside:
    r"""
    A word that a pattern hits, and what it is hit by.

    alternatives: how many the pattern has. lopsided: the edges that it has are those of its outer
    alternatives alone, as in `\bcat|dog\b`.
    """

    literal: str
    word: str
    alternatives: int
    lopsided: bool = False


def inside_words(
    pattern: str, ignore_case: bool, tree: Read, automaton: Automaton, words: Sequence[str]
) -> Inside | None:
    """
    A word inside which a pattern that is made of words only is found; None: there is none, or it is
    another.
    """
    bare = _without_edges(tree)
    lopsided = bare != tree.tree
    if not _is_literal(tree, bare):
        return None
    ends = (*automaton.first, *automaton.last)
    if any(automaton.masks[p] & ~tree.word for p, _ in ends):
        return None
    literals = list(itertools.islice(dict.fromkeys(_texts(tree, bare)), _LIMIT))
    if not literals or not all(map(_is_spaced, literals)):
        return None
    compiled = regex.compile(pattern, regex.V1 | (regex.IGNORECASE if ignore_case else 0))
    made = (made for literal in literals for made in (f"pre{literal}s", f"{literal}s", f"pre{literal}"))
    for word in (*words, *_WORDS, *made):
        found = compiled.search(word)
        if found is not None and found.end() > found.start() and found[0] != word:
            return Inside(found[0], word, len(literals), lopsided)
    return None


def _without_edges(read: Read) -> Tree:
    r"""
    A tree without the edges of its alternatives where they leave a side open that they mean to close:
    `\bcat|dog\b` is "cat" at the beginning of a word, or "dog" at its end. Any other tree as it is.
    """
    bare = [_split(choice) for choice in choices_of(read.tree)]
    sides = {(left, right) for left, _, right in bare}
    if {(True, False), (False, True)} <= sides and not {(True, True)} & sides:
        return Alt(tuple(Seq(parts) for _, parts, _ in bare))
    return read.tree


def _split(tree: Tree) -> tuple[bool, tuple[Tree, ...], bool]:
    """The parts of an alternative without its edges, and whether it has one before and behind."""
    parts = tree.parts if isinstance(tree, Seq) else (tree,)
    left, right = parts[:1] and _is_edge(parts[0]), parts[1:] and _is_edge(parts[-1])
    return bool(left), parts[1 if left else 0 : -1 if right else None], bool(right)


def _is_edge(tree: Tree) -> bool:
    return isinstance(tree, Zero) and tree.kind in ("boundary", "word_start", "word_end")


def _is_literal(read: Read, tree: Tree) -> bool:
    """Whether a tree is alternatives of letters, and looks at nothing beside them."""
    match tree:
        case Chars(mask):
            return _letter(read, mask) is not None
        case Seq(parts):
            return all(_is_literal(read, part) for part in parts)
        case Alt(choices):
            return all(_is_literal(read, choice) for choice in choices)
        case Repeat(inner, 0, 1, _):
            return _is_literal(read, inner)
    return False


def _letter(read: Read, mask: int) -> str | None:
    """The one letter, digit or blank that a set stands for, whatever its case."""
    if not mask or mask.bit_count() > 4:
        return None
    members = [c for i, c in enumerate(read.alphabet) if mask >> i & 1]
    first = members[0]
    same = cases(ord(first), True) >= {ord(c) for c in members}
    return first if same and (is_word(first) or first in " -'\u2019") else None


def _texts(read: Read, tree: Tree) -> Iterator[str]:
    match tree:
        case Chars(mask):
            yield _letter(read, mask) or ""
        case Seq(parts):
            yield from map("".join, itertools.product(*(list(_texts(read, part)) for part in parts)))
        case Alt(choices):
            for choice in choices:
                yield from _texts(read, choice)
        case Repeat(inner, _, _, _):
            yield ""
            yield from _texts(read, inner)


def _is_spaced(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and all(unicodedata.name(c, "").startswith(_SCRIPTS) for c in letters)
