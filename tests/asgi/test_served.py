"""Inside a real FastAPI application under the real uvicorn, read by the official `openai` client."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import openai
import prometheus_client
import pytest
import uvicorn
from fastapi import FastAPI
from openai import AsyncOpenAI
from prometheus_client import CollectorRegistry, generate_latest
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from uvicorn.lifespan.on import LifespanOn

from filterproxy.asgi import ResponseFilter
from filterproxy.config import Config
from tests import shells
from tests.asgi.served import counted, model_app, script, serving
from tests.clients.test_openai import client_of
from tests.timed import run

ASKED: Any = {"messages": [{"role": "user", "content": "Hi?"}]}
SCRIPTS = {
    "quiet": script(*shells.QUIET),
    "redact": script("The sec", "ret is out. ", "Bye."),
    "cut": script("Fine. ", "Take poi", "son now. ", "Bye."),
    "drop": script("Fine. ", "It is forb", "idden. ", "Bye."),
    "refuse": script("Fine. ", "It is unsay", "able."),
    "breaks": script("Good ", "morning. ", "The secret ", "is out.", breaks=True),
}
LEFT = {
    "quiet": "".join(shells.QUIET),
    "redact": "The [redacted] is out. Bye.",
    "cut": "Fine. No more.",
    "drop": "No.",
}


def filter_into(app: FastAPI, pack: Path) -> CollectorRegistry:
    registry = CollectorRegistry()
    app.add_middleware(ResponseFilter, rules=pack, config=Config("http://h"), registry=registry)
    return registry


@asynccontextmanager
async def client(app: FastAPI) -> AsyncIterator[AsyncOpenAI]:
    async with serving(app) as address, client_of(address) as found:
        yield found


async def streamed(client: AsyncOpenAI, model: str) -> str:
    said = ""
    async for part in await client.chat.completions.create(model=model, stream=True, **ASKED):
        said += part.choices[0].delta.content or "" if part.choices else ""
    return said


async def whole(client: AsyncOpenAI, model: str) -> str | None:
    found = await client.chat.completions.create(model=model, **ASKED)
    content: str | None = found.choices[0].message.content
    return content


async def gone(ended: Callable[[], bool]) -> None:
    """Until *ended*; the deadline is the test's."""
    while not ended():
        await asyncio.sleep(0.001)


def test_the_client_reads_what_the_rules_leave(tmp_path: Path) -> None:
    async def test() -> None:
        app = model_app(SCRIPTS)
        registry = filter_into(app, shells.write(tmp_path))
        async with client(app) as found:
            for model, left in LEFT.items():
                assert left == await whole(found, model)
                assert left == await streamed(found, model)
            for read in (whole, streamed):
                with pytest.raises(openai.BadRequestError) as raised:
                    await read(found, "refuse")
                assert "content_filter" == raised.value.code
        labels = {"route": "default", "dialect": "openai_chat"}
        outcomes = {
            o: counted(registry, "replies_total", outcome=o, **labels)
            for o in ("pass", "edit", "cut", "drop")
        }

        assert {"pass": 2, "edit": 2, "cut": 2, "drop": 4} == outcomes
        assert 0 == counted(registry, "replies_in_flight")

    run(test)


def test_what_no_rule_touches_is_the_applications_own_byte_for_byte(tmp_path: Path) -> None:
    async def test() -> None:
        bare, filtered = model_app(SCRIPTS), model_app(SCRIPTS)
        filter_into(filtered, shells.write(tmp_path))
        for stream in (False, True):
            bodies = []
            for app in (bare, filtered):
                async with client(app) as found:
                    asked = {"model": "quiet", "stream": stream, **ASKED}
                    response = await found._client.post(f"{found.base_url}chat/completions", json=asked)
                    assert ("x-filterproxy-decision-id" in response.headers) == (app is filtered)
                    bodies.append(response.content)

            assert bodies[0] == bodies[1]

    run(test)


def test_it_answers_as_the_proxy_does(tmp_path: Path) -> None:
    """Status, type and body over the table that all shells share; who breaks off has a test of its own."""
    pack = shells.write(tmp_path)
    app = model_app()
    filter_into(app, pack)

    async def test() -> None:
        async with shells.models() as models, shells.reference(pack, models) as proxy, client(app) as found:
            base = str(found.base_url).removesuffix("/v1/")
            for case in (case for case in shells.CASES if not case.breaks):
                for stream in (False, True):
                    expected = await shells.asked(proxy, case, stream)
                    answer = await found._client.post(base + case.path, json=case.body(stream))

                    got = answer.status_code, answer.headers["content-type"]
                    assert (expected.status, expected.headers["content-type"]) == got, (case.name, stream)
                    assert same(expected.body, answer.content), (case.name, stream)

    run(test)


def same(expected: bytes, found: bytes) -> bool:
    """Byte for byte, or as JSON: applications write it with other blanks."""
    if expected == found:
        return True
    return bool(json.loads(expected) == json.loads(found))


def test_a_generator_that_raises_within_a_stream_ends_it_with_an_error_event(tmp_path: Path) -> None:
    async def test() -> None:
        app = model_app(SCRIPTS)
        registry = filter_into(app, shells.write(tmp_path))
        async with client(app) as found:
            said = ""
            with pytest.raises(openai.APIError, match="broke off"):
                async for part in await found.chat.completions.create(model="breaks", stream=True, **ASKED):
                    said += part.choices[0].delta.content or ""

            assert "Good morning. The [redacted] " == said
            await gone(
                lambda: counted(registry, "upstream_errors_total", upstream="default", cause="cut") == 1
            )

    run(test)


def test_a_generator_that_raises_while_all_is_held_is_an_error_of_the_server(tmp_path: Path) -> None:
    async def test() -> None:
        app = model_app({"drop": SCRIPTS["breaks"]})
        filter_into(app, shells.write(tmp_path))
        async with client(app) as found:
            with pytest.raises(openai.InternalServerError) as raised:
                await streamed(found, "drop")

            assert 502 == raised.value.status_code

    run(test)


class Seen(BaseHTTPMiddleware):
    """Adds a header, reads the request, and passes the reply on."""

    async def dispatch(self, request: Request, call_next: Any) -> Response:
        await request.body()
        response: Response = await call_next(request)
        response.headers["x-seen"] = "yes"
        return response


@pytest.mark.parametrize("above", [True, False])
def test_it_stands_above_and_below_starlettes_own_middleware(tmp_path: Path, above: bool) -> None:
    async def test() -> None:
        app = model_app(SCRIPTS)
        if above:
            app.add_middleware(Seen)
            app.add_middleware(GZipMiddleware, minimum_size=1)
        filter_into(app, shells.write(tmp_path))
        if not above:
            app.add_middleware(Seen)
            app.add_middleware(GZipMiddleware, minimum_size=1)
        async with client(app) as found:
            for read in (whole, streamed):
                assert LEFT["redact"] == await read(found, "redact")
                assert LEFT["quiet"] == await read(found, "quiet")
            asked = {"model": "redact", **ASKED}
            response = await found._client.post(f"{found.base_url}chat/completions", json=asked)

            assert "yes" == response.headers["x-seen"]
            # A reply is not encoded behind the filter, and may be before it.
            assert (None if above else "gzip") == response.headers.get("content-encoding")

    run(test)


def test_a_client_that_leaves_stops_the_application_and_is_counted(tmp_path: Path) -> None:
    async def test() -> None:
        app = model_app(SCRIPTS, slowly=asyncio.Event())
        registry = filter_into(app, shells.write(tmp_path))
        async with client(app) as found:
            stream = await found.chat.completions.create(model="quiet", stream=True, **ASKED)
            async for part in stream:
                if part.choices[0].delta.content:
                    break
            await stream.close()
            await app.state.stopped.wait()
            labels = {"route": "default", "dialect": "openai_chat", "outcome": "client_gone"}
            await gone(lambda: counted(registry, "replies_total", **labels) == 1)

    run(test)


def test_a_rule_that_wants_no_more_stops_the_application(tmp_path: Path) -> None:
    pack = tmp_path / "close.yaml"
    pack.write_text(
        "version: 1\npack: p\nrules:\n"
        "  - {id: r, match: {regex: secret}, action: {cut: match}, after_cut: close, say: Stop.,\n"
        "     examples: {hit: [secret], pass: [ok]}}\n"
    )

    async def test() -> None:
        app = model_app({"m": script("The ", "secret ", "is out.")}, slowly=asyncio.Event())
        filter_into(app, pack)
        async with client(app) as found:
            assert "The Stop." == await streamed(found, "m")
            await app.state.stopped.wait()

    run(test)


# As vLLM does


def load_as_vllm_does(app: FastAPI, dotted: str) -> None:
    """
    What `vllm serve --middleware NAME` does with each name: import it, and add it by what it is.

    https://docs.vllm.ai/en/latest/cli/serve/#-middleware. vLLM itself is not run here.
    """
    module, name = dotted.rsplit(".", 1)
    found = getattr(importlib.import_module(module), name)
    if inspect.isclass(found):
        app.add_middleware(found)  # type: ignore[arg-type]
    elif inspect.iscoroutinefunction(found):
        app.middleware("http")(found)
    else:
        raise ValueError(f"{dotted} is neither a class nor a coroutine function")


def test_it_is_loaded_as_vllm_loads_its_middleware(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its dotted path, with nothing but the application; metrics show where the application's own do."""
    monkeypatch.setenv("FILTERPROXY_RULES", str(shells.write(tmp_path)))

    async def test() -> None:
        app = model_app(SCRIPTS)
        load_as_vllm_does(app, "filterproxy.asgi.ResponseFilter")
        async with client(app) as found:
            assert LEFT["redact"] == await whole(found, "redact")
            assert LEFT["redact"] == await streamed(found, "redact")
        page = generate_latest(prometheus_client.REGISTRY).decode()

        assert 'filterproxy_replies_total{dialect="openai_chat",outcome="edit",route="default"} 2.0' in page
        assert 'filterproxy_rule_evaluated_total{rule="redact"} 2.0' in page
        assert 'filterproxy_rule_info{mode="enforce",owner="",pack="shells",rule="redact"} 1.0' in page

    run(test)


@pytest.mark.slow
def test_without_rules_those_that_ship_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FILTERPROXY_RULES", raising=False)

    async def test() -> None:
        app = model_app({"m": script("We are open ", "from 9 am to 5 pm.")})
        app.add_middleware(ResponseFilter, registry=CollectorRegistry())
        async with client(app) as found:
            asked = [{"role": "user", "content": "When do you open?"}]
            reply = await found.chat.completions.create(model="m", messages=asked)  # type: ignore[arg-type]

            assert "9 am" not in str(reply.choices[0].message.content)

    run(test)


def test_mistakes_in_the_rules_fail_the_start_in_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pack = shells.write(tmp_path)
    pack.write_text(pack.read_text().replace("action: redact,", "action: redcat,"))

    async def test() -> None:
        app = model_app(SCRIPTS)
        filter_into(app, pack)
        config = uvicorn.Config(app, log_config=None)
        config.load()
        lifespan = LifespanOn(config)
        await lifespan.startup()

        assert lifespan.should_exit

    run(test)

    assert 'unknown action "redcat"' in caplog.text
    assert "shells.yaml:6" in caplog.text
    assert "Traceback" not in caplog.text


def test_an_application_that_raises_before_its_reply_is_left_to_its_server(tmp_path: Path) -> None:
    async def test() -> None:
        app = model_app({})
        filter_into(app, shells.write(tmp_path))
        async with client(app) as found:
            with pytest.raises(openai.InternalServerError) as raised:
                await whole(found, "missing")

            assert 500 == raised.value.status_code

    run(test)
