"""What Envoy is told, message by message, without Envoy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from tests import shells
from tests.extproc.envoy import counted, missing, settings
from tests.proxy.fake_upstream import DONE, completion, delta
from tests.timed import run

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "all is there")
SSE, JSON = "text/event-stream", "application/json"
HELLO = delta("Hello. ")


class Talk:
    """One HTTP request as Envoy tells it. said: what it was told."""

    def __init__(self, folder: Path, **more: Any) -> None:
        from filterproxy.embedded import Embedded
        from filterproxy.extproc.exchange import Exchange
        from filterproxy.proxy.passthrough import Passed

        self.registry = CollectorRegistry()
        embedded = Embedded(settings(**more), [shells.write(folder)], [], self.registry)
        embedded.load()
        self.exchange = Exchange(embedded, Passed(()))
        self.said: list[Any] = []

    async def tell(self, **what: Any) -> list[Any]:
        """What it is told for one message."""
        from envoy.service.ext_proc.v3 import external_processor_pb2 as proto

        found = [said async for said in self.exchange.hear(proto.ProcessingRequest(**what))]
        self.said += found
        return found

    async def ask(self, path: str = "/v1/chat/completions", **headers: str) -> list[Any]:
        head = {":method": "POST", ":path": path, **headers}
        found = await self.tell(request_headers=_headers(head))
        if not found[0].HasField("immediate_response"):
            body = json.dumps({"model": "m", "messages": [], "stream": True}).encode()
            found += await self.tell(request_body=_body(body, True))
        return found

    async def answer(
        self, kind: str, more: dict[str, str] | None = None, *, last: bool = False, status: str = "200"
    ) -> list[Any]:
        return await self.tell(
            response_headers=_headers({":status": status, "content-type": kind, **(more or {})}, last)
        )

    async def send(self, data: bytes, last: bool = False) -> list[Any]:
        return await self.tell(response_body=_body(data, last))

    @property
    def body(self) -> bytes:
        """What the client reads."""
        return b"".join(_streamed(said).body for said in self.said if said.HasField("response_body"))


def _headers(values: dict[str, str], last: bool = False) -> Any:
    from envoy.config.core.v3 import base_pb2 as base
    from envoy.service.ext_proc.v3 import external_processor_pb2 as proto

    listed = [base.HeaderValue(key=key, raw_value=value.encode()) for key, value in values.items()]
    return proto.HttpHeaders(headers=base.HeaderMap(headers=listed), end_of_stream=last)


def _body(data: bytes, last: bool) -> Any:
    from envoy.service.ext_proc.v3 import external_processor_pb2 as proto

    return proto.HttpBody(body=data, end_of_stream=last)


def _streamed(said: Any) -> Any:
    response = said.request_body if said.HasField("request_body") else said.response_body
    return response.response.body_mutation.streamed_response


def _kinds(said: list[Any]) -> list[str]:
    return [str(one.WhichOneof("response")) for one in said]


def _set(mutation: Any) -> dict[str, str]:
    return {one.header.key: one.header.raw_value.decode() for one in mutation.set_headers}


def test_the_request_goes_on_byte_for_byte_without_encodings_and_names_of_ours(tmp_path: Path) -> None:
    async def test() -> None:
        talk = Talk(tmp_path)
        found = await talk.ask(**{"x-filterproxy-decision-id": "1", "accept-encoding": "br"})
        mutation = found[0].request_headers.response.header_mutation

        assert ["x-filterproxy-decision-id"] == list(mutation.remove_headers)
        assert {"accept-encoding": "identity"} == _set(mutation)
        assert b'{"model": "m", "messages": [], "stream": true}' == _streamed(found[1]).body
        assert _streamed(found[1]).end_of_stream

    run(test)


def test_the_answers_head_is_told_with_its_first_byte_and_without_a_length(tmp_path: Path) -> None:
    async def test() -> None:
        talk = Talk(tmp_path)
        await talk.ask()
        assert [] == await talk.answer(SSE, {"content-length": "9", "etag": "1", "x-one": "1"})
        assert [] == await talk.send(HELLO)
        found = await talk.send(delta("The "))
        assert ["response_headers", "response_body"] == _kinds(found)
        mutation = found[0].response_headers.response.header_mutation
        assert ["content-length", "etag"] == list(mutation.remove_headers)
        assert ["x-filterproxy-decision-id"] == list(_set(mutation))
        await talk.send(delta("secret.", "stop"))
        await talk.send(DONE, last=True)
        assert b"[redacted]" in talk.body and talk.body.endswith(DONE)
        ends = [_streamed(said).end_of_stream for said in talk.said if said.HasField("response_body")]
        assert [False] * (len(ends) - 1) + [True] == ends

    run(test)


def test_trailers_come_after_the_last_of_the_body(tmp_path: Path) -> None:
    from envoy.service.ext_proc.v3 import external_processor_pb2 as proto

    async def test() -> None:
        talk = Talk(tmp_path)
        await talk.ask()
        await talk.answer(JSON)
        await talk.send(completion("A secret."))
        found = await talk.tell(response_trailers=proto.HttpTrailers())

        assert ["response_headers", "response_body", "response_trailers"] == _kinds(found)
        assert not _streamed(found[1]).end_of_stream
        assert b"A [redacted]." in talk.body

    run(test)


def test_large_bodies_are_told_in_pieces_that_grpc_takes(tmp_path: Path) -> None:
    async def test() -> None:
        talk = Talk(tmp_path)
        await talk.ask()
        await talk.answer(JSON)
        body = completion("x" * 700_000)
        found = await talk.send(body, last=True)

        assert body == talk.body
        assert max(len(_streamed(said).body) for said in found[1:]) <= 256 * 1024
        assert [False, False, True] == [_streamed(said).end_of_stream for said in found[1:]]

    run(test)


def test_an_error_stands_in_place_of_an_answer_that_has_not_begun(tmp_path: Path) -> None:
    async def test() -> None:
        talk = Talk(tmp_path, unscanned="drop")
        await talk.ask()
        (found,) = await talk.answer("text/html")

        assert 502 == found.immediate_response.status.code
        assert b"content_type" in found.immediate_response.body
        assert [] == await talk.send(b"a secret", last=True)
        talk.exchange.close()
        labels = {"route": "default", "dialect": "openai_chat", "outcome": "unscanned"}
        assert 1 == counted(talk.registry, "replies_total", **labels)

    run(test)


def test_an_answer_without_a_body_ends_with_its_head(tmp_path: Path) -> None:
    async def test() -> None:
        talk = Talk(tmp_path)
        await talk.ask()
        assert ["response_headers"] == _kinds(await talk.answer(JSON, last=True, status="503"))
        talk.exchange.close()
        labels = {"route": "default", "dialect": "openai_chat", "outcome": "upstream_error"}
        assert 1 == counted(talk.registry, "replies_total", **labels)

    run(test)


def test_an_answer_that_comes_before_all_of_the_request_is_judged(tmp_path: Path) -> None:
    async def test() -> None:
        talk = Talk(tmp_path)
        await talk.tell(request_headers=_headers({":method": "POST", ":path": "/v1/chat/completions"}))
        await talk.tell(request_body=_body(b'{"mod', False))
        await talk.answer(JSON)
        await talk.send(completion("A secret."), last=True)

        assert b"A [redacted]." in talk.body

    run(test)


@pytest.mark.parametrize("told", ["length", "body"])
def test_a_request_that_is_too_large_is_refused(tmp_path: Path, told: str) -> None:
    async def test() -> None:
        talk = Talk(tmp_path, request_limit_bytes=10)
        found = await talk.ask(**({"content-length": "11"} if told == "length" else {}))

        assert 413 == found[-1].immediate_response.status.code
        talk.exchange.close()
        labels = {"route": "default", "dialect": "openai_chat", "outcome": "client_error"}
        assert 1 == counted(talk.registry, "replies_total", **labels)

    run(test)


def test_websockets_are_refused_and_counted(tmp_path: Path) -> None:
    async def test() -> None:
        talk = Talk(tmp_path)
        found = await talk.ask("/v1/realtime", upgrade="websocket")

        assert 501 == found[0].immediate_response.status.code
        assert 1 == counted(talk.registry, "unscanned_total", cause="websocket")

    run(test)


@pytest.mark.parametrize("begun", [False, True])
def test_a_request_that_ends_early_counts_as_a_client_that_left(tmp_path: Path, begun: bool) -> None:
    async def test() -> None:
        talk = Talk(tmp_path)
        await talk.ask()
        if begun:
            await talk.answer(SSE)
        talk.exchange.close()

        labels = {"route": "default", "dialect": "openai_chat", "outcome": "client_gone"}
        assert 1 == counted(talk.registry, "replies_total", **labels)

    run(test)


def test_health_is_served_until_the_end(tmp_path: Path) -> None:
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    from filterproxy.embedded import Embedded
    from filterproxy.extproc.service import NAME, Service

    async def test() -> None:
        embedded = Embedded(settings(), [shells.write(tmp_path)], [], CollectorRegistry())
        embedded.load()
        service = Service(embedded, 4)
        port = service.bind("127.0.0.1:0")
        await service.start()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            for name in ("", NAME):
                found = await stub.Check(health_pb2.HealthCheckRequest(service=name))
                assert health_pb2.HealthCheckResponse.SERVING == found.status
        await service.stop(1)
        await embedded.close()

    run(test)
