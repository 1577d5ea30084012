"""The gate of opening hours lets no statement pass unseen, in any language."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filterproxy.core.request import Request
from filterproxy.core.scan import PatternSet, encode
from filterproxy.facts.hours_context import lexicon, read_in_context
from filterproxy.facts.hours_gate import LANGUAGES, gate, screen
from filterproxy.facts.hours_question import setting_of
from filterproxy.facts.lexicon import Lexicon
from tests.facts.hours_said import conversation

_MARKS = tuple("-–~,.;:()&/|*？!。、・：～")
_FIGURES = ("9", "5", "12", "24", "17:30", "9.30", "8h30", "9h", "9am", "30", "１０：００", "0900", "15")
_GATE = PatternSet(gate())


@cache
def pieces(code: str) -> tuple[str, ...]:
    """Words of the language that can be of a statement, some of them twice as likely."""
    words = lexicon(code)
    kinds = [
        p for kind, ps in words.kinds.items() if kind not in ("foreign", "neutral", "calendar") for p in ps
    ]
    likely = [
        p
        for kind in ("number", "to", "from", "at", "oclock", "open", "day")
        for p in words.kinds.get(kind, ())
    ]
    signs = [p for rule in ("plus", "minus", "joins") for p in words.rules[rule]]
    return (*kinds, *likely, *words.short_days, *signs)


def read(text: str, words: Lexicon, asked: bool) -> bool:
    """Whether the reader finds hours, past `find`, which asks the gate first."""
    request = conversation("Are you open on Sundays, and when do you close?") if asked else Request()
    return bool(read_in_context(text, (0, len(text)), words, setting_of(request)))


@pytest.mark.parametrize("code", LANGUAGES)
@settings(max_examples=60)
@given(data=st.data())
def test_the_gate_is_in_every_unit_that_states_hours(code: str, data: st.DataObject) -> None:
    piece = st.sampled_from(pieces(code)) | st.sampled_from(_FIGURES) | st.sampled_from(_MARKS)
    text = data.draw(st.sampled_from(["", " "])).join(data.draw(st.lists(piece, max_size=9)))

    if read(text, lexicon(code), data.draw(st.booleans())):
        assert code in screen().languages(text)
        assert _GATE.matches(encode(text))
