"""What is counted of a reply when it has gone, whichever way it went: the same for every shell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from filterproxy.config import DEFAULT
from filterproxy.core.session import Session
from filterproxy.core.verdict import Outcome
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.reply import Stream
from filterproxy.engine.engine import Engine
from filterproxy.engine.times import Times
from filterproxy.metrics import JUDGED, UNSCANNED, Metrics

NO_DIALECT = "none"


class Gone(Protocol):
    """
    A reply that has gone.

    attempt: replies that were thrown away before it. outcome: what is counted where that is not the
    verdict's; "" for that, or, without a session, for nothing.
    """

    @property
    def route(self) -> str: ...

    @property
    def dialect(self) -> Dialect | None: ...

    @property
    def engine(self) -> Engine | None: ...

    @property
    def session(self) -> Session | None: ...

    @property
    def stream(self) -> Stream | None: ...

    @property
    def attempt(self) -> int: ...

    @property
    def times(self) -> Times: ...

    @property
    def outcome(self) -> str: ...


def count(reply: Gone, metrics: Metrics) -> str:
    """Count a reply, once; its outcome, "" where it has none."""
    session, engine, outcome = reply.session, reply.engine, reply.outcome
    if not outcome and session is not None:
        outcome = outcome_of(session, reply.attempt)
    if session is not None and engine is not None:
        engine.observe_verdict(session.verdict)
        if outcome in JUDGED:  # as engine.scrape counts for the rules that are there for every reply
            engine.met(session)
        metrics.filtered(reply.times.filtering)
        if reply.stream is not None:
            metrics.streamed(session.verdict.held_peak, reply.times.held, reply.times.delay)
    if outcome:
        metrics.reply(reply.route, NO_DIALECT if reply.dialect is None else reply.dialect.name, outcome)
    return outcome


def count_causes(unscanned: Iterable[str], failures: Iterable[str], metrics: Metrics) -> None:
    """Count why replies were not judged, and what was wrong with the one upstream there is."""
    for cause in unscanned:
        metrics.unscanned(cause)
    for cause in failures:
        metrics.upstream_error(DEFAULT, cause)


def outcome_of(session: Session, attempt: int) -> str:
    """What is counted of a reply that was judged. attempt: replies thrown away before it."""
    verdict = session.verdict
    found = verdict.outcome if verdict.outcomes else Outcome.PASS
    if found is Outcome.PASS and verdict.unscanned:
        return UNSCANNED
    if attempt and found in (Outcome.PASS, Outcome.FLAG):
        return Outcome.RETRY.value
    return found.value
