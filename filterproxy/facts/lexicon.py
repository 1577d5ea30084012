"""
Text as tokens whose kinds are known: the only place where words of a language are looked up.

A text is cut into tokens once; words and phrases get their kind from a lexicon (one JSON file per fact
and language), so that a reader of tokens knows no word of any language, only its order of words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

# How sure a number is a time: bare, "9.30", or what can be nothing else.
WEAK, DOTTED, STRONG = 0, 1, 2

_DASH = "-–—‐‑‒−~→"
_RAW = re.compile(
    r"(?P<hour>(?<![\d.,:/$€£¥#+])\d{1,2})"
    r"(?:(?P<sep>\s?:\s?|[.h])(?P<minute>[0-5]\d)(?::[0-5]\d)?(?!\d))?"
    r"(?P<unit>h(?![^\W_]))?(?:\s?(?P<half>[ap])(?:\.\s?m\b\.?|\s?m\b))?"
    r"(?![\d%€£$]|[.,/:]\d|\s%|(?:st|nd|rd|th)\b)"
    r"|(?P<four>(?<![\d.,:/$€£¥#+-])(?:[01]\d|2[0-4])[0-5]\d(?=\s?(?:hours|hrs|h\b|[-–—]\s?\d{4}\b)|(?<=[-–—]\d{4})(?!\d)))"
    r"|(?P<other>\d[\d.,:/]*\d[^\W\d_]*|\d[^\W\d_]*)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
    rf"|(?P<dash>[{_DASH}])|(?P<mark>[,;:/&|()?!\n=])"
)
_APOSTROPHES = str.maketrans("’´`", "'''")


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


@dataclass(frozen=True, slots=True)
class Lexicon:
    """
    The words of one language for one fact.

    heads: first word of a phrase -> (other words, kind), longest first. numbers, days, times: values of
    phrases of the kinds `number`, `day`, `time`. rules: other sets of words, by what a reader asks of them.
    patterns: regular expressions by what they tell, for whole sentences; case is ignored.
    """

    heads: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    numbers: Mapping[str, int]
    days: Mapping[str, frozenset[int]]
    short_days: Mapping[str, frozenset[int]]
    times: Mapping[str, int]
    rules: Mapping[str, frozenset[str]]
    patterns: Mapping[str, tuple[re.Pattern[str], ...]]


@cache
def load(name: str) -> Lexicon:
    """The lexicon of `words/NAME.json`, e.g. `opening_hours.en`; read once."""
    raw: dict[str, Any] = json.loads(
        files("filterproxy.facts").joinpath(f"words/{name}.json").read_text("utf-8")
    )
    heads: dict[str, dict[tuple[str, ...], str]] = {}
    for phrase, kind in _phrases(raw):
        first, *rest = phrase.split(" ")
        heads.setdefault(first, {}).setdefault(tuple(rest), kind)
    sets = {key: frozenset(value) for key, value in raw["sets"].items()}
    sets["ordinary"] = sets["generic_names"] | sets["questions"] | heads.keys()
    return Lexicon(
        {head: tuple(sorted(rests.items(), key=lambda r: -len(r[0]))) for head, rests in heads.items()},
        raw["numbers"],
        {phrase: frozenset(days) for phrase, days in raw["days"].items()},
        {word: frozenset(days) for word, days in raw["short_days"].items()},
        raw["times"],
        sets,
        {key: tuple(re.compile(p, re.I) for p in value) for key, value in raw["patterns"].items()},
    )


def _phrases(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(phrase, kind), the earlier kind winning where two claim one phrase."""
    for key, kind in (("days", "day"), ("numbers", "number"), ("times", "time")):
        for phrase in raw[key]:
            yield phrase, kind
    for kind, phrases in raw["kinds"].items():
        for phrase in phrases:
            yield phrase, kind


def tokens(text: str, start: int, end: int, words: Lexicon) -> list[Token]:
    """The tokens of text[start:end], in order, phrases joined; spans are in *text*."""
    low = _lower(text[start:end])
    if not low.isascii():
        low = low.translate(_APOSTROPHES)
    raw = [_token(m, start) for m in _RAW.finditer(low)]
    keys = [t.word for t in raw]
    heads, short_days = words.heads, words.short_days
    out: list[Token] = []
    i, total = 0, len(raw)
    while i < total:
        key = keys[i]
        token = raw[i]
        i += 1
        if key in short_days and _is_short_day(raw, i - 1, words, text):
            token = token._replace(kind="short")
        elif (found := heads.get(key)) is not None:
            kind, n = _longest(found, keys, i)
            if kind:
                out.append(
                    Token(kind, token.start, raw[i + n - 1].end, " ".join(keys[i - 1 : i + n]))
                    if n
                    else Token(kind, token.start, token.end, key)
                )
                i += n
                continue
        out.append(token)
    return out


def _lower(text: str) -> str:
    low = text.lower()
    # A few code points grow when lowered (U+0130); offsets must not move.
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _token(m: re.Match[str], shift: int) -> Token:
    start, end = m.span()
    start, end = start + shift, end + shift
    match m.lastgroup:
        case "word":
            return Token("word", start, end, m.group())
        case "dash":
            return Token("-", start, end, "-")
        case "mark":
            return Token(m.group(), start, end, m.group())
        case "four":
            four = m.group()
            return Token("clock", start, end, four, int(four[:2]), int(four[2:]), "h", STRONG)
        case "other":
            return Token("number", start, end, m.group())
        case _:
            return _clock_token(m, start, end)


def _clock_token(m: re.Match[str], start: int, end: int) -> Token:
    hour, minute, sep, half = (
        int(m["hour"]),
        int(m["minute"] or -1),
        (m["sep"] or "").strip(),
        m["half"] or "",
    )
    if hour > 24 or (half and not 1 <= hour <= 12) or (hour == 24 and minute > 0):
        return Token("number", start, end, m.group())
    grade = STRONG if half or sep == ":" else DOTTED if sep or m["unit"] else WEAK
    if not half and (hour > 12 or m["hour"].startswith("0")):
        half = "h"
    return Token("clock", start, end, m.group(), hour, minute, half or (":" if sep == ":" else ""), grade)


def _longest(found: Sequence[tuple[tuple[str, ...], str]], keys: list[str], i: int) -> tuple[str, int]:
    """Kind of the longest phrase whose other words stand from *i* on, and their number; "" when none does."""
    for rest, kind in found:
        n = len(rest)
        if not n or (keys[i : i + 1] == [rest[0]] and tuple(keys[i : i + n]) == rest):
            return kind, n
    return "", 0


def _is_short_day(raw: Sequence[Token], i: int, words: Lexicon, text: str) -> bool:
    """Whether a word like "we" stands among times and days as only a day does: "Mo-We", "We 9:00"."""
    if text[raw[i].start].islower() and raw[i].word not in ("mo", "th", "fr"):
        return False

    def is_day(k: int) -> bool:
        return 0 <= k < len(raw) and (raw[k].word in words.short_days or raw[k].word in words.days)

    after = raw[i + 1].kind if i + 1 < len(raw) else ""
    before = raw[i - 1].kind if i else ""
    if after == "clock":
        return True
    return (after in ("-", ",", "/", "&", ":") and (is_day(i + 2) or _is_clock(raw, i + 2))) or (
        before in ("-", ",", "/", "&") and is_day(i - 2)
    )


def _is_clock(raw: Sequence[Token], i: int) -> bool:
    return i < len(raw) and raw[i].kind == "clock"
