"""The contract's laws on the bytes of streamed and whole chat completions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filterproxy.core.bound import Bound
from filterproxy.core.plan import Plans
from filterproxy.core.request import Request, Turn
from filterproxy.core.session import Session
from filterproxy.dialects.json_text import JsonStrings
from filterproxy.dialects.openai_chat import OPENAI_CHAT
from filterproxy.dialects.openai_chat.request import read_request
from filterproxy.dialects.reply import Options, Refused, Stream, Whole, WireError
from filterproxy.dialects.request import with_message
from tests import oracle
from tests.core.rules import Spec, plan_of, rule_of, settings, specs
from tests.dialects.rules import CUT, DROP, REDACT, REMOVING, acted, secrets, tells
from tests.dialects.wire import Reply, choice, chunk, cut_bytes, read, replies


def chat_stream(session: Session, options: Options) -> Stream:
    return OPENAI_CHAT.stream(session, Request(), b"text/event-stream", options)


def chat_whole(session: Session, body: bytes, options: Options) -> tuple[Whole | None, Bound | None]:
    return OPENAI_CHAT.filter_whole(session, Request(), body, options)


def streamed(rulebook: list[Spec], chunks: list[bytes], **options: Any) -> tuple[bytes, Stream]:
    stream = chat_stream(Session(plan_of(rulebook), Request(stream=True), settings()), Options(**options))
    return b"".join([stream.receive(c) for c in chunks]) + stream.end(), stream


def expected_text(rulebook: list[Spec], text: str) -> str:
    result = oracle.apply(rulebook, text)
    return "No." if result.dropped else result.text


@given(st.data(), specs(), replies())
@hypothesis_settings(max_examples=250)
def test_any_cut_of_the_bytes_gives_the_text_of_the_oracle(
    data: st.DataObject, rulebook: list[Spec], reply: Reply
) -> None:
    """Laws 1 and 6: cut and ending."""
    out, _ = streamed(rulebook, data.draw(cut_bytes(reply.body)))
    found, came = read(out), read(reply.body)

    assert {i: expected_text(rulebook, t) for i, t in reply.texts.items()} == found.texts
    assert came.finishes == found.finishes
    assert came.usage == found.usage
    assert found.done


@given(st.data(), specs(), replies())
@hypothesis_settings(max_examples=150)
def test_a_reply_that_nothing_changes_leaves_as_the_bytes_it_came_in(
    data: st.DataObject, rulebook: list[Spec], reply: Reply
) -> None:
    """Law 3: quiet."""
    out, stream = streamed(rulebook, data.draw(cut_bytes(reply.body)))
    changed = any(expected_text(rulebook, t) != t for t in reply.texts.values())

    assert changed or acted(stream.verdict) or out == reply.body


@given(st.data(), specs(), replies(most=1))
@hypothesis_settings(max_examples=150)
def test_released_bytes_are_never_taken_back(data: st.DataObject, rulebook: list[Spec], reply: Reply) -> None:
    """Law 2: release."""
    chunks = data.draw(cut_bytes(reply.body))
    stream = chat_stream(Session(plan_of(rulebook), Request(stream=True), settings()), Options())
    out, early = b"", []
    for part in chunks:
        out += stream.receive(part)
        early.append(read(out).texts.get(0, "") if out else "")
    out += stream.end()

    final = read(out).texts.get(0, "")
    assert all(final.startswith(text) for text in early)


@given(st.data(), REMOVING, replies(contents=secrets()))
@hypothesis_settings(max_examples=150)
def test_no_removed_character_leaves_in_any_field(data: st.DataObject, rule: Spec, reply: Reply) -> None:
    """Law 4: no leak, not even as a number."""
    out, _ = streamed([rule], data.draw(cut_bytes(reply.body)))

    assert not tells(read(out).values)


def body_of(*events: dict[str, Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(e).encode() + b"\n\n" for e in events) + b"data: [DONE]\n\n"


def test_text_waits_only_for_what_could_begin_a_match() -> None:
    """Law 5: least hold, on the wire."""
    stream = chat_stream(Session(plan_of([REDACT]), Request(stream=True), settings()), Options())
    sent = [
        stream.receive(body_of(chunk([choice(0, {"content": t})]))[:-14]) for t in ("We", " ", "a", "b", "c")
    ]

    assert [1, 1, 0, 0, 3] == [out.count(b"data:") for out in sent]


def test_a_dropped_choice_keeps_its_index_and_its_place() -> None:
    """n = 3, the second dropped: the others arrive whole."""
    texts = {0: "one", 1: "abb", 2: "three"}
    body = body_of(
        *(chunk([choice(i, {"role": "assistant"})]) for i in texts),
        *(chunk([choice(i, {"content": t})]) for i, t in texts.items()),
        *(chunk([choice(i, {}, "length")]) for i in texts),
    )

    found = read(streamed([DROP], [body])[0])

    assert found.texts == {0: "one", 1: "No.", 2: "three"}
    assert found.finishes == {0: "length", 1: "stop", 2: "length"}


def test_a_drop_that_says_nothing_is_an_error_of_the_caller() -> None:
    """Whole and streamed: 400, code content_filter."""
    silent = {**DROP, "say": ""}
    body = body_of(chunk([choice(0, {"content": "abb"})]))

    with pytest.raises(Refused) as refused:
        streamed([silent], [body])
    whole, _ = whole_of([silent], {"choices": [{"index": 0, "message": {"content": "abb"}}]})

    assert refused.value.status == 400
    assert json.loads(refused.value.body)["error"]["code"] == "content_filter"
    assert whole.status == 400


def test_the_finish_reason_of_a_cut_is_the_operators_choice() -> None:
    """`stop` by default, since clients raise on `content_filter`."""
    body = body_of(chunk([choice(0, {"content": "Hi. abb"})]), chunk([choice(0, {}, "length")]))

    assert read(streamed([CUT], [body])[0]).finishes == {0: "stop"}
    assert read(streamed([CUT], [body], finish="content_filter")[0]).finishes == {0: "content_filter"}


def test_text_that_is_added_stands_behind_text_that_comes_with_the_finish() -> None:
    """Some servers say their last words and the finish in one chunk."""
    rule: Spec = {**REDACT, "verb": "append", "say": " End."}
    body = body_of(chunk([choice(0, {"content": "Hi "})]), chunk([choice(0, {"content": "abb"}, "stop")]))

    assert {0: "Hi abb End."} == read(streamed([rule], [body])[0]).texts


def test_a_stream_that_cannot_go_on_ends_with_an_error_event_after_what_was_judged() -> None:
    """Held text is judged first, then an error in OpenAI's shape."""
    stream = chat_stream(Session(plan_of([REDACT]), Request(stream=True), settings()), Options())
    stream.receive(body_of(chunk([choice(0, {"content": "Hi abb and a"})]))[:-14])
    out = stream.fail("upstream_error", "upstream closed the connection")

    assert b"[X] and a" in out
    assert b"abb" not in out
    assert "upstream_error" == json.loads(out.split(b"data: ")[-1])["error"]["type"]


def test_a_stream_that_ends_without_its_end_gets_one_when_it_was_changed() -> None:
    """Clients take a missing finish for success with half a text."""
    body = body_of(chunk([choice(0, {"content": "abb"})]))[: -len(b"data: [DONE]\n\n")]

    found = read(streamed([REDACT], [body])[0])

    assert ({0: "stop"}, True) == (found.finishes, found.done)


def test_an_event_longer_than_the_limit_is_not_the_dialect() -> None:
    """One byte more than the limit, and the limit itself."""
    event = b"data: " + json.dumps(chunk([choice(0, {"content": "x" * 100})])).encode() + b"\n\n"

    assert streamed([REDACT], [event], event_limit=len(event))[0] == event
    with pytest.raises(WireError):
        streamed([REDACT], [event], event_limit=len(event) - 1)


def test_arguments_are_scanned_only_where_a_rule_reads_them() -> None:
    """Tool calls pass as they came."""
    call = {"index": 0, "id": "t", "type": "function", "function": {"name": "f", "arguments": '{"a":"abb"}'}}
    body = body_of(chunk([choice(0, {"tool_calls": [call]})]), chunk([choice(0, {}, "tool_calls")]))

    assert streamed([REDACT], [body])[0] == body


def whole_of(rulebook: list[Spec], value: Any) -> Any:
    body = json.dumps(value).encode()
    return chat_whole(Session(plan_of(rulebook), Request(), settings()), body, Options())


@given(specs(), st.lists(st.text(alphabet="ab9 .\n", max_size=30), min_size=1, max_size=3))
@hypothesis_settings(max_examples=150)
def test_a_whole_reply_reads_as_the_oracle_says(rulebook: list[Spec], texts: list[str]) -> None:
    """The same text and verdict as the stream's."""
    choices = [
        {
            "index": i,
            "message": {"role": "assistant", "content": t, "x": t},
            "finish_reason": "stop",
            "logprobs": {"t": t},
        }
        for i, t in enumerate(texts)
    ]
    value = {"id": "c", "choices": choices, "usage": {"total_tokens": 9}}

    whole, _ = whole_of(rulebook, value)
    after = json.loads(whole.body)

    for i, text in enumerate(texts):
        wanted = expected_text(rulebook, text)
        assert wanted == after["choices"][i]["message"]["content"]
        if wanted != text:
            assert after["choices"][i]["logprobs"] is None
            assert "x" not in after["choices"][i]["message"]
    assert {"total_tokens": 9} == after["usage"]
    assert whole.changed or whole.body == json.dumps(value).encode()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"choices": 3}', b'{"choices": [1]}', b'{"choices":[{"message":[]}]}',
             b'{"choices":[{"message":{"content":[1]}}]}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_completion_is_said_to_be_none(body: bytes) -> None:
    """A WireError, never a traceback."""
    with pytest.raises(WireError):
        chat_whole(Session(plan_of([REDACT]), Request(), settings()), body, Options())


def test_a_request_is_read_into_turns() -> None:
    """String content, parts, null beside tool calls, tool results."""
    body = {
        "model": "m",
        "stream": True,
        "messages": [
            {"role": "developer", "content": "Open 9-5."},
            {"role": "user", "content": [{"type": "text", "text": "When?"}]},
            {"role": "assistant", "content": None, "tool_calls": []},
            {"role": "tool", "content": "{}"},
        ],
    }

    request = read_request(json.dumps(body).encode(), {})

    turns = (Turn("system", "Open 9-5."), Turn("user", "When?"), Turn("assistant", ""), Turn("tool", "{}"))
    assert turns == request.turns
    assert request.stream
    assert request.complete


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"messages": 3}', b'{"messages": [{"content": [{"image_url": 1}]}]}']
)
def test_a_request_that_cannot_be_read_is_incomplete(body: bytes) -> None:
    """Then what it states cannot be said."""
    assert not read_request(body, {}).complete


def test_a_note_is_appended_for_asking_again() -> None:
    """As a system message, last."""
    body = json.loads(with_message(b'{"messages": [{"role": "user", "content": "x"}], "n": 1}', "Be brief."))

    assert {"role": "system", "content": "Be brief."} == body["messages"][-1]
    assert 1 == body["n"]


@given(st.data(), st.sampled_from(["redact", "drop"]))
@hypothesis_settings(max_examples=60)
def test_a_rule_on_arguments_reads_string_values_and_leaves_valid_json(
    data: st.DataObject, verb: str
) -> None:
    """`in: [arguments]`: keys and numbers are not text; content is not read."""
    arguments = '{"abb": "x abb \\u00e9 \\"abb\\"", "n": [1, "abb"], "long": "' + "y" * 20 + '"}'
    pieces = [arguments[i : i + 7] for i in range(0, len(arguments), 7)]
    calls = [{"index": 0, "id": "t", "type": "function", "function": {"name": "f", "arguments": ""}}]
    body = body_of(
        chunk([choice(0, {"role": "assistant", "content": "abb stays"})]),
        chunk([choice(0, {"tool_calls": calls})]),
        *(chunk([choice(0, {"tool_calls": [{"index": 0, "function": {"arguments": p}}]})]) for p in pieces),
        chunk([choice(0, {}, "tool_calls")]),
    )
    rule = replace(rule_of({**REDACT, "verb": verb, "say": "No."}), channels=frozenset({"arguments"}))
    given_settings = replace(settings(), strings=JsonStrings())
    session = Session(Plans([rule]).plan(Request(stream=True)), Request(stream=True), given_settings)
    stream = chat_stream(session, Options())
    out = b"".join([stream.receive(c) for c in data.draw(cut_bytes(body))]) + stream.end()

    found = read(out)
    sent = "".join(
        call["function"].get("arguments", "")
        for value in found.values
        for item in value["choices"]
        for call in item["delta"].get("tool_calls") or []
    )
    if verb == "drop":
        assert ({0: "No."}, "", {0: "stop"}) == (found.texts, sent, found.finishes)
    else:
        wanted = {"abb": 'x [X] é "[X]"', "n": [1, "[X]"], "long": "y" * 20}
        assert ({0: "abb stays"}, wanted, {0: "tool_calls"}) == (
            found.texts,
            json.loads(sent),
            found.finishes,
        )


def test_reasoning_under_two_names_is_judged_under_both() -> None:
    """Some servers send the same text twice; a client may read either."""
    deltas = [{"reasoning": t, "reasoning_content": t} for t in ("a", "bb", "!")]
    body = body_of(*(chunk([choice(0, delta)]) for delta in deltas), chunk([choice(0, {"content": "x"})]))
    rule = replace(rule_of(REDACT), channels=frozenset({"reasoning"}))
    session = Session(Plans([rule]).plan(Request(stream=True)), Request(stream=True), settings())
    stream = chat_stream(session, Options())

    found = read(stream.receive(body) + stream.end())

    sent = [item["delta"] for value in found.values for item in value["choices"]]
    for key in ("reasoning", "reasoning_content"):
        assert "[X]!" == "".join(delta.get(key) or "" for delta in sent)
