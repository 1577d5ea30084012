"""In which of the languages a text that may state hours is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from filterproxy.facts.hours_context import (
    KIN,
    lexicon,
)
from filterproxy.facts.hours_gate import LANGUAGES
from filterproxy.facts.lexer import DASHES, bare, plain
from filterproxy.facts.tokens import tokens
from filterproxy.language import language_of

_WORD = re.compile(r"[^\W\d_]+")
# Two shortened days and what joins them.
_PAIR = re.compile(
    rf"(?<![^\W\d_])(?P<one>[A-Za-z]{{2,3}})\.?\s?(?:[{DASHES}/,&:]|t/m|tot|bis|und|en)\s?"
    r"(?=(?P<other>[A-Za-z]{2,3})(?![^\W\d_]))"
)


def languages_of(text: str, around: str, possible: Collection[str]) -> list[str]:
    """
    The languages to read *text* in, the likeliest first.

    around: the language of what stands about it. Han characters alone are either of two; English stands in
    texts of every language. A text of which nothing tells may be of any language.
    """
    own, paired = language_of(text), _of_paired_days(text)
    if paired:
        own = next((code for code in (own, around) if code in paired), paired[0])
    if not (own or around):
        unknown = {code: _unknown(text, code) for code in LANGUAGES if code in possible}
        fit = fitting(text, [code for code in KIN if code in unknown])
        return sorted((code for code in unknown if code not in KIN or code in fit), key=unknown.__getitem__)
    likeliest = own or around
    kin = [code for code in KIN if code == likeliest or code in possible] if likeliest in KIN else []
    near = fitting(text, sorted(kin, key=likeliest.__ne__))
    ways = [own]
    if own == "zh":
        ways = sorted(("ja", "zh") if around == "ja" else ("zh", "ja"), key=lambda code: _unread(text, code))
    elif own in KIN and "en" in possible and own not in fitting(text, (own, "en")):
        near = ("en", *near)  # a line of a timetable has few words to tell a language by
    first = near or tuple(code for code in (*ways, around) if code)
    likely = dict.fromkeys((*first, "en" if around in KIN else around, "en"))
    return [code for code in likely if code in possible]


def _of_paired_days(text: str) -> list[str]:
    """The languages that shorten days as *text* does: "ma-vr" is Dutch, whatever "ma" may be elsewhere."""
    pairs = [{m["one"].lower(), m["other"].lower()} for m in _PAIR.finditer(text)]
    if not pairs:
        return []
    pairs = [pair for pair in pairs if len(pair) == 2]
    known = {code: sum(pair <= lexicon(code).short_days.keys() for pair in pairs) for code in LANGUAGES}
    best = [code for code in LANGUAGES if known[code] == max(known.values()) > 0]
    return sorted(best, key=lambda code: _unread(text, code)) if len(best) > 1 else best


def _unread(text: str, code: str) -> int:
    """How many words or runs of characters the lexicon of *code* does not have; dearer than `_unknown`."""
    return sum(token.kind == "word" for token in tokens(text, 0, len(text), lexicon(code)))


def _unknown(text: str, code: str) -> int:
    """How many words of *text* no word or phrase of *code* begins with."""
    heads, days = lexicon(code).heads, lexicon(code).short_days
    found = {word for word in _WORD.findall(plain(text)) if word not in heads and word not in days}
    return sum(bare(word) not in heads for word in found)


def fitting(text: str, codes: Sequence[str]) -> tuple[str, ...]:
    """
    Those of *codes* of which *text* has the fewest unknown words: kindred languages are told by that.

    The first alone where it knows them all.
    """
    if len(codes) < 2 or not _unknown(text, codes[0]):
        return tuple(codes[:1])
    unknown = {code: _unknown(text, code) for code in codes}
    return tuple(code for code in codes if unknown[code] == min(unknown.values()))
