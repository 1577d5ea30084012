"""
The way of spans and events out of a worker: OpenTelemetry's SDK, set up by its own OTEL_* variables.

Theory of operation. The event loop hands a finished span to the SDK's batch processor, whose thread sends it.
A `Line` stands on both sides of that: it counts what went in and what the exporter took, so that it knows how
many wait, refuses what would not fit, and knows what was lost. The processor by itself would push out the
oldest, and write a line to the log for each. Workers' counters belong to one thread (engine.sharing), so the
exporter's thread only adds to numbers of its own, which the event loop reads now and then (`lost`).

Nothing is registered as the process's global provider, and nothing runs at exit: what waits then is sent by
`Exporting.close`, which does not wait for long.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from opentelemetry._logs import Logger
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, ReadableLogRecord
from opentelemetry.sdk._logs.export import (
    BatchLogRecordProcessor,
    LogRecordExporter,
    LogRecordExportResult,
)
from opentelemetry.sdk.environment_variables import (
    OTEL_BLRP_MAX_EXPORT_BATCH_SIZE,
    OTEL_BLRP_MAX_QUEUE_SIZE,
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
    OTEL_BSP_MAX_QUEUE_SIZE,
    OTEL_EXPORTER_OTLP_LOGS_PROTOCOL,
    OTEL_EXPORTER_OTLP_PROTOCOL,
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL,
    OTEL_SDK_DISABLED,
)
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Tracer

from filterproxy.proxy.threads import in_thread

_SCOPE = "filterproxy"
_PROTOCOL = "http/protobuf"
# The SDK's own numbers: at 2 KB a span, 4 MB, sent in four pieces.
_QUEUE_SIZE = 2048
_BATCH_SIZE = 512
# A collector on the same machine takes a full queue in less; one that is gone must not keep a worker.
_CLOSE_SECONDS = 5.0


class Line:
    """What has become of the spans, or the events, of one worker. limit: how many may wait."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._put = 0
        self._full = 0
        self._taken = 0  # from here on, numbers of the exporter's thread
        self._failed = 0
        self._sent = 0

    def takes(self) -> bool:
        """Whether there is room for one more, which must be handed over then, or taken back."""
        if self._put - self._taken >= self._limit:
            self._full += 1
            return False
        self._put += 1
        return True

    def take_back(self) -> None:
        """One that there was room for is not handed over."""
        self._put -= 1

    @contextlib.contextmanager
    def batch(self, size: int) -> Iterator[Callable[[], None]]:
        """An exporter takes *size* of them; what it gives is to be called when they have arrived."""
        self._taken += size
        arrived = False

        def succeed() -> None:
            nonlocal arrived
            arrived = True

        try:
            yield succeed
        finally:
            if arrived:
                self._sent += size
            else:
                self._failed += size

    def lost(self, *, closed: bool = False) -> Mapping[str, int]:
        """How many were dropped so far, by cause. closed: what waits still, or is on its way, is lost too."""
        left = self._put - self._sent - self._failed if closed else 0
        return {"full": self._full, "export": self._failed, "shutdown": left}

    @property
    def sent(self) -> int:
        """How many the collector has."""
        return self._sent

    @property
    def losses(self) -> int:
        """How many were dropped so far."""
        return self._full + self._failed


class _Spans(SpanExporter):
    def __init__(self, inner: SpanExporter, line: Line) -> None:
        self._inner = inner
        self._line = line

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        with self._line.batch(len(spans)) as succeed:
            result = self._inner.export(spans)
            if result is SpanExportResult.SUCCESS:
                succeed()
            return result

    def shutdown(self) -> None:
        self._inner.shutdown()


class _Events(LogRecordExporter):
    def __init__(self, inner: LogRecordExporter, line: Line) -> None:
        self._inner = inner
        self._line = line

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        with self._line.batch(len(batch)) as succeed:
            result = self._inner.export(batch)
            if result is LogRecordExportResult.SUCCESS:
                succeed()
            return result

    def shutdown(self) -> None:
        self._inner.shutdown()  # type: ignore[no-untyped-call]

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return True  # what is exported has been sent


@dataclass(frozen=True, slots=True)
class Sizes:
    """queue: how many may wait. batch: how many are sent at once."""

    queue: int = _QUEUE_SIZE
    batch: int = _BATCH_SIZE

    @classmethod
    def of(cls, environ: Mapping[str, str], queue: str, batch: str) -> Sizes:
        """As variables of these names say. Raises ValueError."""
        most = _number(environ, queue, _QUEUE_SIZE)
        return cls(most, min(most, _number(environ, batch, _BATCH_SIZE)))


@dataclass(frozen=True, slots=True)
class Exporting:
    """Where spans and events are made, and the lines that they leave by. logger: None for no events."""

    tracer: Tracer
    spans: Line
    logger: Logger | None
    events: Line
    shutdowns: tuple[Callable[[], None], ...]

    async def close(self, seconds: float = _CLOSE_SECONDS) -> None:
        """Send what waits, for that long at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                # What the SDK or the collector fails with, changes nothing any more.
                await asyncio.gather(*map(in_thread, self.shutdowns), return_exceptions=True)


def from_environment(environ: Mapping[str, str] = os.environ) -> Exporting | None:
    """
    What OTEL_* variables say; None where they switch it off.

    Raises ValueError, with a sentence for the operator, where they ask for what is not there.
    """
    if environ.get(OTEL_SDK_DISABLED, "").strip().lower() == "true":
        return None
    is_traced = _is_wanted(environ, "OTEL_TRACES_EXPORTER", OTEL_EXPORTER_OTLP_TRACES_PROTOCOL)
    is_logged = _is_wanted(environ, "OTEL_LOGS_EXPORTER", OTEL_EXPORTER_OTLP_LOGS_PROTOCOL)
    if not is_traced:  # events hang on spans
        return None
    exporting = exporting_to(
        OTLPSpanExporter(),
        OTLPLogExporter() if is_logged else None,
        Sizes.of(environ, OTEL_BSP_MAX_QUEUE_SIZE, OTEL_BSP_MAX_EXPORT_BATCH_SIZE),
        Sizes.of(environ, OTEL_BLRP_MAX_QUEUE_SIZE, OTEL_BLRP_MAX_EXPORT_BATCH_SIZE),
    )
    # From now on it would speak of every failure, with a stack or with what a collector has said.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    return exporting


def exporting_to(
    spans: SpanExporter, events: LogRecordExporter | None, of_spans: Sizes, of_events: Sizes
) -> Exporting:
    """Spans and events to these exporters, in batches; the rest by the environment."""
    resource = _resource()
    line, other = Line(of_spans.queue), Line(of_events.queue)
    tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
    tracers.add_span_processor(
        BatchSpanProcessor(
            _Spans(spans, line), max_queue_size=of_spans.queue, max_export_batch_size=of_spans.batch
        )
    )
    tracer = tracers.get_tracer(_SCOPE, _version())
    if events is None:
        return Exporting(tracer, line, None, other, (tracers.shutdown,))
    loggers = LoggerProvider(resource=resource, shutdown_on_exit=False)
    loggers.add_log_record_processor(
        BatchLogRecordProcessor(
            _Events(events, other), max_queue_size=of_events.queue, max_export_batch_size=of_events.batch
        )
    )
    logger = loggers.get_logger(_SCOPE, _version())
    return Exporting(tracer, line, logger, other, (tracers.shutdown, loggers.shutdown))


def _resource() -> Resource:
    """Who speaks, by OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES; filterproxy where they do not say."""
    detected = Resource.create()
    name = str(detected.attributes.get(SERVICE_NAME, ""))
    own = {} if name and not name.startswith("unknown_service") else {SERVICE_NAME: _SCOPE}
    # Workers of one proxy differ in `service.instance.id`, which the SDK makes.
    version = {SERVICE_VERSION: _version()} if _version() else {}
    return Resource(version).merge(detected).merge(Resource(own))


def _version() -> str:
    try:
        return importlib.metadata.version("filterproxy")
    except importlib.metadata.PackageNotFoundError:
        return ""


def _is_wanted(environ: Mapping[str, str], exporter: str, protocol: str) -> bool:
    wanted = environ.get(exporter, "").strip() or "otlp"
    if wanted not in ("otlp", "none"):
        raise ValueError(f"{exporter} must be otlp or none, not {wanted!r}")
    spoken = environ.get(protocol) or environ.get(OTEL_EXPORTER_OTLP_PROTOCOL) or _PROTOCOL
    if wanted == "otlp" and spoken.strip() != _PROTOCOL:
        raise ValueError(
            f"{protocol} or {OTEL_EXPORTER_OTLP_PROTOCOL} says {spoken!r}, and only {_PROTOCOL} is spoken "
            "here; collectors take it at port 4318"
        )
    return wanted == "otlp"


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    written = environ.get(name, "").strip()
    if not written:
        return default
    if not written.isdecimal() or int(written) < 1:
        raise ValueError(f"{name} must be a whole number more than 0, not {written!r}")
    return int(written)
