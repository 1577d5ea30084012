"""The text before a unit, where it says what the times in it are for: headings, titles, other things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from filterproxy.core.rule import Scope, Span
from filterproxy.core.sentence import units
from filterproxy.facts.hours import Reader
from filterproxy.facts.lexer import plain
from filterproxy.facts.lexicon import Lexicon, load
from filterproxy.facts.parts import Stated
from filterproxy.facts.season import months_at
from filterproxy.facts.subject import NOBODY, Subject, everything, is_title
from filterproxy.facts.unit import Setting

# Code points. What a heading can stand above; Detector promises as many before a unit.
_LOOK_BACK = 1024
_RULE_LINE = re.compile(r"[\s|:+*_=#>-]*\Z")
_ORDINAL = re.compile(r"(?<![0-9])[0-9]{1,2}\.\s\Z")
_FIRST_WORD = re.compile(r"[^\W\d_]+")

# Their sentences share so many words that a short one is easily taken for one of another.
KIN = ("es", "pt", "it", "fr")


def lexicon(code: str) -> Lexicon:
    """The words of one of LANGUAGES."""
    return load(f"opening_hours.{code}")


def has_names(words: Lexicon) -> bool:
    """Whether names of places can be told by their capital letters."""
    return not words.unspaced and "nouns_capital" not in words.traits


def read_in_context(text: str, unit: Span, words: Lexicon, setting: Setting) -> list[Stated]:
    start = _start_of_date(text, unit, words)
    stated = _read(text, (start, unit[1]), words, setting)
    inside = (s for s in stated if s.span[1] > unit[0])
    return [Stated((max(s.span[0], unit[0]), s.span[1]), s.slots) for s in inside]


def _read(text: str, unit: Span, words: Lexicon, setting: Setting) -> list[Stated]:
    reader = Reader(text, unit, words, setting)
    stated = reader.read()
    if stated or not reader.unit.parts or reader.foreign:
        if (
            stated
            and setting.asked
            and not (reader.ours or reader.placed)
            and _turned_away(text, unit[0], words)
        ):
            return []
        return stated
    if not _under_heading(text, unit[0], words):
        return []
    return Reader(text, unit, words, _with_heading(setting)).read()


def _start_of_date(text: str, unit: Span, words: Lexicon) -> int:
    """Where a sentence begins that was parted inside a date: "Der Aufruf endet am 30. | Juni um 12 Uhr"."""
    if not _ORDINAL.search(text, max(0, unit[0] - 5), unit[0]):
        return unit[0]
    first = _FIRST_WORD.match(text, *unit)
    if first is None or plain(first[0]) not in words.kinds.get("calendar", ()):
        return unit[0]
    lead = max(0, unit[0] - _LOOK_BACK)
    return lead + units(text[lead : unit[0]], Scope.SENTENCE)[-1][0]


def _with_heading(setting: Setting) -> Setting:
    return replace(setting, heading=True)


def _turned_away(text: str, start: int, words: Lexicon) -> bool:
    """Whether a bare time belongs to another thing that the sentence before named ("It is booked. 7 pm.")."""
    before = last_pieces(text, start)
    piece = next(before, "")
    if not piece:
        return False
    reader = Reader(piece, (0, len(piece)), words, Setting())
    reader.read()
    return reader.foreign and not reader.ours


def last_pieces(text: str, start: int) -> Iterator[str]:
    """Sentences before *start*, the nearest first."""
    head = text[max(0, start - _LOOK_BACK) : start]
    for a, b in reversed(units(head, Scope.SENTENCE)):
        if not _RULE_LINE.match(head[a:b]):
            yield head[a:b]


def title_above(text: str, start: int, words: Lexicon, code: str) -> Subject:
    """What the nearest line above that is a title names; NOBODY where there is none."""
    for piece in last_pieces(text, start):
        named = is_title(piece, (0, len(piece)), words, code)
        if named is not None:
            return named
        reader = Reader(piece, (0, len(piece)), words, Setting(heading=True))
        if not reader.looks_scheduled:
            return NOBODY
    return NOBODY


def months_above(text: str, start: int, words: Lexicon, code: str) -> frozenset[int]:
    """The season of the heading above ("Winter hours:"), past other lines of its timetable."""
    for piece in last_pieces(text, start):
        whole = (0, len(piece))
        reader = Reader(piece, whole, words, Setting(heading=True))
        reader.read()
        if reader.looks_scheduled and not reader.announces:
            continue
        is_heading = piece.rstrip().endswith((":", "：", "*")) or piece.lstrip().startswith("#")
        return months_at(piece, whole, whole, words, code) if is_heading else frozenset()
    return frozenset()


def spoken_of_before(text: str, start: int, words: Lexicon, code: str) -> Subject:
    """What the sentence before *start* speaks of, all of it: which word "it" stands for is not told."""
    return everything(next(last_pieces(text, start), ""), words, code)


def _under_heading(text: str, start: int, words: Lexicon) -> bool:
    """Whether the lines above, past other lines of the same timetable, announce hours."""
    for piece in last_pieces(text, start):
        reader = Reader(piece, (0, len(piece)), words, Setting(heading=True))
        reader.read()
        if reader.announces:
            return not reader.question
        if not reader.looks_scheduled:
            return False
    return False
