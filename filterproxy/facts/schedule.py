"""
Weekly schedules, possibly partial, and which of them say what another says.

A slot is one thing that holds on one day: open (perhaps from, perhaps until), closed, or a last entry.
`entails` is strict in both directions that matter: what a schedule does not say it does not entail (an
hour of Mondays says nothing of Fridays), and a statement without a day is about all the days that a
schedule names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from filterproxy.facts.clock import DATES, DAY, HOLIDAY, HOLIDAYS, REST, WEEK
from filterproxy.facts.fact import Source
from filterproxy.facts.other_place import Mentions, clash
from filterproxy.facts.subject import NOBODY, UNASKED, Asked, Subject

OPEN, CLOSED, LAST = "open", "closed", "last"
# "Takes orders until nine": whether it closes then or that is the last one, it does not say.
ORDERS = "orders"
ALL_DAY = (frozenset((0,)), frozenset((DAY,)))
# From here on scripts write words without blanks.
_KANA = 0x3041

Minutes = frozenset[int]


class Slot(NamedTuple):
    """
    day: 0 is Monday, 7 and up are named days, 99 all days not named; None where no day is said.
    opens, closes: the readings of the time, any of which may be meant; None where not said.
    """

    day: int | None
    opens: Minutes | None
    closes: Minutes | None
    kind: str = OPEN


@dataclass(frozen=True, slots=True)
class Schedule:
    """
    What one statement says. place: words of the name of the place it speaks of, where it has one. part: the
    desks and rooms of that place that it names ("pool", "kitchen"). subject: what it is said of. asked: of a
    reply, what the question was about. named: of a reply, the days named just before.
    """

    slots: frozenset[Slot]
    place: frozenset[str] = frozenset()
    part: frozenset[str] = frozenset()
    subject: Subject = NOBODY
    asked: Asked = UNASKED
    named: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """A schedule and where the request states it."""

    schedule: Schedule
    source: Source


@dataclass(slots=True)
class Week:
    """All that is stated of one place, by day. names: words of the names that its statements are said of."""

    place: frozenset[str]
    part: frozenset[str]
    source: Source
    days: dict[int | None, list[Slot]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def add(self, slots: Iterable[Slot]) -> None:
        for slot in slots:
            self.days.setdefault(slot.day, []).append(slot)

    @property
    def complete(self) -> bool:
        """Whether every day of the week is spoken of, so that what is not open is closed."""
        return REST in self.days or self.days.keys() >= WEEK

    def entails(self, said: Schedule) -> bool:
        return all(
            self._entails_slot(slot, said.named) or self._on_asked_days(slot, said) for slot in said.slots
        )

    def _on_asked_days(self, slot: Slot, said: Schedule) -> bool:
        """ "Until six", where the question named Friday."""
        days = said.asked.days if slot.day is None else frozenset()
        return bool(days) and all(self._on(day, slot._replace(day=day)) for day in days)

    def _on_others(self, said: Slot, named: frozenset[int]) -> bool:
        """ "On the other days", after some were *named*: on all others on which it opens."""
        days = [day for day in WEEK - named if any(s.kind == OPEN for s in self.days.get(day, ()))]
        if not days:
            return any(_agrees(s, said) for s in self.days.get(None, ()))
        return bool(named) and all(self._on(day, said._replace(day=day)) for day in days)

    def _entails_slot(self, said: Slot, named: frozenset[int] = frozenset()) -> bool:
        if said.day == REST and REST not in self.days:
            return self._on_others(said, named)
        if said.day is not None:
            return self._on(said.day, said)
        if said.kind == CLOSED:
            return any(_agrees(s, said) for s in self.days.get(None, ())) or self._breaks_on_usual_days(said)
        return self._on_usual_days(said)

    def _breaks_on_usual_days(self, said: Slot) -> bool:
        """ "From twelve to two we are closed", known "8-12, 14-18"."""
        open_days = [slots for slots in self.days.values() if any(s.kind == OPEN for s in slots)]
        return bool(open_days) and all(_is_break(slots, said) for slots in open_days)

    def _on(self, day: int, said: Slot) -> bool:
        if day in HOLIDAYS and day not in self.days:
            day = HOLIDAY
        # "All other days" are the week's that have no line of their own.
        others = self.days.get(REST, ()) if day < 7 else ()
        if said.kind == CLOSED and day >= DATES:
            others = others or self.days.get(None, ())  # a date that could not be read
        stated = self.days.get(day) or (*others, *(() if others else self.days.get(None, ())))
        return any(_agrees(s, said) for s in self.days.get(day, others)) or _is_break(stated, said)

    def _on_usual_days(self, said: Slot) -> bool:
        """No day is said: all that are open agree, and they are not the minority of those named."""
        week = [self.days[d] for d in self.days if d is not None and d < 7]
        open_days = [slots for slots in week if any(s.kind != CLOSED for s in slots)]
        closed = 7 - len(open_days) if self.complete else len(week) - len(open_days)
        rest = self.days.get(REST, ()) if 2 * len(week) <= len(WEEK) else ()
        if any(_agrees(s, said) for s in (*self.days.get(None, ()), *rest)):
            return True  # said of no day either; the days may be of another desk
        if not week:
            return False
        return len(open_days) >= closed and all(any(_agrees(s, said) for s in slots) for slots in open_days)


def _agrees(known: Slot, said: Slot) -> bool:
    """Whether *known* says all that *said* does, whichever day."""
    return (
        _same_kind(known.kind, said.kind)
        and _same_time(known.opens, said.opens)
        and _same_time(known.closes, said.closes)
    )


def _same_kind(known: str, said: str) -> bool:
    return known == said or (ORDERS in (known, said) and CLOSED not in (known, said))


def _is_break(known: Sequence[Slot], said: Slot) -> bool:
    """Whether it is closed then because one stretch of the day has ended and the next not begun."""
    if said.kind != CLOSED or not (said.opens and said.closes):
        return False
    stretches = [s for s in known if s.kind == OPEN]
    ends = any(s.closes and s.closes & said.opens for s in stretches)
    return ends and any(s.opens and s.opens & said.closes for s in stretches)


def _same_time(known: Minutes | None, said: Minutes | None) -> bool:
    return said is None or (known is not None and not known.isdisjoint(said))


class Timetable:
    """What the sources of a request say about opening hours, and beside it."""

    def __init__(self, entries: Sequence[Entry], mentions: Mentions | None = None) -> None:
        self._entries = tuple(entries)
        self._mentions = mentions
        self._weeks = {self._entries: _weeks(entries)}

    @property
    def empty(self) -> bool:
        return not self._entries

    def entails(self, said: object) -> Source | None:
        if not isinstance(said, Schedule):
            return None
        near = [week for week in self._weeks_of(said) if _is_near(week, said)]
        if any(week.part & said.part for week in near):
            # The sources speak of this desk apart from the others.
            near = [week for week in near if not week.part or week.part & said.part]
        return next((week.source for week in near if week.entails(said)), None)

    def _weeks_of(self, said: Schedule) -> tuple[Week, ...]:
        """All that is stated, but for what is stated of another subject."""
        kept = tuple(entry for entry in self._entries if not self._is_of_another(entry, said))
        if kept not in self._weeks:
            self._weeks[kept] = _weeks(kept)
        return self._weeks[kept]

    def _is_of_another(self, entry: Entry, said: Schedule) -> bool:
        known, mentions = entry.schedule.subject, self._mentions
        if mentions is None:
            return False
        if _of_other_season(known.months, said.subject.months):
            return True
        if entry.source.name.startswith("user ") and _is_the_users(known, said, mentions):
            return True
        return clash(known, said.subject, mentions, said.asked.bag, entry.schedule.place)


def _of_other_season(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether two stretches of the year have less than half of the shorter in common: seasons are wide."""
    return bool(one and other) and 2 * len(one & other) < min(len(one), len(other))


def _is_the_users(known: Subject, said: Schedule, mentions: Mentions) -> bool:
    """ "The library across the street closes at 8. When do you close?" tells nothing of us."""
    if known.person in ("we", "you") or not (known.words or known.person == "mine"):
        return False
    if known.person != "mine" and mentions.operator_says(known.words):
        return False
    ours = said.subject.person == "we"
    return (ours and (said.asked.yours or said.asked.unnamed)) or (
        said.asked.yours and not said.subject.words
    )


def _weeks(entries: Sequence[Entry]) -> tuple[Week, ...]:
    weeks: dict[tuple[Source, frozenset[str], frozenset[str]], Week] = {}
    several = _several_parts(entries)
    for entry in entries:
        part = entry.schedule.part if several else frozenset()
        key = (entry.source, entry.schedule.place, part)
        week = weeks.setdefault(key, Week(entry.schedule.place, part, entry.source))
        week.add(sorted(entry.schedule.slots, key=repr))
        week.names |= _branch(entry.schedule)
    for week in weeks.values():
        _join_halves(week.days)
    return tuple(weeks.values())


def _branch(known: Schedule) -> frozenset[str]:
    """The name of a branch, where it is told apart from that of the business."""
    subject = known.subject
    own = subject.name and subject.words.isdisjoint(known.place)
    return subject.words - subject.kind_words if own else frozenset()


def _several_parts(entries: Sequence[Entry]) -> bool:
    """Whether they tell desks of one place apart: "the pool closes at 9, the gym never"."""
    parts = {entry.schedule.part for entry in entries if entry.schedule.part}
    return any(not one & other for one in parts for other in parts)


def _join_halves(days: Mapping[int | None, list[Slot]]) -> None:
    """Make one slot of "opens at nine" and "closes at five" that stand apart for the same day."""
    for slots in days.values():
        opens = [s for s in slots if s.kind == OPEN and s.opens and not s.closes]
        closes = [s for s in slots if s.kind == OPEN and s.closes and not s.opens]
        if len(opens) == 1 and len(closes) == 1:
            slots.append(Slot(opens[0].day, opens[0].opens, closes[0].closes))


def _is_near(week: Week, said: Schedule) -> bool:
    """Whether they may be of one place by its name, or by that of the branch."""
    return same_place(week.place, said.place) or not week.names.isdisjoint(said.place | said.subject.words)


def same_place(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two names may mean one place: they share a word, or one of them is not known."""
    if not one or not other or one & other:
        return True
    return any(_same_word(a, b) for a in one for b in other)


def _same_word(one: str, other: str) -> bool:
    """Whether one word of a name may be short for the other, or have the words before it stuck to it."""
    unspaced = ord(one[-1]) >= _KANA <= ord(other[-1])
    if min(len(one), len(other)) >= (2 if unspaced else 4) and (one in other or other in one):
        return True
    return unspaced and len(one) > 2 < len(other) and one[-3:] == other[-3:]
