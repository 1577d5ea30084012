"""Length: where too long begins, and what is too short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.core.request import Request
from filterproxy.detectors.length import Length

REQUEST = Request()


@given(st.text(max_size=12), st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_over_is_the_first_character_after_so_many(text: str, over: int, a: int, b: int, pos: int) -> None:
    """Counted from the unit's start, and found once."""
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    first = start + over
    expected = (first, first + 1) if pos <= first and end - start > over else None

    assert expected == Length(over=over).find(text, pos, (start, end), REQUEST)


@given(st.text(max_size=6), st.integers(1, 8))
def test_under_is_the_whole_unit_once(text: str, under: int) -> None:
    """Also when the unit is empty: the second call starts after it."""
    expected = (0, len(text)) if len(text) < under else None

    assert expected == Length(under=under).find(text, 0, (0, len(text)), REQUEST)
    assert Length(under=under).find(text, 1, (0, len(text)), REQUEST) is None


@given(st.lists(st.text(max_size=4), max_size=8), st.integers(0, 12))
def test_the_walker_finds_what_the_whole_text_has(chunks: list[str], over: int) -> None:
    """In any chunking; nothing that it has seen waits."""
    walker = Length(over=over).walk(Request())
    assert walker is not None
    spans = []
    for seen, chunk in enumerate(chunks):
        spans += walker.feed(chunk)
        assert walker.settled() == sum(map(len, chunks[: seen + 1]))
    text = "".join(chunks)
    whole = Length(over=over).find(text, 0, (0, len(text)), REQUEST)

    assert spans + walker.end() == ([] if whole is None else [whole])


def test_under_has_no_walker() -> None:
    """Only the end decides."""
    assert Length(under=3).walk(Request()) is None


@pytest.mark.parametrize(
    ("over", "under", "message"),
    [
        (None, None, "exactly one"),
        (1, 1, "exactly one"),
        (-1, None, "no text is that short"),
        (None, 0, "no text is shorter"),
    ],
)
def test_options_that_cannot_work_are_refused(over: int | None, under: int | None, message: str) -> None:
    """At construction, with a sentence."""
    with pytest.raises(ValueError, match=message):
        Length(over=over, under=under)
