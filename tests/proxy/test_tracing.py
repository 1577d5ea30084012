"""Spans and events of replies: whose they are, what they say, and that they cost no reply anything."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

pytest.importorskip("opentelemetry.sdk", reason="needs the extra `otel`")
pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="needs the extra `otel`")

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from prometheus_client import CollectorRegistry

from filterproxy.actions.template import Literal
from filterproxy.config import Config
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, OnError, Rule, Span, Timeout, Verb
from filterproxy.detectors.regex import Regex
from filterproxy.dialects.openai_chat import OPENAI_CHAT
from filterproxy.metrics import Metrics
from filterproxy.proxy.client import Client
from filterproxy.proxy.exchange import Exchange
from filterproxy.proxy.tracing import genai
from filterproxy.proxy.tracing.exporting import Exporting, Sizes, exporting_to, from_environment
from filterproxy.proxy.tracing.tracing import Server, Tracing, configured, servers_of
from filterproxy.proxy.workers.worker import tracing_of
from filterproxy.record.decision import Decision
from tests.clients.wire.said import COMPLETION_TOKENS, PROMPT_TOKENS, Said
from tests.clients.wire_server import APIS
from tests.proxy.chats import Run, drop, redact, retry, streamed
from tests.proxy.fake_upstream import (
    DONE,
    END,
    Message,
    Proxy,
    Step,
    chunk,
    completion,
    delta,
    post,
    proxied,
    reply,
)

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
SAMPLED = f"traceparent: 00-{TRACE}-{SPAN}-01"
UNSAMPLED = f"traceparent: 00-{TRACE}-{SPAN}-00"
FINE = [reply(completion("All is well."))]
BAD = [reply(completion("A secret."))]


@dataclass
class Counted:
    """Counts as metrics do."""

    lines: Counter[str] = field(default_factory=Counter)
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)

    def log_lines(self, log: str, times: int) -> None:
        self.lines[log] += times

    def log_dropped(self, log: str, cause: str, times: int) -> None:
        self.dropped[log, cause] += times


@dataclass
class Traced:
    """What tracing made of the replies of a test."""

    tracing: Tracing
    spans_out: InMemorySpanExporter
    events_out: InMemoryLogRecordExporter
    counts: Counted

    async def spans(self) -> list[ReadableSpan]:
        await self.tracing.close()
        return list(self.spans_out.get_finished_spans())

    async def span(self) -> ReadableSpan:
        """The only one."""
        (span,) = await self.spans()
        return span

    @property
    def events(self) -> list[ReadableLogRecord]:
        """Those that left before the last call of `spans`."""
        return list(self.events_out.get_finished_logs())


def traced(servers: Mapping[str, Server] | None = None) -> Traced:
    spans, counts = InMemorySpanExporter(), Counted()
    events = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    tracing = Tracing(exporting_to(spans, events, Sizes(), Sizes()), counts, servers or {})
    return Traced(tracing, spans, events, counts)


def said(span: ReadableSpan | ReadableLogRecord) -> dict[str, Any]:
    found = span.attributes if isinstance(span, ReadableSpan) else span.log_record.attributes
    return dict(found or {})


def asked(proxy: Proxy, number: int = -1) -> dict[str, str]:
    """The headers of a request as the model server got them."""
    return proxy.upstream.seen[number].headers


def body(stream: bool = False, model: str = "m-1") -> bytes:
    messages = [{"role": "user", "content": "Hi?"}]
    return json.dumps({"model": model, "messages": messages, "stream": stream}).encode()


async def one(
    traced: Traced, script: Sequence[Step], *headers: str, rules: Sequence[Rule] = (), stream: bool = False
) -> tuple[Message, dict[str, str]]:
    """The answer to one request, and what the model server was told."""
    async with proxied(script, rules=rules, tracing=traced.tracing) as proxy:
        answer = await proxy.ask(_post(stream, *headers))
        await proxy.settled()
        return answer, asked(proxy)


def _post(stream: bool, *headers: str, model: str = "m-1") -> bytes:
    return post("/v1/chat/completions", body(stream, model), *headers)


# Whose span it is


def test_the_span_is_a_child_of_the_clients_and_upstream_is_told_its_id(run: Run) -> None:
    async def test() -> None:
        kept = traced()
        _, headers = await one(kept, FINE, SAMPLED, "tracestate: a=1, b=2", "baggage: who=me;x")
        span = await kept.span()

        assert span.context is not None and span.parent is not None
        assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (TRACE, SPAN)
        assert span.parent.is_remote
        assert headers["traceparent"] == f"00-{TRACE}-{span.context.span_id:016x}-01"
        assert headers["tracestate"] == "a=1,b=2"
        assert headers["baggage"] == "who=me;x"

    run(test())


@pytest.mark.parametrize("header", ["x-other: 1", f"traceparent: 00-{TRACE}-{'0' * 16}-01", "traceparent: ?"])
def test_without_a_parent_that_can_be_read_a_trace_begins(run: Run, header: str) -> None:
    async def test() -> None:
        kept = traced()
        _, headers = await one(kept, FINE, header, "tracestate: a=1")
        span = await kept.span()

        assert span.parent is None and span.context is not None
        version, trace, parent, flags = headers["traceparent"].split("-")
        assert (version, trace) == ("00", f"{span.context.trace_id:032x}")
        assert (parent, int(flags, 16) & 1) == (f"{span.context.span_id:016x}", 1)
        assert trace != TRACE
        assert "tracestate" not in headers

    run(test())


def test_a_trace_that_is_not_sampled_goes_on_and_leaves_nothing(run: Run) -> None:
    async def test() -> None:
        kept = traced()
        _, headers = await one(kept, BAD, UNSAMPLED, "tracestate: a=1", rules=[redact()])

        assert await kept.spans() == [] and kept.events == []
        assert headers["traceparent"].startswith(f"00-{TRACE}-")
        assert headers["traceparent"].endswith("-00")
        assert SPAN not in headers["traceparent"]
        assert headers["tracestate"] == "a=1"

    run(test())


def test_opentelemetrys_own_variables_name_the_sampler_and_the_service(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        kept = traced()
        assert int((await one(kept, FINE))[1]["traceparent"][-2:], 16) & 1 == 0
        await one(kept, FINE, SAMPLED)
        span = await kept.span()  # that of the client who wants one

        assert span.parent is not None
        assert span.resource.attributes["service.name"] == "shop"
        assert span.resource.attributes["team"] == "a"

    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "shop")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "team=a")
    run(test())


def test_a_service_that_nobody_names_is_filterproxy(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        kept = traced()
        await one(kept, FINE)
        attributes = (await kept.span()).resource.attributes

        assert attributes["service.name"] == "filterproxy"
        assert attributes["service.instance.id"]  # which differs between workers

    monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
    monkeypatch.delenv("OTEL_RESOURCE_ATTRIBUTES", raising=False)
    run(test())


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/embeddings"])
def test_with_tracing_off_the_clients_headers_go_on_as_they_are(run: Run, path: str) -> None:
    async def test() -> None:
        async with proxied(FINE) as proxy:
            await proxy.ask(post(path, body(), SAMPLED, "tracestate: Odd;, a=1"))

            assert asked(proxy)["traceparent"] == SAMPLED.split(": ")[1]
            assert asked(proxy)["tracestate"] == "Odd;, a=1"

    run(test())


def test_what_is_not_judged_has_no_span_and_keeps_the_clients(run: Run) -> None:
    async def test() -> None:
        kept = traced()
        async with proxied(FINE, tracing=kept.tracing) as proxy:
            await proxy.ask(post("/v1/embeddings", body(), SAMPLED))

            assert asked(proxy)["traceparent"] == SAMPLED.split(": ")[1]
        assert await kept.spans() == []

    run(test())


# What it says


def test_a_span_says_what_was_asked_and_what_became_of_it(run: Run) -> None:
    async def test() -> None:
        kept = traced({"default": Server("127.0.0.1", 8000)})
        answer, _ = await one(kept, FINE)
        span = await kept.span()

        seconds = said(span).pop(genai.FILTER_SECONDS)
        assert 0 < seconds < 10
        assert (span.name, span.kind, span.status.status_code) == (
            "chat m-1",
            SpanKind.CLIENT,
            StatusCode.UNSET,
        )
        assert said(span) == {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "m-1",
            "server.address": "127.0.0.1",
            "server.port": 8000,
            "http.response.status_code": 200,
            "filterproxy.decision.id": answer.headers["x-filterproxy-decision-id"],
            "filterproxy.rulebook.hash": "0" * 16,
            "filterproxy.route": "default",
            "filterproxy.dialect": "openai_chat",
            "filterproxy.upstream": "default",
            "filterproxy.outcome": "pass",
            "filterproxy.filter_seconds": seconds,
        }

    run(test())


def test_a_stream_says_so_and_how_long_its_first_byte_took(run: Run) -> None:
    async def test() -> None:
        kept = traced()
        await one(kept, streamed(delta("All is"), delta(" well."), delta("", "stop"), DONE), stream=True)
        span = await kept.span()

        assert said(span)["gen_ai.request.stream"] is True
        assert span.start_time is not None and span.end_time is not None
        whole = (span.end_time - span.start_time) / 1e9
        assert 0 < said(span)["gen_ai.response.time_to_first_chunk"] <= whole

    run(test())


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("name", "operation", "provider"),
    [
        ("chat", "chat", "openai"),
        ("completions", "text_completion", "openai"),
        ("responses", "chat", "openai"),
        ("messages", "chat", "anthropic"),
        ("ollama chat", "chat", "ollama"),
        ("ollama generate", "text_completion", "ollama"),
    ],
)
def test_every_api_has_its_operation_its_provider_and_what_it_says_of_tokens(
    run: Run, name: str, operation: str, provider: str, stream: bool
) -> None:
    async def test() -> None:
        kept, api = traced(), APIS[name]
        asked: dict[str, Any] = {"model": "m-1", "stream": stream, "stream_options": {"include_usage": True}}
        asked |= {"messages": [{"role": "user", "content": "Hi?"}], "prompt": "Hi?", "input": "Hi?"}
        text = Said((("All is ", "well. ", "Quite."),))
        whole = [reply(json.dumps(api.whole(asked, text)).encode())]
        head = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ntransfer-encoding: chunked\r\n\r\n" % api.kind
        script = [head, *map(chunk, api.events(asked, text)), END] if stream else whole
        async with proxied(script, rules=[redact()], tracing=kept.tracing) as proxy:
            answer = await proxy.ask(post(api.path, json.dumps(asked).encode()))
            await proxy.settled()
        span = await kept.span()

        assert answer.status == 200 and span.name == f"{operation} m-1"
        assert said(span)["gen_ai.provider.name"] == provider
        assert said(span)["gen_ai.usage.input_tokens"] == PROMPT_TOKENS
        assert said(span)["gen_ai.usage.output_tokens"] == COMPLETION_TOKENS

    run(test())


@pytest.mark.parametrize("stream", [False, True])
def test_a_rule_that_fired_is_one_event_of_the_span(run: Run, stream: bool) -> None:
    async def test() -> None:
        kept = traced()
        text = "A secret and a secret."
        script = streamed(delta(text), delta("", "stop"), DONE) if stream else [reply(completion(text))]
        await one(kept, script, SAMPLED, rules=[redact(), drop("absent")], stream=stream)
        span = await kept.span()
        (event,) = kept.events

        assert span.context is not None
        record = event.log_record
        assert record.event_name == "gen_ai.evaluation.result"
        assert (record.trace_id, record.span_id) == (span.context.trace_id, span.context.span_id)
        assert record.body is None
        assert said(span)["filterproxy.outcome"] == "edit"
        assert said(event) == {
            "gen_ai.evaluation.name": "r1",
            "gen_ai.evaluation.score.label": "fail",
            "gen_ai.evaluation.explanation": "action: redact, mode: enforce",
            "filterproxy.action": "redact",
            "filterproxy.mode": "enforce",
            "filterproxy.matches": 2,
            "filterproxy.attempt": 1,
        }

    run(test())


def test_an_excused_match_is_no_event(run: Run) -> None:
    async def test() -> None:
        kept = traced()

        def allowed(text: str, span: Span, unit: Span, request: Request) -> str:
            return "allow"

        rule = Rule(
            "r1", Regex("secret", False), Action(Verb.REDACT, template=Literal("[x]")), unless=(allowed,)
        )
        await one(kept, BAD, rules=[rule])

        assert said(await kept.span())["filterproxy.outcome"] == "pass"
        assert kept.events == []

    run(test())


def test_a_rule_that_could_not_be_judged_is_an_event_with_its_cause(run: Run) -> None:
    class Slow(Regex):
        def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
            raise Timeout

    async def test() -> None:
        kept = traced()
        action = Action(Verb.REDACT, template=Literal("[x]"))
        await one(kept, BAD, rules=[Rule("s1", Slow("secret", False), action, on_error=OnError.PASS)])
        await kept.span()

        assert [said(event) for event in kept.events] == [
            {"gen_ai.evaluation.name": "s1", "error.type": "timeout", "filterproxy.attempt": 1}
        ]

    run(test())


def test_a_dropped_reply_is_no_error_of_the_model(run: Run) -> None:
    async def test() -> None:
        kept = traced()
        answer, _ = await one(kept, BAD, rules=[drop(say=None)])
        span = await kept.span()

        assert answer.status == 400
        assert said(span)["filterproxy.outcome"] == "drop"
        assert "error.type" not in said(span)
        assert span.status.status_code is StatusCode.UNSET
        assert [said(event)["filterproxy.action"] for event in kept.events] == ["drop"]

    run(test())


def test_tries_are_one_span_that_upstream_is_told_of_each_time(run: Run) -> None:
    async def test() -> None:
        kept = traced()
        async with proxied(BAD, FINE, rules=[retry()], tracing=kept.tracing) as proxy:
            await proxy.ask(_post(False))
            await proxy.settled()
            told = [message.headers["traceparent"] for message in proxy.upstream.seen]
        span = await kept.span()

        assert len(told) == 2 and told[0] == told[1]
        assert said(span)["filterproxy.retries"] == 1
        assert [said(event)["filterproxy.attempt"] for event in kept.events] == [1]

    run(test())


@pytest.mark.parametrize(
    ("script", "status", "error"),
    [
        ([reply(b"{}", status=b"500 Internal Server Error")], 500, "500"),
        ([reply(b"{}", status=b"429 Too Many Requests")], 429, "429"),
        ([None], 502, "502"),
        (
            [b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{", None],
            502,
            "502",
        ),
        ([*streamed(delta("All is well."))[:2], None], 200, "upstream_error"),
    ],
)
def test_a_model_server_that_fails_is_an_error_of_the_span(
    run: Run, script: list[Step], status: int, error: str
) -> None:
    async def test() -> None:
        kept = traced()
        answer, _ = await one(kept, script)
        span = await kept.span()

        assert (answer.status, said(span)["http.response.status_code"]) == (status, status)
        assert said(span)["error.type"] == error
        assert span.status.status_code is StatusCode.ERROR
        assert not span.status.description and not span.events

    run(test())


def test_a_client_that_leaves_ends_its_span(run: Run) -> None:
    async def test() -> None:
        kept = traced()
        script: list[Step] = [*streamed(delta("All is well. "))[:2], asyncio.Event()]
        async with proxied(script, tracing=kept.tracing) as proxy:
            answer = await proxy.open(_post(True))
            await answer.until(b"well")
            answer.leave()
            await proxy.upstream.gone.wait()
            await proxy.settled()
        span = await kept.span()

        assert said(span)["filterproxy.outcome"] == "client_gone"
        assert span.status.status_code is StatusCode.UNSET

    run(test())


def test_no_text_of_a_request_or_a_reply_is_in_spans_and_events(run: Run) -> None:
    words = ("umbrella", "lantern", "penguin")

    async def test() -> None:
        kept = traced()
        messages = [{"role": "user", "content": words[0]}]
        # A text is no model's name, nor is half a surrogate pair, which nothing could send.
        raws = [
            json.dumps({"model": model, "messages": messages}).encode()
            for model in (f"a {words[1]}", "\ud800", f"{words[1]}\n", "x" * 500)
        ]
        script = [reply(completion(f"A secret {words[2]}."))]
        async with proxied(script, rules=[redact(f"secret {words[2]}")], tracing=kept.tracing) as proxy:
            for raw in raws:
                await proxy.ask(post("/v1/chat/completions?q=" + words[1], raw, f"x-note: {words[1]}"))
            await proxy.settled()
        spans = await kept.spans()
        events = kept.events

        assert (len(spans), len(events)) == (4, 4)
        assert {span.name for span in spans} == {"chat"}
        shown = "".join([*(span.to_json() for span in spans), *(event.to_json() for event in events)])
        assert not [word for word in words if word in shown]
        assert encode_spans(spans).SerializeToString()

    run(test())


# What it costs a reply: nothing


def begun(tracing: Tracing, number: int = 1) -> tuple[Exchange, Decision]:
    async def never(*_: Any) -> Any:
        raise AssertionError

    scope = {"method": "POST", "path": "/", "headers": [], "query_string": b"", "raw_path": b"/"}
    request = Request(model="m")
    exchange = Exchange(Client(scope, never, never), dialect=OPENAI_CHAT, request=request)
    tracing.begin(exchange, [])
    return exchange, Decision(f"d-{number}", 0.0, "", "default", "openai_chat", request, 200, "pass")


class Waits(SpanExporter):
    """A collector that takes nothing until it may, and then answers with *result*."""

    def __init__(self, result: SpanExportResult = SpanExportResult.SUCCESS) -> None:
        self.result = result
        self.asked = threading.Event()
        self.may = threading.Event()
        self.taken = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.asked.set()
        self.taken += len(spans)
        assert self.may.wait(10)
        if self.result is SpanExportResult.FAILURE and self.taken == 1:
            raise OSError("a collector's own words")
        return self.result


def slow(exporter: SpanExporter, queue: int) -> tuple[Tracing, Exporting, Counted]:
    counts = Counted()
    exporting = exporting_to(exporter, None, Sizes(queue, 1), Sizes())
    return Tracing(exporting, counts), exporting, counts


def test_spans_wait_up_to_the_limit_and_those_past_it_are_counted(run: Run) -> None:
    async def test() -> None:
        collector = Waits()
        tracing, _, counts = slow(collector, queue=3)
        tracing.end(*begun(tracing))
        assert collector.asked.wait(10)  # one is on its way, and three may wait
        for number in range(10):
            tracing.end(*begun(tracing, number))
        collector.may.set()
        await tracing.close()

        assert collector.taken == 4
        assert counts.dropped == {("spans", "full"): 7}

    run(test())


def test_spans_that_a_collector_refuses_are_counted_and_told_once_a_minute(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        collector = Waits(SpanExportResult.FAILURE)
        collector.may.set()
        tracing, exporting, counts = slow(collector, queue=3)
        for number in range(3):
            tracing.end(*begun(tracing, number))
            while exporting.spans.losses <= number:
                await asyncio.sleep(0)
        await tracing.close()

        assert counts.dropped == {("spans", "export"): 3}
        told = [record.getMessage() for record in caplog.records if record.name == "filterproxy"]
        assert len(told) == 1 and told[0].startswith("tracing: 1 spans and 0 events could not be sent")

    run(test())


def test_a_collector_that_hangs_holds_the_end_up_for_a_limited_time(run: Run) -> None:
    async def test() -> None:
        collector = Waits()
        tracing, exporting, counts = slow(collector, queue=3)
        tracing.end(*begun(tracing))
        await exporting.close(0.05)
        await tracing.close()

        assert counts.dropped == {("spans", "shutdown"): 1}
        collector.may.set()

    run(test())


@pytest.mark.parametrize("broken", ["caller_of", "_attributes"])
def test_a_trace_that_fails_costs_the_span_and_not_the_reply(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    async def test() -> None:
        kept = traced()

        def fails(*_: object) -> Any:
            raise RuntimeError("some text")

        monkeypatch.setattr(f"filterproxy.proxy.tracing.tracing.{broken}", fails)
        answer, _ = await one(kept, FINE, SAMPLED)

        assert answer.status == 200
        assert await kept.spans() == []
        assert kept.counts.dropped == {("spans", "error"): 1}
        assert "some text" not in caplog.text

    run(test())


def test_more_events_than_anybody_reads_are_counted_instead(run: Run) -> None:
    async def test() -> None:
        kept = traced()
        rules = [Rule(f"r{n}", Regex("secret", False), Action(Verb.FLAG)) for n in range(70)]
        await one(kept, BAD, rules=rules)
        await kept.span()

        assert len(kept.events) == 64
        assert kept.counts.dropped == {("events", "limit"): 6}

    run(test())


# How it is set up


def test_what_is_off_is_not_even_imported() -> None:
    code = (
        "import sys, filterproxy.proxy.workers.worker, filterproxy.proxy.app\n"
        "print([name for name in sys.modules if 'opentelemetry' in name])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "environ", [{"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}], ids=lambda e: next(iter(e))
)
def test_opentelemetrys_own_variables_switch_it_off(environ: dict[str, str]) -> None:
    assert from_environment(environ) is None


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER must be otlp or none, not 'zipkin'"),
        ({"OTEL_LOGS_EXPORTER": "console"}, "OTEL_LOGS_EXPORTER must be otlp or none"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "only http/protobuf is spoken here"),
        ({"OTEL_EXPORTER_OTLP_LOGS_PROTOCOL": "grpc"}, "collectors take it at port 4318"),
        ({"OTEL_BSP_MAX_QUEUE_SIZE": "many"}, "OTEL_BSP_MAX_QUEUE_SIZE must be a whole number"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(environ: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        from_environment(environ)


def test_tracing_without_its_packages_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("opentelemetry")]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "filterproxy.proxy.tracing.tracing")
    config = Config("http://127.0.0.1:1", tracing="otlp")

    with pytest.raises(ValueError, match=r"pip install 'filterproxy\[otel\]'"):
        tracing_of(config, Metrics(CollectorRegistry()))


def test_servers_with_one_address_are_known_by_it() -> None:
    config = Config.from_json(
        {
            "upstream": "https://models.example.com/base",
            "upstreams": {"pair": ["http://a:1", "http://b:2"], "local": "http://[::1]:8000"},
        }
    )

    assert servers_of(config) == {
        "default": Server("models.example.com", 443),
        "local": Server("::1", 8000),
    }


def test_the_environment_of_a_worker_makes_tracing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        tracing = configured(Config("http://127.0.0.1:1"), Counted())

        assert tracing is not None
        await tracing.close()

    monkeypatch.setenv("OTEL_LOGS_EXPORTER", "none")
    run(test())
