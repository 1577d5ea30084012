"""Which alternatives of a pattern made a match."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.core.shape import Underivable
from filterproxy.detectors.regex import Regex
from filterproxy.detectors.regex_branches import Branches


def branches(pattern: str) -> Branches:
    return Branches(*Regex(pattern).compiled)


def used(pattern: str, text: str) -> list[str]:
    """The labels of the alternatives that made the first match."""
    found = regex.search(pattern, text, regex.V1)
    assert found is not None
    told = branches(pattern)
    numbers = told.used(text, found.span(), len(text))
    assert numbers is not None
    return [re.sub(r" \(of .*", "", a.label) for a in told.alternatives if a.number in numbers]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("cats|dogs", "two dogs", ["dogs"]),
        ("(?:open(?:s|ed|ing)?|close)", "opened", ["open(?:s|ed|ing)?", "ed"]),
        ("(?:open(?:s|ed|ing)?|close)", "open", ["open(?:s|ed|ing)?"]),
        ("open(?:s|ed|)x", "openx", ["(nothing)"]),
        ("(?:a|b|c)+", "acca", ["a", "c"]),
        (r"(x|y)-\1|z", "y-y", [r"(x|y)-\1", "y"]),
        (r"(?<n>x|y)-(?P=n)", "x-x", ["x"]),
        ("(?>a|ab)c|abd", "abd", ["abd"]),
        ("(?:a|ab)(?:c|bcd)(?:d*)", "abcd", ["a", "bcd"]),
        (r"(?<=\$|€)\d", "€5", ["€"]),
        ("(?=a|b)[ab](?:x|y)", "by", ["b", "y"]),
        ("(?i:STOP|go)", "Stop", ["STOP"]),
        (r"[|]|\||x", "|", ["[|]"]),
        (r"[]|]y|x", "|y", ["[]|]y"]),
        ("a(?#x|y)b|c", "ab", ["a(?#x|y)b"]),
        ("(?|(a)|(b))c", "bc", ["(b)"]),
        ("straße|STRASSE", "straße", ["straße"]),
    ],
)
def test_the_engine_says_which_alternative_it_was(pattern: str, text: str, expected: list[str]) -> None:
    assert used(pattern, text) == expected


def test_an_attempt_that_failed_counts_for_nothing() -> None:
    """Only what is captured when the match is complete."""
    assert used("(?:ab|abc|abcd)!", "abcd!") == ["abcd"]


def test_nested_ones_know_in_which_they_stand() -> None:
    told = branches("a(?:b|c(?:d|e))|f")

    assert [(a.outer, a.label.split(" (")[0]) for a in told.alternatives] == [
        (-1, "a(?:b|c(?:d|e))"),
        (-1, "f"),
        (0, "b"),
        (0, "c(?:d|e)"),
        (3, "d"),
        (3, "e"),
    ]


@pytest.mark.parametrize("pattern", ["(?!a|b)c", "(?<!a|b)c", "(a)?(?(1)b|c)", "(?(?=a)b|c)"])
def test_what_cannot_be_told_is_counted(pattern: str) -> None:
    told = branches(pattern)

    assert (told.left_out, told.alternatives) == (2, ())


def test_a_pattern_that_calls_groups_is_not_analysed() -> None:
    with pytest.raises(Underivable, match="calls a group"):
        branches("(?:a|(?R))b")


def test_verbose_patterns_are_told_by_number() -> None:
    """Comments in them may hold anything."""
    assert [a.label for a in branches("(?x) a # or | (\n | b").alternatives] == [
        "alternative 1 of 2",
        "alternative 2 of 2",
    ]


def test_another_match_is_none() -> None:
    assert branches("a|b").used("ab", (0, 2), 2) is None


PARTS = st.recursive(
    st.sampled_from(["a", "b", "ab", "[ab]", "a?", "", r"\b"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(?:" + "|".join(parts) + ")"),
        st.lists(inner, min_size=2, max_size=3).map("".join),
        inner.map(lambda part: f"(b{part})*"),
        inner.map(lambda part: f"(?={part})"),
        inner.map(lambda part: f"(?>{part})"),
    ),
    max_leaves=8,
)


def test_of_a_loop_that_may_go_round_empty_no_branch_is_made_up() -> None:
    """The engine leaves such a loop sooner without groups than with them."""
    numbers = branches("((?:|a))*b").used("ab", (0, 2), 2)

    assert numbers is None or numbers <= {0, 1}


@given(PARTS.map(lambda part: f"[ab]{part}"), st.text("ab ", max_size=8))
def test_the_groups_change_nothing_that_is_found(pattern: str, text: str) -> None:
    """
    For every match, the pattern with its branches in groups finds the same one, and names branches. Patterns
    that match nothing at all are none of a rule's (FP020).
    """
    told = branches(pattern)
    for found in regex.compile(f"(?-f:{pattern})", regex.V1).finditer(text):
        numbers = told.used(text, found.span(), len(text))

        assert numbers is not None
        assert numbers <= {a.number for a in told.alternatives}
        outer = {a.number: a.outer for a in told.alternatives}
        assert all(outer[n] < 0 or outer[n] in numbers for n in numbers)


@given(st.lists(st.text("abc", min_size=1, max_size=3), min_size=2, max_size=5), st.text("abc", max_size=6))
def test_of_plain_words_it_is_the_first_that_fits(words: list[str], text: str) -> None:
    """A naive oracle: at the match's place, the first word that stands there."""
    pattern = "|".join(words)
    found = regex.search(pattern, text)
    if found is None:
        return
    expected = next(at for at, word in enumerate(words) if text.startswith(word, found.start()))

    assert branches(pattern).used(text, found.span(), len(text)) == frozenset({expected})
