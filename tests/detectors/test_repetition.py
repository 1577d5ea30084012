"""Repetition: the walker and the whole text agree, and nothing waits that need not."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.core.request import Request
from filterproxy.core.rule import MATCH_LIMIT, Span
from filterproxy.detectors.repetition import Repetition
from tests.detectors.finding import found, walked

REQUEST = Request()


def naive(text: str, of: str, times: int) -> list[Span]:
    """What the verb promises, by comparing slices of the list of items."""
    items: list[tuple[str, int, int]] = []
    at = 0
    while at < len(text):
        stop = at
        while stop < len(text) and not (text[stop] in "\r\n" if of == "lines" else text[stop].isspace()):
            stop += 1
        raw = text[at:stop]
        start = at + len(raw) - len(raw.lstrip())
        if raw.strip():
            items += letters(raw.strip(), start) if of == "words" else [(raw.strip(), start, start)]
        at = stop + 1
    keys = [key.casefold() for key, _, _ in items]
    spans: list[Span] = []
    free = 0
    for i in range(len(items)):
        for p in range(1, 21):
            blocks = [keys[i + 1 - p * (k + 1) : i + 1 - p * k] for k in range(times)]
            if i + 1 >= p * times and i + 1 - p >= free and all(b == blocks[0] for b in blocks):
                spans.append((items[i + 1 - p][1], items[i][1] + len(items[i][0])))
                free = i + 1
                break
    return spans


def letters(raw: str, start: int) -> list[tuple[str, int, int]]:
    """*raw* as items: each Han character one, runs of all else one."""
    items: list[tuple[str, int, int]] = []
    for at, c in enumerate(raw, start):
        han = "\u4e00" <= c <= "\u9fff"
        if items and not han and not "\u4e00" <= items[-1][0][-1] <= "\u9fff":
            items[-1] = (items[-1][0] + c, items[-1][1], at)
        else:
            items.append((c, at, at))
    return items


def repetitive(alphabet: str) -> st.SearchStrategy[str]:
    """Texts in which blocks recur."""
    block = st.text(alphabet, max_size=8)
    parts = st.lists(st.tuples(block, st.integers(1, 12)), max_size=5)
    return parts.map(lambda blocks: "".join(text * times for text, times in blocks))


words = repetitive("abA  ß好")
lines = repetitive("aA \n\r")


@pytest.mark.parametrize(
    ("options", "text", "matches"),
    [
        ({}, "I am sorry. I am sorry. I am sorry.", ["I am sorry."]),
        ({}, "no no no no no", ["no", "no", "no"]),
        ({}, "No nO NO", ["NO"]),
        ({}, "very very good", []),
        ({}, "a b a b a", []),
        ({"times": 4}, "no no no", []),
        ({"times": 4}, "no no no no", ["no"]),
        ({}, "哈哈哈", ["哈"]),
        ({}, "对不起对不起对不起。", ["对不起"]),
        ({"of": "lines"}, "- x\n\n  - X\r\n- x", ["- x"]),
        ({"of": "lines"}, "a\nb\na\nb\na\nb\n", ["a\nb"]),
        ({"of": "lines"}, "no no no no", []),
    ],
)
def test_the_copy_that_makes_it_times_and_each_further_one_is_the_match(
    options: dict[str, object], text: str, matches: list[str]
) -> None:
    """Copies before it stay."""
    detector = Repetition(**options)  # type: ignore[arg-type]

    assert matches == [text[start:end] for start, end in found(detector, text)]


@pytest.mark.parametrize("options", [{"times": 2}, {"of": "letters"}])
def test_options_that_cannot_work_are_refused(options: dict[str, object]) -> None:
    """At construction, with a sentence."""
    with pytest.raises(ValueError, match=r"^`(times|of)` is "):
        Repetition(**options)  # type: ignore[arg-type]


@given(words, st.integers(3, 9))
def test_words_agree_with_comparing_slices(text: str, times: int) -> None:
    """The runs per period are exact."""
    assert naive(text, "words", times) == found(Repetition("words", times), text)


@given(lines, st.integers(3, 9))
def test_lines_agree_with_comparing_slices(text: str, times: int) -> None:
    """The runs per period are exact."""
    assert naive(text, "lines", times) == found(Repetition("lines", times), text)


@given(st.sampled_from(["words", "lines"]), st.integers(3, 9), st.one_of(words, lines), st.data())
def test_any_chunking_finds_the_same_and_settles_rightly(
    of: Literal["words", "lines"], times: int, text: str, data: st.DataObject
) -> None:
    """No match begins before an offset that was said to be settled, and settled offsets only grow."""
    detector = Repetition(of, times)
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=8))
    walker = detector.walk(Request())

    assert found(detector, text) == walked(walker, text, cuts)


@pytest.mark.parametrize(
    ("of", "text", "waiting"),
    [
        ("words", "very very", ""),  # the second may grow to "verya"; a hit would begin after it
        ("words", "very very v", "v"),
        ("words", "very very go", ""),
        ("words", "a b a b a", "a"),
        ("words", "a b a b a b", "a b"),
        ("words", "a b a b a c", ""),
        ("words", "no no no ", ""),
        ("lines", "- x\n- x\n  - ", "- "),
        ("lines", "- x\n- x\n- y", ""),
        ("words", "对不起对不起对", "对"),
    ],
)
def test_only_what_could_begin_a_match_waits(of: Literal["words", "lines"], text: str, waiting: str) -> None:
    """The copy that would make it `times`, as far as it has come."""
    walker = Repetition(of).walk(Request())
    assert walker is not None
    walker.feed(text)

    assert waiting == text[walker.settled() :]


def test_ordinary_text_does_not_wait() -> None:
    """Not even the last, unfinished word."""
    walker = Repetition().walk(Request())
    assert walker is not None
    text = "We are open from nine to five, and the shop is on the corner of the str"

    assert walker.feed(text) == []
    assert walker.settled() == len(text)


def test_a_match_begins_and_ends_inside_its_unit() -> None:
    """Copies before the unit do not count."""
    text = "no no no no no. no"

    assert found(Repetition(), text, (3, 12)) == [(9, 11)]


def test_blocks_longer_than_any_match_are_no_match() -> None:
    """Neither one long item nor several that are too long together."""
    word, half = "x" * (MATCH_LIMIT + 1), "y" * (MATCH_LIMIT // 2 + 10)

    assert found(Repetition(), f"{word} {word} {word} {word}") == []
    assert found(Repetition(), f"{half} a{half} " * 5) == []
    assert len(found(Repetition(), " ".join([word[:-1]] * 3))) == 1


def test_trailing_blanks_do_not_make_a_line_long() -> None:
    """A line is compared without the white space around it, however much there is."""
    text = ("ab" + " " * (2 * MATCH_LIMIT) + "\n") * 3
    walker = Repetition("lines").walk(Request())
    assert walker is not None
    spans = [span for at in range(0, len(text), 1000) for span in walker.feed(text[at : at + 1000])]

    assert found(Repetition("lines"), text) == spans + walker.end()
    assert [text[start:end] for start, end in spans] == ["ab"]
