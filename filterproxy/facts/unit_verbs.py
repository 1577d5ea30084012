"""
What "open", "close" and "closed" are in a unit: a statement about a place, or about something else.

"Open 9 tickets", "the case was closed", "an opening at nine", "registrations open", "left open": each is told
by its neighbours, and each question about them is asked here.
"""

from __future__ import annotations

from collections.abc import Sequence

from filterproxy.facts.clock import FACES
from filterproxy.facts.lexer import Token
from filterproxy.facts.parts import Item
from filterproxy.facts.unit import Unit

_SUN = (-2, -3)  # dusk, dawn
_CLAUSE_ENDS = frozenset((",", ";", ":", "!", "?", "|", "\n", "(", ")"))
_PREPOSITIONS = frozenset(("at", "from", "to", "between", "past"))


def verb_kind(unit: Unit, i: int) -> str:
    """What "open" or "close" is here: a governor, another thing's opening, or the opening of a thing."""
    rules = unit.words.rules
    if (
        i == 0
        and unit.is_a(0, "commands")
        and unit.kind(1) == "word"
        and unit.word(1) not in rules["after_open"]
    ):
        return "neutral"  # "Open Monday's file ..."
    if unit.word(i + 1) in rules["determiner"] and unit.kind(i + 1) != "day":
        after = unit.tokens[i + 2] if i + 2 < len(unit.tokens) else None
        if (
            after is not None
            and after.word not in rules["after_determiner"]
            and after.kind not in ("day", "hours", "allday", "clock", "number", "time")
        ):
            return "neutral"
    if _has_object(unit, i) or _is_attributive(unit, i) or _is_code(unit, i):
        return "neutral"
    if unit.is_a(i, "echoes") and not any(kind == "open" for _, kind in unit.governors):
        return "neutral"  # "comes down": only of what went up
    if unit.is_a(i, "of_places") and not (
        unit.setting.lenient or unit.has_place_subject(i) or any(unit.is_a(k, "ours") for k in range(i))
    ):
        return "neutral"
    if _is_counted(unit, i) or (unit.is_a(i, "locks") and any(t.kind == "foreign" for t in unit.tokens)):
        return "foreign"  # "the door is locked at 9:15, when the exam begins"
    if of_another(unit, i) or _is_free_time(unit, i) or _is_run(unit, i):
        return "foreign"
    return unit.tokens[i].kind


def _is_code(unit: Unit, i: int) -> bool:
    """ "open("log.txt")", "file.close()" """
    return (
        unit.kind(i + 1) == "(" and unit.tokens[i].end == unit.tokens[i + 1].start and not unit.words.unspaced
    )


def split_verb_kind(unit: Unit, i: int) -> str:
    """ "Wir machen um neun auf": the verb's other half says which it is."""
    if unit.kind(i) not in ("word", "light", "at", "to", "on", "closed"):
        return ""
    kind = next((k for k in ("open", "close") if unit.is_a(i, k + "_tail")), "")
    head = any(t.word in unit.words.rules["verb_head"] for t in unit.tokens[:i])
    return kind if kind and head else ""


def _is_counted(unit: Unit, i: int) -> bool:
    """ "9 tickets open", "9 are open": so many things, not a place."""
    if unit.kind(i - 1) in ("clock", "number") and unit.word(i - 1).isdecimal() and unit.is_a(i - 2, "being"):
        return True
    number, thing = unit.kind(i - 2), unit.kind(i - 1)
    if number not in ("clock", "number") or thing not in ("word", "foreign_subject") or unit.words.unspaced:
        return False
    timed = unit.kind(i - 3) in (*_PREPOSITIONS, "-", "|", ":", "and")
    return unit.word(i - 2).isdecimal() and not timed and not unit.is_place(i - 1)


def _is_run(unit: Unit, i: int) -> bool:
    """ "会议从9点开到10点": a verb of any doing, whose doer is another thing."""
    if not unit.is_a(i, "weak_verbs"):
        return False
    clause = next((k for k in range(i - 1, -1, -1) if unit.kind(k) in (",", ";", "!", "?")), -1)
    return any(unit.kind(k) in ("foreign", "foreign_subject") for k in range(clause + 1, i))


def _is_attributive(unit: Unit, i: int) -> bool:
    """ "The opening keynote", "open enrolment": it tells which one."""
    after = unit.word(i + 1)
    if unit.is_a(i, "attributes"):
        known = after in unit.words.rules["after_open"] or after.endswith("ly") or unit.is_place(i + 1)
        return unit.kind(i + 1) in ("word", "foreign", "foreign_subject") and not known
    return i == 0 and unit.is_a(1, "foreign_subject") and bool(unit.words.rules["attributes"])


def _has_object(unit: Unit, i: int) -> bool:
    """ "open port 9", "open to offers": it says what is opened, or to what."""
    if unit.kind(i + 1) == "to":
        known = unit.words.rules["open_to"]
        return bool(known) and unit.kind(i + 2) == "word" and unit.word(i + 2) not in known
    ours = any(unit.is_a(k, "ours") for k in range(i))
    if (not ours and any(unit.is_a(k, "left") for k in range(max(0, i - 4), i))) or (
        unit.is_a(i + 1, "vague") and unit.kind(i + 2) not in FACES
    ):
        return True  # "left open", "open about it"
    return unit.kind(i + 1) == "word" and unit.kind(i + 2) == "clock" and not unit.words.unspaced


def _is_free_time(unit: Unit, i: int) -> bool:
    """Whether someone's diary is open: "you're open from two", "an opening at nine"."""
    if unit.kind(i) == "close":
        return False
    if unit.is_a(i, "gap") and (
        unit.word(i - 1) in unit.words.rules["determiner"] - {"the"} or unit.is_a(i - 1, "next")
    ):
        return True
    if unit.is_a(i - 1, "an") and unit.kind(i) == "open" and unit.kind(i + 1) != "hours":
        return True  # "an open period from two"
    for k in (i - 1, i - 2, i - 3):
        if unit.word(k) in unit.words.rules["diary"]:
            # "I saw that you're open until 5" is what a user knows of us.
            return not (unit.setting.lenient and unit.is_a(k, "yours"))
        if unit.kind(k) not in ("word", "light", "on"):
            return False
    return False


def of_another(unit: Unit, i: int) -> bool:
    """Whether it is registrations or a case that opens or closes."""
    if unit.kind(i - 1) == "and" and unit.words.rules["closed_past"]:
        # "The stock opened at 12 and closed at 11": the subject is that of the verb before.
        verb = next((k for k in range(i - 2, -1, -1) if unit.kind(k) in ("open", "close", "closed")), -1)
        verb = max(verb, next((k for k in range(i - 2, -1, -1) if unit.is_a(k, "opened")), -1))
        if verb >= 0:
            return of_another(unit, verb)
    # Where verbs come last, more stands between.
    reach = 8 if "clause_first" in unit.words.traits else 5
    reach += sum(unit.kind(k) in ("clock", "number", "to", "-") for k in range(max(0, i - reach), i))
    for k in range(i - 1, max(-1, i - reach), -1):
        if unit.kind(k) in (",", ";", "and", "?", "!", "(", ")"):
            return False
        if unit.is_a(k, "foreign_subject") and not _is_attribute(unit, k, i):
            if _is_our_door(unit, k):
                return False
            return not unit.in_name(k)
        if unit.is_a(k, "possessive"):
            return not any(unit.is_place(n) for n in range(k, i))
        if unit.is_a(k, "ways") and k >= i - 2 and _is_way(unit, k, i):
            return True
    if unit.word(i - 1) in unit.words.rules["foreign_head"] or _is_for_another(unit, i):
        return True
    return unit.is_a(i - 1, "doors") and any(t.kind == "foreign" for t in _since_reason(unit, i))


def _is_for_another(unit: Unit, i: int) -> bool:
    """ "Registration for the spring course opens": the head of a long subject stands far before."""
    for k in range(i - 1, -1, -1):
        if unit.kind(k) in _CLAUSE_ENDS or unit.kind(k) == "and" or unit.is_a(k, "ours"):
            return False
        if unit.is_a(k, "foreign_subject") and unit.is_a(k + 1, "prepositions"):
            return not unit.in_name(k)
    return False


def _since_reason(unit: Unit, i: int) -> Sequence[Token]:
    """The tokens after the last "because" before *i*; all where there is none."""
    first = next((k + 1 for k in range(i - 1, -1, -1) if unit.is_a(k, "because")), 0)
    return unit.tokens[first:]


def _is_our_door(unit: Unit, k: int) -> bool:
    """ "Our doors open at 8", "day and night the door is open", "the gates close at sunset"."""
    if unit.is_a(k, "own_doors"):
        return unit.is_a(k - 1, "ours") or any(t.kind == "allday" for t in unit.tokens)
    return unit.is_a(k, "sun_gates") and any(
        t.kind == "time" and unit.words.times[t.word] in _SUN for t in unit.tokens[k:]
    )


def _is_attribute(unit: Unit, k: int, i: int) -> bool:
    """ "Golden gate bridge": another noun comes between it and the verb at *i*."""
    return k + 1 < i and (unit.kind(k + 1) == "desk" or unit.is_a(k + 1, "places", "ways"))


def _is_way(unit: Unit, k: int, i: int) -> bool:
    """ "Main Street is closed", not "the shop on Main Street is closed"."""
    if unit.kind(i) != "closed" or not all(unit.is_a(n, "being") for n in range(k + 1, i)):
        return False
    start = k
    while start > 0 and unit.capital(start - 1):
        start -= 1
    return start == 0 or not unit.is_a(start - 1, "of_a_place")


def means_closed(unit: Unit, i: int) -> bool:
    if unit.is_a(i, "closed_on_record"):
        return unit.setting.lenient and unit.kind(i - 1) in ("day", "short", ":")
    if unit.is_a(i, "closed_at_end") and not _ends_clause(unit, i):
        return False
    dated = "calendar" in (unit.kind(i - 1), unit.kind(i - 2))
    if dated and unit.setting.lenient and unit.kind(i + 1) in ("", ",", ";", "|", "\n"):
        return True  # "Dec 24 7-3; Dec 25 closed"
    after = unit.word(i + 1)
    if (unit.kind(i + 1) == "clock" and unit.kind(i + 2) == "word") or after in unit.words.rules[
        "closed_object"
    ]:
        return False  # "we closed nine deals", "closed the issue"
    if unit.is_a(i, "never_on"):
        named = unit.kind(i + 1) == "day" and any(unit.is_place(k) for k in range(len(unit.tokens)))
        return named and not any(kind == "foreign" for _, kind in unit.governors)
    return not _is_past(unit, i) and not of_another(unit, i) and not _is_of_things(unit, i)


def _ends_clause(unit: Unit, i: int) -> bool:
    """ "Wir haben montags zu", not "montags zu arbeiten"."""
    says = any(t.word in unit.words.rules["being"] for t in unit.tokens[:i])
    ends = unit.kind(i + 1) in ("", ",", ";", "and", ")", "|", "\n", "!", "from", "day", "on")
    return says and (ends or unit.is_a(i + 1, "reasons"))


def _is_of_things(unit: Unit, i: int) -> bool:
    """ "9 tickets are open, 17 were closed on Monday": a number that is no time is who closed."""
    first = i
    while first > 0 and unit.kind(first - 1) not in _CLAUSE_ENDS and unit.kind(first - 1) != "and":
        first -= 1
    if unit.kind(first) not in ("clock", "number") or not unit.word(first).isdecimal():
        return False
    timed = any(isinstance(p, Item) and p.first == first for p in unit.parts)
    return not timed and unit.kind(first + 1) in ("closed", "light", "word", "on", "day")


def _is_past(unit: Unit, i: int) -> bool:
    """Whether it tells what was done: "nine shops closed on Monday", "I closed it on Friday"."""
    if not unit.is_a(i, "closed_past") or i == 0:
        return False
    if unit.is_a(i - 1, "pronouns", "was"):
        return True
    if unit.kind(i - 1) == "and":  # "opened at 9 and closed at 3"
        return any(unit.is_a(k, "opened") and not unit.is_a(k - 1, "being") for k in range(max(0, i - 8), i))
    if unit.kind(i - 1) not in ("word", "desk", "clock", "number", "foreign", "foreign_subject"):
        return False
    if any(unit.is_a(k, "state_before") for k in range(max(0, i - 4), i)):
        return False
    # A note leaves the verb out: "Office closed Sundays".
    return (
        not (i == 1 and unit.is_place(0))
        and not unit.is_a(i + 1, "habits")
        and not unit.is_a(i + 2, "habits")
    )
