"""
Text as raw tokens: words, numbers, clock faces and marks, before any word of a language is known.

Two readers share one shape. Where words are parted by blanks, a word is a run of letters. Chinese and
Japanese have no such runs: there a single character is a token, and the lexicon makes words of them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# How sure a number is a time: bare, "9.30", or what can be nothing else.
WEAK, DOTTED, STRONG = 0, 1, 2

DASHES = "-–—‐‑‒−~〜→"
# Letters that are often typed without their accents, and the letters that stand for them.
ACCENTS = {"a": "àáâãäå", "c": "ç", "e": "èéêë", "i": "ìíîï", "n": "ñ", "o": "òóôõö", "u": "ùúûü"}
# Full-width forms that times and lists are written with.
WIDE = dict(zip("０１２３４５６７８９：∶꞉～，、；（）？！／・－", "0123456789:::~,,;()?!/,-", strict=True))
_PLAIN = str.maketrans(WIDE | dict.fromkeys("’´`", "'"))
_BARE = str.maketrans({accented: letter for letter, all_ in ACCENTS.items() for accented in all_})


class Token(NamedTuple):
    """
    A word, phrase, number or mark.

    kind: of the lexicon; else clock, short (a two-letter day), word, number, or the mark itself.
    hour, minute: of a clock token, -1 where not said. half: "a", "p" or "". grade: WEAK for a bare
    number, DOTTED for "9.30", STRONG for what can be nothing but a time.
    """

    kind: str
    start: int
    end: int
    word: str
    hour: int = -1
    minute: int = -1
    half: str = ""
    grade: int = WEAK


# "0800 to 1600", "from 0730", and never "1914 to 1918" or "at 0800 123 456".
_TO = ("to", "till", "until", "bis", "à", "a", "às", "alle", "até", "hasta", "tot", "and", "und")
_EARLY = "0[4-9][0-5][0-9]"
_AFTER_EARLY = "|".join(rf"(?<={_EARLY}\s{to}\s)" for to in _TO)
_FOUR = (
    rf"(?<![0-9]){_EARLY}(?=\s(?:{'|'.join(_TO)})\s[0-2][0-9][0-5][0-9](?![0-9]))"
    rf"|(?:{_AFTER_EARLY})(?:[01][0-9]|2[0-4])[0-5][0-9](?![0-9])"
    rf"|(?:(?<=\bat\s)|(?<=\bfrom\s)|(?<=\buntil\s)){_EARLY}(?!\s?[0-9-])"
)
# "0800-2000", "1800-0200", and never "1990-1995".
_AFTER_HYPHEN = (
    r"(?<=(?<![0-9.,:/$€£¥#+-])(?:0[0-9]|1[0-6])[0-5][05]-)(?:[01][0-9]|2[0-4])[0-5][05](?![0-9-])"
    r"|(?<=(?<![0-9.,:/$€£¥#+-])(?:[01][0-9]|2[0-4])[0-5][05]-)0[0-9][0-5][05](?![0-9-])"
)


def _pattern(letter: str, word: str, after: str) -> re.Pattern[str]:
    """letter: what a number goes on in. word: a word. after: what ends "am" and the like."""
    # No time begins inside a decimal or a price; "9:00,12:00" is two of them.
    begins = r"(?<![0-9$€£¥#+])(?<![0-9][.:/])(?<!(?<!:[0-9])[0-9],)"
    return re.compile(
        r"(?P<date>[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?![0-9])|[0-9]{1,2}[./][0-9]{1,2}[./](?:[0-9]{4}|[0-9]{2})(?![0-9]))"
        rf"|(?P<hour>{begins}[0-9]{{1,2}})"
        r"(?:(?P<sep>\s?:\s?|\.|\s?h\s?|u)(?P<minute>[0-5][0-9])(?::[0-5][0-9])?(?![0-9]))?"
        rf"(?P<unit>(?:\s?h|u)(?!{letter}|[0-9]))?(?:\s?(?P<half>[ap])(?:\.\s?m{after}\.?|\s?m{after})|(?P<brief>[ap])(?!{letter}|[0-9]))?"
        rf"(?![0-9%€£$]|[./:][0-9]|,[0-9](?![0-9]?:[0-9])|\s%|(?:st|nd|rd|th){after})"
        rf"|(?P<four>(?<![0-9.,:/$€£¥#+-])(?:[01][0-9]|2[0-4])[0-5][0-9]"
        r"(?=\s?(?:hours|hrs|h\b|[-–—]\s?[0-9]{4}\b)|(?<=[-–—][0-9]{4})(?![0-9]))"
        rf"|{_AFTER_HYPHEN})"
        rf"|(?P<bare_four>{_FOUR})"
        rf"|(?P<other>[0-9][0-9.,:/]*[0-9]{letter}*|[0-9]{letter}*)"
        rf"|(?P<word>{word})"
        rf"|(?P<dash>[{DASHES}])|(?P<mark>[,;:/&|()?!\n=])"
    )


_LETTER = r"[^\W\d_]"
_SPACED = _pattern(_LETTER, rf"{_LETTER}+(?:'{_LETTER}+)*", r"\b")
# "l'heure" is two words.
_ELIDED = _pattern(_LETTER, rf"{_LETTER}+(?:'(?={_LETTER}))?", r"\b")
_UNSPACED = _pattern("[a-z]", f"[a-z]+|{_LETTER}", "(?![a-z])")
_PATTERNS = {"": _SPACED, "elided": _ELIDED, "unspaced": _UNSPACED}


def small(text: str) -> str:
    """*text* in small letters; no offset moves."""
    low = text.lower()
    if len(low) != len(text):
        # A few code points grow when lowered (U+0130).
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return low


def plain(text: str) -> str:
    """*text* in small letters, without full-width forms; no offset moves."""
    low = small(text)
    return low if low.isascii() else low.translate(_PLAIN)


def bare(word: str) -> str:
    """*word* without accents."""
    return word if word.isascii() else word.translate(_BARE)


def pattern(script: str) -> re.Pattern[str]:
    """The pattern of raw tokens: script is "", "elided" or "unspaced"."""
    return _PATTERNS[script]


def raw_token(m: re.Match[str], shift: int) -> Token:
    """The token of a match of `pattern`, *shift* code points further on."""
    start, end = m.span()
    start, end = start + shift, end + shift
    match m.lastgroup:
        case "word":
            return Token("word", start, end, m.group())
        case "dash":
            return Token("-", start, end, "-")
        case "mark":
            return Token(m.group(), start, end, m.group())
        case "four" | "bare_four":
            four = m.group()
            return Token("clock", start, end, four, int(four[:2]), int(four[2:]), "h", STRONG)
        case "other" | "date":
            return Token("number", start, end, m.group())
        case _:
            return _clock_token(m, start, end)


def _clock_token(m: re.Match[str], start: int, end: int) -> Token:
    hour, minute, sep = int(m["hour"]), int(m["minute"] or -1), (m["sep"] or "").strip()
    half = m["half"] or m["brief"] or ""
    if hour > 24 or (half and not 1 <= hour <= 12) or (hour == 24 and minute > 0):
        return Token("number", start, end, m.group())
    grade = STRONG if m["half"] or sep in (":", "h") else DOTTED if sep or half or m["unit"] else WEAK
    if not half and (hour > 12 or m["hour"].startswith("0")):
        half = "h"
    return Token("clock", start, end, m.group(), hour, minute, half or (":" if sep == ":" else ""), grade)
