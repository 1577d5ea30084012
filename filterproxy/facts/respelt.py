"""
A sentence as its reader takes it where the layout hides words and times from a lexer.

Letters spaced out ("W e  c l o s e  a t  9"), Markdown inside a time ("**9**:**30**"), digits in circles or
raised ("⑰時", "⁸–¹⁷", "9³⁰"). What single code points stand for by themselves is folded long before
(core/fold.py); here it takes the neighbours to tell: "①" before a digit numbers a list, "²" after a letter
is a square.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from filterproxy.core.rule import Span

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_LOWERED = "₀₁₂₃₄₅₆₇₈₉"
# Numbers in circles of all kinds; NFKC knows the first two rows.
_CIRCLED = dict(zip("⓪①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳", range(21), strict=True))
_CIRCLED |= dict(zip("㉑㉒㉓㉔", range(21, 25), strict=True))
_CIRCLED |= dict(zip("❶❷❸❹❺❻❼❽❾❿⓫⓬⓭⓮⓯⓰⓱⓲⓳⓴", range(1, 21), strict=True))
_CIRCLED |= dict(zip("➀➁➂➃➄➅➆➇➈➉", range(1, 11), strict=True))
_CIRCLED |= dict(zip("➊➋➌➍➎➏➐➑➒➓", range(1, 11), strict=True))
_CIRCLED |= dict(zip("⓵⓶⓷⓸⓹⓺⓻⓼⓽⓾", range(1, 11), strict=True))
# One code point each: "0点" to "24点", "a.m.", "p.m.", and figures in circles.
_SIGNS = "".join(map(chr, range(0x3358, 0x3371))) + "㏂㏘㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"
_MARKS = "*_`~"

_ANY_CIRCLED = "".join(_CIRCLED)
_LETTER = r"[^\x00-@\[-`{-\x7f]"  # of ASCII, or any code point beyond
# RE2: a sentence that reads otherwise than it is written has one of them.
SOURCES = (
    rf"{_LETTER}(?:[ .·-]{_LETTER}){{3}}",
    rf"[0-9][{_MARKS}]+[:.hH]|[:.hH][{_MARKS}]+[0-9]",
    rf"[{_ANY_CIRCLED}{_SIGNS}]|(?:^|[^A-Za-z])[{_RAISED}{_LOWERED}]",
)

_SPACED_OUT = re.compile(r"(?<!\w)[^\W\d_](?P<gap>[ .·-])[^\W\d_](?:(?P=gap)[^\W\d_]){2,}(?!\w)")
_MARKED = re.compile(rf"(?<=[0-9])([{_MARKS}]*)([:.hH])([{_MARKS}]*)(?=[0-9])")
_NUMBERED = re.compile(rf"(?<![0-9])[{_ANY_CIRCLED}](?! ?[0-9])")
# What makes a circled number a time even where a line begins, as an item of a list does.
_UNIT = re.compile(r"\s?(?:[点點時时:：h–~-]|[ap]\.?m|uhr|uur)", re.I)
_SMALL = re.compile(
    rf"(?<=[0-9])[{_RAISED[:6]}][{_RAISED}](?!\w)|(?<!\w)(?:[{_RAISED}]+|[{_LOWERED}]+)(?![^\W_])"
)
_SIGN = re.compile(f"[{_SIGNS}]")


@dataclass(frozen=True, slots=True)
class Respelt:
    """raw: the offset in the sentence as written of each character, and at last that sentence's length."""

    text: str
    raw: Sequence[int]

    def span(self, start: int, end: int) -> Span:
        """In offsets of the sentence as written."""
        return self.raw[start], self.raw[end - 1] + 1

    def replaced(self, pattern: re.Pattern[str], by: Callable[[re.Match[str]], str]) -> Respelt:
        """With each match given anew; its characters stand where the match began."""
        parts: list[str] = []
        raw: list[int] = []
        at = 0
        for m in pattern.finditer(self.text):
            new = by(m)
            parts += [self.text[at : m.start()], new]
            raw += self.raw[at : m.start()]
            raw += self._places(m, new)
            at = m.end()
        return Respelt("".join([*parts, self.text[at:]]), [*raw, *self.raw[at:]])

    def _places(self, m: re.Match[str], new: str) -> list[int]:
        old, found, at = m[0], [], 0
        for char in new:
            # A character that was kept stays where it stood.
            at = max(at, old.find(char, at)) if char in old[at:] else at
            found.append(self.raw[m.start() + min(at, len(old) - 1)])
            at += char == old[at : at + 1]
        return found


def respelt(sentence: str) -> Respelt | None:
    """*sentence* as it reads; None when that is how it is written."""
    view = Respelt(sentence, range(len(sentence) + 1))
    if (spaced := _SPACED_OUT.search(sentence)) is not None:
        view = _closed_up(view, re.escape(spaced["gap"]))
    view = view.replaced(_MARKED, lambda m: m[2])
    view = view.replaced(_NUMBERED, _number).replaced(_SMALL, _digits)
    view = view.replaced(_SIGN, lambda m: unicodedata.normalize("NFKC", m[0]))
    return None if view.text == sentence else view


def _closed_up(view: Respelt, gap: str) -> Respelt:
    """Without *gap* inside words, the blanks between words being one each."""
    pattern = re.compile(rf"(?<!\w)[^\W_](?:{gap}[^\W_])+(?!\w)")
    view = view.replaced(pattern, lambda m: m[0][::2])
    return view.replaced(re.compile(" {2,}"), lambda _: " ")


def _number(m: re.Match[str]) -> str:
    before = m.string[: m.start()].rstrip(" ")
    listed = (not before or before[-1] in "\n;；。.:：") and not _UNIT.match(m.string, m.end())
    return m[0] if listed else str(_CIRCLED[m[0]])


def _digits(m: re.Match[str]) -> str:
    plain = unicodedata.normalize("NFKC", m[0])
    after_digit = m.start() and m.string[m.start() - 1] in "0123456789"
    return f":{plain}" if after_digit else plain
