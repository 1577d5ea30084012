"""A service that judges texts, scripted, and rules that ask it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from filterproxy.actions.template import Literal
from filterproxy.core.rule import Action, Rule, Say, Verb
from filterproxy.detectors.service import Service
from tests.proxy.fake_upstream import Step, reply


@dataclass
class Judge:
    """A service that answers with what *says* makes of what it is asked, or plays raw bytes."""

    says: Callable[[dict[str, Any]], Any] = lambda asked: {"flagged": "bad" in asked["text"]}
    raw: list[Step] | None = None
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                said = json.loads(await reader.readexactly(size))
                self.asked.append(said)
                for step in self.raw or [reply(json.dumps(self.says(said)).encode())]:
                    if isinstance(step, asyncio.Event):
                        await step.wait()
                    elif step is None:
                        writer.transport.abort()
                    else:
                        writer.write(step)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(judge: Judge) -> AsyncIterator[Judge]:
    server = await asyncio.start_server(judge.play, "127.0.0.1", 0)
    judge.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/judge"
    try:
        yield judge
    finally:
        server.close()


def rule(judge: Judge, verb: Verb = Verb.DROP, *, timeout: int = 5000, **more: Any) -> Rule:
    say = Say({"default": "No."}) if verb is Verb.DROP else None
    template = Literal("[x]") if verb is Verb.REDACT else None
    more = {"id": "s1", "match": Service(judge.url, timeout), **more}
    return Rule(action=Action(verb, say=say, template=template), **more)
