"""Which function a result came from."""

from __future__ import annotations

from filterproxy.core.calls import said, turns_of
from filterproxy.core.request import Turn


def call(id_: str, name: str) -> dict[str, object]:
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": "{}"}}


def test_a_result_has_the_name_of_the_function_that_was_called() -> None:
    messages = [
        said("assistant", "", {"tool_calls": [call("a", "book"), call("b", "pay")]}),
        said("tool", "paid", {"tool_call_id": "b"}),
        said("tool", "booked", {"tool_call_id": "a"}),
        said("tool", "unknown", {"tool_call_id": "c"}),
    ]

    expected = [("paid", "pay"), ("booked", "book"), ("unknown", "")]
    assert [(t.text, t.tool) for t in turns_of(messages)[1:]] == expected


def test_a_call_without_a_result_is_a_turn_in_its_place() -> None:
    messages = [said("assistant", "", {"tool_calls": [call("a", "book")]}), said("user", "And?", {})]

    assert turns_of(messages) == (Turn("assistant", ""), Turn("tool", "", "book"), Turn("user", "And?"))


def test_the_older_form_names_the_function_in_its_result() -> None:
    messages = [
        said("assistant", "", {"function_call": {"name": "book"}}),
        said("tool", "ok", {"name": "book"}),
    ]

    assert turns_of(messages) == (Turn("assistant", ""), Turn("tool", "ok", "book"))


def test_what_is_no_call_is_not_read() -> None:
    given: list[object] = [3, [3], [{}], [{"function": 3}], [{"function": {"name": 3}}]]
    for odd in given:
        assert turns_of([said("assistant", "x", {"tool_calls": odd})]) == (Turn("assistant", "x"),)
