r"""
The gate of clock times: RE2 patterns, one of which is in every unit that states one, in any language.

Each way in which `clock_time` accepts a time has its pattern here, made from the words that the reader of
opening hours has as well (words/opening_hours.*.json). RE2's \b, \w and \d know ASCII only and are not used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from filterproxy.core.scan import PatternSet, encode
from filterproxy.facts.clock_words import LANGUAGES, ClockWords, clock_words
from filterproxy.facts.lexer import ACCENTS
from filterproxy.facts.lexicon import Lexicon, split

# What tokens leave out; any letter beyond ASCII counts as one, which is wider and a far smaller automaton.
_BLANK = "[^A-Za-z0-9]*"
_UNSPACED_BLANK = "[^0-9A-Za-z０-９ぁ-ゖァ-ヺー々一-鿿]*"
_DIGIT = "[0-9０-９]"
_EDGE = "(?:^|[^A-Za-z])"
_END = "(?:$|[^A-Za-z])"
# Figures are the same in every language.
_SHARED = (
    rf"{_DIGIT}\s?[:：hHuU]\s?[0-5０-５]{_DIGIT}",
    rf"(?i){_DIGIT}{_BLANK}[ap]\.?{_BLANK}m{_END}|{_DIGIT}{{4}}{_BLANK}(?:h|[-–—])|[-–—]\s?{_DIGIT}{{4}}",
)


def _source(phrase: str, words: Lexicon) -> str:
    parts = split(phrase, words.script, words.accented)
    if words.unspaced:
        return "".join(map(_letter, parts))
    return _BLANK.join("".join(map(_letter, p)) for p in parts if p[0].isalnum())


def _letter(char: str) -> str:
    if char in ACCENTS:
        return f"[{char}{ACCENTS[char]}]"
    if char == "'":
        return "['’´`]?"
    return char if char.isalnum() or not char.isascii() else f"\\x{{{ord(char):x}}}"


def _any(phrases: Iterable[str], words: Lexicon) -> str:
    """One of *phrases*."""
    return "|".join(sorted({_source(p, words) for p in phrases} - {""}))


def _sources(said: ClockWords) -> Iterator[str]:
    words = said.lexicon
    edge, blank, end = ("", _UNSPACED_BLANK, "") if words.unspaced else (_EDGE, _BLANK, _END)
    numbers = _any(words.kinds["number"], words)
    number = f"(?:{_DIGIT}|{edge}(?:{numbers}))"
    halves = [p for kind in ("am", "pm") for p in words.kinds.get(kind, ())]
    units = [*words.kinds.get("oclock", ()), *halves]
    yield rf"(?i){number}{blank}(?:{_any(units, words)}){end}"
    if "half_first" in words.traits:
        of = f"(?:(?:{_any(words.rules['of'], words)}){blank})?" if words.rules["of"] else ""
        yield rf"(?i)(?:{_any(halves, words)}){blank}{of}(?:{_DIGIT}|{numbers})"
    if said.at:
        yield rf"(?i){edge}(?:{_any(said.at, words)}){blank}(?:{_DIGIT}|(?:{numbers}){end})"
    if said.named:
        yield rf"(?i){edge}(?:{_any(said.named, words)}){end}"
    kinds = words.kinds
    parts = [*kinds.get("half", ()), *kinds.get("quarter", ())]
    if "half_next" in words.traits or "half_before" in words.traits:
        yield rf"(?i){edge}(?:{_any(parts, words)}){blank}(?:{_DIGIT}|{numbers})"
    signs = [*kinds.get("past", ()), *kinds.get("before", ()), *words.rules["before_words"]]
    if signs:
        said_parts = f"|{_any(parts, words)}" if parts else ""
        number = f"(?:{_DIGIT}|{edge}(?:{numbers}{said_parts}))"
        yield rf"(?i){number}{blank}(?:{_any(signs, words)}){blank}(?:{_DIGIT}|{numbers}{said_parts})"
    if kinds.get("quarter") and kinds.get("to"):
        quarter, to = _any(kinds["quarter"], words), _any(kinds["to"], words)
        yield rf"(?i){edge}(?:{quarter}){blank}(?:{to}){blank}(?:{_DIGIT}|{numbers})"


@dataclass(frozen=True, slots=True)
class Screen:
    """Which languages could state a time in a text. owners: the language of each pattern, "" for all."""

    patterns: PatternSet
    owners: Sequence[str]

    def languages(self, text: str) -> frozenset[str]:
        found = {self.owners[i] for i in self.patterns.matches(encode(text))}
        return frozenset(LANGUAGES) if "" in found else frozenset(found)


def _owned() -> Iterator[tuple[str, str]]:
    yield from ((source, "") for source in _SHARED)
    for code in LANGUAGES:
        yield from ((source, code) for source in _sources(clock_words(code)))


@cache
def gate() -> tuple[str, ...]:
    """The sources, each once."""
    return tuple(dict.fromkeys(source for source, _ in _owned()))


@cache
def screen() -> Screen:
    """The gate for one unit: a reply is let through for any of its sentences, most of which say nothing."""
    owned = list(_owned())
    return Screen(PatternSet([source for source, _ in owned]), [code for _, code in owned])
