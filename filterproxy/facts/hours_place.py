"""The places and desks that a sentence of hours names: whose hours they are."""

from __future__ import annotations

import re

from filterproxy.core.request import Request
from filterproxy.facts.hours_context import has_names
from filterproxy.facts.hours_question import QUESTION_REACH
from filterproxy.facts.lexicon import Lexicon
from filterproxy.facts.place import names_by, words_of_names
from filterproxy.facts.subject import (
    subject_words,
)
from filterproxy.facts.tokens import tokens

_WORD = re.compile(r"[^\W\d_]+")
# "书店" is what a place is, not what it is called.
_KINDS = frozenset(subject_words("zh").kinds) | frozenset(subject_words("ja").kinds)


def names_in(text: str, words: Lexicon) -> frozenset[str]:
    """The telling words of the names of places in *text*."""
    if patterns := words.patterns["name"]:
        found = names_by(text, patterns, words.rules["name_lead"])
        known = words.rules["generic_names"] | _KINDS
        return frozenset(w for w in found if w not in known and _tells(w, words))
    return words_of_names(text, words.rules["ordinary"]) if has_names(words) else frozenset()


def _tells(name: str, words: Lexicon) -> bool:
    """Whether it is more than words that the lexicon has: "Filiale Montag bis Freitag" names none."""
    return any(token.kind == "word" for token in tokens(name, 0, len(name), words))


def place_of_unit(sentence: str, request: Request, words: Lexicon) -> frozenset[str]:
    """The place that a reply's sentence speaks of, else the one that was asked about."""
    ours = any(p.search(sentence) for p in words.patterns["first_person"])
    if not ours and (named := names_in(sentence, words)):
        return named
    question = request.question[-QUESTION_REACH:]
    if words.patterns["name"]:
        return names_in(question, words)
    places = [
        names_in("x " + question[m.end() :][:80], words)
        for pattern in words.patterns["named_place"]
        for m in pattern.finditer(question)
    ]
    return frozenset().union(*places)


def part_in(sentence: str, words: Lexicon) -> frozenset[str]:
    """The desks and rooms that *sentence* names."""
    return words.rules["parts"] & frozenset(_WORD.findall(sentence.lower()))
