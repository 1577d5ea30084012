"""The contract's laws on the bytes of streamed and whole Anthropic messages."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filterproxy.core.plan import Plan, Plans
from filterproxy.core.request import Request, Turn
from filterproxy.core.session import Session
from filterproxy.dialects.anthropic import ANTHROPIC_MESSAGES
from filterproxy.dialects.anthropic.events import MessageEvents
from filterproxy.dialects.anthropic.request import read_request, with_note
from filterproxy.dialects.json_text import JsonStrings
from filterproxy.dialects.queue import EventStream
from filterproxy.dialects.reply import Options, Refused, Stream, Whole, WireError
from filterproxy.dialects.routes import Routes
from tests import oracle
from tests.core.rules import Spec, plan_of, rule_of, settings, specs, texts
from tests.dialects.rules import CUT, DROP, REDACT, REMOVING, acted, secrets, tells
from tests.dialects.wire import cut_bytes

USAGE = {"input_tokens": 11, "output_tokens": 7}


def framed(value: dict[str, Any], end: str = "\n", ascii_only: bool = True) -> bytes:
    data = json.dumps(value, ensure_ascii=ascii_only)
    return f"event: {value['type']}{end}data: {data}{end}{end}".encode()


def body_of(*events: dict[str, Any], **framing: Any) -> bytes:
    return b"".join(framed(event, **framing) for event in events)


def start(**more: Any) -> dict[str, Any]:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], **more}
    usage = {"input_tokens": 11, "output_tokens": 1}
    return {
        "type": "message_start",
        "message": {**message, "stop_reason": None, "stop_sequence": None, "usage": usage},
    }


def begin(index: int, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, named: str, **text: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": named, **text}}


def stop(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def finish(reason: str = "max_tokens") -> list[dict[str, Any]]:
    change = {"stop_reason": reason, "stop_sequence": None}
    return [
        {"type": "message_delta", "delta": change, "usage": {"output_tokens": 7}},
        {"type": "message_stop"},
    ]


def text_block(index: int, *pieces: str) -> list[dict[str, Any]]:
    deltas = [delta(index, "text_delta", text=piece) for piece in pieces]
    return [begin(index, type="text", text=""), *deltas, stop(index)]


def thinking_block(index: int, *pieces: str) -> list[dict[str, Any]]:
    deltas = [delta(index, "thinking_delta", thinking=piece) for piece in pieces]
    signature = delta(index, "signature_delta", signature="c2ln")
    return [begin(index, type="thinking", thinking="", signature=""), *deltas, signature, stop(index)]


def tool_block(index: int, *pieces: str) -> list[dict[str, Any]]:
    deltas = [delta(index, "input_json_delta", partial_json=piece) for piece in ("", *pieces)]
    return [begin(index, type="tool_use", id="t", name="f", input={}), *deltas, stop(index)]


def search_block(index: int, found: str) -> list[dict[str, Any]]:
    """What a search that the server ran has found; it may repeat what the model says."""
    result = {"type": "web_search_result", "url": "u", "title": found, "encrypted_content": "e"}
    return [begin(index, type="web_search_tool_result", tool_use_id="s", content=[result]), stop(index)]


@dataclass
class Message:
    """What a client makes of a stream, as the official one does."""

    blocks: list[dict[str, Any]] = field(default_factory=list)
    reason: str | None = None
    usage: dict[str, Any] = field(default_factory=dict)
    done: bool = False
    values: list[Any] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [block["text"] for block in self.blocks if block["type"] == "text"]


def read(body: bytes) -> Message:
    """Read a stream as official clients do; anything malformed raises."""
    message, began, stopped = Message(), False, set()
    for raw in body.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n\n"):
        if not raw.strip("\n"):
            continue
        named, data = raw.strip("\n").split("\n")
        value = json.loads(data.removeprefix("data: "))
        message.values.append(value)
        assert f"event: {value['type']}" == named
        assert not message.done, "an event after the end"
        if value["type"] == "ping":
            continue
        assert began or value["type"] == "message_start", "an event before the start"
        match value["type"]:
            case "message_start":
                assert not began, "a second start"
                began, message.usage = True, dict(value["message"]["usage"])
            case "content_block_start":
                assert value["index"] == len(message.blocks), "a gap in the indices"
                message.blocks.append(dict(value["content_block"], json=""))
            case "content_block_delta":
                assert value["index"] not in stopped
                _add(message.blocks[value["index"]], value["delta"])
            case "content_block_stop":
                assert value["index"] < len(message.blocks)
                stopped.add(value["index"])
            case "message_delta":
                assert stopped == set(range(len(message.blocks))), "a block that has not stopped"
                message.reason = value["delta"]["stop_reason"]
                message.usage.update(value["usage"])
            case "message_stop":
                message.done = True
    return message


def _add(block: dict[str, Any], change: dict[str, Any]) -> None:
    key = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}
    match change["type"]:
        case "input_json_delta":
            block["json"] += change["partial_json"]
        case "signature_delta":
            block["signature"] = change["signature"]
        case "citations_delta":
            block.setdefault("citations", []).append(change["citation"])
        case named:
            block[key[named]] += change[key[named]]


@dataclass(frozen=True)
class Sent:
    """A reply of upstream's, streamed (body) and whole (value). texts: of its text blocks."""

    body: bytes
    value: dict[str, Any]
    texts: list[str]
    calls: bool
    reason: str


def pieces_of(draw: st.DrawFn, text: str) -> list[str]:
    pieces = []
    while text:
        size = draw(st.integers(1, 6))
        pieces.append(text[:size])
        text = text[size:]
    return pieces


@st.composite
def replies(draw: st.DrawFn, contents: st.SearchStrategy[str] = texts) -> Sent:
    """Blocks of every kind, framed in any legal way."""
    kinds = ["text", "text", "thinking", "tool", "search", "cited"]
    chosen = draw(st.lists(st.sampled_from(kinds), max_size=3))
    events, said = [start()], list[str]()
    blocks: list[dict[str, Any]] = []
    for index, kind in enumerate(chosen):
        text = draw(contents)
        pieces = pieces_of(draw, text)
        if kind == "thinking":
            events += thinking_block(index, *pieces)
            blocks.append({"type": "thinking", "thinking": text, "signature": "c2ln"})
        elif kind == "tool":
            arguments = json.dumps({"a": text})
            events += tool_block(index, *pieces_of(draw, arguments))
            blocks.append({"type": "tool_use", "id": "t", "name": "f", "input": {"a": text}})
        elif kind == "search":
            events += search_block(index, "found")
            blocks.append(search_block(index, "found")[0]["content_block"])
        else:
            block = text_block(index, *pieces)
            if kind == "cited":
                cited = {"type": "char_location", "cited_text": text, "document_index": 0}
                block.insert(-1, delta(index, "citations_delta", citation=cited))
            events += block
            said.append(text)
            blocks.append({"type": "text", "text": text, "citations": [text] if kind == "cited" else None})
        if draw(st.booleans()):
            events.append({"type": "ping"})
    calls = "tool" in chosen
    reason = "tool_use" if calls else draw(st.sampled_from(["end_turn", "max_tokens"]))
    framing = {"end": draw(st.sampled_from(["\n", "\n", "\r\n"])), "ascii_only": draw(st.booleans())}
    body = body_of(*events, *finish(reason), **framing)
    value = {**start()["message"], "content": blocks, "stop_reason": reason, "usage": USAGE}
    return Sent(body, value, said, calls, reason)


def session_of(plan: Plan) -> Session:
    return Session(plan, Request(stream=True), settings())


def stream_of(session: Session, **options: Any) -> Stream:
    return ANTHROPIC_MESSAGES.stream(session, Request(stream=True), b"text/event-stream", Options(**options))


def streamed(rulebook: list[Spec], chunks: list[bytes], **options: Any) -> tuple[bytes, Stream]:
    stream = stream_of(session_of(plan_of(rulebook)), **options)
    return b"".join([stream.receive(c) for c in chunks]) + stream.end(), stream


def whole_of(rulebook: list[Spec], value: Any, **options: Any) -> Whole:
    session = Session(plan_of(rulebook), Request(), settings())
    body = json.dumps(value).encode()
    whole, _ = ANTHROPIC_MESSAGES.filter_whole(session, Request(), body, Options(**options))
    assert whole is not None
    return whole


def expected(rulebook: list[Spec], reply: Sent) -> list[str]:
    """What text blocks a client reads, by the oracle."""
    said = reply.texts or ([] if reply.calls else [""])
    results = [oracle.apply(rulebook, text) for text in said]
    if any(result.dropped for result in results):
        return ["No."]
    return [result.text for result in results if reply.texts or result.text]


def reasons(stream: Stream, reply: Sent, same: bool) -> set[str]:
    """Why the message may stop. A cut that takes nothing away may leave it as it was."""
    match stream.verdict.outcome.value:
        case "drop":
            return {"end_turn"}
        case "cut" if not reply.calls:
            return {"end_turn", reply.reason} if same else {"end_turn"}
    return {reply.reason}


@given(st.data(), specs(), replies())
@hypothesis_settings(max_examples=250)
def test_any_cut_of_the_bytes_gives_the_text_of_the_oracle(
    data: st.DataObject, rulebook: list[Spec], reply: Sent
) -> None:
    """Laws 1 and 6: cut and ending."""
    out, stream = streamed(rulebook, data.draw(cut_bytes(reply.body)))
    found = read(out)
    wanted = expected(rulebook, reply)

    assert wanted == found.texts
    assert found.reason in reasons(stream, reply, wanted == reply.texts)
    assert USAGE == found.usage
    assert found.done


@given(st.data(), specs(), replies())
@hypothesis_settings(max_examples=150)
def test_a_whole_message_reads_as_the_streamed_one(
    data: st.DataObject, rulebook: list[Spec], reply: Sent
) -> None:
    """The same blocks and reason, whichever way it comes."""
    whole = whole_of(rulebook, reply.value)
    after = json.loads(whole.body)
    found = read(streamed(rulebook, [reply.body])[0])

    assert expected(rulebook, reply) == [b["text"] for b in after["content"] if b["type"] == "text"]
    assert (found.reason, [b["type"] for b in found.blocks]) == (
        after["stop_reason"],
        [b["type"] for b in after["content"]],
    )
    assert USAGE == after["usage"]
    assert whole.changed or whole.body == json.dumps(reply.value).encode()


@given(st.data(), specs(), replies())
@hypothesis_settings(max_examples=150)
def test_a_reply_that_nothing_changes_leaves_as_the_bytes_it_came_in(
    data: st.DataObject, rulebook: list[Spec], reply: Sent
) -> None:
    """Law 3: quiet."""
    out, stream = streamed(rulebook, data.draw(cut_bytes(reply.body)))

    assert acted(stream.verdict) or expected(rulebook, reply) != reply.texts or out == reply.body


@given(st.data(), specs(), replies())
@hypothesis_settings(max_examples=100)
def test_released_bytes_are_never_taken_back(data: st.DataObject, rulebook: list[Spec], reply: Sent) -> None:
    """Law 2: release."""
    stream = stream_of(session_of(plan_of(rulebook)))
    out, early = b"", []
    for part in data.draw(cut_bytes(reply.body)):
        out += stream.receive(part)
        early.append(read(out).texts if out else [])
    final = read(out + stream.end()).texts

    for seen in early:
        assert len(seen) <= len(final)
        assert all(whole.startswith(text) for text, whole in zip(seen, final, strict=False))


@given(st.data(), REMOVING, secrets(least=1))
@hypothesis_settings(max_examples=150)
def test_no_removed_character_leaves_in_any_field(data: st.DataObject, rule: Spec, text: str) -> None:
    """Law 4: no leak: not in a citation, a search result, an unknown key or an unknown block."""
    cited = {"type": "char_location", "cited_text": text}
    again = delta(1, "citations_delta", citation=cited)
    odd = {**delta(1, "text_delta", text="."), "copy": text}
    block = [begin(1, type="text", text=""), odd, again, stop(1)]
    last = finish()
    last[0]["delta"]["stop_details"] = {"explanation": text}
    server = [begin(3, type="server_tool_use", id="s", name="web_search", input={"q": text}), stop(3)]
    unknown = [begin(4, type="novel", words=text, content=text, input=text), stop(4)]
    events = [start(), *text_block(0, text), *block, *search_block(2, text), *server, *unknown, *last]
    value = {**start()["message"], "stop_details": {"explanation": text}, "usage": USAGE}
    value["content"] = [
        {"type": "text", "text": text, "citations": [cited]},
        *(event["content_block"] for event in (search_block(2, text)[0], server[0], unknown[0])),
    ]

    out, _ = streamed([rule], data.draw(cut_bytes(body_of(*events))))
    whole = whole_of([rule], value)

    assert not tells(read(out).values)
    assert not tells(json.loads(whole.body))
    assert read(out).done


def test_text_waits_only_for_what_could_begin_a_match() -> None:
    """Law 5: least hold, on the wire; a block's end lets go what waits of it."""
    stream = stream_of(session_of(plan_of([REDACT])))
    stream.receive(body_of(start(), begin(0, type="text", text="")))
    sent = [stream.receive(body_of(delta(0, "text_delta", text=t))) for t in ("We", " ", "a", "b", "c", "a")]

    assert [1, 1, 0, 0, 3, 0] == [out.count(b"data:") for out in sent]
    assert 2 == stream.receive(body_of(stop(0))).count(b"data:")


def test_events_of_one_block_are_read_in_runs() -> None:
    """One parsed delta teaches the frame of the block's others; the next block has its own."""
    events = [*text_block(0, *"wonderful"), *text_block(1, *"weather")]
    parsed: list[bytes] = []

    class Counting(MessageEvents):
        def parse(self, data: bytes) -> Any:
            parsed.append(data)
            return super().parse(data)

    stream = EventStream(session_of(plan_of([REDACT])), Options(), Counting())
    body = body_of(start(), *events, *finish())
    out = stream.receive(body) + stream.end()

    assert body == out
    assert 1 + 3 + 3 + 2 == len(parsed)


def test_a_frame_is_not_read_on_after_its_block_has_stopped() -> None:
    """Text for a block that ended is an error, in whatever pieces it comes."""
    late = delta(0, "text_delta", text="abb")
    body = body_of(start(), *text_block(0, "x", "y", "z"), late, late)

    for chunks in ([body], [body[:-40], body[-40:]], [body[i : i + 1] for i in range(len(body))]):
        with pytest.raises(WireError):
            streamed([REDACT], chunks)


def test_a_dropped_reply_is_a_whole_stream_that_says_what_is_said_instead() -> None:
    """Usage stays; blocks, thinking and calls go."""
    events = [start(), *thinking_block(0, "hm"), *text_block(1, "abb"), *tool_block(2, '{"a": 1}')]
    found = read(streamed([DROP], [body_of(*events, *finish("tool_use"))])[0])

    assert (["No."], "end_turn", USAGE) == (found.texts, found.reason, found.usage)
    assert (1, True) == (len(found.blocks), found.done)


def test_a_drop_that_says_nothing_is_an_error_of_the_caller() -> None:
    """Whole and streamed, in Anthropic's shape."""
    silent = {**DROP, "say": ""}
    with pytest.raises(Refused) as refused:
        streamed([silent], [body_of(start(), *text_block(0, "abb"), *finish())])
    whole = whole_of([silent], {**start()["message"], "content": [{"type": "text", "text": "abb"}]})

    assert (400, refused.value.body) == (whole.status, whole.body)
    assert ("error", "invalid_request_error") == (
        json.loads(whole.body)["type"],
        json.loads(whole.body)["error"]["type"],
    )


def test_the_stop_reason_of_a_cut_is_the_operators_choice() -> None:
    """`end_turn`, or `refusal` where it is to be seen."""
    body = body_of(start(), *text_block(0, "Hi. abb"), *finish())
    value = {**start()["message"], "content": [{"type": "text", "text": "abb"}], "stop_reason": "max_tokens"}

    for named, reason in (("stop", "end_turn"), ("content_filter", "refusal")):
        assert reason == read(streamed([CUT], [body], finish=named)[0]).reason
        assert reason == json.loads(whole_of([CUT], value, finish=named).body)["stop_reason"]


def thinking_session(stream: bool) -> Session:
    rule = replace(rule_of(REDACT), channels=frozenset({"reasoning"}))
    return Session(Plans([rule]).plan(Request(stream=stream)), Request(stream=stream), settings())


def test_a_signature_goes_with_the_thinking_that_it_signed() -> None:
    """Whole and streamed; that of other thinking stays."""
    events = [start(), *thinking_block(0, "so ", "ab", "b!"), *thinking_block(1, "ab"), *text_block(2, "abb")]
    stream = stream_of(thinking_session(True))
    found = read(stream.receive(body_of(*events, *finish())) + stream.end()).blocks
    blocks = [{"type": "thinking", "thinking": t, "signature": "c2ln"} for t in ("so abb!", "ab")]
    value = {**start()["message"], "content": blocks}
    whole, _ = ANTHROPIC_MESSAGES.filter_whole(
        thinking_session(False), Request(), json.dumps(value).encode(), Options()
    )
    assert whole is not None

    for left in (found, json.loads(whole.body)["content"]):
        assert [("so [X]!", ""), ("ab", "c2ln")] == [(b["thinking"], b["signature"]) for b in left[:2]]


@given(st.data(), st.sampled_from(["redact", "drop"]), st.booleans())
@hypothesis_settings(max_examples=60)
def test_a_rule_on_arguments_reads_string_values_and_leaves_valid_json(
    data: st.DataObject, verb: str, early: bool
) -> None:
    """Streamed in pieces, at once in the block's start, or whole: keys and numbers are not text."""
    arguments = {"abb": 'x abb é "abb"', "n": [1, "abb"], "long": "y" * 20}
    text = json.dumps(arguments)
    block = tool_block(1, *(text[i : i + 7] for i in range(0, len(text), 7)))
    if early:
        block = [begin(1, type="tool_use", id="t", name="f", input=arguments), stop(1)]
    rule = replace(rule_of({**REDACT, "verb": verb, "say": "No."}), channels=frozenset({"arguments"}))
    plan, given_settings = (
        Plans([rule]).plan(Request(stream=True)),
        replace(settings(), strings=JsonStrings()),
    )
    stream = stream_of(Session(plan, Request(stream=True), given_settings))
    body = body_of(start(), *text_block(0, "abb stays"), *block, *finish("tool_use"))
    found = read(b"".join([stream.receive(c) for c in data.draw(cut_bytes(body))]) + stream.end())
    content = [{"type": "text", "text": "abb stays"}, {"type": "tool_use", "id": "t", "input": arguments}]
    value = {**start()["message"], "content": content, "stop_reason": "tool_use"}
    session = Session(plan, Request(), given_settings)
    whole, _ = ANTHROPIC_MESSAGES.filter_whole(session, Request(), json.dumps(value).encode(), Options())
    assert whole is not None
    after = json.loads(whole.body)

    if verb == "drop":
        assert (["No."], "end_turn", 1) == (found.texts, found.reason, len(found.blocks))
        assert "No." == after["content"][0]["text"]
        return
    wanted = {"abb": 'x [X] é "[X]"', "n": [1, "[X]"], "long": "y" * 20}
    call = found.blocks[1]
    assert (["abb stays"], "tool_use") == (found.texts, found.reason)
    assert wanted == (call["input"] if early else json.loads(call["json"]))
    assert (wanted, "tool_use") == (after["content"][1]["input"], after["stop_reason"])


def test_a_stream_that_ends_without_its_end_gets_one_when_it_was_changed() -> None:
    """Open blocks are ended first."""
    body = body_of(start(), begin(0, type="text", text=""), delta(0, "text_delta", text="abb"))

    found = read(streamed([REDACT], [body])[0])

    assert (["[X]"], "end_turn", True) == (found.texts, found.reason, found.done)


def test_a_stream_that_cannot_go_on_ends_with_an_error_event_after_what_was_judged() -> None:
    """In Anthropic's shape."""
    stream = stream_of(session_of(plan_of([REDACT])))
    body = body_of(start(), begin(0, type="text", text=""), delta(0, "text_delta", text="Hi abb and a"))
    out = stream.receive(body) + stream.fail("upstream_error", "upstream closed the connection")

    assert b"[X] and a" in out
    assert b"abb" not in out
    assert out.endswith(
        b'event: error\ndata: {"type":"error","error":{"type":"api_error",'
        b'"message":"upstream closed the connection"}}\n\n'
    )


def test_nothing_follows_the_end_of_a_message_when_upstream_breaks_off_behind_it_or_it_was_replaced() -> None:
    """Official clients read on behind `message_stop`, and raise on an error there."""
    begun = [start(), begin(0, type="text", text=""), delta(0, "text_delta", text="abb")]
    complete = body_of(*begun, stop(0), *finish())
    for rule, body, said in (
        (REDACT, complete, "[X]"),
        (DROP, complete, "No."),
        (DROP, body_of(*begun), "No."),
    ):
        stream = stream_of(session_of(plan_of([rule])))
        found = read(stream.receive(body) + stream.fail("upstream_error", "gone"))

        assert ([said], True) == (found.texts, found.done)


def test_an_error_of_upstreams_follows_the_text_that_waited() -> None:
    """It is the last event, and says no more than that once the reply was changed."""
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "abb"}}
    body = body_of(start(), begin(0, type="text", text=""), delta(0, "text_delta", text="a"))

    assert body + body_of(error) == streamed([REDACT], [body + body_of(error)])[0]
    body += body_of(delta(0, "text_delta", text="bb"), error)
    assert b"abb" not in streamed([REDACT], [body])[0]


def test_a_heartbeat_is_a_ping() -> None:
    """The API's own way to keep a connection alive."""
    assert b'event: ping\ndata: {"type": "ping"}\n\n' == stream_of(session_of(plan_of([]))).heartbeat()


def other(**value: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", **value}


ODD: dict[str, list[dict[str, Any]]] = {
    "unknown type": [{"type": "novel", "text": "x"}],
    "no index": [other(delta={"type": "text_delta", "text": "x"})],
    "no delta": [other(index=0)],
    "unknown delta": [delta(0, "novel_delta", text="x")],
    "text of another type": [delta(0, "text_delta", text=7)],
    "block of another type": [{"type": "content_block_start", "index": 1, "content_block": 3}],
    "type of another type": [begin(1, type=["text"])],
    "stop of nothing": [stop(9)],
    "second start": [start()],
    "start without a message": [{"type": "message_start"}],
    "finish without a delta": [{"type": "message_delta"}],
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_leaves_as_it_came_while_nothing_was_changed(name: str) -> None:
    """Never a traceback, never a hang; what could hold text is counted."""
    body = body_of(start(), begin(0, type="text", text=""), *ODD[name], stop(0), *finish())

    out, _ = streamed([REDACT], [body])

    assert body == out


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_repeats_nothing_after_a_change(name: str) -> None:
    """Whatever it is, its text has gone."""
    first = [start(), begin(0, type="text", text=""), delta(0, "text_delta", text="abb. ")]
    odd = json.loads(json.dumps(ODD[name]).replace('"x"', '"abb"'))

    out, _ = streamed([REDACT], [body_of(*first, *odd, stop(0), *finish())])

    assert b"abb" not in out
    assert b"message_stop" in out


BAD = {
    "text in a second start": [start(content=[{"type": "text", "text": "abb"}])],
    "text for a block that stopped": [stop(0), delta(0, "text_delta", text="abb")],
    "a block that begins anew": [stop(0), begin(0, type="text", text="abb")],
    "text for a block that stopped long ago": [
        stop(0),
        *text_block(1, "x"),
        delta(0, "text_delta", text="abb"),
    ],
}


@pytest.mark.parametrize("name", BAD)
def test_text_where_none_may_be_is_an_error(name: str) -> None:
    """Said of upstream, before any of it has left."""
    stream = stream_of(session_of(plan_of([REDACT])))

    with pytest.raises(WireError):
        stream.receive(body_of(start(), begin(0, type="text", text=""), *BAD[name]))


def test_text_of_a_block_that_never_began_is_judged() -> None:
    """Some client may read it."""
    out, _ = streamed([REDACT], [body_of(start(), delta(4, "text_delta", text="abb"), *finish())])

    assert b"[X]" in out
    assert b"abb" not in out


def test_nothing_is_said_after_the_end() -> None:
    """Nobody has judged it."""
    body = body_of(start(), *text_block(0, "x"), *finish())

    out, stream = streamed([REDACT], [body, body_of(*text_block(1, "abb")), body_of({"type": "ping"})])

    assert body + body_of({"type": "ping"}) == out
    assert {"after_end": 3} == stream.verdict.unscanned


@pytest.mark.parametrize(
    "data", [b"{", b"[]", b"7", b"\xff", b"[" * 100_000, b'{"type": "ping"', b'"\\ud800"', b"{" * 5000]
)
def test_an_event_that_cannot_be_read_is_counted_and_leaves_as_it_came(data: bytes) -> None:
    """Malformed, no object, not UTF-8, too deep."""
    body = body_of(start()) + b"event: ping\ndata: " + data + b"\n\n"

    out, stream = streamed([REDACT], [body])

    assert body == out
    assert {"unknown_event": 1} == stream.verdict.unscanned


def test_half_a_character_is_text_like_any_other() -> None:
    """A lone surrogate, escaped: read, judged, written again."""
    body = body_of(start(), *text_block(0, "\ud800", "abb"), *finish())

    assert ["\ud800[X]"] == read(streamed([REDACT], [body])[0]).texts
    assert body == streamed([CUT | {"regex": "never"}], [body])[0]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"type": "error"}', b'{"content": 3}', b'{"content": [1]}', b"[" * 100_000,
     b'{"content": [{"type": "text", "text": [1]}]}', b'{"content": "\xff"}',
     b'{"content": [{"type": "thinking", "thinking": {}}]}'],
)  # fmt: skip
def test_what_is_no_message_is_said_to_be_none(body: bytes) -> None:
    """A WireError, never a traceback."""
    with pytest.raises(WireError):
        ANTHROPIC_MESSAGES.filter_whole(session_of(plan_of([REDACT])), Request(), body, Options())


def test_arguments_however_deep_are_read_or_said_to_be_none() -> None:
    """Also past what the fast parser writes."""
    for depth in (200, 300, 800, 1500):
        deep = b"[" * depth + b'"x"' + b"]" * depth
        body = b'{"content": [{"type": "text", "text": "abb"}, {"type": "tool_use", "input": ' + deep + b"}]}"
        try:
            whole, _ = ANTHROPIC_MESSAGES.filter_whole(
                session_of(plan_of([REDACT])), Request(), body, Options()
            )
        except WireError:
            continue
        assert whole is not None
        assert b"abb" not in whole.body


# Requests


def request(**value: Any) -> Request:
    return read_request(json.dumps({"model": "m", "messages": [], **value}).encode(), {})


def test_a_request_is_read_into_turns() -> None:
    """System, text, documents, results of searches and tools; the model's own calls say nothing."""
    document = {"type": "document", "title": "Hours", "source": {"type": "text", "data": "Open 9-5."}}
    found = {
        "type": "search_result",
        "title": "Site",
        "source": "u",
        "content": [{"type": "text", "text": "S"}],
    }
    result = {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "T"}, found]}
    inner = {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "In"}]}}

    read = request(
        stream=True,
        system=[{"type": "text", "text": "Be brief."}, {"type": "text", "text": "Be kind."}],
        messages=[
            {"role": "user", "content": [document, {"type": "text", "text": "When?"}]},
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm", "signature": "s"},
                                              {"type": "tool_use", "id": "t", "name": "f", "input": {}}]},
            {"role": "user", "content": [result, {"type": "text", "text": "And?"}]},
            {"role": "user", "content": [{"type": "tool_result", "content": "plain"}]},
            {"role": "user", "content": [inner]},
            {"role": "assistant", "content": "We"},
        ],
    )  # fmt: skip

    assert read.turns == (
        Turn("system", "Be brief.\nBe kind."),
        Turn("user", "Hours\nOpen 9-5.\nWhen?"),
        Turn("assistant", ""),
        Turn("tool", "T\nSite\nS", "f"),
        Turn("user", "And?"),
        Turn("tool", "plain"),
        Turn("user", "In"),
        Turn("assistant", "We"),
    )
    assert (True, True, "m", False) == (read.complete, read.stream, read.model, read.json)


IMAGE = {"type": "image", "source": {"type": "base64", "data": ""}}
PDF = {"type": "document", "source": {"type": "base64", "data": ""}}


@pytest.mark.parametrize(
    ("known", "value"),
    [
        (True, {"messages": [{"role": "user", "content": "x"}]}),
        (True, {"tools": [{"name": "f", "input_schema": {}}, {"type": "custom"}, {"type": "bash_20250124"}]}),
        (False, {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}),
        (False, {"tools": [{"type": "code_execution_20250522"}]}),
        (False, {"mcp_servers": [{"url": "u"}]}),
        (False, {"container": "c"}),
        (False, {"messages": [{"role": "user", "content": [IMAGE]}]}),
        (False, {"messages": [{"role": "user", "content": [PDF]}]}),
        (False, {"messages": [{"role": "user", "content": [{"type": "tool_result", "content": [IMAGE]}]}]}),
        (False, {"messages": [{"role": "assistant", "content": [{"type": "web_search_tool_result"}]}]}),
        (False, {"messages": [3]}),
        (False, {"messages": [{"role": ["user"], "content": 7}]}),
        (False, {"messages": 3}),
        (False, {"system": 3}),
    ],
)
def test_what_is_not_in_the_request_makes_it_incomplete(known: bool, value: dict[str, Any]) -> None:
    """Images, files, and what the server looks up by itself."""
    assert known == request(**value).complete


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_request_that_cannot_be_read_is_incomplete(body: bytes) -> None:
    """Then what it states cannot be said."""
    assert not read_request(body, {}).complete


def test_documents_in_documents_end_somewhere() -> None:
    """However deep, no traceback."""
    block: dict[str, Any] = {"type": "text", "text": "x"}
    for _ in range(200):
        block = {"type": "document", "source": {"type": "content", "content": [block]}}

    assert not request(messages=[{"role": "user", "content": [block]}]).complete


def test_a_request_for_json_is_known_by_its_schema() -> None:
    """Under its present name and its former one."""
    schema = {"type": "json_schema", "schema": {}}
    assert request(output_config={"format": schema}).json
    assert request(output_format=schema).json
    assert not request(output_config={"effort": "low"}).json


@pytest.mark.parametrize(
    ("system", "noted"),
    [
        (None, "Be brief."),
        ("Hi.", "Hi.\n\nBe brief."),
        ([{"type": "text", "text": "Hi."}], [{"type": "text", "text": t} for t in ("Hi.", "Be brief.")]),
    ],
)
def test_a_note_goes_to_the_system_prompt(system: Any, noted: Any) -> None:
    """Since turns must alternate."""
    body = {"system": system, "messages": [{"role": "user", "content": "x"}]}

    assert {**body, "system": noted} == json.loads(with_note(json.dumps(body).encode(), "Be brief."))


@pytest.mark.parametrize(
    ("method", "path", "spoken"),
    [
        ("POST", "/v1/messages", True),
        ("POST", "/anthropic/v1/messages", True),
        ("POST", "/v1/messages/count_tokens", False),
        ("POST", "/v1/messages/batches", False),
        ("POST", "/v1/threads/t/messages", False),
        ("GET", "/v1/messages", False),
    ],
)
def test_the_dialect_is_spoken_where_messages_are_made(method: str, path: str, spoken: bool) -> None:
    """And nowhere else."""
    route = Routes().of(method, path)

    assert spoken == (route is not None and route.dialect is ANTHROPIC_MESSAGES)
