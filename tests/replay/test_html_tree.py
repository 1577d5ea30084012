"""filterproxy.replay.html_tree: text goes in as it is, and is seen."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.replay.html_tree import document, e, plain, raw
from tests.replay.reading import Reader

ANY = st.text(st.characters(codec=None, exclude_characters="\r"), max_size=60)


def shown(text: str) -> str:
    return document(e("p", text))


@given(ANY)
def test_text_stays_text(text: str) -> None:
    """No letter of it becomes an element, an entity or an attribute."""
    reader = Reader.of(document(e("p", e("b", text, title=text), text)))

    assert {"p", "b", "span"} >= set(reader.tags)
    assert plain(text) == reader.attributes("b")["title"]
    assert 2 * [c for c in text if c.isalnum()] == [c for c in reader.text(without_marks=True) if c.isalnum()]


def test_what_is_written_can_be_stored_and_hides_nothing() -> None:
    """Of all letters that there are."""
    odd = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")]
    written = shown(" ".join(odd))

    written.encode("utf-8")
    assert {"\n", "\t"} == set(odd) & set(written)


@pytest.mark.parametrize(
    ("letter", "number", "name"),
    [
        ("\u202e", "U+202E", "RIGHT-TO-LEFT OVERRIDE"),
        ("\u2066", "U+2066", "LEFT-TO-RIGHT ISOLATE"),
        ("\u200b", "U+200B", "ZERO WIDTH SPACE"),
        ("\x00", "U+0000", "a control character"),
        ("\ud800", "U+D800", "a control character"),
        ("\U000e0041", "U+E0041", "TAG LATIN CAPITAL LETTER A"),
        ("\u2028", "U+2028", "LINE SEPARATOR"),
    ],
)
def test_letters_that_are_not_seen_are_shown_by_number(letter: str, number: str, name: str) -> None:
    assert f'a<span class="odd" title="{name}">{number}</span>b' in shown(f"a{letter}b")
    assert f"a({number})b" == plain(f"a{letter}b")


@pytest.mark.parametrize(
    "text", ["نمی\u200cخواهم", "क्\u200dष", "👩\u200d👩\u200d👧", "Grüße, 東京!", "a\tb\nc"]
)
def test_what_is_written_well_stays_as_it_is(text: str) -> None:
    assert f"<p>{text}</p>" in shown(text)


@pytest.mark.parametrize("text", ["a\u200db", "\u200dx", "я\u200d", "я\u200d\u200dя"])
def test_joiners_that_join_nothing_are_shown(text: str) -> None:
    assert "U+200D" in shown(text)


def test_a_script_cannot_end_itself() -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        raw("script", "x = '</script>'")
