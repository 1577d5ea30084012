"""One request and all that is known of it, until its reply has gone."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from filterproxy.config import DEFAULT
from filterproxy.core.request import Request
from filterproxy.core.session import Session
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.reply import Stream
from filterproxy.dialects.usage import Tokens
from filterproxy.engine.engine import Engine
from filterproxy.engine.headers import Headers
from filterproxy.engine.times import Times
from filterproxy.proxy.client import Client, ClientError
from filterproxy.proxy.upstream.response import Response
from filterproxy.record.decision import Attempt, Decision, Seconds

if TYPE_CHECKING:  # an extra
    from opentelemetry.trace import Span

_NONE = Tokens()


class Origin(Protocol):
    """A model server, or several that stand for each other; see upstream.Upstream.send."""

    async def send(
        self,
        method: str,
        target: bytes,
        headers: Headers,
        body: bytes | AsyncIterator[bytes],
        *,
        resend: bool = False,
    ) -> Response: ...


@dataclass(slots=True, weakref_slot=True)
class Exchange:
    """
    One request, whatever its path, until its reply has gone.

    began: on time.perf_counter's clock. route: the name of the configured one that it takes. upstream: the
    name of the last one that was asked. drops: whether a reply that cannot be judged is withheld. dialect:
    that it speaks, if any. engine: that judges its reply. keeps: whether somebody wants the reply's texts.
    tries: what `attempt` counts from. stream: of the reply whose head has left, or will with its first byte;
    kind: its content type. attempt: replies that were thrown away for another try; discarded: what those had
    cost; past: what rules said of them. tokens: what the reply that is delivered has cost, where somebody
    wants to know. outcome: what is counted, where that is not the verdict's. span: that records it, if any.
    """

    client: Client
    began: float = field(default_factory=time.perf_counter)
    route: str = DEFAULT
    upstream: str = ""
    drops: bool = False
    dialect: Dialect | None = None
    request: Request = field(default_factory=Request)
    engine: Engine | None = None
    keeps: bool = False
    tries: int = 0
    session: Session | None = None
    stream: Stream | None = None
    kind: bytes = b""
    attempt: int = 0
    discarded: Tokens = _NONE
    past: list[Attempt] = field(default_factory=list)
    tokens: Tokens = _NONE
    outcome: str = ""
    times: Times = field(default_factory=Times)
    span: Span | None = None

    def fresh(self, asking: bool) -> Session:
        """A session for the reply of this attempt. asking: False for one of rules that need no answers."""
        # No closure that is kept here: in a cycle all of the exchange would stay until it is looked for.
        assert self.engine is not None
        session = self.engine.session(self.request, self.tries + self.attempt, asking=asking)
        session.keeps = session.keeps or self.keeps
        return session

    @property
    def latest(self) -> Attempt | None:
        """What rules said of the reply that is being judged; None where none is."""
        session = self.session
        if session is None:
            return None
        texts = session.sent if self.keeps else None
        return Attempt(session.verdict, texts)


async def ask(
    client: Client,
    upstream: Origin,
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


def decision_of(exchange: Exchange) -> Decision:
    """What is known of an exchange that is over."""
    client, times, latest = exchange.client, exchange.times, exchange.latest
    now = time.time()
    total = time.perf_counter() - exchange.began
    return Decision(
        id=client.id.decode(),
        began=now - total,
        rulebook="" if exchange.engine is None else exchange.engine.rulebook.hash,
        route=exchange.route,
        dialect="" if exchange.dialect is None else exchange.dialect.name,
        request=exchange.request,
        status=client.status,
        outcome=exchange.outcome,
        upstream=exchange.upstream,
        attempts=(*exchange.past, *([] if latest is None else [latest])),
        tokens=exchange.tokens if exchange.stream is None else exchange.stream.tokens(),
        discarded=exchange.discarded,
        seconds=Seconds(
            filtering=times.filtering,
            held=times.held,
            first_byte=max(0.0, client.started_at - exchange.began) if client.started else 0.0,
            total=total,
        ),
    )
