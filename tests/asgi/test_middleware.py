"""What the middleware says to an application and to a server that are made by hand."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from filterproxy.asgi import ResponseFilter
from filterproxy.asgi.messages import App, Message, Receive, Scope, Send
from filterproxy.asgi.settings import settings_of
from filterproxy.config import Config
from filterproxy.embedded import LOOK_SECONDS, Embedded, LoadError, meter_of
from filterproxy.engine.passage import Passage
from filterproxy.rulebook.load import shipped_rules
from filterproxy.rulebook.problem import RulebookError
from tests import shells
from tests.asgi.served import Spoken, asking, counted, scope
from tests.proxy.fake_upstream import DONE, completion, delta
from tests.timed import run

ASKED = {"messages": [{"role": "user", "content": "Hi?"}]}
SSE = [(b"Content-Type", b"text/event-stream")]
JSON = [(b"content-type", b"application/json")]


@pytest.fixture(autouse=True)
def unwatched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No thread outlives its test: here nobody says that an application has ended."""
    begun: list[Embedded] = []
    watch = Embedded.watch

    def noted(self: Embedded, seconds: float = LOOK_SECONDS) -> None:
        begun.append(self)
        watch(self, seconds)

    monkeypatch.setattr(Embedded, "watch", noted)
    yield
    for one in begun:
        one.unwatch()


class Says:
    """An application that answers every request with the same messages, and notes what it is asked."""

    def __init__(self, *messages: Message) -> None:
        self.messages = messages
        self.scope: Scope = {}
        self.asked = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        if scope["type"] == "http":
            self.asked = (await receive())["body"]
        for message in self.messages:
            await send(message)


def start(headers: Sequence[tuple[bytes, bytes]], status: int = 200) -> Message:
    return {"type": "http.response.start", "status": status, "headers": headers}


def body(data: bytes, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


def around(app: App, folder: Path, **settings: Any) -> tuple[ResponseFilter, CollectorRegistry]:
    registry = CollectorRegistry()
    config = Config("http://h", **settings)
    return ResponseFilter(app, shells.write(folder), config=config, registry=registry), registry


async def answered(app: App, asked: Scope | None = None, says: list[Message] | None = None) -> Spoken:
    server = Spoken(asking(ASKED) if says is None else says)
    await app(asked or scope(), server.receive, server.send)
    return server


def test_requests_reach_the_application_as_they_came_but_for_encodings_and_names_of_ours(
    tmp_path: Path,
) -> None:
    async def test() -> None:
        inner = Says(start(JSON), body(completion("Hi.")))
        app, _ = around(inner, tmp_path)
        headers = [(b"host", b"h"), (b"accept-encoding", b"br"), (b"x-filterproxy-decision-id", b"1")]
        ways: dict[str, Any] = {"http.response.pathsend": {}, "tls": {}}
        data = json.dumps(ASKED).encode()
        says: list[Message] = [
            {"type": "http.request", "body": data[:9], "more_body": True},
            {"type": "http.request", "body": data[9:], "more_body": False},
        ]
        await answered(app, scope(headers=headers, extensions=ways), says)

        assert data == inner.asked
        assert [(b"host", b"h"), (b"accept-encoding", b"identity")] == inner.scope["headers"]
        # What sends a body past the filter is not offered.
        assert {"tls": {}} == inner.scope["extensions"]

    run(test)


@pytest.mark.parametrize(
    "other",
    [
        scope("/page"),
        scope(method="GET", path="/v1/models"),
        {"type": "websocket", "path": "/v1/chat/completions"},
    ],
)
def test_everything_else_is_untouched(tmp_path: Path, other: Scope) -> None:
    """The very objects."""

    async def test() -> None:
        seen: list[Any] = []

        async def inner(*given: Any) -> None:
            seen.extend(given)

        app, registry = around(inner, tmp_path)
        server = Spoken()
        receive, send = server.receive, server.send
        await app(other, receive, send)

        assert seen[0] is other and seen[1] == receive and seen[2] == send
        assert 0 == counted(registry, "replies_in_flight")

    run(test)


@pytest.mark.parametrize("wish", [b"websocket", b"h2c"])
def test_a_wish_for_another_protocol_passes_nothing_by_the_rules(tmp_path: Path, wish: bytes) -> None:
    """Servers answer such a request as any other."""

    async def test() -> None:
        app, _ = around(Says(start(JSON), body(completion("A secret."))), tmp_path)
        server = await answered(app, scope(headers=[(b"connection", b"upgrade"), (b"upgrade", wish)]))

        assert "A [redacted]." == json.loads(server.body)["choices"][0]["message"]["content"]

    run(test)


def test_the_head_waits_for_the_first_byte_that_may_leave(tmp_path: Path) -> None:
    async def test() -> None:
        server = Spoken(asking({"model": "a drop", "stream": True, **ASKED}))
        seen: list[int] = []

        async def inner(scope: Scope, receive: Receive, send: Send) -> None:
            for message in (start(SSE), body(delta("Good "), True), body(delta("day.", "stop"), True)):
                await send(message)
                seen.append(len(server.told))
            await send(body(DONE))

        app, _ = around(inner, tmp_path)
        await app(scope(), server.receive, server.send)

        assert [0, 0, 0] == seen
        assert server.complete and delta("Good ") in server.body

    run(test)


def test_a_request_that_is_too_large_is_refused_in_the_dialects_shape(tmp_path: Path) -> None:
    async def test() -> None:
        inner = Says()
        app, registry = around(inner, tmp_path, request_limit_bytes=10)
        for headers in ([], [(b"content-length", b"11")]):
            server = await answered(app, scope(headers=headers))

            assert 413 == server.status
            assert "invalid_request_error" == json.loads(server.body)["error"]["type"]
        assert {} == inner.scope
        labels = {"route": "default", "dialect": "openai_chat", "outcome": "client_error"}
        assert 2 == counted(registry, "replies_total", **labels)

    run(test)


def test_a_client_that_leaves_while_it_asks_is_counted(tmp_path: Path) -> None:
    async def test() -> None:
        inner = Says()
        app, registry = around(inner, tmp_path)
        server = await answered(app, says=[{"type": "http.disconnect"}])

        assert ([], {}) == (server.told, inner.scope)
        labels = {"route": "default", "dialect": "openai_chat", "outcome": "client_gone"}
        assert 1 == counted(registry, "replies_total", **labels)

    run(test)


def test_a_client_that_leaves_is_told_to_the_application(tmp_path: Path) -> None:
    async def test() -> None:
        heard: list[str] = []

        async def inner(scope: Scope, receive: Receive, send: Send) -> None:
            await receive()
            await send(start(SSE))
            await send(body(delta("Good "), True))
            server.gone.set()
            heard.append((await receive())["type"])

        app, registry = around(inner, tmp_path)
        server = Spoken(asking(ASKED))
        await app(scope(), server.receive, server.send)

        assert ["http.disconnect"] == heard
        assert not server.complete
        labels = {"route": "default", "dialect": "openai_chat", "outcome": "client_gone"}
        assert 1 == counted(registry, "replies_total", **labels)

    run(test)


def test_an_application_that_stops_early_is_a_model_that_broke_off(tmp_path: Path) -> None:
    async def test() -> None:
        said = body(delta("Hello. "), True), body(delta("A secret"), True)
        app, registry = around(Says(start(SSE), *said), tmp_path)
        server = await answered(app)

        assert server.complete
        assert b"[redacted]" in server.body and b"broke off" in server.body
        assert 1 == counted(registry, "upstream_errors_total", upstream="default", cause="cut")

    run(test)


def test_a_body_that_nobody_could_read_does_not_go_through(tmp_path: Path) -> None:
    async def test() -> None:
        app, _ = around(Says(start(JSON), {"type": "http.response.pathsend", "path": "/etc/hosts"}), tmp_path)
        server = Spoken(asking(ASKED))
        with pytest.raises(RuntimeError, match="pathsend"):
            await app(scope(), server.receive, server.send)

        assert 502 == server.status
        assert "http.response.pathsend" not in [message["type"] for message in server.told]

    run(test)


def test_our_own_mistake_is_an_error_and_never_a_reply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(self: Passage) -> bytes:
        raise KeyError("a secret")

    monkeypatch.setattr(Passage, "_end", fails)

    async def test() -> None:
        app, registry = around(Says(start(JSON), body(completion("A secret."))), tmp_path)
        server = await answered(app)

        assert 500 == server.status and server.complete
        assert b"secret" not in server.body
        labels = {"route": "default", "dialect": "openai_chat", "outcome": "error"}
        assert 1 == counted(registry, "replies_total", **labels)

    run(test)
    assert "KeyError" in caplog.text and "a secret" not in caplog.text


def test_an_application_that_expects_it_is_told_by_an_error_that_nobody_wants_more(tmp_path: Path) -> None:
    """Since 2.4 of the specification; the error stays between the two."""

    async def test() -> None:
        said: list[bytes] = []

        async def inner(scope: Scope, receive: Receive, send: Send) -> None:
            await send(start(SSE))
            for part in (b"data: {\n\n", b"data: {\n\n", b"data: {\n\n"):
                await send(body(part, True))
                said.append(part)

        app, _ = around(inner, tmp_path, event_limit_bytes=4)
        newer = {"version": "3.0", "spec_version": "2.4"}
        server = await answered(app, scope(asgi=newer))

        assert 1 == len(said)
        assert 502 == server.status and server.complete

    run(test)


def test_rules_that_ask_are_answered(tmp_path: Path) -> None:
    pack = tmp_path / "asking.yaml"
    name = "tests.asgi.test_middleware:find_names"
    pack.write_text(
        f"version: 1\npack: p\nrules:\n  - {{id: r, match: {{python: '{name}'}}, action: redact,\n"
        "     examples: {hit: [Jane], pass: [ok]}}\n"
    )

    async def test() -> None:
        config = Config("http://h", python=(name,))
        inner = Says(start(JSON), body(completion("Ask Jane.")))
        app = ResponseFilter(inner, pack, config=config, registry=CollectorRegistry())
        server = await answered(app)

        assert "Ask [redacted]." == json.loads(server.body)["choices"][0]["message"]["content"]

    run(test)


def find_names(text: str) -> list[tuple[int, int]]:
    at = text.find("Jane")
    return [(at, at + 4)] if at >= 0 else []


# Rules


def test_rules_are_read_before_the_application_starts_and_nothing_is_left_behind(tmp_path: Path) -> None:
    async def test() -> None:
        told: list[str] = []

        async def inner(scope: Scope, receive: Receive, send: Send) -> None:
            told.append(scope["type"])

        app, registry = around(inner, tmp_path)
        await app({"type": "lifespan"}, Spoken().receive, Spoken().send)

        assert ["lifespan"] == told
        assert 1 == counted(registry, "rule_info", rule="cut", pack="shells", mode="enforce", owner="")
        assert "filterproxy-rules" not in [thread.name for thread in threading.enumerate()]

    run(test)


def test_mistakes_in_the_rules_are_each_requests_error_where_nobody_said_that_it_starts(
    tmp_path: Path,
) -> None:
    async def test() -> None:
        inner = Says()
        app, _ = around(inner, tmp_path)
        (tmp_path / "shells.yaml").write_text("version: 1\npack: p\n")
        for _ in range(2):
            with pytest.raises(LoadError, match="rules"):
                await answered(app)
        assert {} == inner.scope

    run(test)


def test_a_changed_file_changes_the_rules_and_a_mistake_in_it_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pack = shells.write(tmp_path)
    registry = CollectorRegistry()
    one = Embedded(Config("http://h"), [pack], [], registry)
    one.load()
    first = one.passages.engines

    assert "unchanged" == one.reload()
    pack.write_text(shells.PACK.replace("secret", "hidden"))
    assert "ok" == one.reload()
    second = one.passages.engines
    assert first.hash != second.hash
    pack.write_text("nonsense")
    with caplog.at_level(logging.ERROR):
        assert "failed" == one.reload()
    assert one.passages.engines is second
    assert "shells.yaml:1" in caplog.text
    results = {
        name: counted(registry, "rulebook_reloads_total", result=name)
        for name in ("ok", "unchanged", "failed")
    }
    assert {"ok": 1, "unchanged": 1, "failed": 1} == results
    assert 0 == counted(registry, "rulebook_reload_successful")
    assert 1 == counted(registry, "rulebook_info", hash=second.hash)
    assert 0 == counted(registry, "rulebook_info", hash=first.hash)


def test_a_changed_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = shells.write(tmp_path)
    one = Embedded(Config("http://h"), [pack], [], CollectorRegistry())
    one.load()
    noticed = threading.Event()
    monkeypatch.setattr(one, "reload", noticed.set)
    one.watch(0.001)
    pack.write_text(shells.PACK + "\n# another\n")

    assert noticed.wait(5)
    asyncio.run(one.close())


def test_filters_of_one_registry_count_in_one_place() -> None:
    registry = CollectorRegistry()

    assert meter_of(registry) is meter_of(registry)
    assert meter_of(registry) is not meter_of(CollectorRegistry())


# Settings


def test_arguments_come_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "filterproxy.yaml"
    file.write_text("rules: [in_file]\nunscanned: drop\n")
    environment = {"FILTERPROXY_CONFIG": str(file)}
    found = settings_of(None, None, None, environment)

    assert ((tmp_path / "in_file",), "drop") == (found.rules, found.config.unscanned)
    environment |= {"FILTERPROXY_RULES": "a,b", "FILTERPROXY_KNOWN": "k.txt", "FILTERPROXY_UNSCANNED": "pass"}
    found = settings_of(None, None, None, environment)
    assert ((Path("a"), Path("b")), (Path("k.txt"),)) == (found.rules, found.known)
    assert "pass" == found.config.unscanned
    found = settings_of("c", ["d", Path("e")], None, environment)
    assert ((Path("c"),), (Path("d"), Path("e"))) == (found.rules, found.known)
    assert "https://h/r.yaml" == settings_of("https://h/r.yaml", None, None, environment).rules
    assert ((shipped_rules(),), ()) == _plain(settings_of(None, None, Config("http://h"), environment))
    assert ((shipped_rules(),), ()) == _plain(settings_of(None, None, None, {}))


def _plain(found: Any) -> tuple[Any, Any]:
    return found.rules, found.known


def test_mistakes_in_a_configuration_are_told_at_their_place(tmp_path: Path) -> None:
    file = tmp_path / "filterproxy.yaml"
    file.write_text("unscaned: drop\n")
    with pytest.raises(RulebookError, match=r"filterproxy\.yaml:1"):
        settings_of(None, None, file, {})
