"""
What went wrong, and its words for the client.

Whose fault it was decides what is said and counted: ClientError the caller's, UpstreamError and WireError
upstream's, Withheld a rule's; anything else is ours, logged with its place in the code and never with text.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import traceback

from filterproxy.core.session import Withheld
from filterproxy.core.verdict import Outcome
from filterproxy.dialects.asking import AskingStream
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.openai_error import error_body
from filterproxy.engine.headers import JSON
from filterproxy.engine.passage import Unscanned
from filterproxy.engine.words import (
    BROKEN_OFF,
    INTERNAL,
    SHUTTING_DOWN,
    UNREADABLE,
    WITHHELD,
    Words,
    not_checked,
)
from filterproxy.metrics import CLIENT_ERROR, CLIENT_GONE, UNSCANNED, UPSTREAM_ERROR, Metrics
from filterproxy.proxy.asking.answers import Answers
from filterproxy.proxy.client import ClientError
from filterproxy.proxy.exchange import Exchange
from filterproxy.proxy.upstream.errors import Cause, UpstreamError

_log = logging.getLogger("filterproxy")

# What a client is told of the model server: not where it is, nor what it said.
_SAID: dict[Cause, str] = {
    "connect": "the model server cannot be reached",
    "timeout": "the model server did not answer in time",
    "cut": BROKEN_OFF.message,
    "protocol": UNREADABLE.message,
    "tls": "no secure connection to the model server could be made",
    "busy": "too many requests wait for the model server",
}


async def fail(exchange: Exchange, error: Exception, metrics: Metrics, answers: Answers) -> None:
    """Answer, or end the answer, with what *error* means for the client."""
    words = _explain(exchange, error, metrics)
    client = exchange.client
    try:
        if not client.started:
            await _answer(exchange, words)
        elif exchange.stream is not None:
            await client.send(await _last_words(exchange, words, answers), more=False)
        # Else a body of somebody else's format: that it ends early is all that can be said.
    except asyncio.CancelledError:
        if not client.gone:
            raise
        exchange.outcome = CLIENT_GONE


def _explain(exchange: Exchange, error: Exception, metrics: Metrics) -> Words:
    exchange.outcome = Outcome.ERROR.value
    match error:
        case ClientError():
            exchange.outcome = CLIENT_ERROR
            return Words(error.status_hint, "invalid_request_error", str(error))
        case UpstreamError():
            metrics.upstream_error(exchange.upstream, error.cause)
            exchange.outcome = UPSTREAM_ERROR
            _log.warning("upstream %s: %s", exchange.upstream, error)
            return Words(error.status_hint, "upstream_error", _SAID[error.cause])
        case Withheld():
            return WITHHELD
        case Unscanned():
            exchange.outcome = UNSCANNED
            return not_checked(str(error))
        case _:
            _log.error("a request failed in our own code: %s", place_of(error))
            return INTERNAL


async def _last_words(exchange: Exchange, words: Words, answers: Answers) -> bytes:
    stream = exchange.stream
    assert stream is not None
    try:
        return await answers.settle(
            exchange.request, lambda: stream.fail(words.kind, words.message), exchange.times
        )
    except Exception as error:  # already at the border, with nothing left but to end
        _log.error("a stream could not be ended: %s", place_of(error))
        return b""


async def shut_down(exchange: Exchange) -> None:
    """The worker ends and this reply is not done: say so, as far as that goes without waiting."""
    exchange.outcome = Outcome.ERROR.value
    words = SHUTTING_DOWN
    client, stream = exchange.client, exchange.stream
    with contextlib.suppress(Exception, asyncio.CancelledError):
        if not client.started:
            await _answer(exchange, words)
        elif stream is not None:
            end = stream.fail_unread if isinstance(stream, AskingStream) else stream.fail
            await client.send(end(words.kind, words.message), more=False)


async def _answer(exchange: Exchange, words: Words) -> None:
    await exchange.client.answer(words.status, [JSON], _error_body(exchange.dialect, words))


def _error_body(dialect: Dialect | None, words: Words) -> bytes:
    # Most clients of model servers read OpenAI's errors.
    return (error_body if dialect is None else dialect.error_body)(*words)


def place_of(error: BaseException) -> str:
    """Class and stack of an exception, without its message: that may hold text of a request or a reply."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return " < ".join([type(error).__name__, *reversed(lines)])
