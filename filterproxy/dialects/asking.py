"""A stream whose rules ask: it is kept to its end, and read anew with each batch of answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from filterproxy.core.bound import Bound
from filterproxy.core.session import Withheld
from filterproxy.core.verdict import Verdict
from filterproxy.dialects.reply import Stream, WireError
from filterproxy.dialects.usage import Tokens


@dataclass(slots=True)
class AskingStream:
    """
    Nothing leaves before `end`; that, and `fail`, raise core.asking.Needs, and are called again with answers.

    begin: a stream with a session of its own; False: of rules that do not ask. limit: bytes that may be kept;
    a longer stream goes through the rules that do not ask, and that is counted, or it is withheld.
    """

    begin: Callable[[bool], Stream]
    limit: int
    unscanned_passes: bool = True
    _kept: list[bytes] = field(default_factory=list)
    _size: int = 0
    _stream: Stream = field(init=False)
    _is_let_go: bool = False

    def __post_init__(self) -> None:
        self._stream = self.begin(True)

    @property
    def ask(self) -> Bound | None:
        return self._stream.ask

    @property
    def verdict(self) -> Verdict:
        return self._stream.verdict

    @property
    def closed(self) -> bool:
        return self._is_let_go and self._stream.closed

    @property
    def waiting(self) -> bool:
        return self._stream.waiting if self._is_let_go else bool(self._kept)

    def receive(self, data: bytes) -> bytes:
        if self._is_let_go:
            return self._stream.receive(data)
        self._kept.append(data)
        self._size += len(data)
        return self._let_go() if self._size > self.limit else b""

    def _let_go(self) -> bytes:
        if not self.unscanned_passes:
            raise Withheld(f"more than {self.limit} bytes would have to wait")
        self._is_let_go = True
        self._stream = self.begin(False)
        self._stream.verdict.not_scanned("too_large")
        out = self._read()
        self._kept.clear()
        return out

    def _read(self) -> bytes:
        return self._stream.receive(b"".join(self._kept))

    def end(self) -> bytes:
        if self._is_let_go:
            return self._stream.end()
        self._stream = self.begin(True)
        return self._read() + self._stream.end()

    def fail(self, kind: str, message: str) -> bytes:
        if self._is_let_go:
            return self._stream.fail(kind, message)
        self._stream = self.begin(True)
        # What is broken off may be what cannot be read.
        try:
            out = self._read()
        except (Withheld, WireError):
            out = b""
        return out + self._stream.fail(kind, message)

    def fail_unread(self, kind: str, message: str) -> bytes:
        """As `fail`, without what waits: for when there is no time to ask."""
        self._kept.clear()
        return self.fail(kind, message)

    def tokens(self) -> Tokens:
        return self._stream.tokens()

    def heartbeat(self) -> bytes:
        return self._stream.heartbeat()
