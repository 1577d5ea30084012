"""
The gate of opening hours: RE2 patterns, one of which is in every unit that states them, in any language.

It follows the reader (unit_times.py, clock.py): each way in which a time, a day or "24 hours" is accepted
there has its pattern here, without what stands around it, made from the words of the lexicon. A property test
holds them together. RE2's \\b, \\w and \\d know ASCII only and are not used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from filterproxy.core.scan import PatternSet, encode
from filterproxy.facts.lexer import ACCENTS, DASHES, bare
from filterproxy.facts.lexicon import Lexicon, load, split
from filterproxy.facts.respelt import SOURCES as ODD_SOURCES

LANGUAGES = ("en", "de", "ja", "zh", "fr", "es", "it", "pt", "nl")
# The owner of patterns for text that reads otherwise than it is written (respelt.py).
ODD = "odd"

# What tokens leave out: blanks, Markdown, quotes, full stops; and marks, which phrases may have or not.
# Any letter beyond ASCII counts as one: the class of all letters makes automata of fifty times the size.
# Nor is its case asked for, which would make it of twice the size.
_BLANK = "(?-i:[^A-Za-z0-9]*)"
_DASH = f"[{DASHES}～－]"
_DIGIT = "[0-9０-９]"
# A word begins where no letter stands before it.
_EDGE = "(?-i:^|[^A-Za-z])"
_END = "(?-i:$|[^A-Za-z])"
# Of Chinese and Japanese any character that can be of a word ends a blank.
_UNSPACED_BLANK = "(?-i:[^0-9A-Za-z０-９ぁ-ゖァ-ヺー々一-鿿]*)"
_SHORT = 4  # letters
# Code points behind and before the word that is all of an answer.
BRIEF, BRIEF_LEAD = 40, 16


class _EveryWord(frozenset[str]):
    def __contains__(self, _: object) -> bool:
        return True


_EVERY_WORD = _EveryWord()
_LATE = -1  # a time after "until" only
# The same in every language.
_SHARED = (
    rf"{_DIGIT}{_BLANK}[:：∶꞉.hHuU]{_BLANK}{_DIGIT}",
    rf"(?i){_DIGIT}{_BLANK}(?:[ap]\.?{_BLANK}m|h(?:[^A-Za-z]|$))|{_DIGIT}u(?:[^A-Za-z]|$)|{_DIGIT}{{4}}{_BLANK}h",
    rf"{_DIGIT}{_BLANK}{_DASH}{_BLANK}{_DIGIT}|{_DASH}{_DIGIT}{{4}}",
    rf"{_DIGIT}[apAP]{_END}",
)


def _phrase(phrase: str, words: Lexicon, letter: Callable[[str], str]) -> str:
    parts = split(phrase, words.script, _EVERY_WORD)  # with its accents
    if words.unspaced:
        return "".join(map(letter, parts))
    return _BLANK.join("".join(map(letter, p)) for p in parts if p[0].isalnum())


def _bare_letter(char: str) -> str:
    """Of words that are kept without their accents."""
    return _letter(ACCENTS[char][0]) if char in ACCENTS else _letter(char)


def _letter(char: str) -> str:
    if (letter := bare(char)) != char:
        # Where an accent is missing as well, any other is. With the case of each told apart, automata would
        # be twice the size; and with accents on letters that have none, twice again.
        return f"(?-i:[{letter}{letter.upper()}\\x{{c0}}-\\x{{ff}}])"
    if char == "'":
        return "['’´`]?"
    return char if char.isalnum() else f"\\x{{{ord(char):x}}}" if char.isascii() else char


def _any(phrases: Iterable[str], words: Lexicon) -> str:
    """One of *phrases*."""
    return "|".join(sorted({_phrase(p, words, _letter) for p in phrases} - {""}))


def _any_bare(phrases: Iterable[str], words: Lexicon) -> str:
    """One of *phrases*, which have lost their accents."""
    return "|".join(sorted({_phrase(p, words, _bare_letter) for p in phrases} - {""}))


def _begins_with_any(phrases: Iterable[str], words: Lexicon) -> str:
    """The same where nothing need follow: of two of which one begins the other, the shorter is enough."""
    # A short word begins too many others ("zu").
    short = [p for p in phrases if len(p) <= _SHORT and not words.unspaced and p.isalpha()]
    kept: list[str] = []
    for source in sorted(
        {_phrase(p, words, _letter) for p in phrases if p not in set(short)} - {""}, key=len
    ):
        if not any(source.startswith(k) and not source[len(k) :].startswith(("?", "*")) for k in kept):
            kept.append(source)
    edge, _ = _joints(words)
    worded = [k for k in kept if not k[0].isdigit()]
    if short:
        worded.append(f"(?:{_any(short, words)}){_END}")
    return "|".join([f"{edge}(?:{'|'.join(worded)})", *(k for k in kept if k[0].isdigit())])


def _of_kinds(words: Lexicon, *kinds: str) -> list[str]:
    return [p for kind in kinds for p in words.kinds.get(kind, ())]


def _sources(words: Lexicon) -> Iterator[str]:
    edge, blank = _joints(words)
    numbers = _any((p for p in words.kinds["number"] if words.numbers[_key(p, words)] <= 24), words)
    number = f"(?:{_DIGIT}|{edge}(?:{numbers}))"
    named = _any(words.kinds["time"], words)
    halves = _of_kinds(words, "am", "pm")
    half_first = "half_first" in words.traits
    units = _any([*_of_kinds(words, "oclock"), *([] if half_first else halves)], words)
    leads = _of_kinds(words, "at", "from", "to", "past", "before", "between")
    leads += halves if half_first else ()
    yield rf"(?i){number}{blank}(?:{units})"
    # "夜の12時"
    joins = _any_bare(words.rules["joins"], words)
    lead = f"{_any(leads, words)}|{joins}" if joins else _any(leads, words)
    of = f"(?:(?:{_any_bare(words.rules['of'], words)}){blank})?" if words.rules["of"] else ""
    yield rf"(?i){edge}(?:{lead}){blank}{of}(?:{_DIGIT}|{numbers}|{named})"
    small = _any((p for p in words.kinds["number"] if words.numbers[_key(p, words)] >= 15), words)
    tails = f"{_DASH}{blank}(?:{numbers}|{named}|{_DIGIT})" + ("" if words.unspaced else f"|{small}")
    ahead = rf"{_DASH}{blank}(?:{named})|{_DIGIT}{blank}{_DASH}{blank}(?:{numbers})"
    yield rf"(?i){edge}(?:{numbers}|{named}){blank}(?:{tails})|{ahead}"
    if after := _of_kinds(words, "from_after", "until_after"):
        yield rf"(?i)(?:{number}|{named}){blank}(?:{_any(after, words)})"
    signs = [*words.rules["plus"], *words.rules["minus"]]
    parts = _of_kinds(words, "half", "quarter")
    if signs:
        said = f"{_DIGIT}|{_any([*words.kinds['number'], *parts], words)}"
        yield rf"(?i){number}{blank}(?:{_any_bare(signs, words)}){blank}(?:{said})"
    plain = _of_kinds(words, "open", "close", "closed", "allday", "always")
    if words.traits & {"half_next", "half_before"}:
        plain += parts
    plain += [p for p in words.kinds["time"] if words.times[_key(p, words)] != _LATE]
    off = words.rules["closed_on_record"]
    yield f"(?i){_begins_with_any([p for p in plain if _key(p, words) not in off], words)}"
    yield from _day_sources(words, edge, blank)
    yield from _brief_answers(words)


def _joints(words: Lexicon) -> tuple[str, str]:
    """Before a word, and between two."""
    return ("", _UNSPACED_BLANK) if words.unspaced else (_EDGE, _BLANK)


def _key(phrase: str, words: Lexicon) -> str:
    return ("" if words.unspaced else " ").join(split(phrase, words.script, words.accented))


def _day_sources(words: Lexicon, edge: str, blank: str) -> Iterator[str]:
    """Days on which a desk or line is there: a habit, a range or a list of them."""
    relative = words.rules["relative_days"]
    habits = [p for p in words.kinds["day"] if _key(p, words) not in relative and _is_habit(p, words)]
    yield f"(?i){_begins_with_any(habits, words)}"
    # A list with one of those in it needs no pattern more.
    single = [p for p in words.kinds["day"] if p not in set(habits)]
    short = _any_bare(words.short_days, words)
    if words.unspaced:
        day = f"(?:{_any(single, words)}{'|' + short if short else ''})"
        # All of an answer: "水曜日です。"
        yield rf"(?:{_any(single, words)})(?:{_any_bare(words.rules['day_tails'], words)})?(?:[。！!\n]|$)"
        joints = _any(_of_kinds(words, "to", "from_after", "and", "on"), words)
        yield rf"(?i){day}{blank}(?:(?:{joints}){blank}){{0,3}}{day}"
        return
    day = f"(?:{_any(single, words)})"
    if leads := words.rules["habit_lead"]:
        # The end of an answer: "Pas le dimanche."
        yield rf"(?i){edge}(?:{_any_bare(leads, words)}){blank}{day}[^A-Za-z0-9]*$"
        yield rf"(?i){edge}(?:{_any_bare(leads, words)}){blank}{day}[.!]"
    yield rf"(?i){edge}{day}{_END}(?s:.{{0,24}}){day}{_END}"
    if short:
        day = f"(?:{day}|{short})"
        yield rf"(?i){edge}{day}{blank}[{DASHES}～－,:/&]{blank}{day}{_END}"


def _brief_answers(words: Lexicon) -> Iterator[str]:
    """ "Yes, we are.", "Only on Saturday.": all of what a reply begins with."""
    single = [p for p in words.kinds["day"] if not _is_habit(p, words)]
    said = _any_bare(words.rules["yes"] | words.rules["no"], words)
    if words.unspaced:
        yield rf"^[^0-9A-Za-zぁ-ゖァ-ヺー々一-鿿]*(?:{said})[^。！!\n]{{0,{BRIEF}}}(?:[。！!\n]|$)"
        return
    end = rf"(?:[^A-Za-z][^.!?\n]{{0,{BRIEF}}})?(?:[.!?\n]|$)"
    yield rf"(?i)^[^A-Za-z0-9]*(?:{said}){end}"
    yield rf"(?i)^[^.!?\n]{{0,{BRIEF_LEAD}}}(?:{_any(single, words)}){end}"


def _is_habit(phrase: str, words: Lexicon) -> bool:
    key = _key(phrase, words)
    return len(words.days[key]) > 1 or key in words.rules["habits"]


@dataclass(frozen=True, slots=True)
class Screen:
    """
    Which languages could state hours in a text, and ODD where that may read otherwise than it is written.

    owners: the language of each pattern, "" for all.
    """

    patterns: PatternSet
    owners: Sequence[str]

    def languages(self, text: str) -> frozenset[str]:
        found = frozenset(self.owners[i] for i in self.patterns.matches(encode(text)))
        return (found - {""}).union(LANGUAGES) if "" in found else found


@cache
def _sources_of(code: str) -> tuple[str, ...]:
    return tuple(_sources(load(f"opening_hours.{code}")))


def _owned(*, records: bool) -> Iterator[tuple[str, str]]:
    for source in ODD_SOURCES:
        yield source, ODD
    for source in _SHARED:
        yield source, ""
    for code in LANGUAGES:
        words = load(f"opening_hours.{code}")
        for source in _sources_of(code):
            yield source, code
        if records and (off := words.rules["closed_on_record"]):
            yield f"(?i)(?:{_any_bare(off, words)})", code


@cache
def gate() -> tuple[str, ...]:
    """The sources, each once."""
    return tuple(dict.fromkeys(source for source, _ in _owned(records=False)))


@cache
def screen(*, records: bool = False) -> Screen:
    """
    The gate for one unit: a reply is let through for any of its sentences, most of which say nothing.

    records: for sources, which are read more leniently: "Su off".
    """
    owned = list(_owned(records=records))
    return Screen(PatternSet([source for source, _ in owned]), [code for _, code in owned])
