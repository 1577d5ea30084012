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
from filterproxy.facts.clock import WEEK, Days, days_at, span_of
from filterproxy.facts.lexicon import Lexicon
from filterproxy.facts.parts import Item, Named, Stated, deal, narrow
from filterproxy.facts.schedule import ALL_DAY, CLOSED, LAST, OPEN, Minutes, Slot
from filterproxy.facts.tokens import tokens
from filterproxy.facts.unit import Setting, Unit

_OURS = frozenset(("open", "close", "hours", "last", "avail"))
_BREAKS = frozenset((",", ";", "and", "(", ")", "!", "?", "|", "\n"))
_JOINTS = frozenset(("on", "at", "from", "between", "to", "light", "and", ":", ",", "-", "(", "=", "|"))


class Reader:
    """Reads one unit; made for it and thrown away."""

    def __init__(self, text: str, unit: Span, words: Lexicon, setting: Setting) -> None:
        self.words = words
        self.setting = setting
        self.unit = Unit(text, unit, words, setting)
        self.question = self._ends_as_question(text[unit[0] : unit[1]].rstrip())

    def read(self) -> list[Stated]:
        if self.question and self._is_question():
            return []
        kept = [p for p in self.unit.parts if isinstance(p, Named) or self._counts(p)]
        if not any(isinstance(p, Item) for p in kept):
            kept = self._open_days(kept)
        else:
            self._add_open_days(kept)
        deal(kept)
        items = [p for p in kept if isinstance(p, Item)]
        return narrow([s for i in items if (s := self._stated(i)) is not None])

    @property
    def foreign(self) -> bool:
        return any(kind == "foreign" for _, kind in self.unit.governors)

    @property
    def ours(self) -> bool:
        return any(kind in _OURS and kind != "avail" for _, kind in self.unit.governors)

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

    def _counts(self, item: Item) -> bool:
        match item.kind:
            case "closed":
                return self._closed_counts(item)
            case "allday" | "always":
                return self._all_day_counts(item)
            case _:
                return self._time_counts(item)

    def _time_counts(self, item: Item) -> bool:
        if self._is_foreign_next(item.last):
            return False
        if self._closed_until(item):
            return True
        at, item.governor = self._governor(item.first)
        if item.governor == "foreign" or self._asked_whether(at):
            return False
        if self.setting.diary and item.governor in ("open", "avail") and not self._is_ours():
            return False
        if item.governor == "avail":
            return item.both or bool(item.prep)
        return bool(item.governor) or self._bare_counts(item)

    def _is_foreign_next(self, i: int) -> bool:
        """ "the 10:15 train", "a 9 am wake-up alarm" """
        return self.unit.kind(i) == "foreign" and not self.unit.is_a(i, "starts", "only_ahead")

    def _closed_until(self, item: Item) -> bool:
        """Whether "closed" owns this time ("closed from 12 to 2"); the two then are one statement."""
        k = item.first - 1
        while k >= 0 and self.unit.tokens[k].kind in ("from", "between", "to", "at", "on", "short", "day"):
            k -= 1
        before = next(
            (p for p in self.unit.parts if isinstance(p, Item) and p.kind == "closed" and p.first == k), None
        )
        if before is None or not (item.both or item.prep or self.unit.kind(item.first - 1) == "at"):
            return False
        if (
            any(isinstance(p, Named) and before.last <= p.first < item.first for p in self.unit.parts)
            and not item.prep
        ):
            return False
        item.governor = "closed"
        item.span = (before.span[0], item.span[1])
        before.kind = "merged"
        return True

    def _governor(self, i: int) -> tuple[int, str]:
        """(index, kind) of what says what the token at *i* is for; (-1, "") when nothing does."""
        before = after = (-1, "")
        if "clause_first" in self.words.traits and (near := self._in_clause(i))[1]:
            return near
        for at, kind in self.unit.governors:
            if at > i:
                after = (at, kind)
                break
            if not self._aside(at, kind):
                before = (at, kind)
        return before if before[1] else after

    def _clause(self, i: int) -> Span:
        """The tokens between the commas and the like about token *i*."""
        ts, first, last = self.unit.tokens, i, i
        while first > 0 and ts[first - 1].kind not in _BREAKS:
            first -= 1
        while last < len(ts) and ts[last].kind not in _BREAKS:
            last += 1
        return first, last

    def _in_clause(self, i: int) -> tuple[int, str]:
        """The same within the clause, where verbs come last: what follows has the first say."""
        first, last = self._clause(i)
        near = [(at, kind) for at, kind in self.unit.governors if first <= at < last]
        near = [(at, kind) for at, kind in near if not self._aside(at, kind)]
        after = [g for g in near if g[0] >= i and not self.unit.is_a(g[0], "only_ahead")]
        before = [g for g in near if g[0] < i]
        return after[0] if after else before[-1] if before else (-1, "")

    def _asked_whether(self, at: int) -> bool:
        """ "unable to find out if they open at nine" """
        near = {self.unit.word(k) for k in range(max(0, at - 4), at)}
        return at >= 0 and bool(near & self.words.rules["if"]) and self._doubted(at)

    def _is_ours(self) -> bool:
        return any(t.word in self.words.rules["ours"] for t in self.unit.tokens)

    def _aside(self, at: int, kind: str) -> bool:
        """ "open for bookings from 9": what it is open for does not own the time."""
        return (
            kind == "foreign"
            and self.unit.is_a(at - 1, "for")
            and self.unit.kind(at - 2) in ("open", "avail")
        )

    def _bare_counts(self, item: Item) -> bool:
        """A time that nothing in the unit governs."""
        if self.unit.calendar or self.foreign:
            return False
        named = [p for p in self.unit.parts if isinstance(p, Named)]
        if self.setting.heading and (named or item.both or self.unit.loose == 0):
            return self.unit.loose <= 4
        if self.setting.asked:
            return self.unit.loose <= (
                6 if named and item.both else 2 if item.both or not self.setting.mixed else 0
            )
        if self.setting.lenient and named:
            return self.unit.loose <= 6
        return item.both and self.unit.loose <= 3 and any(d.plural for d in named)

    def _closed_counts(self, item: Item) -> bool:
        if item.kind == "merged":
            return False
        if self._doubted(item.first):
            return False
        if any(isinstance(p, Named) for p in self.unit.parts):
            return True
        return (self.setting.asked or self.setting.heading) and self.unit.loose <= 3

    def _doubted(self, i: int) -> bool:
        """ "I can't say whether they are closed on Sundays" states nothing."""
        first, last = self._clause(i) if self.words.unspaced else (0, i)
        before, rules = {t.word for t in self.unit.tokens[first:last]}, self.words.rules
        return bool(before & rules["whether"]) or (
            bool(before & rules["negations"]) and bool(before & rules["knowing"])
        )

    def _all_day_counts(self, item: Item) -> bool:
        before = self.unit.word(item.first - 1)
        if item.kind == "always":
            return self.unit.kind(item.last) != "to" and not self.unit.of_another(item.first)
        if before in self.words.rules["quantity"] and not self.unit.word(item.first).startswith("24/7"):
            return False
        if self.unit.kind(item.first - 1) == "to":
            return False
        near = self._governor(item.first)[1]
        if near == "foreign":
            return False
        if self.unit.is_a(item.first, "open_all_day"):
            return True
        desk_next = "desk" in (self.unit.kind(item.last), self.unit.kind(item.last + 1))
        has_desk = any(t.kind == "desk" and t.word not in self.words.rules["us"] for t in self.unit.tokens)
        desk_is = has_desk and (self.setting.asked or before in self.words.rules["being"])
        return (
            bool(near)
            or desk_next
            or desk_is
            or ((self.setting.asked or self.setting.heading) and self.unit.loose <= 4)
        )

    def _open_days(self, parts: Sequence[Item | Named]) -> list[Item | Named]:
        """With no time about: "open every day", "on Sundays we are open"."""
        named = [p for p in parts if isinstance(p, Named)]
        has_desk = any(t.kind == "desk" for t in self.unit.tokens)
        for at, kind in self.unit.governors:
            if kind != "open" and not (
                kind == "avail" and (has_desk or self.unit.word(at) in self.words.rules["there"])
            ):
                continue
            if self._doubted(at):
                return []
            for days in named:
                if self._belongs(at, days) and (kind == "open" or days.plural):
                    token = self.unit.tokens[at]
                    span = (min(token.start, days.span[0]), max(token.end, days.span[1]))
                    return [Item("open", span, at, at + 1), days]
        return self._open_bare()

    def _open_bare(self) -> list[Item | Named]:
        """ "Yes, we're open", where the question named the day."""
        if not self.setting.asked or self.setting.days is None or self.unit.loose > 2 or self.foreign:
            return []
        if any(t.word in self.words.rules["doubt"] for t in self.unit.tokens):
            return []
        for at, kind in self.unit.governors:
            if kind == "open":
                token = self.unit.tokens[at]
                return [Item("open", (token.start, token.end), at, at + 1)]
        return []

    def _belongs(self, at: int, days: Named) -> bool:
        if days.first > at:
            return days.first - at <= 6 and all(
                t.kind not in ("foreign", "hours", ";") for t in self.unit.tokens[at + 1 : days.first]
            )
        return at - days.last <= 6 and all(t.kind != "foreign" for t in self.unit.tokens[days.last : at])

    def _add_open_days(self, parts: list[Item | Named]) -> None:
        """Beside times: "... and we are also open on Sundays"."""
        for n in range(len(parts) - 1, 0, -1):
            days = parts[n]
            if not isinstance(days, Named) or days.exception or not isinstance(parts[n - 1], Named):
                continue
            if n + 1 < len(parts) and isinstance(parts[n + 1], Item):
                continue
            for at, kind in self.unit.governors:
                if kind == "open" and parts[n - 1].last <= at < days.first and self._belongs(at, days):
                    span = (self.unit.tokens[at].start, days.span[1])
                    parts.insert(n, Item("open", span, at, at + 1, days=days.days))

    def _stated(self, item: Item) -> Stated | None:
        days = item.days
        if days is None and item.kind in ("closed", "open"):
            days = self.setting.days
            if days is None and not self.setting.asked and not self.setting.heading:
                return None
        if days is None and item.kind in ("allday", "always") and (self._sure_all_week(item) or item.without):
            days = WEEK
        if item.without:
            days = (WEEK if days is None else days) - item.without
        opens, closes = self._ends(item)
        kind = self._slot_kind(item)
        slots = {Slot(day, opens, closes, kind) for day in ((None,) if days is None else sorted(days))}
        if self.setting.lenient:
            slots |= {
                Slot(day, None, None, CLOSED)
                for day in item.without
                if not opens or day in self._only_excepted()
            }
        return Stated(self._span(item), frozenset(slots)) if slots else None

    def _span(self, item: Item) -> Span:
        """Of "closed", the days beside it are part: neither says anything alone."""
        start, end = item.span
        if item.kind == "closed":
            for part in self.unit.parts:
                if isinstance(part, Named) and part.days == item.days:
                    between = self.unit.tokens[min(part.last, item.last) : max(part.first, item.first)]
                    if all(t.kind in _JOINTS for t in between):
                        start, end = min(start, part.span[0]), max(end, part.span[1])
        return start, end

    def _only_excepted(self) -> frozenset[int]:
        """Days named as an exception with no hours of their own."""
        own = [
            p.days for p in self.unit.parts if isinstance(p, Item) and p.days is not None and len(p.days) < 4
        ]
        taken: frozenset[int] = frozenset().union(*own) if own else frozenset()
        return WEEK - taken

    def _sure_all_week(self, item: Item) -> bool:
        return self.setting.lenient or item.kind == "always" or "7" in self.unit.tokens[item.first].word

    def _slot_kind(self, item: Item) -> str:
        if item.kind == "closed" or item.governor == "closed":
            return CLOSED
        return LAST if item.governor == "last" else OPEN

    def _ends(self, item: Item) -> tuple[Minutes | None, Minutes | None]:
        if item.kind in ("allday", "always"):
            return ALL_DAY
        if item.opens is not None and item.closes is not None:
            return span_of(item.opens, item.closes)
        if not item.timed:
            return None, None
        clock = item.opens or item.closes
        assert clock is not None
        if self._role(item) == "closes":
            return None, frozenset(1440 if r == 0 else r for r in clock.readings)
        return clock.readings, None

    def _role(self, item: Item) -> str:
        if item.governor in ("close", "last"):
            return "closes"
        if item.prep:
            return item.prep
        return "opens" if item.governor in ("open", "hours", "avail", "closed") else self.setting.role


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
