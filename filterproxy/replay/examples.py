"""
Examples of replies on which two rulebooks differ: for each rule and kind the same few, whoever worked them
out.

Which ones is decided by a hash of seed, rule, kind and case: the smallest ones win. So it does not matter in
which order, or where, exchanges were judged; equal cases count once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from filterproxy.core.rule import Span
from filterproxy.core.verdict import Channel

Kind = Literal["new", "gone", "changed"]
KINDS: tuple[Kind, ...] = ("new", "gone", "changed")
Stratum = tuple[str, Kind]


class Kept(NamedTuple):
    """An example as the result has it. number: of its exchange; of equal cases the first one is shown."""

    rule: str
    kind: Kind
    rank: str
    number: int
    example: dict[str, Any]


# Of each rule and kind; and of all together, so that a report stays a page that a browser opens.
PER_STRATUM = 5
ALL_TOGETHER = 300
# Code points of a text that an example shows: around what was found.
SHOWN = 4000
_BEFORE = 1000
_DIGITS = 16

_CUT = "\N{HORIZONTAL ELLIPSIS}"


class Examples:
    """The examples of some exchanges; those of more are merged in, in any order."""

    def __init__(self, seed: int = 0, per_stratum: int = PER_STRATUM) -> None:
        self._seed = seed
        self._most = per_stratum
        self._kept: dict[Stratum, dict[str, Kept]] = {}

    def add(self, row: Mapping[str, Any]) -> None:
        """Look at one row of replay.judge.OUTCOMES."""
        for rule, kind in _strata(row):
            rank = _rank(self._seed, rule, kind, row["hash"])
            if self._wants((rule, kind), rank, row["number"]):
                self._put(Kept(rule, kind, rank, row["number"], _example(row, rule, kind)))

    def merge(self, others: Iterable[Kept]) -> None:
        """Take in what `all` of others gave."""
        for kept in others:
            if self._wants((kept.rule, kept.kind), kept.rank, kept.number):
                self._put(kept)

    def all(self) -> Iterator[Kept]:
        """Every example that is kept, sorted by rule, kind and rank."""
        for stratum in sorted(self._kept):
            yield from self._sorted(stratum)

    def chosen(self, most: int = ALL_TOGETHER) -> list[dict[str, Any]]:
        """At most so many, the same number of each stratum as far as there are; sorted by rule and kind."""
        strata = [self._sorted(stratum) for stratum in sorted(self._kept)]
        found = [kept[place] for place in range(self._most) for kept in strata if place < len(kept)][:most]
        return [kept.example for kept in sorted(found, key=_in_report)]

    def _sorted(self, stratum: Stratum) -> list[Kept]:
        return [kept for _, kept in sorted(self._kept[stratum].items())]

    def _wants(self, stratum: Stratum, rank: str, number: int) -> bool:
        kept = self._kept.get(stratum, {})
        if rank in kept:
            return number < kept[rank].number
        return len(kept) < self._most or (bool(kept) and rank < max(kept))

    def _put(self, example: Kept) -> None:
        kept = self._kept.setdefault((example.rule, example.kind), {})
        kept[example.rank] = example
        if len(kept) > self._most:
            del kept[max(kept)]


def _in_report(kept: Kept) -> tuple[str, int, str]:
    return kept.rule, KINDS.index(kept.kind), kept.rank


def _strata(row: Mapping[str, Any]) -> Iterator[Stratum]:
    for rule in row["new"]:
        yield rule, "new"
    for rule in row["gone"]:
        yield rule, "gone"
    for rule in row["otherwise"]:
        yield rule, "changed"


def _rank(seed: int, rule: str, kind: str, case: str) -> str:
    return hashlib.sha256(f"{seed}\0{rule}\0{kind}\0{case}".encode()).hexdigest()[:_DIGITS]


def _example(row: Mapping[str, Any], rule: str, kind: Kind) -> dict[str, Any]:
    side = row["baseline" if kind == "gone" else "candidate"]
    hits = [hit for hit in side["hits"] if hit["rule"] == rule and not hit["excuse"]]
    channel = _channel(hits[0]) if hits else Channel(0, "content")
    text = next((t["text"] for t in row["texts"] if _channel(t) == channel), "")
    # In a text that is JSON, spans count within one of its strings: not in what is shown.
    is_json = channel.kind == "arguments" or (channel.kind == "content" and row["is_json"])
    spans = [] if is_json else [(hit["start"], hit["end"]) for hit in hits if _channel(hit) == channel]
    shown, spans = window(text, sorted(spans))
    before, after = (_read(row[name], channel) for name in ("baseline", "candidate"))
    at = _parting(before or "", after or "")
    return {
        "hash": row["hash"],
        "rule": rule,
        "kind": kind,
        "file": row["file"],
        "line": row["line"],
        "channel": list(channel),
        "ask": window(row["ask"], [])[0],
        "reply": shown,
        "spans": [list(span) for span in spans],
        "before": None if before is None else window(before, [(at, at)])[0],
        "after": None if after is None else window(after, [(at, at)])[0],
    }


def _channel(row: Mapping[str, Any]) -> Channel:
    return Channel(row["choice"], row["kind"], row["part"])


def _read(side: Mapping[str, Any], channel: Channel) -> str | None:
    """What the client reads there; of a dropped choice, what stands in its place."""
    found: dict[Channel, str | None] = {_channel(text): text["text"] for text in side["reads"]}
    if channel in found:
        return found[channel]
    return found.get(Channel(channel.choice, "content"), "")


def _parting(one: str, other: str) -> int:
    """Where two texts begin to differ."""
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return at
    return min(len(one), len(other))


def window(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    """
    As much of *text* as an example shows, around its first span, with an ellipsis where something is cut off;
    and the spans that stand in it, where they do there.
    """
    if len(text) <= SHOWN:
        return text, spans
    start = max(0, min(spans[0][0] - _BEFORE, len(text) - SHOWN)) if spans else 0
    end = start + SHOWN
    shown = (_CUT if start else "") + text[start:end] + (_CUT if end < len(text) else "")
    shift = start - (1 if start else 0)
    inside = [(a - shift, min(b, end) - shift) for a, b in spans if a < end and b > start]
    return shown, inside
