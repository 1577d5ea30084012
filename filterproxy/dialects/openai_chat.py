"""
OpenAI chat completions, whole and streamed: what this dialect offers to the shells.

https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from filterproxy.core.plan import Bound
from filterproxy.core.session import Session
from filterproxy.core.tape import Piece, text_of
from filterproxy.core.verdict import Channel
from filterproxy.dialects.openai_chat_events import REFUSAL, ChatEvents, error_body
from filterproxy.dialects.openai_chat_message import Place, choices_of, dumps, loads, places_of, strip
from filterproxy.dialects.openai_chat_request import read_request, with_note
from filterproxy.dialects.queue import EventStream
from filterproxy.dialects.reply import Options, Whole, WireError

__all__ = ["ChatStream", "error_body", "filter_whole", "read_request", "with_note"]


def filter_whole(session: Session, body: bytes, options: Options) -> tuple[Whole | None, Bound | None]:
    """
    A whole reply, filtered; or the rule that wants upstream to be asked again.

    Raises WireError when *body* is no chat completion, Withheld when it must not be delivered.
    """
    try:
        value = loads(body)
    except (ValueError, RecursionError):
        raise WireError("the body is not JSON") from None
    if not isinstance(value, dict):
        raise WireError("the body is not an object")
    session.whole = True
    places: dict[Channel, list[Place]] = {}
    pieces: dict[Channel, list[Piece]] = {}
    choices = list(choices_of(value, "message"))
    for index, _, message in choices:
        if not message.get("tool_calls") and not message.get("function_call"):
            session.expect_content(index)
        for place in places_of(message, index):
            places.setdefault(place.channel, []).append(place)
            pieces.setdefault(place.channel, []).extend(session.feed(place.channel, place.text))
    ending = session.end()
    if ending.ask is not None:
        return None, ending.ask
    for channel, last in ending.pieces.items():
        pieces.setdefault(channel, []).extend(last)
    if (
        ending.dropped
        and len(ending.dropped) == len(choices)
        and not any(say is not None for say in ending.dropped.values())
    ):
        return Whole(400, orjson.dumps(REFUSAL), True), None
    changed = set(ending.dropped)
    for channel, found in pieces.items():
        if channel.choice not in ending.dropped and not all(p.verbatim for p in found):
            changed.add(channel.choice)
            _put(places.get(channel, []), found)
    if not changed:
        return Whole(200, body, False), None
    for index, choice, message in choices:
        if index in ending.dropped:
            _replace(choice, message, ending.dropped[index], options)
        elif session.was_cut(index):
            _finish(choice, options.finish)
    session.verdict.removed_keys += strip(value, frozenset(changed), "message")
    return Whole(200, dumps(value), True), None


def _put(places: Sequence[Place], pieces: Sequence[Piece]) -> None:
    """Write a channel's text back to where it stood (two keys may hold one channel's)."""
    if not places:
        return
    text = text_of(pieces)
    for place in places:
        place.holder[place.key] = ""
    places[0].holder[places[0].key] = text


def _replace(choice: dict[str, Any], message: dict[str, Any], say: str | None, options: Options) -> None:
    role = message.get("role", "assistant")
    choice["message"] = {"role": role, "content": say or "", "refusal": None}
    choice["finish_reason"] = "content_filter" if say is None else options.finish


def _finish(choice: dict[str, Any], reason: str) -> None:
    if choice.get("finish_reason") not in (None, "tool_calls", "function_call"):
        choice["finish_reason"] = reason


@dataclass(slots=True)
class ChatStream(EventStream):
    """A streamed chat completion (see dialects.reply.Stream)."""

    translation: ChatEvents = field(default_factory=ChatEvents)
