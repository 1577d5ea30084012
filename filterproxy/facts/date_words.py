"""
The words of dates, of nine languages at once, and the gate made from them.

A text is compared in small letters without accents ("miercoles", "Décembre"), which moves no offset. What
language it is in need not be known: hardly a name of a day or month means one thing here and another there,
and those that do ("may", "out", "morgen") ask for more around them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from filterproxy.facts.amount import NUMERALS
from filterproxy.facts.lexer import ACCENTS, bare, plain
from filterproxy.facts.price_words import words as price_words

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "zh", "ja")

# (low, high, unit): how far ahead of today, "next week" being (1, 1, "week").
Ahead = tuple[int, int, str]

_CJK = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
# Months that are words of something else: they need a year, or a capital letter.
NEED_YEAR = frozenset("out set ago mag gen mar jan giu lug ott ene fev dic".split())
NEED_CAPITAL = frozenset(("may", "march", "mars"))
# Code points; shorter names of months are abbreviations.
_SHORT = 4


def view(text: str) -> str:
    """*text* as it is compared: small letters, no accents, no full-width forms; no offset moves."""
    return bare(plain(text))


@dataclass(frozen=True, slots=True)
class DateWords:
    """
    heads: first word -> pattern of the phrases that begin so. months, weekdays, relative, units: value by
    phrase. english: months that may stand before their day. cjk: patterns for texts without blanks, by what
    they find. habits: a day as timetables name it, a range or a list of two; habit_days, habit_heads: by its
    names, and their first words. Others: patterns of what stands beside.
    """

    heads: Mapping[str, re.Pattern[str]]
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    short: Mapping[str, int]
    relative: Mapping[str, Ahead]
    units: Mapping[str, str]
    ordinals: Mapping[str, int]
    english: frozenset[str]
    numeric: tuple[re.Pattern[str], ...]
    day_before: re.Pattern[str]
    first_before: re.Pattern[str]
    weekday_before: re.Pattern[str]
    of: re.Pattern[str]
    day_after: re.Pattern[str]
    year_after: re.Pattern[str]
    next: re.Pattern[str]
    last: re.Pattern[str]
    next_after: re.Pattern[str]
    last_after: re.Pattern[str]
    habit: re.Pattern[str]
    list_before: re.Pattern[str]
    list_after: re.Pattern[str]
    number: re.Pattern[str]
    ahead: re.Pattern[str]
    ago: re.Pattern[str]
    ahead_after: re.Pattern[str]
    ago_after: re.Pattern[str]
    cjk: Mapping[str, re.Pattern[str]]
    courtesy: re.Pattern[str]
    habits: re.Pattern[str]
    habit_days: Mapping[str, int]
    habit_heads: frozenset[str]
    asks: re.Pattern[str]
    gate: tuple[str, ...]


@cache
def words() -> DateWords:
    """The words of all languages; read once."""
    raw: dict[str, Any] = json.loads(
        files("filterproxy.facts").joinpath("words/date.json").read_text("utf-8")
    )
    return _words([raw[code] for code in LANGUAGES])


def _is_cjk(word: str) -> bool:
    return _CJK.search(word) is not None


def _merged(raw: Iterable[Mapping[str, Any]], key: str, cjk: bool = False) -> dict[str, Any]:
    return {view(p): v for words in raw for p, v in words[key].items() if _is_cjk(p) == cjk}


def _listed(raw: Iterable[Mapping[str, Any]], key: str, cjk: bool = False) -> list[str]:
    return sorted({view(p) for words in raw for p in words[key] if _is_cjk(p) == cjk})


def key(phrase: str) -> str:
    """A phrase as the tables have it: blanks and dashes are alike."""
    return re.sub(r"[\s-]+", " ", phrase)


def _one_of(phrases: Iterable[str]) -> str:
    """A pattern of *phrases*, the longest first."""
    ordered = sorted(phrases, key=lambda p: (-len(p), p))
    return "(?:" + "|".join(re.sub(r"\\[ -]|-", r"[\\s-]+", re.escape(p)) for p in ordered) + ")"


def _heads(phrases: Iterable[str]) -> dict[str, re.Pattern[str]]:
    grouped: dict[str, list[str]] = {}
    for phrase in phrases:
        grouped.setdefault(re.match(r"[^\W\d_]+", phrase)[0], []).append(phrase)  # type: ignore[index]
    return {head: re.compile(rf"{_one_of(found)}(?![^\W_])") for head, found in grouped.items()}


# "月-金", and what follows in "周一至五".
_JA_DAYS, _ZH_DAYS = "月火水木金土日", "一二三四五六日"
_DASH = "[-–—‐‑‒−~〜]"
_YEAR = r"(?:19|20)[0-9][0-9]"
_LEFT = r"(?<![\w.,/:$€£#+-])"
_SUFFIX = r"(?:st|nd|rd|th|er|eme|ste|e|o|º|°|ª|\.)?"
_N = rf"(?:[0-9]{{1,3}}|[{NUMERALS}]{{1,4}})"


def _words(raw: list[Mapping[str, Any]]) -> DateWords:
    months, weekdays = _merged(raw, "months"), _merged(raw, "weekdays")
    short, relative, units = _merged(raw, "short"), _merged(raw, "relative"), _merged(raw, "units")
    of = rf"(?:(?:{_one_of(_listed(raw, 'of'))})\s)?"
    joints = _one_of([*_listed(raw, "to"), "bis zum", "through"])
    to = rf"(?:\s?{_DASH}\s?|\s(?:{joints})\s(?:the\s|el\s|il\s|le\s)?)"
    days = _one_of([*weekdays, *short])
    full_days = _one_of(weekdays)
    lists = rf"\s?(?:{_DASH}|/|\b(?:to|through|thru|bis|a|au|al|ate|tot|t/m)\b)\s?"
    on = _one_of(_listed(raw, "on"))
    brief = short | _merged(raw, "brief")
    return DateWords(
        heads=_heads([*months, *weekdays, *relative, *units]),
        months=months,
        weekdays={key(p): n for p, n in (weekdays | _merged(raw, "weekdays", True)).items()},
        short=short,
        relative={key(p): (a, b, u) for p, (a, b, u) in (relative | _merged(raw, "relative", True)).items()},
        units={key(p): u for p, u in (units | _merged(raw, "units", True)).items()},
        ordinals={key(p): n for p, n in _merged(raw, "ordinals").items()},
        english=frozenset(raw[0]["months"]),
        numeric=(
            re.compile(
                rf"{_LEFT}(?P<y>{_YEAR})(?P<s>[-/.])(?P<m>[0-9]{{1,2}})(?P=s)(?P<d>[0-9]{{1,2}})(?![0-9-]|[./][0-9])"
            ),
            re.compile(
                rf"{_LEFT}(?P<d>[0-9]{{1,2}})(?P<s>[-/.])(?P<m>[0-9]{{1,2}})(?P=s)(?P<y>{_YEAR}|(?<=[0-9]{{2}}[/.])[0-9]{{2}})"
                r"(?![^\W_]|[./-][0-9])"
            ),
            re.compile(
                rf"(?<!\w)(?:{on}|{days},?)\s+(?P<d>[0-9]{{1,2}})(?:(?P<s>\.)(?P<m>[0-9]{{1,2}})\.|/(?P<n>[0-9]{{1,2}}))"
                r"(?![\w/]|\.[0-9]|\s(?:of|de|der|des|di|van)\b)"
            ),
        ),
        day_before=re.compile(rf"(?<![\w.,/:$€£#+])(?P<day>[0-9]{{1,2}}){_SUFFIX}\s?{of}\Z"),
        first_before=re.compile(rf"{_LEFT}(?P<day>[0-9]{{1,2}}){_SUFFIX}{to}\Z"),
        weekday_before=re.compile(
            rf"(?<!\w)(?P<weekday>{days})\.?,?\s(?:(?:the|den|der|dem|le|el|il|dia|op|on|de)\s)?\Z"
        ),
        of=re.compile(rf"(?:the\s)?(?:{_one_of(_listed(raw, 'of'))})\s\Z"),
        day_after=re.compile(
            rf"\.?\s(?:the\s)?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:,?\s(?P<year>{_YEAR}))?"
            rf"(?!\w|[:.,][0-9]|\s?(?:am|pm|%|a\.m|p\.m|euro))"
        ),
        year_after=re.compile(rf"\.?,?\s(?:(?:de|del|of|do)\s)?(?P<year>{_YEAR})(?![\w-]|[.,:][0-9])"),
        next=re.compile(rf"(?<!\w)(?:{_one_of(_listed(raw, 'next'))})\s\Z"),
        last=re.compile(rf"(?<!\w)(?:{_one_of(_listed(raw, 'last'))})\s\Z"),
        next_after=re.compile(rf"\s(?:{_one_of(_listed(raw, 'next'))})(?!\w)"),
        last_after=re.compile(rf"\s(?:{_one_of(_listed(raw, 'last'))})(?!\w)"),
        habit=re.compile(rf"(?<!\w)(?:{_one_of(_listed(raw, 'habits'))})\s\Z"),
        list_before=re.compile(rf"(?<!\w)(?:{days})s?\.?{lists}\Z"),
        list_after=re.compile(rf"{lists}(?:{full_days})"),
        number=re.compile(rf"{_LEFT}(?:(?P<low>[0-9]{{1,3}}){to})?(?P<high>[0-9]{{1,3}})\s\Z"),
        ahead=re.compile(rf"(?<!\w)(?:{_one_of(_listed(raw, 'ahead'))})\s\Z"),
        ago=re.compile(rf"(?<!\w)(?:{_one_of(_listed(raw, 'ago'))})\s\Z"),
        ahead_after=re.compile(rf"\s(?:{_one_of(_listed(raw, 'ahead_after'))})(?!\w)"),
        ago_after=re.compile(rf"\s(?:{_one_of(_listed(raw, 'ago_after'))})(?!\w)"),
        cjk=_cjk_patterns(raw),
        courtesy=re.compile("|".join(view(p) for words in raw for p in words["courtesy"])),
        habits=_habits(weekdays, brief),
        habit_days={key(p): n for p, n in (weekdays | brief | _merged(raw, "weekdays", True)).items()}
        | {char: n for chars in (_JA_DAYS, _ZH_DAYS) for n, char in enumerate(chars)},
        habit_heads=frozenset(f"{re.split('[ -]', p)[0]}{s}" for p in (*weekdays, *brief) for s in ("", "s")),
        asks=re.compile("|".join(a for words in raw for a in words["asks"]), re.I),
        gate=tuple(_gate(raw)),
    )


def _habits(weekdays: Iterable[str], brief: Iterable[str]) -> re.Pattern[str]:
    """ "Mon-Fri", "lunes a viernes", "Mon, Wed"; "Mondays"; "Sat 10"."""
    every = _one_of([*weekdays, *brief])
    range_of = rf"\.?(?:\s?{_DASH}\s?|\s(?:to|through|thru|until|till|bis|au|a|al|ate|tot|t/m|tot en met)\s)"
    list_of = r"\.?(?:\s?[,/&+]\s?|\s(?:and|und|et|y|e|en)\s)"
    time = r"\.?[:,]?\s?[0-9]{1,2}\s?(?:[:.h–—-]|[ap]\.?m|uhr)"
    return re.compile(
        rf"(?P<first>{every})s?(?:(?P<to>{range_of})|{list_of})(?P<last>{every})s?(?!\w)"
        rf"|(?P<day>{_one_of(weekdays)}(?=s?(?!\w))|{_one_of(brief)}(?={time}))"
    )


def _cjk_patterns(raw: list[Mapping[str, Any]]) -> dict[str, re.Pattern[str]]:
    weekdays = _one_of(_merged(raw, "weekdays", True))
    before = {n: _one_of(_listed(raw, n, True)) for n in ("next", "last", "habits")}
    to = _one_of(_listed(raw, "to", True))
    units = _merged(raw, "units", True)
    business = [u for u in units if units[u] == "business"]
    day = f"(?:{weekdays}|[{_JA_DAYS}{_ZH_DAYS}])"
    suffix = {n: _one_of(_listed(raw, n, True)) for n in ("ahead_after", "ago_after")}
    return {
        "absolute": re.compile(
            rf"(?<![0-9{NUMERALS}])(?:(?P<year>{_YEAR}|[〇零一二三四五六七八九]{{4}})年\s?)?(?P<month>{_N})月"
            rf"(?:\s?(?P<day>{_N})(?:日(?!間)|号|號)(?:\s?\((?P<char>[月火水木金土日])(?:曜日?)?\)|,?\s?(?P<weekday>{weekdays}))?)?"
        ),
        "weekday": re.compile(
            rf"(?:(?P<habit>{before['habits']})|(?P<next>{before['next']})|(?P<last>{before['last']}))?"
            rf"(?<![0-9{NUMERALS}])(?P<weekday>{weekdays})(?P<list>\s?(?:{_DASH}|{to})\s?{weekdays})?"
        ),
        "habits": re.compile(
            rf"(?<![0-9{NUMERALS}])(?P<first>{weekdays}|[{_JA_DAYS}])(?P<to>\s?(?:{_DASH}|{to})\s?)(?P<last>{day})"
            rf"|(?P<day>{weekdays})"
        ),
        "relative": re.compile(_one_of(_merged(raw, "relative", True))),
        "span": re.compile(
            rf"(?<![0-9{NUMERALS}第月])(?:(?P<low>{_N})(?:{_DASH}|{to}))?(?P<high>{_N})\s?"
            rf"(?:(?P<unit>{_one_of(units)})(?:(?P<ahead>{suffix['ahead_after']})|(?P<ago>{suffix['ago_after']}))"
            rf"|(?P<business>{_one_of(business)}))"
        ),
        "any": re.compile("[\u3040-\u30ff\u4e00-\u9fff]"),
    }


# -- the gate: wider than the patterns

_GAP = "[^A-Za-z0-9]*"
_EDGE = "(?:^|[^A-Za-z])"
_END = "(?:$|[^A-Za-z])"
_DIGIT = "[0-9０-９]"


def _source(phrase: str) -> str:
    """*phrase*, barred of its accents, as RE2 finds it with and without them."""
    return _GAP.join(
        "".join(f"[{c}{ACCENTS[c]}]" if c in ACCENTS else c for c in part)
        for part in re.findall(r"[^\W_]+", phrase)
    )


def _any(phrases: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted({_source(p) for p in phrases})) + ")"


def _gate(raw: list[Mapping[str, Any]]) -> Iterator[str]:
    months = _merged(raw, "months")
    long = [m for m in months if len(m) > _SHORT and m not in NEED_CAPITAL]
    others = [m for m in months if m not in long]
    yield rf"{_DIGIT}[-/.／－]{_DIGIT}{{1,2}}(?:[-/.／－]{_DIGIT}|\.)|{_DIGIT}[/／]{_DIGIT}"
    yield f"(?i){_EDGE}{_any([*long, *_merged(raw, 'weekdays'), *_merged(raw, 'relative')])}{_END}"
    yield rf"(?i){_DIGIT}[^0-9０-９]{{0,12}}{_any(others)}{_END}"
    yield rf"(?i){_EDGE}{_any(others)}{_GAP}(?:the{_GAP})?(?:{_DIGIT}|{_any(_merged(raw, 'ordinals'))})"
    spelled = {view(n) for n in price_words().numbers} | set(_merged(raw, "ordinals"))
    of = f"(?:{_any(_listed(raw, 'of'))}{_GAP})?"
    yield f"(?i){_any(spelled)}{_GAP}(?:the{_GAP})?{of}{_any(others)}{_END}"
    units = _any(_merged(raw, "units"))
    yield f"(?i)(?:{_DIGIT}|{_any(spelled)}|{_EDGE}an?){_GAP}{units}{_END}"
    cjk = [*_merged(raw, "weekdays", True), *_merged(raw, "relative", True)]
    number = f"[0-9０-９{NUMERALS}]"
    cjk_units = "|".join(sorted(_merged(raw, "units", True)))
    yield "|".join([*sorted(cjk), rf"{number}月", rf"{number}[\s　]?(?:{cjk_units})"])
