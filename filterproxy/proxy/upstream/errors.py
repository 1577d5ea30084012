"""What goes wrong between the proxy and the model server, and the one place where it is put into words."""

from __future__ import annotations

import socket
import ssl
from typing import Literal

Cause = Literal["connect", "timeout", "cut", "protocol", "tls", "busy"]

_STATUS: dict[Cause, int] = {"timeout": 504, "busy": 503}


class UpstreamError(Exception):
    """
    The upstream's fault, or the way's to it: unreachable, late, cut off, or not speaking HTTP/1.1.

    cause: a label for metrics. unsent: no byte of the request has left, nor has its body been begun, so that
    another server may be asked. str() names the upstream and both sides of what went wrong (what was awaited,
    what came), and never holds text of a request or a reply.
    """

    def __init__(self, cause: Cause, message: str, *, unsent: bool = False) -> None:
        super().__init__(message)
        self.cause: Cause = cause
        self.unsent = unsent

    @property
    def status_hint(self) -> int:
        """The status for a client that has not had one yet: 504, 503, or 502."""
        return _STATUS.get(self.cause, 502)


class Unanswered(UpstreamError):
    """A connection that ended before a byte of the answer came."""


def connect_error(error: OSError, peer: str) -> UpstreamError:
    """What the operating system or the TLS library said while connecting to *peer*."""
    cause, said = _words(error, peer)
    return UpstreamError(cause, said, unsent=True)


def _words(error: OSError, peer: str) -> tuple[Cause, str]:
    match error:
        case ssl.SSLCertVerificationError():
            return "tls", f"TLS with {peer} failed: {error.verify_message}"
        case ssl.SSLError():
            return "tls", f"TLS with {peer} failed: {_tls_reason(error)}"
        case ConnectionRefusedError():
            return "connect", f"connection to {peer} refused"
        case socket.gaierror():
            return "connect", f"no address known for {peer}: {error.strerror}"
        case _:
            return "connect", f"no connection to {peer}: {error.strerror or error}"


def lost_error(error: Exception | None, peer: str, doing: str, *, unanswered: bool = False) -> UpstreamError:
    """The connection to *peer* ended while *doing*; error: as asyncio reports it, None for a plain end."""
    if isinstance(error, ssl.SSLError):
        return UpstreamError("tls", f"TLS with {peer} failed {doing}: {_tls_reason(error)}")
    how = "closed the connection" if error is None else "reset the connection"
    return (Unanswered if unanswered else UpstreamError)("cut", f"{peer} {how} {doing}")


def _tls_reason(error: ssl.SSLError) -> str:
    # Event loops make such errors by hand too, and those lack the attribute.
    return getattr(error, "reason", None) or "no agreement"
