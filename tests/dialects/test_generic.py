"""The contract's laws on replies of servers of one's own, whole and streamed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filterproxy.core.plan import Plans
from filterproxy.core.request import Request
from filterproxy.core.session import Session, Withheld
from filterproxy.dialects.configured import override_of
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.generic.path import PathError, find, parse_path
from filterproxy.dialects.reply import Options, Refused, Stream, WireError
from tests import oracle
from tests.core.rules import Spec, plan_of, rule_of, settings, specs, texts
from tests.dialects.rules import APPEND, DROP, REDACT, REMOVING, secrets, tells
from tests.dialects.wire import FRAMES, cut_bytes

CUT: Spec = {"id": "c", "regex": "abb", "verb": "cut", "unit": "match", "say": "Cut.", "scope": "reply"}


def dialect(reply_text: Any, **more: Any) -> Dialect:
    return override_of({"path": "/a", "dialect": "generic", "reply_text": reply_text, **more}).dialect


@dataclass(frozen=True)
class Api:
    """A server. made: JSON that says something for a choice. numbered: whether there are several choices."""

    path: str
    made: Callable[[int, str], Any]
    numbered: bool = False

    def texts(self, values: list[Any]) -> dict[int, str]:
        """What a client reads."""
        read: dict[int, str] = {}
        for value in values:
            for found in find(value, parse_path(self.path)):
                read[found.choice] = read.get(found.choice, "") + found.value
        return read


APIS = {
    "key": Api("answer", lambda i, t: {"answer": t}),
    "deep": Api("$.data.out[0].text", lambda i, t: {"data": {"out": [{"text": t}], "n": None}}),
    "choices": Api("choices[*].text", lambda i, t: {"choices": [{"index": i, "text": t}]}, True),
    "strings": Api("tokens[*]", lambda i, t: {"tokens": [t]}),
    "array": Api("[0].text", lambda i, t: [{"text": t}]),
    "members": Api("[*].text", lambda i, t: [{"index": i, "text": t}], True),
}
apis = st.sampled_from(sorted(APIS)).map(APIS.__getitem__)


@dataclass(frozen=True)
class Reply:
    api: Api
    kind: str
    body: bytes
    texts: dict[int, str]

    @property
    def dialect(self) -> Dialect:
        return dialect(self.api.path, stream=self.kind, stream_end=_end_of(self.api))

    @property
    def content_type(self) -> bytes:
        return b"text/event-stream" if self.kind == "sse" else b"application/x-ndjson"


def _end_of(api: Api) -> str:
    return "[0].done" if api.path.startswith("[") else "done"


def _with(value: Any, **more: Any) -> Any:
    """*value* with more keys, in its first object."""
    holder = value[0] if isinstance(value, list) else value
    holder.update(more)
    return value


@st.composite
def replies(draw: st.DrawFn, contents: st.SearchStrategy[str] = texts) -> Reply:
    """A stream of one or two choices that take turns, in any framing, with or without an end."""
    api, kind = draw(apis), draw(st.sampled_from(["sse", "ndjson"]))
    said = {i: draw(contents) for i in range(2 if api.numbered else 1)}
    odd = draw(st.sampled_from([None, "copy", "numbers"]))
    size, ends = draw(st.integers(1, 9)), draw(st.booleans())
    parts = [(i, t[at : at + size]) for i, t in said.items() for at in range(0, max(len(t), 1), size)]
    values = [
        _with(api.made(i, t), **_odd(odd, t))
        for i, t in draw(st.permutations(parts) if odd else st.just(parts))
    ]
    said = api.texts(values)
    if ends and draw(st.booleans()):
        _with(values[-1], done=True, usage={"tokens": 3})
    elif ends:
        values.append(_with([{}] if api.path.startswith("[") else {}, done=True, usage={"tokens": 3}))
    frame = FRAMES[draw(st.sampled_from(["plain", "plain", "crlf", "tight", "commented"]))]
    ascii_only = draw(st.booleans())
    lines = [json.dumps(value, ensure_ascii=ascii_only).encode() for value in values]
    body = b"".join(frame(x) for x in [*lines, b"[DONE]"] if kind == "sse") or b"\n".join(lines) + b"\n"
    return Reply(api, kind, body, said)


def _odd(odd: str | None, text: str) -> dict[str, Any]:
    found: dict[str, Any] = {"copy": {"x": [{"y": text}]}, "numbers": [ord(c) for c in text]}
    return {} if odd is None else {odd: found[odd]}


def read(body: bytes, kind: str) -> list[Any]:
    """The values of a stream; anything malformed raises."""
    if kind == "ndjson":
        return [json.loads(line) for line in body.split(b"\n") if line.strip()]
    events = body.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n\n")
    lines = [line for raw in events for line in raw.split("\n") if line.startswith("data:")]
    data = [line.removeprefix("data:").strip() for line in lines]
    assert "[DONE]" not in data[:-1], "an event after the terminator"
    return [json.loads(said) for said in data if said != "[DONE]"]


def stream_of(
    rulebook: list[Spec], of: Dialect, kind: bytes = b"text/event-stream", **options: Any
) -> Stream:
    request = Request(stream=True)
    return of.stream(Session(plan_of(rulebook), request, settings()), request, kind, Options(**options))


def streamed(rulebook: list[Spec], reply: Reply, chunks: list[bytes]) -> bytes:
    stream = stream_of(rulebook, reply.dialect, reply.content_type)
    return b"".join([stream.receive(c) for c in chunks]) + stream.end()


def whole_of(rulebook: list[Spec], of: Dialect, value: Any) -> Any:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return of.filter_whole(Session(plan_of(rulebook), Request(), settings()), Request(), body, Options())[0]


def expected_text(rulebook: list[Spec], text: str) -> str:
    result = oracle.apply(rulebook, text)
    return "No." if result.dropped else result.text


@given(st.data(), specs(), replies())
@hypothesis_settings(max_examples=300)
def test_any_cut_of_the_bytes_gives_the_text_of_the_oracle(
    data: st.DataObject, rulebook: list[Spec], reply: Reply
) -> None:
    """Laws 1 and 6: cut and ending."""
    out = read(streamed(rulebook, reply, data.draw(cut_bytes(reply.body))), reply.kind)
    came = read(reply.body, reply.kind)
    wanted = {i: expected_text(rulebook, t) for i, t in reply.texts.items()}

    assert {i: t for i, t in wanted.items() if t} == {i: t for i, t in reply.api.texts(out).items() if t}
    assert ("done" in str(came[-1])) == ("done" in str(out[-1:]))
    assert ("'tokens': 3" in str(came[-1])) == ("'tokens': 3" in str(out[-1:]))


@given(st.data(), replies())
@hypothesis_settings(max_examples=100)
def test_a_reply_that_nothing_changes_leaves_as_the_bytes_it_came_in(
    data: st.DataObject, reply: Reply
) -> None:
    """Law 3: quiet."""
    quiet = [{**REDACT, "regex": "zz"}, {**DROP, "regex": "zz"}]

    assert reply.body == streamed(quiet, reply, data.draw(cut_bytes(reply.body)))


@given(st.data(), specs(), replies())
@hypothesis_settings(max_examples=100)
def test_released_bytes_are_never_taken_back(data: st.DataObject, rulebook: list[Spec], reply: Reply) -> None:
    """Law 2: release."""
    stream = stream_of(rulebook, reply.dialect, reply.content_type)
    out = b"".join([stream.receive(part) for part in data.draw(cut_bytes(reply.body))])
    early = reply.api.texts(read(out, reply.kind))

    for index, text in early.items():
        assert expected_text(rulebook, reply.texts[index]).startswith(text)


@given(st.data(), REMOVING, replies(contents=secrets()))
@hypothesis_settings(max_examples=150)
def test_no_removed_character_leaves_in_any_field(data: st.DataObject, rule: Spec, reply: Reply) -> None:
    """Law 4: no leak, not even as a number."""
    out = streamed([rule], reply, data.draw(cut_bytes(reply.body)))

    assert not tells(read(out, reply.kind))


@given(specs(), apis, texts)
@hypothesis_settings(max_examples=150)
def test_a_whole_reply_reads_as_the_oracle_says(rulebook: list[Spec], api: Api, text: str) -> None:
    """The same text as the stream's; usage stays, copies go."""
    value = _with(api.made(0, text), copy=[text], usage={"tokens": 3})
    whole = whole_of(rulebook, dialect(api.path), value)
    after = json.loads(whole.body)
    wanted = expected_text(rulebook, text)

    assert {0: wanted} == api.texts([after])
    assert "'tokens': 3" in str(after)
    assert wanted == text or "copy" not in str(after)
    assert whole.changed or whole.body == json.dumps(value).encode()


def test_each_choice_is_judged_by_itself() -> None:
    """By its `index`, or where it stands; what is not changed keeps all its keys."""
    of = dialect("choices[*].text")
    bare = {"choices": [{"text": "one", "x": 1}, {"text": "abb", "x": 2}]}
    indexed = {"choices": [{"index": 1, "text": "abb", "x": 1}, {"index": 0, "text": "two", "x": 2}]}

    assert [{"text": "one", "x": 1}, {"text": "No."}] == json.loads(whole_of([DROP], of, bare).body)[
        "choices"
    ]
    assert [{"index": 1, "text": "No."}, {"index": 0, "text": "two", "x": 2}] == json.loads(
        whole_of([DROP], of, indexed).body
    )["choices"]


def test_channels_and_keys_to_keep_are_the_operators_to_name() -> None:
    """Reasoning is read by rules on reasoning; the conversation stays beside a changed text."""
    of = dialect({"content": ["a", "b"], "reasoning": "thought"}, keep=["conversation"])
    value = {
        "a": "abb",
        "b": "x abb",
        "thought": "abb",
        "conversation": {"id": "7"},
        "other": "y",
        "ok": True,
    }
    rule = replace(rule_of(REDACT), channels=frozenset({"reasoning"}))
    session = Session(Plans([rule]).plan(Request()), Request(), settings())
    whole = of.filter_whole(session, Request(), json.dumps(value).encode(), Options())[0]
    assert whole is not None
    content = json.loads(whole_of([REDACT], of, value).body)

    kept = {"conversation": {"id": "7"}, "ok": True}
    assert {"a": "abb", "b": "x abb", "thought": "[X]", **kept} == json.loads(whole.body)
    assert {"a": "[X]", "b": "x [X]", "thought": "abb", **kept} == content


def test_a_text_that_is_missing_is_made_where_a_rule_says_something() -> None:
    """An append to null, or to a key that is not there."""
    of = dialect({"content": "out.text", "reasoning": "thought"})
    empty: Spec = {"id": "e", "under": 1, "verb": "append", "unit": "match", "say": "Hm.", "scope": "reply"}

    assert {"out": {"text": "Hm."}} == json.loads(whole_of([empty], of, {"out": {"text": None}}).body)
    assert {"thought": "x", "out": {"text": "Hm."}} == json.loads(
        whole_of([empty], of, {"thought": "x"}).body
    )
    with pytest.raises(Withheld):
        whole_of([empty], of, {"thought": "x", "out": 3})


def sse(*events: tuple[str, Any]) -> bytes:
    return b"".join(
        (f"event: {name}\n" if name else "").encode() + b"data: " + json.dumps(value).encode() + b"\n\n"
        for name, value in events
    )


def test_events_keep_their_names() -> None:
    """Browsers tell them by name."""
    of = dialect("answer", stream="sse", stream_text="t", stream_end="done")
    body = sse(
        ("start", {"id": 1}), ("token", {"t": "x abb"}), ("token", {"t": "!"}), ("end", {"done": True})
    )
    stream = stream_of([APPEND, REDACT], of)
    out = stream.receive(body) + stream.end()

    assert sse(
        ("start", {"id": 1}), ("token", {"t": "x [X]"}), ("token", {"t": "!"}), ("token", {"t": " +"}),
        ("end", {"done": True}),
    ) == out.replace(b'":"', b'": "').replace(b'":t', b'": t').replace(b'":1', b'": 1')  # fmt: skip


def test_a_drop_that_nothing_can_carry_stands_before_the_end() -> None:
    """An event that has no place for the text gets one, or another before it."""
    of = dialect("choices[*].t", stream="sse", stream_end="done")
    empty: Spec = {"id": "e", "under": 9, "verb": "drop", "unit": "match", "say": "No.", "scope": "reply"}
    stream = stream_of([empty], of)
    out = read(stream.receive(sse(("", {"done": True, "choices": "x"}))) + stream.end(), "sse")

    assert [{"choices": [{"index": 0, "t": "No."}]}, {"done": True}] == out


def test_a_drop_that_says_nothing_is_an_error_of_the_caller() -> None:
    """Whole and streamed: 400."""
    silent = {**DROP, "say": ""}
    stream = stream_of([silent], dialect("t", stream="sse"))
    stream.receive(sse(("", {"t": "abb"})))
    with pytest.raises(Refused) as refused:
        stream.end()
    whole = whole_of([silent], dialect("t"), {"t": "abb"})

    assert (400, 400) == (refused.value.status, whole.status)
    assert {"error": "the reply was withheld by a content rule"} == json.loads(whole.body)


@pytest.mark.parametrize(
    ("kind", "type_"), [("sse", b"text/event-stream"), ("ndjson", b"application/ndjson")]
)
def test_a_stream_that_cannot_go_on_ends_with_an_error_after_what_was_judged(kind: str, type_: bytes) -> None:
    """Held text is judged first, then an error in the one shape that most servers have."""
    stream = stream_of([REDACT], dialect("t", stream=kind), type_)
    frame = FRAMES["plain"] if kind == "sse" else (lambda data: data + b"\n")
    stream.receive(frame(b'{"t": "Hi abb and a"}'))

    out = read(stream.fail("upstream_error", "it broke off"), kind)

    assert [{"t": "Hi [X] and a"}, {"error": "it broke off"}] == out
    assert (b": waiting\n\n" if kind == "sse" else b"") == stream.heartbeat()


def test_choices_keep_their_places_where_others_would_be_numbered_anew() -> None:
    """What an index means to somebody's own clients is not known."""
    stream = stream_of([DROP], dialect("c[*].t", stream="sse"), choices="remove")
    body = sse(*(("", {"c": [{"index": i, "t": t}]}) for i, t in enumerate(("abb", "two"))))
    out = read(stream.receive(body) + stream.end(), "sse")

    assert [[{"index": 0, "t": "No."}], [{"index": 1, "t": "two"}]] == [value["c"] for value in out]


def test_events_of_one_frame_are_read_in_runs() -> None:
    """A burst that nothing holds leaves at once, in the bytes it came in; a change in it is found."""
    of = dialect("t", stream="sse")
    body = sse(*(("token", {"t": f"w{i} "}) for i in range(40)))
    changed = read(streamed_with(of, body.replace(b"w20", b"abb")), "sse")

    assert body == streamed_with(of, body)
    assert "w19 [X] w21" in "".join(value["t"] for value in changed)


def streamed_with(of: Dialect, body: bytes) -> bytes:
    stream = stream_of([REDACT], of)
    return stream.receive(body) + stream.end()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"3", b'{"u": "x"}', b'{"t": 3}', b'{"t": ["x"]}', b"[" * 100_000,
     b'{"t":[' + b'{"u":""},' * 1024 + b'{"u":""}]}', b'{"t":[{"index":1024,"u":""}]}'],
)  # fmt: skip
def test_what_has_no_text_there_is_said_to_have_none(body: bytes) -> None:
    """A WireError, never a traceback."""
    for path in ("t", "[0].t", "t[*].u"):
        with pytest.raises(WireError):
            whole_of([REDACT], dialect(path), body)


@pytest.mark.parametrize("data", [b"{", b"3", b'{"t": 3}', b"[" * 100_000, b'"\xff"', b'"\\ud800"'])
def test_what_is_no_event_passes_and_is_counted(data: bytes) -> None:
    """As the operator wants what was not judged to pass."""
    stream = stream_of([REDACT], dialect("t", stream="sse"))
    raw = b"data: " + data + b"\n\n"

    assert raw == stream.receive(raw) + stream.end()
    assert {"unknown_event": 1} == dict(stream.verdict.unscanned)


@pytest.mark.parametrize(
    ("path", "wrong_at"),
    [("", 0), ("$", 0), (".a", 0), ("a.", 1), ("a..b", 1), ("a[", 1), ("a[]", 1), ("a[-1]", 1), ("a[x]", 1),
     ("a b", 1), ("a[0]b", 4), ("a.[0]", 1)],
)  # fmt: skip
def test_a_path_that_cannot_be_read_says_where(path: str, wrong_at: int) -> None:
    with pytest.raises(PathError) as caught:
        parse_path(path)

    assert wrong_at == caught.value.args[1]


def test_paths_lead_where_they_say() -> None:
    value = {"a": {"b-c": [{"d": 1}, {"d": 2}, 3]}, "é": "x"}

    assert [1, 2] == [found.value for found in find(value, parse_path("$.a.b-c[*].d"))]
    assert [3] == [found.value for found in find(value, parse_path("a.b-c[2]"))]
    assert ["x"] == [found.value for found in find(value, parse_path("é"))]
    assert [] == list(find(value, parse_path("a[0]")))
