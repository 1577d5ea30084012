"""Chat completions as servers send them, made by hypothesis."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.core.rules import texts


@dataclass(frozen=True)
class Reply:
    """A streamed reply. body: its bytes. texts: content by choice. secrets: text repeated in odd keys."""

    body: bytes
    texts: dict[int, str]


def chunk(choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": choices,
        **more,
    }


def choice(index: int, delta: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"index": index, "delta": delta, "finish_reason": finish, **more}


FRAMES: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: b"data: " + data + b"\n\n",
    "crlf": lambda data: b"data: " + data + b"\r\n\r\n",
    "cr": lambda data: b"data: " + data + b"\r\r",
    "tight": lambda data: b"data:" + data + b"\n\n",
    "commented": lambda data: b": ping\nevent: message\ndata: " + data + b"\nid: 7\n\n",
    "two lines": lambda data: b"data: " + data.replace(b'"object"', b'\ndata: "object"', 1) + b"\n\n",
}


@st.composite
def replies(draw: st.DrawFn, most: int = 2, contents: st.SearchStrategy[str] = texts) -> Reply:
    """A stream of up to *most* choices that take turns, framed in any legal way."""
    count = draw(st.integers(1, most))
    frame = FRAMES[draw(st.sampled_from(["plain", "plain", "plain", *FRAMES]))]
    spaced = draw(st.booleans())
    ascii_only = draw(st.booleans())
    odd = draw(st.sampled_from([None, None, "logprobs", "copy", "tool", "unknown"]))
    content = {i: draw(contents) for i in range(count)}
    queue: list[tuple[int, str]] = []
    for index, text in content.items():
        while text:
            size = draw(st.integers(1, 6))
            queue.append((index, text[:size]))
            text = text[size:]
    queue = sorted(queue, key=lambda pair: 0) if draw(st.booleans()) else _turns(queue)
    events: list[dict[str, Any]] = [
        chunk([choice(i, {"role": "assistant", "content": draw(st.sampled_from(["", None]))})])
        for i in range(count)
    ]
    for index, text in queue:
        events.append(chunk([choice(index, {"content": text}, **_extra(odd, text))]))
    if odd == "tool" and content[0]:  # a call without content is no empty reply
        call = {
            "index": 0,
            "id": "t",
            "type": "function",
            "function": {"name": "f", "arguments": '{"a": "abbb"}'},
        }
        events.append(chunk([choice(0, {"tool_calls": [call]})]))
    for index in range(count):
        events.append(chunk([choice(index, {}, "stop")]))
    if draw(st.booleans()):
        events.append(chunk([], usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}))
    separators = (", ", ": ") if spaced else (",", ":")
    body = b"".join(
        frame(json.dumps(e, ensure_ascii=ascii_only, separators=separators).encode()) for e in events
    ) + frame(b"[DONE]")
    return Reply(body, content)


def _turns(queue: list[tuple[int, str]]) -> list[tuple[int, str]]:
    by_choice: dict[int, list[tuple[int, str]]] = {}
    for pair in queue:
        by_choice.setdefault(pair[0], []).append(pair)
    out = []
    while any(by_choice.values()):
        for pairs in by_choice.values():
            if pairs:
                out.append(pairs.pop(0))
    return out


def _extra(odd: str | None, text: str) -> dict[str, Any]:
    if odd == "logprobs":
        return {"logprobs": {"content": [{"token": text, "logprob": -0.1}]}}
    if odd == "copy":
        return {"token_ids": [ord(c) for c in text]}
    if odd == "unknown":
        return {"stop_reason": None, "x": {"copied": text}}
    return {}


@st.composite
def cut_bytes(draw: st.DrawFn, body: bytes) -> list[bytes]:
    """*body* cut anywhere: whole, byte by byte, or at some places."""
    how = draw(st.sampled_from(["whole", "whole", "each", "some", "some"]))
    if how == "whole":
        return [body]
    if how == "each":
        return [body[i : i + 1] for i in range(len(body))]
    places = sorted(draw(st.sets(st.integers(1, len(body) - 1), max_size=8)))
    return [body[a:b] for a, b in zip([0, *places], [*places, len(body)], strict=True)]


@dataclass
class Read:
    """What a client makes of a stream."""

    texts: dict[int, str]
    finishes: dict[int, str]
    usage: Any
    done: bool
    values: list[Any]


def _said(choice: Any) -> str | None:
    text: str | None = choice["delta"].get("content")
    return text


def read(body: bytes, said: Callable[[Any], str | None] = _said) -> Read:
    """Read a stream as official clients do; anything malformed raises. said: by a choice of an event."""
    found = Read({}, {}, None, False, [])
    for raw in body.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n\n"):
        data = "\n".join(
            line.removeprefix("data:").removeprefix(" ")
            for line in raw.split("\n")
            if line.startswith("data:")
        )
        if not data:
            continue
        assert not found.done, "an event after the terminator"
        if data == "[DONE]":
            found.done = True
            continue
        value = json.loads(data)
        found.values.append(value)
        found.usage = value.get("usage") or found.usage
        for item in value["choices"]:
            index = item["index"]
            assert index not in found.finishes, "an event of a choice after its finish"
            found.texts[index] = found.texts.get(index, "") + (said(item) or "")
            if item.get("finish_reason"):
                found.finishes[index] = item["finish_reason"]
    return found
