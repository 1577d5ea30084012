"""
One worker: the data path in a process of its own. Run as `python -m filterproxy.proxy.workers.worker`.

It is told on standard input what to serve, and later which other rules to take, and says on standard output
what came of it (see charter). It ends with 1 when it cannot start, and with 0, after the replies under way,
on SIGTERM or when standard input ends: then its parent has died.

It imports neither YAML nor pydantic nor anything of the command line and the admin side: that is memory, and
time until it is ready.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import json
import logging
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import uvicorn
import uvloop
from prometheus_client import CollectorRegistry

from filterproxy.answers import functions
from filterproxy.config import Config
from filterproxy.dialects.configured import routes_of
from filterproxy.engine.engines import Engines, engines_of
from filterproxy.engine.sharing import share
from filterproxy.metrics import Metrics
from filterproxy.proxy.app import App
from filterproxy.proxy.asking.answers import Answers
from filterproxy.proxy.reload.swap import Swaps
from filterproxy.proxy.server import Protocol as HttpProtocol
from filterproxy.proxy.tls import client_tls
from filterproxy.proxy.upstream.failover import failovers
from filterproxy.proxy.workers.charter import ERROR, READY, RULEBOOK, Lines, say
from filterproxy.record.redact import Books
from filterproxy.record.watchers import watchers_of
from filterproxy.rulebook.document import Document

if TYPE_CHECKING:  # an extra
    from filterproxy.proxy.tracing.tracing import Tracing

# Above the idle time of common clients' pools, so that it is they who close: a server that closes first
# makes requests fail that are on their way.
_KEEP_ALIVE_SECONDS = 75
# Objects that are made between two looks for cycles. Requests leave few behind; at the default of 700 the
# collector takes several percent of a worker's time.
_GC_THRESHOLD = 50_000


def main() -> int:
    """Serve until told to end; the exit code."""
    # Ctrl-C in a terminal reaches the whole group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
    logging.getLogger("filterproxy").setLevel(logging.INFO)
    # uvicorn tells here of what the app has already answered for, and of clients' broken HTTP.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    try:
        lines = Lines(sys.stdin.fileno())
        charter = json.loads(lines.wait())
        share(charter["index"])
        server = _server(Config.from_json(charter["config"]), charter, lines)
        sockets = [socket.socket(fileno=fd) for fd in charter["fds"]]
    except Exception as error:  # whatever it is, the parent has to hear of it in one line
        # A sentence for the operator, or a mistake of ours.
        said = str(error) if type(error) is ValueError else f"{type(error).__name__}: {error}"
        say(f"{ERROR}{said}")
        return 1
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(server.serve(sockets=sockets))
    return 0


def _server(config: Config, charter: dict[str, Any], lines: Lines) -> Server:
    metrics = Metrics(CollectorRegistry())
    engines = engines_of(charter.pop("document"), config, metrics)  # megabytes, which nobody reads again
    if killed := charter.get("killed", ()):
        engines = engines.without(killed)
    upstreams = failovers(config, metrics)
    tracing = tracing_of(config, metrics)
    answers = Answers(metrics, functions(config.python))
    answers.prepare(engines.rulebook.rules)
    books = Books()
    books.use(engines.rulebook)
    logs = watchers_of(config.decisions, config.recording, books, metrics, charter["index"])
    app = App(engines, config, metrics, upstreams, routes_of(config.dialects), answers, logs, tracing)

    def make(document: Document, previous: Engines) -> Engines:
        made = engines_of(document, config, metrics, previous)
        _give_back()
        answers.prepare(made.rulebook.rules)
        books.use(made.rulebook)
        return made

    rest: list[Closes] = [*upstreams.values(), app, *logs]
    if tracing is not None:
        rest.append(tracing)
    swaps = Swaps(app, make, killed=killed, turn=charter.get("turn", 0))
    return Server(server_config(app, config), lines, swaps, rest)


def tracing_of(config: Config, metrics: Metrics) -> Tracing | None:
    """What traces replies, if anything does. Raises ValueError, with a sentence for the operator."""
    if config.tracing == "off":
        return None
    try:
        from filterproxy.proxy.tracing.tracing import configured
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("opentelemetry"):
            raise
        raise ValueError("tracing: otlp needs OpenTelemetry: pip install 'filterproxy[otel]'") from None
    return configured(config, metrics)


def server_config(app: App, config: Config) -> uvicorn.Config:
    """How uvicorn serves client traffic."""
    return uvicorn.Config(
        app,
        loop="none",
        http=HttpProtocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, round(config.drain_seconds)),
        **client_tls(config),
    )


def _settle() -> None:
    """What is there now stays, but for what compiling took."""
    _give_back()
    gc.freeze()


def _give_back() -> None:
    """
    Return what compiling took for a while, 10 to 20 MB, to the system (glibc only).

    A reply that was left in a cycle keeps the rules that it began with: megabytes of RE2's, of which the
    collector knows nothing, so that it would not come for them. None should be: tests/proxy/test_garbage.
    """
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


class Closes(Protocol):
    """What has something to finish when a worker ends."""

    async def close(self) -> None: ...


class Server(uvicorn.Server):
    """
    uvicorn's server, which says when it accepts, and ends with its parent.

    rest: is closed behind the last reply, in this order.
    """

    def __init__(self, config: uvicorn.Config, lines: Lines, swaps: Swaps, rest: Sequence[Closes]) -> None:
        super().__init__(config)
        self._lines = lines
        self._swaps = swaps
        self._rest = rest

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        _settle()
        gc.set_threshold(_GC_THRESHOLD, 10, 10)
        say(f"{RULEBOOK}{self._swaps.running}")
        say(READY)
        for order in self._lines.held():
            self._swaps.take(order)
        asyncio.get_running_loop().add_reader(self._lines.fd, self._told)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets=sockets)
        await self._swaps.close()
        for one in self._rest:
            await one.close()

    def _told(self) -> None:
        try:
            for order in self._lines.now():
                self._swaps.take(order)
        except EOFError:
            asyncio.get_running_loop().remove_reader(self._lines.fd)
            self.stop()

    def stop(self) -> None:
        """Accept no more, finish what is under way, and end."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn's own would send the signal to itself again at the end: an orderly end looks like a death.
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.stop)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
