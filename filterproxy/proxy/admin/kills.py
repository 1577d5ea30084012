"""
The kill switch: rules that on-call has taken out of this instance, each until a time.

A killed rule is as one with `mode: off`, and no fault: it matches nothing, holds nothing, and its `on_error`
has no say. What is stored of replies is redacted by it all the same. A kill outlives reloads and workers, not
the program; replies that have begun end as they began. It reaches the workers of this instance only: the
fleet's way is an edit of the rule.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol

from filterproxy.proxy.reload.reload import iso
from filterproxy.proxy.threads import in_thread

logger = logging.getLogger(__name__)

# What is off for longer than a day is off by decision, which belongs into the rule's file.
LONGEST_SECONDS = 24 * 3600.0
_DURATION = re.compile(r"\s*(\d{1,6})\s*(s|min|m|h)\s*", re.ASCII)
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600}


class Hands(Protocol):
    """What tells the workers: see supervisor.Supervisor.leave_out."""

    def leave_out(self, killed: Collection[str], turn: int) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Kill:
    """
    One rule that is not run.

    since, until: seconds since 1970. ends: the end by the clock that nobody sets. reason, by: as it was
    asked.
    """

    rule: str
    since: float
    until: float
    ends: float
    reason: str
    by: str

    def as_json(self) -> dict[str, Any]:
        """What the admin side shows."""
        return {
            "rule": self.rule,
            "since": iso(self.since),
            "until": iso(self.until),
            "reason": self.reason,
            "by": self.by,
        }


def seconds_of(text: str) -> float:
    """A duration like `90s`, `30m`, `2h`. Raises ValueError with what is wrong, for who asked."""
    found = _DURATION.fullmatch(text)
    seconds = float(int(found[1]) * _UNITS[found[2]]) if found else 0.0
    if not 0 < seconds <= LONGEST_SECONDS:
        raise ValueError("`for` is a time of at most 24h, as in 90s, 30m or 2h")
    return seconds


class Kills:
    """
    The kills of this instance. Belongs to one event loop.

    clock: seconds that only go forward. now: seconds since 1970. tell: is given the lines of the audit.
    left_out: ids of the rules that some worker may be leaving out. look: set by who counts the replies that
    rules are there for; called, in a thread, before a kill and after whatever workers are told.
    """

    look: Callable[[], None] | None = None

    def __init__(
        self,
        workers: Hands,
        tell: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._workers = workers
        self._tell = tell or _to_stderr
        self._clock = clock
        self._now = now
        self.left_out: frozenset[str] = frozenset()
        # Replaced, never changed: threads read it.
        self._kills: dict[str, Kill] = {}
        self._turn = 0
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def active(self) -> list[Kill]:
        """What is not run now, by the rule's id."""
        now = self._clock()
        return sorted((kill for kill in self._kills.values() if kill.ends > now), key=lambda kill: kill.rule)

    @property
    def seconds_left(self) -> dict[str, float]:
        """By the ids of rules that are not run now."""
        now = self._clock()
        return {kill.rule: round(kill.ends - now, 3) for kill in self.active}

    async def kill(self, rule: str, seconds: float, reason: str, by: str) -> tuple[Kill, list[str]]:
        """
        Have no worker run *rule* for some seconds from now, whatever was asked before.

        Also gives sentences about workers that have not said yet that they follow.
        """
        await self._look()
        since = self._now()
        kill = Kill(rule, since, since + seconds, self._clock() + seconds, reason, by)
        self._kills = self._kills | {rule: kill}
        why = f": {reason}" if reason else ""
        self._tell(f"rule {rule} is killed until {iso(kill.until)}, asked by {by}{why}")
        return kill, await self._hand()

    async def revive(self, rule: str, by: str) -> tuple[Kill, list[str]] | None:
        """Have it run again; None where it was not killed. Otherwise as `kill`."""
        kill = next((kill for kill in self.active if kill.rule == rule), None)
        if kill is None:
            return None
        self._take_away([kill])
        self._tell(f"rule {rule} runs again, asked by {by}")
        return kill, await self._hand()

    async def expire(self) -> None:
        """Take away what has ended."""
        now = self._clock()
        ended = [kill for kill in self._kills.values() if kill.ends <= now]
        self._take_away(ended)
        for kill in ended:
            self._tell(f"rule {kill.rule} runs again: its kill has ended")
        if ended:
            for sentence in await self._hand():
                self._tell(sentence)
        else:
            self._wait()

    def _take_away(self, kills: Collection[Kill]) -> None:
        self._kills = {rule: kill for rule, kill in self._kills.items() if kill not in kills}

    async def _hand(self) -> list[str]:
        self._wait()
        # Threads may overtake each other; the number says which order is the newest.
        self._turn += 1
        killed, turn = [kill.rule for kill in self.active], self._turn
        self.left_out |= frozenset(killed)
        late = await in_thread(lambda: self._workers.leave_out(killed, turn))
        if turn == self._turn:
            self.left_out = frozenset(killed)
        await self._look()
        return late

    async def _look(self) -> None:
        if self.look is None:
            return
        try:
            await in_thread(self.look)
        except Exception:  # a bug of ours in counting must not keep anybody from a kill
            logger.exception("the replies that rules were there for could not be counted")

    def _wait(self) -> None:
        """Be called when the next one ends."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._kills:
            seconds = min(kill.ends for kill in self._kills.values()) - self._clock()
            self._timer = asyncio.get_running_loop().call_later(max(0.0, seconds), self._due)

    def _due(self) -> None:
        # The loop keeps no strong reference to its tasks.
        self._task = asyncio.get_running_loop().create_task(self.expire())


def _to_stderr(text: str) -> None:
    print(f"filterproxy: {text}", file=sys.stderr, flush=True)
