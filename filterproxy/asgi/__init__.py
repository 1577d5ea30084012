"""filterproxy inside somebody else's ASGI application: see middleware.ResponseFilter."""

from __future__ import annotations

from filterproxy.asgi.middleware import ResponseFilter

__all__ = ["ResponseFilter"]
