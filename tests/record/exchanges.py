"""Exchanges for the tests of logs, and what reads the files."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filterproxy.actions import ACTIONS
from filterproxy.config import LogConfig
from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Rule
from filterproxy.core.verdict import Channel, Hit, Verdict
from filterproxy.detectors.regex import Regex
from filterproxy.record.decision import Attempt, Decision, Seconds
from filterproxy.record.read import Reader
from filterproxy.record.redact import Books
from filterproxy.record.watchers import Counter as Counts
from filterproxy.record.watchers import DecisionLog, Recordings, watchers_of
from filterproxy.rulebook.book import Rulebook

CONTENT = Channel(0, "content")
SECRET = r"sk-\w+"
BEGAN = 1_768_000_000.25


def redacting(pattern: str = SECRET, id: str = "keys", **given: Any) -> Rule:
    return Rule(id, Regex(pattern), ACTIONS["redact"](given.pop("put", "[key]")), **given)


def books(*rules: Rule, hash: str = "abc") -> Books:
    made = Books()
    made.use(Rulebook(hash, tuple(rules), ()))
    return made


def hit(start: int = 0, end: int = 1, rule: str = "keys", **given: Any) -> Hit:
    return Hit(rule, given.pop("channel", CONTENT), start, end, "redact", "enforce", **given)


def exchange(
    id: str,
    texts: Mapping[Channel, Sequence[str]] | None = None,
    *,
    hits: Sequence[Hit] = (),
    turns: Sequence[Turn] = (),
    json: bool = False,
    model: str = "m",
    **given: Any,
) -> Decision:
    """One reply that was delivered as upstream sent it."""
    defaults: dict[str, Any] = {"rulebook": "abc", "route": "default", "dialect": "openai_chat"}
    return Decision(
        id=id,
        began=BEGAN,
        request=Request(model=model, turns=tuple(turns), json=json),
        status=200,
        outcome="edit" if hits else "pass",
        attempts=(Attempt(Verdict(hits=list(hits)), texts),),
        seconds=Seconds(1e-5, 0.5, 0.25, 2.0),
        **(defaults | given),
    )


class Tally:
    """Counts in place of Metrics."""

    def __init__(self) -> None:
        self.lines: Counter[str] = Counter()
        self.dropped: Counter[tuple[str, str]] = Counter()

    def log_lines(self, log: str, times: int) -> None:
        self.lines[log] += times

    def log_dropped(self, log: str, cause: str, times: int) -> None:
        self.dropped[log, cause] += times


Logs = tuple[DecisionLog | Recordings, ...]


@contextmanager
def logging_to(
    decisions: LogConfig | None,
    recording: LogConfig | None = None,
    rules: Sequence[Rule] = (),
    tally: Counts | None = None,
) -> Iterator[Logs]:
    """Logs at work; what they were told of is in their files when this is left."""
    logs = watchers_of(decisions, recording, books(*rules), tally or Tally(), 0)
    try:
        yield logs
    finally:
        for log in logs:
            log.end()


def told(logs: Logs, *decisions: Decision) -> None:
    """Tell *logs* of exchanges, as the event loop does."""

    async def tell() -> None:
        for decision in decisions:
            for log in logs:
                log.saw(decision)

    asyncio.run(tell())


def lines(folder: Path, log: str | None = None) -> list[dict[str, Any]]:
    """Every line, all of which must be readable."""
    reader = Reader([folder], log)
    found = list(reader)
    assert [] == reader.named
    return found


def everything(folder: Path) -> bytes:
    """All that stands in the files of a folder, unpacked."""
    from filterproxy.record.packing import opened

    found = b""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with opened(path) as file:
                found += file.read()
    return found


def until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for what another thread or process does."""
    import threading
    import time

    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < deadline, "it did not come in time"
        pause.wait(0.01)
