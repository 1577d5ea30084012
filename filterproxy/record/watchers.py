"""
The decision log and the recordings, as watchers of exchanges.

What they cost the event loop is `keeps` and `saw`: a look at a share of ids, and an entry in a queue.
Lines are made, redacted and written by the thread of each log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

import orjson

from filterproxy.config import LogConfig
from filterproxy.core.request import Request
from filterproxy.core.verdict import Channel
from filterproxy.record.decision import Decision, Watcher
from filterproxy.record.lines import Entry, Line, decision_line, entry, recording_line
from filterproxy.record.names import DECISIONS, RECORDINGS
from filterproxy.record.redact import Books
from filterproxy.record.segments import Segments
from filterproxy.record.texts import is_sampled
from filterproxy.record.writer import Counts, Made, Writer

# What an entry takes without its texts, and more for each match; a piece of text, besides its characters,
# and a character: most are one byte, in some scripts two.
_ENTRY_BYTES = 2048
_HIT_BYTES = 256
_PIECE_BYTES = 64
_CHARACTER_BYTES = 2

# Texts of which a line is made are left out of it: counted as such, whichever cause the line says.
_TEXT = "text_left_out"


class Counter(Protocol):
    """Who counts lines: Metrics."""

    def log_lines(self, log: str, times: int) -> None: ...

    def log_dropped(self, log: str, cause: str, times: int) -> None: ...


class Log:
    """What both logs share. Its methods are called on the event loop."""

    def __init__(self, name: str, config: LogConfig, books: Books, counter: Counter, worker: int) -> None:
        self._name = name
        self._config = config
        self._books = books
        self._counter = counter
        self._writer = Writer(name, Segments(name, worker, config), self._count)

    async def close(self) -> None:
        """Write what waits. What is seen from now on is dropped, and counted."""
        await asyncio.to_thread(self._writer.close)
        self._writer.count_rest()

    def end(self) -> None:
        """`close`, where there is no event loop any more."""
        self._writer.close()
        self._writer.count_rest()

    def _put(self, entry: Entry, make: partial[Line]) -> None:
        cause = self._writer.put(partial(_made, entry.id, make), _size(entry))
        if cause:
            self._counter.log_dropped(self._name, cause, 1)

    def _count(self, counts: Counts) -> None:
        if counts.lines:
            self._counter.log_lines(self._name, counts.lines)
        for cause, times in counts.dropped.items():
            self._counter.log_dropped(self._name, cause, times)


class DecisionLog(Log):
    """One line for each reply that a rule touched."""

    def __init__(self, config: LogConfig, books: Books, counter: Counter, worker: int) -> None:
        super().__init__(DECISIONS, config, books, counter, worker)
        self._hashes = config.text == "hash"
        self._share = config.sample if config.text == "sample" else 0.0

    def keeps(self, id: str, request: Request) -> bool:
        # Whether a rule will touch it nobody knows yet.
        return self._hashes or (self._share > 0 and is_sampled(id, self._share))

    def saw(self, decision: Decision) -> None:
        if not decision.touched:
            return
        store = self._share > 0 and is_sampled(decision.id, self._share)
        kept = entry(decision, texts=store or self._hashes, request=store)
        self._put(kept, partial(decision_line, kept, self._books, self._config.key, store=store))


class Recordings(Log):
    """One line for each sampled exchange of which upstream's reply was read."""

    def __init__(self, config: LogConfig, books: Books, counter: Counter, worker: int) -> None:
        super().__init__(RECORDINGS, config, books, counter, worker)
        self._share = config.sample

    def keeps(self, id: str, request: Request) -> bool:
        return is_sampled(id, self._share)

    def saw(self, decision: Decision) -> None:
        if not decision.attempts or not is_sampled(decision.id, self._share):
            return
        kept = entry(decision, texts=True, request=True)
        self._put(kept, partial(recording_line, kept, self._books, self._config.key))


def watchers_of(
    decisions: LogConfig | None, recording: LogConfig | None, books: Books, counter: Counter, worker: int
) -> tuple[DecisionLog | Recordings, ...]:
    """
    The logs that are configured, at work: close them in the end.

    books: must be told of each rulebook before replies are judged by it. worker: its number.
    """
    logs: list[DecisionLog | Recordings] = []
    if decisions is not None:
        logs.append(DecisionLog(decisions, books, counter, worker))
    if recording is not None:
        logs.append(Recordings(recording, books, counter, worker))
    return tuple(logs)


def _made(id: str, make: partial[Line]) -> Made:
    value, left_out = make()
    if value is None:  # one line, whatever it lacked
        return Made(None, left_out[:1])
    return Made((id, orjson.dumps(value) + b"\n"), [_TEXT] * len(left_out))


def _size(entry: Entry) -> int:
    size = _ENTRY_BYTES
    for verdict in entry.verdicts:
        size += _HIT_BYTES * len(verdict.hits)
    for texts in entry.texts or ():
        if texts is not None:
            size += _size_of(texts)
    if entry.request is not None:
        size += sum([_PIECE_BYTES + _CHARACTER_BYTES * len(turn.text) for turn in entry.request.turns])
    return size


def _size_of(texts: Mapping[Channel, Sequence[str]]) -> int:
    return sum(
        [_PIECE_BYTES * len(pieces) + _CHARACTER_BYTES * sum(map(len, pieces)) for pieces in texts.values()]
    )


_: type[Watcher] = DecisionLog
