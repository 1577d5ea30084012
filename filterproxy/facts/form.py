"""
Forms: shapes made from words and from each other, and the pattern that finds exactly a form's texts.

What is held in a stream (the shape) and what is found (the pattern) come from one value: they cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from filterproxy.core.shape import Ahead, Alt, Chars, Edge, Repeat, Seq, Shape, literal


def chars(source: str, least: int, most: int | None = None) -> Shape:
    """*least* to *most* of a class whose source means the same to RE2 and to `re`."""
    return Repeat(Chars(source), least, least if most is None else most)


def run(source: str, least: int = 0) -> Shape:
    """*least* or more of a class."""
    return Repeat(Chars(source), least, None)


def seq(*parts: Shape) -> Seq:
    return Seq(parts)


def texts(*choices: str) -> Shape:
    """One of some texts, letter for letter."""
    found = tuple(Seq(tuple(Chars(c if c.isalnum() else f"[{c}]") for c in text)) for text in choices)
    return Alt(found) if found[1:] else found[0]


def alt(*choices: Shape) -> Alt:
    return Alt(choices)


def optional(*parts: Shape) -> Shape:
    return Repeat(Seq(parts), 0, 1)


def beginnings(words: Iterable[str], depth: int) -> Shape:
    """The first *depth* letters of *words*, in any case; shorter words whole."""
    return _tree({word[:depth].lower() for word in words})


def _tree(words: set[str]) -> Shape:
    """The words as a tree of their letters: an automaton of a few states, however many they are."""
    heads: dict[str, set[str]] = {}
    for word in sorted(words):
        if word:
            heads.setdefault(word[0], set()).add(word[1:])
    letters = [head for head, rests in heads.items() if rests == {""}]
    choices: list[Shape] = [
        Seq((_class([head]), _tree(rests))) for head, rests in heads.items() if head not in letters
    ]
    if letters:
        choices.append(_class(letters))
    found: Shape = choices[0] if len(choices) == 1 else Alt(tuple(choices))
    return Repeat(found, 0, 1) if "" in words else found


def source(shape: Shape) -> str:
    """The pattern, for `re`, of exactly the texts of a form."""
    match shape:
        case Chars(text):
            return text
        case Seq(parts):
            return "".join(map(source, parts))
        case Alt(choices):
            return "(?:" + "|".join(map(source, choices)) + ")"
        case Repeat(inner, least, most):
            return f"(?:{source(inner)}){{{least},{'' if most is None else most}}}"
        case Edge() | Ahead():
            return ""


def _class(letters: Iterable[str]) -> Chars:
    """One letter of some, in any case."""
    parts = [part for letter in letters for part in literal(letter, ignore_case=True).parts]
    inside = "".join(p.source.removeprefix("[").removesuffix("]") for p in parts if isinstance(p, Chars))
    return Chars("[" + _ESCAPED.sub(_plain, inside) + "]")


# Letters need no escapes, and patterns are limited in length.
_ESCAPED = re.compile(r"\\x\{([0-9A-F]+)\}")


def _plain(escaped: re.Match[str]) -> str:
    letter = chr(int(escaped[1], 16))
    # Two digits without braces are read by `re` too.
    return letter if letter.isalpha() else f"\\x{ord(letter):02X}" if ord(letter) < 0x100 else escaped[0]
