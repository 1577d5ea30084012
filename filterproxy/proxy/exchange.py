"""One request and all that is known of it, until its reply has gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from filterproxy.core.request import Request
from filterproxy.core.session import Session
from filterproxy.core.verdict import Outcome
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.reply import Stream
from filterproxy.dialects.usage import Tokens
from filterproxy.engine.engine import Engine
from filterproxy.engine.headers import Headers
from filterproxy.metrics import UNSCANNED
from filterproxy.proxy.client import Client, ClientError
from filterproxy.proxy.connection import Response
from filterproxy.proxy.pump import Times
from filterproxy.proxy.upstream import Upstream


@dataclass(slots=True)
class Exchange:
    """
    One request, whatever its path, until its reply has gone.

    dialect: that it speaks, if any. engine: that judges its reply. tries: what `attempt` counts from.
    stream: of the reply whose head has left, or will with its first byte; kind: its content type. attempt:
    replies that were thrown away for another try; discarded: what those had cost. outcome: what is counted,
    where that is not the verdict's.
    """

    client: Client
    dialect: Dialect | None = None
    request: Request = field(default_factory=Request)
    engine: Engine | None = None
    tries: int = 0
    session: Session | None = None
    stream: Stream | None = None
    kind: bytes = b""
    attempt: int = 0
    discarded: Tokens = field(default_factory=Tokens)
    outcome: str = ""
    times: Times = field(default_factory=Times)

    def fresh(self, asking: bool) -> Session:
        """A session for the reply of this attempt. asking: False for one of rules that need no answers."""
        # No closure that is kept here: in a cycle all of the exchange would stay until it is looked for.
        assert self.engine is not None
        return self.engine.session(self.request, self.tries + self.attempt, asking=asking)


async def ask(
    client: Client,
    upstream: Upstream,
    headers: Headers,
    body: bytes | AsyncIterator[bytes],
    *,
    resend: bool = False,
) -> Response:
    """What *upstream* answers to the client's request (see its `send`). Raises ClientError, UpstreamError."""
    try:
        return await upstream.send(client.method, client.target, headers, body, resend=resend)
    except ValueError as problem:  # a line break where none may be
        raise ClientError(400, str(problem)) from None


def outcome_of(session: Session, attempt: int) -> str:
    """What is counted of a reply that was judged. attempt: replies thrown away before it."""
    verdict = session.verdict
    found = verdict.outcome if verdict.outcomes else Outcome.PASS
    if found is Outcome.PASS and verdict.unscanned:
        return UNSCANNED
    if attempt and found in (Outcome.PASS, Outcome.FLAG):
        return Outcome.RETRY.value
    return found.value
