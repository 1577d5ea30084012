"""Where code stands in Markdown, and that rules which skip it do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.core.markdown import Reading, code_in, trim_at
from tests.core.rules import plan_of, run

BLOCK = "before\n```py\nopen(9)\n```\nafter"


def code_of(text: str) -> list[str]:
    return [text[a:b] for a, b in code_in(text, Reading())[0]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no code", []),
        ("call `f()` now", ["`f()`"]),
        ("``a ` b`` c", ["``a ` b``"]),
        ("an open `span\nends with its line", ["`span"]),
        (BLOCK, ["```py\nopen(9)\n```\n"]),
        ("1. so:\n   ```\n   x\n   ```\nthen", ["```\n   x\n   ```\n"]),
        ("````\n```\ninside\n````\nafter", ["````\n```\ninside\n````\n"]),
        ("```\n``` no close\nx", ["```\n``` no close\nx"]),
        ("never closed:\n```\nx\ny", ["```\nx\ny"]),
        ("it's ~~gone~~", []),
    ],
)
def test_code_is_found(text: str, code: list[str]) -> None:
    assert code_of(text) == code


@given(
    st.lists(st.sampled_from(["`", "``", "```", "\n", "a", " ", "\t"]), max_size=40).map("".join), st.data()
)
def test_a_text_read_in_two_parts_has_the_same_code(text: str, data: st.DataObject) -> None:
    at = trim_at(text, data.draw(st.integers(0, len(text))))
    first, reading = code_in(text[:at], Reading())
    second, last = code_in(text[at:], reading)

    whole, end = code_in(text, Reading())

    places = {i for a, b in first for i in range(a, b)} | {i + at for a, b in second for i in range(a, b)}
    assert places == {i for a, b in whole for i in range(a, b)}
    assert last == end


def test_a_long_block_is_still_code_when_its_beginning_was_forgotten() -> None:
    plan = plan_of(
        [
            {
                "id": "r", "regex": "open", "scope": "reply", "verb": "redact", "unit": "match",
                "with": "X", "skip": "code",
            }
        ]
    )  # fmt: skip
    deltas = ["open\n```\n", *["line of it\n"] * 1000, "open\n```\n", *["text\n"] * 1000, "open"]

    came = run(plan, deltas)

    assert came.text == "".join(["X\n```\n", *deltas[1:-1], "X"])
