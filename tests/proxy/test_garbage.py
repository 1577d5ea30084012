"""What a reply and a connection leave behind: nothing that waits for a look for cycles."""

from __future__ import annotations

import asyncio
import gc
import logging
import weakref
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import pytest
import uvloop

from filterproxy.core.rule import OnError, Verb
from filterproxy.core.session import Session
from filterproxy.dialects.reply import Stream
from filterproxy.engine.engine import Engine
from filterproxy.proxy.pump import Heart
from filterproxy.proxy.server import Protocol
from filterproxy.proxy.upstream.connection import Connection
from tests.proxy.chats import Run, drop, retry, streamed
from tests.proxy.fake_upstream import STREAM as HEAD
from tests.proxy.fake_upstream import Proxy, Step, chunk, completion, delta, post, proxied, reply
from tests.proxy.judge import Judge, rule, serving
from tests.proxy.test_pump import Held

_BEGUN = HEAD + chunk(delta("Hello. "))
_BROKEN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"
_WAITS = b"waits until the other side leaves"


@pytest.fixture
def run(caplog: pytest.LogCaptureFixture) -> Run:
    """Runs a test's coroutine on the loop that workers run on; no log is kept, which would keep errors."""
    caplog.set_level(logging.CRITICAL)

    def runs(test: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(asyncio.wait_for(test, 10))

    return runs


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref[Session]]:
    """Those that engines make from now on."""
    made: list[weakref.ref[Session]] = []

    class Known(Session):
        """A session that can be asked whether it is still there."""

    def session(engine: Engine, *args: object, **more: object) -> Session:
        one = Session.__new__(Known)
        one.__dict__.update(original(engine, *args, **more).__dict__)  # type: ignore[arg-type]
        made.append(weakref.ref(one))
        return one

    original = Engine.session
    monkeypatch.setattr(Engine, "session", session)
    return made


async def _reads(proxy: Proxy) -> None:
    await proxy.ask(post(stream=True))


async def _leaves(proxy: Proxy) -> None:
    answer = await proxy.open(post(stream=True))
    await answer.until(b"Hello")
    answer.leave()
    await proxy.upstream.gone.wait()


async def _leaves_early(proxy: Proxy) -> None:
    answer = await proxy.open(post())
    await proxy.upstream.asked.wait()
    answer.leave()
    await proxy.upstream.gone.wait()


async def _leaves_while_it_waits(proxy: Proxy) -> None:
    answer = await proxy.open(post(stream=True))
    await answer.until(b":")  # a heartbeat
    answer.leave()
    await proxy.upstream.gone.wait()


@pytest.mark.parametrize(
    ("script", "ask"),
    [
        ([reply(completion("Hi."))], _reads),
        (streamed(delta("Hi.", "stop")), _reads),
        ([_BEGUN, None], _reads),
        ([_BROKEN, None], _reads),
        ([None], _reads),
        ([b"no HTTP\r\n\r\n"], _reads),
        ([_BEGUN, b"no chunk\r\n"], _reads),
        ([_BEGUN, _WAITS], _reads),
        ([_BEGUN, _WAITS], _leaves),
        ([_WAITS], _leaves_early),
        ([_BEGUN, _WAITS], _leaves_while_it_waits),
    ],
    ids=[
        "whole",
        "streamed",
        "a stream that breaks off",
        "a body that breaks off",
        "no answer",
        "an answer that is not HTTP",
        "a stream that is not HTTP",
        "a stream that stands still",
        "a client that leaves",
        "a client that leaves early",
        "a client that leaves while text is held",
    ],
)
def test_a_reply_is_gone_with_its_answer(
    run: Run,
    sessions: list[weakref.ref[Session]],
    script: Sequence[Step],
    ask: Callable[[Proxy], Awaitable[None]],
) -> None:
    """
    Thousands a second would else stay until the collector comes: memory, and time. Each keeps its rules:
    with every change of them a rulebook more would stay.
    """
    held = [drop()] if ask is _leaves_while_it_waits else []

    async def test() -> None:
        more: dict[str, Any] = {"idle_timeout_seconds": 0.2, "heartbeat_seconds": 0.05}
        # An event belongs to the loop on which it is first waited for.
        steps = [asyncio.Event() if step is _WAITS else step for step in script]
        async with proxied(steps, rules=held, **more) as proxy:
            sessions.clear()
            with _uncollected():
                await ask(proxy)
                await proxy.settled()
                await _turns()
                assert sessions
                assert [known() for known in sessions if known() is not None] == []

    run(test())


def test_a_reply_that_was_thrown_away_for_another_is_gone(
    run: Run, sessions: list[weakref.ref[Session]]
) -> None:
    """Both are, once the second has left; also where that one broke off."""

    async def test() -> None:
        for last in (reply(completion("Hi.")), _BROKEN):
            first = [reply(completion("A secret."))]
            async with proxied(first, [last, None], rules=[retry()]) as proxy:
                sessions.clear()
                with _uncollected():
                    await proxy.ask(post())
                    await proxy.settled()
                    await _turns()
                    assert [known() for known in sessions] == [None, None]

    run(test())


@pytest.mark.parametrize("verb", [Verb.DROP, Verb.FLAG])
@pytest.mark.parametrize(
    "script",
    [
        [reply(completion("A bad reply."))],
        streamed(delta("A bad reply.", "stop")),
        [_BEGUN, None],
    ],
    ids=["whole", "streamed", "broken off"],
)
@pytest.mark.parametrize("timeout", [5000, 1])
def test_a_reply_that_a_service_was_asked_about_is_gone(
    run: Run, sessions: list[weakref.ref[Session]], script: Sequence[Step], verb: Verb, timeout: int
) -> None:
    """Whether it waited for the answer or not, and whether one came."""

    async def test() -> None:
        judge = Judge(raw=[asyncio.Event()] if timeout == 1 else None)
        async with serving(judge):
            asks = rule(judge, verb, timeout=timeout, on_error=OnError.PASS)
            async with proxied(script, rules=[asks]) as proxy:
                sessions.clear()
                with _uncollected():
                    await proxy.ask(post(stream=True))
                    await proxy.settled()
                    await _turns()
                    assert sessions
                    assert [known() for known in sessions if known() is not None] == []

    run(test())


def test_a_connection_is_gone_when_it_has_ended(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """On either side."""
    made: list[weakref.ref[object]] = []

    def noting(kind: type[Any]) -> None:
        original = kind.__init__

        def init(self: object, *args: object, **more: object) -> None:
            original(self, *args, **more)
            made.append(weakref.ref(self))

        monkeypatch.setattr(kind, "__init__", init)

    noting(Protocol)
    noting(Connection)

    async def test() -> None:
        with _uncollected():
            async with proxied([reply(completion("Hi."), b"connection: close")]) as proxy:
                await proxy.ask(post("/v1/chat/completions", None, "connection: close"))
                await proxy.settled()
                await _turns()
                assert [type(one()).__name__ for one in made] == ["NoneType", "NoneType"]

    run(test())


def test_an_attempt_at_a_connection_leaves_nothing(run: Run, sessions: list[weakref.ref[Session]]) -> None:
    """Where nobody listens."""

    async def test() -> None:
        # Port 1 is one that nobody takes.
        async with proxied(upstream="http://127.0.0.1:1") as proxy:
            sessions.clear()
            with _uncollected():
                assert (await proxy.ask(post())).status == 502
                await proxy.settled()
                await _turns()
                assert [known() for known in sessions] == [None]

    run(test())


def test_a_heart_is_gone_when_it_stops_amid_a_beat(run: Run) -> None:
    """A client that takes nothing leaves."""

    async def test() -> None:
        beaten = asyncio.Event()

        async def out(data: bytes) -> None:
            beaten.set()
            await asyncio.Event().wait()

        with _uncollected():
            heart = Heart(cast(Stream, Held()), out, 0.001)
            known = weakref.ref(heart)
            heart.start()
            await beaten.wait()
            heart.stop()
            del heart
            await _turns()
            assert known() is None

    run(test())


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing in a cycle goes."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _turns() -> None:
    """What the event loop itself still keeps has gone."""
    for _ in range(5):
        await asyncio.sleep(0)
