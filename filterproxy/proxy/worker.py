"""
One worker: the data path in a process of its own. Run as `python -m filterproxy.proxy.worker`.

Its first line of standard input is a charter, as JSON:

    {"config": {...}, "document": {...}, "fds": [listening socket], "index": 0}

It says `ready` on standard output once it accepts connections, or `error: ...` and ends with 1. It ends with
0, after the replies under way, on SIGTERM or when standard input ends: then its parent has died.

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
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import uvicorn
import uvloop
from prometheus_client import CollectorRegistry

from filterproxy.answers import functions
from filterproxy.config import Config
from filterproxy.core.rule import OnError
from filterproxy.dialects.configured import routes_of
from filterproxy.engine.engine import Engine
from filterproxy.metrics import Metrics, share
from filterproxy.proxy.app import App
from filterproxy.proxy.asking import Answers
from filterproxy.proxy.connection import UpstreamLimits
from filterproxy.proxy.server import Protocol
from filterproxy.proxy.upstream import Upstream
from filterproxy.rulebook.compile import compile as compile_rules

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
        charter = json.loads(sys.stdin.buffer.readline())
        config = Config.from_json(charter["config"])
        server = _server(config, charter["document"])
        sockets = [socket.socket(fileno=fd) for fd in charter["fds"]]
    except Exception as error:  # whatever it is, the parent has to hear of it in one line
        _say(f"error: {type(error).__name__}: {error}".replace("\n", " "))
        return 1
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(server.serve(sockets=sockets))
    return 0


def _server(config: Config, document: Any) -> Server:
    share(os.getpid())
    metrics = Metrics(CollectorRegistry())
    on_error = None if config.on_error is None else OnError(config.on_error)
    engine = Engine(compile_rules(document, on_error), config, metrics)
    upstream = Upstream(config.upstream, upstream_limits(config))
    others = {name: Upstream(at, upstream_limits(config)) for name, at in config.upstreams.items()}
    answers = Answers(metrics, functions(config.python))
    answers.prepare(engine.rulebook.rules)
    app = App(engine, config, metrics, upstream, routes_of(config.dialects), others, answers)
    return Server(server_config(app, config), (upstream, *others.values(), app))


def server_config(app: App, config: Config) -> uvicorn.Config:
    """How uvicorn serves client traffic."""
    return uvicorn.Config(
        app,
        loop="none",
        http=Protocol,
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
    )


def upstream_limits(config: Config) -> UpstreamLimits:
    return UpstreamLimits(
        connections=config.connections,
        connect_timeout_seconds=config.connect_timeout_seconds,
        first_byte_timeout_seconds=config.first_byte_timeout_seconds,
        idle_timeout_seconds=config.idle_timeout_seconds,
    )


def _settle() -> None:
    """What is there now stays; what compiling took for a while, 10 to 20 MB, is given back (glibc only)."""
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


class Server(uvicorn.Server):
    """uvicorn's server, which says when it accepts, and ends with its parent."""

    def __init__(self, config: uvicorn.Config, upstreams: Sequence[Upstream | App]) -> None:
        super().__init__(config)
        self._upstreams = upstreams

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        _follow(sys.stdin.fileno(), self.stop)
        _settle()
        gc.set_threshold(_GC_THRESHOLD, 10, 10)
        _say("ready")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets=sockets)
        for upstream in self._upstreams:
            await upstream.close()

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


def _follow(fd: int, ended: Any) -> None:
    """Call *ended* when the pipe at *fd* ends."""
    loop = asyncio.get_running_loop()

    def look() -> None:
        if not os.read(fd, 4096):
            loop.remove_reader(fd)
            ended()

    loop.add_reader(fd, look)


def _say(line: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
