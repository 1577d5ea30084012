"""The laws on the rulebook that ships: replies made of its own examples, in any cut."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from filterproxy.core.plan import Plans
from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Verb
from filterproxy.core.session import Session
from filterproxy.rulebook.compile import compile as compile_rules
from filterproxy.rulebook.load import load, shipped_rules
from tests.core import rules as core

BOOK = compile_rules(load([shipped_rules()]))
PLANS = Plans(BOOK.rules)
LOOKING = {rule.id for rule in BOOK.rules if rule.action_for(stream=True).verb is Verb.FLAG}
SAID = sorted({example.reply for info in BOOK.infos for example in info.examples})

Outcome = tuple[str, list[tuple[str, int, int, str, str]], list[str]]

ODD = ["\u200b", "\u00a0", "９", "’", "\n\n", " ", ". ", "...", "中", "é", "а"]


@st.composite
def replies(draw: st.DrawFn) -> str:
    """Two or three sayings, torn and joined by odd characters."""
    parts = draw(st.lists(st.sampled_from(SAID), min_size=1, max_size=3))
    text = draw(st.sampled_from(ODD)).join(parts)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(ODD)) + text[at:]
    return text


@st.composite
def requests(draw: st.DrawFn) -> Request:
    known = draw(st.sampled_from(["", "Open Mon-Fri 09:00-17:00.", "Mail help@example.com, $49.99."]))
    asked = draw(st.sampled_from(["When do you open?", "Hello", "How much is it?"]))
    return Request(stream=True, turns=(Turn("system", known), Turn("user", asked)))


def outcome(request: Request, deltas: list[str]) -> Outcome:
    request.memo.clear()
    session = Session(PLANS.plan(request), request, core.settings())
    session.expect_content(0)
    text, released = "", []
    for delta in deltas:
        text += "".join(piece.text for piece in session.feed(core.CONTENT, delta))
        released.append(text)
    ending = session.end()
    assert not ending.dropped, "no shipped rule withholds a stream"
    text += "".join(piece.text for piece in ending.pieces.get(core.CONTENT, []))
    hits = sorted((h.rule, h.start, h.end, h.mode, h.excuse) for h in session.verdict.hits)
    return text, hits, released


@given(requests(), replies(), st.data())
@settings(max_examples=200)
def test_any_cut_gives_the_same_text_and_verdict(request: Request, text: str, data: st.DataObject) -> None:
    """Laws 1 and 2: cut and release."""
    size = data.draw(st.sampled_from([1, 2, 3, 5, 8, 21]))
    whole, hits, _ = outcome(request, [text])
    cut, found, released = outcome(request, [text[i : i + size] for i in range(0, len(text), size)])

    assert (whole, hits) == (cut, found)
    assert all(cut.startswith(early) for early in released)


@given(requests(), replies())
@settings(max_examples=200)
def test_what_is_judged_again_is_left_alone(request: Request, text: str) -> None:
    """Where nothing was done, nothing changed."""
    after, hits, _ = outcome(request, [text])
    acted = [h for h in hits if h[3] == "enforce" and not h[4] and h[0] not in LOOKING]

    assert bool(acted) == (after != text)
