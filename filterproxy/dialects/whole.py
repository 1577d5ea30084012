"""Whole replies through a session, whichever dialect they are in."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import orjson

from filterproxy.core.bound import Bound
from filterproxy.core.session import Ending, Session
from filterproxy.core.tape import Piece, text_of
from filterproxy.core.verdict import Channel
from filterproxy.dialects.choices import keep, numbers_of, renumber
from filterproxy.dialects.reply import Options, Whole, WireError


def loads(data: bytes) -> Any:
    """JSON; also with lone surrogates, which some servers escape and orjson refuses."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data)


def object_in(data: bytes) -> dict[str, Any] | None:
    """The JSON object that *data* is; None when it is none."""
    try:
        value = loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def dumps(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError):  # lone surrogates, integers past 64 bits
        return json.dumps(value, separators=(",", ":")).encode()


@dataclass(slots=True)
class Place:
    """Where a text stands: `holder[key]`. lead: what stands before it there and is no text of the model's."""

    channel: Channel
    holder: Any
    key: Any
    text: str
    lead: str = ""


class Reply(NamedTuple):
    """
    A whole reply, taken apart.

    value: its JSON. places: its texts. choices: whether each calls a tool, by its index. listed: the JSON
    array of the choices, where some may leave it; None where there is no such array.
    """

    value: dict[str, Any]
    places: Sequence[Place]
    choices: Mapping[int, bool]
    listed: list[Any] | None = None


class Form(Protocol):
    """One dialect's whole replies."""

    def read(self, value: dict[str, Any]) -> Reply:
        """Raises WireError when *value* is no reply of this dialect."""

    def add(self, reply: Reply, channel: Channel, text: str) -> None:
        """Put *text* into a channel of which the reply has no place."""

    def replace(self, reply: Reply, dropped: Mapping[int, str | None], finish: str) -> None:
        """Let the dropped choices say what is said instead, and nothing else."""

    def finish(self, reply: Reply, choices: Collection[int], finish: str) -> None:
        """Say that the choices, which were cut, have finished."""

    def strip(self, reply: Reply, changed: frozenset[int]) -> int:
        """Leave out every key that could repeat text which was changed; how many those were."""

    def refusal(self) -> bytes:
        """The body of the error in place of a reply of which nothing is left."""


@dataclass(frozen=True, slots=True)
class Codec:
    """
    What a whole reply's body is.

    read: the object that a Form takes apart; raises WireError when the body has none. write: the body again.
    """

    read: Callable[[bytes], dict[str, Any]]
    write: Callable[[dict[str, Any]], bytes]


def filter_whole(
    session: Session, form: Form, codec: Codec, body: bytes, options: Options
) -> tuple[Whole | None, Bound | None]:
    """
    A whole reply, filtered; or the rule that wants upstream to be asked again.

    Raises WireError when *body* is no reply of the dialect, Withheld when it must not be delivered.
    """
    reply = form.read(codec.read(body))
    session.whole = True
    pieces: dict[Channel, list[Piece]] = {}
    for choice, calls in reply.choices.items():
        if not calls:
            session.expect_content(choice)
    for place in reply.places:
        pieces.setdefault(place.channel, []).extend(session.feed(place.channel, place.text))
    ending = session.end()
    if ending.ask is not None:
        return None, ending.ask
    for channel, last in ending.pieces.items():
        pieces.setdefault(channel, []).extend(last)
    if _nothing_left(ending, reply):
        return Whole(400, form.refusal(), True), None
    changed = {*ending.dropped, *_put(form, reply, pieces, ending)}
    if not changed:
        return Whole(200, body, False), None
    form.replace(reply, ending.dropped, options.finish)
    cut = [choice for choice in reply.choices if choice not in ending.dropped and session.was_cut(choice)]
    form.finish(reply, cut, options.finish)
    session.verdict.removed_keys += form.strip(reply, frozenset(changed))
    if options.choices == "remove" and ending.dropped and reply.listed is not None:
        numbers = numbers_of(reply.choices, ending.dropped)
        keep(reply.listed, numbers)
        renumber(reply.listed, numbers)
    return Whole(200, codec.write(reply.value), True), None


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = loads(body)
    except (ValueError, RecursionError):
        raise WireError("the body is not JSON") from None
    if not isinstance(value, dict):
        raise WireError("the body is not an object")
    return value


JSON_OBJECT = Codec(_object, dumps)


def _nothing_left(ending: Ending, reply: Reply) -> bool:
    """Whether every choice was dropped, and no rule says anything instead."""
    dropped = ending.dropped
    return (
        bool(dropped) and len(dropped) == len(reply.choices) and all(say is None for say in dropped.values())
    )


def _put(form: Form, reply: Reply, pieces: Mapping[Channel, Sequence[Piece]], ending: Ending) -> set[int]:
    """Write texts that changed back to where they stood; the choices that have such."""
    rewritten = {
        channel: text_of(found)
        for channel, found in pieces.items()
        if channel.choice not in ending.dropped and not all([piece.verbatim for piece in found])
    }
    if not rewritten:
        return set()
    places: dict[Channel, list[Place]] = {}
    for place in reply.places:
        places.setdefault(place.channel, []).append(place)
    changed = set()
    for channel, text in rewritten.items():
        there = places.get(channel, ())
        if not text and not any(place.text for place in there):
            continue  # nothing in place of nothing: no event of a stream would change for it
        changed.add(channel.choice)
        if there:
            _write(there, text)
        else:
            form.add(reply, channel, text)
    return changed


def _write(places: Sequence[Place], text: str) -> None:
    """A channel's text in the first of its places, nothing in the others."""
    for number, place in enumerate(places):
        place.holder[place.key] = place.lead + (text if number == 0 else "")
