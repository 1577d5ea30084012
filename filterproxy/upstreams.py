"""The model servers that an operator names, as plain values, checked; proxy.upstream.failover asks them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import SplitResult, urlsplit

# RFC 9110 §5.1 and §5.5: a field's name is a token, its value has no control character but the tab.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
# What names an upstream is a label of metrics and a value in rules.
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
# Between two neighbours (RFC 9110 §7.6.1), or made by the client that sends the request.
_NOT_TO_SET = frozenset(
    "connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer upgrade "
    "transfer-encoding content-length host expect".split()
)
_OWN_PREFIX = "x-filterproxy-"


@dataclass(frozen=True, slots=True)
class UpstreamConfig:
    """
    One upstream: the servers that answer for it, the first that is up before the others.

    urls: `http://host[:port][/base]` or `https://…`, in the order in which they are asked. headers: sent in
    place of what a client sends under these names. connect_timeout_seconds, first_byte_timeout_seconds,
    idle_timeout_seconds, connections (to each address, of one worker): None for the setting of that name.
    fail_after: failures in a row after which an address is left alone, for down_seconds. ca_file: with
    certificates of authorities that are trusted beside the system's, as PEM.

    Raises ValueError, with a sentence for the operator that never holds the value of a header.
    """

    urls: tuple[str, ...]
    # They are for secrets: no representation of this value may show one.
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    connect_timeout_seconds: float | None = None
    first_byte_timeout_seconds: float | None = None
    idle_timeout_seconds: float | None = None
    connections: int | None = None
    # One connection that breaks is an accident, and two may be one accident.
    fail_after: int = 3
    # A process that is restarted is back after about this long; and a trial costs one request.
    down_seconds: float = 10.0
    ca_file: str = ""

    def __post_init__(self) -> None:
        if not self.urls:
            raise ValueError("an upstream needs at least one URL")
        for url in self.urls:
            url_parts(url)
        if len(set(self.urls)) < len(self.urls):
            raise ValueError("one URL is listed twice; a second address must be another server's")
        for name in _POSITIVE:
            value = getattr(self, name)
            if value is not None and not _is_positive(value):
                raise ValueError(f"{name} must be a number more than 0, not {value!r}")
        for name in ("fail_after", "connections"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, int):
                raise ValueError(f"{name} must be a whole number, not {value!r}")
        if self.ca_file and not any(url.startswith("https:") for url in self.urls):
            raise ValueError("ca_file is for https:// addresses, and none of the URLs is one")
        _check_headers(self.headers)

    @classmethod
    def from_json(cls, value: Any) -> UpstreamConfig:
        """From a URL, a list of them, or a mapping of this class's fields. Raises ValueError."""
        if isinstance(value, UpstreamConfig):
            return value
        if isinstance(value, str):
            return cls((value,))
        if isinstance(value, (list, tuple)):
            return cls(_texts(value))
        if not isinstance(value, Mapping):
            raise ValueError("an upstream is a URL, a list of URLs, or a mapping with `urls`")
        unknown = sorted(set(map(str, value)) - {one.name for one in fields(cls)})
        if unknown:
            raise ValueError(f"unknown setting of an upstream: {', '.join(unknown)}")
        urls = value.get("urls", ())
        found = {**value, "urls": (urls,) if isinstance(urls, str) else _texts(urls)}
        if not isinstance(found.get("headers", {}), Mapping):
            raise ValueError("headers must be a mapping of names to values")
        return cls(**{**found, "headers": dict(found.get("headers", {}))})


_POSITIVE = (
    "connect_timeout_seconds",
    "first_byte_timeout_seconds",
    "idle_timeout_seconds",
    "connections",
    "fail_after",
    "down_seconds",
)


def named(upstreams: Mapping[str, Any]) -> dict[str, UpstreamConfig]:
    """Upstreams by name, from what `UpstreamConfig.from_json` takes. Raises ValueError."""
    found = {}
    for name, value in upstreams.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(f"upstreams: a name has 1 to 64 letters, digits, _ . or -, unlike {name!r}")
        try:
            found[name] = UpstreamConfig.from_json(value)
        except ValueError as error:
            raise ValueError(f"upstreams: {name}: {error}") from None
    return found


def url_parts(url: str) -> tuple[SplitResult, int]:
    """The parts of an upstream's URL, and its port. Raises ValueError with a sentence for the operator."""
    shown = re.split(r"[?#]", url)[0]  # keys of APIs stand in queries
    unnamed = f"upstream {shown!r} names no host, or holds characters that a URL cannot"
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("an upstream's URL has a host that cannot be read") from None
    if "@" in (parts.netloc or url):
        # Nor does the sentence hold one.
        raise ValueError("an upstream's URL cannot hold a user name or password; send a header instead")
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"upstream {shown!r} does not begin with http:// or https://")
    if parts.query or parts.fragment:
        raise ValueError(
            f"upstream {shown!r} has a query or fragment; only scheme, host, port and path count"
        )
    if not parts.hostname or any(c <= " " for c in url) or not parts.path.isascii():
        raise ValueError(unnamed)
    try:
        parts.hostname.encode("idna")
    except UnicodeError:
        raise ValueError(unnamed) from None
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError(f"the port of upstream {shown!r} is not a number from 1 to 65535")
    return parts, port or (443 if parts.scheme == "https" else 80)


def _check_headers(headers: Mapping[str, str]) -> None:
    seen: set[str] = set()
    for name, value in headers.items():
        if not isinstance(name, str) or not _TOKEN.fullmatch(name):
            raise ValueError(f"headers: {name!r} is not a header's name")
        lower = name.lower()
        if lower in _NOT_TO_SET or lower.startswith(_OWN_PREFIX):
            raise ValueError(f"headers: {name} is set by the proxy itself")
        if lower in seen:
            raise ValueError(f"headers: {name} is given twice")
        seen.add(lower)
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"headers: {name} has no text for its value")
        if not _VALUE.fullmatch(value) or not _fits_latin_1(value):
            raise ValueError(f"headers: the value of {name} holds a character that no header can")


def _fits_latin_1(value: str) -> bool:
    return all(c <= "\xff" for c in value)


def _is_positive(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < float("inf")


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, (list, tuple)) or not all(isinstance(value, str) for value in values):
        raise ValueError("urls must be a list of URLs")
    return tuple(values)
