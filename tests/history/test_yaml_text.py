"""What is written as YAML is read back as it was, by the reader of packs."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from filterproxy.history.difference import essence
from filterproxy.history.unparse import rule_of, written
from filterproxy.history.yaml_text import on_a_line, rendered
from filterproxy.rulebook.load import load, shipped_rules
from filterproxy.rulebook.problem import Problem
from filterproxy.rulebook.source import parse

TEXTS = st.text(max_size=80) | st.sampled_from(
    [
        "true",
        "Null",
        "~",
        "3",
        "1.5",
        "1e5",
        "0x1F",
        "2026-01-01",
        "9:30",
        "on",
        "=",
        "<<",
        "- x",
        "a: b",
        "# x",
        "",
    ]
)
VALUES = st.recursive(
    TEXTS | st.integers(-1000, 1000) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def read(text: str) -> Any:
    problems: list[Problem] = []
    node = parse("x.yaml", text, problems)

    assert [] == problems
    return None if node is None else node.plain()


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
@example({"a": "two\nlines\n"})
@example({"a": " begins with a blank\nand goes on"})
@example({"a": "ends with breaks\n\n\n"})
@example({"a": "\n"})
@example({"a": "tab\tand\x07bell\nand line"})
@example({"a": ["x" * 80, "a\nb"]})
@example({"a": [":0", "?", "a, b", "[", "no: x", "it's"]})
@example({"\x85": "a\x85b\u2028c", "\n": ["\u2029", "\ufeff"]})
def test_whatever_was_written_is_read_back(value: dict[str, Any]) -> None:
    assert value == read(rendered(value))


@given(st.text(min_size=1, max_size=40))
def test_short_lists_stand_on_a_line(text: str) -> None:
    """And texts never push what follows to another line than their own ends."""
    assert "numbers: [1, 2.5, null]\n" in rendered({"text": text, "numbers": [1, 2.5, None]})


def test_what_a_rule_says_on_a_line_is_what_its_author_could_have_written() -> None:
    """Of every rule that ships: whatever `diff` shows of it says the same in a pack."""
    forms = load([shipped_rules()])["rules"]
    for form in forms:
        whole = rule_of(form)
        for key, value in written(essence(form)).items():
            line = on_a_line(value)
            if key in ("when", "match", "unless", "action", "streamed") and " more" not in line:
                assert whole[key] == YAML(typ="safe").load(line), (form["id"], key)
