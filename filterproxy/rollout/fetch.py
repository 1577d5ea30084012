"""A proxy's metrics, and what Prometheus has of them, over HTTP."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

# Seconds. The admin side answers at once; a wrong address should not keep anybody waiting.
_TIMEOUT = 10
# Seconds. A month of a thousand rules is some work for Prometheus.
_QUERY_TIMEOUT = 60
# Bytes: a thousand rules make two megabytes.
_MOST = 64 << 20


def metrics(address: str, token: str = "") -> str:
    """
    The text at an admin address, whose path is /metrics where it says none. token: the admin side's.

    Raises ValueError with a sentence.
    """
    parts = parts_of(address)
    url = parts.geturl() if parts.path.strip("/") else parts._replace(path="/metrics").geturl()
    text = _answer(urllib.request.Request(url), token, "FILTERPROXY_ADMIN_TOKEN", _TIMEOUT)
    found = text.decode("utf-8", "replace")
    if "filterproxy_" not in found:
        raise ValueError(f"{url} answers, but has no metrics of filterproxy: is it the admin address?")
    return found


def query(address: str, text: str, token: str = "") -> list[tuple[dict[str, str], float]]:
    """
    The series that a query of Prometheus finds now, as labels and value. address: of Prometheus, or what
    answers as it does, with its path where it has one.

    Raises ValueError with a sentence.
    """
    parts = parts_of(address)
    url = parts._replace(path=parts.path.rstrip("/") + "/api/v1/query").geturl()
    request = urllib.request.Request(url, urllib.parse.urlencode({"query": text}).encode())
    found = _answer(request, token, "FILTERPROXY_PROMETHEUS_TOKEN", _QUERY_TIMEOUT)
    try:
        return [(dict(one["metric"]), float(one["value"][1])) for one in json.loads(found)["data"]["result"]]
    except (ValueError, KeyError, TypeError, IndexError):
        raise ValueError(f"{url} does not answer as Prometheus does") from None


def parts_of(address: str) -> urllib.parse.SplitResult:
    """An address taken apart; http:// where it names no scheme. Raises ValueError with a sentence."""
    url = address if "://" in address else f"http://{address}"
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f'"{address}" is no http:// or https:// address')
    return parts


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it would take the token along."""

    def redirect_request(self, *_: Any) -> None:
        return None


def opened(request: urllib.request.Request, token: str, timeout: float) -> http.client.HTTPResponse:
    """The answer to a request that bears the token. Raises OSError, ValueError, HTTPException."""
    if token:
        request.add_header("authorization", f"Bearer {token}")
    answer: http.client.HTTPResponse = urllib.request.build_opener(_Straight).open(request, timeout=timeout)
    return answer


def _answer(request: urllib.request.Request, token: str, variable: str, timeout: int) -> bytes:
    url = request.full_url
    try:
        with opened(request, token, timeout) as answer:
            return bytes(answer.read(_MOST))
    except urllib.error.HTTPError as error:
        why = f"answers with status {error.code}"
        if error.code in (401, 403):
            why += f"; set {variable} to its token"
        elif said := _said(error):
            why += f": {said}"
        error.close()
        raise ValueError(f"{url} {why}") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise ValueError(f"{url} does not answer: {getattr(reason, 'strerror', None) or reason}") from None


def _said(error: urllib.error.HTTPError) -> str:
    """What Prometheus has against a query; "" where it is none."""
    try:
        said = json.loads(error.read(_MOST))["error"]
        return said if isinstance(said, str) else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""
