"""
Days on which a place is open or closed, said without a time: "open every day", "closed on Sundays", "Monday".

Days alone are an answer only where the question was about hours.
"""

from __future__ import annotations

from collections.abc import Sequence

from filterproxy.facts.clock import HALVES, WEEK
from filterproxy.facts.hours_counts import opens_once
from filterproxy.facts.hours_gate import BRIEF, BRIEF_LEAD
from filterproxy.facts.hours_governor import doubted, is_condition
from filterproxy.facts.parts import Item, Named
from filterproxy.facts.unit import Unit


def open_days(unit: Unit, parts: Sequence[Item | Named]) -> list[Item | Named]:
    """With no time about: "open every day", "on Sundays we are open"."""
    named = [p for p in parts if isinstance(p, Named)]
    has_desk = any(t.kind == "desk" for t in unit.tokens)
    for at, kind in unit.governors:
        if kind == "close" and (shut := _shut_days(unit, at, named)):
            return shut
        if kind != "open" and not (
            kind == "avail" and (has_desk or unit.word(at) in unit.words.rules["there"])
        ):
            continue
        if doubted(unit, at):
            return []
        for days in named:
            if (
                days.exception
                or is_condition(unit, at)
                or _ends_period(unit, at, days)
                or (kind == "open" and opens_once(unit, at))
            ):
                continue
            if _belongs(unit, at, days) and (kind == "open" or days.plural):
                token = unit.tokens[at]
                span = (min(token.start, days.span[0]), max(token.end, days.span[1]))
                return [Item("open", span, at, at + 1), days]
    return (
        _open_every_day(unit, named)
        or _open_part_of_day(unit, named)
        or _open_bare(unit)
        or _affirmed(unit, named)
        or _days_alone(unit, named)
    )


def _ends_period(unit: Unit, at: int, days: Named) -> bool:
    """ "open until Friday" is a period, not a habit."""
    return unit.kind(days.first - 1) == "to" and not days.plural and at < days.first


def _shut_days(unit: Unit, at: int, named: Sequence[Named]) -> list[Item | Named]:
    """ "Cerramos los domingos": to close and a day, nothing between them."""
    for days in named:
        if not _names_shut(unit, at, days) or opens_once(unit, at):
            continue
        if doubted(unit, at):
            return []
        token = unit.tokens[at]
        span = (min(token.start, days.span[0]), max(token.end, days.span[1]))
        return [Item("closed", span, at, at + 1), days]
    return []


def add_shut_days(unit: Unit, parts: list[Item | Named]) -> None:
    """Beside times: "... e aos domingos fechamos"."""
    for n, days in enumerate(parts):
        if not isinstance(days, Named) or days.exception:
            continue
        for at, kind in unit.governors:
            if kind == "close" and _names_shut(unit, at, days) and _ends_at(unit, max(at + 1, days.last)):
                token = unit.tokens[at]
                span = (min(token.start, days.span[0]), max(token.end, days.span[1]))
                parts[n] = Item("closed", span, at, at + 1, days=days.days)


def _names_shut(unit: Unit, at: int, days: Named) -> bool:
    if days.first > at:
        between = unit.tokens[at + 1 : days.first]
        near = days.plural or any(t.kind in ("on", "at") for t in between)
        return near and all(t.kind in ("on", "at", "light") for t in between)
    between = unit.tokens[days.last : at]
    return _ends_at(unit, at + 1) and all(t.kind in ("on", "light", ",") for t in between)


def _ends_at(unit: Unit, i: int) -> bool:
    return unit.kind(i) in ("", ",", ";", "!", "and", "|", ")")


def _open_part_of_day(unit: Unit, named: Sequence[Named]) -> list[Item | Named]:
    """ "Nous ouvrons uniquement le matin": which hours is not said, that it is open then is."""
    for at, kind in unit.governors:
        for i in range(at + 1, min(at + 4, len(unit.tokens))):
            token = unit.tokens[i]
            if kind != "open" or token.kind not in (*HALVES, "on", "light"):
                break
            if token.kind in HALVES and not doubted(unit, at):
                return [Item("open", (unit.tokens[at].start, token.end), at, i + 1), *named]
    return []


def _is_answer(unit: Unit, days: Named) -> bool:
    """Whether one day is a habit ("le lundi") or, in a language without plurals, all that is said."""
    if not unit.words.unspaced:
        return _is_alone(unit, days) or unit.is_a(days.first - 1, "habit_lead")  # "le dimanche"
    end = days.span[1]
    if unit.is_a(days.last, "day_tails") and unit.tokens[days.last].start == end:
        end = unit.tokens[days.last].end
    return unit.text[end : end + 1] in ("", "。", "！", "!", "\n")


def _is_alone(unit: Unit, days: Named) -> bool:
    """ "Only Saturday.", where the question was on which days."""
    brief = unit.tokens[-1].end - days.span[1] <= BRIEF and days.span[0] <= BRIEF_LEAD
    return brief and bool(unit.setting.wants_days) and begins_reply(unit)


def _open_every_day(unit: Unit, named: Sequence[Named]) -> list[Item | Named]:
    """ "年中無休" is said of nothing else."""
    for days in named:
        if unit.is_a(days.first, "open_every_day") and not unit.foreign and unit.loose <= 4:
            return [Item("open", days.span, days.first, days.last, days=days.days)]
    return []


def _days_alone(unit: Unit, named: Sequence[Named]) -> list[Item | Named]:
    """ "Every day except Tuesdays", where the question was about hours."""
    if not unit.setting.asked or unit.loose or unit.governors or unit.calendar:
        return []
    one = unit.setting.wants_days or unit.setting.days is not None
    said = [d for d in named if (d.plural or (one and _is_answer(unit, d))) and not d.exception]
    if not said or unit.question or any(unit.is_a(k, "knowing") for k in range(len(unit.tokens))):
        return []
    never = any(unit.is_a(k, "not") for k in range(said[0].first))
    closes = unit.setting.wants_days == "closed" or unit.setting.role == "closes"
    days: frozenset[int] = frozenset().union(*(d.days for d in said))
    span = (said[0].span[0], said[-1].span[1])
    return [Item("closed" if closes or never else "open", span, said[0].first, said[-1].last, days=days)]


def _open_bare(unit: Unit) -> list[Item | Named]:
    """ "Yes, we're open", where the question named the day."""
    if not unit.setting.asked or unit.setting.days is None or unit.loose > 2 or unit.foreign:
        return []
    if any(t.word in unit.words.rules["doubt"] for t in unit.tokens):
        return []
    for at, kind in unit.governors:
        if kind == "open":
            token = unit.tokens[at]
            return [Item("open", (token.start, token.end), at, at + 1)]
    return []


def _affirmed(unit: Unit, named: Sequence[Named]) -> list[Item | Named]:
    """ "Yes, we are.", where the question was whether it is open on some day: a reply that says no more."""
    setting, rules = unit.setting, unit.words.rules
    days = setting.days
    if not (setting.yes_no and days and not days >= WEEK) or setting.mixed or unit.question:
        return []
    if named or unit.governors or unit.loose or not begins_reply(unit):
        return []
    first = next((k for k, t in enumerate(unit.tokens) if t.kind not in (",", "!", "-")), 0)
    says = "no" if setting.wants_days == "closed" else "yes"
    unknown = doubted(unit, len(unit.tokens))
    if unknown or not (unit.is_a(first, says) or _phrase(unit, first) in rules[says]):
        return []
    last = len(unit.tokens)
    span = (unit.tokens[first].start, unit.tokens[-1].end)
    return [Item("open", span, first, last, days=days)] if span[1] - span[0] <= BRIEF else []


def _phrase(unit: Unit, i: int) -> str:
    return f"{unit.word(i)} {unit.word(i + 1)}"


def begins_reply(unit: Unit) -> bool:
    """Whether nothing stands before it: the gate looks for brief answers at the beginning only."""
    start = unit.tokens[0].start if unit.tokens else 0
    return not any(c.isalnum() for c in unit.text[:start])


def _belongs(unit: Unit, at: int, days: Named) -> bool:
    if days.first > at:
        return days.first - at <= 6 and all(
            t.kind not in ("foreign", "hours", ";") for t in unit.tokens[at + 1 : days.first]
        )
    return at - days.last <= 6 and all(t.kind != "foreign" for t in unit.tokens[days.last : at])


def add_open_days(unit: Unit, parts: list[Item | Named]) -> None:
    """Beside times: "... and we are also open on Sundays"."""
    for n in range(len(parts) - 1, 0, -1):
        days = parts[n]
        if not isinstance(days, Named) or days.exception or not isinstance(parts[n - 1], Named):
            continue
        if n + 1 < len(parts) and isinstance(parts[n + 1], Item):
            continue
        for at, kind in unit.governors:
            if kind == "open" and parts[n - 1].last <= at < days.first and _belongs(unit, at, days):
                span = (unit.tokens[at].start, days.span[1])
                parts.insert(n, Item("open", span, at, at + 1, days=days.days))
