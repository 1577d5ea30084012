"""
The words of one language for one fact: the only place where words of a language are looked up.

One JSON file per fact and language. Words and phrases get their kind from it, so that a reader of tokens
knows no word of any language, only its order of words; and what is peculiar to a language's grammar is a
*trait* that the reader asks for by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from filterproxy.facts.lexer import bare, pattern, plain

TRAITS = frozenset(
    (
        "unspaced",  # no blanks between words
        "elided",  # "l'heure" is two words
        "half_before",  # "half eight" is 8:30
        "spoken_24",  # hours from 13 on are said in words
        "half_next",  # "halb neun" is 8:30
        "half_first",  # morning or afternoon is said before the hour
        "clause_first",  # a time obeys a word of its own clause, even one that follows
        "nouns_capital",  # a capital letter makes no name
    )
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """
    The words of one language for one fact.

    script: "", "elided" or "unspaced", as `lexer.pattern` takes it. accented: words that without their
    accents would be others ("fermé"); all the rest is compared without. heads: first word of a phrase (first
    character, where words are not parted by blanks) -> (the rest, kind), longest first. numbers, days,
    times: values of phrases of the kinds `number`, `day`, `time`. rules: other sets of words, by what a
    reader asks of them. patterns: regular expressions by what they tell, for sentences, ignoring case.
    compounds: (kind, ends of words that are of it). months: 1 to 12 by name.
    """

    script: str
    traits: frozenset[str]
    accented: frozenset[str]
    heads: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    numbers: Mapping[str, int]
    days: Mapping[str, frozenset[int]]
    short_days: Mapping[str, frozenset[int]]
    times: Mapping[str, int]
    kinds: Mapping[str, tuple[str, ...]]
    rules: Mapping[str, frozenset[str]]
    patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    compounds: tuple[tuple[str, tuple[str, ...]], ...]
    months: Mapping[str, int]

    @property
    def unspaced(self) -> bool:
        return self.script == "unspaced"


class _Sets(dict[str, frozenset[str]]):
    """Sets by name; one that a language has no words for is empty."""

    def __missing__(self, key: str) -> frozenset[str]:
        return frozenset()


class _Patterns(dict[str, tuple[re.Pattern[str], ...]]):
    def __missing__(self, key: str) -> tuple[re.Pattern[str], ...]:
        return ()


@cache
def load(name: str) -> Lexicon:
    """The lexicon of `words/NAME.json`, e.g. `opening_hours.en`; read once."""
    raw: dict[str, Any] = json.loads(
        files("filterproxy.facts").joinpath(f"words/{name}.json").read_text("utf-8")
    )
    traits = frozenset(raw.get("traits", ()))
    if unknown := traits - TRAITS:
        raise ValueError(f"{name}: unknown traits {sorted(unknown)}")
    script = next((t for t in ("unspaced", "elided") if t in traits), "")
    raw["numbers"] = raw["numbers"] | (_han_numbers() if raw.get("han_numbers") else {})
    kinds: dict[str, list[str]] = {}
    heads: dict[str, dict[tuple[str, ...], str]] = {}
    accented = _accented((phrase for phrase, _ in _phrases(raw)), script)

    def joined(phrase: str) -> str:
        return ("" if script == "unspaced" else " ").join(split(phrase, script, accented))

    for phrase, kind in _phrases(raw):
        words = split(phrase, script, accented)
        if not words:
            continue
        heads.setdefault(words[0], {}).setdefault(words[1:], kind)
        kinds.setdefault(kind, []).append(phrase)
    sets = _Sets({key: frozenset(joined(v) for v in value) for key, value in raw["sets"].items()})
    sets["ordinary"] = sets["generic_names"] | sets["questions"] | heads.keys() | raw["short_days"].keys()
    return Lexicon(
        script,
        traits,
        accented,
        {head: tuple(sorted(rests.items(), key=lambda r: -len(r[0]))) for head, rests in heads.items()},
        {joined(phrase): value for phrase, value in raw["numbers"].items()},
        {joined(phrase): frozenset(days) for phrase, days in raw["days"].items()},
        {joined(phrase): frozenset(days) for phrase, days in raw["short_days"].items()},
        {joined(phrase): value for phrase, value in raw["times"].items()},
        {kind: tuple(phrases) for kind, phrases in kinds.items()},
        sets,
        _Patterns({key: tuple(re.compile(p, re.I) for p in value) for key, value in raw["patterns"].items()}),
        tuple((kind, tuple(sorted(tails))) for kind, tails in _tails(sets)),
        {joined(phrase): month for phrase, month in raw.get("months", {}).items()},
    )


def _tails(sets: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, frozenset[str]]]:
    for kind in ("foreign", "hours"):
        if tails := sets[kind + "_tails"]:
            yield kind, tails


def split(phrase: str, script: str, accented: Collection[str]) -> tuple[str, ...]:
    """The words that *phrase* is made of, as tokens have them; its characters where there are no blanks."""
    low = plain(phrase)
    if script == "unspaced":
        return tuple(low)
    words = [m.group() if m.lastgroup != "dash" else "-" for m in pattern(script).finditer(low)]
    if script == "elided" and low.endswith("'"):
        words[-1] += "'"  # "l'" as it stands before a word
    return tuple(word if word in accented else bare(word) for word in words)


def _accented(phrases: Iterable[str], script: str) -> frozenset[str]:
    """Words of *phrases* that are others without their accents."""
    if script == "unspaced":
        return frozenset()
    every = {m.group() for phrase in phrases for m in pattern(script).finditer(plain(phrase))}
    return frozenset(word for word in every if bare(word) != word and bare(word) in every)


def _phrases(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(phrase, kind), the earlier kind winning where two claim one phrase."""
    for key, kind in (("days", "day"), ("numbers", "number"), ("times", "time")):
        for phrase in raw[key]:
            yield phrase, kind
    for kind, phrases in raw["kinds"].items():
        for phrase in phrases:
            yield phrase, kind
    if "unspaced" in raw.get("traits", ()):
        # Without blanks only what the lexicon knows is a word of its own.
        for name in ("whether", "negations", "knowing", "doubt"):
            for phrase in raw["sets"].get(name, ()):
                yield phrase, "doubt"


def _han_numbers() -> dict[str, int]:
    """0 to 59 in Chinese figures."""
    ones = "〇一二三四五六七八九"
    found = {"零": 0, "两": 2, "兩": 2}
    for n in range(60):
        tens, rest = divmod(n, 10)
        head = ("" if tens == 1 else ones[tens]) + "十" if tens else ""
        found[head + (ones[rest] if rest or not tens else "")] = n
        if not tens:
            found["零" + ones[rest]] = found["〇" + ones[rest]] = n
    return found
