"""What counts as a statement of opening hours, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Scope
from filterproxy.core.scan import PatternSet, encode
from filterproxy.core.sentence import units
from filterproxy.facts import FACTS
from filterproxy.facts.hours_context import read_in_context
from filterproxy.facts.hours_question import setting_of
from filterproxy.facts.lexicon import load
from filterproxy.facts.schedule import CLOSED, Schedule

HOURS = FACTS["opening_hours"]
OPEN_QUESTION = "What time do you open?"


def conversation(*texts: str) -> Request:
    """User and assistant in turn, the user first."""
    return Request(turns=tuple(Turn("assistant" if n % 2 else "user", t) for n, t in enumerate(texts)))


def stated(reply: str, *asked: str) -> list[str]:
    """The texts of all matches in *reply*, read sentence by sentence."""
    request = conversation(*asked)
    spans = [f.span for unit in units(reply, Scope.SENTENCE) for f in HOURS.find(reply, unit, request)]
    return [reply[a:b] for a, b in spans]


STATEMENTS = [
    ("We open at nine.", ["nine"]),
    ("We're open from half past eight till late.", ["half past eight till late"]),
    ("open Mon-Fri 08:00-18:00", ["08:00-18:00"]),
    ("Mo-Fr 9-5", ["9-5"]),
    ("Closed Sundays.", ["Closed Sundays"]),
    ("The café is closed on Mondays.", ["closed on Mondays"]),
    ("We do not open on Sundays.", ["do not open on Sundays"]),
    ("We are open every day.", ["open every day"]),
    ("Yes, we are open on Saturdays too.", ["open on Saturdays"]),
    ("We're closed from 12 to 2.", ["closed from 12 to 2"]),
    ("Our support team is available 24/7.", ["24/7"]),
    ("Reception is staffed around the clock.", ["around the clock"]),
    ("There is a 24-hour reception.", ["24-hour"]),
    ("The front desk never closes.", ["never closes"]),
    ("Our helpline is staffed from 8am to 8pm, seven days a week.", ["8am to 8pm"]),
    ("You can reach us between 9 and 5 on weekdays.", ["9 and 5"]),
    ("Last orders at 9:30.", ["9:30"]),
    ("The kitchen closes at half nine.", ["half nine"]),
    ("Our hours: 9-5.", ["9-5"]),
    ("From 9 to 5, Monday to Friday, we are open.", ["9 to 5"]),
    ("The library opens at a quarter to nine.", ["a quarter to nine"]),
    ("The gym opens at 0600 hours and closes at 2200 hours.", ["0600 hours and closes at 2200 hours"]),
    ("Mon–Fri 9–5, Sat 10–2, closed Sundays.", ["9–5", "10–2", "closed Sundays"]),
    ("The train station is open from 5 am to 1 am.", ["5 am to 1 am"]),
    ("The box office opens at noon.", ["noon"]),
    ("The park closes at sunset.", ["sunset"]),
    ("It is opened daily from 10am till 4pm.", ["10am till 4pm"]),
    ("Your train leaves at 7:15 and we open at 9.", ["9"]),
    ("Your table is booked for 7 pm, and the bar stays open until 2 am.", ["2 am"]),
]


@pytest.mark.parametrize(("reply", "expected"), STATEMENTS)
def test_a_statement_of_hours_is_found(reply: str, expected: list[str]) -> None:
    assert stated(reply) == expected


OTHER_TIMES = [
    "Your train departs at 9:15 and arrives at 10:40.",
    "The bus runs every 15 minutes.",
    "Your flight leaves at 6:40 am from gate 24.",
    "Your table is booked for 7 pm.",
    "A table for two at 19:30 is reserved.",
    "Your appointment is on Monday at 10 am.",
    "I've set an alarm for 6:30 am.",
    "The meeting starts at 9 and ends at 10.",
    "Bake for 20 to 25 minutes at 180.",
    "Leave the oven door open for 2 hours.",
    "The movie starts at 8 pm.",
    "Showtimes are 6:15 and 9:00 pm.",
    "The concert is at 8 pm: doors open at 7 pm.",
    "Please open 9 tickets.",
    "This was fixed in version 9.30.",
    "The 9 to 5 job is not for everyone.",
    "She works from 9 to 5.",
    "What time would you like to come?",
    "Shall we open the account at 9?",
    "I don't know our hours, your table is at 7.",
    "I could not find out when they open.",
    "For opening hours please ask the venue directly.",
    "Registration opens on Monday at 9 am.",
    "I closed the issue on Monday.",
    "We close the deal on Friday.",
    "WiFi costs $14.95 per 24 hours.",
    "You will get a reply within 24 hours.",
    "You can book a table online 24/7.",
    "You are free from 2 pm to 5 pm.",
    "I have an opening at 3 pm on Tuesday.",
    "We are open to suggestions.",
    "Take one pill at 8 am and one at 8 pm every day.",
    "It's 9:30 now.",
    "The price is 9.30 per person.",
    "We have 9 to 12 rooms available.",
]


@pytest.mark.parametrize("reply", OTHER_TIMES)
def test_other_times_are_not_hours(reply: str) -> None:
    assert stated(reply) == []


@pytest.mark.parametrize(
    "reply", ["9 am", "At nine.", "Around 9 am.", "From 9 to 5.", "Before 11 am.", "9-5.", "It's 9 am."]
)
def test_a_bare_time_is_hours_when_hours_were_asked_for(reply: str) -> None:
    assert stated(reply, OPEN_QUESTION)
    assert not stated(reply, "What time does the meeting start?")
    assert not stated(reply)


def test_the_question_may_lie_before_a_clarification() -> None:
    assert stated("9 am", "When do you open?", "Which branch?", "The one in Leeds.") == ["9 am"]
    assert not stated("9 am", "When do you open?", "At eight.", "And now set an alarm, please.")
    assert not stated("9 am", "When do you open?", "Which branch?", "Never mind, when does the train leave?")


def test_asking_for_hours_does_not_make_other_times_hours() -> None:
    asked = "I'd like to see a concert. What time do they close?"

    assert not stated("It starts at 5:30 pm. Sorry, I have no information on opening times.", asked)
    assert not stated("Your table is booked. 7 pm.", OPEN_QUESTION)


def test_a_bare_yes_or_no_speaks_of_the_day_that_was_asked_about() -> None:
    question = conversation("Are you open on Sundays?")

    (fact,) = HOURS.find("No, we're closed.", (0, 17), question)

    assert isinstance(fact.value, Schedule)
    assert {(s.day, s.kind) for s in fact.value.slots} == {(6, CLOSED)}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("Opening hours:\n- Monday: 9-5\n- Sunday: closed\n", ["9-5", "Sunday: closed"]),
        (
            "Here are our hours.\n\nMonday 9 am to 5 pm\nSaturday 10 am to 2 pm\n",
            ["9 am to 5 pm", "10 am to 2 pm"],
        ),
        (
            "| Day | Hours |\n|---|---|\n| Mon | 9:00 – 17:00 |\n| Sun | Closed |",
            ["9:00 – 17:00", "Sun | Closed"],
        ),
        ("Departures:\n- Monday: 9:15\n- Sunday: 10:15\n", []),
    ],
)
def test_a_heading_above_says_what_the_times_below_are(reply: str, expected: list[str]) -> None:
    assert stated(reply) == expected


def test_what_follows_the_unit_is_not_looked_at() -> None:
    reply = "Monday: 9 am. Those are our opening hours."

    assert HOURS.find(reply, (0, 14), Request()) == HOURS.find(reply[:14], (0, 14), Request())


@pytest.mark.parametrize(
    "question",
    [
        OPEN_QUESTION,
        "what are your opening hours",
        "Are you open on Sundays?",
        "How late is the shop open today?",
        "When is front desk service available?",
        "Hi! I need a table. Also, when do you close?",
        "Can I visit the castle tomorrow morning?",
        "hours?",
    ],
)
def test_questions_about_hours_ask_for_them(question: str) -> None:
    assert HOURS.asks(question)


@pytest.mark.parametrize(
    "question",
    [
        "What time does the train leave?",
        "How do I open an account?",
        "What time did I say the meeting starts?",
        "Hello",
        "",
    ],
)
def test_other_questions_do_not(question: str) -> None:
    assert not HOURS.asks(question)


_GATE = PatternSet(HOURS.gate)
_WORDS = """
we are open closes closed at from till until to - – on 9 5 17:30 9.30 8h30 nine ten half past eight one two
quarter to noon midnight late am pm a.m. o'clock Monday Mon Fri Sundays weekdays daily every day 24/7 24 hours
around the clock never close support desk available hours Opening hours: last orders , . ; : ( ) Mo-Fr
** * 12pm weekend seven days of today staffed & all day
holidays and between 0900 hours in the evening tonight twenty four hours off yes
"""
_PIECES = st.sampled_from(_WORDS.split())


@given(st.lists(_PIECES, max_size=12).map(" ".join), st.booleans())
def test_the_gate_is_in_every_unit_that_states_hours(text: str, asked: bool) -> None:
    request = conversation("Are you open on Sundays, and when do you close?") if asked else Request()
    setting = setting_of(request)
    # Past `find`, which asks the gate first.
    found = read_in_context(
        "Opening hours:\n" + text, (15, 15 + len(text)), load("opening_hours.en"), setting
    )

    assert not found or _GATE.matches(encode(text))


@given(st.text(alphabet=st.sampled_from("open closed 9-5:30apm.\nMonday|#,é時"), max_size=120))
def test_any_text_is_read_without_fault_and_spans_lie_in_their_unit(text: str) -> None:
    for unit in units(text, Scope.SENTENCE):
        for fact in HOURS.find(text, unit, conversation(OPEN_QUESTION)):
            assert unit[0] <= fact.span[0] < fact.span[1] <= unit[1]


def test_a_long_unit_costs_in_proportion() -> None:
    """Not timed: the reader looks at each token a bounded number of times, so this ends at once."""
    text = "Monday 9-5, " * 400

    assert len(HOURS.find("We are open " + text, (0, len(text)), Request())) > 100
