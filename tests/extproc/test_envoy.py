"""
Through the real Envoy, set up as deploy/envoy/envoy.yaml says: what the proxy answers, and what fails how.

A model that breaks off, and a processor that is killed, cannot be told in the dialect's words here: Envoy
ends the answer. What no test may find is a character that a rule removes.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gzip
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests import shells
from tests.clients import llama
from tests.extproc.envoy import CONFIG, Envoy, Program, envoy, program, settings, validated, without_envoy
from tests.proxy.fake_upstream import (
    DONE,
    END,
    STREAM,
    FakeUpstream,
    Step,
    chunk,
    completion,
    delta,
    post,
    reply,
)
from tests.timed import run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(without_envoy()), reason=without_envoy() or "all is there"),
]
CHAT = "/v1/chat/completions"
# A sentence, and the word after it, by which it is known to have ended.
HELLO = delta("Hello. ")
BEGUN = (STREAM, chunk(HELLO), chunk(delta("The ")))
SECRET = (chunk(delta("secret.", "stop")), chunk(DONE), END)
QUIET = (chunk(delta("end.", "stop")), chunk(DONE), END)


def asking(model: str = "m", stream: bool = True) -> dict[str, Any]:
    return {"model": model, "stream": stream, "messages": [{"role": "user", "content": "Hi?"}]}


@asynccontextmanager
async def filtering(
    folder: Path, model: str, **more: Any
) -> AsyncIterator[tuple[Envoy, Any, httpx.AsyncClient]]:
    """Envoy in front of a model server; the processor, in this process; and a client of Envoy's."""
    from filterproxy.extproc.serving import running

    pack = shells.write(folder)
    async with (
        running(settings(**more), [pack], [], "127.0.0.1", 0) as processor,
        envoy(folder, model, processor.address) as one,
        httpx.AsyncClient(base_url=one.url, trust_env=False, timeout=20) as client,
    ):
        yield one, processor, client


@asynccontextmanager
async def scripted(*script: Step) -> AsyncIterator[tuple[FakeUpstream, str]]:
    upstream = FakeUpstream([script])
    server = await asyncio.start_server(upstream.play, "127.0.0.1", 0)
    try:
        yield upstream, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def metric(admin: str, name: str, **labels: str) -> float:
    async with httpx.AsyncClient(trust_env=False) as client:
        page = (await client.get(f"{admin}/metrics")).text
    samples = [s for family in text_string_to_metric_families(page) for s in family.samples]
    return sum(
        s.value for s in samples if s.name == f"filterproxy_{name}" and labels.items() <= s.labels.items()
    )


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    """The deadline is the test's."""
    while not await look():
        await asyncio.sleep(0.01)


def test_envoy_takes_the_shipped_configuration() -> None:
    async def test() -> None:
        code, said = await validated(CONFIG)

        assert (0, True) == (code, "OK" in said), said

    run(test)


# The proxy's answers


def test_envoy_answers_as_the_proxy_does(tmp_path: Path) -> None:
    """Status, type, body and what is counted, over the table that all shells share, whole and streamed."""

    async def test() -> None:
        async with (
            shells.models() as models,
            shells.reference(shells.write(tmp_path), models) as proxy,
            filtering(tmp_path, models) as (_, processor, client),
        ):
            cases = [case for case in shells.CASES if not case.breaks]
            for case in cases:
                for stream in (False, True):
                    expected = await shells.asked(proxy, case, stream)
                    found = await client.post(case.path, json=case.body(stream))
                    answered = found.status_code, found.headers["content-type"], found.content

                    wanted = expected.status, expected.headers["content-type"], expected.body
                    assert wanted == answered, (case.name, stream)
                    assert "x-filterproxy-decision-id" in found.headers
            await proxy.settled()
            await until(lambda: _idle(processor.admin_url))
            for outcome in {case.outcome for case in cases}:
                total = sum(
                    proxy.counted("replies_total", route="default", dialect=name, outcome=outcome)
                    for name in ("openai_chat", "anthropic_messages", "ollama_chat", "ollama_generate")
                )
                assert total == await metric(processor.admin_url, "replies_total", outcome=outcome), outcome
                assert total > 0

    run(test)


async def _idle(admin: str) -> bool:
    return await metric(admin, "replies_in_flight") == 0


UNSCANNED: list[tuple[str, Sequence[Step]]] = [
    ("content_type", [reply(b"a secret", kind=b"text/html")]),
    ("encoding", [reply(b"a secret", b"content-encoding: br")]),
    ("malformed", [reply(b"a secret")]),
    ("status", [reply(b"a secret", status=b"202 Accepted")]),
]


@pytest.mark.parametrize("policy", ["pass", "drop"])
def test_what_cannot_be_judged_is_passed_or_withheld_as_in_the_proxy(tmp_path: Path, policy: str) -> None:
    async def test() -> None:
        for cause, script in UNSCANNED:
            async with (
                scripted(*script) as (_, model),
                shells.reference(shells.write(tmp_path), model, unscanned=policy) as proxy,
                filtering(tmp_path, model, unscanned=policy) as (_, processor, client),
            ):
                expected = await proxy.ask(post())
                found = await client.post(CHAT, json=asking())

                assert (expected.status, expected.body) == (found.status_code, found.content), cause
                await until(functools.partial(_counts, processor.admin_url, cause))

    run(test)


async def _counts(admin: str, cause: str) -> bool:
    return await metric(admin, "unscanned_total", cause=cause) == 1


def test_paths_where_no_dialect_is_spoken_pass_and_what_is_kept_is_refused(tmp_path: Path) -> None:
    async def test() -> None:
        async with (
            scripted(reply(b'{"id": 1}', b"x-one: 1")) as (upstream, model),
            filtering(tmp_path, model) as (_, processor, client),
        ):
            found = await client.get("/v1/models", headers={"x-filterproxy-decision-id": "mine"})
            assert (200, b'{"id": 1}', "1") == (found.status_code, found.content, found.headers["x-one"])
            assert not [name for name in upstream.seen[0].headers if name.startswith("x-filterproxy-")]
            found = await client.post("/v1/moderations", json={})
            assert b'{"id": 1}' == found.content
            assert await metric(processor.admin_url, "unscanned_total", cause="unknown_path") == 1
            found = await client.get("/v1/files/f1/content")
            assert 403 == found.status_code
            assert "passthrough" in found.json()["error"]["message"]

    run(test)


def test_a_compressed_reply_is_read_though_upstream_was_told_not_to_compress(tmp_path: Path) -> None:
    async def test() -> None:
        said = gzip.compress(completion("A secret."))
        async with (
            scripted(reply(said, b"content-encoding: gzip")) as (upstream, model),
            filtering(tmp_path, model) as (_, _, client),
        ):
            found = await client.post(CHAT, json=asking(), headers={"accept-encoding": "gzip"})

            assert "identity" == upstream.seen[0].headers["accept-encoding"]
            assert "content-encoding" not in found.headers
            assert "A [redacted]." == found.json()["choices"][0]["message"]["content"]

    run(test)


def test_large_bodies_arrive_whole_and_too_large_ones_are_refused(tmp_path: Path) -> None:
    async def test() -> None:
        text = "All is well. " * 400_000  # 5 MB, more than any buffer on the way
        most = 8 << 20
        async with (
            scripted(reply(completion(text + "A secret."))) as (upstream, model),
            filtering(tmp_path, model, held_limit=most, request_limit_bytes=most) as (_, _, client),
        ):
            asked = asking()
            asked["messages"][0]["content"] = text
            found = await client.post(CHAT, json=asked)
            assert text + "A [redacted]." == found.json()["choices"][0]["message"]["content"]
            assert asked == json.loads(upstream.seen[0].body)
            # Too large by its last bytes, and perhaps asked again: while more are on their way, Envoy may
            # close the connection before the answer was read (rfc-editor.org/rfc/rfc9112#section-9.6).
            asked["messages"][0]["content"] = "x" * most
            for _ in range(5):
                with contextlib.suppress(httpx.ReadError):
                    found = await client.post(CHAT, json=asked)
                    break
            assert 413 == found.status_code
            assert "invalid_request_error" == found.json()["error"]["type"]

    run(test)


def test_text_leaves_as_soon_as_it_may(tmp_path: Path) -> None:
    async def test() -> None:
        going = asyncio.Event()
        script = (*BEGUN, going, *QUIET)
        async with scripted(*script) as (_, model), filtering(tmp_path, model) as (_, _, client):
            async with client.stream("POST", CHAT, json=asking()) as found:
                read = b""
                async for data in found.aiter_raw():
                    read += data
                    if b"Hello" in read:
                        going.set()

            assert HELLO + delta("The ") + delta("end.", "stop") + DONE == read

    run(test)


def test_replies_at_one_time_do_not_mix(tmp_path: Path) -> None:
    async def test() -> None:
        async with shells.models() as models, filtering(tmp_path, models) as (_, _, client):
            cases = [case for case in shells.CASES if case.api == "chat" and not case.breaks] * 4

            async def ask(case: shells.Case, stream: bool) -> tuple[str, bytes]:
                found = await client.post(case.path, json=case.body(stream))
                return f"{case.name} {stream}", found.content

            found = await asyncio.gather(*(ask(case, stream) for case in cases for stream in (False, True)))

            assert len({name for name, _ in found}) == len(set(found))

    run(test)


# What fails


def test_an_envoy_that_dies_is_counted_as_a_client_that_left(tmp_path: Path) -> None:
    """The processor is not told why its stream ends."""

    async def test() -> None:
        script = (*BEGUN, chunk(delta("sec")), asyncio.Event())
        async with scripted(*script) as (_, model), filtering(tmp_path, model) as (one, processor, client):
            read = b""
            with pytest.raises(httpx.RemoteProtocolError):
                async with client.stream("POST", CHAT, json=asking()) as found:
                    async for data in found.aiter_raw():
                        read += data
                        one.process.kill()
            assert HELLO == read
            await until(lambda: _gone(processor.admin_url))

    run(test)


async def _gone(admin: str) -> bool:
    return await metric(admin, "replies_total", outcome="client_gone") == 1


def test_a_model_that_closes_its_connection_within_the_reply_ends_the_answer(tmp_path: Path) -> None:
    """Held text goes with it, and nobody can say why."""

    async def test() -> None:
        going = asyncio.Event()
        script = (*BEGUN, chunk(delta("sec")), going, None)
        async with scripted(*script) as (_, model), filtering(tmp_path, model) as (_, processor, client):
            read = b""
            with pytest.raises(httpx.RemoteProtocolError):
                async with client.stream("POST", CHAT, json=asking()) as found:
                    async for data in found.aiter_raw():
                        read += data
                        going.set()
            assert HELLO == read
            await until(lambda: _gone(processor.admin_url))
            assert await _idle(processor.admin_url)

    run(test)


def test_a_client_that_leaves_ends_the_request_upstream_and_is_counted(tmp_path: Path) -> None:
    async def test() -> None:
        script = (*BEGUN, asyncio.Event())
        async with (
            scripted(*script) as (upstream, model),
            filtering(tmp_path, model) as (_, processor, client),
        ):
            async with client.stream("POST", CHAT, json=asking()) as found:
                async for _ in found.aiter_raw():
                    break
            await upstream.gone.wait()
            await until(lambda: _gone(processor.admin_url))
            assert await _idle(processor.admin_url)

    run(test)


def test_our_own_mistake_withholds_the_reply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole, and streamed before and after bytes have left."""
    from filterproxy.engine.passage import Passage

    taken = Passage._take

    def fails(self: Passage, data: bytes) -> bytes:
        if b"secret" in data:
            raise KeyError("a secret")
        return taken(self, data)

    monkeypatch.setattr(Passage, "_take", fails)

    async def test() -> None:
        going = asyncio.Event()
        streamed = (*BEGUN, going, *SECRET)
        async with (
            scripted(reply(completion("A secret."))) as (_, model),
            filtering(tmp_path, model) as (_, _, client),
        ):
            found = await client.post(CHAT, json=asking())
            assert (500, "internal_error") == (found.status_code, found.json()["error"]["type"])
        async with scripted(*streamed) as (_, model), filtering(tmp_path, model) as (_, processor, client):
            async with client.stream("POST", CHAT, json=asking()) as found:
                read = b""
                async for data in found.aiter_raw():
                    read += data
                    going.set()
            assert b"Hello. " in read and b"internal_error" in read and b"secret" not in read
            await until(lambda: _idle(processor.admin_url))
            assert 1 == await metric(processor.admin_url, "replies_total", outcome="error")

    run(test)


@pytest.mark.parametrize("allow", [False, True])
def test_a_processor_that_is_killed_leaks_nothing(tmp_path: Path, allow: bool) -> None:
    """
    Within a stream the answer is cut off, whatever `failure_mode_allow` says; later requests are refused, as
    long as it says `false`.
    """
    replaced = {"failure_mode_allow: false": "failure_mode_allow: true"} if allow else {}

    async def test() -> None:
        going = asyncio.Event()
        script = (*BEGUN, going, *SECRET)
        async with (
            scripted(*script) as (_, model),
            program("--rules", str(shells.write(tmp_path))) as processor,
            envoy(tmp_path, model, processor.address, replaced) as one,
            httpx.AsyncClient(base_url=one.url, trust_env=False, timeout=20) as client,
        ):
            read = b""
            with pytest.raises(httpx.RemoteProtocolError):
                async with client.stream("POST", CHAT, json=asking()) as found:
                    async for data in found.aiter_raw():
                        read += data
                        if not going.is_set():
                            processor.send(signal.SIGKILL)
                            await processor.process.wait()
                            going.set()
            assert HELLO == read
            if not allow:
                found = await client.post(CHAT, json=asking())
                assert found.status_code >= 500
                assert b"secret" not in found.content

    run(test)


def test_a_processor_that_is_told_to_end_lets_replies_end(tmp_path: Path) -> None:
    """Exit code 0; its health service says that it is going, and /readyz, too."""

    async def ended(processor: Program) -> bool:
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                return (await client.get(f"{processor.admin}/readyz")).status_code == 503
            except httpx.HTTPError:
                return False

    async def test() -> None:
        going = asyncio.Event()
        script = (*BEGUN, going, *SECRET)
        async with (
            scripted(*script) as (_, model),
            program("--rules", str(shells.write(tmp_path))) as processor,
            envoy(tmp_path, model, processor.address) as one,
            httpx.AsyncClient(base_url=one.url, trust_env=False, timeout=20) as client,
            client.stream("POST", CHAT, json=asking()) as found,
        ):
            read = b""
            async for data in found.aiter_raw():
                read += data
                if not going.is_set():
                    processor.send(signal.SIGTERM)
                    await until(lambda: ended(processor))
                    going.set()
            assert b"[redacted]" in read and read.endswith(DONE)
            assert 0 == await processor.process.wait()

    run(test)


# A real model


def test_a_real_model_reads_the_same_through_envoy_as_through_the_proxy(tmp_path: Path) -> None:
    async def test() -> None:
        try:
            serving = llama.serving()
            address = await serving.__aenter__()
        except RuntimeError as error:
            pytest.skip(str(error))
        try:
            async with (
                shells.reference(shells.write(tmp_path), address) as proxy,
                filtering(tmp_path, address) as (_, _, client),
            ):
                for stream in (False, True):
                    asked = {**asking(stream=stream), "max_tokens": 8}
                    expected = await proxy.ask(post(body=json.dumps(asked).encode()))
                    found = await client.post(CHAT, json=asked)

                    assert expected.status == found.status_code == 200
                    assert _said(expected.body, stream) == _said(found.content, stream)
        finally:
            await serving.__aexit__(None, None, None)

    run(test, 120)


def _said(body: bytes, stream: bool) -> dict[int, str]:
    """The text of each choice."""
    if not stream:
        return {c["index"]: c["message"]["content"] for c in json.loads(body)["choices"]}
    texts: dict[int, str] = {}
    for line in body.split(b"\n\n"):
        if line.startswith(b"data: {"):
            for choice in json.loads(line[6:])["choices"]:
                text = choice["delta"].get("content") or ""
                texts[choice["index"]] = texts.get(choice["index"], "") + text
    return texts
