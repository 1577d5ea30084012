"""The addresses that the proxy listens on, and why it cannot."""

from __future__ import annotations

import ipaddress
import socket

from filterproxy.config import Config

# Connections that wait to be accepted; as uvicorn has it.
BACKLOG = 2048


class StartError(Exception):
    """The proxy cannot start; args[0] says why in a plain sentence."""


def bind(host: str, port: int) -> socket.socket:
    """A TCP socket bound to an address, not listening yet. Raises StartError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise StartError(f"no address known for {host!r}: {error.strerror}") from None
    except UnicodeError:
        raise StartError(f"{host!r} cannot be the name of a host") from None
    family, kind, protocol, _, address = found[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise _cannot_listen(host, port, error) from None
    return bound


def listen(bound: socket.socket) -> None:
    """Let connections queue up on *bound*. Raises StartError."""
    try:
        bound.listen(BACKLOG)
    except OSError as error:
        host, port = bound.getsockname()[:2]
        raise _cannot_listen(host, port, error) from None


def _cannot_listen(host: str, port: int, error: OSError) -> StartError:
    return StartError(f"cannot listen on {_authority(host, port)}: {(error.strerror or str(error)).lower()}")


def url(bound: socket.socket, certificate: str = "") -> str:
    """Where *bound* is reached, as a URL without a path. certificate: for TLS, "" without."""
    host, port = bound.getsockname()[:2]
    return f"{'https' if certificate else 'http'}://{_authority(host, port)}"


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def exposed(config: Config) -> str | None:
    """Why the admin side must not listen where *config* says; None when it may."""
    if config.admin_token or is_loopback(config.admin_host):
        return None
    return (
        f"the admin side would listen on {config.admin_host}, which others can reach, without a token: set"
        " admin_token in the configuration file, or FILTERPROXY_ADMIN_TOKEN, or keep --admin-host on loopback"
    )


def is_loopback(host: str) -> bool:
    """Whether *host* can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
