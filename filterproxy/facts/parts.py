"""
What a unit says before it is a schedule: times, "closed" and "24 hours" on one hand, days on the other.

`deal` brings them together: "Mon-Fri 9-5, Sat 10-2" gives each day what follows it, "9-5 on weekdays, 10-2
on Saturday" gives each time what follows *it*. Which of the two a text means shows in what it begins with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from filterproxy.core.rule import Span
from filterproxy.facts.clock import REST, WEEK, Clock
from filterproxy.facts.schedule import ALL_DAY, CLOSED, OPEN, Slot

_OTHERS = frozenset((REST,))


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement: where it stands and the slots that it says."""

    span: Span
    slots: frozenset[Slot]


@dataclass(slots=True)
class Item:
    """
    A time, "closed", "24 hours" or a bare "open" before its days are known.

    first, last: indices of its tokens, the latter exclusive. prep: `opens` or `closes` where a
    preposition says which end it is.
    """

    kind: str
    span: Span
    first: int
    last: int
    opens: Clock | None = None
    closes: Clock | None = None
    prep: str = ""
    governor: str = ""
    days: frozenset[int] | None = None
    without: frozenset[int] = field(default_factory=frozenset)

    @property
    def timed(self) -> bool:
        return self.opens is not None or self.closes is not None

    @property
    def both(self) -> bool:
        return self.opens is not None and self.closes is not None

    @property
    def grade(self) -> int:
        return max(c.grade for c in (self.opens, self.closes) if c is not None)


@dataclass(slots=True)
class Named:
    """
    Days as they stand in the unit.

    exception: named after "except". leads: they begin a new part of the sentence, and own what follows.
    """

    span: Span
    first: int
    last: int
    days: frozenset[int]
    plural: bool
    exception: bool = False
    leads: bool = False


def deal(parts: Sequence[Item | Named]) -> None:
    """Give every item its days."""
    if parts and isinstance(parts[0], Named):
        _deal_forward(parts)
    else:
        _deal_backward(parts)


def _deal_forward(parts: Sequence[Item | Named]) -> None:
    current: frozenset[int] | None = None
    fresh = False  # whether the days before were not yet given to anything
    last: Item | None = None
    for n, part in enumerate(parts):
        if isinstance(part, Item):
            part.days = part.days if part.days is not None else current
            last, fresh = part, False
        elif n + 1 < len(parts) or last is None:
            if part.exception and fresh and current is not None:
                continue  # "every day but Monday, 9-5": those days are taken off already
            apart = not fresh or current is None or current == _OTHERS or part.exception
            current = part.days if apart or current is None else current | part.days
            fresh = True
        elif not part.exception:
            shared = sum(isinstance(p, Item) and p.days is last.days for p in parts) > 1
            if part.days == _OTHERS and last.days is not None and not shared:
                continue  # "Closed on Sundays, on the other days we are there"
            replaced = shared or last.days is None or last.days == _OTHERS
            last.days = part.days if replaced or last.days is None else last.days | part.days


def _deal_backward(parts: Sequence[Item | Named]) -> None:
    waiting: list[Item] = []
    aside: frozenset[int] | None = None
    for n, part in enumerate(parts):
        if isinstance(part, Item):
            if waiting and (part.kind != waiting[-1].kind):
                waiting = []
            if part.days is None:
                waiting.append(part)
            if aside is not None:
                part.days, aside, waiting = aside, None, []
        elif part.exception or (part.leads and _is_item(parts, n + 1)):
            aside = part.days
        elif waiting:
            for item in waiting:
                item.days = part.days
            waiting = []
        elif _is_item(parts, n + 1) and (n + 2 == len(parts) or _is_item(parts, n + 2)):
            # "Until 5 on weekdays, and at the weekend we are closed": nothing before is without days.
            aside = part.days


def _is_item(parts: Sequence[Item | Named], n: int) -> bool:
    return n < len(parts) and isinstance(parts[n], Item)


def narrow(stated: Sequence[Stated]) -> list[Stated]:
    """ "Daily from ten, on Sundays from seven": a rule for some days does not hold on those named apart."""
    found = []
    for s in (_usual(s, stated) for s in stated):
        # "Closed at weekends, but the hotline is there 24/7": what never shuts has no exception before it.
        others = [t.slots for t in stated if t.span[0] > s.span[0] or not _all_day(s.slots)]
        if left := _narrowed(s.slots, others):
            found.append(Stated(s.span, left))
    return found


def _usual(said: Stated, stated: Sequence[Stated]) -> Stated:
    """ "11 to 22, on Fridays until 24": what has no day holds on the others; on those, what is left of it."""
    if len(said.slots) != 1 or (slot := next(iter(said.slots))).day is not None or slot.kind != OPEN:
        return said
    apart = [t.slots for t in stated if all(s.day in WEEK for s in t.slots) and _clash(said.slots, t.slots)]
    if not apart or (not slot.opens and not slot.closes):
        return said
    left = {e._replace(day=s.day) for slots in apart for s in slots if (e := _other_end(slot, slots))}
    return Stated(said.span, frozenset({slot._replace(day=REST)} | left))


def _all_day(slots: Iterable[Slot]) -> bool:
    return all((slot.opens, slot.closes) == ALL_DAY for slot in slots)


def _narrowed(slots: frozenset[Slot], others: Iterable[frozenset[Slot]]) -> frozenset[Slot]:
    days = {s.day for s in slots}
    for other in others:
        named = {s.day for s in other}
        if named < days and None not in named and _clash(slots, other):
            kept = (s if s.day not in named else _other_end(s, other) for s in slots)
            slots = frozenset(s for s in kept if s is not None)
    return slots


def _other_end(slot: Slot, other: Iterable[Slot]) -> Slot | None:
    """What is left of "10 to 6" on the day that is open "until 9": it opens at 10."""
    apart = next(iter(other))
    if apart.kind != OPEN or slot.kind != OPEN or (apart.opens and apart.closes):
        return None
    left = slot._replace(closes=None) if apart.closes else slot._replace(opens=None)
    return left if left.opens or left.closes else None


def _clash(one: Iterable[Slot], other: Iterable[Slot]) -> bool:
    """Whether both speak of the same end of the day."""
    a, b = next(iter(one)), next(iter(other))
    if CLOSED in (a.kind, b.kind):
        return a.kind != b.kind
    return a.kind == b.kind and bool((a.opens and b.opens) or (a.closes and b.closes))


def without_exceptions(slots: frozenset[Slot], groups: Iterable[frozenset[Slot]]) -> frozenset[Slot]:
    """The same across the lines of a text: "Daily 9-5" above "Sunday 10-4"."""
    return _narrowed(slots, groups)
