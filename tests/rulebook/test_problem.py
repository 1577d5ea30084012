"""Problems as data, and as people read them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.rulebook.problem import (
    CODES,
    Place,
    Problem,
    RulebookError,
    nearest,
    render,
    render_problems,
)


def problem(place: Place, what: str = 'unknown action "redcat"') -> Problem:
    return Problem(
        place,
        "FP012",
        what,
        "the rule would match and then do nothing",
        'did you mean "redact"?',
        "not one of: cut",
    )


def test_a_problem_reads_as_the_style_guide_shows() -> None:
    """Code and fault, place, the author's line with marks, why, fix."""
    place = Place("rules/pii.yaml", 14, 13, 6, "    action: redcat")

    assert render(problem(place)).split("\n") == [
        'error[FP012]: unknown action "redcat"',
        "  --> rules/pii.yaml:14:13",
        "14 |     action: redcat",
        "   |             ^^^^^^ not one of: cut",
        "   = why: the rule would match and then do nothing",
        '   = fix: did you mean "redact"?',
    ]


def test_a_problem_of_a_whole_file_shows_no_line() -> None:
    """There is nothing to point at in a file that is not there."""
    assert render(problem(Place("none.yaml"))).split("\n") == [
        'error[FP012]: unknown action "redcat"',
        "  --> none.yaml",
        "   = why: the rule would match and then do nothing",
        '   = fix: did you mean "redact"?',
    ]


def test_marks_stand_below_wide_characters() -> None:
    """Chinese and Japanese characters take two columns of a terminal each."""
    shown = render(problem(Place("a.yaml", 1, 4, 2, "返金:払戻"))).split("\n")

    assert shown[3] == "  |      ^^^^ not one of: cut"


def test_control_characters_never_reach_the_terminal() -> None:
    """A pack may come from elsewhere."""
    shown = render(problem(Place("a.yaml", 1, 2, 1, "\x1b[31m\tred"), what='unknown action "\x1b[0m"'))

    assert "\x1b" not in shown
    assert "\t" not in shown


@given(st.text(st.characters(codec="utf-8"), max_size=300), st.integers(1, 400), st.integers(1, 400))
def test_a_rendered_problem_always_has_six_lines(text: str, column: int, length: int) -> None:
    """However long or odd the author's line is."""
    assert len(render(problem(Place("a.yaml", 3, column, length, text))).splitlines()) == 6


def test_problems_come_in_the_order_of_their_places_and_once() -> None:
    """An alias may lead to one mistake twice; it is still one."""
    late, early = problem(Place("a.yaml", 9, 1)), problem(Place("a.yaml", 2, 5))
    error = RulebookError([late, early, late])

    assert (early, late) == error.problems
    assert render_problems([early, late]) == str(error)


def test_a_problem_is_plain_data_for_scripts() -> None:
    """`check --json` prints these keys."""
    data = problem(Place("a.yaml", 14, 13, 6, "x")).as_json()

    assert data == json.loads(json.dumps(data))
    assert sorted(data) == ["code", "column", "file", "fix", "label", "length", "line", "what", "why"]


@pytest.mark.parametrize(
    ("word", "found"), [("redcat", "redact"), ("DROP", "drop"), ("delete", None), ("", None)]
)
def test_the_nearest_name_is_offered_only_where_it_is_near(word: str, found: str | None) -> None:
    """A wild guess would send the author the wrong way."""
    assert found == nearest(word, ["redact", "drop", "cut"])


def test_codes_are_numbered_without_a_gap() -> None:
    """A code is never given to another mistake."""
    assert [f"FP{n:03}" for n in range(1, len(CODES) + 1)] == list(CODES)


def test_the_nearest_word_may_be_one_part_of_what_was_written() -> None:
    assert ["card", "phone", None] == [nearest(w, ("card", "phone")) for w in ("credit_card", "Phones", "x")]
    assert "gap-to-fill" == nearest("gap", ("gap-to-fill-in-forms", "gap-to-fill", "price"))
