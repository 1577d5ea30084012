"""How often a rule is right, and how sure that is."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.labels.label import FIRED, NEAR, RIGHT, UNSURE, WRONG, Label
from filterproxy.labels.precision import precision, wilson, with_precision
from filterproxy.labels.store import Labels
from filterproxy.scores import Z_95

# Newcombe 1998 (Statistics in Medicine 17:857-872), table I, method 3, at 95 %.
NEWCOMBE = {
    (81, 263): (0.2553, 0.3662),
    (15, 148): (0.0624, 0.1605),
    (0, 20): (0.0, 0.1611),
    (1, 29): (0.0061, 0.1718),
}


@pytest.mark.parametrize("given_", NEWCOMBE)
def test_the_interval_is_the_published_one(given_: tuple[int, int]) -> None:
    assert NEWCOMBE[given_] == tuple(round(bound, 4) for bound in wilson(*given_))


shares = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(shares)
def test_the_bounds_solve_the_score_equation(share: tuple[int, int]) -> None:
    """Each bound p is where |share - p| is z standard errors of p; none lies outside of 0 to 1."""
    right, total = share
    low, high = wilson(right, total)

    assert 0 <= low <= right / total <= high <= 1
    for bound in (low, high):
        if 0 < bound < 1:
            error = math.sqrt(bound * (1 - bound) / total)
            assert math.isclose(abs(right / total - bound), Z_95 * error, rel_tol=1e-6, abs_tol=1e-9)


@given(shares)
def test_what_is_wrong_mirrors_what_is_right(share: tuple[int, int]) -> None:
    right, total = share
    low, high = wilson(right, total)
    mirrored = wilson(total - right, total)

    assert mirrored == pytest.approx((1 - high, 1 - low))


@given(shares)
def test_more_labels_of_the_same_share_say_more(share: tuple[int, int]) -> None:
    few, many = wilson(*share), wilson(share[0] * 4, share[1] * 4)

    assert many[1] - many[0] < few[1] - few[0]


def test_no_labels_say_nothing() -> None:
    assert (0.0, 1.0) == wilson(0, 0)
    assert precision(Labels(), "hours", "v1").point is None


@pytest.mark.parametrize("share", [(2, 1), (-1, 1)])
def test_what_is_no_share_is_refused(share: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"is no share"):
        wilson(*share)


def test_precision_is_about_replies_in_which_the_rule_fired() -> None:
    given_ = [
        Label("a", "hours", RIGHT),
        Label("b", "hours", RIGHT),
        Label("c", "hours", WRONG),
        Label("d", "hours", UNSURE),
        Label("e", "hours", WRONG, stratum=NEAR),
        Label("f", "mail", WRONG, stratum=FIRED),
    ]
    found = precision(Labels({label.key: label for label in given_}), "hours", "")

    assert (2, 1, 1) == (found.right, found.wrong, found.unsure)
    assert found.point is not None and 2 / 3 == found.point
    assert (found.low, found.high) == wilson(2, 3)


def test_other_versions_of_the_rule_and_picked_cases_are_counted_beside() -> None:
    """Whoever mends a rule is not held by its old faults, and hits that were looked for are no sample."""
    given_ = [
        Label("a", "hours", RIGHT, version="v2"),
        Label("b", "hours", WRONG, version="v1"),
        Label("c", "hours", RIGHT),
        Label("d", "hours", WRONG, version="v2", picked=True),
        Label("e", "hours", WRONG, version="v1", picked=True),
    ]
    found = precision(Labels({label.key: label for label in given_}), "hours", "v2")

    assert (1, 0, 3, 1) == (found.right, found.wrong, found.other, found.picked)
    assert "3 of other versions, 1 picked" == found.beside


def test_a_replay_is_told_with_the_precision_of_rules_that_have_labels() -> None:
    labels = Labels({("a", "hours"): Label("a", "hours", RIGHT, version="v1")})
    result = {"seconds": 1.0, "rules": {"hours": {"new": 1}, "mail": {"new": 2}}}

    assert {
        "seconds": 1.0,
        "rules": {
            "hours": {"new": 1, "precision": precision(labels, "hours", "v1").as_json()},
            "mail": {"new": 2},
        },
    } == with_precision(result, labels, {"hours": "v1", "mail": "v1"})
