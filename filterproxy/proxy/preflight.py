"""What would keep the proxy from starting, as far as it is known before anything listens."""

from __future__ import annotations

from filterproxy.config import Config
from filterproxy.proxy.address import StartError, exposed
from filterproxy.proxy.folders import unwritable
from filterproxy.proxy.tls import check_tls
from filterproxy.proxy.upstream.trust import unreadable


def preflight(config: Config) -> None:
    """Look at addresses, and at the certificates and folders that settings name. Raises StartError."""
    reason = exposed(config) or unreadable(config.all_upstreams) or unwritable(config)
    if reason is not None:
        raise StartError(reason)
    check_tls(config)
