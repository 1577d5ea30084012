"""
The words of one unit, told apart: times, days, and what each time could be for.

A *governor* is a word that says what a time is for: opens, closes, hours, last orders; or departs, booked,
starts. The same word is not always one ("open 9 tickets", "the case was closed"), and whether it is shows in
its neighbours (unit_words.py, unit_verbs.py). Which governor a time obeys is told in hours_governor.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from filterproxy.core.rule import Span
from filterproxy.facts.lexicon import Lexicon
from filterproxy.facts.parts import Item, Named
from filterproxy.facts.tokens import tokens

_OURS = frozenset(("open", "close", "hours", "last", "avail"))
_CLAUSE_ENDS = frozenset((",", ";", ":", "!", "?", "|", "\n", "(", ")"))
_TIMED = frozenset(("clock", "number", "oclock", "am", "pm", "time", "day", "short"))
_PREPOSITIONS = frozenset(("at", "from", "to", "between", "past"))


@dataclass(frozen=True, slots=True)
class Setting:
    """
    What stands around a unit.

    asked: the question was about hours. elsewhere: it was about other things with times. heading: text
    above announces hours. lenient: a source that is read for what it knows, so a day beside a time is
    enough. role: what a bare time is the answer to, `opens` or `closes`. days: those the question named.
    mixed: the asker spoke of other things too. diary: the last question was about the asker's own time.
    wants_days: `open` or `closed` where it asked on which days, else "". goes_on: whether it only named other
    days than the question before it ("And on Sundays?"). yes_no: whether "yes" answers it ("Are you open?").
    """

    asked: bool = False
    elsewhere: bool = False
    heading: bool = False
    lenient: bool = False
    role: str = "opens"
    days: frozenset[int] | None = None
    mixed: bool = False
    diary: bool = False
    wants_days: str = ""
    goes_on: bool = False
    yes_no: bool = False


class Unit:
    """
    Tokens, parts and governors of text[span]; made for one reading (unit_words.py) and thrown away.

    governors: (index of token, kind). loose: how many words say something we cannot place. calendar: whether
    it names a month. question: whether it ends as one.
    """

    def __init__(self, text: str, span: Span, words: Lexicon, setting: Setting) -> None:
        self.text = text
        self.words = words
        self.setting = setting
        self.tokens = tokens(text, span[0], span[1], words)
        self.parts: list[Item | Named] = []
        self.governors: list[tuple[int, str]] = []
        self.loose = 0
        self.calendar = False
        self.question = False

    @property
    def foreign(self) -> bool:
        """Whether something in it is about other times than hours."""
        return any(kind == "foreign" for _, kind in self.governors)

    @property
    def ours(self) -> bool:
        """Whether something in it opens, closes or has hours."""
        return any(kind in _OURS and kind != "avail" for _, kind in self.governors)

    def kind(self, i: int) -> str:
        """The kind of token *i*; "" past either end."""
        return self.tokens[i].kind if 0 <= i < len(self.tokens) else ""

    def word(self, i: int) -> str:
        """The words of token *i*; "" past either end."""
        return self.tokens[i].word if 0 <= i < len(self.tokens) else ""

    def is_a(self, i: int, *sets: str) -> bool:
        """Whether token *i* is one of the words that the lexicon lists under one of *sets*."""
        return any(self.word(i) in self.words.rules[name] for name in sets)

    def is_place(self, i: int) -> bool:
        """Whether token *i* is a word for a place, a desk or a line."""
        return (self.kind(i) == "desk" and not self.is_a(i, "us", "people")) or self.is_a(i, "places")

    def has_place_subject(self, i: int) -> bool:
        """Whether the clause up to token *i* is about a place: "the zoo admits visitors from 9"."""
        first = i
        while first > 0 and self.kind(first - 1) not in _CLAUSE_ENDS:
            first -= 1
            if (
                self.kind(first) == "and"
                and self.kind(first - 1) in _TIMED
                and self._is_subject(first + 1, i)
            ):
                return True  # "The doors open at 3 and the bar serves until 4"
        return self._is_subject(first, i)

    def _is_subject(self, first: int, i: int) -> bool:
        for k in range(first, i):
            if self.is_a(k, "prepositions") or (
                self.kind(k) in _PREPOSITIONS and not self.is_a(k, "determiner")
            ):
                return False
            if self.is_place(k):
                # "The hotel keeps your room until 6" is said of one guest.
                mine = any(self.is_a(n, "yours") for n in range(k, i))
                alone = k + 1 == i or self.kind(k + 1) != "foreign"
                return not mine and alone and not self.is_a(k + 1, "foreign_subject")
        return False

    def in_name(self, i: int) -> bool:
        """ "Bike Rentals and Tours": capitals beside capitals."""
        return (
            self.capital(i) and i > 0 and (self.capital(i - 1) or self.capital(i + 1) or self.capital(i - 2))
        )

    def capital(self, i: int) -> bool:
        if "nouns_capital" in self.words.traits:
            return False
        return 0 <= i < len(self.tokens) and self.text[self.tokens[i].start].isupper()

    def speaks_of_us(self) -> bool:
        """Whether who speaks is of the place."""
        return any(t.word in self.words.rules["ours"] for t in self.tokens)
