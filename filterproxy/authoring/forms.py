r"""
Patterns for texts like one that was shown: what of it stays, and what would be another the next time.

gap       [Manager's Name] → any gap in such brackets, whatever it asks for
tag       <thinking> → that tag, opened or closed, whatever it holds
digits    Order AB-1234 → Order AB-\d+; a code such as X7K2-9QPL by its letters and its length
id        AB-1234 → two capitals and four digits
name      Hi Sarah, → Hi, and any name
capitals  BUY IT NOW → three words in capitals

A pattern that finds no more than the words do is none of these: `phrases` finds them in any capitals, and
whatever the blanks between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex


@dataclass(frozen=True, slots=True)
class Form:
    """kind: one of the above. pattern: in the syntax of the verb `regex`."""

    kind: str
    pattern: str


def forms(part: str, words: bool = True) -> Iterator[Form]:
    """Those that *part*, or a part of it, is an example of. words: only whole ones are meant."""
    marked = list(gaps(part)) or list(_tags(part))
    if marked:
        # What stands between the brackets says nothing.
        yield from marked
        return
    for kind, slots in (("digits", _DIGITS), ("name", _NAMES)):
        if (pattern := _with_slots(part, slots)) is not None:
            yield Form(kind, _bounded(pattern, part) if words else pattern)
    if found := _ID.fullmatch(part):
        yield Form("id", rf"\b[A-Z]{{{len(found[1])}}}{found[2]}\d{{{len(found[3])}}}\b")
    if _CAPITALS.fullmatch(part):
        yield Form("capitals", rf"\b{_CAPITALS.pattern}\b")


# What a gap asks for, but for its first letter.
_INSIDE = r"[\w .,/'’-]{1,40}"
# Before it, it, and behind it. A link has its address behind it, an index its list before it.
_GAPS = (
    (r"(?<![\w\]])\[", r"\p{L}[^\[\]\n]{1,40}", r"\](?![(\[])"),
    (r"\{\{\s*", rf"[\p{{L}}_]{_INSIDE}", r"\}\}"),
    (r"(?<![\w{}\\$])\{", rf"[\p{{L}}_]{_INSIDE}", r"\}(?!\})"),
    (r"\$\{", rf"[\p{{L}}_]{_INSIDE}", r"\}"),
    # A single word in these is a tag.
    ("<", rf"\p{{L}}[\w'’]*[ _-]{_INSIDE}", ">"),
    ("【", rf"\p{{L}}{_INSIDE}", "】"),
)
_CAPITAL_GAP = regex.compile(r"\P{L}*\p{Lu}")


def gaps(text: str) -> Iterator[Form]:
    """The class of the first gap of *text* in each kind of brackets."""
    for before, inside, after in _GAPS:
        pattern = before + inside + after
        if (found := regex.search(pattern, text, regex.V1)) is None:
            continue
        if _CAPITAL_GAP.match(found[0]):
            # [sic], [x y]: who writes his gaps with a capital need not look at those.
            pattern = before + inside.replace(r"\p{L}", r"\p{Lu}", 1) + after
        yield Form("gap", pattern)


_TAG = regex.compile(r"</?([A-Za-z][\w-]*)>")


def _tags(text: str) -> Iterator[Form]:
    for name in dict.fromkeys(_TAG.findall(text)):
        yield Form("tag", rf"</?{name}(?:\s[^<>\n]{{0,100}})?>")


_CAPITALS = regex.compile(r"\p{Lu}{2,}(?:[\s,]+\p{Lu}{2,}){2,}")
_ID = regex.compile(r"([A-Z]{1,5})([-_ ]?)(\d{2,})")
_SPECIAL = regex.compile(r"[\\.^$*+?{}\[\]()|]")
# A code: segments, one of which changes between letters and digits more than once.
_MIXED = r"(?:[A-Za-z]+[0-9]+[A-Za-z]|[0-9]+[A-Za-z]+[0-9])[A-Za-z0-9]*"
_CODE = rf"(?<![A-Za-z0-9])(?:[A-Za-z0-9]+[-_])*{_MIXED}(?:[-_][A-Za-z0-9]+)*(?![A-Za-z0-9])"
_NUMBER = r"(?<![\d.,])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+[.,]\d+)(?![.,]?\d)"
_ORDINAL = r"\d+(?:st|nd|rd|th)"
_DIGITS = regex.compile(
    rf"(?P<ordinal>{_ORDINAL}\b)|(?P<code>{_CODE})|(?P<number>{_NUMBER})|(?P<digits>\d+)|(?P<blank>\s+)"
)
_NAME = r"\p{Lu}[\p{L}'’-]+"
_TITLE = r"(?:Mr|Mrs|Ms|Dr|Prof|Herr|Frau)"
# Behind a word, since every sentence begins with a capital; a word with two of them is no name.
_BEFORE = rf"(?<=\w\s+|{_TITLE}\.\s+)(?!{_TITLE}\b)"
_NAMES = regex.compile(rf"(?P<name>{_BEFORE}(?=\p{{Lu}}\p{{Ll}}){_NAME}(?:\s+{_NAME}){{0,2}})|(?P<blank>\s+)")


def _with_slots(part: str, slots: regex.Pattern[str]) -> str | None:
    """*part* with a pattern in place of what changes; None where nothing does."""
    made, at, changes = "", 0, False
    for found in slots.finditer(part):
        made += _literal(part[at : found.start()]) + _slot(found)
        changes |= found.lastgroup != "blank"
        at = found.end()
    return made + _literal(part[at:]) if changes else None


def _literal(text: str) -> str:
    return str(_SPECIAL.sub(r"\\\g<0>", text))


def _slot(found: regex.Match[str]) -> str:
    match found.lastgroup:
        case "code":
            return _code(found[0])
        case "number":
            return r"\d+(?:[.,]\d+)*"
        case "digits":
            return r"\d+"
        case "ordinal":
            return _ORDINAL
        case "name":
            return rf"{_NAME}(?:\s+{_NAME}){{0,2}}"
    return r"\s+"


def _code(text: str) -> str:
    """Its segments by their letters and their lengths; letters in front name what it is."""
    segments = regex.split("([-_])", text)
    ahead = 2 if len(segments) > 1 and segments[0].isalpha() else 0
    rest = "".join(segments[ahead:])
    letters = next(one for one in _LETTERS if regex.fullmatch(f"[{one}_-]+", rest))
    return "".join(segments[:ahead]) + "".join(
        one if one in ("-", "_") else f"[{letters}]{{{len(one)}}}" for one in segments[ahead:]
    )


_LETTERS = ("0-9a-f", "0-9A-F", "0-9a-z", "0-9A-Z", "0-9A-Za-z")


def _bounded(pattern: str, part: str) -> str:
    before = r"\b" if is_word(part[:1]) else ""
    return before + pattern + (r"\b" if is_word(part[-1:]) else "")


def is_word(char: str) -> bool:
    """Whether words are made of it."""
    return char.isalnum() or char == "_"
