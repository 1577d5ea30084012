"""
Statements of opening hours in one unit of text.

The unit's tokens are walked once. Every time, closed day or "24 hours" looks for what governs it: the
last word before it that says what a time is for (opens, closes, hours, last orders; or departs, booked,
starts ...), else the first one after it. Where nothing governs it, the *setting* decides: the question
asked for hours, or a heading above promised them, and the unit holds little else. Then days are dealt
out: in "Mon-Fri 9-5, Sat 10-2" each day owns what follows, in "9-5 on weekdays, 10-2 on Saturday" what
went before.

Tried and dropped: one pattern per phrasing. It finds as much, and cannot say which day a time belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence

from filterproxy.core.rule import Span
from filterproxy.facts.clock import HALVES, REST, WEEK, Days, days_at, span_of
from filterproxy.facts.lexer import WEAK
from filterproxy.facts.lexicon import Lexicon
from filterproxy.facts.parts import Item, Named, Stated, deal, narrow
from filterproxy.facts.schedule import ALL_DAY, CLOSED, LAST, OPEN, Minutes, Slot
from filterproxy.facts.tokens import tokens
from filterproxy.facts.unit import Setting, Unit

_OURS = frozenset(("open", "close", "hours", "last", "avail"))
_BREAKS = frozenset((",", ";", "and", "(", ")", "!", "?", "|", "\n"))
_JOINTS = frozenset(("on", "at", "from", "between", "to", "light", "and", ":", ",", "-", "(", "=", "|"))


class Reader:
    """Reads one unit; made for it and thrown away."""

    def __init__(self, text: str, unit: Span, words: Lexicon, setting: Setting) -> None:
        self.words = words
        self.setting = setting
        self.unit = Unit(text, unit, words, setting)
        self.question = self._ends_as_question(text[unit[0] : unit[1]].rstrip())

    def read(self) -> list[Stated]:
        if self.question and self._is_question():
            return []
        kept = [p for p in self.unit.parts if isinstance(p, Named) or self._counts(p)]
        if not any(isinstance(p, Item) for p in kept):
            kept = self._open_days(kept)
        else:
            self._add_open_days(kept)
            self._add_shut_days(kept)
        deal(kept)
        self._share_out_the_rest(kept)
        items = [p for p in kept if isinstance(p, Item)]
        return narrow([s for i in items if (s := self._stated(i)) is not None])

    def _share_out_the_rest(self, parts: Sequence[Item | Named]) -> None:
        """ "Closed on Mondays, 10 to 6 the rest of the week": the rest is what the unit does not name."""
        items = [p for p in parts if isinstance(p, Item) and p.days is not None]
        named = frozenset().union(*(p.days or () for p in items)) & WEEK
        for item in items:
            if item.days == frozenset((REST,)) and named and not self.setting.lenient:
                item.days = WEEK - named

    @property
    def announces(self) -> bool:
        """Whether it is a heading of hours: names them, or says when someone is there and ends in a colon."""
        served = any(kind == "avail" for _, kind in self.unit.governors) and not self.foreign
        last = next((t.kind for t in reversed(self.unit.tokens) if t.kind != "\n"), "")
        return self.ours or (served and last == ":")

    @property
    def foreign(self) -> bool:
        return any(kind == "foreign" for _, kind in self.unit.governors)

    @property
    def ours(self) -> bool:
        return any(kind in _OURS and kind != "avail" for _, kind in self.unit.governors)

    @property
    def looks_scheduled(self) -> bool:
        """Whether it is a line of a timetable: a day or a time, and hardly anything else."""
        return bool(self.unit.parts) and self.unit.loose <= 4 and not self.foreign

    def _ends_as_question(self, sentence: str) -> bool:
        if not (
            sentence.endswith(("?", "？")) or any(p.search(sentence) for p in self.words.patterns["question"])
        ):
            return False
        if not self.words.unspaced or not self.unit.parts:
            return True
        # "8:30-17:00，门票多少钱？": what went before the last comma is stated.
        end = max((n for n, t in enumerate(self.unit.tokens) if t.kind in (",", ";")), default=0)
        return self.unit.parts[-1].last > end

    def _is_question(self) -> bool:
        """Whether it asks rather than states: "We open at nine, is that all right?" states."""
        first = next((t.word for t in self.unit.tokens if t.kind not in (",", "(", "-")), "")
        says = any(
            kind == "hours"
            or (kind in ("open", "close") and self.unit.word(i - 1) in self.words.rules["subjects"])
            for i, kind in self.unit.governors
        )
        return first in self.words.rules["questions"] or not says

    def _counts(self, item: Item) -> bool:
        match item.kind:
            case "closed":
                return self._closed_counts(item)
            case "allday" | "always":
                return self._all_day_counts(item)
            case _:
                return self._time_counts(item)

    def _time_counts(self, item: Item) -> bool:
        if self._is_foreign_next(item.last):
            return False
        if self._closed_until(item) or self._closed_after(item):
            return True
        at, item.governor = self._governor(item.first)
        if item.governor == "foreign" or self._asked_whether(at) or self._is_event(item, at):
            return False
        if self.setting.diary and item.governor in ("open", "avail") and not self._is_ours():
            return False
        if item.governor == "avail":
            return (item.both or bool(item.prep)) and not self._invites_once(at)
        if not item.governor and not self.unit.calendar and self._is_of_place(item):
            item.governor = "avail"
            return True
        return bool(item.governor) or self._bare_counts(item)

    def _is_event(self, item: Item, at: int) -> bool:
        """ "The festival opens on Friday at 6": what no place is, on one day, opens but once."""
        return item.governor in ("open", "close") and not item.both and self._opens_once(at)

    def _opens_once(self, at: int) -> bool:
        if self.setting.asked or self.setting.lenient:
            return False
        subject = self.unit.kind(at - 1) == "word" and not self.unit.is_place(at - 1)
        named = [p for p in self.unit.parts if isinstance(p, Named)]
        rules, verbs = self.words.rules, [k for _, k in self.unit.governors if k in ("open", "close")]
        if not (subject and named and rules["places"]) or self._is_ours() or len(verbs) > 1:
            return False
        return not any(d.plural for d in named) and not any(
            self.unit.is_a(d.first, "relative_days") for d in named
        )

    def _is_of_place(self, item: Item) -> bool:
        """ "The clinic sees patients from 8 to noon": whatever it does, it does so from then until then."""
        said = self.unit.kind(item.first - 1) in ("from", "to", "between")
        said = said or (item.both and item.grade > WEAK)
        once = any(isinstance(p, Named) and not p.plural for p in self.unit.parts)
        return said and not once and self.unit.has_place_subject(item.first)

    def _invites_once(self, at: int) -> bool:
        """ "Come in on Monday between 9 and 10" makes an appointment; "any weekday" tells hours."""
        named = [p for p in self.unit.parts if isinstance(p, Named)]
        return self.unit.is_a(at, "inviting") and any(not d.plural for d in named)

    def _is_foreign_next(self, i: int) -> bool:
        """ "the 10:15 train", "a 9 am wake-up alarm" """
        return self.unit.kind(i) == "foreign" and not self.unit.is_a(i, "starts", "only_ahead")

    def _closed_until(self, item: Item) -> bool:
        """Whether "closed" owns this time ("closed from 12 to 2"); the two then are one statement."""
        k = item.first - 1
        while k >= 0 and self.unit.tokens[k].kind in ("from", "between", "to", "at", "on", "short", "day"):
            k -= 1
        before = next(
            (p for p in self.unit.parts if isinstance(p, Item) and p.kind == "closed" and p.first == k), None
        )
        if before is None or not (item.both or item.prep or self.unit.kind(item.first - 1) == "at"):
            return False
        if (
            any(isinstance(p, Named) and before.last <= p.first < item.first for p in self.unit.parts)
            and not item.prep
        ):
            return False
        item.governor = "closed"
        item.span = (before.span[0], item.span[1])
        before.kind = "merged"
        return True

    def _closed_after(self, item: Item) -> bool:
        """ "Nach 18 Uhr ist der Laden zu": the same where "closed" comes last."""
        shut = next((p for p in self.unit.parts if p.first >= item.last), None)
        if not isinstance(shut, Item) or shut.kind != "closed" or "clause_first" not in self.words.traits:
            return False
        between = self.unit.tokens[item.last : shut.first]
        if any(t.kind in _BREAKS for t in between) or self._doubted(shut.first) or self.foreign:
            return False
        desk = self._is_ours() or any(t.kind == "desk" for t in self.unit.tokens)
        sided = self.unit.kind(item.first - 1) in ("past", "before", "from") or bool(item.prep)
        if not sided and not (item.both and desk):
            return False
        item.governor, item.span, shut.kind = "closed", (item.span[0], shut.span[1]), "merged"
        return True

    def _governor(self, i: int) -> tuple[int, str]:
        """(index, kind) of what says what the token at *i* is for; (-1, "") when nothing does."""
        before = after = (-1, "")
        if "clause_first" in self.words.traits and (near := self._in_clause(i))[1]:
            return near
        for at, kind in self.unit.governors:
            if at > i:
                after = (at, kind)
                break
            if not self._aside(at, kind):
                before = (at, kind)
        return before if before[1] else after

    def _clause(self, i: int) -> Span:
        """The tokens between the commas and the like about token *i*."""
        ts, first, last = self.unit.tokens, i, i
        while first > 0 and ts[first - 1].kind not in _BREAKS:
            first -= 1
        while last < len(ts) and ts[last].kind not in _BREAKS:
            last += 1
        return first, last

    def _in_clause(self, i: int) -> tuple[int, str]:
        """The same within the clause, where verbs come last: what follows has the first say."""
        first, last = self._clause(i)
        near = [(at, kind) for at, kind in self.unit.governors if first <= at < last]
        near = [(at, kind) for at, kind in near if not self._aside(at, kind)]
        after = [g for g in near if g[0] >= i and not self.unit.is_a(g[0], "only_ahead")]
        before = [g for g in near if g[0] < i]
        return after[0] if after else before[-1] if before else (-1, "")

    def _asked_whether(self, at: int) -> bool:
        """ "unable to find out if they open at nine" """
        near = {self.unit.word(k) for k in range(max(0, at - 4), at)}
        if at >= 0 and (self._is_condition(at) or self._is_unknown(at)):
            return True
        return at >= 0 and bool(near & self.words.rules["if"]) and self._doubted(at)

    def _is_condition(self, at: int) -> bool:
        """ "If they open at nine, ..." """
        return bool(self.words.rules["if"]) and self.unit.is_a(self._clause(at)[0], "if")

    def _is_unknown(self, at: int) -> bool:
        """ "I'm not sure they open at nine": what is said not to be known goes on without a break."""
        known = next((k for k in range(at - 1, max(-1, at - 4), -1) if self.unit.is_a(k, "knowing")), -1)
        if known < 0 or any(self.unit.kind(k) in _BREAKS for k in range(known, at)):
            return False
        return any(self.unit.is_a(k, "negations") for k in range(max(0, known - 3), known))

    def _is_ours(self) -> bool:
        return any(t.word in self.words.rules["ours"] for t in self.unit.tokens)

    def _aside(self, at: int, kind: str) -> bool:
        """ "open for bookings from 9": what it is open for does not own the time."""
        if kind != "foreign":
            return False
        if self.unit.is_a(at, "meals") and self.unit.is_a(at - 1, "serving"):
            return True  # "we serve breakfast from 7 to 10"
        return self.unit.is_a(at - 1, "for") and self.unit.kind(at - 2) in (
            "open",
            "close",
            "closed",
            "avail",
        )

    def _bare_counts(self, item: Item) -> bool:
        """A time that nothing in the unit governs."""
        season = self.words.unspaced and self.setting.asked and item.both
        if (self.unit.calendar and not season) or self.foreign:
            return False
        named = [p for p in self.unit.parts if isinstance(p, Named)]
        if self.setting.heading and (named or item.both or self.unit.loose == 0):
            return self.unit.loose <= 4
        if self.setting.asked and item.both and self._is_topic_alone():
            return True
        if self.setting.asked:
            return self.unit.loose <= (
                6 if named and item.both else 2 if item.both or not self.setting.mixed else 0
            )
        if self.words.unspaced and item.both and not self.unit.loose:
            # "食堂は11時から14時までです"
            return bool(named) or any(t.kind == "desk" for t in self.unit.tokens)
        if self.setting.lenient and (named or (item.both and self.unit.kind(item.first - 1) == ":")):
            return self.unit.loose <= 6
        return item.both and self._is_bare_line(item) and any(d.plural for d in named)

    def _is_labelled(self, i: int) -> bool:
        return any(self.unit.is_place(k) and self.unit.kind(k + 1) in (":", "|") for k in range(i))

    def _is_bare_line(self, item: Item) -> bool:
        """Whether nothing but days and times stands there, or a place beside them: "Café: weekdays 9-5"."""
        if not self.unit.words.rules["places"]:
            return self.unit.loose <= 3
        if self.setting.elsewhere:
            return False
        known = self._is_ours() or self.unit.has_place_subject(item.first) or self._is_labelled(item.first)
        return self.unit.loose <= (3 if known else 0)

    def _is_topic_alone(self) -> bool:
        """Whether all that cannot be placed is the topic: "スカイタワーは10時から21時までです"."""
        ts = self.unit.tokens
        end = next((n for n in range(len(ts)) if self.unit.is_a(n, "topic_ends")), -1)
        return all(n < end for n, t in enumerate(ts) if t.kind in ("word", "desk", "foreign_subject"))

    def _closed_counts(self, item: Item) -> bool:
        if item.kind == "merged":
            return False
        if self._doubted(item.first):
            return False
        if any(isinstance(p, Named) for p in self.unit.parts) or self._closed_on_date(item):
            return True
        return (self.setting.asked or self.setting.heading) and self.unit.loose <= 3

    def _closed_on_date(self, item: Item) -> bool:
        """ "On 1 May we are closed", "Closed from 1 to 15 August"; of a case nobody says so."""
        return self.unit.calendar and self.unit.loose <= 4 and (self._is_ours() or not item.first)

    def _doubted(self, i: int) -> bool:
        """ "I can't say whether they are closed on Sundays" states nothing."""
        first, last = self._clause(i) if self.words.unspaced else (0, i)
        before, rules = {t.word for t in self.unit.tokens[first:last]}, self.words.rules
        return (
            bool(before & rules["whether"])
            or bool({t.word for t in self.unit.tokens[:1]} & rules["first_whether"])
            or (bool(before & rules["negations"]) and bool(before & rules["knowing"]))
            or self._wonders(i)
        )

    def _wonders(self, i: int) -> bool:
        """ "Je vais vérifier si ...", not "Si vous venez ...": a word that may be "if", after one of knowing."""
        known = False
        for token in self.unit.tokens[:i]:
            if known and token.word in self.words.rules["soft_whether"]:
                return True
            known = (known or token.word in self.words.rules["knowing"]) and token.kind != ","
        return False

    def _all_day_counts(self, item: Item) -> bool:
        before = self.unit.word(item.first - 1)
        if item.kind == "always":
            return self.unit.kind(item.last) != "to" and not self.unit.of_another(item.first)
        if before in self.words.rules["quantity"] and not self.unit.word(item.first).startswith("24/7"):
            # "is open for 24 hours", not "leave it open for 24 hours"
            stays = self.unit.kind(item.first - 2) == "open" and self.unit.is_a(item.first - 3, "being")
            return stays and self.unit.is_a(item.first - 1, "for") and self._governor(item.first)[1] == "open"
        if self.unit.kind(item.first - 1) == "to":
            return False
        near = self._governor(item.first)[1]
        if near == "foreign":
            return False
        behind = range(item.last, item.last + 3)
        if "clause_first" in self.words.traits and any(self.unit.is_a(k, "there") for k in behind):
            return True
        if self.unit.is_a(item.first, "open_all_day"):
            return True
        beside = (item.first - 1, item.last, item.last + 1)
        desk_next = any(self.unit.is_place(k) for k in beside) or self.unit.is_a(item.last, "access")
        has_desk = any(t.kind == "desk" and t.word not in self.words.rules["us"] for t in self.unit.tokens)
        desk_is = has_desk and (self.setting.asked or before in self.words.rules["being"])
        return (
            bool(near)
            or desk_next
            or desk_is
            or ((self.setting.asked or self.setting.heading) and self.unit.loose <= 4)
        )

    def _open_days(self, parts: Sequence[Item | Named]) -> list[Item | Named]:
        """With no time about: "open every day", "on Sundays we are open"."""
        named = [p for p in parts if isinstance(p, Named)]
        has_desk = any(t.kind == "desk" for t in self.unit.tokens)
        for at, kind in self.unit.governors:
            if kind == "close" and (shut := self._shut_days(at, named)):
                return shut
            if kind != "open" and not (
                kind == "avail" and (has_desk or self.unit.word(at) in self.words.rules["there"])
            ):
                continue
            if self._doubted(at):
                return []
            for days in named:
                if (
                    days.exception
                    or self._is_condition(at)
                    or self._ends_period(at, days)
                    or (kind == "open" and self._opens_once(at))
                ):
                    continue
                if self._belongs(at, days) and (kind == "open" or days.plural):
                    token = self.unit.tokens[at]
                    span = (min(token.start, days.span[0]), max(token.end, days.span[1]))
                    return [Item("open", span, at, at + 1), days]
        return (
            self._open_every_day(named)
            or self._open_part_of_day(named)
            or self._open_bare()
            or self._days_alone(named)
        )

    def _ends_period(self, at: int, days: Named) -> bool:
        """ "open until Friday" is a period, not a habit."""
        return self.unit.kind(days.first - 1) == "to" and not days.plural and at < days.first

    def _shut_days(self, at: int, named: Sequence[Named]) -> list[Item | Named]:
        """ "Cerramos los domingos": to close and a day, nothing between them."""
        for days in named:
            if not self._names_shut(at, days) or self._opens_once(at):
                continue
            if self._doubted(at):
                return []
            token = self.unit.tokens[at]
            span = (min(token.start, days.span[0]), max(token.end, days.span[1]))
            return [Item("closed", span, at, at + 1), days]
        return []

    def _add_shut_days(self, parts: list[Item | Named]) -> None:
        """Beside times: "... e aos domingos fechamos"."""
        for n, days in enumerate(parts):
            if not isinstance(days, Named) or days.exception:
                continue
            for at, kind in self.unit.governors:
                if kind == "close" and self._names_shut(at, days) and self._ends_at(max(at + 1, days.last)):
                    token = self.unit.tokens[at]
                    span = (min(token.start, days.span[0]), max(token.end, days.span[1]))
                    parts[n] = Item("closed", span, at, at + 1, days=days.days)

    def _names_shut(self, at: int, days: Named) -> bool:
        if days.first > at:
            between = self.unit.tokens[at + 1 : days.first]
            near = days.plural or any(t.kind in ("on", "at") for t in between)
            return near and all(t.kind in ("on", "at", "light") for t in between)
        between = self.unit.tokens[days.last : at]
        return self._ends_at(at + 1) and all(t.kind in ("on", "light", ",") for t in between)

    def _ends_at(self, i: int) -> bool:
        return self.unit.kind(i) in ("", ",", ";", "!", "and", "|", ")")

    def _open_part_of_day(self, named: Sequence[Named]) -> list[Item | Named]:
        """ "Nous ouvrons uniquement le matin": which hours is not said, that it is open then is."""
        for at, kind in self.unit.governors:
            for i in range(at + 1, min(at + 4, len(self.unit.tokens))):
                token = self.unit.tokens[i]
                if kind != "open" or token.kind not in (*HALVES, "on", "light"):
                    break
                if token.kind in HALVES and not self._doubted(at):
                    return [Item("open", (self.unit.tokens[at].start, token.end), at, i + 1), *named]
        return []

    def _ends_with(self, days: Named) -> bool:
        """Whether a sentence in a language without plurals ends there: "水曜日です" """
        if not self.words.unspaced:
            return False
        end = days.span[1]
        if self.unit.is_a(days.last, "day_tails") and self.unit.tokens[days.last].start == end:
            end = self.unit.tokens[days.last].end
        return self.unit.text[end : end + 1] in ("", "。", "！", "!", "\n")

    def _open_every_day(self, named: Sequence[Named]) -> list[Item | Named]:
        """ "年中無休" is said of nothing else."""
        for days in named:
            if self.unit.is_a(days.first, "open_every_day") and not self.foreign and self.unit.loose <= 4:
                return [Item("open", days.span, days.first, days.last, days=days.days)]
        return []

    def _days_alone(self, named: Sequence[Named]) -> list[Item | Named]:
        """ "Every day except Tuesdays", where the question was about hours."""
        if not self.setting.asked or self.unit.loose or self.unit.governors or self.unit.calendar:
            return []
        said = [
            d
            for d in named
            if (d.plural or (self.setting.wants_days and self._ends_with(d))) and not d.exception
        ]
        if (
            not said
            or self.question
            or any(self.unit.is_a(k, "knowing") for k in range(len(self.unit.tokens)))
        ):
            return []
        never = any(self.unit.is_a(k, "not") for k in range(said[0].first))
        closes = self.setting.wants_days == "closed" or self.setting.role == "closes"
        days: frozenset[int] = frozenset().union(*(d.days for d in said))
        span = (said[0].span[0], said[-1].span[1])
        return [Item("closed" if closes or never else "open", span, said[0].first, said[-1].last, days=days)]

    def _open_bare(self) -> list[Item | Named]:
        """ "Yes, we're open", where the question named the day."""
        if not self.setting.asked or self.setting.days is None or self.unit.loose > 2 or self.foreign:
            return []
        if any(t.word in self.words.rules["doubt"] for t in self.unit.tokens):
            return []
        for at, kind in self.unit.governors:
            if kind == "open":
                token = self.unit.tokens[at]
                return [Item("open", (token.start, token.end), at, at + 1)]
        return []

    def _belongs(self, at: int, days: Named) -> bool:
        if days.first > at:
            return days.first - at <= 6 and all(
                t.kind not in ("foreign", "hours", ";") for t in self.unit.tokens[at + 1 : days.first]
            )
        return at - days.last <= 6 and all(t.kind != "foreign" for t in self.unit.tokens[days.last : at])

    def _add_open_days(self, parts: list[Item | Named]) -> None:
        """Beside times: "... and we are also open on Sundays"."""
        for n in range(len(parts) - 1, 0, -1):
            days = parts[n]
            if not isinstance(days, Named) or days.exception or not isinstance(parts[n - 1], Named):
                continue
            if n + 1 < len(parts) and isinstance(parts[n + 1], Item):
                continue
            for at, kind in self.unit.governors:
                if kind == "open" and parts[n - 1].last <= at < days.first and self._belongs(at, days):
                    span = (self.unit.tokens[at].start, days.span[1])
                    parts.insert(n, Item("open", span, at, at + 1, days=days.days))

    def _stated(self, item: Item) -> Stated | None:
        days = item.days
        if days is None and item.kind in ("closed", "open"):
            days = self.setting.days
            part_of_day = item.kind == "open" and item.last - item.first > 1
            on_date = item.kind == "closed" and self._closed_on_date(item)
            if days is None and not (self.setting.asked or self.setting.heading or part_of_day or on_date):
                return None
        if days is None and item.kind in ("allday", "always") and (self._sure_all_week(item) or item.without):
            days = WEEK
        if item.without:
            days = (WEEK if days is None else days) - item.without
        opens, closes = self._ends(item)
        kind = self._slot_kind(item)
        slots = {Slot(day, opens, closes, kind) for day in ((None,) if days is None else sorted(days))}
        if self.setting.lenient:
            slots |= {
                Slot(day, None, None, CLOSED)
                for day in item.without
                if not opens or day in self._only_excepted()
            }
        return Stated(self._span(item), frozenset(slots)) if slots else None

    def _span(self, item: Item) -> Span:
        """Of "closed", the days beside it are part: neither says anything alone."""
        start, end = item.span
        if item.kind == "closed":
            for part in self.unit.parts:
                if isinstance(part, Named) and part.days == item.days:
                    between = self.unit.tokens[min(part.last, item.last) : max(part.first, item.first)]
                    if all(t.kind in _JOINTS for t in between):
                        start, end = min(start, part.span[0]), max(end, part.span[1])
        return start, end

    def _only_excepted(self) -> frozenset[int]:
        """Days named as an exception with no hours of their own."""
        own = [
            p.days for p in self.unit.parts if isinstance(p, Item) and p.days is not None and len(p.days) < 4
        ]
        taken: frozenset[int] = frozenset().union(*own) if own else frozenset()
        return WEEK - taken

    def _sure_all_week(self, item: Item) -> bool:
        return self.setting.lenient or item.kind == "always" or "7" in self.unit.tokens[item.first].word

    def _slot_kind(self, item: Item) -> str:
        if item.kind == "closed" or item.governor == "closed":
            return CLOSED
        return LAST if item.governor == "last" else OPEN

    def _ends(self, item: Item) -> tuple[Minutes | None, Minutes | None]:
        if item.kind in ("allday", "always"):
            return ALL_DAY
        if item.opens is not None and item.closes is not None:
            return span_of(item.opens, item.closes)
        if not item.timed:
            return None, None
        clock = item.opens or item.closes
        assert clock is not None
        if self._role(item) == "closes":
            return None, frozenset(1440 if r == 0 else r for r in clock.readings)
        return clock.readings, None

    def _role(self, item: Item) -> str:
        if item.governor in ("close", "last"):
            return "closes"
        if item.prep:
            return item.prep
        return "opens" if item.governor in ("open", "hours", "avail", "closed") else self.setting.role


def named_days(text: str, words: Lexicon) -> frozenset[int] | None:
    """All days that *text* names; None when it names none."""
    found: frozenset[int] = frozenset()
    ts = tokens(text, 0, len(text), words)
    i = 0
    while i < len(ts):
        step = days_at(ts, i, words)
        if step is None:
            i += 1
            continue
        days: Days = step[0]
        found, i = found | days.days, step[1]
    return found or None
