"""Events of our own: what upstream would have sent, had the model said that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from filterproxy.dialects.openai_responses.message import (
    PLAIN_KEYS,
    complete,
    message_of,
    strip_error,
    text_part,
)
from filterproxy.dialects.openai_responses.numbering import KEY, OWN
from filterproxy.dialects.sse import event
from filterproxy.dialects.whole import dumps


def own(kind: str, **said: Any) -> bytes:
    """An event; its number is set when it leaves."""
    return event(dumps({"type": kind, KEY: OWN, **said}), kind.encode())


def message(id_: str, at: int, text: str) -> list[bytes]:
    """All events of a message that says *text*, as the item at *at*."""
    done = message_of(id_, text)
    place = {"item_id": id_, "output_index": at, "content_index": 0}
    return [
        own(
            "response.output_item.added",
            output_index=at,
            item={**done, "status": "in_progress", "content": []},
        ),
        own("response.content_part.added", **place, part=text_part("")),
        own("response.output_text.delta", **place, delta=text, logprobs=[]),
        own("response.output_text.done", **place, text=text, logprobs=[]),
        own("response.content_part.done", **place, part=text_part(text)),
        own("response.output_item.done", output_index=at, item=done),
    ]


def envelope(response: Mapping[str, Any]) -> dict[str, Any]:
    """A response without its items, and without anything that could repeat text."""
    kept = {**{k: v for k, v in response.items() if k in PLAIN_KEYS}, "output": []}
    strip_error(kept)
    return kept


def began(response: Mapping[str, Any]) -> list[bytes]:
    """The events that open a response."""
    opened = {
        **envelope(response),
        "status": "in_progress",
        "incomplete_details": None,
        "usage": None,
        "completed_at": None,
        "error": None,
    }
    return [own(f"response.{stage}", response=opened) for stage in ("created", "in_progress")]


def ended(response: Mapping[str, Any], items: list[dict[str, Any]], reason: str) -> bytes:
    """The event that ends a response which has these items."""
    ending = {**envelope(response), "output": items}
    complete(ending, reason)
    return own(f"response.{ending['status']}", response=ending)
