"""
Exchanges as Arrow batches, and back: what one process hands to another, and what Ray Data calls a block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa

from filterproxy.core.request import Turn
from filterproxy.core.verdict import Channel
from filterproxy.corpus.exchange import Exchange
from filterproxy.corpus.skipped import Skipped

# A batch is large enough for its way to cost little, and small enough to be lost: some tenths of a second.
BATCH_EXCHANGES = 256
# Code points of a batch's texts: long exchanges make short batches, so that memory stays bounded.
BATCH_TEXT = 4 << 20

_TURN = pa.struct([("role", pa.string()), ("text", pa.large_string()), ("tool", pa.string())])
TEXT = pa.struct(
    [("choice", pa.int32()), ("kind", pa.string()), ("part", pa.int32()), ("text", pa.large_string())]
)
_MARK = pa.struct(
    [
        ("choice", pa.int32()),
        ("kind", pa.string()),
        ("part", pa.int32()),
        ("start", pa.int64()),
        ("end", pa.int64()),
    ]
)
# number: which exchange of the corpus it is, from 0.
EXCHANGES = pa.schema(
    [
        ("number", pa.int64()),
        ("id", pa.string()),
        ("time", pa.string()),
        ("model", pa.string()),
        ("route", pa.string()),
        ("stream", pa.bool_()),
        ("json", pa.bool_()),
        ("complete", pa.bool_()),
        ("turns", pa.list_(_TURN)),
        ("texts", pa.list_(TEXT)),
        ("redacted", pa.bool_()),
        ("marks", pa.list_(_MARK)),
        ("file", pa.string()),
        ("line", pa.int64()),
    ]
)


def batches(
    items: Iterable[Exchange | Skipped],
    skip: Callable[[Skipped], None],
    size: int = BATCH_EXCHANGES,
    text: int = BATCH_TEXT,
) -> Iterator[pa.RecordBatch]:
    """
    The exchanges in batches; the same ones for the same items.

    skip: told of what could not be read. size: exchanges of a batch. text: code points after which one is
    closed.
    """
    first, kept, length = 0, list[Exchange](), 0
    for item in items:
        if isinstance(item, Skipped):
            skip(item)
            continue
        kept.append(item)
        length += _length(item)
        if len(kept) >= size or length >= text:
            yield batch_of(kept, first)
            first, kept, length = first + len(kept), [], 0
    if kept:
        yield batch_of(kept, first)


def _length(exchange: Exchange) -> int:
    return sum(len(turn.text) for turn in exchange.turns) + sum(len(text) for _, text in exchange.texts)


def batch_of(exchanges: Iterable[Exchange], first: int = 0) -> pa.RecordBatch:
    """A batch of exchanges. first: the number of the first one."""
    rows = [_row(exchange, number) for number, exchange in enumerate(exchanges, first)]
    return pa.RecordBatch.from_pylist(rows, schema=EXCHANGES)


def _row(exchange: Exchange, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "id": exchange.id,
        "time": exchange.time,
        "model": exchange.model,
        "route": exchange.route,
        "stream": exchange.stream,
        "json": exchange.json,
        "complete": exchange.complete,
        "turns": [{"role": t.role, "text": t.text, "tool": t.tool} for t in exchange.turns],
        "texts": texts_as_rows(exchange.texts),
        "redacted": exchange.redacted,
        "marks": [
            {"choice": c.choice, "kind": c.kind, "part": c.part, "start": start, "end": end}
            for c, (start, end) in exchange.marks
        ],
        "file": exchange.file,
        "line": exchange.line,
    }


def texts_as_rows(texts: Iterable[tuple[Channel, str | None]]) -> list[dict[str, Any]]:
    """Texts by channel as members of TEXT."""
    return [{"choice": c.choice, "kind": c.kind, "part": c.part, "text": text} for c, text in texts]


def texts_of(rows: Iterable[dict[str, Any]]) -> tuple[tuple[Channel, str], ...]:
    """Members of TEXT as texts by channel."""
    return tuple((Channel(row["choice"], row["kind"], row["part"]), row["text"]) for row in rows)


def exchanges_of(batch: pa.RecordBatch) -> Iterator[tuple[int, Exchange]]:
    """The exchanges of a batch, each with its number."""
    for row in batch.to_pylist():
        number, turns, texts, marks = (row.pop(name) for name in ("number", "turns", "texts", "marks"))
        yield (
            number,
            Exchange(
                **row,
                turns=tuple(Turn(**turn) for turn in turns),
                texts=texts_of(texts),
                marks=tuple(
                    (Channel(m["choice"], m["kind"], m["part"]), (m["start"], m["end"])) for m in marks
                ),
            ),
        )


def packed(batch: pa.RecordBatch) -> bytes:
    """A batch as bytes (Arrow's IPC stream)."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def unpacked(content: bytes) -> pa.RecordBatch:
    """The batch that *content* is."""
    with pa.ipc.open_stream(content) as stream:
        return stream.read_next_batch()
