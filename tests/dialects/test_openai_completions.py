"""The contract's laws on the bytes of streamed and whole completions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filterproxy.core.request import Request, Turn
from filterproxy.core.session import Session
from filterproxy.dialects.openai_completions import OPENAI_COMPLETIONS
from filterproxy.dialects.openai_completions.request import CompletionRequest, read_request, with_note
from filterproxy.dialects.reply import Options, Refused, Stream, WireError
from tests import oracle
from tests.core.rules import Spec, plan_of, settings, specs, texts
from tests.dialects import wire
from tests.dialects.rules import APPEND, CUT, DROP, REDACT, REMOVING, secrets, tells
from tests.dialects.wire import FRAMES, Read, cut_bytes


def chunk(choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"id": "c1", "object": "text_completion", "created": 1, "model": "m", "choices": choices, **more}


def choice(index: int, text: str | None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"index": index, "text": text, "logprobs": None, "finish_reason": finish, **more}


def body_of(*events: dict[str, Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(e).encode() + b"\n\n" for e in events) + b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Completion:
    """A streamed reply. body: its bytes. texts: what the model wrote. prompts: what stands before."""

    body: bytes
    texts: dict[int, str]
    prompts: tuple[str, ...] = ()

    @property
    def request(self) -> Request:
        return CompletionRequest(stream=True, echoed=self.prompts)

    def lead(self, choice: int) -> str:
        return self.prompts[choice] if self.prompts else ""


@st.composite
def completions(draw: st.DrawFn, most: int = 2, contents: st.SearchStrategy[str] = texts) -> Completion:
    """A stream of up to *most* choices that take turns, with or without their prompts, framed in any way."""
    count = draw(st.integers(1, most))
    frame = FRAMES[draw(st.sampled_from(["plain", "plain", "plain", *FRAMES]))]
    odd: dict[str, Any] = draw(st.sampled_from([{}, {}, {"logprobs"}, {"token_ids"}]))
    said = {i: draw(contents) for i in range(count)}
    prompts = tuple(draw(texts) for _ in range(count)) if draw(st.booleans()) else ()
    parts = {i: _parts(draw, (prompts[i] if prompts else "") + said[i]) for i in said}
    finishes_with_text = draw(st.booleans())
    ends = {i: (parts[i].pop() if finishes_with_text and parts[i] else "") for i in said}
    turns = [(i, t) for n in range(99) for i in said for t in parts[i][n : n + 1]]
    if draw(st.booleans()):
        turns.sort(key=lambda turn: turn[0])
    events = [chunk([choice(i, t, **_odd(odd, t))]) for i, t in turns]
    events += [chunk([choice(i, t, "length", **_odd(odd, t))]) for i, t in ends.items()]
    if draw(st.booleans()):
        events.append(chunk([], usage={"total_tokens": 3}))
    ascii_only = draw(st.booleans())
    body = b"".join(frame(json.dumps(e, ensure_ascii=ascii_only).encode()) for e in events)
    return Completion(body + frame(b"[DONE]"), said, prompts)


def _parts(draw: Any, text: str) -> list[str]:
    parts = []
    while text:
        size = draw(st.integers(1, 9))
        parts.append(text[:size])
        text = text[size:]
    return parts


def _odd(keys: Any, text: str) -> dict[str, Any]:
    found: dict[str, Any] = {"logprobs": {"tokens": [text]}, "token_ids": [ord(c) for c in text]}
    return {key: found[key] for key in keys}


def read(body: bytes) -> Read:
    return wire.read(body, lambda choice: choice["text"])


def stream_of(rulebook: list[Spec], request: Request | None = None, **options: Any) -> Stream:
    request = request or Request(stream=True)
    session = Session(plan_of(rulebook), request, settings())
    return OPENAI_COMPLETIONS.stream(session, request, b"text/event-stream", Options(**options))


def streamed(
    rulebook: list[Spec], chunks: list[bytes], request: Request | None = None, **options: Any
) -> bytes:
    stream = stream_of(rulebook, request, **options)
    return b"".join([stream.receive(c) for c in chunks]) + stream.end()


def whole_of(rulebook: list[Spec], value: Any, request: Request | None = None, **options: Any) -> Any:
    request = request or Request()
    session = Session(plan_of(rulebook), request, settings())
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return OPENAI_COMPLETIONS.filter_whole(session, request, body, Options(**options))[0]


def expected_text(rulebook: list[Spec], text: str) -> str:
    result = oracle.apply(rulebook, text)
    return "No." if result.dropped else result.text


@given(st.data(), specs(), completions())
@hypothesis_settings(max_examples=250)
def test_any_cut_of_the_bytes_gives_the_text_of_the_oracle(
    data: st.DataObject, rulebook: list[Spec], reply: Completion
) -> None:
    """Laws 1 and 6: cut and ending; prompts that are repeated are nobody's to change."""
    found = read(streamed(rulebook, data.draw(cut_bytes(reply.body)), reply.request))
    came = read(reply.body)

    assert {i: reply.lead(i) + expected_text(rulebook, t) for i, t in reply.texts.items()} == found.texts
    assert came.finishes.keys() == found.finishes.keys()
    assert came.usage == found.usage
    assert found.done


@given(st.data(), completions())
@hypothesis_settings(max_examples=100)
def test_a_reply_that_nothing_changes_leaves_as_the_bytes_it_came_in(
    data: st.DataObject, reply: Completion
) -> None:
    """Law 3: quiet."""
    quiet = [{**REDACT, "regex": "zz"}, {**DROP, "regex": "zz"}]

    assert reply.body == streamed(quiet, data.draw(cut_bytes(reply.body)), reply.request)


@given(st.data(), specs(), completions(most=1))
@hypothesis_settings(max_examples=100)
def test_released_bytes_are_never_taken_back(
    data: st.DataObject, rulebook: list[Spec], reply: Completion
) -> None:
    """Law 2: release."""
    stream = stream_of(rulebook, reply.request)
    out, early = b"", []
    for part in data.draw(cut_bytes(reply.body)):
        out += stream.receive(part)
        early.append(read(out).texts.get(0, "") if out else "")
    final = read(out + stream.end()).texts.get(0, "")

    assert all(final.startswith(text) for text in early)


@given(st.data(), REMOVING, completions(contents=secrets()))
@hypothesis_settings(max_examples=100)
def test_no_removed_character_leaves_in_any_field(data: st.DataObject, rule: Spec, reply: Completion) -> None:
    """Law 4: no leak, not even as a number."""
    out = streamed([rule], data.draw(cut_bytes(reply.body)), reply.request)

    assert not tells(read(out).values)


@given(specs(), st.lists(texts, min_size=1, max_size=3), st.booleans())
@hypothesis_settings(max_examples=150)
def test_a_whole_reply_reads_as_the_oracle_says(rulebook: list[Spec], said: list[str], echo: bool) -> None:
    """The same text as the stream's, behind the prompt."""
    prompts = tuple(f"abb {i}. " for i in range(len(said))) if echo else ()
    choices = [
        choice(i, (prompts[i] if echo else "") + t, "stop", x=t) | {"logprobs": {"tokens": [t]}}
        for i, t in enumerate(said)
    ]
    value = chunk(choices, usage={"total_tokens": 9})

    whole = whole_of(rulebook, value, CompletionRequest(echoed=prompts))
    after = json.loads(whole.body)

    for i, text in enumerate(said):
        wanted = expected_text(rulebook, text)
        assert (prompts[i] if echo else "") + wanted == after["choices"][i]["text"]
        if wanted != text:
            assert after["choices"][i]["logprobs"] is None
            assert "x" not in after["choices"][i]
    assert {"total_tokens": 9} == after["usage"]
    assert whole.changed or whole.body == json.dumps(value).encode()


@given(st.data(), st.text(alphabet="ab ", min_size=1, max_size=6), st.text(alphabet="ab ", max_size=9))
@hypothesis_settings(max_examples=200)
def test_what_does_not_begin_with_the_prompt_is_all_the_models(
    data: st.DataObject, prompt: str, text: str
) -> None:
    """A server that ignores `echo` is judged from its first letter, whole and streamed."""
    parts = _parts(data.draw, text)
    body = body_of(*(chunk([choice(0, part)]) for part in parts), chunk([choice(0, "", "stop")]))
    request = CompletionRequest(stream=True, echoed=(prompt,))
    own = text.removeprefix(prompt)
    wanted = text[: len(text) - len(own)] + expected_text([REDACT], own)

    assert {0: wanted} == read(streamed([REDACT], data.draw(cut_bytes(body)), request)).texts
    assert (
        wanted == json.loads(whole_of([REDACT], chunk([choice(0, text)]), request).body)["choices"][0]["text"]
    )


def test_a_stream_that_breaks_off_within_the_prompt_loses_nothing() -> None:
    """What waited for the rest of the prompt leaves, and was judged."""
    events = body_of(chunk([choice(0, "abb")]), chunk([choice(0, " c")]))[: -len(b"data: [DONE]\n\n")]
    request = CompletionRequest(stream=True, echoed=("abb cd",))
    stream = stream_of([REDACT], request)

    assert b"" == stream.receive(events)
    assert {0: "[X] c"} == read(stream.end()).texts


def test_each_choice_begins_with_its_own_prompt() -> None:
    """Two prompts, two choices of each."""
    prompts = ("abb?", "abb!")
    body = json.dumps({"prompt": prompts, "n": 2, "echo": True, "stream": True}).encode()
    request = read_request(body, {})
    reply = body_of(*(chunk([choice(i, f"{prompts[i // 2]} abb", "stop")]) for i in (2, 0, 3, 1)))

    found = read(streamed([REDACT], [reply], request)).texts

    assert {0: "abb? [X]", 1: "abb? [X]", 2: "abb! [X]", 3: "abb! [X]"} == found


def test_a_text_that_comes_with_its_finish_stands_before_what_is_appended() -> None:
    """Some servers end with a token and the reason in one event."""
    body = body_of(chunk([choice(0, "x abb", "stop")]))

    found = read(streamed([APPEND], [body]))

    assert ({0: "x abb +"}, {0: "stop"}) == (found.texts, found.finishes)


def test_events_of_one_frame_are_read_in_runs() -> None:
    """A burst that nothing holds leaves at once, unparsed, in the bytes it came in."""
    body = body_of(*(chunk([choice(0, f"w{i} ")]) for i in range(40)), chunk([choice(0, "", "stop")]))
    stream = stream_of([{**REDACT, "verb": "flag"}])

    assert body == stream.receive(body) + stream.end()


def test_a_dropped_choice_keeps_its_index_unless_it_is_to_be_removed() -> None:
    """n = 3, the second dropped: the others arrive whole; whole and streamed."""
    said = {0: "one", 1: "abb", 2: "three"}
    body = body_of(
        *(chunk([choice(i, t)]) for i, t in said.items()), *(chunk([choice(i, "", "length")]) for i in said)
    )
    value = chunk([choice(i, t, "length") for i, t in said.items()])
    replaced, removed = {0: "one", 1: "No.", 2: "three"}, {0: "one", 1: "three"}

    for choices, wanted in (("replace", replaced), ("remove", removed)):
        whole = json.loads(whole_of([DROP], value, choices=choices).body)["choices"]
        assert wanted == read(streamed([DROP], [body], choices=choices)).texts
        assert wanted == {item["index"]: item["text"] for item in whole}


def test_a_drop_that_says_nothing_is_an_error_of_the_caller() -> None:
    """Whole and streamed: 400, code content_filter."""
    silent = {**DROP, "say": ""}

    with pytest.raises(Refused) as refused:
        streamed([silent], [body_of(chunk([choice(0, "abb")]))])
    whole = whole_of([silent], chunk([choice(0, "abb")]))

    assert json.loads(refused.value.body)["error"]["code"] == "content_filter"
    assert (400, 400) == (refused.value.status, whole.status)


def test_the_finish_reason_of_a_cut_is_the_operators_choice() -> None:
    """`stop` by default, since clients raise on `content_filter`."""
    body = body_of(chunk([choice(0, "Hi. abb")]), chunk([choice(0, "", "length")]))

    assert read(streamed([CUT], [body])).finishes == {0: "stop"}
    assert read(streamed([CUT], [body], finish="content_filter")).finishes == {0: "content_filter"}


def test_a_stream_that_cannot_go_on_ends_with_an_error_event_after_what_was_judged() -> None:
    """Held text is judged first, then an error in OpenAI's shape."""
    stream = stream_of([REDACT])
    stream.receive(body_of(chunk([choice(0, "Hi abb and a")]))[:-14])
    out = stream.fail("upstream_error", "upstream closed the connection")

    assert b"[X] and a" in out
    assert b"abb" not in out
    assert "upstream_error" == json.loads(out.split(b"data: ")[-1])["error"]["type"]


def test_a_stream_that_ends_without_its_end_gets_one_when_it_was_changed() -> None:
    """Clients take a missing finish for success with half a text."""
    found = read(streamed([REDACT], [body_of(chunk([choice(0, "abb")]))[: -len(b"data: [DONE]\n\n")]]))

    assert ({0: "[X]"}, {0: "stop"}, True) == (found.texts, found.finishes, found.done)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"choices": 3}', b'{"choices": [1]}', b'{"choices":[{"text":[1]}]}',
     b'{"choices":[{"index":"x","text":""}]}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_completion_is_said_to_be_none(body: bytes) -> None:
    """A WireError, never a traceback."""
    with pytest.raises(WireError):
        whole_of([REDACT], body)


@pytest.mark.parametrize("echoed", [(), ("abb",)])
@pytest.mark.parametrize(
    "data",
    [b"{", b"3", b'{"choices": 3}', b'{"choices":[{"text":3}]}', b"[" * 100_000, b'"\xff"', b'"\\ud800"'],
)
def test_what_is_no_event_passes_and_is_counted(data: bytes, echoed: tuple[str, ...]) -> None:
    """As the operator wants what was not judged to pass."""
    stream = stream_of([REDACT], CompletionRequest(stream=True, echoed=echoed))
    raw = b"data: " + data + b"\n\n"

    assert raw == stream.receive(raw) + stream.end()
    assert {"unknown_event": 1} == dict(stream.verdict.unscanned)


@pytest.mark.parametrize(
    ("body", "turns", "complete"),
    [
        ({"prompt": "Open 9-5. When?"}, ["Open 9-5. When?"], True),
        ({"prompt": ["a", "b"]}, ["a", "b"], True),
        ({"prompt": "a", "suffix": "z"}, ["z", "a"], True),
        ({"prompt": "a", "suffix": None}, ["a"], True),
        ({"prompt": "a", "suffix": 3}, ["a"], False),
        ({"prompt": [1, 2, 3]}, [], False),
        ({"prompt": [[1], [2]]}, [], False),
        ({"prompt": ["a", [2]]}, [], False),
        ({"prompt": []}, [], False),
        ({"prompt": None}, [], False),
        ({}, [], False),
        ([], [], False),
    ],
)
def test_a_request_is_read_into_turns_of_the_user(body: Any, turns: list[str], complete: bool) -> None:
    """Text is known as far as it states something; tokens are not known."""
    request = read_request(json.dumps(body).encode(), {})

    assert (tuple(Turn("user", text) for text in turns), complete) == (request.turns, request.complete)


def test_a_request_says_what_its_reply_repeats() -> None:
    """Only `echo: true` does, and only prompts that are text."""
    full = {"model": "m", "prompt": ["a", "b"], "echo": True, "n": 2, "best_of": 3, "stream": True}
    request = read_request(json.dumps(full).encode(), {})

    assert isinstance(request, CompletionRequest)
    assert ("m", True, ("a", "b"), 2) == (request.model, request.stream, request.echoed, request.each)
    for less in ({**full, "echo": False}, {**full, "prompt": [1]}):
        request = read_request(json.dumps(less).encode(), {})
        assert isinstance(request, CompletionRequest)
        assert () == request.echoed


def test_a_note_stands_before_each_prompt() -> None:
    """Behind a prompt it would be taken for the answer's beginning."""
    assert "Be kind.\n\nx" == json.loads(with_note(b'{"prompt": "x"}', "Be kind."))["prompt"]
    assert ["n\n\nx", "n\n\ny"] == json.loads(with_note(b'{"prompt": ["x", "y"]}', "n"))["prompt"]
    for body in (b'{"prompt": [1]}', b'{"prompt": "x", "echo": true}'):
        with pytest.raises(ValueError, match="takes no note"):
            with_note(body, "n")
