"""
Times and days among the tokens of a unit, as parts of it.

A number is not yet a time: "9 tickets", "version 9.30", "a 9 to 5 job". What it takes for one to count as a
time hangs on how sure it looks (lexer.py) and on what stands before and after it.
"""

from __future__ import annotations

from filterproxy.facts.clock import DAY, DAYS, HALVES, clock_at, days_at, of_24_hours
from filterproxy.facts.lexer import DOTTED, STRONG, WEAK
from filterproxy.facts.parts import Item, Named
from filterproxy.facts.unit import Unit

_LATE = -1  # "late"; below it are times of which no other sense is usual ("all day")


def is_midnight(unit: Unit, i: int) -> bool:
    """ "tot 24 uur" is no "24 uur per dag"."""
    return unit.is_a(i, "also_midnight")


def days_from(unit: Unit, i: int) -> int:
    found = days_at(unit.tokens, i, unit.words)
    if found is None:
        return 0
    days, after = found
    exception = _exception_before(unit, i)
    if not exception and _exception_behind(unit, after):
        exception, after = True, after + 1
    if exception and unit.parts:
        _take_off(unit, days.days)
    if _narrows_today(unit, i) or _names_today(unit, i) or _goes_on_to_other_days(unit, i):
        unit.parts.pop()
    leads = _leads(unit, i) or (unit.kind(i - 1) in (",", "and") and unit.kind(after) == "closed")
    unit.parts.append(Named((days.start, days.end), i, after, days.days, days.plural, exception, leads))
    return after


def _narrows_today(unit: Unit, i: int) -> bool:
    """ "Until six today if it's a weekday": the day is the latter."""
    last = unit.parts[-1] if unit.parts else None
    if not isinstance(last, Named) or not unit.is_a(last.first, "relative_days"):
        return False
    between = range(last.last, i)
    return any(unit.is_a(k, "if") for k in between) and all(unit.kind(k) in ("light", "on") for k in between)


def _names_today(unit: Unit, i: int) -> bool:
    """ "Since tomorrow is Saturday", "today, Friday": both are the latter."""
    last = unit.parts[-1] if unit.parts else None
    if not isinstance(last, Named) or not unit.is_a(last.first, "relative_days"):
        return False
    near = i - last.last <= 3 and not unit.is_a(i, "relative_days")
    return near and all(unit.kind(k) in ("light", "on", ",", "(", "word") for k in range(last.last, i))


def _goes_on_to_other_days(unit: Unit, i: int) -> bool:
    """ "Visit us Monday to Saturday; on Saturdays we open at 10": the former have no time of their own."""
    last = unit.parts[-1] if unit.parts else None
    if not isinstance(last, Named) or last.exception or not unit.is_a(i - 1, "leads"):
        return False
    verbs = any(kind in ("open", "close", "hours") for _, kind in unit.governors)
    return unit.kind(i - 2) == ";" and not verbs


def _leads(unit: Unit, i: int) -> bool:
    """Whether days begin a new part of the sentence: "...; on Fridays we close at four"."""
    return unit.kind(i - 1) == ";" or (unit.is_a(i - 1, "leads") and unit.kind(i - 2) in (",", ";", "and"))


def _exception_before(unit: Unit, i: int) -> bool:
    k = i - 1
    while k >= 0 and unit.tokens[k].kind in ("on", "light", ","):
        k -= 1
    return k >= 0 and unit.tokens[k].kind == "except"


def _exception_behind(unit: Unit, i: int) -> bool:
    """ "Ogni giorno, domenica esclusa" """
    ends = unit.kind(i + 1) in ("", ",", ";", ")", "|", "\n", "!")
    ends = ends or unit.words.unspaced
    return unit.is_a(i, "excepted") and ends and any(isinstance(p, Item) or p.plural for p in unit.parts)


def _take_off(unit: Unit, days: frozenset[int]) -> None:
    last = unit.parts[-1]
    if isinstance(last, Named):
        last.days = last.days - days
    else:
        last.without = last.without | days


def time_from(unit: Unit, i: int) -> int:
    item = _span_of_time(unit, i) or _single_time(unit, i)
    if item is None:
        return 0
    if not _is_time(unit, item):
        return 0
    unit.parts.append(item)
    return item.last


def _span_of_time(unit: Unit, i: int) -> Item | None:
    ts = unit.tokens
    first = clock_at(ts, i, unit.words)
    if first is None:
        return None
    opens, j = first
    between = unit.kind(i - 1) == "between" or (unit.kind(i - 1) == "at" and unit.kind(i - 2) == "between")
    k = j + 1 if unit.kind(j) == "," and _is_to(unit, j + 1) else j
    if not (_is_to(unit, k) or (between and unit.kind(k) == "and")) or _ends_another(unit, k):
        return None
    if unit.kind(k) == "from_after" and unit.kind(k + 1) == ",":
        k += 1
    cells = unit.kind(k) == "|"
    k += 1
    while unit.kind(k) in ("at", "from", "to", "-") or (unit.kind(k) in HALVES and unit.kind(k + 1) == "at"):
        k += 1  # "bis abends um 8"
    second = clock_at(ts, k, unit.words)
    if second is None:
        return None
    closes, after = second
    if cells and not (min(opens.grade, closes.grade) > WEAK and opens.readings != closes.readings):
        return None
    if unit.kind(after) == "until_after":
        after += 1
    return Item("time", (opens.start, closes.end), i, after, opens, closes)


def _ends_another(unit: Unit, i: int) -> bool:
    """ "Last orders are at 9:30, and we close at 10:30": the two are not the ends of one span."""
    return unit.is_a(i, "and_closes") and bool(unit.governors) and unit.governors[-1][1] == "last"


def _is_to(unit: Unit, i: int) -> bool:
    return unit.kind(i) in ("to", "-", "from_after") or unit.is_a(i, "joins") or _parts_ends(unit, i)


def _parts_ends(unit: Unit, i: int) -> bool:
    """ "| Mon | 9 am | 5:30 pm |": cells side by side in a row that says no more."""
    return unit.kind(i) == "|" and unit.kind(0) == "|" and not unit.governors


def _single_time(unit: Unit, i: int) -> Item | None:
    found = clock_at(unit.tokens, i, unit.words)
    if found is None:
        return None
    clock, after = found
    prep = {"until_after": "closes", "from_after": "opens"}.get(unit.kind(after), "")
    after += bool(prep)
    prep = prep or _prep(unit, i)
    item = Item("time", (clock.start, clock.end), i, after, prep=prep)
    if prep == "closes":
        item.closes = clock
    else:
        item.opens = clock
    return item


def _prep(unit: Unit, i: int) -> str:
    if unit.is_a(i - 1, "rather"):  # "from breakfast time, say 7"
        i -= 1
        while unit.kind(i - 1) in (",", "neutral"):
            i -= 1
    for k in (i - 1, i - 2):
        kind, word = unit.kind(k), unit.word(k)
        if kind in ("to", "-") or word in unit.words.rules["until_words"]:
            return "closes"
        if kind == "from":
            return "opens"
        if kind not in ("at", "past"):
            break
    return ""


def _is_time(unit: Unit, item: Item) -> bool:
    """Whether a number is meant as a time: not "9 tickets", "version 9.30", "a 9 to 5 job"."""
    if item.both and item.opens is not None and item.opens.readings == {DAY}:
        return False  # "24 to 7" is a score
    if item.grade == STRONG:
        return item.both or _said_of_time(unit, item)
    rules, after, before = unit.words.rules, item.last, item.first - 1
    if after < len(unit.tokens) and not _may_follow(unit, after):
        return False
    kind, word = unit.kind(before), unit.word(before)
    if item.grade == DOTTED and _answers(unit, item.first):
        return True
    if item.both:
        return word not in rules["determiner"] - rules["joins"] and kind not in (
            "word",
            "number",
            "quantity",
            "calendar",
        )
    if item.grade == WEAK:
        if unit.is_a(before, "being") and unit.kind(before - 1) in ("open", "close", "last"):
            return True  # "closing time is 11"
        return kind in ("at", "from", "to", "past", "between") and (
            word not in rules["vague"] or _answers(unit, before)
        )
    return kind in ("at", "from", "to", "past", "between", "open", "close", "hours", ":", "|")


def _answers(unit: Unit, i: int) -> bool:
    """Whether the question was about hours and token *i* begins what tells: "Yes, all day"."""
    return unit.setting.asked and all(
        t.kind in ("light", "on", "at", ",", "!", "neutral", *HALVES, *DAYS) for t in unit.tokens[:i]
    )


def _said_of_time(unit: Unit, item: Item) -> bool:
    """ "late" is a time after "until" or "open" only."""
    clock = item.opens or item.closes
    if clock is None or min(clock.readings) >= 0:
        return True
    if min(clock.readings) < _LATE and (_answers(unit, item.first) or unit.kind(item.first - 1) == ":"):
        return True
    if unit.is_a(item.first, "said_times"):
        return True
    return unit.kind(item.first - 1) in ("to", "from", "at", "-", "open", "close", "between", "past")


def _may_follow(unit: Unit, i: int) -> bool:
    token, rules = unit.tokens[i], unit.words.rules
    if token.kind in rules["after_number"] or token.word in rules["after_number"]:
        return True
    return token.kind in (
        ",",
        ";",
        "(",
        ")",
        "?",
        "!",
        "|",
        "\n",
        "-",
        "&",
        "/",
        "short",
        "on",
        "avail",
        "last",
    )


def settle_24_hours(unit: Unit) -> None:
    if not any(t.half == "h" and t.minute >= 0 for t in unit.tokens):
        return
    for part in unit.parts:
        if isinstance(part, Item):
            part.opens = part.opens and of_24_hours(part.opens)
            part.closes = part.closes and of_24_hours(part.closes)
