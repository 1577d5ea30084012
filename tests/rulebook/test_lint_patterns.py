"""
Warnings about patterns: each is shown by the engine itself, and what is told apart is told apart rightly.
"""

from __future__ import annotations

import itertools

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.rulebook.lint.automaton import Automaton
from filterproxy.rulebook.lint.inside import inside_words
from filterproxy.rulebook.lint.slow import LIMIT_SECONDS, slow
from filterproxy.rulebook.lint.texts import empty_between, shortest
from filterproxy.rulebook.lint.tree import Undecided, read


def automaton(pattern: str) -> Automaton:
    tree = read(pattern, False)
    return Automaton.of(tree, tree.tree)


SLOW = [
    r"(a|a)*b", r"(?:a|ab|b)*c", r"(.*?,){11}P", r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"(?:[^,]*){1,10}\w",  # what the readable text of it ends in is a match
    r"(?:(\w+)+(?:,|ab)++b)+",  # without a "b" anywhere the engine does not begin
]  # fmt: skip
QUICK = [
    r"\d+\.\d+", r"(?>a+)+b", r"(a++)+b", r"(?:\w+\.)*\w+@x", r".*foo.*bar", r"\bv\d+(\.\d+)+", r"[ab]*c",
    r"(?:ab|cd)*e", r"\s+x", r"(?:\w+ )*x", r"colou?rs?",
]  # fmt: skip


@pytest.mark.parametrize("pattern", SLOW)
def test_a_pattern_that_backtracks_is_told_with_a_text_that_makes_it_slow(pattern: str) -> None:
    found = slow(pattern, False, read(pattern, False))

    assert found is not None
    assert len(found.text) <= 1_100
    with pytest.raises(TimeoutError):
        regex.search(pattern, found.text, regex.V1, timeout=LIMIT_SECONDS / 4)


@pytest.mark.parametrize("pattern", QUICK)
def test_a_pattern_that_the_engine_gets_through_is_no_slow_one(pattern: str) -> None:
    assert slow(pattern, False, read(pattern, False)) is None


NEVER = [
    "a^b", r"a\bb", "(?!a)ab", "foo(?!bar)bar", "(?=ab)ac", "[a&&b]x", r"x$\Ay", r"(?<=a)(?<!a)b", r"\b\B\w",
    r"\Zab", "(?<!a)(?<=a)b", "(?:a^b|c$d)", "(?=[0-9])[a-z]", r"^$", r"(?<=\d)(?<=[a-z])x",
]  # fmt: skip
SOMETIMES = [
    r"\bfoo\b", "a(?!b)", "(?=ab)a", "(?!ab)ac", "^a", "a$", r"(?<=x)y", "a{3,5}b", "(?m)a$\n^b",
    "[a-z&&[aeiou]]", r"(?i)STRASSE", r"\p{Greek}", "(?<!a)b", r"a\Bb", r"x{30}", "(?:ab){2}",
]  # fmt: skip


@pytest.mark.parametrize("pattern", NEVER)
def test_what_contradicts_itself_can_never_match(pattern: str) -> None:
    assert shortest(automaton(pattern)) is None


@pytest.mark.parametrize("pattern", SOMETIMES)
def test_what_can_match_is_not_told_never_to(pattern: str) -> None:
    assert shortest(automaton(pattern)) is not None


PIECES = [
    "a",
    "b",
    " ",
    "[ab]",
    "[^a]",
    r"\w",
    r"\b",
    r"\B",
    "^",
    "$",
    "(?=a)",
    "(?!a)",
    "(?<=a)",
    "(?<!b)",
    "(?!ab)",
]
patterns = st.recursive(
    st.sampled_from(PIECES),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{1,3}"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=6,
)
TEXTS = ["".join(letters) for n in range(5) for letters in itertools.product("ab \n", repeat=n)]


@given(patterns)
def test_what_is_told_never_to_match_matches_no_text(pattern: str) -> None:
    """Neither something, nor nothing at all: asked of every short text of four letters."""
    made = automaton(pattern)
    text, empty = shortest(made), empty_between(made)
    compiled = regex.compile(pattern, regex.V1)
    spans = [match.span() for one in TEXTS for match in compiled.finditer(one)]

    assert text is not None or all(start == end for start, end in spans)
    assert empty is not None or all(start < end for start, end in spans)


# `$` in front of a line break looks one character further: whether that is the last one.
FARTHER = ("(?=", "(?!", "(?<", "$")


@given(patterns.filter(lambda pattern: not any(far in pattern for far in FARTHER)))
def test_the_text_that_is_shown_has_a_match(pattern: str) -> None:
    """Where nothing looks around further than to the next character."""
    text = shortest(automaton(pattern))
    compiled = regex.compile(pattern, regex.V1)

    # Of several ways to match the engine takes the first, which may be the empty one.
    assert text is None or compiled.search(text) is not None


@pytest.mark.parametrize("pattern", [r"(a)\1", r"(?P<x>a(?&x)?)", r"\X", "(a)?(?(1)b|c)"])
def test_what_the_tree_cannot_tell_is_undecided(pattern: str) -> None:
    with pytest.raises(Undecided):
        read(pattern, False)


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        ("cat|dog", "concatenate"),
        ("(?i)ASS", "assassin"),
        ("refunds?", "refundable"),
        ("[Tt]hen", "heathen"),
        # Edges that are those of the outer alternatives alone.
        (r"\bcat|dog\b", "category"),
        (r"\bzebra|emus?|yak\b", "zebras"),
    ],
)
def test_words_without_an_edge_are_shown_inside_another_word(pattern: str, word: str) -> None:
    tree = read(pattern, False)
    found = inside_words(pattern, False, tree, Automaton.of(tree, tree.tree), ())

    assert found is not None
    assert (word, True) == (found.word, found.literal in found.word)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\bcat\b", r"(?<!\w)cat", "退款", r"cat\w*", r"\d+", "cat[a-z]", "-cat-", "v[0-9]", "cat!",
        r"\bcat|\bdog", r"\b(?:cat|dog)\b", r"\bcat\b|\bdog\b", r"\bcat|\bcow\b|dog\b", r"\bcat\s|dog\b",
    ],
)  # fmt: skip
def test_what_has_an_edge_or_is_no_word_is_left_alone(pattern: str) -> None:
    """Also Chinese: it puts no blanks between words."""
    tree = read(pattern, False)

    assert inside_words(pattern, False, tree, Automaton.of(tree, tree.tree), ()) is None


def test_a_word_of_an_example_that_must_pass_is_shown_first() -> None:
    tree = read("cat", False)
    found = inside_words("cat", False, tree, Automaton.of(tree, tree.tree), ("Catalina", "scatter"))

    assert found is not None
    assert "scatter" == found.word
