"""What a client is told in place of a reply, or at the end of one that cannot go on."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """status: of an answer that has not begun. kind: of an error, as its dialect's clients know it."""

    status: int
    kind: str
    message: str


WITHHELD = Words(502, "filter_error", "the reply could not be checked, and is withheld")
REFUSED = Words(400, "content_filter", "the reply was withheld by a content rule")
BROKEN_OFF = Words(502, "upstream_error", "the model server broke off its reply")
UNREADABLE = Words(502, "upstream_error", "the model server's reply cannot be read")
INTERNAL = Words(500, "internal_error", "the proxy failed; its log says where")
SHUTTING_DOWN = Words(503, "unavailable", "the proxy is shutting down")


def not_checked(cause: str) -> Words:
    """Of a reply that cannot be judged, where the operator wants such replies withheld."""
    return Words(502, "filter_error", f"the reply cannot be checked ({cause}), and is withheld")


def too_large(size: int, limit: int) -> Words:
    """Of a request whose body has at least *size* bytes."""
    said = f"the request's body has {size} bytes or more; this proxy takes up to {limit}"
    return Words(413, "invalid_request_error", said)
