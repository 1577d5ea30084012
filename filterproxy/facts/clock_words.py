"""The words by which a clock time is told from other numbers, by language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from filterproxy.facts.lexicon import Lexicon, load, split

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "zh", "ja")


@dataclass(frozen=True, slots=True)
class ClockWords:
    """
    lexicon: of opening hours: numbers, halves of the day, "o'clock". at: phrases before a time and nothing
    else; leads: the same as tokens have them. follow: words that may stand behind a bare number. durations:
    hours of the clock and of duration alike ("heures"). named: noon and midnight.
    """

    lexicon: Lexicon
    at: tuple[str, ...]
    leads: frozenset[str]
    follow: frozenset[str]
    durations: frozenset[str]
    named: tuple[str, ...]


@cache
def _raw() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        files("filterproxy.facts").joinpath("words/clock_time.json").read_text("utf-8")
    )
    return found


@cache
def clock_words(code: str) -> ClockWords:
    """The words of one of LANGUAGES; read once."""
    raw, words = _raw()[code], load(f"opening_hours.{code}")

    def joined(phrases: Iterable[str]) -> frozenset[str]:
        gap = "" if words.unspaced else " "
        return frozenset(gap.join(split(p, words.script, words.accented)) for p in phrases)

    return ClockWords(
        words,
        tuple(raw["at"]),
        joined(raw["at"]),
        joined(raw["follow"]),
        joined(raw["durations"]),
        tuple(p for p, minutes in words.times.items() if minutes >= 0),
    )


@cache
def questions() -> re.Pattern[str]:
    """What asks for a time, in any language."""
    return re.compile("|".join(source for words in _raw().values() for source in words["asks"]), re.I)


@cache
def beside(side: str) -> tuple[str, ...]:
    """Words of all languages that on one side of a face (`not_before`, `not_after`) make it no time."""
    return tuple(sorted({phrase for words in _raw().values() for phrase in words[side]}))
