"""OpenAI responses as servers send them, made by hypothesis, and read as official clients read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.core.rules import texts
from tests.dialects.wire import cut_bytes

__all__ = ["Item", "Read", "Reply", "body_of", "call", "cut_bytes", "read", "replies", "stream_of", "thought"]

USAGE = {"input_tokens": 3, "output_tokens": 5, "total_tokens": 8}


@dataclass(frozen=True)
class Item:
    """
    An item and its texts. kind: message, refusal, reasoning or function_call. odd: keys that repeat text are
    there too.
    """

    kind: str
    texts: tuple[str, ...]
    odd: bool = False

    def value(self, at: int, *, done: bool) -> dict[str, Any]:
        """The JSON of it."""
        parts = [self.part(text) for text in self.texts] if done else []
        status = "completed" if done else "in_progress"
        id_ = f"{self.kind}_{at}"
        if self.kind == "function_call":
            arguments = self.texts[0] if done else ""
            return {
                "id": id_, "type": self.kind, "status": status, "call_id": "c", "name": "f",
                "arguments": arguments,
            }  # fmt: skip
        if self.kind == "reasoning":
            sealed = {"encrypted_content": "".join(self.texts)} if self.odd and done else {}
            return {"id": id_, "type": self.kind, "summary": parts, **sealed}
        return {"id": id_, "type": "message", "status": status, "role": "assistant", "content": parts}

    def part(self, text: str) -> dict[str, Any]:
        """The JSON of one of its parts."""
        if self.kind == "reasoning":
            return {"type": "summary_text", "text": text}
        if self.kind == "refusal":
            return {"type": "refusal", "refusal": text}
        copies = [{"type": "url_citation", "title": text}] if self.odd and text else []
        return {
            "type": "output_text",
            "text": text,
            "annotations": copies,
            "logprobs": _logprobs(self.odd, text),
        }


def thought(*parts: str) -> Item:
    return Item("reasoning", parts)


def call(arguments: str) -> Item:
    return Item("function_call", (arguments,))


def _logprobs(odd: bool, text: str) -> list[Any]:
    return [{"token": text, "bytes": [ord(c) for c in text], "logprob": -0.1}] if odd and text else []


def response(items: list[Any], status: str = "completed") -> dict[str, Any]:
    usage = USAGE if status != "in_progress" else None
    return {
        "id": "resp_1", "object": "response", "created_at": 1, "status": status, "model": "m",
        "output": items,
        "incomplete_details": None, "usage": usage, "instructions": "Be brief.",
    }  # fmt: skip


_FAMILY = {
    "message": ("response.output_text", "text"),
    "refusal": ("response.refusal", "refusal"),
    "reasoning": ("response.reasoning_summary_text", "text"),
    "function_call": ("response.function_call_arguments", "arguments"),
}


def stream_of(items: list[Item], sizes: Callable[[], int] = lambda: 3) -> list[dict[str, Any]]:
    """The events of a reply that has these items."""
    events: list[dict[str, Any]] = [
        {"type": f"response.{stage}", "response": response([], "in_progress")}
        for stage in ("created", "in_progress")
    ]
    for at, item in enumerate(items):
        events.append(_about_item("added", at, item))
        for index, text in enumerate(item.texts):
            events += _part_events(at, item, index, text, sizes)
        events.append(_about_item("done", at, item))
    whole = response([item.value(at, done=True) for at, item in enumerate(items)])
    return [*events, {"type": "response.completed", "response": whole}]


def _about_item(stage: str, at: int, item: Item) -> dict[str, Any]:
    value = item.value(at, done=stage == "done")
    return {"type": f"response.output_item.{stage}", "output_index": at, "item": value}


def _part_events(
    at: int, item: Item, index: int, text: str, sizes: Callable[[], int]
) -> Iterable[dict[str, Any]]:
    family, key = _FAMILY[item.kind]
    place: dict[str, Any] = {"item_id": f"{item.kind}_{at}", "output_index": at}
    part = "response.reasoning_summary_part" if item.kind == "reasoning" else "response.content_part"
    if item.kind != "function_call":
        place["summary_index" if item.kind == "reasoning" else "content_index"] = index
        yield {"type": f"{part}.added", **place, "part": item.part("")}
    rest = text
    while rest:
        size = sizes()
        more = {"logprobs": _logprobs(item.odd, rest[:size])} if item.kind == "message" else {}
        yield {"type": f"{family}.delta", **place, "delta": rest[:size], **more}
        rest = rest[size:]
    if item.odd and item.kind == "message":
        yield {"type": "response.output_text.annotation.added", **place, "annotation": {"title": text}}
    more = {"logprobs": _logprobs(item.odd, text)} if item.kind == "message" else {}
    yield {"type": f"{family}.done", **place, key: text, **more}
    if item.kind != "function_call":
        yield {"type": f"{part}.done", **place, "part": item.part(text)}


def body_of(events: Iterable[dict[str, Any]], frame: str = "event: {type}\ndata: {data}\n\n") -> bytes:
    """Events, numbered, as bytes."""
    return "".join(
        frame.format(type=e["type"], data=json.dumps({**e, "sequence_number": n}, ensure_ascii=False))
        for n, e in enumerate(events)
    ).encode()


FRAMES = (
    "event: {type}\ndata: {data}\n\n",
    "event: {type}\r\ndata: {data}\r\n\r\n",
    "data: {data}\n\n",
    ": x\ndata:{data}\nevent: {type}\n\n",
)


@dataclass(frozen=True)
class Reply:
    """A streamed reply. body: its bytes. items: what it says."""

    body: bytes
    items: tuple[Item, ...]


@st.composite
def replies(draw: st.DrawFn, contents: st.SearchStrategy[str] = texts) -> Reply:
    """Reasoning, a message of one or two parts, perhaps a refusal, perhaps a call; framed in a legal way."""
    odd = draw(st.booleans())
    items = [Item("message", tuple(draw(st.lists(contents, min_size=1, max_size=2))), odd)]
    if draw(st.booleans()):
        items.insert(0, Item("reasoning", (draw(contents),), odd))
    if draw(st.booleans()):
        items.append(Item("refusal", (draw(contents),)))
    if draw(st.booleans()):
        items.append(call('{"a": "zz"}'))
    events = stream_of(items, lambda: draw(st.integers(1, 6)))
    return Reply(body_of(events, draw(st.sampled_from(FRAMES))), tuple(items))


@dataclass
class Read:
    """
    What a client makes of a stream. deltas, dones, parts, items: the texts as each of those events says them,
    by kind and where they stand. last: the event that ended it, output: the texts of its response.
    """

    deltas: dict[tuple[int, int], str] = field(default_factory=dict)
    dones: dict[tuple[int, int], str] = field(default_factory=dict)
    parts: dict[tuple[int, int], str] = field(default_factory=dict)
    items: dict[tuple[int, int], str] = field(default_factory=dict)
    output: dict[tuple[int, int], str] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    last: dict[str, Any] = field(default_factory=dict)

    def agree(self) -> dict[tuple[int, int], str]:
        """The texts, which all events must say alike."""
        assert self.dones == self.items == self.output
        assert {k: v for k, v in self.dones.items() if v} == {k: v for k, v in self.deltas.items() if v}
        assert all(self.dones[where] == text for where, text in self.parts.items())
        assert list(range(len(self.numbers))) == self.numbers
        return self.output


def read(body: bytes) -> Read:
    """Read a stream as official clients do; anything malformed raises."""
    found = Read()
    for raw in body.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n\n"):
        lines = [line.partition(":")[::2] for line in raw.split("\n")]
        data = "".join(value for name, value in lines if name == "data")
        if data:
            value = json.loads(data)
            names = [name.strip() for key, name in lines if key == "event"]
            assert names in ([], [value["type"]])
            assert not found.last, "an event after the end"
            _take(found, value)
    return found


def _take(found: Read, value: dict[str, Any]) -> None:
    kind = value["type"]
    found.kinds.append(kind)
    found.values.append(value)
    found.numbers.append(value["sequence_number"])
    where = (value.get("output_index", -1), value.get("content_index", value.get("summary_index", 0)))
    if kind.endswith("_part.done"):
        found.parts[where] = _text(value["part"])
    elif kind.endswith(".delta"):
        found.deltas[where] = found.deltas.get(where, "") + value["delta"]
    elif kind == "response.output_item.done":
        found.items.update(_texts(where[0], value["item"]))
    elif kind.endswith(".done"):
        found.dones[where] = _text(value)
    elif kind in ("response.completed", "response.incomplete", "response.failed"):
        found.last = value
        for at, item in enumerate(value["response"]["output"]):
            found.output.update(_texts(at, item))


def _texts(at: int, item: dict[str, Any]) -> dict[tuple[int, int], str]:
    if "arguments" in item:
        return {(at, 0): item["arguments"]}
    parts = item.get("content", item.get("summary", []))
    return {(at, i): _text(part) for i, part in enumerate(parts)}


def _text(holder: dict[str, Any]) -> str:
    text: str = next(
        holder[k] for k in ("refusal", "text", "arguments", "input", "code", "command") if k in holder
    )
    return text
