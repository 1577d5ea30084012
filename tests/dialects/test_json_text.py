"""Text that is JSON, taken apart and put together."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.dialects.json_text import JsonStrings

STRINGS = JsonStrings()
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
LEAVES = st.none() | st.booleans() | st.integers(-(2**80), 2**80) | TEXT
VALUES = st.recursive(LEAVES, lambda v: st.lists(v, max_size=4) | st.dictionaries(TEXT, v, max_size=4))
CONTAINERS = VALUES.filter(lambda v: isinstance(v, list | dict))


def strings(value: Any) -> list[str]:
    """Naively: every string value, in order."""
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in inside for text in strings(part)]


def mapped(value: Any) -> Any:
    """Naively: every string value turned around."""
    if isinstance(value, str):
        return value[::-1]
    if isinstance(value, dict):
        return {key: mapped(part) for key, part in value.items()}
    return [mapped(part) for part in value] if isinstance(value, list) else value


@given(CONTAINERS, st.booleans(), st.sampled_from([None, 1]))
def test_values_come_out_in_order_and_go_back_in_place(
    value: Any, ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    values = STRINGS.split(text)

    assert strings(value) == values
    assert text == STRINGS.join(text, values)
    assert mapped(value) == json.loads(STRINGS.join(text, [v[::-1] for v in values]))


@pytest.mark.parametrize(
    "text", ["", "Hi.", '"a"', "1", "{", '{"a": }', "[" * 2000 + "]" * 2000, r'["\ud800"]']
)
def test_what_is_no_json_container_is_none(text: str) -> None:
    assert STRINGS.split(text) is None


def test_what_is_not_changed_keeps_its_bytes() -> None:
    text = '{ "a" : "x", "a": "\\u0041", "n": 1e400000, "b": [ "z" ] }'.replace("1e400000", "1.50")

    assert STRINGS.split(text) == ["x", "A", "z"]
    assert text.replace('"z"', '"y"') == STRINGS.join(text, ["x", "A", "y"])
