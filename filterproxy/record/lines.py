"""
What a line says. SCHEMA.md beside this file describes every key; VERSION changes when a key changes its
meaning or goes, not when one is added.

A *decision* is a line for a reply that a rule touched: one matched, excused or not, one could not be
judged, or the reply was not judged at all, or only in part. A *recording* is a line for a sampled
exchange, whether a rule touched it or not: what upstream needs to be asked the same again, and what it
replied, for `replay`.

Offsets of hits count in the text as upstream sent it. Stored texts are redacted, so each comes with its
redactions, and `read.place` says where a hit stands in it. Where several replies were asked for, for a
rule's `retry`, each has its number, from 0; the last is the one that was delivered.

Lines are made in the writer's thread, of an `Entry`, which is taken from a decision on the event loop:
what a line does not need (request bodies, texts) must not stay in memory until it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from filterproxy.core.request import Request
from filterproxy.core.verdict import Channel, Hit, Verdict
from filterproxy.dialects.usage import Tokens
from filterproxy.record.decision import Decision, Seconds
from filterproxy.record.names import DECISIONS, RECORDINGS
from filterproxy.record.redact import Books, Redactor, Unjudged
from filterproxy.record.texts import storable, text_hash

VERSION = 1

# Of one line. A rule that hits every word of a long reply says no more with its second thousand.
MOST_HITS = 1000

Texts = Sequence[Mapping[Channel, Sequence[str]] | None]


class Entry(NamedTuple):
    """
    Of a decision, what its line is made of.

    texts: of each attempt, where they are to be hashed or stored. request: where it is to be stored.
    """

    id: str
    began: float
    rulebook: str
    route: str
    dialect: str
    model: str
    stream: bool
    json: bool
    status: int
    outcome: str
    upstream: str
    verdicts: Sequence[Verdict]
    tokens: Tokens
    discarded: Tokens
    seconds: Seconds
    texts: Texts | None = None
    request: Request | None = None


def entry(decision: Decision, *, texts: bool, request: bool) -> Entry:
    """What is kept of *decision* until its line is written."""
    asked = decision.request
    attempts = decision.attempts
    return Entry(
        decision.id,
        decision.began,
        decision.rulebook,
        decision.route,
        decision.dialect,
        asked.model,
        asked.stream,
        asked.json,
        decision.status,
        decision.outcome,
        decision.upstream,
        [attempt.verdict for attempt in attempts],
        decision.tokens,
        decision.discarded,
        decision.seconds,
        [attempt.texts for attempt in attempts] if texts else None,
        asked if request else None,
    )


class Line(NamedTuple):
    """
    A line as plain data; None where it must not be written. left_out: causes for which texts were left out.
    """

    value: dict[str, Any] | None
    left_out: list[str]


def decision_line(entry: Entry, books: Books, key: str, *, store: bool) -> Line:
    """store: whether texts are stored; else they are only hashed, where there are any."""
    hits = [(n, hit) for n, verdict in enumerate(entry.verdicts) for hit in verdict.hits]
    line = _head(DECISIONS, entry, books)
    line |= {
        "status": entry.status,
        "outcome": entry.outcome,
        "upstream": entry.upstream,
        "tries": len(entry.verdicts),
        "tokens": _tokens(entry.tokens),
        "discarded": _tokens(entry.discarded),
        "seconds": _seconds(entry.seconds),
        "hits": [_hit(n, hit) for n, hit in hits[:MOST_HITS]],
        "hits_left_out": max(0, len(hits) - MOST_HITS),
        "faults": _faults(entry.verdicts),
        "unscanned": _unscanned(entry.verdicts),
    }
    left_out: list[str] = []
    if entry.texts is not None:
        storage = _Storage(entry, books, key, store)
        line["texts"] = list(storage.texts())
        if store and entry.request is not None:
            line["request"] = storage.request(entry.request)
        left_out = storage.left_out
    return Line(line, left_out)


def recording_line(entry: Entry, books: Books, key: str) -> Line:
    """Not written where any of its texts cannot be: half an exchange is no case to replay."""
    storage = _Storage(entry, books, key, store=True)
    line = _head(RECORDINGS, entry, books)
    if entry.request is not None:
        line["request"] = storage.request(entry.request)
    line |= {"reply": list(storage.texts()), "outcome": entry.outcome}
    return Line(None if storage.left_out else line, storage.left_out)


def _head(log: str, entry: Entry, books: Books) -> dict[str, Any]:
    return {
        "v": VERSION,
        "id": entry.id,
        "log": log,
        "time": rfc3339(entry.began),
        "rulebook": entry.rulebook,
        "route": entry.route,
        "dialect": entry.dialect,
        "model": storable(books.name(entry.rulebook, entry.model)),
        "stream": entry.stream,
        "json": entry.json,
    }


class _Storage:
    """The texts of one exchange. left_out: causes for which some are not there."""

    def __init__(self, entry: Entry, books: Books, key: str, store: bool) -> None:
        self._entry = entry
        self._books = books
        self._key = key
        self._store = store
        asked = entry.request or Request()
        # Of its own: the event loop may still write to the other's memo.
        self._request = Request(
            model=asked.model,
            route=asked.route,
            stream=asked.stream,
            turns=asked.turns,
            complete=asked.complete,
            background=asked.background,
        )
        self.left_out: list[str] = []

    def texts(self) -> Iterator[dict[str, Any]]:
        for attempt, texts in enumerate(self._entry.texts or ()):
            if texts is None:
                self.left_out.append("not_kept")
                continue
            for channel, pieces in texts.items():
                yield self._text(attempt, channel, "".join(pieces))

    def _text(self, attempt: int, channel: Channel, text: str) -> dict[str, Any]:
        is_json = channel.kind == "arguments" or (channel.kind == "content" and self._entry.json)
        hits = self._entry.verdicts[attempt].hits
        # In JSON they count within one of its strings.
        known = () if is_json else [hit for hit in hits if hit.channel == channel]
        named = {"attempt": attempt, "choice": channel.choice, "kind": channel.kind, "part": channel.part}
        hashed = {"hash": text_hash(text, self._key)} if self._key else {}
        return named | hashed | (self._stored(text, known) if self._store else {})

    def request(self, request: Request) -> dict[str, Any]:
        return {
            "complete": request.complete,
            "json": request.json,
            "turns": [
                {
                    "role": turn.role,
                    "tool": storable(self._books.name(self._entry.rulebook, turn.tool)),
                    **self._stored(turn.text),
                }
                for turn in request.turns
            ],
        }

    def _stored(self, text: str, hits: Sequence[Hit] = ()) -> dict[str, Any]:
        try:
            redacted = self._redactor()(text, self._request, hits)
        except Unjudged as cause:
            self.left_out.append(str(cause))
            return {"left_out": str(cause)}
        stored = {"text": storable(redacted.text)}
        return stored | {"redactions": redacted.redactions} if redacted.redactions else stored

    def _redactor(self) -> Redactor:
        return self._books.redactor(self._entry.rulebook)


def rfc3339(seconds: float) -> str:
    """A time in seconds since 1970, as RFC 3339 has it, in UTC and to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _tokens(tokens: Tokens) -> dict[str, int]:
    return {"prompt": tokens.prompt, "completion": tokens.completion}


def _seconds(seconds: Seconds) -> dict[str, float]:
    # Microseconds: what is below is noise, and takes room in every line.
    return {
        "filtering": round(seconds.filtering, 6),
        "held": round(seconds.held, 6),
        "first_byte": round(seconds.first_byte, 6),
        "total": round(seconds.total, 6),
    }


def _hit(attempt: int, hit: Hit) -> dict[str, Any]:
    choice, kind, part = hit.channel
    return {
        "rule": hit.rule,
        "mode": hit.mode,
        "action": hit.action,
        "attempt": attempt,
        "channel": {"choice": choice, "kind": kind, "part": part},
        "start": hit.start,
        "end": hit.end,
        "excuse": hit.excuse,
    }


def _faults(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    faults = [(n, fault) for n, verdict in enumerate(verdicts) for fault in verdict.faults]
    return [
        {
            "rule": fault.rule,
            "attempt": n,
            "channel": fault.channel._asdict(),
            "cause": fault.cause,
            "policy": fault.policy,
        }
        for n, fault in faults[:MOST_HITS]
    ]


def _unscanned(verdicts: Sequence[Verdict]) -> dict[str, int]:
    causes: dict[str, int] = {}
    for verdict in verdicts:
        for cause, times in verdict.unscanned.items():
            causes[cause] = causes.get(cause, 0) + times
    return causes
