"""What a reply has cost, in the words of each API."""

from __future__ import annotations

from typing import Any

import pytest

from filterproxy.dialects.usage import Tokens, tokens_of


@pytest.mark.parametrize(
    ("values", "tokens"),
    [
        ([], (0, 0)),
        ([{}, {"usage": None}, {"usage": [1]}, {"usage": {"prompt_tokens": "7"}}], (0, 0)),
        ([{"usage": {"prompt_tokens": 7, "completion_tokens": 3}}], (7, 3)),
        ([{"usage": {"prompt_tokens": True, "completion_tokens": None}}], (0, 0)),
        ([{"response": None}, {"response": {"usage": {"input_tokens": 7, "output_tokens": 3}}}], (7, 3)),
        (
            [
                {"type": "message_start", "message": {"usage": {"input_tokens": 7, "output_tokens": 1}}},
                {"type": "message_delta", "usage": {"output_tokens": 3}},
            ],
            (7, 3),
        ),
        ([{"done": False}, {"done": True, "prompt_eval_count": 7, "eval_count": 3}], (7, 3)),
        ([{"usage": {"prompt_tokens": 7, "completion_tokens": n}} for n in range(4)], (7, 3)),
    ],
)
def test_every_api_says_it_in_its_own_way(values: list[dict[str, Any]], tokens: tuple[int, int]) -> None:
    assert Tokens(*tokens) == tokens_of(values)
    assert Tokens(*tokens).total == sum(tokens)
