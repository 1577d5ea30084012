"""A reply on its way to the client, as every shell sees it that only moves bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from filterproxy.core.request import Request
from filterproxy.core.session import Session
from filterproxy.core.verdict import Outcome
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.openai_error import error_body
from filterproxy.dialects.reply import Stream
from filterproxy.engine.engine import Engine
from filterproxy.engine.headers import JSON, Headers
from filterproxy.engine.times import Times
from filterproxy.engine.words import Words


@dataclass(frozen=True, slots=True)
class Head:
    """status: of the answer. headers: names in lower case; without those between neighbours."""

    status: int
    headers: list[tuple[bytes, bytes]]


class Course(ABC):
    """
    One reply, and what is to be counted of it (see engine.counting.Gone).

    `begin`, `receive`, `end` and `fail` give back bytes for the client. head: goes before the first of them;
    None until something may leave, for a rule may still put an error in place of the reply. ended: the answer
    is complete, and what else comes from upstream is of no use; enough: a lot may come. cut_off: it ended
    early, and the client cannot be told but by that.

    unscanned: causes for which the reply was not judged. failures: what was wrong with upstream.
    """

    attempt = 0

    def __init__(
        self, request: Request, route: str, engine: Engine | None = None, dialect: Dialect | None = None
    ) -> None:
        self.request = request
        self.route = route
        self.engine = engine
        self.dialect = dialect
        self.session: Session | None = None
        self.stream: Stream | None = None
        self.times = Times()
        self.outcome = ""
        self.unscanned: list[str] = []
        self.failures: list[str] = []
        self.head: Head | None = None
        self.ended = False
        self.enough = False
        self.cut_off = False

    @abstractmethod
    def begin(self, status: int, headers: Headers) -> bytes:
        """Upstream's head has come. headers: names in lower case."""

    @abstractmethod
    def receive(self, data: bytes) -> bytes:
        """Some more of upstream's body has come."""

    @abstractmethod
    def end(self) -> bytes:
        """Upstream's body is complete. Raises Needs; then it is to be called again."""

    def fail(self, words: Words, outcome: str = Outcome.ERROR.value, failure: str = "") -> bytes:
        """
        Upstream's body will not be completed, or we cannot go on: what ends the answer. Raises Needs; then it
        is to be called again.

        outcome: what is counted. failure: what was wrong with upstream, if it was upstream.
        """
        if self.ended:
            return b""
        self.outcome = outcome
        if self.head is None:
            # Most clients of model servers read OpenAI's errors.
            error = error_body if self.dialect is None else self.dialect.error_body
            released = self.answer(words.status, error(*words))
        elif self.stream is not None:
            released = self.stream.fail(words.kind, words.message)
        else:  # a body of somebody else's format: that it ends early is all that can be said
            released, self.cut_off = b"", True
        self.ended = True
        if failure:
            self.failures.append(failure)
        return released

    def answer(self, status: int, body: bytes, headers: Sequence[tuple[bytes, bytes]] = (JSON,)) -> bytes:
        """All of the answer, head and body; nothing of it has left."""
        self.head = Head(status, [*headers, (b"content-length", b"%d" % len(body))])
        self.ended = True
        return body
