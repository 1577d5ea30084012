"""Times and days read from English words and figures."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.facts.clock import Clock, clock_at, days_at, of_24_hours, readings, span_of
from filterproxy.facts.lexicon import load
from filterproxy.facts.tokens import tokens

WORDS = load("opening_hours.en")


def read_clock(text: str) -> Clock | None:
    found = clock_at(tokens(text, 0, len(text), WORDS), 0, WORDS)
    return found[0] if found else None


def minutes(*faces: str) -> set[int]:
    return {int(face[:2]) * 60 + int(face[3:]) for face in faces}


@pytest.mark.parametrize(
    ("text", "faces"),
    [
        ("9 am", ("09:00",)),
        ("9am", ("09:00",)),
        ("9 a.m.", ("09:00",)),
        ("9:30 pm", ("21:30",)),
        ("8: 30 am", ("08:30",)),
        ("12 am", ("00:00",)),
        ("12 pm", ("12:00",)),
        ("12 noon", ("12:00",)),
        ("17:45", ("17:45",)),
        ("09:00", ("09:00",)),
        ("9:00", ("09:00", "21:00")),
        ("9.15", ("09:15", "21:15")),
        ("nine", ("09:00", "21:00")),
        ("nine thirty", ("09:30", "21:30")),
        ("nine in the morning", ("09:00",)),
        ("half past eight", ("08:30", "20:30")),
        ("half eight", ("08:30", "20:30")),
        ("quarter to nine", ("08:45", "20:45")),
        ("a quarter past nine in the evening", ("21:15",)),
        ("ten past nine", ("09:10", "21:10")),
        ("nine o'clock", ("09:00", "21:00")),
        ("nine o’clock", ("09:00", "21:00")),
        ("noon", ("12:00",)),
        ("midnight", ("00:00",)),
        ("0730 hours", ("07:30",)),
        ("8h30", ("08:30", "20:30")),
        ("2 at night", ("02:00",)),
    ],
)
def test_a_time_is_the_set_of_its_readings(text: str, faces: tuple[str, ...]) -> None:
    clock = read_clock(text)

    assert clock is not None
    assert clock.readings == minutes(*faces)
    assert (clock.start, clock.end) == (0, len(text))


@pytest.mark.parametrize(
    "text", ["24/7", "$9", "9%", "2024", "9th", "1,200", "25:10", "13 am", "half of it", "fifteen"]
)
def test_other_numbers_are_no_times(text: str) -> None:
    assert read_clock(text) is None


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        ("9", "5", (("09:00",), ("17:00",))),
        ("9", "5 pm", (("09:00",), ("17:00",))),
        ("9 am", "5", (("09:00",), ("17:00",))),
        ("1:30 pm", "3:30", (("13:30",), ("15:30",))),
        ("7", "11", (("07:00", "19:00"), ("11:00", "23:00"))),
        ("9 am", "midnight", (("09:00",), ("24:00",))),
        ("9 pm", "2 am", (("21:00",), ("02:00",))),
    ],
)
def test_each_end_of_a_span_narrows_the_other(
    opens: str, closes: str, expected: tuple[tuple[str, ...], ...]
) -> None:
    first, last = read_clock(opens), read_clock(closes)

    assert first is not None and last is not None
    assert span_of(first, last) == tuple(frozenset(minutes(*faces)) for faces in expected)


@given(st.integers(1, 23), st.integers(0, 59))
def test_a_face_of_24_hours_has_one_reading(hour: int, minute: int) -> None:
    assert readings(hour, minute, "h") == {hour * 60 + minute}


@given(st.integers(1, 12), st.integers(0, 59))
def test_a_bare_face_reads_as_morning_or_afternoon(hour: int, minute: int) -> None:
    assert readings(hour, minute, "") == readings(hour, minute, "a") | readings(hour, minute, "p")


def test_beside_24_hour_times_a_face_is_the_morning() -> None:
    clock, noon = read_clock("9:00"), read_clock("12:30")

    assert clock is not None and noon is not None
    assert of_24_hours(clock).readings == minutes("09:00")
    assert of_24_hours(noon).readings == minutes("12:30")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Monday", {0}),
        ("Sundays", {6}),
        ("Mon-Fri", {0, 1, 2, 3, 4}),
        ("Mo–We", {0, 1, 2}),
        ("Fr-Mo", {4, 5, 6, 0}),
        ("Monday through Thursday", {0, 1, 2, 3}),
        ("Mon-Wed, Fri and Sat", {0, 1, 2, 4, 5}),
        ("weekdays", {0, 1, 2, 3, 4}),
        ("weekdays and Sundays", {0, 1, 2, 3, 4, 6}),
        ("every day", set(range(7))),
        ("seven days a week", set(range(7))),
        ("bank holidays", {7}),
    ],
)
def test_days_are_a_set(text: str, days: set[int]) -> None:
    found = days_at(tokens(text, 0, len(text), WORDS), 0, WORDS)

    assert found is not None
    assert found[0].days == days
    assert (found[0].start, found[0].end) == (0, len(text))


@pytest.mark.parametrize("text", ["we sell tea", "so we, and they", "sa va"])
def test_words_that_look_like_short_days_are_words(text: str) -> None:
    ts = tokens(text, 0, len(text), WORDS)

    assert all(days_at(ts, i, WORDS) is None for i in range(len(ts)))


@given(st.text(max_size=80))
def test_tokens_stand_in_order_inside_the_text(text: str) -> None:
    ts = tokens(text, 0, len(text), WORDS)

    assert all(0 <= t.start < t.end <= len(text) for t in ts)
    assert all(a.end <= b.start for a, b in pairwise(ts))


def test_letters_that_grow_when_lowered_move_no_offset() -> None:
    text = "İİ 9 am"

    assert [(t.start, t.end) for t in tokens(text, 0, len(text), WORDS)][-1] == (3, 7)
