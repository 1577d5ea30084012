"""
Which channel of which dialect is judged, whole and streamed: the README's table, cell by cell.

A cell is what a run shows. "streamed": a redaction reaches the client whole and streamed, and text before it
leaves while the rest is still to come. "held": it leaves when the channel is complete. "-": there is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from filterproxy.core.plan import Plan, Plans
from filterproxy.core.request import Request
from filterproxy.core.session import Session
from filterproxy.dialects.configured import override_of
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.json_text import JsonStrings
from filterproxy.dialects.reply import Options
from filterproxy.dialects.routes import ROUTES
from tests.core.rules import rule_of, settings
from tests.dialects import responses

README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
KINDS = ("content", "refusal", "reasoning", "arguments")
GENERIC = override_of({"path": "/a", "dialect": "generic", "reply_text": "say", "stream": "ndjson"}).dialect
TEXT = override_of({"path": "/a", "dialect": "text"}).dialect
DIALECTS = {d.name: d for d in (*(route.dialect for route in ROUTES), GENERIC, TEXT)}
# A list of stored replies has the channels of each.
DIALECTS.pop("openai_chat_list", None)

PIECES = ("one two abb three ", "four ", "five")
RULE = {"id": "r", "regex": "abb", "scope": "reply", "verb": "redact", "unit": "match", "with": "[X]"}


@dataclass(frozen=True)
class Sample:
    """A reply that says PIECES in one channel: whole, and as a stream of its content type, event by event."""

    whole: bytes
    events: Sequence[bytes]
    kind: bytes = b"text/event-stream"


def sse(values: Sequence[Any], *, named: bool = False, done: bool = False) -> list[bytes]:
    heads = [f"event: {value['type']}\n" if named else "" for value in values]
    events = [
        f"{head}data: {json.dumps(value)}\n\n".encode() for head, value in zip(heads, values, strict=True)
    ]
    return [*events, b"data: [DONE]\n\n"] if done else events


def lines(values: Sequence[Any]) -> list[bytes]:
    return [json.dumps(value).encode() + b"\n" for value in values]


def said(kind: str) -> list[str]:
    """The pieces; of arguments they are JSON."""
    return ['{"q": "' + PIECES[0], *PIECES[1:-1], PIECES[-1] + '"}'] if kind == "arguments" else list(PIECES)


def chat(kind: str) -> Sample:
    key = {"reasoning": "reasoning_content"}.get(kind, kind)

    def message(text: str) -> dict[str, Any]:
        if kind == "arguments":
            function = {"name": "f", "arguments": text}
            return {"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": function}]}
        return {key: text}

    def choice(where: str, text: str, reason: str | None) -> dict[str, Any]:
        return {"id": "c", "choices": [{"index": 0, where: message(text), "finish_reason": reason}]}

    whole = json.dumps(choice("message", "".join(said(kind)), "stop")).encode()
    events = [choice("delta", piece, None) for piece in said(kind)]
    end = {"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    return Sample(whole, sse([*events, end], done=True))


def completions(kind: str) -> Sample:
    def choice(text: str, reason: str | None) -> dict[str, Any]:
        return {"id": "c", "choices": [{"index": 0, "text": text, "finish_reason": reason}]}

    whole = json.dumps(choice("".join(PIECES), "stop")).encode()
    return Sample(whole, sse([*(choice(p, None) for p in PIECES), choice("", "stop")], done=True))


def responses_(kind: str) -> Sample:
    name = {"content": "message", "arguments": "function_call"}.get(kind, kind)
    item = responses.Item(name, ("".join(said(kind)),))
    whole = json.dumps(responses.response([item.value(0, done=True)])).encode()
    sizes = iter([len(piece) for piece in said(kind)])
    stream = responses.body_of(responses.stream_of([item], lambda: next(sizes)))
    return Sample(whole, re.findall(rb"event: .*?\n\n", stream, re.DOTALL))


def anthropic(kind: str) -> Sample:
    named, key = {
        "content": ("text", "text"),
        "reasoning": ("thinking", "thinking"),
        "arguments": ("tool_use", "partial_json"),
    }[kind]
    text = "".join(said(kind))
    empty: dict[str, Any] = {"id": "t", "name": "f", "input": {}} if kind == "arguments" else {key: ""}
    full = {"id": "t", "name": "f", "input": json.loads(text)} if kind == "arguments" else {key: text}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason": None}
    usage = {"input_tokens": 1, "output_tokens": 1}
    delta = {"arguments": "input_json_delta"}.get(kind, f"{named}_delta")
    events = [
        {"type": "message_start", "message": {**message, "content": [], "usage": usage}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": named, **empty}},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": delta, key: piece}}
            for piece in said(kind)
        ),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ]
    whole = {**message, "stop_reason": "end_turn", "content": [{"type": named, **full}], "usage": usage}
    return Sample(json.dumps(whole).encode(), sse(events, named=True))


def ollama_chat(kind: str) -> Sample:
    def line(text: str, *, done: bool = False) -> dict[str, Any]:
        key = {"reasoning": "thinking"}.get(kind, kind)
        more = {"done_reason": "stop"} if done else {}
        return {"model": "m", "message": {"role": "assistant", key: text}, "done": done, **more}

    text = "".join(said(kind))
    if kind == "arguments":
        call = {"function": {"name": "f", "arguments": json.loads(text)}}
        value = {"model": "m", "message": {"role": "assistant", "content": "", "tool_calls": [call]}}
        end = {"model": "m", "message": {"role": "assistant", "content": ""}, "done": True}
        whole = json.dumps({**value, "done": True, "done_reason": "stop"}).encode()
        return Sample(whole, lines([{**value, "done": False}, end]), b"application/x-ndjson")
    events = [*(line(piece) for piece in PIECES), line("", done=True)]
    return Sample(json.dumps(line(text, done=True)).encode(), lines(events), b"application/x-ndjson")


def ollama_generate(kind: str) -> Sample:
    key = {"content": "response", "reasoning": "thinking"}[kind]
    end = {"model": "m", "response": "", "done": True, "done_reason": "stop"}
    whole = json.dumps({**end, key: "".join(PIECES)}).encode()
    events = [{"model": "m", key: piece, "done": False} for piece in PIECES]
    return Sample(whole, lines([*events, end]), b"application/x-ndjson")


def generic(kind: str) -> Sample:
    whole = json.dumps({"say": "".join(PIECES)}).encode()
    return Sample(whole, lines([{"say": piece} for piece in PIECES]), b"application/x-ndjson")


def text(kind: str) -> Sample:
    return Sample("".join(PIECES).encode(), [piece.encode() for piece in PIECES], b"text/plain")


SAMPLES: dict[str, tuple[Callable[[str], Sample], tuple[str, ...]]] = {
    "openai_chat": (chat, KINDS),
    "openai_completions": (completions, ("content",)),
    "openai_responses": (responses_, KINDS),
    "anthropic_messages": (anthropic, ("content", "reasoning", "arguments")),
    "ollama_chat": (ollama_chat, ("content", "reasoning", "arguments")),
    "ollama_generate": (ollama_generate, ("content", "reasoning")),
    "generic": (generic, ("content",)),
    "text": (text, ("content",)),
}


def plan(kind: str) -> Plan:
    return Plans([replace(rule_of(RULE), channels=frozenset({kind}))]).plan(Request(stream=True))


def session(kind: str) -> Session:
    return Session(plan(kind), Request(stream=True), replace(settings(), strings=JsonStrings()))


def cell(dialect: Dialect, kind: str) -> str:
    """What runs show of a channel of a dialect."""
    make, kinds = SAMPLES[dialect.name]
    if kind not in kinds:
        return "-"
    sample = make(kind)
    whole, _ = dialect.filter_whole(session(kind), Request(), sample.whole, Options())
    stream = dialect.stream(session(kind), Request(stream=True), sample.kind, Options())
    out: list[bytes] = []
    early = False
    for event in sample.events[:-1]:
        out.append(stream.receive(event))
        early = early or b"[X] three" in b"".join(out)
    body = b"".join(out) + stream.receive(sample.events[-1]) + stream.end()
    assert whole is not None
    for came in (whole.body, body):
        assert b"[X]" in came
        assert b"abb" not in came
    return "streamed" if early else "held"


def rows() -> dict[str, list[str]]:
    """The README's table."""
    found = re.findall(r"^\| `(\w+)` \|((?: (?:streamed|held|-) \|)+)$", README, re.MULTILINE)
    return {name: [c.strip() for c in cells.strip(" |").split("|")] for name, cells in found}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_a_cell_of_the_table_is_what_runs_show(name: str, kind: str) -> None:
    assert rows()[name][KINDS.index(kind)] == cell(DIALECTS[name], kind)


def test_the_table_names_every_dialect_and_no_other() -> None:
    assert set(rows()) == set(DIALECTS) == set(SAMPLES)
