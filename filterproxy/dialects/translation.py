"""What a dialect says about its streams: how bytes are framed, and what each event says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from filterproxy.core.verdict import Channel
from filterproxy.dialects.choices import Numbers
from filterproxy.dialects.runs import Frames


class Event(NamedTuple):
    """raw: as it came, with what ends it. data: what it carries; None when it carries nothing."""

    raw: bytes
    data: bytes | None


class Splitter(Protocol):
    """
    Cuts a stream of bytes into events.

    buffer, at: what has come and was not read yet is buffer[at:].
    """

    buffer: bytes
    at: int

    def add(self, data: bytes) -> None:
        """Take in more bytes."""

    def next(self) -> Event | None:
        """The next complete event. Raises WireError for one that is too long."""

    def last(self) -> Event | None:
        """What is left when the stream has ended; asked until nothing is."""


class Framing(Protocol):
    """How events lie in a stream of bytes."""

    def frames(self) -> Frames | None:
        """What reads events of one frame together, in one stream; None where that does not pay."""

    @property
    def terminator(self) -> bytes:
        """What ends an event; where an end has several forms, one that may follow any of them."""

    def splitter(self, limit: int) -> Splitter:
        """limit: bytes of one event."""

    def data_of(self, raw: bytes) -> bytes | None:
        """What one event carries."""


@dataclass(slots=True)
class Parsed:
    """
    What an event says. Nobody changes it; frozen it would take four times as long to make, for each event.

    texts: its texts, by channel. choices: whose it is about. ends: choices that finish with it. closes:
    channels to which nothing is added after it. repeats: channels all of whose text stands in it again.
    led: channels whose text, be it empty, stands behind something that is not the model's and leaves with it.
    closing: it belongs to the reply's end (finish, usage). last: nothing follows it. single: the JSON key of
    its text when it carries nothing else, so that others like it may be read in runs.
    """

    value: dict[str, Any]
    texts: tuple[tuple[Channel, str], ...] = ()
    choices: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    closes: tuple[Channel, ...] = ()
    repeats: tuple[Channel, ...] = ()
    closing: bool = False
    led: tuple[Channel, ...] = ()
    last: bool = False
    single: bytes = b""


@dataclass(frozen=True, slots=True)
class Change:
    """
    What became of an event that is written anew.

    texts: what its channels read in it now. changed: choices that keep only keys known to carry no text.
    dropped: choices that keep none of what they said. reasons: why choices finish, where not for upstream's
    reason. whole: all that a channel reads, for those that the event repeats. numbers: new indices of the
    choices that stay, where others leave the reply; None: all stay (and always so with a single choice).
    """

    texts: Mapping[Channel, str]
    changed: frozenset[int] = frozenset()
    dropped: frozenset[int] = frozenset()
    reasons: Mapping[int, str] = field(default_factory=dict)
    whole: Mapping[Channel, str] = field(default_factory=dict)
    numbers: Numbers | None = None


class Translation(Protocol):
    """One dialect's events, of one stream: from bytes to texts and back."""

    @property
    def framing(self) -> Framing: ...

    @property
    def repeats(self) -> bool:
        """Whether events repeat whole texts, which must then be remembered."""

    @property
    def single_choice(self) -> bool:
        """Whether a stream has one choice, and is written as a whole when that is dropped."""

    def parse(self, data: bytes) -> Parsed | None:
        """What an event's data says; None when it is nothing that this dialect knows. Asked in order."""

    def write(self, parsed: Parsed, change: Change) -> tuple[bytes | None, int]:
        """
        The event as changed; None when nothing is left of it. Also how many keys were left out.

        Where events repeat texts, an empty one that ends choices asks for the end that upstream did not
        bring.
        """

    def plain(self, parsed: Parsed) -> bool:
        """Whether the event has only keys that are known to carry no text but its own."""

    def extra(self, like: dict[str, Any], channel: Channel, text: str) -> bytes:
        """Events of our own that carry *text*, in the manner of the event *like*."""

    def ending(self, like: dict[str, Any], choices: Sequence[int], reason: str) -> bytes:
        """The end of a stream that upstream's did not bring."""

    def replacement(self, parsed: Sequence[Parsed], say: str, reason: str) -> bytes:
        """A whole stream that says *say* in place of these events; asked of those with a single choice."""

    def left(self, data: bytes) -> bytes:
        """What leaves for *data*, after all else is done: where events are numbered, their numbers."""

    def error(self, kind: str, message: str) -> bytes:
        """What ends a stream that cannot go on."""

    def heartbeat(self) -> bytes:
        """What may leave between any two events and says nothing; b"" where there is no such thing."""

    def refusal(self) -> bytes:
        """The body of the error in place of a reply of which nothing is left."""
