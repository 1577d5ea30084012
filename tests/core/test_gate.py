"""The gate and the hold err to one side only: no match goes unnamed, none begins in text that has left."""

from __future__ import annotations

from dataclasses import replace

import pytest
import re2
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from filterproxy.core.gate import Gate, Hold
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Rule, Verb
from filterproxy.core.shape import Chars, Edge, Repeat, Seq, prefixes, wide
from filterproxy.detectors.regex import Regex
from tests.core.rules import PATTERNS

REAL = [
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    r"https?://[^\s]+",
    r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
    r"\b(?:\d{4}[ -]?){3}\d{4}\b(?!\d)",
    r"[$€]\s?\d+(?:\.\d{2})?",
    r"(?i)\bclé\b",
    r"(?i)straße|kelvin",
    r"\b\p{Lu}\p{Ll}+ (?=\d)",
    r"word.{0,80}other",
    r"[\p{L}--[a-z]]{2}",
    r"(?<=no )\d+(?<!13)",
    r"(?P<q>['\"]).*?(?P=q)",
    r"(?i)so\b",
    r"^\s*\d+\.\s",
    r"(?m)^-.*$",
    r"a(?(?=b)bc|d)",
    r"(?:x|xy|xyz)++!",
    r"[一-龥]{2}店",
]
FLAVOURS = [*REAL, *PATTERNS]


def rule(pattern: str, ignore_case: bool = False) -> Rule:
    return Rule("r", Regex(pattern, ignore_case, budget_seconds=5), Action(Verb.REDACT))


@st.composite
def near_matches(draw: st.DrawFn, pattern: str) -> str:
    """A text made of what *pattern* matches, with a few letters changed, between other words."""
    seeds = SEEDS.get(pattern, ["ab", "abc 9a", "aab\n9"])
    text = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        how = draw(st.sampled_from(["insert", "delete", "swap", "double"]))
        letter = draw(st.sampled_from("aAbKkſKßéÉ9٣ .@-\u200b\u00a0ａа\n店"))
        if how == "insert":
            text = text[:at] + letter + text[at:]
        elif how == "delete":
            text = text[:at] + text[at + 1 :]
        elif how == "swap":
            text = text[:at] + text[at : at + 1].swapcase() + text[at + 1 :]
        else:
            text = text + text[at:]
    return draw(st.sampled_from(["", "Hi ", "x", "\n"])) + text + draw(st.sampled_from(["", " bye.", "z"]))


SEEDS = {
    REAL[0]: ["bob.smith@example.org", "a@b.c"],
    REAL[1]: ["see https://a.b/c?d now", "http://x"],
    REAL[2]: ["192.168.20.14"],
    REAL[3]: ["4111 1111 1111 1111", "4111111111111111"],
    REAL[4]: ["$49.99", "€ 5"],
    REAL[5]: ["la clé est", "CLÉ"],
    REAL[6]: ["STRASSE", "straße", "Kelvin", "KELVIN"],
    REAL[7]: ["Élan 5", "Main 12"],
    REAL[8]: ["word and the other", "word other"],
    REAL[9]: ["ABéd", "ÉÉ"],
    REAL[10]: ["no 42", "no 13"],
    REAL[11]: ["say 'it' now", '"x"'],
    REAL[12]: ["so it is", "ſo"],
    REAL[13]: ["1. one", "  12. x"],
    REAL[14]: ["- a\n- b"],
    REAL[15]: ["abc ad"],
    REAL[16]: ["xyz! xy!"],
    REAL[17]: ["北京烤鸭店"],
}


@pytest.mark.parametrize("pattern", FLAVOURS)
@given(st.data())
@settings(max_examples=40)
def test_a_match_implies_that_the_gate_named_the_rule(pattern: str, data: st.DataObject) -> None:
    """Law of the gate, on the text as sent."""
    text = data.draw(near_matches(pattern))
    found = rule(pattern, data.draw(st.booleans()))
    gate = Gate([found])

    if found.match.find(text, 0, (0, len(text)), Request()) is not None:
        assert 0 in gate.names(text)


@pytest.mark.parametrize("pattern", FLAVOURS)
@given(st.data())
@settings(max_examples=40)
def test_no_match_begins_in_text_that_need_not_wait(pattern: str, data: st.DataObject) -> None:
    """Law of the hold: a match that a cut might change begins where the text waits, or later."""
    text = data.draw(near_matches(pattern))
    cut = data.draw(st.integers(0, len(text)))
    found = rule(pattern)
    if found.match.shape is None:
        return
    waits = Hold([found]).start(text[:cut], 0)

    def matches(of: str) -> list[tuple[int, int]]:
        spans, pos = [], 0
        while (span := found.match.find(of, pos, (0, len(of)), Request())) is not None:
            spans.append(span)
            pos = span[1]
        return spans

    assert [s for s in matches(text) if s[0] < waits] == [s for s in matches(text[:cut]) if s[0] < waits]


PLAIN = [p for p in PATTERNS if not any(odd in p for odd in (r"\b", "(?", "$", "^", "\\1", "++"))]


@pytest.mark.parametrize("pattern", [*PLAIN, *REAL[:2]])
@given(st.data())
@settings(max_examples=60)
def test_nothing_waits_that_could_not_be_part_of_a_match(pattern: str, data: st.DataObject) -> None:
    """Least hold, by the engine's own partial matching, which is exact for patterns without look-around."""
    text = data.draw(near_matches(pattern))
    if "[^" in pattern and not text.isascii():
        return  # all that is beyond ASCII is of a negated class, as far as a hold is concerned
    engine = regex.compile(pattern, regex.V1)
    waits = Hold([replace(rule(pattern), exact=True)]).start(text, 0)

    under_way = [at for at in range(len(text)) if engine.fullmatch(text[at:], partial=True)]
    assert not under_way or waits >= under_way[0]
    assert under_way or waits == len(text)


@pytest.mark.parametrize("name", [r"\d", r"\w", r"\s"])
def test_no_character_of_a_property_is_missing_in_its_class(name: str) -> None:
    """Every code point there is: the engine's tables may be newer than RE2's."""
    shape = Regex(name).shape
    assert shape is not None
    gate = re2.compile(f"^(?:{wide(shape)})$")
    engine = regex.compile(name, regex.V1)
    every = (chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000)

    missing = [c for c in every if engine.match(c) and gate.search(c) is None]
    assert [] == missing
    assert [] == [c for c in "“”’–—…。、「」！？，" if name != r"\s" and gate.search(c)]
    assert [] == [c for c in "éßλЖא中あ한" if name != r"\w" and gate.search(c)]


def test_a_count_at_the_end_of_a_match_is_one_count_in_the_hold() -> None:
    """A thousand such rules are one automaton, of megabytes."""
    letters = Repeat(Chars("[a-f]"), 3, 5)

    assert prefixes(Seq((letters, Edge()))) == "(?:[a-f]){0,5}"
    assert prefixes(Seq((letters, *map(Chars, "xy")))) == "(?:(?:[a-f]){0,4}|(?:[a-f]){3,5}(?:|x))"


def test_every_pattern_here_has_a_hold_of_its_own() -> None:
    """So the laws above were about something."""
    without = [p for p in FLAVOURS if Regex(p).shape is None]

    assert [] == without


def test_a_pattern_that_cannot_be_translated_always_runs_and_says_why() -> None:
    """Recursion has no finite shape."""
    found = Regex(r"\((?:[^()]|(?R))*\)")

    assert found.shape is None
    assert "it calls a group" in found.underivable or "recursion" in found.underivable
    assert {0} == Gate([Rule("r", found, Action(Verb.REDACT))]).names("nothing")


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"(?<=a+)b", "look-behind"),
        (r"a\Kb", r"\K"),
        (r"(?:ab){e<=1}", "approximate"),
        (r"(?r)ab", "backwards"),
        (r"(", "missing )"),
    ],
)
def test_what_has_no_meaning_on_a_stream_is_refused_in_words(pattern: str, why: str) -> None:
    """At load, with a sentence."""
    with pytest.raises(ValueError, match=regex_escape(why)):
        Regex(pattern)


def regex_escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", r"\(").replace(")", r"\)")


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("mail bob.smith@exa", 5),
        ("on Main Street", 8),
        ("card 4111 1111 11", 5),
        ("nothing here ", 13),
    ],
)
def test_what_waits_is_what_could_begin_a_match(text: str, waits: int) -> None:
    """One scan for all rules."""
    hold = Hold([rule(REAL[0]), rule(REAL[3]), rule(r"\bticket-\d+")])

    assert waits == hold.start(text, 0)


@pytest.mark.parametrize("gap", [r".{0,80}", r"\s+(?:\w+\s+){0,5}", r"[^.]{0,200}?"])
def test_hundreds_of_proximity_rules_are_still_named_and_held(gap: str) -> None:
    """Counted gaps multiply an automaton's states; RE2 says nothing when it has no room for them."""
    rules = [replace(rule(rf"\bword{n}{gap}other{n}\b"), id=f"r{n}") for n in range(300)]
    gate, hold = Gate(rules), Hold(rules)
    for n in (0, 7, 150, 299):
        text = f"Well, word{n} and then the other{n} came."

        assert n in gate.names(text)
        assert 6 >= hold.start(text[: text.index(" came")], 0)
