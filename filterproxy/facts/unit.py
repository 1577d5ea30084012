"""
The words of one unit, told apart: times, days, and what each time could be for.

A *governor* is a word that says what a time is for: opens, closes, hours, last orders; or departs, booked,
starts. The same word is not always one ("open 9 tickets", "the case was closed"), and whether it is shows
in its neighbours: those questions are asked here. Which governor a time obeys is the reader's (hours.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from filterproxy.core.rule import Span
from filterproxy.facts.clock import DAY, DAYS, FACES, HALVES, clock_at, days_at, of_24_hours
from filterproxy.facts.lexer import DOTTED, STRONG, WEAK, Token
from filterproxy.facts.lexicon import Lexicon
from filterproxy.facts.parts import Item, Named
from filterproxy.facts.tokens import tokens

_LATE = -1  # "late"; below it are times of which no other sense is usual ("all day")
_CLAUSE_ENDS = frozenset((",", ";", ":", "!", "?", "|", "\n", "(", ")"))
_PREPOSITIONS = frozenset(("at", "from", "to", "between", "past"))
# Days of the year among days of the week (clock.py): 1000 + 100 * month + day.
_DATES = 1000
_DAY_OF_MONTH = re.compile(r"([1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?$")
_GOVERNORS = frozenset(("open", "close", "hours", "last", "avail", "foreign"))


@dataclass(frozen=True, slots=True)
class Setting:
    """
    What stands around a unit.

    asked: the question was about hours. elsewhere: it was about other things with times. heading: text
    above announces hours. lenient: a source that is read for what it knows, so a day beside a time is
    enough. role: what a bare time is the answer to, `opens` or `closes`. days: those the question named.
    mixed: the asker spoke of other things too. diary: the last question was about the asker's own time.
    wants_days: `open` or `closed` where it asked on which days, else "".
    """

    asked: bool = False
    elsewhere: bool = False
    heading: bool = False
    lenient: bool = False
    role: str = "opens"
    days: frozenset[int] | None = None
    mixed: bool = False
    diary: bool = False
    wants_days: str = ""


class Unit:
    """Tokens, parts and governors of text[unit]; made for one reading and thrown away."""

    def __init__(self, text: str, unit: Span, words: Lexicon, setting: Setting) -> None:
        self.text = text
        self.words = words
        self.setting = setting
        self.tokens = tokens(text, unit[0], unit[1], words)
        self.parts: list[Item | Named] = []
        self.governors: list[tuple[int, str]] = []
        self.loose = 0  # words that say something we cannot place
        self.calendar = False
        self._scan()

    def kind(self, i: int) -> str:
        """The kind of token *i*; "" past either end."""
        return self.tokens[i].kind if 0 <= i < len(self.tokens) else ""

    def word(self, i: int) -> str:
        """The words of token *i*; "" past either end."""
        return self.tokens[i].word if 0 <= i < len(self.tokens) else ""

    def is_a(self, i: int, *sets: str) -> bool:
        """Whether token *i* is one of the words that the lexicon lists under one of *sets*."""
        return any(self.word(i) in self.words.rules[name] for name in sets)

    def _scan(self) -> None:
        i, ts = 0, self.tokens
        has_desk = any(t.kind == "desk" or t.word in self.words.rules["us"] for t in ts)
        while i < len(ts):
            kind = ts[i].kind
            step = (
                self._days(i)
                if kind in DAYS
                else self._time(i)
                if kind in FACES or self._is_midnight(i)
                else 0
            )
            if not step:
                self._place(i, ts[i], has_desk)
            i = step or i + 1
        if self.calendar and any(isinstance(p, Item) and p.kind == "closed" for p in self.parts):
            self._add_dates()
        self._settle_24_hours()

    def _add_dates(self) -> None:
        """ "Closed on December 25": a date is a day as any other, where it is said to be closed."""
        for i, token in enumerate(self.tokens):
            month = self.words.months.get(token.word, 0) if token.kind == "calendar" else 0
            of = self.is_a(i - 1, "of_a_place")
            for k in (i + 1, i - 2 if of else i - 1):
                m = _DAY_OF_MONTH.match(self.word(k)) if month else None
                if m is not None:
                    day = frozenset((_DATES + 100 * month + int(m[1]),))
                    first, last = min(i, k), max(i, k)
                    span = (self.tokens[first].start, self.tokens[last].end)
                    self.parts.append(Named(span, first, last + 1, day, False))
                    break
        self.parts.sort(key=lambda part: part.first)

    def _is_midnight(self, i: int) -> bool:
        """ "tot 24 uur" is no "24 uur per dag"."""
        return self.is_a(i, "also_midnight")

    def _days(self, i: int) -> int:
        found = days_at(self.tokens, i, self.words)
        if found is None:
            return 0
        days, after = found
        exception = self._exception_before(i)
        if exception and self.parts:
            self._except(days.days)
        leads = self._leads(i)
        self.parts.append(Named((days.start, days.end), i, after, days.days, days.plural, exception, leads))
        return after

    def _leads(self, i: int) -> bool:
        """Whether days begin a new part of the sentence: "...; on Fridays we close at four"."""
        return self.kind(i - 1) == ";" or (
            self.is_a(i - 1, "leads") and self.kind(i - 2) in (",", ";", "and")
        )

    def _exception_before(self, i: int) -> bool:
        k = i - 1
        while k >= 0 and self.tokens[k].kind in ("on", "light", ","):
            k -= 1
        return k >= 0 and self.tokens[k].kind == "except"

    def _except(self, days: frozenset[int]) -> None:
        last = self.parts[-1]
        if isinstance(last, Named):
            last.days = last.days - days
        else:
            last.without = last.without | days

    def _time(self, i: int) -> int:
        item = self._span_of_time(i) or self._single_time(i)
        if item is None:
            return 0
        if not self._is_time(item):
            return 0
        self.parts.append(item)
        return item.last

    def _span_of_time(self, i: int) -> Item | None:
        ts = self.tokens
        first = clock_at(ts, i, self.words)
        if first is None:
            return None
        opens, j = first
        between = self.kind(i - 1) == "between" or (
            self.kind(i - 1) == "at" and self.kind(i - 2) == "between"
        )
        k = j + 1 if self.kind(j) == "," and self._is_to(j + 1) else j
        if not (self._is_to(k) or (between and self.kind(k) == "and")):
            return None
        if self.kind(k) == "from_after" and self.kind(k + 1) == ",":
            k += 1
        k += 1
        while self.kind(k) in ("at", "from", "to", "-"):
            k += 1
        second = clock_at(ts, k, self.words)
        if second is None:
            return None
        closes, after = second
        if self.kind(after) == "until_after":
            after += 1
        return Item("time", (opens.start, closes.end), i, after, opens, closes)

    def _is_to(self, i: int) -> bool:
        return self.kind(i) in ("to", "-", "from_after") or self.is_a(i, "joins")

    def _single_time(self, i: int) -> Item | None:
        found = clock_at(self.tokens, i, self.words)
        if found is None:
            return None
        clock, after = found
        prep = {"until_after": "closes", "from_after": "opens"}.get(self.kind(after), "")
        after += bool(prep)
        prep = prep or self._prep(i)
        item = Item("time", (clock.start, clock.end), i, after, prep=prep)
        if prep == "closes":
            item.closes = clock
        else:
            item.opens = clock
        return item

    def _prep(self, i: int) -> str:
        for k in (i - 1, i - 2):
            kind, word = self.kind(k), self.word(k)
            if kind in ("to", "-") or word in self.words.rules["until_words"]:
                return "closes"
            if kind == "from":
                return "opens"
            if kind not in ("at", "past"):
                break
        return ""

    def _is_time(self, item: Item) -> bool:
        """Whether a number is meant as a time: not "9 tickets", "version 9.30", "a 9 to 5 job"."""
        if item.both and item.opens is not None and item.opens.readings == {DAY}:
            return False  # "24 to 7" is a score
        if item.grade == STRONG:
            return item.both or self._said_of_time(item)
        rules, after, before = self.words.rules, item.last, item.first - 1
        if after < len(self.tokens) and not self._may_follow(after):
            return False
        kind, word = self.kind(before), self.word(before)
        if item.grade == DOTTED and self._answers(item.first):
            return True
        if item.both:
            return word not in rules["determiner"] - rules["joins"] and kind not in (
                "word",
                "number",
                "quantity",
                "calendar",
            )
        if item.grade == WEAK:
            if self.is_a(before, "being") and self.kind(before - 1) in ("open", "close", "last"):
                return True  # "closing time is 11"
            return kind in ("at", "from", "to", "past", "between") and (
                word not in rules["vague"] or self._answers(before)
            )
        return kind in ("at", "from", "to", "past", "between", "open", "close", "hours", ":", "|")

    def _answers(self, i: int) -> bool:
        """Whether the question was about hours and token *i* begins what tells: "Yes, all day"."""
        return self.setting.asked and all(
            t.kind in ("light", "on", "at", ",", "!", "neutral", *HALVES, *DAYS) for t in self.tokens[:i]
        )

    def _said_of_time(self, item: Item) -> bool:
        """ "late" is a time after "until" or "open" only."""
        clock = item.opens or item.closes
        if clock is None or min(clock.readings) >= 0:
            return True
        if min(clock.readings) < _LATE and (self._answers(item.first) or self.kind(item.first - 1) == ":"):
            return True
        if self.is_a(item.first, "said_times"):
            return True
        return self.kind(item.first - 1) in ("to", "from", "at", "-", "open", "close", "between", "past")

    def _may_follow(self, i: int) -> bool:
        token, rules = self.tokens[i], self.words.rules
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

    def _place(self, i: int, token: Token, has_desk: bool) -> None:
        kind = token.kind
        if kind == "word" and self.words.compounds:
            kind = self._by_ending(token)
        if kind == "hours":
            kind = "hours" if self._means_hours(i) else "light"
        elif kind in ("open", "close"):
            kind = self._verb(i)
        elif token.word in self.words.rules["opened"] and self.word(i - 1) in self.words.rules["being"]:
            kind = "open"
        elif self.words.rules["verb_head"] and (verb := self._split_verb(i)):
            kind = verb
        elif kind == "avail":
            other = "word" if self.is_a(i, "runs") else "neutral"
            named = self._in_name(i) and not self.text[token.start : token.end].isupper()
            kind = "avail" if not named and self._is_service(i, has_desk) else other  # not "the Harbour Run"
        elif kind == "foreign":
            kind = self._foreign(i)
        elif kind == "desk" and self.kind(i + 1) in (":", "|"):
            kind = "avail"
        if kind in _GOVERNORS:
            self.governors.append((i, kind))
        elif kind == "closed" and self.is_a(i, "closes_at") and self._follows_time(i):
            self.governors.append((i, "close"))
        elif kind == "closed" and self._means_closed(i):
            self.parts.append(Item("closed", (token.start, token.end), i, i + 1))
        elif kind in ("allday", "always"):
            self.parts.append(Item(kind, (token.start, token.end), i, i + 1))
        elif kind == "calendar":
            self.calendar = True
        elif kind in ("word", "desk", "foreign_subject"):
            self.loose += 1 if not self.words.unspaced else (len(token.word) + 1) // 2

    def _follows_time(self, i: int) -> bool:
        """ "晚上7点闭园" closes, "周一闭园" is closed."""
        last = self.parts[-1] if self.parts else None
        return isinstance(last, Item) and last.timed and not last.both and last.last == i

    def _by_ending(self, token: Token) -> str:
        """The kind of a compound: "Zahnarzttermin" is a "Termin"."""
        return next((kind for kind, tails in self.words.compounds if token.word.endswith(tails)), "word")

    def _split_verb(self, i: int) -> str:
        """ "Wir machen um neun auf": the verb's other half says which it is."""
        if self.kind(i) not in ("word", "light", "at", "to", "on", "closed"):
            return ""
        kind = next((k for k in ("open", "close") if self.is_a(i, k + "_tail")), "")
        head = any(t.word in self.words.rules["verb_head"] for t in self.tokens[:i])
        return kind if kind and head else ""

    def _is_service(self, i: int, has_desk: bool) -> bool:
        """Whether "available" is said of a desk or line, not of seats on a train."""
        if (own := self._serves(i)) is not None:
            return own
        if not (has_desk or self.setting.heading or self.setting.asked):
            return False
        at, kind = self.governors[-1] if self.governors else (0, "")
        if kind == "foreign" or self.is_a(i, "there_only"):
            reach = i if self.is_a(i, "there_only", "runs") else len(self.tokens)
            served = any(
                t.kind == "desk" and t.word not in self.words.rules["us"] for t in self.tokens[at:reach]
            )
            return served or (kind != "foreign" and (self.setting.heading or self.setting.asked))
        return True

    def _serves(self, i: int) -> bool | None:
        """Whether a word that speaks of places by itself does so here; None of other words."""
        last = self.governors[-1] if self.governors else (-1, "")
        other = last[1] == "foreign" and not self.is_a(last[0], "meals")
        if self.is_a(i, "serving"):
            return not other
        if self.is_a(i, "inviting"):
            return not other
        if self.is_a(i, "present"):
            ours = any(self.is_a(k, "ours", "pronouns") for k in range(max(0, i - 3), i))
            return True if ours and not other else None
        if self.is_a(i, "there") and not other and self.has_place_subject(i):
            return True
        return None

    def _foreign(self, i: int) -> str:
        """What a word of other times is here: part of a name, the start of our own hours, or what it says."""
        if self._in_name(i):
            return "word"
        last = self.governors[-1][1] if self.governors else ""
        if last == "hours" and self.word(i) in self.words.rules["bounds"]:
            return "close" if self.is_a(i, "ends") else "open"
        return "foreign"

    def _in_name(self, i: int) -> bool:
        """ "Bike Rentals and Tours": capitals beside capitals."""
        return (
            self._capital(i)
            and i > 0
            and (self._capital(i - 1) or self._capital(i + 1) or self._capital(i - 2))
        )

    def _capital(self, i: int) -> bool:
        if "nouns_capital" in self.words.traits:
            return False
        return 0 <= i < len(self.tokens) and self.text[self.tokens[i].start].isupper()

    def _means_hours(self, i: int) -> bool:
        if self.kind(i - 1) == "foreign" and not self.is_a(i - 1, "meals"):
            return False  # "check-in hours"
        if not self.is_a(i, "vague_hours"):
            return True
        return (
            self.kind(i - 1) not in ("clock", "number")
            and self.word(i - 1) not in self.words.rules["not_hours_after"]
        )

    def _verb(self, i: int) -> str:
        """What "open" or "close" is here: a governor, another thing's opening, or the opening of a thing."""
        rules = self.words.rules
        if (
            i == 0
            and self.is_a(0, "commands")
            and self.kind(1) == "word"
            and self.word(1) not in rules["after_open"]
        ):
            return "neutral"  # "Open Monday's file ..."
        if self.word(i + 1) in rules["determiner"] and self.kind(i + 1) != "day":
            after = self.tokens[i + 2] if i + 2 < len(self.tokens) else None
            if (
                after is not None
                and after.word not in rules["after_determiner"]
                and after.kind not in ("day", "hours", "allday", "clock", "number", "time")
            ):
                return "neutral"
        if self._has_object(i) or self._is_attributive(i):
            return "neutral"
        if self.of_another(i) or self._is_free_time(i) or self._is_run(i):
            return "foreign"
        return self.tokens[i].kind

    def _is_run(self, i: int) -> bool:
        """ "会议从9点开到10点": a verb of any doing, whose doer is another thing."""
        if not self.is_a(i, "weak_verbs"):
            return False
        clause = next((k for k in range(i - 1, -1, -1) if self.kind(k) in (",", ";", "!", "?")), -1)
        return any(self.kind(k) in ("foreign", "foreign_subject") for k in range(clause + 1, i))

    def _is_attributive(self, i: int) -> bool:
        """ "The opening keynote", "open enrolment": it tells which one."""
        after = self.word(i + 1)
        if self.is_a(i, "attributes"):
            known = after in self.words.rules["after_open"] or after.endswith("ly") or self.is_place(i + 1)
            return self.kind(i + 1) in ("word", "foreign", "foreign_subject") and not known
        return i == 0 and self.is_a(1, "foreign_subject") and bool(self.words.rules["attributes"])

    def _has_object(self, i: int) -> bool:
        """ "open port 9", "open to offers": it says what is opened, or to what."""
        if self.kind(i + 1) == "to":
            known = self.words.rules["open_to"]
            return bool(known) and self.kind(i + 2) == "word" and self.word(i + 2) not in known
        ours = any(self.is_a(k, "ours") for k in range(i))
        if (not ours and any(self.is_a(k, "left") for k in range(max(0, i - 4), i))) or (
            self.is_a(i + 1, "vague") and self.kind(i + 2) not in FACES
        ):
            return True  # "left open", "open about it"
        return self.kind(i + 1) == "word" and self.kind(i + 2) == "clock" and not self.words.unspaced

    def is_place(self, i: int) -> bool:
        """Whether token *i* is a word for a place, a desk or a line."""
        return (self.kind(i) == "desk" and not self.is_a(i, "us", "people")) or self.is_a(i, "places")

    def has_place_subject(self, i: int) -> bool:
        """Whether the clause up to token *i* is about a place: "the zoo admits visitors from 9"."""
        first = i
        while first > 0 and self.kind(first - 1) not in _CLAUSE_ENDS:
            first -= 1
        for k in range(first, i):
            if self.is_a(k, "prepositions") or (
                self.kind(k) in _PREPOSITIONS and not self.is_a(k, "determiner")
            ):
                return False
            if self.is_place(k):
                # "The hotel keeps your room until 6" is said of one guest.
                mine = any(self.is_a(n, "yours") for n in range(k, i))
                return not mine and self.kind(k + 1) != "foreign" and not self.is_a(k + 1, "foreign_subject")
        return False

    def _is_free_time(self, i: int) -> bool:
        """Whether someone's diary is open: "you're open from two", "an opening at nine"."""
        if self.kind(i) == "close":
            return False
        if self.is_a(i, "gap") and (
            self.word(i - 1) in self.words.rules["determiner"] - {"the"} or self.is_a(i - 1, "next")
        ):
            return True
        if self.is_a(i - 1, "an") and self.kind(i) == "open" and self.kind(i + 1) != "hours":
            return True  # "an open period from two"
        for k in (i - 1, i - 2, i - 3):
            if self.word(k) in self.words.rules["diary"]:
                return True
            if self.kind(k) not in ("word", "light", "on"):
                return False
        return False

    def of_another(self, i: int) -> bool:
        """Whether it is registrations or a case that opens or closes."""
        if self.kind(i - 1) == "and" and self.words.rules["closed_past"]:
            # "The stock opened at 12 and closed at 11": the subject is that of the verb before.
            verb = next((k for k in range(i - 2, -1, -1) if self.kind(k) in ("open", "close", "closed")), -1)
            verb = max(verb, next((k for k in range(i - 2, -1, -1) if self.is_a(k, "opened")), -1))
            if verb >= 0:
                return self.of_another(verb)
        # Where verbs come last, more stands between.
        reach = 8 if "clause_first" in self.words.traits else 5
        for k in range(i - 1, max(-1, i - reach), -1):
            if self.kind(k) in (",", ";", "and", "?", "!", "(", ")"):
                return False
            if self.is_a(k, "foreign_subject") and not self._is_attribute(k, i):
                return not self._in_name(k)
            if self.is_a(k, "possessive"):
                return not any(self.is_place(n) for n in range(k, i))
            if self.is_a(k, "ways") and k >= i - 2 and self._is_way(k, i):
                return True
        if self.word(i - 1) in self.words.rules["foreign_head"]:
            return True
        return self.is_a(i - 1, "doors") and any(t.kind == "foreign" for t in self.tokens)

    def _is_attribute(self, k: int, i: int) -> bool:
        """ "Golden gate bridge": another noun comes between it and the verb at *i*."""
        return k + 1 < i and (self.kind(k + 1) == "desk" or self.is_a(k + 1, "places", "ways"))

    def _is_way(self, k: int, i: int) -> bool:
        """ "Main Street is closed", not "the shop on Main Street is closed"."""
        if self.kind(i) != "closed" or not all(self.is_a(n, "being") for n in range(k + 1, i)):
            return False
        start = k
        while start > 0 and self._capital(start - 1):
            start -= 1
        return start == 0 or not self.is_a(start - 1, "of_a_place")

    def _ends_clause(self, i: int) -> bool:
        """ "Wir haben montags zu", not "montags zu arbeiten"."""
        says = any(t.word in self.words.rules["being"] for t in self.tokens[:i])
        ends = self.kind(i + 1) in ("", ",", ";", "and", ")", "|", "\n", "!", "from", "day", "on")
        return says and (ends or self.is_a(i + 1, "reasons"))

    def _means_closed(self, i: int) -> bool:
        if self.is_a(i, "closed_on_record"):
            return self.setting.lenient and self.kind(i - 1) in ("day", "short", ":")
        if self.is_a(i, "closed_at_end") and not self._ends_clause(i):
            return False
        after = self.word(i + 1)
        if (self.kind(i + 1) == "clock" and self.kind(i + 2) == "word") or after in self.words.rules[
            "closed_object"
        ]:
            return False  # "we closed nine deals", "closed the issue"
        return not self._is_past(i) and not self.of_another(i)

    def _is_past(self, i: int) -> bool:
        """Whether it tells what was done: "nine shops closed on Monday", "I closed it on Friday"."""
        if not self.is_a(i, "closed_past") or i == 0:
            return False
        if self.is_a(i - 1, "pronouns", "was"):
            return True
        if self.kind(i - 1) == "and":  # "opened at 9 and closed at 3"
            return any(
                self.is_a(k, "opened") and not self.is_a(k - 1, "being") for k in range(max(0, i - 8), i)
            )
        if self.kind(i - 1) not in ("word", "desk", "clock", "number", "foreign", "foreign_subject"):
            return False
        if any(self.is_a(k, "state_before") for k in range(max(0, i - 4), i)):
            return False
        # A note leaves the verb out: "Office closed Sundays".
        return (
            not (i == 1 and self.is_place(0))
            and not self.is_a(i + 1, "habits")
            and not self.is_a(i + 2, "habits")
        )

    def _settle_24_hours(self) -> None:
        if not any(t.half == "h" and t.minute >= 0 for t in self.tokens):
            return
        for part in self.parts:
            if isinstance(part, Item):
                part.opens = part.opens and of_24_hours(part.opens)
                part.closes = part.closes and of_24_hours(part.closes)
