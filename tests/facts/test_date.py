"""What counts as a date, which days it can be, and what makes it known."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filterproxy.core.request import Request
from filterproxy.core.scan import PatternSet, encode
from filterproxy.facts.date import DateFact
from filterproxy.facts.date_reader import Date
from filterproxy.facts.date_words import words
from filterproxy.facts.fact import Source

DATE = DateFact()


def dates(text: str) -> list[tuple[str, str]]:
    """(the match, its value: "2026-5-5", "Tue", "+1 day")."""
    found = []
    for fact in DATE.find(text, (0, len(text)), Request()):
        assert isinstance(fact.value, Date)
        found.append((text[slice(*fact.span)], shown(fact.value)))
    return found


def shown(date: Date) -> str:
    parts = [" or ".join(f"{y}-{m}-{d}" for y, m, d in sorted(date.days))]
    parts.append("Mon Tue Wed Thu Fri Sat Sun".split()[date.weekday] if date.weekday >= 0 else "")
    if date.ahead is not None:
        low, high, unit = date.ahead
        parts.append(f"{low:+} {unit}" if low == high else f"{low:+}..{high:+} {unit}")
    return " ".join(part for part in parts if part)


@pytest.mark.parametrize(
    ("text", "match", "value"),
    [
        ("It arrives on Tuesday.", "Tuesday", "Tue"),
        ("It ships tomorrow.", "tomorrow", "+1 day"),
        ("See you next Friday.", "next Friday", "Fri +1 week"),
        ("We deliver in three days.", "in three days", "+3 day"),
        ("It is due 5 May 2026.", "5 May 2026", "2026-5-5"),
        ("on 05/05/2026", "05/05/2026", "2026-5-5"),
        ("on 05/06/2026", "05/06/2026", "2026-5-6 or 2026-6-5"),
        ("at 2026-05-05T10:00", "2026-05-05", "2026-5-5"),
        ("May 5th, 2026", "May 5th, 2026", "2026-5-5"),
        ("Tue, May 5", "Tue, May 5", "0-5-5 Tue"),
        ("the fifth of May", "fifth of May", "0-5-5"),
        ("May fifth", "May fifth", "0-5-5"),
        ("Dec. 24", "Dec. 24", "0-12-24"),
        ("in May 2026", "May 2026", "2026-5-0"),
        ("on 5/6", "5/6", "0-5-6 or 0-6-5"),
        ("2 weeks ago", "2 weeks ago", "-14 day"),
        ("in a week", "in a week", "+7 day"),
        ("It takes 3-5 business days.", "3-5 business days", "+3..+5 business"),
        ("Am 5. Mai.", "5. Mai", "0-5-5"),
        ("Am Dienstag, den 5. Mai 2026", "Dienstag, den 5. Mai 2026", "2026-5-5 Tue"),
        ("am einundzwanzigsten Mai", "einundzwanzigsten Mai", "0-5-21"),
        ("bis zum 5.6.", "5.6.", "0-6-5"),
        ("Der Brief kommt morgen.", "morgen", "+1 day"),
        ("vor 2 Tagen", "vor 2 Tagen", "-2 day"),
        ("le 1er mai 2026", "1er mai 2026", "2026-5-1"),
        ("mardi 5 mai", "mardi 5 mai", "0-5-5 Tue"),
        ("lundi prochain", "lundi prochain", "Mon +1 week"),
        ("il y a 3 jours", "il y a 3 jours", "-3 day"),
        ("el martes 5 de mayo de 2026", "martes 5 de mayo de 2026", "2026-5-5 Tue"),
        ("cinco de mayo", "cinco de mayo", "0-5-5"),
        ("Llega mañana.", "mañana", "+1 day"),
        ("hace dos días", "hace dos días", "-2 day"),
        ("il 5 maggio", "5 maggio", "0-5-5"),
        ("venerdì prossimo", "venerdì prossimo", "Fri +1 week"),
        ("due giorni fa", "due giorni fa", "-2 day"),
        ("em 5 de maio de 2026", "5 de maio de 2026", "2026-5-5"),
        ("na segunda-feira", "segunda-feira", "Mon"),
        ("op dinsdag 5 mei", "dinsdag 5 mei", "0-5-5 Tue"),
        ("over drie dagen", "over drie dagen", "+3 day"),
        ("2026年5月5日", "2026年5月5日", "2026-5-5"),
        ("五月五号", "五月五号", "0-5-5"),
        ("下周五见", "下周五", "Fri +1 week"),
        ("三天后送达", "三天后", "+3 day"),
        ("5月5日(火)に", "5月5日(火)", "0-5-5 Tue"),
        ("来週の金曜日", "来週の金曜日", "Fri +1 week"),
        ("3日後に", "3日後", "+3 day"),
    ],
)
def test_a_date_is_found_with_its_value(text: str, match: str, value: str) -> None:
    assert [(match, value)] == dates(text)


@pytest.mark.parametrize(
    "text",
    [
        "How can I help you today?",
        "I'm happy to help you today.",
        "We're open Monday to Friday.",
        "every Monday",
        "Mon-Fri 9-17",
        "May I help you?",
        "You may 5 times.",
        "march on, soldiers",
        "5 out of 10",
        "Sat down at the table",
        "the sun is out",
        "We open at 9",
        "Guten Morgen!",
        "por la mañana",
        "version 1.2.2026.3",
        "10-12-14",
        "24/7",
        "1/2 cup",
        "$25.50",
        "Call 555-1234.",
        "three days long",
        "31/02/2026",
        "周一至周五",
        "每周一",
        "三周一次",
        "毎週月曜日",
        "3日間",
        "chaque lundi",
        "los martes",
        "jeden Montag",
    ],
)
def test_habits_courtesy_and_other_numbers_are_no_dates(text: str) -> None:
    assert [] == dates(text)


def test_both_ends_of_a_range_are_dates() -> None:
    assert [("5", "0-5-5"), ("7 May", "0-5-7")] == dates("5-7 May")
    assert ["5", "7. Mai"] == [match for match, _ in dates("vom 5. bis 7. Mai")]


def known(said: str, *stated: str) -> bool:
    (fact,) = DATE.find(said, (0, len(said)), Request())
    sources = [Source(f"source {n}", text) for n, text in enumerate(stated)]
    return DATE.index(sources).entails(fact.value) is not None


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("5 May", "Due 2026-05-05."),
        ("am 5. Mai 2026", "Due May 5th, 2026"),
        ("2026年5月5日", "05.05.2026"),
        ("on Tuesday", "Due 2026-05-05."),
        ("on Tuesday", "See you next Tuesday."),
        ("mardi", "Dienstag, 5. Mai"),
        ("Tuesday, 5 May", "Due 2026-05-05."),
        ("5 June 2026", "Due 05/06/2026."),
        ("6 May 2026", "Due 05/06/2026."),
        ("tomorrow", "Es kommt morgen."),
        ("in seven days", "in a week"),
        ("明天", "It comes tomorrow."),
        ("5 May 2026", "Due 5 May."),
        ("5 May 2026", '{"ship_date": "2026-05-05T10:00:00Z"}'),
        ("in May 2026", "5 May 2026"),
        ("next Friday", "下周五"),
        ("on Monday", "Open Mon-Fri 9-17."),
        ("on Wednesday", "Open Mon-Fri 9-17."),
        ("on Saturday", "Open Mon-Fri 9-17, Sat 10-14."),
        ("on Sunday", "The bar is there Fri until Mon."),
        ("on Wednesday", "Mon, Wed & Fri 9-5"),
        ("am Mittwoch", "Mo-Fr 8-18 Uhr"),
        ("on Monday", "The class meets every Monday."),
        ("on Monday", "Closed Mondays."),
        ("samedi", "du mar. au sam. 10h"),
        ("el miércoles", "de lunes a viernes"),
        ("na quarta-feira", "de segunda a sexta"),
        ("op woensdag", "ma t/m vr 9-17"),
        ("on Wednesday", "周一至周五"),
        ("周三", "周一至五 9:00"),
        ("水曜日", "月〜金"),
    ],
)
def test_a_date_is_known_where_the_request_states_the_same_day(said: str, stated: str) -> None:
    assert known(said, stated)


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("5 May 2027", "Due 2026-05-05."),
        ("6 May", "Due 2026-05-05."),
        ("on Monday", "Due 2026-05-05."),
        ("Monday, 5 May", "Due 2026-05-05."),
        ("on Tuesday", "Due 5 May."),
        ("on Saturday", "Open Mon-Fri 9-17."),
        ("on Wednesday", "Open Fri-Mon."),
        ("on Tuesday", "Mon, Wed & Fri 9-5"),
        ("next Monday", "Open Mon-Fri 9-17."),
        ("Monday, 5 May", "Open Mon-Fri 9-17."),
        ("on Saturday", "They sat in the sun."),
        ("on Sunday", "Do it, so 10 people come."),
        ("月曜日", "1月-3月"),
        ("Tuesday, 5 May", "Due 5 May."),
        ("tomorrow", "Due 2026-05-05."),
        ("tomorrow", "in two days"),
        ("5 May", "in May 2026"),
        ("next Friday", "on Friday"),
        ("5 May 2027", "Due 5 May. Today is 1 May 2026."),
        ("5 May 2025", "Due Tuesday, 5 May."),
    ],
)
def test_another_day_weekday_or_year_is_not_known(said: str, stated: str) -> None:
    assert not known(said, stated)


@pytest.mark.parametrize(
    "question", ["When is it due?", "Wann kommt es?", "¿Qué día?", "什么时候到？", "いつですか"]
)
def test_questions_about_dates_ask_for_them(question: str) -> None:
    assert DATE.asks(question)


_W = words()
_GATE = PatternSet(DATE.gate)
_PIECES = [
    *_W.months,
    *_W.weekdays,
    *_W.relative,
    *_W.units,
    *_W.ordinals,
    *_W.short,
    *"5 05 12 2026 24 5/6 05.06. 2026-05-05 5. 5th １２ ／ 年 月 日 号 周 五 十二 (火)".split(),
    *"three fünf cinco dois und de of the".split(),
    *"on am le el next in within vor hace ago fa 后 前 to bis - – , . business K ſ İ May March Mai".split(),
]
_TEXTS = st.lists(
    st.tuples(st.sampled_from(_PIECES), st.sampled_from(["", " ", " ", " ", "\u00a0", "-"])), max_size=7
).map(lambda pieces: "".join(a + b for a, b in pieces))


@given(_TEXTS, st.sampled_from([str, str.upper, str.title]))
@settings(max_examples=1000)
def test_the_gate_is_in_every_unit_that_states_a_date(text: str, case: type[str]) -> None:
    text = case(text)

    if DATE.find(text, (0, len(text)), Request()):
        assert _GATE.matches(encode(text)), text


@given(_TEXTS)
def test_spans_are_in_order_and_apart(text: str) -> None:
    spans = [fact.span for fact in DATE.find("x " + text, (2, len(text) + 2), Request())]

    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert all(2 <= start < end <= len(text) + 2 for start, end in spans)
