"""
What an event of a stream costs in each dialect: in this process, without a network, CPU only.

Each says the same words, a token an event, with the keys that its servers write, through the bench's 60
rules. "one by one" is a chunk of bytes for each event; "in bursts" brings 16 at a time, as a fast server
does.
The measure is the ratio to chat completions, in one run.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filterproxy.core.plan import Plan, Plans
from filterproxy.core.request import Request
from filterproxy.core.session import Session, Settings
from filterproxy.dialects.anthropic import ANTHROPIC_MESSAGES
from filterproxy.dialects.configured import override_of
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.json_text import JsonStrings
from filterproxy.dialects.ollama import OLLAMA_CHAT, OLLAMA_GENERATE
from filterproxy.dialects.openai_chat import OPENAI_CHAT
from filterproxy.dialects.openai_completions import OPENAI_COMPLETIONS
from filterproxy.dialects.openai_responses import OPENAI_RESPONSES
from filterproxy.dialects.reply import Options
from filterproxy.rulebook.compile import compile as compile_rules
from filterproxy.rulebook.load import load
from tests.bench.policy import rules, write_pack
from tests.bench.replies import bench_replies

# A Responses stream carries its text four times: no bar.
MOST = 1.3
_WORDS = 4000
_BURST = 16
_ROUNDS = 7
_STAMP = 1_700_000_000
_SSE, _NDJSON = b"text/event-stream", b"application/x-ndjson"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A dialect, and a stream of it that says some words: event by event."""

    dialect: Dialect
    kind: bytes
    events: Callable[[Sequence[str]], Iterator[bytes]]
    most: float | None = MOST


@dataclass(frozen=True, slots=True)
class DialectCost:
    """CPU microseconds of an event. most: the ratio to chat completions that is aimed at."""

    name: str
    single_us: float
    burst_us: float
    most: float | None


def _chat(words: Sequence[str]) -> Iterator[bytes]:
    head = {"id": "c1", "object": "chat.completion.chunk", "created": _STAMP, "model": "m"}
    for word in words:
        yield _sse({**head, "choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]})
    yield _sse({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    yield b"data: [DONE]\n\n"


def _completions(words: Sequence[str]) -> Iterator[bytes]:
    head = {"id": "c1", "object": "text_completion", "created": _STAMP, "model": "m"}
    for word in words:
        yield _sse({**head, "choices": [{"index": 0, "text": word, "logprobs": None, "finish_reason": None}]})
    yield _sse({**head, "choices": [{"index": 0, "text": "", "logprobs": None, "finish_reason": "stop"}]})
    yield b"data: [DONE]\n\n"


def _responses(words: Sequence[str]) -> Iterator[bytes]:
    text = "".join(words)
    place = {"item_id": "i", "output_index": 0, "content_index": 0}
    part = {"type": "output_text", "text": "", "annotations": []}
    item = {"id": "i", "type": "message", "status": "in_progress", "role": "assistant", "content": []}
    whole = {"id": "r", "object": "response", "status": "in_progress", "model": "m", "output": []}
    done = {**part, "text": text}
    done_item = {**item, "status": "completed", "content": [done]}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": whole},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.content_part.added", **place, "part": part},
        *({"type": "response.output_text.delta", **place, "delta": word, "logprobs": []} for word in words),
        {"type": "response.output_text.done", **place, "text": text},
        {"type": "response.content_part.done", **place, "part": done},
        {"type": "response.output_item.done", "output_index": 0, "item": done_item},
        {
            "type": "response.completed",
            "response": {**whole, "status": "completed", "output": [done_item], "usage": {"total_tokens": 9}},
        },
    ]
    for number, event in enumerate(events):
        yield _sse({**event, "sequence_number": number}, named=True)


def _anthropic(words: Sequence[str]) -> Iterator[bytes]:
    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": []}
    usage = {"input_tokens": 3, "output_tokens": 1}
    yield _sse({"type": "message_start", "message": {**message, "usage": usage}}, named=True)
    begin = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    yield _sse(begin, named=True)
    for word in words:
        delta = {"type": "text_delta", "text": word}
        yield _sse({"type": "content_block_delta", "index": 0, "delta": delta}, named=True)
    yield _sse({"type": "content_block_stop", "index": 0}, named=True)
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}
    yield _sse(end, named=True)
    yield _sse({"type": "message_stop"}, named=True)


def _ollama_chat(words: Sequence[str]) -> Iterator[bytes]:
    for number, word in enumerate(words):
        said = {"role": "assistant", "content": word}
        yield _line({"model": "m", "created_at": _when(number), "message": said, "done": False})
    said = {"role": "assistant", "content": ""}
    yield _line({"model": "m", "created_at": _when(0), "message": said, "done": True, "done_reason": "stop"})


def _ollama_generate(words: Sequence[str]) -> Iterator[bytes]:
    for number, word in enumerate(words):
        yield _line({"model": "m", "created_at": _when(number), "response": word, "done": False})
    yield _line({"model": "m", "created_at": _when(0), "response": "", "done": True, "done_reason": "stop"})


def _generic(words: Sequence[str]) -> Iterator[bytes]:
    return (_line({"token": word}) for word in words)


def _text(words: Sequence[str]) -> Iterator[bytes]:
    return (word.encode() for word in words)


def _when(number: int) -> str:
    return f"2025-01-01T00:00:00.{number:09d}Z"


def _sse(value: dict[str, Any], *, named: bool = False) -> bytes:
    head = f"event: {value['type']}\n" if named else ""
    return f"{head}data: {json.dumps(value, separators=(',', ':'))}\n\n".encode()


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _own(name: str, **more: str) -> Dialect:
    return override_of({"path": "/a", "dialect": name, **more}).dialect


SPOKEN = (
    Spoken(OPENAI_CHAT, _SSE, _chat),
    Spoken(OPENAI_COMPLETIONS, _SSE, _completions),
    Spoken(OPENAI_RESPONSES, _SSE, _responses, most=None),
    Spoken(ANTHROPIC_MESSAGES, _SSE, _anthropic),
    Spoken(OLLAMA_CHAT, _NDJSON, _ollama_chat),
    Spoken(OLLAMA_GENERATE, _NDJSON, _ollama_generate),
    Spoken(_own("generic", reply_text="token", stream="ndjson"), _NDJSON, _generic),
    Spoken(_own("text"), b"text/plain", _text),
)


def measure_dialects(words: int = _WORDS, rounds: int = _ROUNDS) -> list[DialectCost]:
    """Every dialect, in turns, so that a machine that slows down slows all of them."""
    plan, said = _plan(), _said(words)
    streams = [list(spoken.events(said)) for spoken in SPOKEN]
    taken: dict[tuple[int, int], list[float]] = {}
    for _ in range(rounds):
        for number, (spoken, events) in enumerate(zip(SPOKEN, streams, strict=True)):
            for size in (1, _BURST):
                taken.setdefault((number, size), []).append(_once(spoken, plan, events, size))
    return [
        DialectCost(spoken.dialect.name, min(taken[n, 1]), min(taken[n, _BURST]), spoken.most)
        for n, spoken in enumerate(SPOKEN)
    ]


def _plan() -> Plan:
    with tempfile.TemporaryDirectory() as folder:
        pack = write_pack(Path(folder), "bench", rules(60))
        return Plans(compile_rules(load([pack])).rules).plan(Request(stream=True))


def _said(count: int) -> list[str]:
    """Words of the bench's replies that no rule has anything to say about."""
    quiet = [reply for reply in bench_replies() if reply.quiet]
    words = [f" {word}" for reply in quiet for word in reply.text.split()]
    return (words * (count // len(words) + 1))[:count]


def _once(spoken: Spoken, plan: Plan, events: Sequence[bytes], size: int) -> float:
    """CPU microseconds of an event of a stream that comes *size* events at a time."""
    chunks = [b"".join(events[i : i + size]) for i in range(0, len(events), size)]
    request = Request(stream=True)
    settings = Settings(clock=time.perf_counter, language_of=lambda request: "en", strings=JsonStrings())
    session = Session(plan, request, settings)
    stream = spoken.dialect.stream(session, request, spoken.kind, Options())
    began = time.process_time()
    out = [stream.receive(chunk) for chunk in chunks]
    out.append(stream.end())
    spent = time.process_time() - began
    assert b"".join(out) == b"".join(events), spoken.dialect.name
    return spent * 1e6 / len(events)
