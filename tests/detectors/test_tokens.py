"""Tokens: spaCy's Matcher, with spans in code points and a gate that never misses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.core.request import Request
from filterproxy.detectors.phrases import fold
from filterproxy.detectors.tokens import Tokens
from tests.detectors.finding import found

REQUEST = Request()
Pattern = tuple[Mapping[str, object], ...]


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (({"IS_CURRENCY": True}, {"LIKE_NUM": True}), "It costs $5 now, or €7.", ["$5", "€7"]),
        (({"LOWER": "refund"},), "🙂 Refund, REFUND, refunds", ["Refund", "REFUND"]),
        (({"TEXT": "Refund"},), "Refund, REFUND", ["Refund"]),
        (
            ({"LOWER": "full"}, {"OP": "*"}, {"LOWER": "refund"}),
            "full x refund refund",
            ["full x refund refund"],
        ),
        (({"LOWER": {"IN": ["one", "two"]}},), "One and two", ["One", "two"]),
        (({"TEXT": {"REGEX": "^v[0-9]+$"}},), "from v2 to v10", ["v2", "v10"]),
        (({"LOWER": "no"}, {"LOWER": "no"}), "no no no no no", ["no no", "no no"]),
        (({"LOWER": "refund"},), "today's credit", []),
    ],
)
def test_matches_are_leftmost_longest_and_apart(pattern: Pattern, text: str, matches: list[str]) -> None:
    """Spans are code points of the text."""
    assert matches == [text[start:end] for start, end in found(Tokens((pattern,)), text)]


def test_a_match_lies_inside_its_unit() -> None:
    """Tokens outside it are not seen, also when the same text was asked about before."""
    detector = Tokens((({"LOWER": "no"}, {"LOWER": "no"}),))
    text = "no no no"

    assert found(detector, text, (3, 8)) == [(3, 8)]
    assert found(detector, text, (0, 5)) == [(0, 5)]
    assert found(detector, text, (3, 5)) == []


@pytest.mark.parametrize(
    ("patterns", "message"),
    [
        ((), "the list of patterns is empty"),
        (((),), "pattern 1 has no tokens"),
        ((({"POS": "NOUN"},),), "pattern 1, token 1: POS needs a trained model"),
        ((({"LOWER": "a"}, {"LEMMA": "be"}),), "pattern 1, token 2: LEMMA needs a trained model"),
        ((({"ENT_TYPE": "ORG"},),), "ENT_TYPE needs a trained model"),
        ((({"LOWR": "x"},),), "LOWR is no attribute"),
        ((({"LOWER": "Refund"},),), "'Refund' has capital letters"),
        ((({"LOWER": {"IN": ["a", "B"]}},),), "'B' has capital letters"),
        ((({"LOWER": 3},),), "pattern 1: token 1, LOWER"),
        ((({"TEXT": "x"},), ({"TEXT": "x", "OP": "{2"},)), "pattern 2: token 1, OP"),
        ((({"TEXT": {"REGEX": "("}},),), "pattern 1: its REGEX cannot be read"),
        ((("x",),), "'x' is no mapping"),
    ],
)
def test_a_mistake_is_told_with_its_pattern(patterns: Any, message: str) -> None:
    """At construction, and in a sentence."""
    with pytest.raises(ValueError) as caught:
        Tokens(patterns)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_language_that_spacy_does_not_have_is_refused() -> None:
    """With its name."""
    with pytest.raises(ValueError, match="cannot read the language 'xx9'"):
        Tokens((({"LOWER": "a"},),), language="xx9")


def test_without_spacy_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an ImportError."""
    monkeypatch.setitem(sys.modules, "spacy", None)

    with pytest.raises(ValueError, match=r"needs spaCy: pip install 'filterproxy\[nlp\]'"):
        Tokens((({"LOWER": "a"},),))


def test_the_module_alone_does_not_import_spacy() -> None:
    """Rulebooks without `tokens` do not pay for it."""
    code = "import sys, filterproxy.detectors.tokens; print('spacy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    "pattern",
    [
        ({"LIKE_NUM": True},),
        ({"LOWER": "a", "OP": "?"}, {"IS_PUNCT": True}),
        ({"LOWER": "a", "OP": "{0,2}"}, {"IS_PUNCT": True}),
        ({"LOWER": "a", "OP": "{,2}"}, {"IS_PUNCT": True}),
        ({"LOWER": "a", "OP": "!"},),
        ({"LOWER": {"NOT_IN": ["a"]}},),
        ({"LOWER": "i\u0307stanbul"},),
    ],
)
def test_what_demands_no_certain_word_is_ungated(pattern: Pattern) -> None:
    """None: it runs on every text."""
    assert Tokens((pattern,)).gate is None
    assert Tokens((({"LOWER": "word"},), pattern)).gate is None


def test_the_longest_certain_word_is_the_gate() -> None:
    """One source for each pattern."""
    gate = Tokens((({"LOWER": "a"}, {"TEXT": "Refund"}, {"LOWER": "x", "OP": "*"}), ({"ORTH": "Now"},))).gate

    assert gate == ("(?:Refund)", "(?:Now)")


PATTERNS: list[Pattern] = [
    ({"LOWER": "öl"}, {"LOWER": {"IN": ["krise", "σοφός"]}, "OP": "+"}),
    ({"LOWER": "straße", "OP": "{1,3}"},),
    ({"TEXT": "K"}, {"OP": "?"}, {"LOWER": "ok"}),
    ({"ORTH": "n't"},),
]
DETECTORS = [Tokens((pattern,)) for pattern in PATTERNS]
WORDS = [
    "öl",
    "Öl",
    "KRISE",
    "krise",
    "ΣΟΦΌΣ",
    "σοφός",
    "STRAẞE",
    "straße",
    "K",
    "ok",
    "OK",
    "o\u212a",
    "don't",
    ",",
]


@given(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join))
def test_a_match_implies_the_gate(text: str) -> None:
    """In any case of the letters."""
    for detector in DETECTORS:
        assert detector.gate is not None
        if found(detector, text):
            assert any(re2.search(source, text) for source in detector.gate)


def test_small_letters_never_fold_apart() -> None:
    """What the gate's character classes rest on: a character and its small letter are of one case class."""
    apart = [c for c in map(chr, range(0x110000)) if len(c.lower()) == 1 and fold(c) != fold(c.lower())]

    assert apart == []
