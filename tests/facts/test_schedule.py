"""Which schedule says what another says."""

from __future__ import annotations

import pytest

from filterproxy.core.request import Request
from filterproxy.facts.fact import Source
from filterproxy.facts.opening_hours import OpeningHours
from filterproxy.facts.schedule import Timetable, same_place

HOURS = OpeningHours()
WEEK = "Opening hours: Mon-Fri 9-17:30, Sat 10-14."


def entailed(known: str, said: str) -> bool:
    """Whether every statement in *said* follows from *known*; *said* must state something."""
    facts = HOURS.find(said, (0, len(said)), Request())
    assert facts, said
    index = HOURS.index([Source("system prompt", known)])
    return all(index.entails(fact.value) is not None for fact in facts)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (WEEK, "We're open until half past five on weekdays."),
        (WEEK, "We open at nine on Monday."),
        (WEEK, "On Saturdays we are open from ten to two."),
        (WEEK, "We open at 9 on weekdays and at 10 on Saturday."),
        ("Open Mon-Fri 09:00-17:00.", "We open at nine on Monday."),
        ("Open Mon-Fri 09:00-17:00.", "We are open from 9 am to 5 pm."),
        ("Hours: 9-5", "We're open from nine till five."),
        ("We open at nine. We close at five.", "We are open from 9 am to 5 pm."),
        ("Open Mon-Sat 9-5. Closed on all other days.", "We are closed on Sundays."),
        ("Mon-Fri 9-5, Sat 10-2, closed Sundays.", "We're closed on Sunday."),
        ("Opening hours: Mon-Sat 9-5, closed Sundays.", "We open at nine."),
        ("We are open daily from 10 to 6.", "On Tuesday we are open until six."),
        ("We are open 24/7.", "The shop is open around the clock."),
        ("The reception is open 24 hours.", "Reception is staffed 24 hours a day."),
        ("Opening hours: Mo-Su 05:00-00:00", "It is open daily from 5 am to 12 am."),
        ("Last orders at 21:30.", "Last orders are at half past nine in the evening."),
        ("Opening hours:\n- Monday: 9-5\n- Sunday: closed\n", "On Monday we open at nine."),
        (
            "| Day | Hours |\n|---|---|\n| Monday | 9:00 – 17:00 |\n| Sunday | Closed |",
            "We're closed on Sunday.",
        ),
        ("We are open from dawn to dusk.", "We're open from sunrise till sunset."),
    ],
)
def test_the_same_by_value_is_entailed(known: str, said: str) -> None:
    assert entailed(known, said)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (WEEK, "We open at ten on Fridays."),
        (WEEK, "We open at nine in the evening on Monday."),
        (WEEK, "We're open from nine to five on Monday."),
        (WEEK, "We open at nine on Saturday."),
        (WEEK, "We are open daily from 9 to 17:30."),
        (WEEK, "We are open from 9 to 17:30."),
        (WEEK, "We're closed on Sundays."),
        (WEEK, "We are open on Sundays."),
        (WEEK, "We are open 24/7."),
        ("Hours: 9-5", "We open at nine every day."),
        ("Open Mon-Tue 9-5. Closed on all other days.", "We are open from nine to five."),
        ("Open daily 9-5, Sundays 10-4.", "On Sundays we open at nine."),
        ("Open daily from 9 to 5.\nSundays: 10-4.", "On Sundays we open at nine."),
        ("The bus leaves at 9 am and the last shuttle at 5 pm.", "We are open from 9 am to 5 pm."),
        ("We open at nine.", "We close at nine."),
        ("Last orders at 21:30.", "We close at 21:30."),
        ("We are open every day.", "We open at nine."),
    ],
)
def test_what_agrees_only_in_part_is_not_entailed(known: str, said: str) -> None:
    assert not entailed(known, said)


RECORDS = [
    '{"opens": "09:00", "closes": "17:00"}',
    '{"shop": {"opening_hours": "9:00-17:00"}}',
    '{"openingHours": ["Mo-Fr 09:00-17:00"]}',
    '{"hours": {"monday": {"open": "09:00", "close": "17:00"}, "sunday": null}}',
    '{"hours": {"monday": "9-5", "tuesday": "9-5"}}',
    '[{"day": "Monday", "from": "09:00", "to": "17:00"}]',
    '{"openingHoursSpecification": [{"dayOfWeek": "Monday", "opens": "09:00:00", "closes": "17:00:00"}]}',
    '{"dayOfWeek": ["https://schema.org/Monday"], "opens": "09:00", "closes": "17:00"}',
    "name=Shop; wheelchair=yes; opening_hours=Mo-Fr 09:00-17:00",
]


@pytest.mark.parametrize("record", RECORDS)
def test_records_are_read_like_text(record: str) -> None:
    assert entailed(record, "We are open from nine till five.")
    assert not entailed(record, "We are open from nine till six.")


def test_a_day_without_hours_in_a_record_is_closed() -> None:
    assert entailed('{"hours": {"monday": "9-5", "sunday": null}}', "We're closed on Sunday.")


def test_another_places_hours_do_not_count() -> None:
    known = "You are the assistant of the Riverside Toy Museum. Opening hours: Mon-Sun 9-17."

    assert entailed(known, "We are open daily from nine to five.")
    assert entailed(known, "The Riverside Toy Museum is open daily from nine to five.")
    assert not entailed(known, "The Harbour Aquarium is open daily from nine to five.")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (set(), {"louvre"}, True),
        ({"blue", "door"}, {"door"}, True),
        ({"deyoung"}, {"young"}, True),
        ({"riverside"}, {"harbour"}, False),
    ],
)
def test_places_are_the_same_unless_both_are_named_and_share_nothing(
    one: set[str], other: set[str], same: bool
) -> None:
    assert same_place(frozenset(one), frozenset(other)) is same


def test_an_empty_timetable_entails_nothing() -> None:
    assert Timetable([]).empty
    assert Timetable([]).entails("anything") is None
    assert HOURS.index([Source("system prompt", "Be kind.")]).empty
