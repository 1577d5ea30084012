"""Servers of one's own: JSON whose texts stand where the operator says, whole and streamed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from filterproxy.dialects.dialect import Dialect, Temperature
from filterproxy.dialects.generic.error import error_body
from filterproxy.dialects.generic.events import GenericEvents
from filterproxy.dialects.generic.framing import WIRES
from filterproxy.dialects.generic.layout import Layout
from filterproxy.dialects.generic.message import JSON_ARRAY, ROOT, GenericForm
from filterproxy.dialects.generic.path import Path
from filterproxy.dialects.generic.request import Asked
from filterproxy.dialects.whole import JSON_OBJECT

GENERIC = "generic"
STREAMS = ("none", *WIRES)


@dataclass(frozen=True, slots=True)
class Described:
    """
    A server's API, as an operator describes it.

    asked: its requests. reply: whole replies. stream: how its streams are framed, one of STREAMS. event:
    their events. end: where an event says that the reply has ended with it.
    """

    asked: Asked
    reply: Layout
    stream: str
    event: Layout
    end: Path | None = None


def generic(api: Described) -> Dialect:
    """The dialect of an API."""
    whole_in_root, event_in_root = _in_root(api.reply), _in_root(api.event)
    whole = _rooted(api.reply) if whole_in_root else api.reply
    event = _rooted(api.event) if event_in_root else api.event
    end = (ROOT, *api.end) if event_in_root and api.end is not None else api.end
    wire = WIRES.get(api.stream)
    return Dialect(
        name=GENERIC,
        read_request=api.asked.read,
        form=lambda request: GenericForm(whole),
        events={}
        if wire is None
        else {type_: lambda request: GenericEvents(event, wire, end, event_in_root) for type_ in wire.types},
        error_body=error_body,
        with_note=api.asked.with_note,
        temperature=Temperature(()),
        codec=JSON_ARRAY if whole_in_root else JSON_OBJECT,
        numbered=False,
    )


def _in_root(layout: Layout) -> bool:
    """Whether the JSON is an array: the first step of its paths is none of a key."""
    return not isinstance(layout.texts[0].path[0], str)


def _rooted(layout: Layout) -> Layout:
    texts = tuple(replace(text, path=(ROOT, *text.path)) for text in layout.texts)
    return replace(layout, texts=texts)
