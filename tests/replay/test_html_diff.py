"""filterproxy.replay.html_diff: what two texts share, and spans in a text."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.replay.html_diff import Piece, differing, marked
from filterproxy.replay.html_tree import document, e
from tests.replay.reading import Reader

WORDS = st.lists(st.sampled_from(["we ", "open ", "at ", "nine", ". ", "\n", "時", "é"]), max_size=30).map(
    "".join
)


def whole(pieces: list[Piece]) -> str:
    return "".join(text for text, _ in pieces)


def shared(pieces: list[Piece]) -> str:
    return "".join(text for text, changed in pieces if not changed)


@given(WORDS | st.text(max_size=40), WORDS | st.text(max_size=40))
def test_pieces_make_up_both_texts_and_the_rest_is_the_same(before: str, after: str) -> None:
    old, new = differing(before, after)

    assert (before, after) == (whole(old), whole(new))
    assert shared(old) == shared(new)
    assert (before == after) is not any(changed for _, changed in [*old, *new])


@pytest.mark.parametrize(
    ("before", "after", "old", "new"),
    [
        ("We open at nine.", "We open at ten.", "We open at [nine].", "We open at [ten]."),
        ("Call 030 123 now.", "Call [x] now.", "Call [030 123] now.", "Call [[x]] now."),
        ("One. Two.", "One.", "One.[ Two.]", "One."),
        ("", "Hi", "", "[Hi]"),
        ("九時に開く", "十時に開く", "[九]時に開く", "[十]時に開く"),
        ("I did it and more.", "You said it, or not.", "[I did it and more].", "[You said it, or not]."),
    ],
)
def test_differences_are_words(before: str, after: str, old: str, new: str) -> None:
    said = [
        "".join(f"[{text}]" if changed else text for text, changed in p) for p in differing(before, after)
    ]

    assert [old, new] == said


def test_long_texts_are_compared_by_sentences() -> None:
    words = random.Random(0)
    sentences = [" ".join(words.choices("abcdefgh", k=9)) + ". " for _ in range(40)]
    before, after = (
        "".join(sentences),
        "".join(["First. ", *sentences[:20], "Middle. ", *sentences[21:], "Last."]),
    )
    old, new = differing(before, after)

    assert [sentences[20]] == [text for text, changed in old if changed]
    assert ["First. ", "Middle. ", "Last."] == [text for text, changed in new if changed]


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40)), max_size=5))
def test_marks_are_where_the_spans_are(text: str, spans: list[tuple[int, int]]) -> None:
    inside = {at for start, end in spans for at in range(max(0, start), min(len(text), end))}
    found = [(piece, False) if isinstance(piece, str) else (piece, True) for piece in marked(text, spans)]
    page = Reader.of(document(e("p", [piece for piece, _ in found])))

    runs = sum(at in inside and at - 1 not in inside for at in range(len(text)))
    assert runs >= page.tags.count("mark")
    assert bool(inside) == ("mark" in page.tags)
    plain = [piece for piece, is_mark in found if isinstance(piece, str) and not is_mark]
    assert len(text) - len(inside) == sum(map(len, plain))
