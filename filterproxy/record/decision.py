"""All that is known of one exchange when its reply has gone: what logs, recordings and traces are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from filterproxy.core.request import Request
from filterproxy.core.verdict import Channel, Verdict
from filterproxy.dialects.usage import Tokens
from filterproxy.metrics import CLIENT_ERROR, CLIENT_GONE


@dataclass(frozen=True, slots=True)
class Seconds:
    """
    How long a reply took. filtering: in our own code. held: the longest that some of its text waited.
    first_byte: from the request to the answer's first byte; 0 where none left. total: to its last.
    """

    filtering: float = 0.0
    held: float = 0.0
    first_byte: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """
    One reply of upstream's: what rules said of it, and its texts as upstream sent them, by channel, where
    somebody wanted them kept (None: nobody did, or it was too much).
    """

    verdict: Verdict
    texts: Mapping[Channel, Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """
    One request to a path where a dialect is spoken, and what became of its reply.

    id: the one in `x-filterproxy-decision-id`. began: seconds since 1970. rulebook: its hash; "" when none
    judged. route, dialect: names. status: of the answer to the client; 0 when none left. outcome: the label
    of filterproxy_replies_total. upstream: the name of the last one that was asked. attempts: the reply that
    was delivered is the last of them; none where no reply could be judged. tokens: what upstream says that
    the delivered reply has cost; discarded: what those before it had.
    """

    id: str
    began: float
    rulebook: str
    route: str
    dialect: str
    request: Request
    status: int
    outcome: str
    upstream: str = ""
    attempts: Sequence[Attempt] = ()
    tokens: Tokens = field(default_factory=Tokens)
    discarded: Tokens = field(default_factory=Tokens)
    seconds: Seconds = field(default_factory=Seconds)

    @property
    def touched(self) -> bool:
        """
        Whether a rule matched, excused or not, or something could not be judged. What clients do wrong is no
        matter of rules, and anybody can send it: a flood of it would push the rest out of the log.
        """
        return any(
            a.verdict.hits or a.verdict.faults or a.verdict.unscanned for a in self.attempts
        ) or self.outcome not in ("pass", "flag", CLIENT_GONE, CLIENT_ERROR)


class Watcher(Protocol):
    """
    Is told of every exchange. Called on the event loop: what takes time belongs to a thread of its own.

    Neither may raise.
    """

    def keeps(self, id: str, request: Request) -> bool:
        """Whether the texts of the reply to *request* must be kept; asked before upstream is."""

    def saw(self, decision: Decision) -> None:
        """An exchange is over."""
