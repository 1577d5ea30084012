"""Replies that no rule judges: they are counted, then passed on or withheld, as the operator wants."""

from __future__ import annotations

from dataclasses import dataclass

from filterproxy.engine.passage import Unscanned
from filterproxy.metrics import UNSCANNED, UPSTREAM_ERROR, Metrics
from filterproxy.proxy.exchange import Exchange
from filterproxy.proxy.passthrough import relay
from filterproxy.proxy.upstream.response import Response


@dataclass(frozen=True, slots=True)
class Unjudged:
    """What becomes of them."""

    metrics: Metrics

    def note(self, exchange: Exchange, cause: str) -> None:
        """Count a reply as not judged. Raises Unscanned when such replies are to be dropped."""
        self.metrics.unscanned(cause)
        exchange.outcome = UNSCANNED
        exchange.session = None
        if exchange.drops:
            raise Unscanned(cause)

    def let_through(self, exchange: Exchange) -> None:
        """Count a reply that the operator lets through unjudged."""
        self.metrics.unscanned("passthrough")
        exchange.outcome = UNSCANNED

    async def pass_on(self, exchange: Exchange, response: Response, cause: str) -> None:
        """Pass on a reply that is not judged; cause: why not, "" for one that carries no model's text."""
        if cause:
            self.note(exchange, cause)
        elif response.status >= 400:
            self.metrics.upstream_error(exchange.upstream, f"status_{response.status // 100}xx")
            exchange.outcome = UPSTREAM_ERROR
        await relay(exchange.client, response, response)
