"""A dialect as a value: how one API's requests are read, and its replies, whole and streamed, rewritten."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from filterproxy.core.bound import Bound
from filterproxy.core.request import Request
from filterproxy.core.session import Session
from filterproxy.dialects.queue import EventStream
from filterproxy.dialects.reply import Options, Stream, Whole
from filterproxy.dialects.translation import Translation
from filterproxy.dialects.usage import Tokens, tokens_of
from filterproxy.dialects.whole import JSON_OBJECT, Codec, Form, filter_whole

# What a request says, from its body and its headers; the route is the shell's to say.
ReadRequest = Callable[[bytes, Mapping[str, str]], Request]


@dataclass(frozen=True, slots=True)
class Temperature:
    """
    Where a request says at which temperature the model is sampled.

    keys: from the outermost mapping inwards; () where there is no such thing. most: what the API takes.
    """

    keys: tuple[str, ...] = ("temperature",)
    most: float = 2.0

    def put(self, body: bytes, temperature: float) -> bytes:
        """*body* with this temperature, or the most that is taken. Raises ValueError or TypeError."""
        if not self.keys:
            return body
        value = holder = _object(orjson.loads(body))
        for key in self.keys[:-1]:
            holder = _object(holder.setdefault(key, {}))
        holder[self.keys[-1]] = min(temperature, self.most)
        return orjson.dumps(value)


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("a request is made of objects")
    return value


@dataclass(frozen=True)
class Dialect:
    """
    name: a label of metrics. read_request: never raises; what it cannot read makes the context incomplete.
    form: of a whole reply to a request. events: of a streamed one, by its content type. error_body: of an
    error, by status, kind and message. with_note: a request's body with a message of the operator's added;
    ValueError or TypeError where it takes none. temperature: where a request has its own.

    whole_types: content types of whole replies. codec: what their bodies are. numbered: whether choices have
    indices, so that those that stay can be numbered anew where others leave (Options.choices).
    """

    name: str
    read_request: ReadRequest
    form: Callable[[Request], Form]
    events: Mapping[bytes, Callable[[Request], Translation]]
    error_body: Callable[[int, str, str], bytes]
    with_note: Callable[[bytes, str], bytes]
    temperature: Temperature = Temperature()
    whole_types: Collection[bytes] = (b"application/json",)
    codec: Codec = JSON_OBJECT
    numbered: bool = True

    def again(self, body: bytes, note: str, temperature: float | None) -> bytes:
        """
        A request's body for another try. note: "" for none. temperature: None for that of the request.

        Raises ValueError or TypeError where the request cannot be changed so.
        """
        if note:
            body = self.with_note(body, note)
        return body if temperature is None else self.temperature.put(body, temperature)

    def filter_whole(
        self, session: Session, request: Request, body: bytes, options: Options
    ) -> tuple[Whole | None, Bound | None]:
        """See dialects.whole.filter_whole."""
        return filter_whole(session, self.form(request), self.codec, body, options)

    def tokens(self, body: bytes) -> Tokens:
        """What a whole reply, which could be filtered, has cost."""
        return tokens_of([self.codec.read(body)])

    def stream(self, session: Session, request: Request, kind: bytes, options: Options) -> Stream:
        """A streamed reply of a content type, which is one of `events`."""
        if not self.numbered:
            options = replace(options, choices="replace")
        return EventStream(session, options, self.events[kind](request))
