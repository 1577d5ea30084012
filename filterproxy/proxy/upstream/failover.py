"""
An upstream as the operator names it: its addresses in order, its credentials, and what is counted of it.

The next address is asked only when the one before got nothing at all: not a byte of the request was written,
nor was its body begun (`UpstreamError.unsent`). A model that may have run is not run again elsewhere; its
error is the client's answer, and so is an answer of status 503. Both are noted (see proxy.upstream.health).
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from filterproxy.config import Config
from filterproxy.engine.headers import Headers
from filterproxy.metrics import Metrics
from filterproxy.proxy.exchange import Origin
from filterproxy.proxy.upstream.errors import UpstreamError
from filterproxy.proxy.upstream.health import Addresses, Turn
from filterproxy.proxy.upstream.limits import limits_of
from filterproxy.proxy.upstream.response import Response
from filterproxy.proxy.upstream.trust import tls_context
from filterproxy.proxy.upstream.upstream import Upstream
from filterproxy.upstreams import UpstreamConfig

_log = logging.getLogger("filterproxy")

# Answers by which a server, or what stands before it, says that it cannot serve now (RFC 9110 §15.6).
_DOWN = frozenset({502, 503, 504})
# Where clients of model servers put their keys. What has a key of its own gets no other one.
_CREDENTIALS = frozenset({b"authorization", b"x-api-key", b"api-key", b"x-goog-api-key"})


class Address(Origin, Protocol):
    """One server."""

    @property
    def peer(self) -> str: ...

    async def close(self) -> None: ...


class Failover:
    """
    An upstream by its name. Belongs to the event loop of its first request.

    addresses: those to ask, the first that is up before the others, by what metrics call them. headers: sent
    in place of what clients send under these names; with a credential among them, in place of every one of
    theirs.
    """

    def __init__(
        self,
        name: str,
        addresses: Mapping[str, Address],
        metrics: Metrics,
        headers: Mapping[str, str] | None = None,
        fail_after: int = 3,
        down_seconds: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._labels = tuple(addresses)
        self._addresses = tuple(addresses.values())
        self._metrics = metrics
        self._own = [
            (key.lower().encode(), value.encode("latin-1")) for key, value in (headers or {}).items()
        ]
        self._replaced = frozenset(key for key, _ in self._own)
        if self._replaced & _CREDENTIALS:
            self._replaced |= _CREDENTIALS
        self._health = Addresses(len(addresses), fail_after, down_seconds, clock, self._changed)
        for label in self._labels:
            metrics.upstream_healthy(name, label, True)

    @property
    def peer(self) -> str:
        """The addresses, for people."""
        return ", ".join(address.peer for address in self._addresses)

    async def send(
        self,
        method: str,
        target: bytes,
        headers: Headers,
        body: bytes | AsyncIterator[bytes],
        *,
        resend: bool = False,
    ) -> Response:
        """As Upstream.send, from the first address that can be asked. Raises what the last of them did."""
        if self._own:
            headers = [header for header in headers if header[0].lower() not in self._replaced] + self._own
        self._metrics.upstream_asked(self.name)
        health = self._health
        choice = health.choose()
        asked: tuple[int, ...] = ()
        while True:
            assert choice is not None  # there is always one to begin with
            place, turn = choice
            try:
                response = await self._addresses[place].send(method, target, headers, body, resend=resend)
            except UpstreamError as error:
                self._note(error, place, turn)
                asked = (*asked, place)
                if not error.unsent or (choice := health.choose(asked)) is None:
                    raise
                self._metrics.upstream_error(self.name, error.cause)
                _log.warning("upstream %s: %s; asking %s", self.name, error, self._addresses[choice[0]].peer)
            except BaseException:
                health.left(place, turn)
                raise
            else:
                if response.status in _DOWN:
                    health.failed(place, turn)
                else:
                    health.worked(place, turn)
                return response

    async def close(self) -> None:
        """As Upstream.close, of every address."""
        for address in self._addresses:
            await address.close()

    def _note(self, error: UpstreamError, place: int, turn: Turn) -> None:
        if error.cause == "busy":  # with our own requests
            self._health.left(place, turn)
        else:
            self._health.failed(place, turn)

    def _changed(self, place: int, is_up: bool) -> None:
        self._metrics.upstream_healthy(self.name, self._labels[place], is_up)
        _log.warning(
            "upstream %s: %s is %s", self.name, self._addresses[place].peer, "up" if is_up else "down"
        )


def failovers(config: Config, metrics: Metrics) -> dict[str, Failover]:
    """
    Every upstream of a configuration, by its name.

    Raises ValueError, with a sentence for the operator, for certificates that cannot be read.
    """
    return {name: _failover(name, given, config, metrics) for name, given in config.all_upstreams.items()}


def _failover(name: str, given: UpstreamConfig, config: Config, metrics: Metrics) -> Failover:
    addresses = _addresses(given, config)
    return Failover(name, addresses, metrics, given.headers, given.fail_after, given.down_seconds)


def _addresses(given: UpstreamConfig, config: Config) -> dict[str, Address]:
    limits = limits_of(config, given)
    # One context for all: each holds the system's certificates, which takes 30 ms to read.
    context = tls_context(given.ca_file) if any(url.startswith("https:") for url in given.urls) else None
    found = [Upstream(url, limits, context) for url in given.urls]
    labels = _labels(given.urls, [address.peer for address in found])
    return dict(zip(labels, found, strict=True))


def _labels(urls: Sequence[str], peers: Sequence[str]) -> list[str]:
    """host:port, and the path behind it where only that tells two addresses apart."""
    if len(set(peers)) == len(peers):
        return list(peers)
    return [f"{peer}{urlsplit(url).path}" for url, peer in zip(urls, peers, strict=True)]
