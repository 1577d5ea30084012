"""What is written as YAML is read back as it was, by the reader of packs."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from filterproxy.history.yaml_text import rendered
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
