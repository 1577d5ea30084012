"""The contract's laws on the bytes of Ollama's chat and generate, whole and streamed."""

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
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.json_text import JsonStrings
from filterproxy.dialects.ndjson import NDJSON
from filterproxy.dialects.ollama import OLLAMA_CHAT, OLLAMA_GENERATE
from filterproxy.dialects.ollama.events import LineEvents
from filterproxy.dialects.ollama.message import CHAT, GENERATE
from filterproxy.dialects.queue import EventStream
from filterproxy.dialects.reply import Options, Refused, Stream, Whole, WireError
from filterproxy.dialects.routes import Routes
from tests import oracle
from tests.core.rules import Spec, plan_of, rule_of, settings, specs, texts
from tests.dialects.rules import DROP, REDACT, REMOVING, acted, secrets, tells
from tests.dialects.wire import cut_bytes

COUNTS = {"total_duration": 9, "prompt_eval_count": 11, "eval_count": 7}
BOTH = pytest.mark.parametrize("dialect", [OLLAMA_CHAT, OLLAMA_GENERATE], ids=lambda d: d.name)
BOOLEANS = st.booleans()
DIALECTS = st.sampled_from([OLLAMA_CHAT, OLLAMA_GENERATE])


def said(dialect: Dialect, text: str = "", **more: Any) -> dict[str, Any]:
    """What one reply or one line of it says."""
    if dialect is OLLAMA_CHAT:
        return {"message": {"role": "assistant", "content": text, **more}}
    return {"response": text, **more}


def line(dialect: Dialect, text: str = "", at: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "model": "m",
        "created_at": f"2025-01-01T00:00:0{at % 10}Z",
        **said(dialect, text, **more),
        "done": False,
    }


def last(dialect: Dialect, reason: str = "length", **more: Any) -> dict[str, Any]:
    return {**line(dialect), **COUNTS, "done": True, "done_reason": reason, **more}


def call(arguments: Any, **more: Any) -> dict[str, Any]:
    return {"function": {"name": "f", "arguments": arguments, **more}}


def body_of(*values: dict[str, Any], end: str = "\n", ascii_only: bool = True) -> bytes:
    return "".join(json.dumps(value, ensure_ascii=ascii_only) + end for value in values).encode()


@dataclass
class Read:
    """What a client makes of a stream."""

    text: str = ""
    thinking: str = ""
    calls: list[Any] = field(default_factory=list)
    last: dict[str, Any] = field(default_factory=dict)
    values: list[Any] = field(default_factory=list)


def read(body: bytes) -> Read:
    """Read lines as official clients do: each is JSON."""
    found = Read()
    for raw in body.decode().splitlines():
        value = json.loads(raw)
        found.values.append(value)
        assert not found.last, "a line after the last"
        message = value.get("message", value)
        found.text += message.get("content") or message.get("response") or ""
        found.thinking += message.get("thinking") or ""
        found.calls += message.get("tool_calls") or []
        if value["done"]:
            found.last = value
    return found


@dataclass(frozen=True)
class Sent:
    """A reply of upstream's, streamed (body) and whole (value)."""

    dialect: Dialect
    body: bytes
    value: dict[str, Any]
    text: str
    calls: bool


@st.composite
def replies(draw: st.DrawFn) -> Sent:
    """Lines as they come, the last with or without text."""
    dialect = draw(DIALECTS)
    text = draw(texts)
    pieces: list[str] = []
    rest = text
    while rest:
        size = draw(st.integers(1, 6))
        pieces.append(rest[:size])
        rest = rest[size:]
    talks_last = draw(BOOLEANS)
    tail = pieces.pop() if pieces and talks_last else ""
    odd: dict[str, Any] = draw(st.sampled_from([{}, {}, {"logprobs": [{"token": "ab"}]}]))
    thinking: dict[str, Any] = draw(st.sampled_from([{}, {"thinking": "hm abb"}]))
    values = [line(dialect, **thinking)] if thinking else []
    values += [{**line(dialect, piece, at), **odd} for at, piece in enumerate(pieces)]
    calls = draw(BOOLEANS) and dialect is OLLAMA_CHAT
    called: dict[str, Any] = {"tool_calls": [call({"a": "abb"})]} if calls else {}
    values += [line(dialect, **called)] if calls else []
    final = {**last(dialect, "stop" if calls else "length"), **said(dialect, tail)}
    context = {"context": [1, 2]} if dialect is OLLAMA_GENERATE else {}
    framing: dict[str, Any] = {
        "end": draw(st.sampled_from(["\n", "\n", "\r\n"])),
        "ascii_only": draw(st.booleans()),
    }
    body = body_of(*values, {**final, **context}, **framing)
    whole = {**final, **context, **odd, **said(dialect, text, **thinking, **called)}
    return Sent(dialect, body, whole, text, calls)


def session_of(plan: Plan) -> Session:
    return Session(plan, Request(stream=True), settings())


def stream_of(dialect: Dialect, session: Session, **options: Any) -> Stream:
    return dialect.stream(session, Request(stream=True), b"application/x-ndjson", Options(**options))


def streamed(
    dialect: Dialect, rulebook: list[Spec], chunks: list[bytes], **options: Any
) -> tuple[bytes, Stream]:
    stream = stream_of(dialect, session_of(plan_of(rulebook)), **options)
    return b"".join([stream.receive(c) for c in chunks]) + stream.end(), stream


def whole_of(dialect: Dialect, rulebook: list[Spec], value: Any, **options: Any) -> Whole:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    whole, _ = dialect.filter_whole(session_of(plan_of(rulebook)), Request(), body, Options(**options))
    assert whole is not None
    return whole


def expected(rulebook: list[Spec], reply: Sent) -> str:
    if reply.calls and not reply.text:
        return ""  # a call without content is no empty reply
    result = oracle.apply(rulebook, reply.text)
    return "No." if result.dropped else result.text


def reasons(stream: Stream, calls: bool, same: bool, reason: str) -> set[str]:
    """Why the reply may finish. A cut that takes nothing away may leave it as it was."""
    match stream.verdict.outcome.value:
        case "drop":
            return {"stop"}
        case "cut" if not calls:
            return {"stop", reason} if same else {"stop"}
    return {reason}


@given(st.data(), specs(), replies())
@hypothesis_settings(max_examples=250)
def test_any_cut_of_the_bytes_gives_the_text_of_the_oracle(
    data: st.DataObject, rulebook: list[Spec], reply: Sent
) -> None:
    """Laws 1 and 6: cut and ending."""
    out, stream = streamed(reply.dialect, rulebook, data.draw(cut_bytes(reply.body)))
    found = read(out)
    wanted, reason = expected(rulebook, reply), reply.value["done_reason"]

    assert wanted == found.text
    assert found.last["done_reason"] in reasons(stream, reply.calls, wanted == reply.text, reason)
    assert COUNTS.items() <= found.last.items()


@given(specs(), replies())
@hypothesis_settings(max_examples=150)
def test_a_whole_reply_reads_as_the_streamed_one(rulebook: list[Spec], reply: Sent) -> None:
    """The same text and reason, whichever way it comes."""
    whole = whole_of(reply.dialect, rulebook, reply.value)
    after = json.loads(whole.body)
    message = after.get("message", after)
    found = read(streamed(reply.dialect, rulebook, [reply.body])[0])

    assert expected(rulebook, reply) == message.get("content", message.get("response"))
    assert (found.calls, found.thinking) == (message.get("tool_calls", []), message.get("thinking", ""))
    assert found.last["done_reason"] == after["done_reason"]
    assert COUNTS.items() <= after.items()
    assert (
        whole.changed == ("context" not in after and "context" in reply.value) or reply.dialect is OLLAMA_CHAT
    )
    assert whole.changed or whole.body == json.dumps(reply.value).encode()


@given(st.data(), specs(), replies())
@hypothesis_settings(max_examples=150)
def test_a_reply_that_nothing_changes_leaves_as_the_bytes_it_came_in(
    data: st.DataObject, rulebook: list[Spec], reply: Sent
) -> None:
    """Law 3: quiet."""
    out, stream = streamed(reply.dialect, rulebook, data.draw(cut_bytes(reply.body)))

    assert acted(stream.verdict) or expected(rulebook, reply) != reply.text or out == reply.body


@given(st.data(), specs(), replies())
@hypothesis_settings(max_examples=100)
def test_released_bytes_are_never_taken_back(data: st.DataObject, rulebook: list[Spec], reply: Sent) -> None:
    """Law 2: release."""
    stream = stream_of(reply.dialect, session_of(plan_of(rulebook)))
    out, early = b"", []
    for part in data.draw(cut_bytes(reply.body)):
        out += stream.receive(part)
        early.append(read(out).text)
    final = read(out + stream.end()).text

    assert all(final.startswith(text) for text in early)


@given(st.data(), DIALECTS, REMOVING, secrets())
@hypothesis_settings(max_examples=150)
def test_no_removed_character_leaves_in_any_field(
    data: st.DataObject, dialect: Dialect, rule: Spec, text: str
) -> None:
    """Law 4: no leak, not even as a number."""
    tokens = [ord(c) for c in text]
    lines = [{**line(dialect, c, copy=c), "logprobs": [{"token": c, "bytes": [ord(c)]}]} for c in text]
    end = last(dialect, context=tokens)
    value = {**end, **said(dialect, text, copy=text), "logprobs": [text], "other": {"text": text}}

    out, _ = streamed(dialect, [rule], data.draw(cut_bytes(body_of(*lines, end))))
    whole = whole_of(dialect, [rule], value)

    assert not tells([*read(out).values, json.loads(whole.body)])


@BOTH
def test_text_waits_only_for_what_could_begin_a_match(dialect: Dialect) -> None:
    """Law 5: least hold, on the wire."""
    stream = stream_of(dialect, session_of(plan_of([REDACT])))
    sent = [stream.receive(body_of(line(dialect, t))) for t in ("We", " ", "a", "b", "c")]

    assert [1, 1, 0, 0, 3] == [out.count(b"\n") for out in sent]


@BOTH
def test_lines_of_one_frame_are_read_in_runs_whatever_their_times(dialect: Dialect) -> None:
    """One parsed line teaches the frame; the times that change in it may be of any length."""
    lines = [line(dialect, letter) for letter in "wonderful"]
    values = [{**value, "created_at": f"2025-01-01T00:00:00.{'1' * n}Z"} for n, value in enumerate(lines)]
    parsed: list[bytes] = []
    layout = CHAT if dialect is OLLAMA_CHAT else GENERATE

    class Counting(LineEvents):
        def parse(self, data: bytes) -> Any:
            parsed.append(data)
            return super().parse(data)

    stream = EventStream(session_of(plan_of([REDACT])), Options(), Counting(layout))
    body = body_of(*values, last(dialect))
    out = stream.receive(body) + stream.end()

    assert body == out
    assert 2 == len(parsed)


@BOTH
def test_a_time_in_another_place_is_no_frame(dialect: Dialect) -> None:
    """After the text, twice, or in the text itself: read line by line, with the same outcome."""
    texts = ('"created_at":"x', "abb", '", "created_at": "', "c")
    plain = [line(dialect, t) for t in texts]
    late = [dict(reversed(value.items())) for value in plain]
    twice = [{**value, "created_at": "a", "other": {"created_at": "b"}} for value in plain]

    for values in (plain, late, twice):
        body = body_of(*values, last(dialect))
        for chunks in ([body], [body[i : i + 1] for i in range(len(body))]):
            assert "".join(texts).replace("abb", "[X]") == read(streamed(dialect, [REDACT], chunks)[0]).text


@BOTH
def test_a_dropped_reply_is_two_lines_that_say_what_is_said_instead(dialect: Dialect) -> None:
    """Counts stay; thinking, calls and token ids go."""
    body = body_of(line(dialect, thinking="hm"), line(dialect, "abb"), last(dialect, context=[1]))
    found = read(streamed(dialect, [DROP], [body])[0])

    assert ("No.", "", "stop", 2) == (
        found.text,
        found.thinking,
        found.last["done_reason"],
        len(found.values),
    )
    assert COUNTS.items() <= found.last.items()
    assert "context" not in found.last
    assert "m" == found.last["model"]


@BOTH
def test_a_drop_that_says_nothing_is_an_error_of_the_caller(dialect: Dialect) -> None:
    """Whole and streamed, in Ollama's shape."""
    silent = {**DROP, "say": ""}
    with pytest.raises(Refused) as refused:
        streamed(dialect, [silent], [body_of(line(dialect, "abb"), last(dialect))])
    whole = whole_of(dialect, [silent], {**last(dialect), **said(dialect, "abb")})

    assert (400, refused.value.body) == (whole.status, whole.body)
    assert {"error": "The reply was withheld by a content rule."} == json.loads(whole.body)


@BOTH
def test_a_changed_reply_loses_its_token_ids_and_they_are_counted(dialect: Dialect) -> None:
    """`context` is the conversation as numbers."""
    body = body_of(line(dialect, "abb"), last(dialect, context=[1, 2]))

    out, stream = streamed(dialect, [REDACT], [body])

    assert "context" not in read(out).last
    assert 1 == stream.verdict.removed_keys


@BOTH
def test_a_stream_that_ends_without_its_end_gets_one_when_it_was_changed(dialect: Dialect) -> None:
    """Clients wait for `done`."""
    found = read(streamed(dialect, [REDACT], [body_of(line(dialect, "abb"))])[0])

    assert ("[X]", "stop") == (found.text, found.last["done_reason"])


@BOTH
def test_a_last_line_needs_no_line_break(dialect: Dialect) -> None:
    """As it came, or written anew; what follows it stands in a line of its own."""
    body = body_of(line(dialect, "x abb"), last(dialect))

    assert body[:-1] == streamed(dialect, [{**REDACT, "regex": "no"}], [body[:-1]])[0]
    assert "x [X]" == read(streamed(dialect, [REDACT], [body[:-1]])[0]).text
    cut_off = body_of(line(dialect, "abb"), line(dialect, "c"))[:-1]
    assert "[X]c" == read(streamed(dialect, [REDACT], [cut_off])[0]).text


@BOTH
def test_a_stream_that_cannot_go_on_ends_with_an_error_line_after_what_was_judged(dialect: Dialect) -> None:
    """Held text is judged first."""
    stream = stream_of(dialect, session_of(plan_of([REDACT])))
    out = stream.receive(body_of(line(dialect, "Hi abb and a"))) + stream.fail("upstream_error", "gone")

    assert b"[X] and a" in out
    assert b"abb" not in out
    assert {"error": "gone"} == json.loads(out.splitlines()[-1])


@BOTH
def test_nothing_follows_the_last_line_when_upstream_breaks_off_behind_it(dialect: Dialect) -> None:
    """Official clients raise on an error there."""
    stream = stream_of(dialect, session_of(plan_of([REDACT])))
    out = stream.receive(body_of(line(dialect, "abb"), last(dialect))) + stream.fail("upstream_error", "gone")

    assert json.loads(out.splitlines()[-1])["done"] is True


@BOTH
def test_an_error_of_upstreams_follows_the_text_that_waited(dialect: Dialect) -> None:
    """It is the last line, and says no more than that once the reply was changed."""
    error = {"error": "abb"}
    body = body_of(line(dialect, "a"), error)

    assert body == streamed(dialect, [REDACT], [body])[0]
    assert b"abb" not in streamed(dialect, [REDACT], [body_of(line(dialect, "abb"), error)])[0]


@BOTH
def test_there_is_no_heartbeat(dialect: Dialect) -> None:
    """Official clients read JSON in every line."""
    assert b"" == stream_of(dialect, session_of(plan_of([]))).heartbeat()


@BOTH
def test_a_model_that_was_only_loaded_has_said_nothing(dialect: Dialect) -> None:
    """A rule on short replies is none on these."""
    short: Spec = {"id": "s", "under": 5, "verb": "drop", "unit": "match", "say": "No.", "scope": "reply"}
    value = last(dialect, "load")

    assert body_of(value) == streamed(dialect, [short], [body_of(value)])[0]
    assert not whole_of(dialect, [short], value).changed
    assert "No." == read(streamed(dialect, [short], [body_of(last(dialect))])[0]).text


@given(st.data(), st.sampled_from(["redact", "drop"]))
@hypothesis_settings(max_examples=60)
def test_a_rule_on_arguments_reads_string_values_and_leaves_an_object(data: st.DataObject, verb: str) -> None:
    """Each call has its own; keys and numbers are not text."""
    first, second = {"abb": 'x abb é "abb"', "n": [1, "abb"]}, {"q": "fine"}
    rule = replace(rule_of({**REDACT, "verb": verb, "say": "No."}), channels=frozenset({"arguments"}))
    plan, given_settings = (
        Plans([rule]).plan(Request(stream=True)),
        replace(settings(), strings=JsonStrings()),
    )
    chat = OLLAMA_CHAT
    lines = [
        line(chat, "abb stays"),
        line(chat, tool_calls=[call(first, index=0)]),
        line(chat, tool_calls=[call(second)]),
    ]
    stream = stream_of(chat, Session(plan, Request(stream=True), given_settings))
    body = body_of(*lines, last(chat, "stop"))
    found = read(b"".join([stream.receive(c) for c in data.draw(cut_bytes(body))]) + stream.end())
    value = {**last(chat), **said(chat, "abb stays", tool_calls=[call(first), call(second)])}
    session = Session(plan, Request(), given_settings)
    whole, _ = chat.filter_whole(session, Request(), json.dumps(value).encode(), Options())
    assert whole is not None
    message = json.loads(whole.body)["message"]

    if verb == "drop":
        assert ("No.", []) == (found.text, found.calls)
        assert {"role": "assistant", "content": "No."} == message
        return
    wanted = [{"abb": 'x [X] é "[X]"', "n": [1, "[X]"]}, second]
    assert "abb stays" == found.text == message["content"]
    assert wanted == [c["function"]["arguments"] for c in found.calls]
    assert wanted == [c["function"]["arguments"] for c in message["tool_calls"]]


@BOTH
def test_a_rule_on_reasoning_reads_thinking(dialect: Dialect) -> None:
    """Whole and streamed; content is not read."""
    rule = replace(rule_of(REDACT), channels=frozenset({"reasoning"}))
    plan = Plans([rule]).plan(Request())
    body = body_of(
        line(dialect, thinking="so a"), line(dialect, thinking="bb"), line(dialect, "abb"), last(dialect)
    )
    stream = stream_of(dialect, session_of(plan))
    found = read(stream.receive(body) + stream.end())
    value = {**last(dialect), **said(dialect, "abb", thinking="so abb")}
    whole, _ = dialect.filter_whole(session_of(plan), Request(), json.dumps(value).encode(), Options())
    assert whole is not None

    assert ("so [X]", "abb") == (found.thinking, found.text)
    assert said(dialect, "abb", thinking="so [X]").items() <= json.loads(whole.body).items()


ODD: dict[str, Any] = {
    "no JSON": b"{x}\n",
    "no object": b"[1]\n",
    "not UTF-8": b'{"response": "\xff"}\n',
    "too deep": b"[" * 100_000 + b"\n",
    "half a character and no key": b'"\\ud800"\n',
    "text of another type": b'{"message": {"content": ["x"]}, "response": ["x"], "done": false}\n',
    "calls of another type": b'{"message": {"tool_calls": {"x": 1}}, "tool_calls": 1, "response": ""}\n',
    "a call of another type": b'{"message": {"tool_calls": ["x"]}, "tool_calls": ["x"], "response": ""}\n',
    "progress of an image": b'{"message": 7, "completed": 1, "total": 2, "done": false}\n',
}


@BOTH
@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_counted_and_leaves_as_it_came_while_nothing_was_changed(
    dialect: Dialect, name: str
) -> None:
    """Never a traceback, never a hang."""
    body = body_of(line(dialect, "Hi ")) + ODD[name] + body_of(last(dialect))

    out, stream = streamed(dialect, [REDACT], [body])
    changed, _ = streamed(dialect, [REDACT], [body.replace(b"Hi ", b"abb").replace(b'"x"', b'"abb"')])

    assert body == out
    assert {"unknown_event": 1} == stream.verdict.unscanned
    assert b"abb" not in changed
    assert "[X]" == read(changed).text


@BOTH
def test_nothing_is_said_after_the_end(dialect: Dialect) -> None:
    """Nobody has judged it."""
    body = body_of(line(dialect, "x"), last(dialect))

    out, stream = streamed(dialect, [REDACT], [body, body_of(line(dialect, "abb"), last(dialect))])

    assert body == out
    assert {"after_end": 2} == stream.verdict.unscanned


@BOTH
def test_half_a_character_is_text_like_any_other(dialect: Dialect) -> None:
    """A lone surrogate, escaped: read, judged, written again."""
    body = body_of(line(dialect, "\ud800"), line(dialect, "abb"), last(dialect))

    assert "\ud800[X]" == read(streamed(dialect, [REDACT], [body])[0]).text


@BOTH
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"error": "x"}', b'{"message": 3, "response": 3}', b"[" * 100_000,
     b'{"message": {"content": []}, "response": []}', b'{"done": true}', b'{"response": "\xff"}',
     b'{"message": {"tool_calls": 3}, "response": "", "tool_calls": 3}'],
)  # fmt: skip
def test_what_is_no_reply_is_said_to_be_none(dialect: Dialect, body: bytes) -> None:
    """A WireError, never a traceback."""
    with pytest.raises(WireError):
        whole_of(dialect, [REDACT], body)


def test_a_line_longer_than_the_limit_is_not_the_dialect() -> None:
    """One byte more than the limit, and the limit itself; also while its end has not come."""
    body = body_of(line(OLLAMA_CHAT, "x" * 100))

    assert body == streamed(OLLAMA_CHAT, [REDACT], [body], event_limit=len(body))[0]
    for sent in (body, body[:-1]):
        with pytest.raises(WireError):
            streamed(OLLAMA_CHAT, [REDACT], [sent], event_limit=len(body) - 2)


@given(st.data(), st.lists(st.sampled_from([b"{}\n", b"\n", b"[1]\r\n", b" 7 \n", b"\r\n"]), max_size=5))
def test_lines_are_split_at_their_ends_however_they_come(data: st.DataObject, lines: list[bytes]) -> None:
    """Blank ones carry nothing."""
    body = b"".join(lines)
    splitter, events = NDJSON.splitter(100), []
    for part in data.draw(cut_bytes(body)) if len(body) > 1 else [body]:
        splitter.add(part)
        while event := splitter.next():
            events.append(event)

    assert lines == [event.raw for event in events]
    assert [raw.strip() or None for raw in lines] == [event.data for event in events]
    assert splitter.last() is None


# Requests


def chat(**value: Any) -> Request:
    return OLLAMA_CHAT.read_request(json.dumps({"model": "m", "messages": [], **value}).encode(), {})


def generate(**value: Any) -> Request:
    return OLLAMA_GENERATE.read_request(json.dumps({"model": "m", **value}).encode(), {})


def test_a_chat_request_is_read_into_turns() -> None:
    """Roles as they are named; a bare call says nothing."""
    request = chat(
        messages=[
            {"role": "system", "content": "Open 9-5."},
            {"role": "user", "content": "When?", "images": []},
            {"role": "assistant", "thinking": "hm", "tool_calls": [call({})]},
            {"role": "tool", "content": "11", "tool_name": "f"},
        ]
    )

    asked = (Turn("system", "Open 9-5."), Turn("user", "When?"))
    assert (*asked, Turn("assistant", ""), Turn("tool", "11", "f")) == request.turns
    assert (True, "m", False) == (request.complete, request.model, request.json)


def test_a_prompt_is_a_users_turn() -> None:
    """After the operator's text around it."""
    request = generate(
        system="Open 9-5.", prompt="When?", template="T {{ .Prompt }}", suffix="Bye.", raw=False
    )

    assert request.question == "When?"
    assert ["Open 9-5.", "T {{ .Prompt }}", "Bye.", "When?"] == [turn.text for turn in request.turns]
    assert request.complete


@pytest.mark.parametrize(
    ("known", "request_"),
    [
        (True, chat()),
        (False, chat(messages=[{"role": "user", "content": "x", "images": ["aGk="]}])),
        (False, chat(messages=[{"role": ["user"], "content": 7}])),
        (False, chat(messages=["x"])),
        (False, chat(messages=None)),
        (True, generate()),
        (True, generate(prompt="x", context=[], images=None)),
        (False, generate(prompt="x", context=[1, 2])),
        (False, generate(prompt="x", images=["aGk="])),
        (False, generate(prompt=["x"])),
    ],
)
def test_what_is_not_in_the_request_makes_it_incomplete(known: bool, request_: Request) -> None:
    """Images, and earlier turns as token ids."""
    assert known == request_.complete


def test_replies_are_streamed_unless_the_request_says_no() -> None:
    """The API's default."""
    for value, stream in (
        ({}, True),
        ({"stream": True}, True),
        ({"stream": None}, True),
        ({"stream": False}, False),
    ):
        assert stream == chat(**value).stream == generate(**value).stream


def test_a_request_for_json_is_known_by_its_format() -> None:
    """The word, or a schema."""
    for value, json_ in (
        ({}, False),
        ({"format": ""}, False),
        ({"format": "json"}, True),
        ({"format": {"a": 1}}, True),
    ):
        assert json_ == chat(**value).json == generate(**value).json


@BOTH
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_request_that_cannot_be_read_is_incomplete(dialect: Dialect, body: bytes) -> None:
    """Then what it states cannot be said."""
    assert not dialect.read_request(body, {}).complete


def test_a_note_is_added_for_asking_again() -> None:
    """A system message; in a prompt where the model's own system prompt would be lost."""
    messages = [{"role": "user", "content": "x"}]
    noted = json.loads(OLLAMA_CHAT.with_note(json.dumps({"messages": messages}).encode(), "Be brief."))
    assert [*messages, {"role": "system", "content": "Be brief."}] == noted["messages"]

    for before, after in (
        ({"prompt": "x"}, {"prompt": "x\n\nBe brief."}),
        ({"prompt": "x", "system": "s"}, {"prompt": "x", "system": "s\n\nBe brief."}),
        (
            {"prompt": "x", "system": "s", "raw": True},
            {"prompt": "x\n\nBe brief.", "system": "s", "raw": True},
        ),
    ):
        assert after == json.loads(OLLAMA_GENERATE.with_note(json.dumps(before).encode(), "Be brief."))


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("/api/chat", OLLAMA_CHAT),
        ("/ollama/api/generate", OLLAMA_GENERATE),
        ("/api/embed", None),
        ("/chat", None),
    ],
)
def test_the_dialects_are_spoken_where_text_is_made(path: str, dialect: Dialect | None) -> None:
    """And nowhere else."""
    route = Routes().of("POST", path)

    assert dialect is (None if route is None else route.dialect)
