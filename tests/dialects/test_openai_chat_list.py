"""A page of stored completions is what its completions are one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filterproxy.core.request import Request
from filterproxy.core.session import Session
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.openai_chat import OPENAI_CHAT, OPENAI_CHAT_LIST
from filterproxy.dialects.reply import Options, Whole, WireError
from tests.core.rules import Spec, plan_of, settings, specs, texts


def filtered(rulebook: list[Spec], dialect: Dialect, value: Any, **options: Any) -> Whole:
    session = Session(plan_of(rulebook), Request(), settings())
    body = json.dumps(value).encode()
    found, _ = dialect.filter_whole(session, Request(), body, Options(**options))
    assert found is not None
    return found


def completion(said: list[str], odd: bool = False) -> dict[str, Any]:
    choices = [
        {"index": i, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        for i, text in enumerate(said)
    ]
    more = {"copy": said, "metadata": {}} if odd else {}
    return {"id": "c", "object": "chat.completion", "choices": choices, "usage": {"total_tokens": 3}, **more}


pages = st.lists(
    st.builds(completion, st.lists(texts, min_size=1, max_size=3), st.booleans()), min_size=1, max_size=4
)


@given(specs(), pages)
@hypothesis_settings(max_examples=150)
def test_each_completion_of_a_page_is_what_it_is_by_itself(
    rulebook: list[Spec], page: list[dict[str, Any]]
) -> None:
    alone = [filtered(rulebook, OPENAI_CHAT, item) for item in page]
    whole = filtered(rulebook, OPENAI_CHAT_LIST, {"object": "list", "data": page, "has_more": False})

    assert [json.loads(one.body) for one in alone] == json.loads(whole.body)["data"]
    assert any(one.changed for one in alone) == whole.changed


@given(specs(), pages)
@hypothesis_settings(max_examples=50)
def test_no_choice_of_a_page_is_left_out(rulebook: list[Spec], page: list[dict[str, Any]]) -> None:
    """`choices: remove` is for replies that somebody waits for: pages are read by number."""
    value = {"object": "list", "data": page}

    assert filtered(rulebook, OPENAI_CHAT_LIST, value) == filtered(
        rulebook, OPENAI_CHAT_LIST, value, choices="remove"
    )


def test_a_page_of_which_nothing_is_left_is_an_error() -> None:
    silent: Spec = {"id": "d", "regex": "a", "verb": "drop", "unit": "match", "say": None, "scope": "reply"}
    found = filtered([silent], OPENAI_CHAT_LIST, {"data": [completion(["a"]), completion(["a", "a"])]})

    assert (400, "content_filter") == (found.status, json.loads(found.body)["error"]["code"])


def test_a_page_without_completions_is_as_it_was() -> None:
    assert not filtered([], OPENAI_CHAT_LIST, {"data": []}).changed


@pytest.mark.parametrize(
    "item", [1, None, [], {}, {"choices": [{"index": 1024}]}, {"choices": [{"index": -1}]}]
)
def test_a_page_that_cannot_be_read_is_none(item: Any) -> None:
    with pytest.raises(WireError):
        filtered([], OPENAI_CHAT_LIST, {"data": [item]})
