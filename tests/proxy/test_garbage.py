"""What a reply leaves behind: nothing that waits for a look for cycles."""

from __future__ import annotations

import gc
import weakref

import pytest

from filterproxy.core.session import Session
from filterproxy.engine.engine import Engine
from tests.proxy.fake_upstream import completion, post, proxied, reply
from tests.proxy.test_app import Run, run

__all__ = ["run"]


def test_a_reply_is_gone_with_its_answer(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands a second would else stay until the collector comes: memory, and time."""
    sessions: list[weakref.ref[Session]] = []

    class Known(Session):
        """A session that can be asked whether it is still there."""

    def session(engine: Engine, *args: object, **more: object) -> Session:
        made = Session.__new__(Known)
        made.__dict__.update(original(engine, *args, **more).__dict__)  # type: ignore[arg-type]
        sessions.append(weakref.ref(made))
        return made

    original = Engine.session
    monkeypatch.setattr(Engine, "session", session)

    async def test() -> None:
        async with proxied([reply(completion("Hi."))]) as proxy:
            sessions.clear()
            gc.disable()
            try:
                await proxy.ask(post())
                await proxy.settled()
                assert [known() for known in sessions] == [None]
            finally:
                gc.enable()

    run(test())
