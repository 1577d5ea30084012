"""
Which parts of a unit are hours: times, "closed" and "24 hours" that something governs, or that answer.

Where nothing governs a time, the setting decides: the question asked for hours, or a heading above promised
them, and the unit holds little else.
"""

from __future__ import annotations

import re
from itertools import pairwise

from filterproxy.facts.hours_governor import asked_whether, doubted, governor
from filterproxy.facts.lexer import WEAK
from filterproxy.facts.parts import Item, Named
from filterproxy.facts.unit import Unit
from filterproxy.facts.unit_verbs import of_another

# "Closed in 1944"
_YEAR_NEXT = re.compile(r"\s(?:[^\W\d]{1,6}\s)?(?:1[0-9]|20)[0-9]{2}(?![\w:-]|\.[0-9])")
_INDEFINITE = frozenset(
    ("a", "an", "ein", "eine", "einen", "einem", "einer", "un", "une", "una", "um", "uma")
)
_WITH = frozenset(("with", "mit", "avec", "con", "com", "met"))
_TOO_LATE = re.compile(
    r"\s(?:[\w']+\s){0,4}(?:(?:too|te|zu|trop|demasiado|muy|troppo|demais)\s(?:late|early|spät|früh|tard|tôt|tarde|"
    r"temprano|tardi|presto|laat|vroeg)|(?:tarde|cedo)\sdemais)\b",
    re.I,
)
_BREAKS = frozenset((",", ";", "and", "(", ")", "!", "?", "|", "\n"))


def counts(unit: Unit, item: Item) -> bool:
    match item.kind:
        case "closed":
            return _closed_counts(unit, item)
        case "allday" | "always":
            return _all_day_counts(unit, item)
        case _:
            return _time_counts(unit, item)


def _time_counts(unit: Unit, item: Item) -> bool:
    if _is_foreign_next(unit, item.last):
        return False
    if _closed_until(unit, item) or _closed_after(unit, item):
        return True
    if _is_proposed(unit, item):
        return False
    at, item.governor = governor(unit, item.first)
    if item.governor == "foreign" or asked_whether(unit, at) or _is_event(unit, item, at):
        return False
    if item.governor in ("open", "close") and _runs_apart(unit, at, item):
        return False
    if unit.setting.diary and item.governor in ("open", "avail") and not unit.speaks_of_us():
        return False
    if item.governor == "last" and unit.is_a(item.first - 1, "and_closes"):
        item.governor = "close"
    if item.governor == "last" and unit.is_a(at, "orders"):
        item.governor = "orders"
    if item.governor == "avail":
        return (item.both or bool(item.prep)) and not (_invites_once(unit, at) or _runs_once(unit, at))
    if not item.governor and not unit.calendar and (_is_of_place(unit, item) or _is_at_ours(unit, item)):
        item.governor = "avail"
        return True
    return bool(item.governor) or _bare_counts(unit, item)


def _is_event(unit: Unit, item: Item, at: int) -> bool:
    """ "The festival opens on Friday at 6": what no place is, on one day, opens but once."""
    return item.governor in ("open", "close") and not item.both and opens_once(unit, at)


def opens_once(unit: Unit, at: int) -> bool:
    if unit.setting.asked or unit.setting.lenient:
        return False
    subject = unit.kind(at - 1) == "word" and not unit.is_place(at - 1)
    named = [p for p in unit.parts if isinstance(p, Named)]
    rules, verbs = unit.words.rules, [k for _, k in unit.governors if k in ("open", "close")]
    if not (subject and named and rules["places"]) or unit.speaks_of_us() or len(verbs) > 1:
        return False
    return not any(d.plural for d in named) and not any(unit.is_a(d.first, "relative_days") for d in named)


def _is_of_place(unit: Unit, item: Item) -> bool:
    """ "The clinic sees patients from 8 to noon": whatever it does, it does so from then until then."""
    said = unit.kind(item.first - 1) in ("from", "to", "between")
    said = said or (item.both and item.grade > WEAK)
    once = any(isinstance(p, Named) and not p.plural for p in unit.parts)
    return said and not once and unit.has_place_subject(item.first)


def _is_at_ours(unit: Unit, item: Item) -> bool:
    """ "You can taste it in our shop, Thursday to Saturday from 3 pm": what one does here on some days."""
    named = [p for p in unit.parts if isinstance(p, Named)]
    habit = any(d.plural or 1 < len(d.days) < 8 for d in named)
    if unit.foreign or not (habit and (item.both or item.prep)):
        return False
    said = unit.text[unit.tokens[0].start : unit.tokens[-1].end]
    return any(pattern.search(said) for pattern in unit.words.patterns["at_ours"])


def _is_proposed(unit: Unit, item: Item) -> bool:
    """ "We're open from 10 to 2, so noon is fine": a clause that only says that a time suits."""
    if item.both or item.prep or not (unit.is_a(item.last, "suiting") or _is_too_late(unit, item)):
        return False
    first = item.first
    while first > 0 and unit.kind(first - 1) in ("light", "at", "on"):
        first -= 1
    return first == 0 or unit.kind(first - 1) in _BREAKS


def _runs_apart(unit: Unit, at: int, item: Item) -> bool:
    """ "The room opens a bit before, and the talk runs until 4": the clause has a verb of its own."""
    first = next((k for k in range(item.first, at, -1) if unit.kind(k - 1) in _BREAKS), at)
    own = any(unit.is_a(k, "runs") and (k, "avail") not in unit.governors for k in range(first, item.first))
    return at < first and own and not unit.setting.lenient


def _is_too_late(unit: Unit, item: Item) -> bool:
    """ "So 7 pm would be a little too late" """
    return _TOO_LATE.match(unit.text, item.span[1]) is not None


def _invites_once(unit: Unit, at: int) -> bool:
    """ "Come in on Monday between 9 and 10" makes an appointment; "any weekday" tells hours."""
    named = [p for p in unit.parts if isinstance(p, Named)]
    return unit.is_a(at, "inviting") and any(not d.plural for d in named)


def _runs_once(unit: Unit, at: int) -> bool:
    """ "The workshop runs from 10 to 12 on Friday", not "the market runs every Saturday"."""
    named = [p for p in unit.parts if isinstance(p, Named)]
    every = any(d.plural or len(d.days) > 1 or unit.is_a(d.first - 1, "each") for d in named)
    return unit.is_a(at, "runs") and bool(named) and not every


def _is_foreign_next(unit: Unit, i: int) -> bool:
    """ "the 10:15 train", "a 9 am wake-up alarm" """
    return unit.kind(i) == "foreign" and not unit.is_a(i, "starts", "only_ahead")


def _closed_until(unit: Unit, item: Item) -> bool:
    """Whether "closed" owns this time ("closed from 12 to 2"); the two then are one statement."""
    k = item.first - 1
    while k >= 0 and unit.tokens[k].kind in ("from", "between", "to", "at", "on", "short", "day"):
        k -= 1
    before = next(
        (p for p in unit.parts if isinstance(p, Item) and p.kind == "closed" and p.first == k), None
    )
    if before is None or not (item.both or item.prep or unit.kind(item.first - 1) == "at"):
        return False
    if (
        any(isinstance(p, Named) and before.last <= p.first < item.first for p in unit.parts)
        and not item.prep
    ):
        return False
    item.governor = "closed"
    item.span = (before.span[0], item.span[1])
    before.kind = "merged"
    return True


def _closed_after(unit: Unit, item: Item) -> bool:
    """ "Nach 18 Uhr ist der Laden zu": the same where "closed" comes last."""
    shut = next((p for p in unit.parts if p.first >= item.last), None)
    if not isinstance(shut, Item) or shut.kind != "closed":
        return False
    if "clause_first" not in unit.words.traits and not (
        item.both and unit.kind(item.first - 1) in ("from", "between") and not unit.governors
    ):
        return False
    between = unit.tokens[item.last : shut.first]
    if any(t.kind in _BREAKS for t in between) or doubted(unit, shut.first) or unit.foreign:
        return False
    desk = unit.speaks_of_us() or any(t.kind == "desk" for t in unit.tokens)
    sided = unit.kind(item.first - 1) in ("past", "before", "from") or bool(item.prep)
    if not sided and not (item.both and desk):
        return False
    item.governor, item.span, shut.kind = "closed", (item.span[0], shut.span[1]), "merged"
    return True


def _bare_counts(unit: Unit, item: Item) -> bool:
    """A time that nothing in the unit governs."""
    season = unit.words.unspaced and unit.setting.asked and item.both
    # "April to October, daily 10-20" states hours; in a reply without the question it may be an event.
    season = season or (unit.setting.lenient and (item.both or bool(item.prep)))
    if (unit.calendar and not season) or unit.foreign:
        return False
    named = [p for p in unit.parts if isinstance(p, Named)]
    if unit.setting.lenient and item.both and _names_season(unit):
        return unit.loose <= 6
    if unit.setting.heading and (named or item.both or unit.loose == 0):
        return unit.loose <= 4
    if unit.setting.asked and item.both and _is_topic_alone(unit):
        return True
    if unit.setting.asked:
        return unit.loose <= (6 if named and item.both else 2 if item.both or not unit.setting.mixed else 0)
    if unit.words.unspaced and item.both and not unit.loose:
        # "食堂は11時から14時までです"
        return bool(named) or any(t.kind == "desk" for t in unit.tokens)
    if unit.setting.lenient and (named or (item.both and unit.kind(item.first - 1) in (":", "desk"))):
        return unit.loose <= 6
    return item.both and _is_bare_line(unit, item) and any(d.plural for d in named)


def _names_season(unit: Unit) -> bool:
    """ "夏季（5月至10月）7:00-18:30" """
    kinds = [t.kind for t in unit.tokens]
    months = [n for n, kind in enumerate(kinds) if kind == "calendar"]
    return any({"to", "-"} & set(kinds[a:b]) and b - a <= 3 for a, b in pairwise(months))


def _is_labelled(unit: Unit, i: int) -> bool:
    return any(unit.is_place(k) and unit.kind(k + 1) in (":", "|") for k in range(i))


def _is_bare_line(unit: Unit, item: Item) -> bool:
    """Whether nothing but days and times stands there, or a place beside them: "Café: weekdays 9-5"."""
    if not unit.words.rules["places"]:
        return unit.loose <= 3
    if unit.setting.elsewhere:
        return False
    known = unit.speaks_of_us() or unit.has_place_subject(item.first) or _is_labelled(unit, item.first)
    return unit.loose <= (3 if known else 0)


def _is_topic_alone(unit: Unit) -> bool:
    """Whether all that cannot be placed is the topic: "スカイタワーは10時から21時までです"."""
    ts = unit.tokens
    end = next((n for n in range(len(ts)) if unit.is_a(n, "topic_ends")), -1)
    return all(n < end for n, t in enumerate(ts) if t.kind in ("word", "desk", "foreign_subject"))


def _closed_counts(unit: Unit, item: Item) -> bool:
    if item.kind == "merged":
        return False
    if doubted(unit, item.first) or _YEAR_NEXT.match(unit.text, item.span[1]):
        return False
    if any(isinstance(p, Named) for p in unit.parts) or closed_on_date(unit, item):
        return True
    return (unit.setting.asked or unit.setting.heading) and unit.loose <= 3


def closed_on_date(unit: Unit, item: Item) -> bool:
    """ "On 1 May we are closed", "Closed from 1 to 15 August"; of a case nobody says so."""
    return unit.calendar and unit.loose <= 4 and (unit.speaks_of_us() or not item.first)


def _is_length(unit: Unit, item: Item) -> bool:
    """ "24 hours" may be how long something takes, "24/7" and "around the clock" never are."""
    word = unit.word(item.first)
    if word.startswith("24/7"):
        return False
    counted = (number for number, value in unit.words.numbers.items() if value >= 20)
    return word[:1].isdigit() or any(word.startswith(number) for number in counted)


def _is_kind_of_thing(unit: Unit, item: Item) -> bool:
    """ "With a 24h pass": an attribute of what is no place."""
    with_one = unit.word(item.first - 1) in _INDEFINITE and unit.word(item.first - 2) in _WITH
    return with_one and unit.kind(item.last) == "word"


def _all_day_counts(unit: Unit, item: Item) -> bool:
    before = unit.word(item.first - 1)
    if item.kind == "always":
        return unit.kind(item.last) != "to" and not of_another(unit, item.first)
    if before in unit.words.rules["quantity"] and _is_length(unit, item):
        # "is open for 24 hours", not "leave it open for 24 hours"
        stays = unit.kind(item.first - 2) == "open" and unit.is_a(item.first - 3, "being")
        return stays and unit.is_a(item.first - 1, "for") and governor(unit, item.first)[1] == "open"
    if unit.kind(item.first - 1) in ("to", "foreign_subject"):
        return False
    near = governor(unit, item.first)[1]
    if near == "foreign" or _is_kind_of_thing(unit, item):
        return False
    behind = range(item.last, item.last + 3)
    if "clause_first" in unit.words.traits and any(unit.is_a(k, "there") for k in behind):
        return True
    if unit.is_a(item.first, "open_all_day"):
        return True
    beside = (item.first - 1, item.last, item.last + 1)
    desk_next = any(unit.is_place(k) for k in beside) or unit.is_a(item.last, "access")
    has_desk = any(t.kind == "desk" and t.word not in unit.words.rules["us"] for t in unit.tokens)
    desk_is = has_desk and (unit.setting.asked or before in unit.words.rules["being"])
    return (
        bool(near)
        or desk_next
        or desk_is
        or (unit.setting.lenient and unit.kind(item.first - 1) == ":")
        or ((unit.setting.asked or unit.setting.heading) and unit.loose <= 4)
    )
