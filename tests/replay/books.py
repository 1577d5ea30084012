"""Rulebooks and exchanges for the tests of replays."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from filterproxy.core.request import Turn
from filterproxy.core.verdict import Channel
from filterproxy.corpus.exchange import Exchange
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.load import load

CONTENT = Channel(0, "content")

DROPS = "{id: %s, match: {regex: '%s'}, action: drop, say: 'No.'}"
REDACTS = "{id: %s, match: {regex: '%s'}, action: {redact: '[x]'}}"
FLAGS = "{id: %s, match: {regex: '%s'}, action: flag}"
SHADOW = "{id: %s, match: {regex: '%s'}, action: drop, say: 'No.', mode: shadow}"

_WORDS = ("gold", "silver", "lead", "tin", "iron", "zinc")


def drops(id: str, pattern: str) -> str:
    return DROPS % (id, pattern)


def redacts(id: str, pattern: str) -> str:
    return REDACTS % (id, pattern)


def flags(id: str, pattern: str) -> str:
    return FLAGS % (id, pattern)


def shadow(id: str, pattern: str) -> str:
    return SHADOW % (id, pattern)


def write_pack(path: Path, *rules: str) -> Path:
    """A pack with *rules*."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"  - {rule}\n" for rule in rules)
    path.write_text(f"version: 1\npack: {path.stem}\nwhy: For tests.\nrules:\n{lines}", "utf-8")
    return path


def book(folder: Path, *rules: str) -> Document:
    """The document of a pack with *rules*."""
    return load([write_pack(folder / "pack.yaml", *rules)])


def said(reply: str, ask: str = "Well?", **given: Any) -> Exchange:
    """An exchange with one text."""
    turns = (Turn("user", ask),)
    return Exchange(turns=turns, texts=((given.pop("channel", CONTENT), reply),), **given)


def many(count: int, seed: int = 0) -> list[Exchange]:
    """Exchanges whose replies name some metals each; the same ones for the same seed."""
    words = random.Random(seed)
    return [
        said(" ".join(words.choices(_WORDS, k=3)), f"Question {number}?", file="a.jsonl", line=number + 1)
        for number in range(count)
    ]


def line_of(exchange: Exchange) -> dict[str, Any]:
    """An exchange as a line of recordings."""
    return {
        "v": 1,
        "id": exchange.id,
        "log": "recordings",
        "time": exchange.time,
        "route": exchange.route,
        "model": exchange.model,
        "stream": exchange.stream,
        "json": exchange.json,
        "request": {
            "complete": exchange.complete,
            "json": exchange.json,
            "turns": [{"role": t.role, "tool": t.tool, "text": t.text} for t in exchange.turns],
        },
        "reply": [
            {"attempt": 0, "choice": c.choice, "kind": c.kind, "part": c.part, "text": text}
            for c, text in exchange.texts
        ],
    }


def write_lines(path: Path, lines: Iterable[Any]) -> Path:
    """A file of JSON lines; texts and bytes go in as they are."""
    content = b"".join(_bytes(line) for line in lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _bytes(line: Any) -> bytes:
    if isinstance(line, bytes):
        return line
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def write_recordings(path: Path, exchanges: Sequence[Exchange]) -> Path:
    """A file of recordings."""
    return write_lines(path, map(line_of, exchanges))
