"""Whose certificates are believed when a model server is asked over https."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from filterproxy.upstreams import UpstreamConfig


def tls_context(ca_file: str = "") -> ssl.SSLContext:
    """
    For https. ca_file: certificates of authorities to trust beside the system's, as PEM.

    Raises ValueError, with a sentence for the operator.
    """
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    if ca_file:
        _trust(context, ca_file)
    return context


def unreadable(upstreams: Mapping[str, UpstreamConfig]) -> str | None:
    """Why the first of *upstreams* whose certificates cannot be used cannot be asked; None where all can."""
    for name, upstream in upstreams.items():
        try:
            if upstream.ca_file:
                _trust(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), upstream.ca_file)
        except ValueError as error:
            return f"upstreams: {name}: {error}"
    return None


def _trust(context: ssl.SSLContext, ca_file: str) -> None:
    try:
        context.load_verify_locations(ca_file)
    except ssl.SSLError:
        raise ValueError(f"ca_file {ca_file!r} holds no certificate in PEM form") from None
    except OSError as error:
        raise ValueError(f"ca_file {ca_file!r} cannot be read: {error.strerror}") from None
