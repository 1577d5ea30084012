"""The folded view, and where its characters stand in the text as sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.core.fold import FOLD_REACH, fold, folds, unsure_from

LETTERS = "ᴀⓑ\u0332\u20e3abc XY9\u200b\u00a0\uff21\u2019аеорЗ\U0001d400é中\ufe0f_-"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("pаypal", "paypal"),  # Cyrillic а
        ("Сall", "Call"),  # Cyrillic С
        ("９\uff0e３０", "9.30"),
        ("in\u200bvisible", "invisible"),
        ("a\u00a0b\u3000c", "a b c"),
        ("don’t", "don't"),
        ("555\u2011123", "555-123"),
        ("\U0001d5d4\U0001d5ef", "Ab"),
        ("ᴏᴘᴇɴ", "open"),
        ("Ⓞⓟ🅔🄽", "OpEN"),
        ("9ᵃᵐ", "9am"),
        ("9\ufe0f\u20e3 am", "9 am"),
        ("o\u0332p\u0336en", "open"),
    ],
)
def test_what_hides_a_match_is_folded(text: str, folded: str) -> None:
    """One example of each kind."""
    view = fold(text)

    assert view is not None
    assert folded == view.text


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "été",
        "Часы работы: до вечера",
        "καλημέρα",
        "営業時間は九時",
        "9–5",
        "“yes”",
        "① 9:00",
        "10 m²",
        "1ª, 2º",
    ],
)
def test_ordinary_text_in_any_script_is_left_alone(text: str) -> None:
    """Then the folded view costs one scan and is not built."""
    assert not folds(text)
    assert fold(text) is None


@given(st.text(alphabet=LETTERS, max_size=30))
def test_every_folded_character_stands_where_it_came_from(text: str) -> None:
    """Offsets go up, stay inside, and spans never lose a character."""
    view = fold(text)
    if view is None:
        return
    places = [view.span(i, i + 1) for i in range(len(view.text))]

    assert all(0 <= a < b <= len(text) for a, b in places)
    assert places == sorted(places)
    assert len(view.text) == view.place(len(text))


@given(st.text(alphabet=LETTERS, max_size=40), st.text(alphabet=LETTERS, max_size=40))
def test_what_is_sure_does_not_change_when_more_text_comes(head: str, tail: str) -> None:
    """The online law of the fold."""
    sure = unsure_from(head)
    before, after = fold(head[:sure]), fold(head + tail)
    short = head[:sure] if before is None else before.text
    long = head + tail if after is None else after.text

    assert long.startswith(short)


def test_a_look_alike_folds_by_its_word_and_no_further_than_its_reach() -> None:
    """At 32 letters it folds, at 33 it does not."""
    near, far = "а" + "中" * (FOLD_REACH - 1) + "z", "а" + "中" * FOLD_REACH + "z"

    assert fold(near) is not None
    assert fold(far) is None
