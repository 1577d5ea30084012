"""Replies where no dialect is spoken: nobody reads them, and they pass as they are or are withheld."""

from __future__ import annotations

from filterproxy.config import DEFAULT
from filterproxy.core.request import Request
from filterproxy.core.session import Session
from filterproxy.core.verdict import Outcome
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.openai_error import error_body
from filterproxy.dialects.reply import Stream
from filterproxy.engine.engine import Engine
from filterproxy.engine.headers import JSON, Headers, returned
from filterproxy.engine.opening import may_hold_text
from filterproxy.engine.passage import Head, Terms
from filterproxy.engine.times import Times
from filterproxy.engine.words import Words, not_checked
from filterproxy.metrics import UNSCANNED


class Elsewhere:
    """
    A reply where no dialect is spoken. It goes through as it is, or not at all, and is counted where it may
    hold a model's text. To a shell it is a Passage.

    cause: why nobody reads it. known: whether texts of a model are kept at its path. lets: whether the
    operator lets its path through unjudged.
    """

    attempt = 0
    dialect: Dialect | None = None
    engine: Engine | None = None
    session: Session | None = None
    stream: Stream | None = None

    def __init__(
        self,
        method: str,
        terms: Terms,
        *,
        cause: str = "unknown_path",
        known: bool = False,
        lets: bool = False,
        route: str = DEFAULT,
    ) -> None:
        self.request = Request()
        self.route = route
        self.times = Times()
        self.outcome = ""
        self.unscanned: list[str] = []
        self.failures: list[str] = []
        self.head: Head | None = None
        self.ended = False
        self.enough = False
        self.cut_off = False
        self._method = method
        self._terms = terms
        self._cause = "passthrough" if lets else cause
        self._known = known
        self._drops = terms.drops and not lets

    def begin(self, status: int, headers: Headers) -> bytes:
        if may_hold_text(self._method, status, headers, known=self._known):
            self.unscanned.append(self._cause)
            self.outcome = UNSCANNED
            if self._drops:
                self.enough = True
                return self.fail(not_checked(self._cause), UNSCANNED)
        length = status not in (204, 304)
        self.head = Head(status, returned(headers, same_bytes=True, length=length))
        return b""

    def receive(self, data: bytes) -> bytes:
        return b"" if self.ended else data

    def end(self) -> bytes:
        self.ended = True
        return b""

    def fail(self, words: Words, outcome: str = Outcome.ERROR.value, failure: str = "") -> bytes:
        if self.ended:
            return b""
        self.ended = True
        self.outcome = outcome
        if failure:
            self.failures.append(failure)
        if self.head is not None:
            self.cut_off = True
            return b""
        body = error_body(*words)
        self.head = Head(words.status, [JSON, (b"content-length", b"%d" % len(body))])
        return body
