"""What is pasted into a pack is read again as the same."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.authoring.yaml_text import flow, pack_text
from filterproxy.rulebook.problem import Problem
from filterproxy.rulebook.source import parse

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ODD = st.sampled_from(
    ["", " ", "no", "9 am", "9:30", "a: b", "- x", "#", "2026-01-02", "\\d+ 'x'", "\x85\u2028\ufeff"]
)
VALUES = st.recursive(
    TEXTS | ODD | st.booleans() | st.integers(-1000, 1000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | ODD, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_any_value_is_read_as_itself(value: Any) -> None:
    problems: list[Problem] = []
    node = parse("x", f"x: {flow(value)}\n", problems)

    assert [] == problems and node is not None
    assert {"x": value} == node.plain()


@given(TEXTS | ODD)
def test_other_readers_of_yaml_read_the_same_text(text: str) -> None:
    """They take more words for truth values; dates alone are theirs to read as such."""
    value = yaml.safe_load(f"x: {flow(text)}\n")["x"]

    assert text == str(value)


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    assert '"a\N{REPLACEMENT CHARACTER}"' == flow("a\ud800")


def test_a_rule_is_laid_out_as_in_the_packs_that_ship() -> None:
    examples = {"hit": ["9", {"ask": "n?", "reply": "9"}]}
    rule = {"id": "a", "match": {"regex": r"\d+"}, "action": "flag", "examples": examples}

    assert (
        "version: 1\npack: shop\nrules:\n"
        "  - id: a\n"
        "    match: {regex: '\\d+'}\n"
        "    action: flag\n"
        "    examples:\n"
        "      hit:\n"
        '        - "9"\n'
        '        - {ask: "n?", reply: "9"}\n'
    ) == pack_text("shop", [rule])
