"""The contract's laws on plain text, whole and streamed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filterproxy.core.request import Request, Turn
from filterproxy.core.session import Session
from filterproxy.dialects.generic.path import parse_path
from filterproxy.dialects.generic.request import Asked
from filterproxy.dialects.reply import Options, Refused, Stream, WireError
from filterproxy.dialects.text import text
from tests import oracle
from tests.core.rules import Spec, plan_of, settings, specs, texts
from tests.dialects.rules import DROP, REDACT

TEXT = text(Asked())
EMPTY: Spec = {"id": "e", "under": 1, "verb": "drop", "unit": "match", "say": "No.", "scope": "reply"}


def stream_of(rulebook: list[Spec], **options: Any) -> Stream:
    request = Request(stream=True)
    session = Session(plan_of(rulebook), request, settings())
    return TEXT.stream(session, request, b"text/plain", Options(**options))


def streamed(rulebook: list[Spec], chunks: list[bytes]) -> bytes:
    stream = stream_of(rulebook)
    return b"".join([stream.receive(c) for c in chunks]) + stream.end()


def whole_of(rulebook: list[Spec], body: bytes) -> Any:
    session = Session(plan_of(rulebook), Request(), settings())
    return TEXT.filter_whole(session, Request(), body, Options())[0]


def expected_text(rulebook: list[Spec], said: str) -> str:
    result = oracle.apply(rulebook, said)
    return "No." if result.dropped else result.text


@st.composite
def cut(draw: st.DrawFn, body: bytes) -> list[bytes]:
    """*body* cut at any bytes."""
    places = sorted(draw(st.sets(st.integers(0, len(body)), max_size=12)))
    return [body[a:b] for a, b in zip([0, *places], [*places, len(body)], strict=True)]


long_texts = texts | st.tuples(texts, st.integers(1, 40)).map(lambda pair: pair[0] * pair[1])


@given(st.data(), specs(), long_texts)
@hypothesis_settings(max_examples=250)
def test_any_cut_of_the_bytes_gives_the_text_of_the_oracle(
    data: st.DataObject, rulebook: list[Spec], said: str
) -> None:
    """Law 1: cut; whole too."""
    wanted = expected_text(rulebook, said).encode()

    assert wanted == streamed(rulebook, data.draw(cut(said.encode())))
    assert wanted == whole_of(rulebook, said.encode()).body


@given(st.data(), st.binary(max_size=40) | texts.map(str.encode))
@hypothesis_settings(max_examples=150)
def test_what_nothing_changes_leaves_as_the_bytes_it_came_in(data: st.DataObject, body: bytes) -> None:
    """Law 3: quiet, be it UTF-8 or not."""
    assert body == streamed([{**REDACT, "regex": "zz"}], data.draw(cut(body)))


@given(st.data(), specs(), texts)
@hypothesis_settings(max_examples=150)
def test_released_bytes_are_never_taken_back(data: st.DataObject, rulebook: list[Spec], said: str) -> None:
    """Law 2: release."""
    stream = stream_of(rulebook)
    out = b"".join([stream.receive(part) for part in data.draw(cut(said.encode()))])

    assert expected_text(rulebook, said).encode().startswith(out)


def test_characters_that_are_cut_in_two_are_put_together() -> None:
    """One byte at a time, each leaves with its last byte."""
    stream = stream_of([{**REDACT, "verb": "flag"}])

    assert [b"", "é".encode(), b"", b"", "€".encode(), b"a"] == [
        stream.receive(bytes([byte])) for byte in "é€a".encode()
    ]


def test_an_unfinished_character_is_not_waited_for_beyond_the_end() -> None:
    """What is no UTF-8 passes, and is counted."""
    stream = stream_of([REDACT])

    assert b"ok \xf0\x9f" == stream.receive(b"ok \xf0\x9f") + stream.end()
    assert {"unknown_event": 1} == dict(stream.verdict.unscanned)


def test_a_long_chunk_waits_only_at_its_end() -> None:
    """Law 5: what could begin a match holds its piece, not all that came with it."""
    stream = stream_of([REDACT])
    out = stream.receive(b"x" * 10_000 + b"a")

    assert 9_000 < len(out) < 10_001
    assert out + stream.end() == b"x" * 10_000 + b"a"


def test_an_empty_reply_is_a_reply() -> None:
    """Rules on short texts see it, whole and streamed."""
    assert b"No." == streamed([EMPTY], []) == whole_of([EMPTY], b"").body


def test_a_drop_that_says_nothing_is_an_error_of_the_caller() -> None:
    """A status says so, and words in the form of the reply."""
    silent = {**DROP, "say": ""}
    with pytest.raises(Refused) as refused:
        streamed([silent], [b"abb"])

    assert json.loads(refused.value.body) == {"error": "the reply was withheld by a content rule"}
    assert (400, b"the reply was withheld by a content rule") == (
        (whole := whole_of([silent], b"abb")).status,
        whole.body,
    )


def test_a_stream_that_cannot_go_on_says_so_after_what_was_judged() -> None:
    """In a line of its own, since text has no other form."""
    stream = stream_of([REDACT])
    out = stream.receive(b"Hi abb and a") + stream.fail("upstream_error", "the model server broke off")

    assert b"Hi [X] and a\n[the model server broke off]\n" == out
    assert b"" == stream.heartbeat()


def test_what_is_not_utf8_is_no_text() -> None:
    """A WireError, never a traceback."""
    with pytest.raises(WireError):
        whole_of([REDACT], b"\xff")


@pytest.mark.parametrize(
    ("paths", "kind", "body", "turns", "complete"),
    [
        ((), "text/plain; charset=utf-8", b"When?", [("user", "When?")], True),
        ((), "text/plain", b"\xff", [], False),
        ((), "application/json", b'{"q": "When?"}', [], False),
        ((("user", "q"),), "application/json", b'{"q": "When?"}', [("user", "When?")], True),
        ((("user", "q"),), "application/json", b'{"q": 3}', [], False),
        ((("user", "q"),), "application/json", b"[" * 9999, [], False),
        ((("system", "s"), ("user", "q")), "", b'{"q": "a", "s": null}', [("user", "a")], True),
        (
            (("user", "m[*].content"),),
            "",
            b'{"m": [{"role": "developer", "content": "a"}, {"role": "x", "content": "b"}]}',
            [("system", "a"), ("user", "b")],
            True,
        ),
    ],
)
def test_a_request_is_its_text_or_has_texts_at_paths(
    paths: Any, kind: str, body: bytes, turns: list[tuple[str, str]], complete: bool
) -> None:
    """What stands nowhere makes the context incomplete."""
    asked = Asked(tuple((role, parse_path(path)) for role, path in paths))
    request = asked.read(body, {"content-type": kind})

    assert (tuple(Turn(*turn) for turn in turns), complete) == (request.turns, request.complete)


def test_a_note_stands_before_the_last_text() -> None:
    """Where there is one."""
    asked = Asked((("system", parse_path("s")), ("user", parse_path("q"))))

    assert {"q": "n\n\na", "s": "b"} == json.loads(asked.with_note(b'{"q": "a", "s": "b"}', "n"))
    with pytest.raises(ValueError, match="no text"):
        asked.with_note(b"{}", "n")
