"""A dialect as a value: how one API's requests are read, and its replies, whole and streamed, rewritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from filterproxy.core.plan import Bound
from filterproxy.core.request import Request
from filterproxy.core.session import Session
from filterproxy.dialects.queue import EventStream
from filterproxy.dialects.reply import Options, Stream, Whole
from filterproxy.dialects.translation import Translation
from filterproxy.dialects.whole import Form, filter_whole

# A request's body, its headers and its path, as rules see them.
ReadRequest = Callable[[bytes, Mapping[str, str], str], Request]


@dataclass(frozen=True)
class Dialect:
    """
    name: a label of metrics. read_request: never raises; what it cannot read makes the context incomplete.
    form: of a whole reply to a request. events: of a streamed one, by its content type. error_body: of an
    error, by status, kind and message. with_note: a request's body with a message of the operator's added;
    ValueError or TypeError where it takes none.
    """

    name: str
    read_request: ReadRequest
    form: Callable[[Request], Form]
    events: Mapping[bytes, Callable[[Request], Translation]]
    error_body: Callable[[int, str, str], bytes]
    with_note: Callable[[bytes, str], bytes]

    def filter_whole(
        self, session: Session, request: Request, body: bytes, options: Options
    ) -> tuple[Whole | None, Bound | None]:
        """See dialects.whole.filter_whole."""
        return filter_whole(session, self.form(request), body, options)

    def stream(self, session: Session, request: Request, kind: bytes, options: Options) -> Stream:
        """A streamed reply of a content type, which is one of `events`."""
        return EventStream(session, options, self.events[kind](request))
