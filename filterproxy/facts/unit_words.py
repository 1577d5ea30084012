"""
A unit read once from left to right: its parts, and the words that govern them.

Times and days become parts (unit_times.py), verbs of opening are looked into (unit_verbs.py); what remains is
told here: a desk at which somebody is, hours as a word, words of other times, and words that say nothing.
"""

from __future__ import annotations

from filterproxy.core.rule import Span
from filterproxy.facts.clock import DAYS, FACES
from filterproxy.facts.lexer import Token
from filterproxy.facts.lexicon import Lexicon
from filterproxy.facts.parts import Item
from filterproxy.facts.unit import Setting, Unit
from filterproxy.facts.unit_dates import add_dates
from filterproxy.facts.unit_times import days_from, is_midnight, settle_24_hours, time_from
from filterproxy.facts.unit_verbs import means_closed, split_verb_kind, verb_kind

# What says when, right behind a verb.
_WHEN = frozenset(("from", "between", "on", "allday", *DAYS, *FACES))
_GOVERNORS = frozenset(("open", "close", "hours", "last", "avail", "foreign"))


def read_unit(text: str, span: Span, words: Lexicon, setting: Setting) -> Unit:
    """text[span], with its parts and governors."""
    unit = Unit(text, span, words, setting)
    has_desk = any(t.kind == "desk" or t.word in words.rules["us"] for t in unit.tokens)
    i = 0
    while i < len(unit.tokens):
        step = _part_from(unit, i)
        if not step:
            _place_word(unit, i, unit.tokens[i], has_desk)
        i = step or i + 1
    shut = any(isinstance(p, Item) and p.kind == "closed" for p in unit.parts)
    if unit.calendar and (shut or (unit.ours and not unit.foreign)):
        add_dates(unit)
    settle_24_hours(unit)
    return unit


def _part_from(unit: Unit, i: int) -> int:
    """The index after the days or the time that begin at token *i*; 0 when none do."""
    kind = unit.kind(i)
    if kind in DAYS:
        return days_from(unit, i)
    return time_from(unit, i) if kind in FACES or is_midnight(unit, i) else 0


def _place_word(unit: Unit, i: int, token: Token, has_desk: bool) -> None:
    kind = token.kind
    if kind == "word" and unit.words.compounds:
        kind = _by_ending(unit, token)
    if kind == "hours":
        kind = "hours" if _means_hours(unit, i) else "light"
    elif kind in ("open", "close"):
        kind = verb_kind(unit, i)
    elif token.word in unit.words.rules["opened"] and unit.word(i - 1) in unit.words.rules["being"]:
        kind = "open"
    elif unit.words.rules["verb_head"] and (verb := split_verb_kind(unit, i)):
        kind = verb
    elif kind == "avail" and unit.is_a(i, "calling") and unit.is_a(i + 1, "called"):
        kind = "foreign"  # "I'll have someone call you between 10 and 11"
    elif kind == "avail":
        other = "word" if unit.is_a(i, "runs") else "neutral"
        named = unit.in_name(i) and not unit.text[token.start : token.end].isupper()
        kind = "avail" if not named and _is_service(unit, i, has_desk) else other  # not "the Harbour Run"
    elif kind == "foreign":
        kind = foreign_word(unit, i)
    elif kind == "desk" and unit.kind(i + 1) in (":", "|") and not _is_told(unit, i):
        kind = "avail"
    if kind in _GOVERNORS:
        unit.governors.append((i, kind))
    elif kind == "closed" and unit.is_a(i, "closes_at") and _follows_time(unit, i):
        unit.governors.append((i, "close"))
    elif kind == "closed" and means_closed(unit, i):
        unit.parts.append(Item("closed", (token.start, token.end), i, i + 1))
    elif kind in ("allday", "always"):
        unit.parts.append(Item(kind, (token.start, token.end), i, i + 1))
    elif kind == "calendar":
        unit.calendar = True
    elif kind in ("word", "desk", "foreign_subject"):
        unit.loose += 1 if not unit.words.unspaced else (len(token.word) + 1) // 2


def _is_told(unit: Unit, i: int) -> bool:
    """ "Last orders kitchen: 9:15": what of the desk it is stands right before it."""
    at, kind = unit.governors[-1] if unit.governors else (-1, "")
    return at == i - 1 and kind in ("last", "close", "open", "hours")


def _follows_time(unit: Unit, i: int) -> bool:
    """ "晚上7点闭园" closes, "周一闭园" is closed."""
    last = unit.parts[-1] if unit.parts else None
    return isinstance(last, Item) and last.timed and not last.both and last.last == i


def _by_ending(unit: Unit, token: Token) -> str:
    """The kind of a compound: "Zahnarzttermin" is a "Termin"."""
    return next((kind for kind, tails in unit.words.compounds if token.word.endswith(tails)), "word")


def _is_service(unit: Unit, i: int, has_desk: bool) -> bool:
    """Whether "available" is said of a desk or line, not of seats on a train."""
    if (own := _serves(unit, i)) is not None:
        return own
    if not (has_desk or unit.setting.heading or unit.setting.asked):
        return False
    at, kind = unit.governors[-1] if unit.governors else (0, "")
    if kind == "foreign" or unit.is_a(i, "there_only"):
        reach = i if unit.is_a(i, "there_only", "runs") else len(unit.tokens)
        served = any(t.kind == "desk" and t.word not in unit.words.rules["us"] for t in unit.tokens[at:reach])
        return served or (kind != "foreign" and (unit.setting.heading or unit.setting.asked))
    return True


def _serves(unit: Unit, i: int) -> bool | None:
    """Whether a word that speaks of places by itself does so here; None of other words."""
    last = unit.governors[-1] if unit.governors else (-1, "")
    other = last[1] == "foreign" and not unit.is_a(last[0], "meals")
    if unit.is_a(i, "serving"):
        return not other or unit.has_place_subject(i)
    if unit.is_a(i, "in_when"):
        return not other and unit.kind(i + 1) in _WHEN
    if unit.is_a(i, "inviting"):
        return not other
    if unit.is_a(i, "runs") and not other and unit.kind(i + 1) in ("day", "from", "between", "on"):
        # "The market runs every Saturday from 7 to 1"
        return True if unit.has_place_subject(i) else None
    if unit.is_a(i, "present"):
        ours = any(unit.is_a(k, "ours", "pronouns") for k in range(max(0, i - 3), i))
        return True if ours and not other else None
    if unit.is_a(i, "there") and not other and unit.has_place_subject(i):
        return True
    return None


def foreign_word(unit: Unit, i: int) -> str:
    """What a word of other times is here: part of a name, the start of our own hours, or what it says."""
    if unit.in_name(i):
        return "word"
    if unit.is_a(i, "at_work") and unit.has_place_subject(i) and unit.kind(i + 1) in _WHEN:
        return "avail"  # "The support desk works 9-17"
    if unit.setting.asked and unit.words.unspaced and (unit.is_a(i, "at_work") or unit.is_a(i, "off_work")):
        return "close" if unit.is_a(i, "off_work") else "open"  # "九点上班，十八点下班"
    last = unit.governors[-1][1] if unit.governors else ""
    if last == "hours" and unit.word(i) in unit.words.rules["bounds"]:
        return "close" if unit.is_a(i, "ends") else "open"
    return "foreign"


def _means_hours(unit: Unit, i: int) -> bool:
    if unit.kind(i - 1) == "foreign" and not unit.is_a(i - 1, "meals"):
        return False  # "check-in hours"
    if not unit.is_a(i, "vague_hours"):
        return True
    return (
        unit.kind(i - 1) not in ("clock", "number")
        and unit.word(i - 1) not in unit.words.rules["not_hours_after"]
    )
