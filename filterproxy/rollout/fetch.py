"""A proxy's metrics over HTTP."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request

# Seconds. The admin side answers at once; a wrong address should not keep anybody waiting.
_TIMEOUT = 10
# Bytes: a thousand rules make two megabytes.
_MOST = 64 << 20


def metrics(address: str, token: str = "") -> str:
    """
    The text at an admin address, whose path is /metrics where it says none. token: the admin side's.

    Raises ValueError with a sentence.
    """
    url = address if "://" in address else f"http://{address}"
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f'"{address}" is no http:// or https:// address')
    if parts.path in ("", "/"):
        url = parts._replace(path="/metrics").geturl()
    request = urllib.request.Request(url)
    if token:
        request.add_header("authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
            return bytes(answer.read(_MOST)).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        why = f"answers with status {error.code}"
        if error.code in (401, 403):
            why += "; set FILTERPROXY_ADMIN_TOKEN to its token"
        error.close()
        raise ValueError(f"{url} {why}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise ValueError(f"{url} does not answer: {getattr(reason, 'strerror', None) or reason}") from None
