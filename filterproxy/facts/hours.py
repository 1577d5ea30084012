"""
Statements of opening hours in one unit of text.

The unit's tokens are walked once. Every time, closed day or "24 hours" looks for what governs it: the
last word before it that says what a time is for (opens, closes, hours, last orders; or departs, booked,
starts ...), else the first one after it. Where nothing governs it, the *setting* decides: the question
asked for hours, or a heading above promised them, and the unit holds little else. Then days are dealt
out: in "Mon-Fri 9-5, Sat 10-2" each day owns what follows, in "9-5 on weekdays, 10-2 on Saturday" what
went before.

Tried and dropped: one pattern per phrasing. It finds as much, and cannot say which day a time belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence

from filterproxy.core.rule import Span
from filterproxy.facts.clock import REST, WEEK, Days, days_at
from filterproxy.facts.hours_counts import counts
from filterproxy.facts.hours_days import add_open_days, add_shut_days, open_days
from filterproxy.facts.hours_slots import stated
from filterproxy.facts.lexicon import Lexicon
from filterproxy.facts.parts import Item, Named, Stated, deal, narrow
from filterproxy.facts.tokens import tokens
from filterproxy.facts.unit import Setting
from filterproxy.facts.unit_words import read_unit


class Reader:
    """Reads one unit; made for it and thrown away."""

    def __init__(self, text: str, unit: Span, words: Lexicon, setting: Setting) -> None:
        self.words = words
        self.setting = setting
        self.unit = read_unit(text, unit, words, setting)
        self.question = self._ends_as_question(text[unit[0] : unit[1]].rstrip())
        self.unit.question = self.question

    def read(self) -> list[Stated]:
        if self.question and self._is_question():
            return []
        kept = [p for p in self.unit.parts if isinstance(p, Named) or counts(self.unit, p)]
        if not any(isinstance(p, Item) for p in kept):
            kept = open_days(self.unit, kept)
        else:
            add_open_days(self.unit, kept)
            add_shut_days(self.unit, kept)
        self._deal(kept)
        self._share_out_the_rest(kept)
        items = [p for p in kept if isinstance(p, Item)]
        return narrow([s for i in items if (s := stated(self.unit, i)) is not None])

    def _deal(self, parts: Sequence[Item | Named]) -> None:
        """ "11 to 22 (until 24 on Fridays)": what stands in brackets with its own days keeps to itself."""
        if not any(t.kind == "(" for t in self.unit.tokens):
            deal(parts)
            return
        outside: list[Item | Named] = []
        inside: dict[int, list[Item | Named]] = {}
        for part in parts:
            bracket = self._bracket_before(part.first)
            (outside if bracket < 0 else inside.setdefault(bracket, [])).append(part)
        for group in inside.values():
            if len({type(part) for part in group}) == 2 and outside:
                deal(group)
            else:
                outside = sorted((*outside, *group), key=lambda part: part.first)
        deal(outside)

    def _bracket_before(self, i: int) -> int:
        """The index of the bracket that token *i* stands in; -1 where it stands in none."""
        before = (k for k in range(i - 1, -1, -1) if self.unit.kind(k) in ("(", ")"))
        at = next(before, -1)
        return at if at >= 0 and self.unit.kind(at) == "(" else -1

    def _share_out_the_rest(self, parts: Sequence[Item | Named]) -> None:
        """ "Closed on Mondays, 10 to 6 the rest of the week": the rest is what the unit does not name."""
        items = [p for p in parts if isinstance(p, Item) and p.days is not None]
        named = frozenset().union(*(p.days or () for p in items)) & WEEK
        for item in items:
            if item.days == frozenset((REST,)) and named and not self.setting.lenient:
                item.days = WEEK - named

    @property
    def announces(self) -> bool:
        """Whether it is a heading of hours: names them, or says when someone is there and ends in a colon."""
        served = any(kind == "avail" for _, kind in self.unit.governors) and not self.foreign
        last = next((t.kind for t in reversed(self.unit.tokens) if t.kind != "\n"), "")
        return self.ours or (served and last == ":")

    @property
    def foreign(self) -> bool:
        return self.unit.foreign

    @property
    def ours(self) -> bool:
        return self.unit.ours

    @property
    def placed(self) -> bool:
        """Whether a place is what serves or answers in it: "The support desk works 9-17"."""
        return any(kind == "avail" and self.unit.has_place_subject(at) for at, kind in self.unit.governors)

    @property
    def looks_scheduled(self) -> bool:
        """Whether it is a line of a timetable: a day or a time, and hardly anything else."""
        return bool(self.unit.parts) and self.unit.loose <= 4 and not self.foreign

    def _ends_as_question(self, sentence: str) -> bool:
        if not (
            sentence.endswith(("?", "？")) or any(p.search(sentence) for p in self.words.patterns["question"])
        ):
            return False
        if not self.words.unspaced or not self.unit.parts:
            return True
        # "8:30-17:00，门票多少钱？": what went before the last comma is stated.
        end = max((n for n, t in enumerate(self.unit.tokens) if t.kind in (",", ";")), default=0)
        return self.unit.parts[-1].last > end

    def _is_question(self) -> bool:
        """Whether it asks rather than states: "We open at nine, is that all right?" states."""
        first = next((t.word for t in self.unit.tokens if t.kind not in (",", "(", "-")), "")
        says = any(
            kind == "hours"
            or (kind in ("open", "close") and self.unit.word(i - 1) in self.words.rules["subjects"])
            for i, kind in self.unit.governors
        )
        return first in self.words.rules["questions"] or not says


def named_days(text: str, words: Lexicon) -> frozenset[int] | None:
    """All days that *text* names; None when it names none."""
    found: frozenset[int] = frozenset()
    ts = tokens(text, 0, len(text), words)
    i = 0
    while i < len(ts):
        step = days_at(ts, i, words)
        if step is None:
            i += 1
            continue
        days: Days = step[0]
        found, i = found | days.days, step[1]
    return found or None
