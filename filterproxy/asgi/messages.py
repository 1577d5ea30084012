"""What ASGI servers and applications say to each other. https://asgi.readthedocs.io/en/latest/specs/www.html"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from filterproxy.engine.headers import Headers, forwarded

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

GONE = "http.disconnect"

# Extensions with which an application sends a body, or the end of one, past whoever would read it.
_UNSEEN = frozenset({"http.response.pathsend", "http.response.zerocopysend", "http.response.trailers"})
_IDENTITY = (b"accept-encoding", b"identity")
# Since then `send` raises OSError where the client has gone.
_RAISES_SINCE = (2, 4)


def named(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Headers with their names in lower case, as they should have been."""
    return [(bytes(name).lower(), bytes(value)) for name, value in headers]


def inner_scope(scope: Scope, headers: Headers) -> Scope:
    """The scope for an application whose reply is read: it is to encode nothing, and to hide nothing."""
    extensions = {
        name: value for name, value in (scope.get("extensions") or {}).items() if name not in _UNSEEN
    }
    asked = [*forwarded(headers, without=b"accept-encoding"), _IDENTITY]
    return {**scope, "headers": asked, "extensions": extensions}


def raises_when_gone(scope: Scope) -> bool:
    """Whether an application must expect `send` to raise OSError."""
    version = str(scope.get("asgi", {}).get("spec_version", "2.0"))
    parts = tuple(int(part) for part in version.split(".") if part.isdigit())
    return parts >= _RAISES_SINCE
