"""Replies where no dialect is spoken: nobody reads them, and they pass as they are or are withheld."""

from __future__ import annotations

from filterproxy.config import DEFAULT
from filterproxy.core.request import Request
from filterproxy.engine.course import Course, Head
from filterproxy.engine.headers import Headers, passed_on
from filterproxy.engine.opening import may_hold_text
from filterproxy.engine.words import not_checked
from filterproxy.metrics import UNSCANNED


class Elsewhere(Course):
    """
    A reply where no dialect is spoken. It goes through as it is, or not at all, and is counted where it may
    hold a model's text.

    method: the request's. drops: whether what cannot be judged is withheld. cause: why nobody reads it.
    known: whether texts of a model are kept at its path. lets: whether the operator lets its path through
    unjudged.
    """

    def __init__(
        self,
        method: str,
        *,
        drops: bool = False,
        cause: str = "unknown_path",
        known: bool = False,
        lets: bool = False,
        route: str = DEFAULT,
    ) -> None:
        super().__init__(Request(), route)
        self._method = method
        self._cause = "passthrough" if lets else cause
        self._known = known
        self._drops = drops and not lets

    def begin(self, status: int, headers: Headers) -> bytes:
        if may_hold_text(self._method, status, headers, known=self._known):
            self.unscanned.append(self._cause)
            self.outcome = UNSCANNED
            if self._drops:
                self.enough = True
                return self.fail(not_checked(self._cause), UNSCANNED)
        self.head = Head(status, passed_on(status, headers))
        return b""

    def receive(self, data: bytes) -> bytes:
        return b"" if self.ended else data

    def end(self) -> bytes:
        self.ended = True
        return b""
