"""What every dialect offers to the shells: a reply being filtered, bytes in and bytes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from filterproxy.core.bound import Bound
from filterproxy.core.verdict import Verdict
from filterproxy.dialects.usage import Tokens


@dataclass(frozen=True, slots=True)
class Options:
    """
    How replies are rewritten.

    finish: `finish_reason` of a choice that was cut or dropped; clients raise on others than "stop".
    event_limit: bytes of one event of a stream. choices: what becomes of a dropped choice beside others:
    replace (it keeps its index) or remove (see dialects.choices).
    """

    finish: str = "stop"
    event_limit: int = 1 << 20
    choices: str = "replace"


class Whole(NamedTuple):
    """A whole reply as the client gets it. changed: whether it differs from upstream's."""

    status: int
    body: bytes
    changed: bool


class WireError(Exception):
    """Upstream's bytes are not its dialect; args[0] says how, without any of its text."""


class Refused(Exception):
    """All of the reply was dropped and the rule says nothing instead: the caller gets this error."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class Stream(Protocol):
    """
    A streamed reply being filtered; sans-IO.

    `receive` and `end` raise WireError, and core.session.Withheld when the reply must not be delivered;
    the shell then answers with `fail`, or, when nothing has left, with an error of its own. `end` may raise
    Refused; nothing has left then unless heartbeats have.
    ask: set after `end` when upstream must be asked again; nothing has left then. waiting: whether
    something is held back (a heartbeat is due after a while). closed: upstream need not be read on.
    """

    @property
    def ask(self) -> Bound | None: ...

    @property
    def verdict(self) -> Verdict: ...

    @property
    def closed(self) -> bool: ...

    @property
    def waiting(self) -> bool: ...

    def receive(self, data: bytes) -> bytes:
        """What may leave for more bytes of upstream's body."""

    def end(self) -> bytes:
        """Upstream's body is complete: the rest."""

    def fail(self, kind: str, message: str) -> bytes:
        """What ends the stream when it cannot go on: held text is judged first, then an error event."""

    def tokens(self) -> Tokens:
        """What the reply has cost as far as upstream has said it."""

    def heartbeat(self) -> bytes:
        """What keeps the connection alive while text is held; b"" where the dialect has nothing for it."""
