"""
Clock times and days of the week, read from tokens as values.

A time is a set of *readings* in minutes after midnight: "nine" is {540, 1260}, "9 am" is {540}. 1440
is midnight as an end. Negative readings stand for what no clock says: late, dusk, dawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filterproxy.facts.lexer import DOTTED, STRONG, WEAK, Token
from filterproxy.facts.lexicon import Lexicon

DAY = 1440  # minutes
WEEK = frozenset(range(7))  # 0 is Monday; 7 and up are named days (holidays, Christmas ...)
HOLIDAY = 7
HOLIDAYS = frozenset((8, 9, 10, 11, 12, 15))  # those with a name of their own; the eves are none
REST = 99  # "all other days"
DATES = 1000  # days of the year among them: 1000 + 100 * month + day

# Kinds of token that a time, and that a set of days, can begin with.
FACES = frozenset(("clock", "time", "half", "quarter", "number", "am", "pm"))
HALVES = frozenset(("am", "pm"))
DAYS = frozenset(("day", "short"))

# What joins the days of one list.
_JOINTS = frozenset(("-", "to", "from_after", ",", "and", "&", "/", "on"))

# Hour, minute, half of the day, grade, index of the next token. Hour -1: a named time, in the minutes.
_Face = tuple[int, int, str, int, int]


@dataclass(frozen=True, slots=True)
class Clock:
    """A time. marked: morning or afternoon is said. coloned: written 9:00 or 9.00, so perhaps of 24 hours."""

    start: int
    end: int
    readings: frozenset[int]
    grade: int
    marked: bool = False
    coloned: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """A set of days. plural: a range, list or habit rather than one day."""

    start: int
    end: int
    days: frozenset[int]
    plural: bool = False


def readings(hour: int, minute: int, half: str) -> frozenset[int]:
    """Minutes after midnight that a face shows so: half "a", "p", "h" (of 24 hours) or "" (either)."""
    minute = max(minute, 0)
    if half == "h" or hour > 12 or hour == 0:
        return frozenset((hour * 60 + minute,))
    morning = hour % 12 * 60 + minute
    both = {"a": (morning,), "p": (morning + 720,)}
    return frozenset(both.get(half, (morning, morning + 720)))


def clock_at(ts: Sequence[Token], i: int, words: Lexicon) -> tuple[Clock, int] | None:
    """The time that begins at token *i* and the index after it; None when none does."""
    if i < len(ts) and ts[i].word in words.rules["also_midnight"] and i and ts[i - 1].kind in ("to", "-"):
        return Clock(ts[i].start, ts[i].end, frozenset((DAY,)), STRONG, True), i + 1
    found = _clock_at(ts, i, words) if i < len(ts) and ts[i].kind in FACES else None
    if found is None or ts[i].kind not in HALVES:
        return found
    return found if "half_first" in words.traits else None


def _clock_at(ts: Sequence[Token], i: int, words: Lexicon) -> tuple[Clock, int] | None:
    first, said = i, None  # what says which half of the day
    while i < len(ts) and ts[i].kind in HALVES:
        said, i = ts[i], i + 1
        if i < len(ts) and ts[i].word in words.rules["of"]:
            i += 1
    face = _face(ts, i, words) if i < len(ts) else None
    if face is None:
        return None
    hour, minute, half, grade, j = face
    end = ts[j - 1].end
    coloned = ts[i].kind == "clock" and ts[i].minute >= 0
    if hour < 0:  # a named time
        return Clock(ts[first].start, end, frozenset((minute,)), STRONG, True), j
    if half in ("", ":"):
        half = ""
        follows = HALVES if "half_first" not in words.traits else frozenset()
        while j < len(ts) and (ts[j].kind == "oclock" or ts[j].kind in follows):
            said = ts[j] if ts[j].kind != "oclock" else said
            grade, end, j = STRONG, ts[j].end, j + 1
        if said is not None:
            half, grade = _half_of_day(said, hour, words), STRONG
    elif half == "h" and j < len(ts) and _says_time(ts, i, j, words):
        while j < len(ts) and (ts[j].kind == "oclock" or ts[j].kind in HALVES):
            j += 1
        j = max(j, face[4] + 1)
        grade, end = STRONG, ts[j - 1].end
    value = readings(hour, minute, half)
    return Clock(ts[first].start, end, value, grade, half in ("a", "p", "h"), coloned), j


def _says_time(ts: Sequence[Token], i: int, j: int, words: Lexicon) -> bool:
    """ "17 o'clock", "0900 hours" """
    four = len(ts[i].word) == 4 and ts[j].word in words.rules["military"]
    return four or ts[j].kind == "oclock" or (ts[j].kind in HALVES and "half_first" not in words.traits)


def _half_of_day(said: Token, hour: int, words: Lexicon) -> str:
    """ "a" or "p": two at night is the morning, and so is eleven at noon."""
    if said.word in words.rules["night"]:
        return "a" if hour == 12 or hour < 5 else "p"
    if said.word in words.rules["midday"]:
        return "a" if hour in (10, 11) else "p"
    return said.kind[0]


def _face(ts: Sequence[Token], i: int, words: Lexicon) -> _Face | None:
    """(hour, minute, half, grade, next index); hour -1 for a named time, whose minutes are the second."""
    token = ts[i]
    if token.kind == "clock":
        after = _small(ts, i, words)
        if after is not None and token.grade == WEAK:
            if spoken := _spoken_minutes(ts, i, after, words):
                return spoken
            if token.hour == 12 and i + 1 < len(ts) and words.times.get(ts[i + 1].word) in (0, 720):
                return -1, words.times[ts[i + 1].word], "", STRONG, i + 2
        face = token.hour, token.minute, token.half, token.grade, i + 1
        return face if token.minute >= 0 else _with_minutes(ts, face, words)
    if token.kind == "time":
        return _named(ts, i, words)
    if token.kind == "half":
        return _half(ts, i, words)
    if token.kind == "quarter":
        return _spoken_minutes(ts, i, _quarter(token, words), words) or _quarter_of(ts, i, words)
    if token.kind == "number":
        return _spoken(ts, i, words)
    return None


def _named(ts: Sequence[Token], i: int, words: Lexicon) -> _Face:
    """ "midi", "midi et demi", "mezzanotte meno un quarto" """
    minutes = words.times[ts[i].word]
    j = i + 1
    if minutes in (0, 720) and j < len(ts) and not (i and ts[i - 1].kind == "between"):
        minus, plus = ts[j].word in words.rules["minus"], ts[j].word in words.rules["plus"]
        bare = "spoken_24" in words.traits and not (minus or plus)
        if minus or plus or bare:
            more, after = _minutes_at(ts, j + (minus or plus), bare, minus or plus, words)
            if more is not None and not (after < len(ts) and ts[after].kind in HALVES):
                hour = (minutes // 60 or 24) - 1 if minus else minutes // 60
                return hour, 60 - more if minus else more, "h", STRONG, after
    return -1, minutes, "", STRONG, i + 1


def _small(ts: Sequence[Token], i: int, words: Lexicon) -> int | None:
    """The number that token *i* says; None when it is none."""
    if i >= len(ts):
        return None
    token = ts[i]
    if token.kind == "clock" and token.grade == WEAK and token.minute < 0:
        return token.hour
    if token.kind == "number" and token.word.isdecimal() and len(token.word) == 2:
        return int(token.word)
    return words.numbers.get(token.word) if token.kind == "number" else None


def _quarter(token: Token, words: Lexicon) -> int:
    return 45 if token.word in words.rules["three_quarters"] else 15


def _with_minutes(ts: Sequence[Token], face: _Face, words: Lexicon) -> _Face:
    """With what is said after the hour: "neun Uhr dreißig", "nueve y media", "9 heures moins le quart"."""
    hour, _, half, grade, j = face
    if not 0 <= hour <= 24:
        return face
    units = 0
    while j + units < len(ts) and ts[j + units].kind == "oclock" and units < 2:
        units += 1
    k = j + units
    grade = STRONG if units else grade
    minus = k < len(ts) and ts[k].word in words.rules["minus"]
    plus = not minus and k < len(ts) and ts[k].word in words.rules["plus"]
    k += minus or plus
    minutes, after = _minutes_at(ts, k, bool(units), plus or minus, words)
    if minutes is None:
        return hour, -1, half, grade, j + units
    if minus:
        hour, minutes = hour - 1 or 12, 60 - minutes
    return hour, minutes, half, STRONG, after


def _minutes_at(
    ts: Sequence[Token], k: int, after_unit: bool, joined: bool, words: Lexicon
) -> tuple[int | None, int]:
    """(minutes, index after) said from token *k* on, behind an hour; None for the minutes when none are."""
    if k >= len(ts) or not (after_unit or joined):
        return None, k
    if ts[k].kind == "half" and "half_next" not in words.traits:
        return 30, k + 1
    if ts[k].kind == "quarter":
        return _quarter(ts[k], words), k + 1
    value = _small(ts, k, words)
    if value is None or not 0 <= value < 60:
        return None, k
    has_unit = k + 1 < len(ts) and ts[k + 1].kind == "minute"
    ends_hour = k + 1 < len(ts) and ts[k + 1].kind == "oclock"
    if has_unit:
        return value, k + 2
    if joined and not (value % 5 == 0 and (value > 12 or ts[k].kind == "number") and not ends_hour):
        return None, k
    return (value, k + 1) if joined or (value >= 10 and not ends_hour) else (None, k)


def _spoken_minutes(ts: Sequence[Token], i: int, minutes: int, words: Lexicon) -> _Face | None:
    """ "ten past nine", "quarter to five"; "ten to five" is a span of time, as "to" is wherever it can be."""
    j = i + 2 if i + 1 < len(ts) and ts[i + 1].kind == "minute" else i + 1
    if j + 1 >= len(ts) or minutes not in (5, 10, 15, 20, 25):
        return None
    sign = ts[j].kind
    if ts[i].kind == "quarter" and (sign == "to" or ts[j].word in words.rules["before_words"]):
        sign = "before"
    if sign not in ("past", "before"):
        return None
    base, after = 0, j + 1
    if ts[after].kind == "half" and "half_next" in words.traits:  # "fünf vor halb neun"
        base, after = -30, after + 1
    if ts[after].kind == "time" and (named := words.times[ts[after].word]) in (0, 720):
        at = (named + (minutes if sign == "past" else -minutes)) % DAY
        return at // 60, at % 60, "h", STRONG, after + 1
    hour = _small(ts, after, words)
    if hour is None or not 1 <= hour <= 12:
        return None
    minutes = base + (minutes if sign == "past" else -minutes)
    if minutes < 0:
        hour, minutes = hour - 1 or 12, 60 + minutes
    return hour, minutes, "", STRONG, after + 1


def _half(ts: Sequence[Token], i: int, words: Lexicon) -> _Face | None:
    """ "half past eight"; British "half eight" is 8:30 too, German "halb acht" 7:30."""
    j = i + 1
    bare = j < len(ts) and ts[j].kind != "past"
    if not bare:
        j += 1
    hour = _small(ts, j, words)
    if "half_next" in words.traits:
        known = hour is not None and 1 <= hour <= 12
        return ((hour or 0) - 1 or 12, 30, "", STRONG, j + 1) if known else None
    if "half_before" not in words.traits:
        return None
    if hour is None or not 1 <= hour <= 12 or (bare and ts[j].kind == "clock"):
        return None
    return hour, 30, "", STRONG, j + 1


def _quarter_of(ts: Sequence[Token], i: int, words: Lexicon) -> _Face | None:
    """ "viertel neun" is 8:15, "dreiviertel neun" 8:45."""
    hour = _small(ts, i + 1, words) if "half_next" in words.traits else None
    if hour is None or not 1 <= hour <= 12:
        return None
    return hour - 1 or 12, _quarter(ts[i], words), "", STRONG, i + 2


def _spoken(ts: Sequence[Token], i: int, words: Lexicon) -> _Face | None:
    """ "nine", "nine thirty", "ten past nine", "neunzehn Uhr dreißig"."""
    value = words.numbers.get(ts[i].word)
    if value is None:
        return None
    if spoken := _spoken_minutes(ts, i, value, words):
        return spoken
    if 0 <= value <= 24:
        face = _with_minutes(ts, (value, -1, "h" if value > 12 or value == 0 else "", WEAK, i + 1), words)
        if face[1] >= 0 or face[3] == STRONG:
            return face
    hours_24 = 12 < value <= 24 and "spoken_24" in words.traits
    k = i + 2 if _is_hyphenated(ts, i, words) else i + 1
    nothing_between = not words.unspaced and k < len(ts) and ts[k].kind == "number"
    if nothing_between and (hours_24 or 1 <= value <= 12) and words.numbers.get(ts[k].word, 0) >= 15:
        return value, words.numbers[ts[k].word], "h" if hours_24 else "", DOTTED, k + 1
    if not 1 <= value <= 12:
        return face if hours_24 else None
    return value, -1, "", WEAK, i + 1


def _is_hyphenated(ts: Sequence[Token], i: int, words: Lexicon) -> bool:
    """ "Eight-thirty", not "neun-siebzehn Uhr": what could be an hour is one."""
    if i + 2 >= len(ts) or ts[i + 1].kind != "-" or not ts[i].end == ts[i + 1].start == ts[i + 2].start - 1:
        return False
    return words.numbers.get(ts[i + 2].word, 0) > (24 if "spoken_24" in words.traits else 14)


def span_of(opens: Clock, closes: Clock) -> tuple[frozenset[int], frozenset[int]]:
    """
    The readings of both ends of a span of time.

    What one end says narrows the other: "9-5" is 9:00-17:00, "9 to 5 pm" too, "1:30 pm to 3:30" ends
    at 15:30. "7-11" stays open, and so both its ends have two readings.
    """
    start, stop = opens.readings, frozenset(DAY if r == 0 else r for r in closes.readings)
    if len(start) == 1 and len(stop) == 1:
        return start, stop
    if len(start) == 2 and len(stop) == 2:
        if 0 < min(r % 720 for r in stop) <= min(r % 720 for r in start):
            return frozenset((min(start),)), frozenset((max(stop),))
        return start, stop
    if any(r < 0 for r in start | stop):
        return start, stop
    fits_start = frozenset(a for a in start if any(a < b for b in stop))
    fits_stop = frozenset(b for b in stop if any(a < b for a in start))
    return fits_start or start, fits_stop or stop


def of_24_hours(clock: Clock) -> Clock:
    """*clock* as it reads in a text that writes 17:00: "9:00" is the morning."""
    if clock.marked or not clock.coloned or len(clock.readings) == 1:
        return clock
    return Clock(clock.start, clock.end, frozenset((_literal(clock),)), clock.grade, True, True)


def _literal(clock: Clock) -> int:
    # An unmarked 12:xx reads {0:xx, 12:xx}; of 24 hours it is the later one, 1 to 11 the earlier.
    return max(clock.readings) if min(clock.readings) < 60 else min(clock.readings)


def days_at(ts: Sequence[Token], i: int, words: Lexicon) -> tuple[Days, int] | None:
    """The days named from token *i* on ("Mon-Wed, Fri and Sat") and the index after; None when none."""
    first = _day(ts, i, words)
    if first is None:
        return None
    days, end, plural, j = first, ts[i].end, _is_habit(ts[i], first, words), i + 1
    last = first
    while (step := _next_day(ts, j, words)) is not None:
        named, k, is_range = step
        days = days | (_between(last, named) if is_range else named)
        plural = plural or not words.rules["relative_days"] & {ts[i].word, ts[k - 1].word}
        last, end, j = named, ts[k - 1].end, k
    return Days(ts[i].start, end, days, plural), j


def _is_habit(token: Token, days: frozenset[int], words: Lexicon) -> bool:
    """ "weekdays" and "Mondays" are; "Monday" and "tonight" are not."""
    return (len(days) > 1 or token.word in words.rules["habits"]) and token.word not in words.rules[
        "relative_days"
    ]


def _day(ts: Sequence[Token], i: int, words: Lexicon) -> frozenset[int] | None:
    if i >= len(ts):
        return None
    if ts[i].kind == "day":
        return words.days[ts[i].word]
    return words.short_days[ts[i].word] if ts[i].kind == "short" else None


def _next_day(ts: Sequence[Token], j: int, words: Lexicon) -> tuple[frozenset[int], int, bool] | None:
    """(days, index after, whether a range leads there), past what joins the days of one list."""
    # Characters side by side are a list: 月水金.
    is_range, joined, k = False, j < len(ts) and ts[j].kind == "short" == ts[j - 1].kind, j
    while k < len(ts) and k < j + 4 and (ts[k].kind in _JOINTS or ts[k].word in words.rules["joins"]):
        is_range = is_range or ts[k].kind in ("-", "to", "from_after") or ts[k].word in words.rules["joins"]
        joined = joined or ts[k].kind != "on"
        k += 1
    days = _day(ts, k, words)
    if days is None or not joined:
        return None
    if is_range and (len(days) != 1 or max(days) > 6):
        return None
    return days, k + 1, is_range


def _between(first: frozenset[int], last: frozenset[int]) -> frozenset[int]:
    if len(first) != 1 or max(first) > 6:
        return first | last
    (a,), (b,) = first, last
    return frozenset((a + n) % 7 for n in range((b - a) % 7 + 1))
