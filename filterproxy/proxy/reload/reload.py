"""
A change of rules while the proxy runs: read, checked and compiled in a thread, then handed to every worker.

Whatever is wrong, the rules before stay: the author reads what `check` would have said, on-call sees a gauge,
and nothing else happens. One reload at a time; what asks meanwhile shares the next one. The same rules, by
their hash, are not handed out again.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from filterproxy.config import Config
from filterproxy.engine.engines import check_chains
from filterproxy.engine.rulebook_metrics import FAILED, OK, UNCHANGED, Loads
from filterproxy.proxy.reload.book import Book
from filterproxy.proxy.reload.sources import Source, SourceError
from filterproxy.proxy.reload.watching import Watch
from filterproxy.proxy.threads import in_thread
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.problem import Problem, RulebookError, render_problems

_log = logging.getLogger(__name__)

# What asks for a reload, as the log has it. Polling is not worth a line while nothing changes.
POLL = "poll"
# That are told: what is no pack at all can have one in each line.
_MOST_PROBLEMS = 100
# Proxies that were started together do not ask a server of rules together.
_JITTER = 0.1


@dataclass(frozen=True, slots=True)
class Reloaded:
    """
    What came of a reload.

    result: ok, unchanged or failed. hash: of the rules that run now. when: seconds since 1970. why: what
    asked. error: a sentence, "" where nothing failed. problems: the author's mistakes, the first hundred.
    """

    result: str
    hash: str
    when: float
    why: str
    error: str = ""
    problems: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What /rulebook shows."""
        return {
            "when": iso(self.when),
            "why": self.why,
            "result": self.result,
            "error": self.error,
            "problems": [problem.as_json() for problem in self.problems],
        }


class Hands(Protocol):
    """What gives rules to the workers: see supervisor.Supervisor.hand."""

    def hand(self, document: Document) -> list[str]: ...


def loaded(config: Config, source: Source) -> Document:
    """
    The checked rules of *source*, with the packs that routes name.

    Raises RulebookError, SourceError.
    """
    document = source.load()
    if problems := check_chains(config, document):
        raise RulebookError(problems)
    return document


class Reloader:
    """
    Keeps the rules of a proxy up to date.

    book: the rules that run. loads: how loading went. last: the last reload, None before the first.
    tell: is given what an operator is to read. followers: called, in a thread, when other rules run.
    """

    def __init__(
        self,
        config: Config,
        source: Source,
        workers: Hands,
        document: Document,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.source = source
        self.book = Book(document, config)
        self.loads = Loads(loaded_at=time.time())
        self.last: Reloaded | None = None
        self.followers: list[Callable[[], None]] = []
        self._config = config
        self._workers = workers
        self._tell = tell or _to_stderr
        self._busy = asyncio.Lock()
        self._next: asyncio.Task[Reloaded] | None = None
        self._reasons: list[str] = []
        self._tasks: set[asyncio.Task[Any]] = set()

    def begin(self, watch: Watch | None) -> None:
        """Follow changes from now on. watch: of the source's files; None: nothing is followed."""
        if watch is None:
            return
        if self.source.files:
            self._start(self._follow(watch))
        if self.source.polled:
            self._start(self._poll())

    async def end(self) -> None:
        """Follow nothing any more; a reload under way is left to itself."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def ask(self, why: str) -> None:
        """Reload some time soon. why: what asks, in a word or two."""
        self._start(self.reload(why))

    async def reload(self, why: str) -> Reloaded:
        """Reload; who asks while a reload is under way shares the next one."""
        self._reasons.append(why)
        if self._next is None:
            self._next = asyncio.create_task(self._turn())
        # One who asked and has gone must not take it away from the others.
        return await asyncio.shield(self._next)

    async def _turn(self) -> Reloaded:
        async with self._busy:
            # Who comes from now on may have seen a change that this one does not.
            self._next, reasons, self._reasons = None, self._reasons, []
            why = ", ".join(dict.fromkeys(reasons))
            found = await in_thread(lambda: self._reloaded(why))
            if found is None:
                return Reloaded(UNCHANGED, self.book.document["hash"], time.time(), why)
            self._note(*found)
            if found[0].result == OK:
                await in_thread(self._told_followers)
            return found[0]

    def _told_followers(self) -> None:
        try:
            for follow in self.followers:
                follow()
        except Exception:  # a bug of ours must not end the following of changes
            _log.exception("what follows a reload failed")

    def _reloaded(self, why: str) -> tuple[Reloaded, Book] | None:
        """What came of it, and the rules that run; None where a poll found nothing. Takes its time."""
        try:
            if why == POLL and not self.source.refresh() and self.loads.successful:
                return None
            if why != POLL:
                self.source.refresh()
            document = loaded(self._config, self.source)
        except RulebookError as error:
            number = len(error.problems)
            sentence = f"{number} problem{'s' if number != 1 else ''} in the rules"
            return self._failed(why, sentence, error.problems[:_MOST_PROBLEMS])
        except SourceError as error:
            return self._failed(why, str(error))
        except Exception as error:  # a bug of ours must not end the proxy, nor the following of changes
            _log.exception("a reload failed")
            return self._failed(why, f"our own mistake, {type(error).__name__}: see the log")
        return self._handed(why, document)

    def _handed(self, why: str, document: Document) -> tuple[Reloaded, Book]:
        if document == self.book.document:
            return self._result(UNCHANGED, why), self.book
        book = Book(document, self._config, self.book)
        if document["hash"] == self.book.document["hash"]:
            return self._result(UNCHANGED, why), book
        try:
            _ = book.rulebook
            failed = self._workers.hand(document)
        except Exception as error:  # as a worker says it of its own
            failed = [f"these rules cannot be compiled ({type(error).__name__}: {error})"]
        if failed:
            return self._failed(why, "; ".join(failed))
        return Reloaded(OK, document["hash"], time.time(), why), book

    def _result(self, result: str, why: str) -> Reloaded:
        return Reloaded(result, self.book.document["hash"], time.time(), why)

    def _failed(self, why: str, error: str, problems: tuple[Problem, ...] = ()) -> tuple[Reloaded, Book]:
        digest = self.book.document["hash"]
        return Reloaded(FAILED, digest, time.time(), why, error, problems), self.book

    def _note(self, found: Reloaded, book: Book) -> None:
        before = self.last
        self.book, self.last = book, found
        self.loads.times[found.result] += 1
        self.loads.successful = found.result != FAILED
        if found.result == OK:
            self.loads.loaded_at = found.when
            number = len(book.document["rules"])
            self._tell(f"{number} rule{'s' if number != 1 else ''}, rulebook {found.hash} ({found.why})")
        elif found.result == FAILED:
            # What a poll finds again and again is told once.
            is_known = before is not None and (before.error, before.problems) == (found.error, found.problems)
            if found.why != POLL or not is_known:
                self._tell_failure(found)

    def _tell_failure(self, found: Reloaded) -> None:
        if found.problems:
            self._tell(render_problems(found.problems) + "\n")
        self._tell(f"{found.error} ({found.why}); rulebook {found.hash} goes on")

    async def _follow(self, watch: Watch) -> None:
        async with aclosing(watch.changes()) as changes:
            async for _ in changes:
                await self.reload("changed files")

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._config.reload_seconds * random.uniform(1 - _JITTER, 1 + _JITTER))
            await self.reload(POLL)

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def iso(seconds: float) -> str:
    """Seconds since 1970, as people and scripts read a time."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _to_stderr(text: str) -> None:
    prefix = "" if text.startswith("error[") else "filterproxy: "
    print(f"{prefix}{text}", file=sys.stderr, flush=True)
