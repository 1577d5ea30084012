"""
One reply on its way through the rules, for whoever moves the bytes: nothing here waits, and no framework is
known. The proxy can ask upstream again, and beats while text is held; the other shells cannot, and use this.

    passage.begin(200, headers)      what upstream's head says decides how the body is read
    passage.receive(data)            some of the body in, what may leave of it out
    passage.end()                    the body is complete: the rest

Each gives back bytes for the client, which go behind `head` (see engine.course).

Rules that want upstream to be asked again take what they have for after the last try. Rules that ask others
make `end` and `fail` raise core.asking.Needs: get the answers, and call again (the proxy's Answers do, in
`settle`). What goes wrong becomes an answer in the dialect's shape, or an event at the end of a stream; only
our own mistakes are raised, and then `fail` is left to be called.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field

from filterproxy.config import DEFAULT, Config
from filterproxy.core.request import Request
from filterproxy.core.session import Session, Withheld
from filterproxy.dialects.asking import AskingStream
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.reply import Options, Refused, Stream, Whole, WireError
from filterproxy.engine.course import Course, Head
from filterproxy.engine.encoding import Decoder, EncodingError
from filterproxy.engine.engine import Engine
from filterproxy.engine.headers import Headers, passed_on, returned
from filterproxy.engine.opening import Opening, Way, opening
from filterproxy.engine.times import Stopwatch
from filterproxy.engine.words import REFUSED, UNREADABLE, WITHHELD, not_checked
from filterproxy.metrics import UNSCANNED, UPSTREAM_ERROR

# More than any rule's `times`.
NO_MORE_TRIES = 1 << 30


@dataclass(frozen=True, slots=True)
class Terms:
    """
    How replies are read and rewritten.

    options: see there. reply_limit: bytes of a reply that is kept until it is complete. drops: whether what
    cannot be judged is withheld.
    """

    options: Options = field(default_factory=Options)
    reply_limit: int = 32 << 20
    drops: bool = False

    @classmethod
    def of(cls, config: Config) -> Terms:
        """As the operator wants them."""
        options = Options(config.finish, config.event_limit_bytes, config.choices)
        return cls(options, config.reply_limit_bytes, config.unscanned == "drop")


class Unscanned(Exception):
    """A reply cannot be judged, and such replies are to be withheld; args[0] is the cause."""


class Passage(Course):
    """A reply to *request* where *dialect* is spoken."""

    engine: Engine
    dialect: Dialect

    def __init__(
        self, engine: Engine, dialect: Dialect, request: Request, terms: Terms, route: str = DEFAULT
    ) -> None:
        super().__init__(request, route, engine, dialect)
        self._terms = terms
        self._status = 0
        self._headers: Headers = ()
        self._opening = Opening(Way.UNREAD)
        self._decoder: Decoder | None = None
        self._kept: list[bytes] = []  # of a whole reply
        self._size = 0
        self._watch = Stopwatch(self.times)

    # What a shell calls

    def begin(self, status: int, headers: Headers) -> bytes:
        self._status, self._headers = status, headers
        self._opening = found = opening(self.dialect, status, headers)
        self._decoder = Decoder() if found.encoded else None
        try:
            if found.way is Way.STREAMED:
                self.stream = self._new_stream()
            elif found.way is Way.UNREAD:
                self._pass_on(found.cause)
        except Unscanned as error:
            return self._give_up(error)
        return b""

    def receive(self, data: bytes) -> bytes:
        if self.ended:
            return b""
        began = self.engine.clock()
        try:
            released = b"".join(self._take(piece) for piece in self._decoded(data))
            if self.stream is not None and self.stream.closed:
                released += self._end_stream()
                self.enough = True
        except _OUTCOMES as error:
            released = self._give_up(error)
        self._note(began, released)
        return released

    def end(self) -> bytes:
        if self.ended:
            return b""
        try:
            released = self._end()
        except _OUTCOMES as error:
            released = self._give_up(error)
        self._note(self.engine.clock(), released)
        return released

    # Reading

    def _decoded(self, data: bytes) -> Iterable[bytes]:
        return (data,) if self._decoder is None else self._decoder.feed(data)

    def _take(self, data: bytes) -> bytes:
        if self.stream is not None:
            return self._leaving(self.stream.receive(data))
        if self.head is not None:
            return data
        self._kept.append(data)
        self._size += len(data)
        return b"" if self._size <= self._terms.reply_limit else self._too_large()

    def _leaving(self, released: bytes) -> bytes:
        """What leaves of a stream; the first of it has the head go, too."""
        if released and self.head is None:
            self.head = self._head_of_stream()
        return released

    def _head_of_stream(self) -> Head:
        return Head(200, returned(self._headers, same_bytes=False, decoded=self._decoder is not None))

    def _too_large(self) -> bytes:
        self._not_judged("too_large")
        self.head = self._head_as_it_is()
        kept, self._kept = b"".join(self._kept), []
        return kept

    def _end(self) -> bytes:
        rest = b""
        if self._decoder is not None and (last := self._decoder.end()):
            rest = self._take(last)
            self._decoder = Decoder()  # it has ended: what is asked again finds nothing more
        if self.stream is not None:
            return rest + self._end_stream()
        if self.head is None:
            return self._end_whole()
        self.ended = True
        return rest

    def _end_stream(self) -> bytes:
        assert self.stream is not None
        released = self.stream.end()
        if self.head is None:
            self.head = self._head_of_stream()
        self.ended = True
        return released

    def _end_whole(self) -> bytes:
        body = b"".join(self._kept)
        try:
            whole = self._filtered(body)
        except WireError:
            self._not_judged("malformed")
            whole = Whole(200, body, False)
        headers = returned(
            self._headers, same_bytes=not whole.changed, decoded=self._opening.encoded, length=False
        )
        return self.answer(whole.status, whole.body, headers)

    def _filtered(self, body: bytes) -> Whole:
        self.session = self._new_session(True)
        whole, _ = self.dialect.filter_whole(self.session, self.request, body, self._terms.options)
        assert whole is not None  # no rule asks upstream again past its last try
        return whole

    # What rules need

    def _new_session(self, asking: bool) -> Session:
        return self.engine.session(self.request, NO_MORE_TRIES, asking=asking)

    def _new_stream(self) -> Stream:
        self.session = self._new_session(True)
        if not self.session.plan.asks:
            return self._stream_of(self.session)

        known = weakref.ref(self)  # we keep the stream: were we kept by it, both would wait for the collector

        def begin(asking: bool) -> Stream:
            passage = known()
            assert passage is not None
            passage.session = passage._new_session(asking)
            return passage._stream_of(passage.session)

        return AskingStream(begin, self._terms.reply_limit, not self._terms.drops)

    def _stream_of(self, session: Session) -> Stream:
        return self.dialect.stream(session, self.request, self._opening.kind, self._terms.options)

    def _note(self, began: float, released: bytes) -> None:
        """Take the time of what was done since *began*."""
        now = self.engine.clock()
        if self.ended:
            self._watch.end(began, now)
        else:
            waiting = self.stream is not None and self.stream.waiting
            self._watch.step(began, now, left=bool(released), waiting=waiting)

    # Replies that are not judged, or not delivered

    def _pass_on(self, cause: str) -> None:
        if cause:
            self._not_judged(cause)
        elif self._status >= 400:
            self.failures.append(f"status_{self._status // 100}xx")
            self.outcome = UPSTREAM_ERROR
        self.head = self._head_as_it_is()

    def _head_as_it_is(self) -> Head:
        decoded = self._decoder is not None
        return Head(self._status, passed_on(self._status, self._headers, decoded=decoded))

    def _not_judged(self, cause: str) -> None:
        self.unscanned.append(cause)
        self.outcome = UNSCANNED
        self.session = None
        if self._terms.drops:
            raise Unscanned(cause)

    def _give_up(self, error: Exception) -> bytes:
        # What is refused was read to its end.
        self.enough = not isinstance(error, Refused)
        match error:
            case Refused() if self.head is None:
                return self.answer(error.status, error.body)
            case Refused():
                return self.fail(REFUSED, "")
            case Unscanned():
                return self.fail(not_checked(str(error)), UNSCANNED)
            case Withheld():
                return self.fail(WITHHELD)
            case WireError():
                self.unscanned.append("malformed")
        return self.fail(UNREADABLE, UPSTREAM_ERROR, "protocol")


# What a reply can come to; anything else is a mistake of ours.
_OUTCOMES = (Unscanned, Withheld, Refused, WireError, EncodingError)
