"""What a reply's head says about how the rules can read its body."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from filterproxy.dialects.dialect import Dialect
from filterproxy.engine.encoding import can_decode, encoding
from filterproxy.engine.headers import Headers, content_type, first


class Way(Enum):
    """How a reply is read."""

    STREAMED = "event by event"
    WHOLE = "when all of it is there"
    UNREAD = "not at all"


class Opening(NamedTuple):
    """
    kind: the content type. encoded: whether the body has a content encoding, which can be undone. cause: why
    a reply that may hold a model's text is not read; "" for one that holds none.
    """

    way: Way
    kind: bytes = b""
    encoded: bool = False
    cause: str = ""


def opening(dialect: Dialect, status: int, headers: Headers) -> Opening:
    """How a reply in *dialect* is read. headers: names in lower case."""
    if status != 200:
        return Opening(Way.UNREAD, cause="status" if 200 < status < 300 else "")
    kind = content_type(headers)
    whole = kind in dialect.whole_types
    # A type that may be either: a length says that all of it is there.
    streamed = kind in dialect.events and not (whole and first(headers, b"content-length"))
    if not streamed and not whole:
        return Opening(Way.UNREAD, kind, cause="content_type")
    named = encoding(headers)
    if not can_decode(named):
        return Opening(Way.UNREAD, kind, cause="encoding")
    return Opening(Way.STREAMED if streamed else Way.WHOLE, kind, bool(named))


def may_hold_text(method: str, status: int, headers: Headers, *, known: bool = False) -> bool:
    """
    Whether a reply at a path where no dialect is spoken may hold a model's text.

    known: whether its path is one where such text is kept.
    """
    if not 200 <= status < 300:
        return False
    kind = content_type(headers)
    return known or (
        method == "POST"
        and (kind.startswith(b"text/") or kind.endswith(b"json") or kind == b"application/x-ndjson")
    )
