"""Asking upstream again: what a rule that throws a reply away wants instead of it."""

from __future__ import annotations

import logging
from typing import NamedTuple

from filterproxy.core.bound import Bound
from filterproxy.core.rule import Action
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.usage import Tokens
from filterproxy.engine.headers import Headers
from filterproxy.metrics import Metrics
from filterproxy.proxy.exchange import Exchange

# Whoever is asked twice under one key gives the same reply again.
_IDEMPOTENCY = b"idempotency-key"
_RETRIES = b"x-filterproxy-retries"
_DISCARDED = b"x-filterproxy-discarded-tokens"
_log = logging.getLogger("filterproxy")


class Asked(NamedTuple):
    """A rule that wants upstream to be asked again, and what the reply that it throws away has cost."""

    bound: Bound
    cost: Tokens


def headers_again(headers: Headers) -> Headers:
    """The headers of a request that is sent another time."""
    return [header for header in headers if header[0] != _IDEMPOTENCY]


def body_again(dialect: Dialect, body: bytes, action: Action) -> bytes:
    """A request's *body* with what the rule adds to it, where it has a place for that."""
    try:
        return dialect.again(body, action.note, action.temperature)
    except (ValueError, TypeError, LookupError):
        return body  # it has no place for them, or is nested too deeply to be written


def throw_away(exchange: Exchange, asked: Asked, metrics: Metrics) -> None:
    """Account for a reply that is thrown away for another try."""
    client, cost = exchange.client, asked.cost
    metrics.retried(cost.prompt, cost.completion)
    exchange.attempt += 1
    exchange.discarded += cost
    _log.info(
        "%s: reply %d thrown away for rule %s: %d prompt and %d completion tokens",
        client.id.decode(),
        exchange.attempt,
        asked.bound.rule.id,
        cost.prompt,
        cost.completion,
    )
    client.own[:] = [
        (_RETRIES, b"%d" % exchange.attempt),
        (_DISCARDED, b"%d" % exchange.discarded.total),
    ]
