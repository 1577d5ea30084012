"""What counts as a clock time, which minutes it can be, and what makes it known."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filterproxy.core.request import Request
from filterproxy.core.scan import PatternSet, encode
from filterproxy.facts.clock_gate import gate
from filterproxy.facts.clock_time import ClockTime, ClockTimeFact, times_in
from filterproxy.facts.clock_words import LANGUAGES, clock_words
from filterproxy.facts.fact import Source

CLOCK = ClockTimeFact()


def times(text: str) -> list[tuple[str, str]]:
    """(the match, its readings as "9:00/21:00")."""
    found = []
    for fact in CLOCK.find(text, (0, len(text)), Request()):
        assert isinstance(fact.value, ClockTime)
        faces = "/".join(f"{m // 60}:{m % 60:02}" for m in sorted(fact.value.readings))
        found.append((text[slice(*fact.span)], faces))
    return found


@pytest.mark.parametrize(
    ("text", "match", "faces"),
    [
        ("Your table is at 9 am.", "9 am", "9:00"),
        ("See you at nine.", "nine", "9:00/21:00"),
        ("Come at 9 on Friday.", "9", "9:00/21:00"),
        ("half past eight", "half past eight", "8:30/20:30"),
        ("It is at noon.", "noon", "12:00"),
        ("nine in the morning", "nine in the morning", "9:00"),
        ("quarter to five", "quarter to five", "4:45/16:45"),
        ("ten past nine", "ten past nine", "9:10/21:10"),
        ("at 9.30", "9.30", "9:30/21:30"),
        ("10:30pm sharp", "10:30pm", "22:30"),
        ("0900 hours", "0900 hours", "9:00"),
        ("Der Termin ist um halb neun.", "halb neun", "8:30/20:30"),
        ("Es beginnt um 20:15 Uhr.", "20:15 Uhr", "20:15"),
        ("neun Uhr dreißig", "neun Uhr dreißig", "9:30/21:30"),
        ("Wir treffen uns um neun.", "neun", "9:00/21:00"),
        ("Le train part à 21h30.", "21h30", "21:30"),
        ("à neuf heures et demie", "neuf heures et demie", "9:30/21:30"),
        ("Rendez-vous à midi.", "midi", "12:00"),
        ("a las nueve y media", "nueve y media", "9:30/21:30"),
        ("alle nove e mezza", "nove e mezza", "9:30/21:30"),
        ("às 20 horas", "20 horas", "20:00"),
        ("om half negen", "half negen", "8:30/20:30"),
        ("De trein gaat om 9 uur.", "9 uur", "9:00/21:00"),
        ("上午九点", "上午九点", "9:00"),
        ("晚上8点见", "晚上8点", "20:00"),
        ("午後7時半に", "午後7時半", "19:30"),
        ("２０：１５に出発します。", "２０：１５", "20:15"),
    ],
)
def test_a_time_is_found_with_its_readings(text: str, match: str, faces: str) -> None:
    assert [(match, faces)] == times(text)


@pytest.mark.parametrize(
    "text",
    [
        "We waited for 9 hours.",
        "The ratio is 16:10.",
        "They won 21:15.",
        "John 3:16 says so.",
        "version 9.30",
        "It costs $9.30.",
        "at 9 Main Street",
        "I have 9 apples.",
        "at 3 stores",
        "It's rated at 4.5.",
        "open 24 hours",
        "Le trajet dure 2h30.",
        "dans 9 heures",
        "um 5 Euro günstiger",
        "durante 9 horas",
        "Het duurt 9 uur.",
        "in 24 uur",
        "快一点吧",
        "三点建议",
        "9時間かかります",
        "Call 415-292-9997.",
        "May I help you?",
    ],
)
def test_durations_ratios_scores_and_counts_are_no_times(text: str) -> None:
    assert [] == times(text)


def test_both_ends_of_a_range_are_times() -> None:
    assert ["14:30", "15:30"] == [match for match, _ in times("The meeting is 14:30-15:30.")]
    assert ["9", "17 Uhr"] == [match for match, _ in times("Der Kurs geht 9-17 Uhr.")]


def known(said: str, stated: str) -> bool:
    (fact,) = CLOCK.find(said, (0, len(said)), Request())
    return CLOCK.index([Source("s", "Be kind."), Source("t", stated)]).entails(fact.value) is not None


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("nine in the morning", "Booked: 09:00"),
        ("at 9 am", "Booked: 09:00"),
        ("at nine", "Booked: 09:00"),
        ("at nine", "Booked: 21:00"),
        ("at 9 pm", "Booked: 21:00"),
        ("half past eight", "20:30"),
        ("um halb neun", "The show is at 8:30 pm."),
        ("à 21h30", "21:30"),
        ("上午九点", "9 am"),
        ("午後7時半", "19:30"),
        ("at 7:30 pm", '{"booking": {"time": "19:30"}}'),
        ("at 9 am", "The bus is at 9:00."),
        ("at nine", "See you at nine."),
    ],
)
def test_a_time_is_known_where_it_can_be_the_same(said: str, stated: str) -> None:
    assert known(said, stated)


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("at 9 pm", "Booked: 09:00"),
        ("at 9 am", "Booked: 21:00"),
        ("at 9:15 am", "Booked: 09:00"),
        ("at 9 am", "See you at nine."),
        ("at nine", "We have nine lamps."),
        ("at nine", "It takes 9 hours."),
    ],
)
def test_another_time_or_half_of_the_day_is_not_known(said: str, stated: str) -> None:
    assert not known(said, stated)


@pytest.mark.parametrize(
    "question", ["What time is it at?", "Um wie viel Uhr?", "À quelle heure ?", "几点？", "何時ですか"]
)
def test_questions_about_times_ask_for_them(question: str) -> None:
    assert CLOCK.asks(question)


_GATE = PatternSet(gate())
_FIGURES = (
    "9",
    "5",
    "12",
    "17:30",
    "9.30",
    "8h30",
    "9h",
    "9am",
    "30",
    "１０：００",
    "0900",
    "-",
    "–",
    ".",
    ",",
    "*",
)


@pytest.mark.parametrize("code", LANGUAGES)
@settings(max_examples=80)
@given(data=st.data())
def test_the_gate_is_in_every_unit_that_states_a_time(code: str, data: st.DataObject) -> None:
    said = clock_words(code)
    kinds = (
        "number",
        "oclock",
        "am",
        "pm",
        "half",
        "quarter",
        "past",
        "before",
        "to",
        "time",
        "minute",
        "and",
    )
    words = [p for kind in kinds for p in said.lexicon.kinds.get(kind, ())]
    words += [*said.at, *said.at, *said.lexicon.rules["plus"], *said.lexicon.rules["minus"]]
    pieces = data.draw(st.lists(st.sampled_from(words) | st.sampled_from(_FIGURES), min_size=1, max_size=6))
    gap = data.draw(st.sampled_from(["", " "] if said.lexicon.unspaced else [" ", " ", "\u00a0"]))
    text = gap.join(pieces)
    if data.draw(st.booleans()):
        text = text.upper()

    if list(times_in(text, (0, len(text)), said)):
        assert _GATE.matches(encode(text)), text
