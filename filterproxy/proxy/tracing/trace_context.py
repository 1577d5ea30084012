"""
Which trace a request belongs to: the headers `traceparent` and `tracestate` of W3C's Trace Context
(https://www.w3.org/TR/trace-context-2/). Bytes in and out; nothing here knows of spans.

What the standard leaves to us: a `tracestate` that is not as it should be is dropped, and the trace goes on
without it (§3.3.1); so is one that has several members of one name, or more than 32.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from filterproxy.engine.headers import Headers

_PARENT = b"traceparent"
_STATE = b"tracestate"
_OURS = (_PARENT, _STATE)

# Version, trace, parent, flags (§3.2.2); versions above 00 may go on after another dash.
_TRACEPARENT = re.compile(
    rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL
)
# A key, of one vendor or of a tenant's, and a value (§3.3.1.3); blanks around both.
_MEMBER = re.compile(
    rb"[ \t]*([a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})"
    rb"=([\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e])[ \t]*"
)
_MOST_MEMBERS = 32
# Bits of the flags that every version has (§3.2.2.5): sampled, and the id is random.
_KNOWN_FLAGS = 0x03


class Caller(NamedTuple):
    """
    The span on whose behalf a request was sent.

    trace, span: their ids. flags: 1 sampled, 2 the trace's id is random. state: members of `tracestate`.
    """

    trace: int
    span: int
    flags: int
    state: tuple[tuple[str, str], ...] = ()


def caller_of(headers: Headers) -> Caller | None:
    """Who says to have sent a request with these headers; None where nobody does in the standard's words."""
    parents = [value for name, value in headers if name == _PARENT]
    if len(parents) != 1:
        return None
    match = _TRACEPARENT.fullmatch(parents[0].strip(b" \t"))
    if match is None or (match[1] == b"00" and match[5] is not None):
        return None
    state = [value for name, value in headers if name == _STATE]
    members = _members(b",".join(state)) if state else ()
    return Caller(int(match[2], 16), int(match[3], 16), int(match[4], 16) & _KNOWN_FLAGS, members)


def _members(state: bytes) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    # Empty members are allowed (§3.3.1.1), but not without end.
    written = [member for member in state.split(b",", 4 * _MOST_MEMBERS) if member.strip(b" \t")]
    for member in written:
        match = _MEMBER.fullmatch(member)
        if match is None:
            return ()
        found[match[1].decode()] = match[2].decode()
    return tuple(found.items()) if len(found) == len(written) <= _MOST_MEMBERS else ()


def passed_on(headers: Headers, trace: int, span: int, flags: int, state: str) -> list[tuple[bytes, bytes]]:
    """*headers* as sent on behalf of our own span, in place of the client's. state: "" for none."""
    mine = [header for header in headers if header[0] not in _OURS]
    mine.append((_PARENT, b"00-%032x-%016x-%02x" % (trace, span, flags)))
    if state:
        mine.append((_STATE, state.encode("latin-1")))
    return mine
