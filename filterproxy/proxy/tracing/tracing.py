"""
One span of OpenTelemetry a reply, with an event for each rule that fired.

What was decided. The span is of kind CLIENT: the conventions for generative AI define no other for a call to
a model in another process, and mean by it the whole operation as its caller sees it, retries included (one of
kind SERVER would be HTTP's, which must not call a status of 4xx an error, and which counts the model's tokens
once more). Its parent is the client's span, and the model server is told its id, so that the proxy adds one
span to a trace; tries are attributes. It begins with the request and ends when the reply has gone.

Events go out as log records that carry the ids of the span: span events are being deprecated
(https://opentelemetry.io/blog/2026/deprecating-span-events/). A span that is not sampled has none.

No text of users or models is in either, but for the model's name, where it looks like one. Nothing here may
raise into a reply: what goes wrong costs a span, which is counted.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    TraceState,
    set_span_in_context,
)

from filterproxy.config import Config
from filterproxy.core.verdict import Hit, Outcome
from filterproxy.engine.headers import Headers
from filterproxy.metrics import CLIENT_ERROR, UNSCANNED, UPSTREAM_ERROR
from filterproxy.proxy.exchange import Exchange
from filterproxy.proxy.failure import place_of
from filterproxy.proxy.tracing import genai
from filterproxy.proxy.tracing.exporting import Exporting, Line, from_environment
from filterproxy.proxy.tracing.trace_context import Caller, caller_of, passed_on
from filterproxy.record.decision import Attempt, Decision
from filterproxy.upstreams import url_parts

Attributes = dict[str, str | bool | int | float | Sequence[str]]

_SPANS = "spans"
_EVENTS = "events"
# What is called a model by the APIs that are spoken here; a text is none.
_MODEL = re.compile(r"[\w.:/@+#-]{1,128}")
# A rulebook that fires more rules at one reply has other troubles; the decision log has all of them.
_MOST_EVENTS = 64
# A collector that is down is news once in a while.
_TELL_SECONDS = 60.0
# A client that leaves is no error: the reply had begun, or was not wanted.
_FAILED = frozenset({Outcome.ERROR.value, UPSTREAM_ERROR, CLIENT_ERROR})
_ROOT = Context()
_log = logging.getLogger("filterproxy")


class Counts(Protocol):
    """Where lines of logs are counted; see metrics.Metrics."""

    def log_lines(self, log: str, times: int) -> None: ...

    def log_dropped(self, log: str, cause: str, times: int) -> None: ...


class Server(NamedTuple):
    """Where a model server is."""

    address: str
    port: int


class Tracing:
    """
    Traces the replies of one worker.

    servers: the upstreams that have one address, by name; of the others nobody says here which was asked.
    clock: seconds from any origin.
    """

    def __init__(
        self,
        exporting: Exporting,
        counts: Counts,
        servers: Mapping[str, Server] = MappingProxyType({}),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exporting = exporting
        self._counts = counts
        self._servers = servers
        self._clock = clock
        self._counted: dict[tuple[str, str], int] = {}
        self._known = 0  # spans and events of which is known what became
        self._lost = 0  # when that was last told of
        self._told_at = -_TELL_SECONDS

    def begin(self, exchange: Exchange, headers: Headers) -> Headers:
        """The headers for upstream of a request that is about to be sent there."""
        try:
            return self._begin(exchange, headers)
        except Exception as error:  # the border: a reply never fails for its trace
            self._failed(error)
            return headers

    def end(self, exchange: Exchange, decision: Decision) -> None:
        """The exchange is over."""
        span, exchange.span = exchange.span, None
        if span is None:
            return
        try:
            self._end(span, decision)
        except Exception as error:  # as above
            self._failed(error)

    async def close(self) -> None:
        """Send what waits; some seconds at most."""
        await self._exporting.close()
        self._count(closed=True)

    def _begin(self, exchange: Exchange, headers: Headers) -> Headers:
        caller = caller_of(exchange.client.headers)
        request = exchange.request
        operation, provider = genai.named("" if exchange.dialect is None else exchange.dialect.name)
        attributes: Attributes = {genai.OPERATION: operation, genai.PROVIDER: provider}
        name = operation
        if _MODEL.fullmatch(request.model):
            attributes[genai.REQUEST_MODEL] = request.model
            name = f"{operation} {request.model}"
        if request.stream:
            attributes[genai.REQUEST_STREAM] = True
        span = self._exporting.tracer.start_span(
            name,
            _ROOT if caller is None else _context_of(caller),
            SpanKind.CLIENT,
            attributes,
            start_time=time.time_ns() - int((time.perf_counter() - exchange.began) * 1e9),
            record_exception=False,
            set_status_on_exception=False,
        )
        own = span.get_span_context()
        if own.trace_flags.sampled:
            exchange.span = span
        state = own.trace_state.to_header() if own.trace_state else ""
        return passed_on(headers, own.trace_id, own.span_id, own.trace_flags, state)

    def _end(self, span: Span, decision: Decision) -> None:
        self._count()
        spans = self._exporting.spans
        if not spans.takes():
            return
        try:
            self._finish(span, decision)
        except BaseException:
            spans.take_back()
            raise

    def _finish(self, span: Span, decision: Decision) -> None:
        span.set_attributes(_attributes(decision, self._servers.get(decision.upstream)))
        if error := _error_of(decision):
            span.set_attribute(genai.ERROR_TYPE, error)
            span.set_status(StatusCode.ERROR)
        self._tell(span, decision)
        span.end()

    def _tell(self, span: Span, decision: Decision) -> None:
        logger = self._exporting.logger
        if logger is None:
            return
        events = list(_events(decision))
        if len(events) > _MOST_EVENTS:
            self._counts.log_dropped(_EVENTS, "limit", len(events) - _MOST_EVENTS)
            del events[_MOST_EVENTS:]
        context = set_span_in_context(span, _ROOT) if events else _ROOT
        for event in events:
            if self._exporting.events.takes():
                now = time.time_ns()
                logger.emit(timestamp=now, context=context, event_name=genai.EVALUATION, attributes=event)

    def _count(self, *, closed: bool = False) -> None:
        spans, events = self._exporting.spans, self._exporting.events
        known = spans.sent + spans.losses + events.sent + events.losses
        if known == self._known and not closed:
            return
        self._known = known
        self._count_in(_SPANS, spans, closed)
        self._count_in(_EVENTS, events, closed)
        lost = spans.losses + events.losses
        if lost > self._lost and self._clock() - self._told_at >= _TELL_SECONDS:
            self._lost, self._told_at = lost, self._clock()
            _log.warning(
                "tracing: %d spans and %d events could not be sent so far; is there a collector where "
                "OTEL_EXPORTER_OTLP_ENDPOINT says?",
                spans.losses,
                events.losses,
            )

    def _count_in(self, log: str, line: Line, closed: bool) -> None:
        if new := self._news(log, "", line.sent):
            self._counts.log_lines(log, new)
        for cause, lost in line.lost(closed=closed).items():
            if new := self._news(log, cause, lost):
                self._counts.log_dropped(log, cause, new)

    def _news(self, log: str, cause: str, number: int) -> int:
        """How much a number has grown since it was last asked for."""
        new = number - self._counted.get((log, cause), 0)
        self._counted[log, cause] = number
        return new

    def _failed(self, error: Exception) -> None:
        self._counts.log_dropped(_SPANS, "error", 1)
        _log.error("a reply could not be traced: %s", place_of(error))


def servers_of(config: Config) -> dict[str, Server]:
    """The upstreams that have one address, by name."""
    found = {}
    for name, upstream in config.all_upstreams.items():
        if len(upstream.urls) == 1:
            parts, port = url_parts(upstream.urls[0])
            found[name] = Server(parts.hostname or "", port)
    return found


def configured(config: Config, counts: Counts) -> Tracing | None:
    """
    Tracing as OTEL_* variables say; None where they switch it off.

    Raises ValueError, with a sentence for the operator.
    """
    exporting = from_environment()
    return None if exporting is None else Tracing(exporting, counts, servers_of(config))


def _context_of(caller: Caller) -> Context:
    remote = SpanContext(
        caller.trace,
        caller.span,
        is_remote=True,
        trace_flags=TraceFlags(caller.flags),
        trace_state=TraceState(caller.state) if caller.state else None,
    )
    return set_span_in_context(NonRecordingSpan(remote), _ROOT)


def _attributes(decision: Decision, server: Server | None) -> Attributes:
    found: Attributes = {
        genai.DECISION_ID: decision.id,
        genai.ROUTE: decision.route,
        genai.DIALECT: decision.dialect,
        genai.OUTCOME: decision.outcome,
        genai.FILTER_SECONDS: decision.seconds.filtering,
    }
    if decision.rulebook:
        found[genai.RULEBOOK_HASH] = decision.rulebook
    if decision.upstream:
        found[genai.UPSTREAM] = decision.upstream
    if server is not None:
        found[genai.SERVER_ADDRESS], found[genai.SERVER_PORT] = server
    if decision.status:
        found[genai.STATUS_CODE] = decision.status
    if decision.tokens.prompt:
        found[genai.INPUT_TOKENS] = decision.tokens.prompt
    if decision.tokens.completion:
        found[genai.OUTPUT_TOKENS] = decision.tokens.completion
    if decision.request.stream and decision.seconds.first_byte:
        found[genai.TIME_TO_FIRST_CHUNK] = decision.seconds.first_byte
    if decision.seconds.held:
        found[genai.HELD_SECONDS] = decision.seconds.held
    _add_tries(found, decision.attempts, decision)
    return found


def _add_tries(found: Attributes, attempts: Sequence[Attempt], decision: Decision) -> None:
    if len(attempts) > 1:
        found[genai.RETRIES] = len(attempts) - 1
    if decision.discarded.total:
        found[genai.DISCARDED_TOKENS] = decision.discarded.total
    if attempts and (causes := attempts[-1].verdict.unscanned):
        found[genai.UNSCANNED] = sorted(causes)


def _error_of(decision: Decision) -> str:
    """What the operation failed with: the status of the answer, else the outcome; "" where it did not."""
    # A reply that a rule dropped is an answer of 400, and no failure: the filter has done its work.
    withheld = decision.outcome == UNSCANNED and decision.status >= 500
    if decision.outcome not in _FAILED and not withheld:
        return ""
    if decision.outcome == UPSTREAM_ERROR and decision.status >= 400:
        return str(decision.status)
    return decision.outcome


def _events(decision: Decision) -> Iterator[Attributes]:
    """For every reply of upstream's, one for each rule that matched and was not excused, or that failed."""
    for number, attempt in enumerate(decision.attempts, 1):
        found: dict[str, list[Hit]] = {}
        for hit in attempt.verdict.hits:
            if not hit.excuse:
                found.setdefault(hit.rule, []).append(hit)
        for rule, hits in found.items():
            yield _fired(rule, hits) | {genai.ATTEMPT: number}
        for rule, cause in dict.fromkeys((fault.rule, fault.cause) for fault in attempt.verdict.faults):
            yield {genai.EVALUATION_NAME: rule, genai.ERROR_TYPE: cause, genai.ATTEMPT: number}


def _fired(rule: str, hits: Sequence[Hit]) -> Attributes:
    first = hits[0]
    return {
        genai.EVALUATION_NAME: rule,
        genai.EVALUATION_LABEL: "fail",
        genai.EVALUATION_EXPLANATION: f"action: {first.action}, mode: {first.mode}",
        genai.ACTION: first.action,
        genai.MODE: first.mode,
        genai.MATCHES: len(hits),
    }
