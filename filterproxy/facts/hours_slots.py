"""What a part of a unit states, as slots of a schedule: days, opening, closing, and its span in the text."""

from __future__ import annotations

from filterproxy.core.rule import Span
from filterproxy.facts.clock import WEEK, span_of
from filterproxy.facts.hours_counts import closed_on_date
from filterproxy.facts.parts import Item, Named, Stated
from filterproxy.facts.schedule import ALL_DAY, CLOSED, LAST, OPEN, ORDERS, Minutes, Slot
from filterproxy.facts.unit import Unit

_JOINTS = frozenset(("on", "at", "from", "between", "to", "light", "and", ":", ",", "-", "(", "=", "|"))


def stated(unit: Unit, item: Item) -> Stated | None:
    days = item.days
    if days is None and item.kind in ("closed", "open"):
        days = unit.setting.days
        part_of_day = item.kind == "open" and item.last - item.first > 1
        on_date = item.kind == "closed" and closed_on_date(unit, item)
        if days is None and not (unit.setting.asked or unit.setting.heading or part_of_day or on_date):
            return None
    if days is None and item.kind in ("allday", "always") and (_sure_all_week(unit, item) or item.without):
        days = WEEK
    if item.without:
        days = (WEEK if days is None else days) - item.without
    opens, closes = _ends(unit, item)
    kind = _slot_kind(unit, item)
    slots = {Slot(day, opens, closes, kind) for day in ((None,) if days is None else sorted(days))}
    if unit.setting.lenient:
        slots |= {
            Slot(day, None, None, CLOSED) for day in item.without if not opens or day in _only_excepted(unit)
        }
    return Stated(_span(unit, item), frozenset(slots)) if slots else None


def _span(unit: Unit, item: Item) -> Span:
    """Of "closed", the days beside it are part: neither says anything alone."""
    start, end = item.span
    if item.kind == "closed":
        for part in unit.parts:
            if isinstance(part, Named) and part.days == item.days:
                between = unit.tokens[min(part.last, item.last) : max(part.first, item.first)]
                if all(t.kind in _JOINTS for t in between):
                    start, end = min(start, part.span[0]), max(end, part.span[1])
    return start, end


def _only_excepted(unit: Unit) -> frozenset[int]:
    """Days named as an exception with no hours of their own."""
    own = [p.days for p in unit.parts if isinstance(p, Item) and p.days is not None and len(p.days) < 4]
    taken: frozenset[int] = frozenset().union(*own) if own else frozenset()
    return WEEK - taken


def _sure_all_week(unit: Unit, item: Item) -> bool:
    return unit.setting.lenient or item.kind == "always" or "7" in unit.tokens[item.first].word


def _slot_kind(unit: Unit, item: Item) -> str:
    if item.kind == "closed" or item.governor == "closed" or _closes_between(unit, item):
        return CLOSED
    return {"last": LAST, "orders": ORDERS}.get(item.governor, OPEN)


def _closes_between(unit: Unit, item: Item) -> bool:
    """ "We close from noon to two" is a break, not "Opening and closing times: 9 to 5"."""
    if item.governor != "close" or not item.both:
        return False
    return unit.kind(item.first - 1) in ("from", "between") and not any(
        kind in ("open", "hours") for at, kind in unit.governors if at < item.first
    )


def _ends(unit: Unit, item: Item) -> tuple[Minutes | None, Minutes | None]:
    if item.kind in ("allday", "always"):
        return ALL_DAY
    if item.opens is not None and item.closes is not None:
        return span_of(item.opens, item.closes)
    if not item.timed:
        return None, None
    clock = item.opens or item.closes
    assert clock is not None
    if _role(unit, item) == "closes":
        return None, frozenset(1440 if r == 0 else r for r in clock.readings)
    return clock.readings, None


def _role(unit: Unit, item: Item) -> str:
    if item.governor in ("close", "last"):
        return "closes"
    if item.prep:
        return item.prep
    return "opens" if item.governor in ("open", "hours", "avail", "closed", "orders") else unit.setting.role
