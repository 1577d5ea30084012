"""Phrases: one answer for few and for many, and nothing is let go too early."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.core.request import Request
from filterproxy.core.rule import MATCH_LIMIT, Span
from filterproxy.core.shape import prefixes, wide
from filterproxy.detectors.phrases import Phrases, case_class, fold
from tests.detectors.finding import found

REQUEST = Request()

LETTERS = "abAB ß好カーก\u0301'_1-ςΣ"
texts = st.text(LETTERS, max_size=24)
lists = st.lists(st.text(LETTERS, min_size=1, max_size=4).filter(str.strip), min_size=1, max_size=5).map(
    tuple
)


@dataclass(frozen=True)
class Naive:
    """What the verb promises, tried at every place, for the letters of LETTERS."""

    phrases: tuple[str, ...]
    words: bool

    def found(self, text: str, unit: Span) -> list[Span]:
        spans: list[Span] = []
        start = unit[0]
        while start < unit[1]:
            stops = [stop for stop in range(start + 1, unit[1] + 1) if self.hit(text, start, stop, unit[1])]
            if stops:
                spans.append((start, stops[-1]))
            start = stops[-1] if stops else start + 1
        return spans

    def hit(self, text: str, start: int, stop: int, end: int) -> bool:
        if not any(self.same(text[start:stop], phrase) for phrase in self.phrases):
            return False
        return not self.words or not (self.tied(text, start) or (stop < end and self.tied(text, stop)))

    def same(self, a: str, b: str) -> bool:
        def plain(c: str) -> str:
            return "σ" if c in "ςΣ" else c.lower()

        return list(map(plain, a)) == list(map(plain, b))

    def tied(self, text: str, at: int) -> bool:
        """Whether the characters on both sides of a place belong to one word."""
        if at == 0:
            return False
        before = text[:at].rstrip("\u0301")[-1:]
        if text[at] == "\u0301":
            return before != "" and before not in " '-"
        return before != "" and before in "abABßςΣ_1" and text[at] in "abABßςΣ_1"


@given(lists, texts, st.data())
def test_whole_words_agree_with_trying_every_place(
    phrases: tuple[str, ...], text: str, data: st.DataObject
) -> None:
    """Leftmost, longest, not overlapping, inside the unit."""
    # A mark that begins or ends a phrase belongs to a letter that the phrase does not have.
    phrases = tuple(kept for phrase in phrases if (kept := phrase.strip("\u0301 '-"))) or ("a",)
    unit = tuple(sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2))))

    assert Naive(phrases, True).found(text, unit) == found(Phrases(phrases), text, unit)


@given(lists, texts)
def test_substrings_agree_with_trying_every_place(phrases: tuple[str, ...], text: str) -> None:
    """With `words: false` the edges do not matter."""
    expected = Naive(phrases, False).found(text, (0, len(text)))

    assert expected == found(Phrases(phrases, words=False), text)


@pytest.mark.parametrize(
    ("phrases", "text", "matches"),
    [
        (("refund",), "Full Refund, refunds, REFUND", ["Refund", "REFUND"]),
        (("refund",), "the refund's date", ["refund"]),
        (("new", "new york"), "New York is new", ["New York", "new"]),
        (("straße",), "Hauptstraße, STRAẞE, Straße", ["STRAẞE", "Straße"]),
        (("退款",), "可以退款吗", ["退款"]),
        (("カレー",), "チキンカレーです", ["カレー"]),
        (("คืนเงิน",), "ขอคืนเงินด้วย", ["คืนเงิน"]),
        (("cafe",), "cafe\u0301 cafe", ["cafe"]),
        (("api",), "用api吧", ["api"]),
        (("c++",), "C++11 or C++", ["C++", "C++"]),
        (("❤",), "I ❤\ufe0fyou", ["❤"]),
        (("you",), "I ❤\ufe0fyou", ["you"]),
        (("as an ai",), "As an AI, as an aim", ["As an AI"]),
    ],
)
def test_words_are_those_of_the_script(phrases: tuple[str, ...], text: str, matches: list[str]) -> None:
    """Scripts without spaces have no edges; marks belong to their letter."""
    assert matches == [text[start:end] for start, end in found(Phrases(phrases), text)]


def test_what_stands_before_the_unit_is_seen_and_what_follows_is_not() -> None:
    """A unit's start is no edge of a word by itself, its end is."""
    assert found(Phrases(("fund",)), "refunds", (2, 6)) == []
    assert found(Phrases(("fund",)), "funds", (0, 4)) == [(0, 4)]


@pytest.mark.parametrize(
    ("phrases", "message"),
    [
        ((), "the list of phrases is empty"),
        (("a", " "), "phrase 2 is empty or only white space"),
        (("a" * (MATCH_LIMIT + 1),), "phrase 1 has 4097 characters"),
    ],
)
def test_phrases_that_cannot_be_found_are_refused(phrases: tuple[str, ...], message: str) -> None:
    """At construction, with a sentence."""
    with pytest.raises(ValueError, match=message):
        Phrases(phrases)


def test_folding_keeps_every_offset() -> None:
    """Code point for code point, for all of Unicode."""
    everything = "".join(c for c in map(chr, range(0x110000)) if not 0xD800 <= ord(c) < 0xE000)
    folded = fold(everything)

    assert len(folded) == len(everything)
    assert folded[:0x3000] == "".join(map(fold, everything[:0x3000]))


@given(st.characters(max_codepoint=0x1F000, exclude_categories=["Cs"]))
def test_a_case_class_is_all_that_folds_the_same(c: str) -> None:
    """Small, capital and odd ones: K and the Kelvin sign."""
    pattern = re2.compile(case_class(fold(c)).source)
    cases = {c, c.lower(), c.upper(), c.title(), c.swapcase(), "k", "K", "\u212a", "µ", "μ", "Ω", "\u2126"}

    for other in cases:
        if len(other) == 1:
            assert (fold(other) == fold(c)) == bool(pattern.fullmatch(other))


@given(lists, st.booleans(), texts, texts)
def test_the_shape_covers_every_match_and_all_that_is_undecided(
    phrases: tuple[str, ...], words: bool, before: str, after: str
) -> None:
    """The gate names the rule; what comes before the hold is as it would be in the longer text."""
    detector = Phrases(phrases, words)
    assert detector.shape is not None
    text = before + after
    spans = found(detector, text)
    held = re2.search(f"(?:{prefixes(detector.shape)})\\z", before)

    assert not spans or re2.search(wide(detector.shape), text)
    assert_nothing_before_changes(detector, before, spans, held.start())


@given(lists, st.booleans(), texts, texts)
def test_the_start_of_prefixes_covers_all_that_is_undecided(
    phrases: tuple[str, ...], words: bool, before: str, after: str
) -> None:
    """Also for lists that are too long for a shape."""
    detector = Phrases(phrases, words)
    assert detector.shape is not None
    spans = found(detector, before + after)
    held = detector.prefix_start(before, 0)

    assert held >= re2.search(f"(?:{prefixes(detector.shape)})\\z", before).start()
    assert not spans or detector.may_hit(before + after)
    assert_nothing_before_changes(detector, before, spans, held)


def assert_nothing_before_changes(detector: Phrases, before: str, spans: list[Span], held: int) -> None:
    assert [s for s in spans if s[0] < held] == [s for s in found(detector, before) if s[0] < held]
    assert all(start >= held for start, end in spans if start < len(before) < end)


def test_only_what_could_begin_a_match_waits() -> None:
    """From where a phrase could begin, or to the end of the text."""
    detector = Phrases(("full refund", "refund"))
    waiting = {
        text: text[detector.prefix_start(text, 0) :] for text in ("a full", "a ful x", "xref", "a refund", "")
    }

    assert waiting == {"a full": "full", "a ful x": "", "xref": "", "a refund": "refund", "": ""}
    assert detector.prefix_start("a full", 3) == 6


def test_fifty_thousand_phrases_have_no_shape_and_are_found() -> None:
    """Their gate is one Aho-Corasick scan, their hold a bisect."""
    detector = Phrases(tuple(f"item number {number}" for number in range(50_000)))
    text = "We have Item Number 4711 and item number 50001."

    assert detector.shape is None
    assert found(detector, text) == [(8, 24)]
    assert detector.may_hit(text)
    assert not detector.may_hit("We have it.")
    assert detector.prefix_start("We have item num", 0) == 8
    assert detector.prefix_start("We have item number 4711.", 0) == 25


def test_many_matches_in_a_long_text_are_each_found_from_where_the_last_ended() -> None:
    """Windows double only while nothing is found."""
    text = ("x " * 5_000 + "refund ") * 20

    assert len(found(Phrases(("refund",)), text)) == 20
