"""The contract's laws on the bytes of streamed and whole OpenAI responses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filterproxy.core.plan import Plans
from filterproxy.core.request import Request, Turn
from filterproxy.core.session import Session
from filterproxy.dialects.json_text import JsonStrings
from filterproxy.dialects.openai_responses import OPENAI_RESPONSES
from filterproxy.dialects.openai_responses.request import read_request, with_note
from filterproxy.dialects.reply import Options, Refused, Stream, WireError
from filterproxy.dialects.routes import Routes
from tests import oracle
from tests.core.rules import Spec, plan_of, rule_of, settings, specs
from tests.dialects.responses import (
    USAGE,
    Item,
    Reply,
    body_of,
    call,
    cut_bytes,
    read,
    replies,
    response,
    stream_of,
    thought,
)
from tests.dialects.rules import CUT, DROP, REDACT, REMOVING, acted, secrets, tells

APPEND: Spec = {"id": "a", "regex": "abb", "verb": "append", "unit": "match", "say": "End.", "scope": "reply"}


def session_of(rulebook: list[Spec], kinds: frozenset[str] | None = None, **given: Any) -> Session:
    request = Request(stream=True)
    if kinds is None:
        return Session(plan_of(rulebook), request, settings(**given))
    rules = [replace(rule_of(spec), channels=kinds) for spec in rulebook]
    judged = replace(settings(**given), strings=JsonStrings())
    return Session(Plans(rules).plan(request), request, judged)


def stream(session: Session, **options: Any) -> Stream:
    return OPENAI_RESPONSES.stream(session, Request(), b"text/event-stream", Options(**options))


def streamed(session: Session, chunks: list[bytes], **options: Any) -> bytes:
    reply = stream(session, **options)
    return b"".join([reply.receive(part) for part in chunks]) + reply.end()


def expected(rulebook: list[Spec], items: tuple[Item, ...]) -> dict[tuple[int, int], str]:
    """The texts that are left, by item and part."""
    said = {(at, n): (item.kind, text) for at, item in enumerate(items) for n, text in enumerate(item.texts)}
    results = {
        where: oracle.apply(rulebook, text) for where, (kind, text) in said.items() if kind == "message"
    }
    if any(result.dropped for result in results.values()):
        return {(0, 0): "No."}
    return {where: results[where].text if where in results else text for where, (_, text) in said.items()}


@given(st.data(), specs(), replies())
@hypothesis_settings(max_examples=200)
def test_any_cut_of_the_bytes_gives_the_text_of_the_oracle(
    data: st.DataObject, rulebook: list[Spec], reply: Reply
) -> None:
    """Laws 1 and 6: deltas, `done` events, items and the response say the same, numbered without gaps."""
    found = read(streamed(session_of(rulebook), data.draw(cut_bytes(reply.body))))

    assert expected(rulebook, reply.items) == found.agree()
    assert "response.completed" == found.last["type"]
    assert "completed" == found.last["response"]["status"]
    assert USAGE == found.last["response"]["usage"]


@given(st.data(), specs(), replies())
@hypothesis_settings(max_examples=100)
def test_a_reply_that_nothing_changes_leaves_as_the_bytes_it_came_in(
    data: st.DataObject, rulebook: list[Spec], reply: Reply
) -> None:
    """Law 3: quiet."""
    session = session_of(rulebook)
    out = streamed(session, data.draw(cut_bytes(reply.body)))

    assert acted(session.verdict) or out == reply.body


@given(st.data(), specs(), replies())
@hypothesis_settings(max_examples=100)
def test_released_bytes_are_never_taken_back(data: st.DataObject, rulebook: list[Spec], reply: Reply) -> None:
    """Law 2: release."""
    chunks = data.draw(cut_bytes(reply.body))
    sending = stream(session_of(rulebook))
    out, early = b"", []
    for part in chunks:
        more = sending.receive(part)
        out += more
        if more:
            early.append(read(out).deltas)
    final = read(out + sending.end()).deltas

    assert all(final[where].startswith(text) for deltas in early for where, text in deltas.items())


@given(st.data(), REMOVING, replies(contents=secrets()))
@hypothesis_settings(max_examples=150)
def test_no_removed_character_leaves_in_any_field(data: st.DataObject, rule: Spec, reply: Reply) -> None:
    """Law 4: no leak, not even as a number, wherever upstream repeats it."""
    session = session_of([rule], frozenset({"content", "refusal", "reasoning"}))

    found = read(streamed(session, data.draw(cut_bytes(reply.body))))

    assert not tells(found.values)
    assert found.agree() or rule["verb"] == "drop"


def test_text_waits_only_for_what_could_begin_a_match() -> None:
    """Law 5: a part that has ended lets go at once, before the reply does."""
    sending = stream(session_of([REDACT]))
    events = stream_of([Item("message", ("We a",))], lambda: 1)
    raws = [e + b"\n\n" for e in body_of(events).split(b"\n\n")[:-1]]

    left = [sending.receive(raw).count(b"data:") for raw in raws]

    # The "a" and nothing else is held, until its part is done.
    assert [1] * 7 + [0, 2] + [1] * 3 == left


def test_rules_that_only_look_hold_nothing() -> None:
    """A shadow rule on arguments lets each event pass as it comes."""
    sending = stream(session_of([{**REDACT, "shadow": True}], frozenset({"arguments"})))
    body = body_of(stream_of([call('{"a": "abb"}')]))
    raws = [e + b"\n\n" for e in body.split(b"\n\n")[:-1]]

    assert raws == [sending.receive(raw) for raw in raws]
    assert b"" == sending.end()


@pytest.mark.parametrize("reason", ["stop", "content_filter"])
def test_a_drop_is_a_whole_stream_that_says_something_else(reason: str) -> None:
    """Reasoning, calls and all parts go; usage stays; the item keeps the id of upstream's message."""
    body = body_of(stream_of([thought("hm abb"), Item("message", ("x", "abb")), call("{}")]))

    found = read(streamed(session_of([DROP]), [body], finish=reason))

    ended = {"stop": "completed", "content_filter": "incomplete"}[reason]
    assert {(0, 0): "No."} == found.agree()
    assert f"response.{ended}" == found.last["type"]
    assert (ended, USAGE) == (found.last["response"]["status"], found.last["response"]["usage"])
    assert ["response.created", "response.in_progress", "response.output_item.added"] == found.kinds[:3]
    assert b"abb" not in json.dumps(found.values).encode()
    assert "message_1" == found.last["response"]["output"][0]["id"]


def test_a_drop_that_says_nothing_is_an_error_of_the_caller() -> None:
    """Whole and streamed: 400, code content_filter."""
    silent = {**DROP, "say": ""}
    items = [Item("message", ("abb",))]

    with pytest.raises(Refused) as refused:
        streamed(session_of([silent]), [body_of(stream_of(items))])

    assert 400 == refused.value.status
    assert "content_filter" == json.loads(refused.value.body)["error"]["code"]
    assert 400 == whole_of([silent], items)[0].status


def test_a_cut_reply_that_calls_a_function_ends_for_that() -> None:
    """Whole as streamed."""
    items = [Item("message", ("Hi. abb",)), call("{}")]

    found = read(streamed(session_of([CUT]), [body_of(stream_of(items))], finish="content_filter"))
    whole = json.loads(whole_of([CUT], items, finish="content_filter")[0].body)

    assert "completed" == found.last["response"]["status"] == whole["status"]
    assert whole == found.last["response"]


@pytest.mark.parametrize(("reason", "status"), [("stop", "completed"), ("content_filter", "incomplete")])
def test_how_a_cut_reply_has_ended_is_the_operators_choice(reason: str, status: str) -> None:
    """Completed by default; the events before it and after the cut keep their order."""
    body = body_of(stream_of([Item("message", ("Hi. abb",))]))

    found = read(streamed(session_of([CUT]), [body], finish=reason))

    assert {(0, 0): "Hi. Cut."} == found.agree()
    assert (f"response.{status}", status) == (found.last["type"], found.last["response"]["status"])
    details = found.last["response"]["incomplete_details"]
    assert ({"reason": "content_filter"} if status == "incomplete" else None) == details


def test_text_that_is_added_stands_in_the_part_that_it_is_added_to() -> None:
    """Before that part's end, although the first of two parts ends before the reply does."""
    body = body_of(stream_of([Item("message", ("abb.", "x"))]))

    assert {(0, 0): "abb.End.", (0, 1): "x"} == read(streamed(session_of([APPEND]), [body])).agree()


def test_a_reply_without_text_has_a_message_of_ours_when_a_rule_wants_one() -> None:
    """`length: {under: 1}` sees the empty text; the message is in the response too, streamed and whole."""
    rule = {"id": "l", "under": 1, "verb": "append", "unit": "match", "say": "Nothing.", "scope": "reply"}
    items = [thought("hm")]

    found = read(streamed(session_of([rule]), [body_of(stream_of(items))]))
    whole = json.loads(whole_of([rule], items)[0].body)

    assert {(0, 0): "hm", (1, 0): "Nothing."} == found.agree()
    assert "Nothing." == whole["output"][1]["content"][0]["text"]


def test_a_stream_that_ends_without_its_end_gets_one_when_it_was_changed() -> None:
    """All that is open is closed, with what the client has read."""
    events = stream_of([thought("hm"), Item("message", ("x abb y",))])
    cut_short = [e for e in events if "done" not in e["type"] or e["output_index"] == 0][:-1]

    found = read(streamed(session_of([REDACT]), [body_of(cut_short)]))

    assert {(0, 0): "hm", (1, 0): "x [X] y"} == found.agree()
    assert "response.completed" == found.last["type"]


def test_a_stream_that_cannot_go_on_ends_with_an_error_event_after_what_was_judged() -> None:
    """Held text is judged first, then an error in the API's shape, with the next number."""
    events = stream_of([Item("message", ("Hi abb and a",))])[:-4]
    sending = stream(session_of([REDACT]))
    out = sending.receive(body_of(events)) + sending.fail("upstream_error", "upstream closed the connection")

    found = read(out)

    assert {(0, 0): "Hi [X] and a"} == found.deltas
    assert out.split(b"\n\n")[-2].startswith(b"event: error\n")
    assert ("error", "upstream_error") == (found.values[-1]["type"], found.values[-1]["code"])
    assert list(range(len(found.numbers))) == found.numbers


def test_upstreams_error_says_nothing_of_the_models_once_text_was_changed() -> None:
    """An error may repeat what the model said."""
    events = stream_of([Item("message", ("abb",))])[:6]
    broken = {"type": "error", "code": "x", "message": "could not parse abb"}

    out = streamed(session_of([REDACT]), [body_of([*events, broken])])

    assert b"abb" not in out
    assert "error" == read(out).kinds[-1]


def test_numbers_of_upstreams_own_and_their_lack_are_left_alone() -> None:
    """A resumed stream begins later, and goes on from there; some servers count nothing."""
    events = stream_of([Item("message", ("x abb y",))], lambda: 1)
    later = body_of(events[:5] + events[4:]).split(b"\n\n", 5)[5]
    bare = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)

    resumed = read(streamed(session_of([REDACT]), [later]))
    uncounted = streamed(session_of([REDACT]), [bare])

    assert list(range(5, 5 + len(resumed.numbers))) == resumed.numbers
    assert b"sequence_number" not in uncounted
    assert b"[X]" in uncounted


@pytest.mark.parametrize("ended", ["error", "response.failed"])
def test_a_reply_that_was_dropped_does_not_hide_that_it_failed(ended: str) -> None:
    """It says what is said instead, and that upstream failed, in words of ours."""
    said = {"code": "server_error", "message": "abb"}
    broken = {"type": ended, **said, "response": {**response([], "failed"), "error": said}}
    events = [*stream_of([Item("message", ("abb",))])[:5], broken]

    found = read(streamed(session_of([DROP]), [body_of(events)]))

    assert {(0, 0): "No."} == found.deltas
    assert "abb" not in json.dumps(found.values)
    assert ended in found.kinds


# Bad input


def all_of(*events: dict[str, Any]) -> list[dict[str, Any]]:
    head, *_, tail = stream_of([])
    return [head, *events, tail]


def message(text: str, id_: str | None = "m") -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    ids = {} if id_ is None else {"id": id_}
    return {**ids, "type": "message", "role": "assistant", "status": "completed", "content": [part]}


def about(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", "item_id": "m", "output_index": 0, "content_index": 0, **more}


PART = {"type": "output_text", "text": "x abb"}
ODD: dict[str, list[dict[str, Any]]] = {
    "in the item's end only": all_of(about("output_item.done", item=message("x abb"))),
    "in the item's beginning": all_of(about("output_item.added", item=message("x abb"))),
    "in the part's beginning": all_of(
        about("content_part.added", part=PART), about("content_part.done", part=PART)
    ),
    "done without delta": all_of(about("output_text.done", text="x abb")),
    "done says more": all_of(
        about("output_text.delta", delta="x a"), about("output_text.done", text="x abb")
    ),
    "done says else": all_of(about("output_text.delta", delta="y"), about("output_text.done", text="x abb")),
    "done twice": all_of(*[about("output_text.done", text="x abb")] * 2),
    "twice, and not the same": all_of(
        about("output_text.done", text="ok"), about("output_text.done", text="x abb")
    ),
    "no ids": all_of(
        {"type": "response.output_text.delta", "delta": "x a"},
        {"type": "response.output_text.delta", "delta": "bb"},
        {"type": "response.output_item.done", "item": message("x abb", None)},
    ),
    "ids that change": all_of(
        about("output_text.delta", delta="x abb"), about("output_item.done", item=message("x abb", "other"))
    ),
    "after another copy": all_of(
        *(about("output_item.added", item=message(text)) for text in ("x abb", "x abb!"))
    ),
    "in the response's beginning": [
        {"type": "response.created", "response": response([message("x abb")], "in_progress")},
        *stream_of([])[1:],
    ],
    "in the response's end only": [
        *stream_of([])[:-1],
        {"type": "response.completed", "response": response([message("x abb")])},
    ],
    "ids that are all the same": all_of(
        about("output_item.added", item={**message(""), "content": []}),
        about("output_text.delta", delta="ok"),
        about("output_text.done", text="ok"),
        about("output_item.done", item=message("ok")),
        about("output_item.added", item={**message(""), "content": []}),
        about("output_text.delta", delta="x a"),
        about("output_text.delta", delta="bb"),
        about("output_text.done", text="x abb"),
        about("output_item.done", item=message("x abb")),
        {"type": "response.completed", "response": response([message("ok"), message("x abb")])},
    )[:-1],
    "after the end": [*stream_of([Item("message", ("abb",))]), about("output_text.delta", delta="x abb")],
}  # fmt: skip


@pytest.mark.parametrize("events", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("spec", [REDACT, CUT, DROP])
def test_text_is_judged_wherever_it_stands(events: list[dict[str, Any]], spec: Spec) -> None:
    """Whatever order it comes in, and whatever it repeats; and what nothing changes is as it came."""
    body = body_of(events)

    out = streamed(session_of([spec]), [body])

    assert b"abb" not in out
    assert any(own in out for own in (b"[X]", b"Cut.", b"No."))
    assert read(out).last
    if events[-1]["type"] == "response.completed":
        assert body == streamed(session_of([{**spec, "regex": "9"}]), [body])


BROKEN: list[bytes] = [
    b"data: {\n\n", b"data: 3\n\n", b"data: []\n\n", b'data: {"type": 3}\n\n',
    b"data: " + b"[" * 100_000 + b"\n\n",
    body_of([{"type": "response.unheard.of", "delta": "abb"}]),
    body_of([about("output_text.delta", delta=3)]),
    body_of([about("output_text.delta")]),
    body_of([about("content_part.added", part=[])]),
    body_of([about("content_part.added", part={"type": "output_text", "text": 3})]),
    body_of([about("content_part.done", part=PART, content_index="x")]),
    body_of([about("output_item.done", item="abb")]),
    body_of([about("output_item.done", item={"content": "abb"})]),
    body_of([about("output_item.done", item={"type": "message", "content": "abb"})]),
    body_of([about("output_item.done", item={"type": "message", "content": ["abb"]})]),
    body_of([{"type": "response.completed", "response": {"output": "abb"}}]),
    body_of([{"type": "response.completed", "response": {"output": ["abb"]}}]),
    body_of([{"type": "response.completed"}]),
    b'data: {"error": {"message": "x"}}\n\n',
    b"data: [DONE]\n\n",
    b"data: \xff\xfe\n\n",
]  # fmt: skip


@pytest.mark.parametrize("odd", BROKEN)
def test_what_cannot_be_read_passes_until_something_was_changed(odd: bytes) -> None:
    """Then it might repeat what was removed."""
    before, after = body_of(stream_of([Item("message", ("abb",))])[:7]), b": end\n\n"

    assert odd + after == streamed(session_of([REDACT]), [odd + after])
    assert b"abb" not in streamed(session_of([REDACT]), [before + odd + after])


def test_text_after_the_end_of_its_part_is_no_response() -> None:
    """A WireError: clients would not know what to do with it either."""
    events = all_of(about("output_text.done", text="x"), about("output_text.delta", delta="y"))

    with pytest.raises(WireError):
        streamed(session_of([REDACT]), [body_of(events)])


# Other channels


@given(st.data(), st.sampled_from(["redact", "drop"]))
@hypothesis_settings(max_examples=40)
def test_a_rule_on_arguments_reads_string_values_and_leaves_valid_json(
    data: st.DataObject, verb: str
) -> None:
    """`in: [arguments]`: keys and numbers are not text; content is not read, nor left out."""
    arguments = '{"abb": "x abb \\u00e9 \\"abb\\"", "n": [1, "abb"], "long": "' + "y" * 20 + '"}'
    body = body_of(stream_of([Item("message", ("abb stays",)), call(arguments)]))
    session = session_of([{**REDACT, "verb": verb, "say": "No."}], frozenset({"arguments"}))

    texts = read(streamed(session, data.draw(cut_bytes(body)))).agree()

    if verb == "drop":
        assert {(0, 0): "No."} == texts
    else:
        assert "abb stays" == texts[0, 0]
        assert {"abb": 'x [X] é "[X]"', "n": [1, "[X]"], "long": "y" * 20} == json.loads(texts[1, 0])


@pytest.mark.parametrize(
    ("kind", "key", "family"),
    [
        ("function_call", "arguments", "function_call_arguments"),
        ("custom_tool_call", "input", "custom_tool_call_input"),
        ("mcp_call", "arguments", "mcp_call_arguments"),
        ("code_interpreter_call", "code", "code_interpreter_call_code"),
    ],
)
def test_every_call_has_its_text_in_the_channel_of_arguments(kind: str, key: str, family: str) -> None:
    """Streamed and whole; what the tool gave back is left out of a reply that was changed."""
    item = {"id": "t", "type": kind, key: "x abb", "outputs": [{"logs": "abb"}], "output": "abb"}
    place = {"item_id": "t", "output_index": 0}
    events = [
        {"type": "response.output_item.added", "output_index": 0, "item": {"id": "t", "type": kind, key: ""}},
        *({"type": f"response.{family}.delta", **place, "delta": t} for t in ("x a", "bb")),
        {"type": f"response.{family}.done", **place, key: "x abb"},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
    ]
    ended = {"type": "response.completed", "response": response([item])}
    arguments = frozenset({"arguments"})

    out = streamed(session_of([REDACT], arguments), [body_of([*stream_of([])[:2], *events, ended])])
    body = json.dumps(response([item])).encode()
    whole, _ = OPENAI_RESPONSES.filter_whole(session_of([REDACT], arguments), Request(), body, Options())

    assert b"abb" not in out
    assert "x [X]" == read(out).last["response"]["output"][0][key]
    assert whole is not None
    assert json.loads(whole.body)["output"] == read(out).last["response"]["output"]


@pytest.mark.parametrize(
    ("kind", "outer", "inner"),
    [
        ("shell_call", "action", {"commands": ["ls", "x abb"], "env": {"a": "abb"}}),
        ("local_shell_call", "action", {"type": "exec", "command": ["x abb"], "working_directory": "abb"}),
        ("apply_patch_call", "operation", {"type": "create_file", "diff": "x abb", "path": "abb"}),
    ],
)
def test_commands_and_patches_are_arguments(kind: str, outer: str, inner: dict[str, Any]) -> None:
    """Whole, in the item's end, and as commands are streamed."""
    item = {"id": "t", "type": kind, outer: inner}
    place = {"output_index": 0, "command_index": 1}
    typed = [
        {"type": "response.shell_call_command.added", **place, "command": ""},
        {"type": "response.shell_call_command.delta", **place, "delta": "x a"},
        {"type": "response.shell_call_command.delta", **place, "delta": "bb"},
        {"type": "response.shell_call_command.done", **place, "command": "x abb"},
    ]
    events = [
        stream_of([])[0],
        {"type": "response.output_item.added", "output_index": 0, "item": {"id": "t", "type": kind}},
        *(typed if kind == "shell_call" else ()),
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": response([item])},
    ]
    arguments = frozenset({"arguments"})

    out = streamed(session_of([REDACT], arguments), [body_of(events)])
    body = json.dumps(response([item])).encode()
    whole, _ = OPENAI_RESPONSES.filter_whole(session_of([REDACT], arguments), Request(), body, Options())
    quiet = session_of([{**REDACT, "regex": "9"}], arguments)

    assert b"abb" not in out
    assert whole is not None
    assert b"abb" not in whole.body
    assert b"x [X]" in whole.body
    assert json.loads(whole.body)["output"] == read(out).last["response"]["output"]
    assert body_of(events) == streamed(quiet, [body_of(events)])
    assert not quiet.verdict.unscanned


@pytest.mark.parametrize("kind", ["refusal", "reasoning"])
def test_refusals_and_reasoning_are_channels_of_their_own(kind: str) -> None:
    """What rules on them leave is said alike by every event, as are contents that no rule reads."""
    body = body_of(stream_of([Item(kind, ("abb",)), Item("message", ("abb",))]))

    found = read(streamed(session_of([REDACT], frozenset({kind})), [body]))

    assert {(0, 0): "[X]", (1, 0): "abb"} == found.agree()


@given(st.data())
@hypothesis_settings(max_examples=30)
def test_contents_that_are_json_stay_json(data: st.DataObject) -> None:
    """Where the request demands it, each string value is a text of its own."""
    body = body_of(stream_of([Item("message", ('{"abb": ["x abb", "y"]}',))]))
    request = Request(stream=True, json=True)
    session = Session(plan_of([REDACT]), request, replace(settings(), strings=JsonStrings()))

    texts = read(streamed(session, data.draw(cut_bytes(body)))).agree()

    assert {"abb": ["x [X]", "y"]} == json.loads(texts[0, 0])


# Whole responses


def whole_of(rulebook: list[Spec], items: list[Item], **options: Any) -> Any:
    value = response([item.value(at, done=True) for at, item in enumerate(items)])
    session = session_of(rulebook)
    return OPENAI_RESPONSES.filter_whole(session, Request(), json.dumps(value).encode(), Options(**options))


@given(specs(), replies())
@hypothesis_settings(max_examples=150)
def test_a_whole_reply_reads_as_the_streamed_one(rulebook: list[Spec], reply: Reply) -> None:
    """The same texts, the same ending; nothing changed: the very bytes."""
    whole, _ = whole_of(rulebook, list(reply.items))
    ended = {"type": "response.completed", "sequence_number": 0, "response": json.loads(whole.body)}
    found = read(f"data: {json.dumps(ended)}\n\n".encode())
    streaming = read(streamed(session_of(rulebook), [reply.body]))

    assert expected(rulebook, reply.items) == found.output
    assert not whole.changed or streaming.last["response"] == found.last["response"]


def test_a_whole_reply_that_was_changed_repeats_nothing() -> None:
    """Annotations, log probabilities, results of tools, encrypted reasoning, keys that nobody knows."""
    items = [
        {"id": "r", "type": "reasoning", "summary": [], "encrypted_content": "abb"},
        {
            "id": "w",
            "type": "web_search_call",
            "status": "completed",
            "action": {"type": "search", "query": "abb"},
        },
        {"id": "f", "type": "file_search_call", "queries": ["abb"], "results": [{"text": "abb"}]},
        {"id": "s", "type": "unheard_of", "says": "abb", "n": [97, 98]},
        {**message("x abb"), "copy": "abb"},
    ]
    body = json.dumps({**response(items), "output_text": "x abb", "status": "incomplete"}).encode()
    session = session_of([REDACT])

    whole, _ = OPENAI_RESPONSES.filter_whole(session, Request(), body, Options())

    assert whole is not None
    after = json.loads(whole.body)
    assert b"abb" not in whole.body
    assert ["r", "w", "f", "s", "m"] == [item["id"] for item in after["output"]]
    assert {"type": "search"} == after["output"][1]["action"]
    assert ("incomplete", USAGE) == (after["status"], after["usage"])
    assert 8 == session.verdict.removed_keys


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"{}", b'{"object": "list", "output": []}', b'{"output": 3}',
     b'{"output": [3]}', b'{"output": [{}]}', b'{"output": [{"type": "message", "content": "x"}]}',
     b"[" * 100_000,
     b'{"output": [{"type": "message", "content": [{"text": 1}]}]}',
     b'{"output": [{"type": "reasoning", "summary": 1}]}'],
)  # fmt: skip
def test_what_is_no_response_is_said_to_be_none(body: bytes) -> None:
    """A WireError, never a traceback."""
    with pytest.raises(WireError):
        OPENAI_RESPONSES.filter_whole(session_of([REDACT]), Request(), body, Options())


@pytest.mark.parametrize("status", ["queued", "in_progress", "failed", "cancelled"])
def test_a_response_that_has_not_said_anything_is_no_empty_reply(status: str) -> None:
    """What is made in the background is asked for until it is there."""
    rule = {"id": "l", "under": 1, "verb": "drop", "unit": "match", "say": "No.", "scope": "reply"}
    body = json.dumps(response([], status)).encode()

    whole, _ = OPENAI_RESPONSES.filter_whole(session_of([rule]), Request(), body, Options())

    assert whole is not None
    assert body == whole.body


# Requests


def asked(**body: Any) -> Request:
    return read_request(json.dumps({"model": "m", **body}).encode(), {})


def test_a_request_is_read_into_turns() -> None:
    """Instructions, messages in both shapes, calls and their results."""
    request = asked(
        stream=True,
        instructions="Open 9-5.",
        text={"format": {"type": "json_schema"}},
        tools=[{"type": "function", "name": "f"}],
        input=[
            {"role": "developer", "content": "Be brief."},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "When?"}]},
            {"type": "reasoning", "summary": []},
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "nine"},
            {"type": "custom_tool_call_output", "output": [{"type": "input_text", "text": "ten"}]},
            {"role": "assistant", "content": [{"type": "output_text", "text": "At nine."}]},
        ],
    )  # fmt: skip

    assert (
        Turn("system", "Open 9-5."),
        Turn("system", "Be brief."),
        Turn("user", "When?"),
        Turn("assistant", ""),
        Turn("tool", "nine", "f"),
        Turn("tool", "ten"),
        Turn("assistant", "At nine."),
    ) == request.turns
    assert ("m", True, True, True) == (request.model, request.stream, request.json, request.complete)
    assert (Turn("user", "When?"),) == asked(input="When?").turns


@pytest.mark.parametrize(
    "body",
    [
        {"input": "x", "previous_response_id": "resp_1"},
        {"input": "x", "conversation": "conv_1"},
        {"input": "x", "prompt": {"id": "p"}},
        {"input": "x", "instructions": []},
        {"input": [{"type": "item_reference", "id": "m"}]},
        {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]},
        {"input": [{"type": "file_search_call", "queries": []}]},
        {"input": ["x"]},
        {"input": 3},
        {},
        *({"input": "x", "tools": [{"type": tool}]} for tool in ("web_search", "file_search", "mcp")),
        {"input": "x", "tools": [{"type": "function"}, {"type": "code_interpreter"}]},
        {"input": "x", "tools": 3},
    ],
)
def test_what_a_request_does_not_state_makes_it_incomplete(body: dict[str, Any]) -> None:
    """What the server keeps or finds, and what is no text."""
    assert not asked(**body).complete


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_a_request_that_cannot_be_read_is_incomplete(body: bytes) -> None:
    """Never an exception."""
    assert not read_request(body, {}).complete


def test_a_note_is_appended_for_asking_again() -> None:
    """As a system message, last, to either shape of input."""
    note = {"role": "system", "content": "Be brief."}

    assert [{"role": "user", "content": "x"}, note] == json.loads(with_note(b'{"input": "x"}', "Be brief."))[
        "input"
    ]
    assert [{"role": "user"}, note] == json.loads(with_note(b'{"input": [{"role": "user"}]}', "Be brief."))[
        "input"
    ]


@pytest.mark.parametrize(
    ("method", "path", "stored"),
    [
        ("POST", "/v1/responses", False),
        ("POST", "/openai/v1/responses/", False),
        ("GET", "/v1/responses/resp_1", True),
        ("POST", "/v1/responses/resp_1/cancel", True),
    ],
)
def test_responses_are_filtered_where_they_are_made_and_where_they_are_kept(
    method: str, path: str, stored: bool
) -> None:
    """By id with the context unknown."""
    route = Routes().of(method, path)

    assert route is not None
    assert ("openai_responses", stored) == (route.dialect.name, route.stored)


def test_other_paths_below_responses_are_not_theirs() -> None:
    """Input items, counts of tokens, deletion."""
    for method, path in (
        ("GET", "/v1/responses/resp_1/input_items"),
        ("POST", "/v1/responses/input_tokens"),
        ("DELETE", "/v1/responses/resp_1"),
    ):
        assert Routes().of(method, path) is None


@pytest.mark.parametrize(
    ("conversation", "id"), [("conv_1", "conv_1"), ({"id": "conv_1"}, "conv_1"), (None, ""), ([7], "")]
)
def test_a_conversation_that_the_server_keeps_is_known_by_its_id(conversation: Any, id: str) -> None:
    body = json.dumps({"input": "Hello", "conversation": conversation}).encode()

    assert id == read_request(body, {}).conversation
