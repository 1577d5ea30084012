"""Sentences that read otherwise than they are written, and where their characters stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.core.scan import PatternSet, encode
from filterproxy.facts.respelt import SOURCES, respelt
from tests.facts.hours_said import stated

LETTERS = "abc 19:*_`.-·⑨⑰❶²⁹₉㍙㏂㊈中h\n"

READS = [
    ("W e  c l o s e  a t  9 pm.", "We close at 9 pm."),
    ("o-p-e-n from 9", "open from 9"),
    ("営 業 時 間 は 9 時 か ら", "営業時間は9時から"),
    ("We open at **9**:**30**.", "We open at **9:30**."),
    ("de `9`h`30` à midi", "de `9h30` à midi"),
    ("窓口は⑨時から⑰時まで", "窓口は9時から17時まで"),
    ("❾点～㉑点", "9点～21点"),
    ("Mo–Fr ⁸–¹⁷ Uhr", "Mo–Fr 8–17 Uhr"),
    ("ab 9³⁰ Uhr", "ab 9:30 Uhr"),
    ("㍡から", "9点から"),
    ("㊈點", "九點"),
]


@pytest.mark.parametrize(("written", "read"), READS)
def test_what_the_layout_hides_is_read(written: str, read: str) -> None:
    view = respelt(written)

    assert view is not None
    assert read == view.text


@pytest.mark.parametrize(
    "text",
    [
        "We open at nine.",
        "**9:30** and **10:30**",
        "10 m² of floor",
        "see the note¹ there",
        "① 9:00 ② 10:00",
        "⑨ Closing remarks",
        "plan A or B",
        "9 : 30",
    ],
)
def test_what_reads_as_it_is_written_has_no_view(text: str) -> None:
    assert respelt(text) is None


@given(st.text(alphabet=LETTERS, max_size=30))
def test_spans_go_up_and_stay_inside(text: str) -> None:
    view = respelt(text)
    if view is None:
        return
    places = [view.span(i, i + 1) for i in range(len(view.text))]

    assert len(view.text) + 1 == len(view.raw)
    assert all(0 <= a < b <= len(text) for a, b in places)
    assert places == sorted(places)


@given(st.text(alphabet=LETTERS, max_size=30))
def test_the_patterns_are_in_every_sentence_that_has_a_view(text: str) -> None:
    if respelt(text) is not None:
        assert PatternSet(SOURCES).matches(encode(text))


@pytest.mark.parametrize(
    ("reply", "match"),
    [
        ("W e  c l o s e  a t  9 pm.", "9 pm"),
        ("We open at **9**:**30** today.", "9**:**30"),
        ("每天⑨點開門，㉑點關門。", "⑨點"),
    ],
)
def test_the_match_is_given_as_it_is_written(reply: str, match: str) -> None:
    assert match in stated(reply)
