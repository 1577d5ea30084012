"""`choices: remove`: dropped choices are gone, the others are numbered anew, whole and streamed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filterproxy.core.session import Session
from filterproxy.dialects.choices import numbers_of
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.openai_chat import OPENAI_CHAT
from filterproxy.dialects.openai_completions import OPENAI_COMPLETIONS
from filterproxy.dialects.reply import Options, Refused
from tests import oracle
from tests.core.rules import Spec, plan_of, settings, specs
from tests.dialects.rules import DROP
from tests.dialects.wire import Reply, cut_bytes, read, replies

SILENT: Spec = DROP | {"say": None}
REMOVE = Options(choices="remove")
DIALECTS = [OPENAI_CHAT, OPENAI_COMPLETIONS]


def streamed(
    rulebook: list[Spec], chunks: list[bytes], dialect: Dialect = OPENAI_CHAT, options: Options = REMOVE
) -> bytes:
    request = dialect.read_request(b"{}", {})
    request.stream = True
    session = Session(plan_of(rulebook), request, settings())
    stream = dialect.stream(session, request, b"text/event-stream", options)
    return b"".join([stream.receive(c) for c in chunks]) + stream.end()


def whole(rulebook: list[Spec], value: dict[str, Any], dialect: Dialect = OPENAI_CHAT) -> tuple[int, Any]:
    request = dialect.read_request(b"{}", {})
    session = Session(plan_of(rulebook), request, settings())
    found, _ = dialect.filter_whole(session, request, json.dumps(value).encode(), REMOVE)
    assert found is not None
    return found.status, json.loads(found.body)


def left(rulebook: list[Spec], texts: dict[int, str]) -> dict[int, str]:
    """What must be left of the choices, by their new index."""
    results = [oracle.apply(rulebook, texts[index]) for index in sorted(texts)]
    kept = [result.text for result in results if not result.dropped] or ["No."]
    return dict(enumerate(kept))


@given(st.data(), specs(), replies(most=3))
@hypothesis_settings(max_examples=200)
def test_any_cut_of_a_stream_leaves_the_choices_that_no_rule_drops(
    data: st.DataObject, rulebook: list[Spec], reply: Reply
) -> None:
    """Laws 1 and 6, with the choices numbered from 0 without a gap."""
    rulebook = [*rulebook, DROP]
    found, came = read(streamed(rulebook, data.draw(cut_bytes(reply.body)))), read(reply.body)

    expected = left(rulebook, reply.texts)
    assert expected == {index: found.texts.get(index, "") for index in expected}
    assert expected.keys() == found.texts.keys() | found.finishes.keys()
    assert expected.keys() == found.finishes.keys()
    assert (came.usage, True) == (found.usage, found.done)


@given(specs(), replies(most=3))
@hypothesis_settings(max_examples=100)
def test_a_whole_reply_has_the_choices_that_no_rule_drops(rulebook: list[Spec], reply: Reply) -> None:
    rulebook = [*rulebook, DROP]
    choices = [
        {"index": i, "message": {"role": "assistant", "content": t}, "finish_reason": "stop"}
        for i, t in reply.texts.items()
    ]
    _, value = whole(rulebook, {"id": "c", "choices": choices, "usage": {"total_tokens": 3}})

    assert left(rulebook, reply.texts) == {c["index"]: c["message"]["content"] for c in value["choices"]}
    assert value["usage"] == {"total_tokens": 3}


@given(st.data(), specs(), replies(most=3))
@hypothesis_settings(max_examples=100)
def test_where_nothing_is_dropped_both_ways_are_one(
    data: st.DataObject, rulebook: list[Spec], reply: Reply
) -> None:
    rulebook = [spec for spec in rulebook if spec["verb"] != "drop"]
    chunks = data.draw(cut_bytes(reply.body))

    assert streamed(rulebook, chunks, options=Options()) == streamed(rulebook, chunks)


def choice_of(dialect: Dialect, index: int, text: str, *, stream: bool = False) -> dict[str, Any]:
    if dialect is OPENAI_COMPLETIONS:
        return {"index": index, "text": text, "logprobs": None, "finish_reason": None if stream else "stop"}
    key = "delta" if stream else "message"
    message = {"role": "assistant", "content": text}
    return {"index": index, key: message, "finish_reason": None if stream else "stop"}


def said(choice: dict[str, Any]) -> Any:
    inner = choice.get("message") or choice.get("delta") or choice
    return inner.get("content", inner.get("text"))


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
@pytest.mark.parametrize(
    ("rule", "texts", "expected"),
    [
        (DROP, ["Hi.", "abb", "Bye."], ["Hi.", "Bye."]),
        (SILENT, ["abb", "Hi.", "abb"], ["Hi."]),
        (DROP, ["abb", "abb"], ["No."]),
        (DROP, ["Hi.", "Bye."], ["Hi.", "Bye."]),
    ],
)
def test_whole_replies_lose_their_dropped_choices(
    dialect: Dialect, rule: Spec, texts: list[str], expected: list[str]
) -> None:
    choices = [choice_of(dialect, index, text) for index, text in enumerate(texts)]
    status, value = whole([rule], {"id": "c", "choices": choices}, dialect)

    assert status == 200
    assert list(enumerate(expected)) == [(c["index"], said(c)) for c in value["choices"]]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
def test_a_whole_reply_of_which_nothing_is_left_is_an_error(dialect: Dialect) -> None:
    choices = [choice_of(dialect, index, "abb") for index in range(2)]
    status, value = whole([SILENT], {"id": "c", "choices": choices}, dialect)

    assert (400, "content_filter") == (status, value["error"]["code"])


def events(*values: dict[str, Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values)


def event_of(*choices: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "c", "object": "chunk", "choices": list(choices), **more}


def finish(choice: dict[str, Any]) -> dict[str, Any]:
    return choice | {"finish_reason": "stop"}


def choices_in(body: bytes) -> list[list[tuple[int, Any]]]:
    lines = [line[6:] for line in body.split(b"\n") if line.startswith(b"data: {")]
    return [[(c["index"], said(c)) for c in json.loads(line)["choices"]] for line in lines]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
def test_a_stream_loses_the_events_of_its_dropped_choices(dialect: Dialect) -> None:
    """One event of several choices keeps those that stay, and usage stays wherever it stood."""

    def one(index: int, text: str) -> dict[str, Any]:
        return choice_of(dialect, index, text, stream=True)

    body = events(
        event_of(one(0, "a"), one(1, "Hi"), one(2, "Good")),
        event_of(one(0, "bb")),
        event_of(one(2, " day.")),
        event_of(finish(one(0, ""))),
        event_of(finish(one(1, "!"))),
        event_of(finish(one(2, ""))),
        event_of(usage={"total_tokens": 3}),
    )
    out = streamed([DROP], [body, b"data: [DONE]\n\n"], dialect)

    assert [[(0, "Hi"), (1, "Good")], [(1, " day.")], [(0, "!")], [(1, "")], []] == choices_in(out)
    assert b'"total_tokens":3' in out.replace(b" ", b"")
    assert out.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
def test_a_stream_of_which_nothing_is_left_is_an_error(dialect: Dialect) -> None:
    one = choice_of(dialect, 0, "abb", stream=True)
    with pytest.raises(Refused):
        streamed([SILENT], [events(event_of(one), event_of(finish(one)))], dialect)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
def test_long_runs_of_events_are_numbered_anew(dialect: Dialect) -> None:
    """Events that differ only in their text are read without parsing each."""
    ones = [event_of(choice_of(dialect, 1, c, stream=True)) for c in "A long text of many events."]
    dropped = [event_of(choice_of(dialect, 0, c, stream=True)) for c in "abb"]
    out = streamed([DROP], [events(*dropped, *ones)], dialect)

    assert {0} == {index for event in choices_in(out) for index, _ in event}
    assert "".join(text for event in choices_in(out) for _, text in event if text).endswith("many events.")


def test_a_prompt_that_a_dropped_choice_repeats_goes_with_it() -> None:
    """It comes in an event of its own, in which the model says nothing."""
    request = OPENAI_COMPLETIONS.read_request(b'{"prompt": "Q: ", "echo": true, "n": 2}', {})
    session = Session(plan_of([DROP]), request, settings())
    stream = OPENAI_COMPLETIONS.stream(session, request, b"text/event-stream", REMOVE)

    def one(index: int, text: str) -> dict[str, Any]:
        return event_of(choice_of(OPENAI_COMPLETIONS, index, text, stream=True))

    body = events(one(0, "Q: "), one(1, "Q: "), one(0, "abb"), one(1, "Hi."))
    out = stream.receive(body) + stream.end()

    assert [[(0, "Q: ")], [(0, "Hi.")]] == choices_in(out)[:2]
    assert {0} == {index for event in choices_in(out) for index, _ in event}


def test_choices_that_stay_are_numbered_in_their_order() -> None:
    assert {0: 0, 2: 1} == numbers_of([2, 1, 0], {1: "No."})
    assert {1: 0} == numbers_of([0, 1, 2], {0: None, 1: "No.", 2: "No."})
