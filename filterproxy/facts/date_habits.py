"""
Days of the week that a text states as a habit: "Mon-Fri 9-17", "every Monday", "lun., mer. et ven.".

In a reply a habit is no date; in the request it states its days, so that a reply may name one of them. Short
names count in a timetable only: in a range or list, or before a time. Without accents each is of one day in
all languages that have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from filterproxy.facts.date_words import DateWords, key, view, words

_WORD = re.compile(r"[^\W\d_]+")
_DAYS = 7


def habitual_days(text: str) -> list[int]:
    """The days of the week, 0 for Monday, that *text* has as habits; those of its dates may be among them."""
    said, w = view(text), words()
    at = (m.start() for m in _WORD.finditer(said) if m.group() in w.habit_heads)
    found = [m for n in at if (m := w.habits.match(said, n)) is not None]
    if not said.isascii():
        found += w.cjk["habits"].finditer(said)
    return sorted({day for m in found for day in _days(m, w)})


def _days(m: re.Match[str], w: DateWords) -> Iterator[int]:
    named = [w.habit_days[key(m[name])] for name in ("day", "first", "last") if m[name]]
    yield from named
    if m["to"]:
        first, last = named
        yield from ((first + n) % _DAYS for n in range((last - first) % _DAYS))
