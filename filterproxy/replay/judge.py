"""
A batch of exchanges under two rulebooks: what `filterproxy replay` computes, and nothing else.

`judge` is a pure function of its arguments (times aside), so it runs anywhere: in this process, in another,
on another machine. The engine is the one that serves (filterproxy.trial), over whole replies, `stream` as the
request said it; the laws say that it makes no difference how a reply would have been cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from filterproxy.core.verdict import Hit
from filterproxy.corpus.exchange import Exchange
from filterproxy.replay.batch import TEXT, exchanges_of, texts_as_rows
from filterproxy.replay.side import Outcome, Side, identity, side_of
from filterproxy.rulebook.document import Document

_RULE = pa.struct(
    [
        ("rule", pa.string()),
        ("fired", pa.bool_()),
        ("excused", pa.bool_()),
        ("marginal", pa.bool_()),
        ("failed", pa.bool_()),
        ("nanoseconds", pa.int64()),
    ]
)
_HIT = pa.struct(
    [
        ("rule", pa.string()),
        ("mode", pa.string()),
        ("action", pa.string()),
        ("choice", pa.int32()),
        ("kind", pa.string()),
        ("part", pa.int32()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("excuse", pa.string()),
    ]
)
_SIDE = pa.struct(
    [
        ("outcome", pa.string()),
        ("dropped", pa.bool_()),
        ("withheld", pa.bool_()),
        ("asked", pa.bool_()),
        ("unscanned", pa.bool_()),
        ("nanoseconds", pa.int64()),
        ("evaluated", pa.string()),  # places of the rules that were run: "0,1,4"
        ("rules", pa.list_(_RULE)),
        ("hits", pa.list_(_HIT)),
        (
            "reads",
            pa.list_(TEXT),
        ),  # null where it is not noted; a text is null where the client gets an error
    ]
)
# hash: the case's. identity: of all that the outcome depends on. changed: the client reads something else
# under the candidate. new, gone: rules that fired under one of the two only. otherwise: rules that fired
# under both, and account for the change. texts, ask and both `reads` are null where nothing changed, came or
# went.
OUTCOMES = pa.schema(
    [
        ("number", pa.int64()),
        ("hash", pa.string()),
        ("identity", pa.string()),
        ("named", pa.bool_()),  # the exchange says which model and which route it was
        ("redacted", pa.bool_()),  # it is stored without what rules redacted
        ("file", pa.string()),
        ("line", pa.int64()),
        ("is_json", pa.bool_()),
        ("changed", pa.bool_()),
        ("new", pa.list_(pa.string())),
        ("gone", pa.list_(pa.string())),
        ("otherwise", pa.list_(pa.string())),
        ("ask", pa.large_string()),
        ("texts", pa.list_(TEXT)),
        ("baseline", _SIDE),
        ("candidate", _SIDE),
    ]
)


def judge(
    batch: pa.RecordBatch, baseline: Document, candidate: Document, allowed: Sequence[str] = ()
) -> pa.RecordBatch:
    """
    What comes of each exchange of *batch* (schema EXCHANGES) under both, as OUTCOMES.

    allowed: functions that rules may run. Two documents of the same hash are run once. Raises ValueError for
    a function that is none.
    """
    rows = list(_rows(batch, baseline, candidate, allowed))
    return pa.RecordBatch.from_pylist(rows, schema=OUTCOMES)


def _rows(
    batch: pa.RecordBatch, baseline: Document, candidate: Document, allowed: Sequence[str]
) -> Iterator[dict[str, Any]]:
    old, new = side_of(baseline, allowed), side_of(candidate, allowed)
    for number, exchange in exchanges_of(batch):
        before = old.outcome(exchange)
        after = before if new is old else new.outcome(exchange)
        row = _row(number, exchange, before, after)
        yield row | {"otherwise": _otherwise(row, before.fired() & after.fired(), old, new)}


def _otherwise(row: dict[str, Any], both: frozenset[str], old: Side, new: Side) -> list[str]:
    """Rules that fired under both and account for the change: those that do something else now."""
    if not row["changed"]:
        return []
    edited = [rule for rule in both if old.digests[rule] != new.digests[rule]]
    # Else another rule that came or went does, or, where there is none, their order.
    return sorted(edited if edited or row["new"] or row["gone"] else both)


def _row(number: int, exchange: Exchange, before: Outcome, after: Outcome) -> dict[str, Any]:
    fired, fires = before.fired(), after.fired()
    changed = before.reads != after.reads
    noted = changed or fired != fires
    return {
        "number": number,
        "hash": exchange.hash,
        "identity": identity(exchange),
        "named": bool(exchange.model and exchange.route),
        "redacted": exchange.redacted,
        "file": exchange.file,
        "line": exchange.line,
        "is_json": exchange.json,
        "changed": changed,
        "new": sorted(fires - fired),
        "gone": sorted(fired - fires),
        "ask": exchange.request().question if noted else None,
        "texts": texts_as_rows(exchange.texts) if noted else None,
        "baseline": _side(before, noted),
        "candidate": _side(after, noted),
    }


def _side(outcome: Outcome, noted: bool) -> dict[str, Any]:
    return {
        "outcome": outcome.outcome,
        "dropped": outcome.dropped,
        "withheld": outcome.withheld,
        "asked": outcome.asked,
        "unscanned": outcome.unscanned,
        "nanoseconds": outcome.nanoseconds,
        "evaluated": outcome.evaluated,
        "rules": [
            {
                "rule": rule.rule,
                "fired": rule.fired,
                "excused": rule.excused,
                "marginal": rule.marginal,
                "failed": rule.failed,
                "nanoseconds": rule.nanoseconds,
            }
            for rule in outcome.rules
        ],
        "hits": [_hit(hit) for hit in outcome.hits],
        "reads": texts_as_rows(outcome.reads) if noted else None,
    }


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "rule": hit.rule,
        "mode": hit.mode,
        "action": hit.action,
        "choice": hit.channel.choice,
        "kind": hit.channel.kind,
        "part": hit.channel.part,
        "start": hit.start,
        "end": hit.end,
        "excuse": hit.excuse,
    }
