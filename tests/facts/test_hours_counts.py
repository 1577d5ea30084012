"""Which times of a unit are hours, and on which days: by what governs them, and by whose place it is."""

from __future__ import annotations

import pytest

from tests.facts.hours_said import entailed, stated

OURS = [
    ("Do you have whisky?", "Plenty. You can sample it in our cellar, Thursdays to Saturdays from 4 pm."),
    ("Habt ihr Tee?", "Ja. Probieren können Sie ihn in unserem Teehaus, mittwochs bis freitags ab 14 Uhr."),
    ("Hebben jullie kaas?", "Ja. Proeven kan in onze kelder, woensdag tot en met vrijdag vanaf 14.00 uur."),
    ("Is the oven fixed?", "Not yet. The service desk works 8–16 on weekdays."),
    (
        "What do the rooms cost?",
        "From 90 euros. The doors open at noon and the bar keeps serving until 2 in the morning.",
    ),
    ("Do you fix clocks?", "We do. Drop in; we're in Wednesday to Saturday and shut the rest of the week."),
    ("When do you open?", "Seven-thirty on the dot, dear."),
    ("Does the garage ever shut?", "No. Drivers can get in around the clock."),
    ("Até quando posso ir?", "Das 8h às 17h, sem intervalo para almoço."),
]

OTHERS = [
    ("What happens on Friday?", "The workshop runs from 9 to 11 on Friday, with coffee at 10."),
    ("A che ora parte?", "L'aereo parte alle 15:10; il gate chiude alle 14:40."),
    ("What is open?", "Issues 9 to 17 are still open."),
    ("How long does it take?", "It is done in 24 hours."),
]

WEEK = "Mon-Fri 9:00-18:00, Sat 10:00-14:00, Sun closed."

FOLLOWS = [
    (WEEK, "On Saturdays we're open from 10 to 2, so noon is fine."),
    (WEEK, "We're open until six today if it's a weekday."),
    (
        "Open Monday to Friday from 9 to 17. Closed at weekends.",
        "We close at 5 on weekdays, and at the weekend we don't open at all.",
    ),
    ("Last orders kitchen: 21:45.", "The kitchen takes orders until a quarter to ten."),
    ("Kitchen: last orders 21:00. Restaurant closes 22:00.", "Last orders are at 9 pm, and we close at 10."),
    ("Orario: lun-sab 8:30-19:00, domenica chiuso.", "Apriamo alle otto e mezza, domenica esclusa."),
    ("The office commences trading at 8 a.m. and ceases trading at 3 p.m.", "The office opens at 8 a.m."),
]

DIFFERS = [
    ("Galerie: 11–19 Uhr, mittwochs Ruhetag.", "Mittwochs hat die Galerie geöffnet."),
    ("美術館：9時〜17時、木曜休館。", "木曜日も開館しております。"),
    ("书店：9:00-20:00，周三休息。", "书店周三营业。"),
    (WEEK, "On Saturdays we take last orders at 2 pm."),
]


@pytest.mark.parametrize(("asked", "reply"), OURS)
def test_what_is_done_at_our_place_at_set_times_tells_hours(asked: str, reply: str) -> None:
    assert stated(reply, asked)


@pytest.mark.parametrize(("asked", "reply"), OTHERS)
def test_what_runs_but_once_or_is_another_thing_tells_none(asked: str, reply: str) -> None:
    assert stated(reply, asked) == []


@pytest.mark.parametrize(("known", "said"), FOLLOWS)
def test_days_and_ends_are_dealt_out_as_they_are_read(known: str, said: str) -> None:
    assert entailed(known, said)


@pytest.mark.parametrize(("known", "said"), DIFFERS)
def test_a_day_named_before_closed_is_the_one_that_is_closed(known: str, said: str) -> None:
    assert not entailed(known, said)


def test_a_number_behind_a_place_tells_it_from_another() -> None:
    known = "Terminal 3 café opens at 6 am. Terminal 4 café: newspapers and coffee."

    assert not entailed(known, "The café in Terminal 4 opens at 6 am.", "When does Terminal 4's café open?")
    assert entailed(known, "The café in Terminal 3 opens at 6 am.", "When does Terminal 3's café open?")


@pytest.mark.parametrize("line", ["**S**: 10 h - 13 h", "**D**: cerrado"])
def test_one_letter_at_the_head_of_a_line_is_a_day(line: str) -> None:
    known = "Horario: L-V 09:00-17:00, S 10:00-13:00, D cerrado"

    assert entailed(known, line, "¿Qué horario tenéis?")
