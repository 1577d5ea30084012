"""The parent process: workers and admin side, from the first socket to the last reply."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filterproxy.config import Config
from filterproxy.proxy.address import StartError, bind, listen, refusal, url
from filterproxy.proxy.supervisor import Supervisor
from filterproxy.rulebook.document import Document


@dataclass(slots=True)
class Running:
    """
    A proxy that takes requests.

    client_url, admin_url: without a path. stopped: set when a signal asked for the end, or the admin side
    ended.
    """

    client_url: str
    admin_url: str
    document: Document
    supervisor: Supervisor
    stopped: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def running(
    config: Config, rules: Sequence[Path], known: Sequence[Path] = ()
) -> AsyncIterator[Running]:
    """
    The proxy, ready; after the block it drains. known: files of what the model may say.

    SIGINT and SIGTERM set `stopped`; a second one ends what still drains. Raises RulebookError for mistakes
    in the packs, before anything listens, and StartError.
    """
    if (reason := refusal(config)) is not None:
        raise StartError(reason)
    with bind(config.admin_host, config.admin_port) as admin:
        listener = bind(config.host, config.port)
        supervisor = Supervisor(config, listener)
        early = _EarlyStop()
        try:
            # The workers' Python starts while the packs are read here.
            supervisor.start()
            document = _load(rules, known, config)
            proxy = Running(url(listener), url(admin), document, supervisor)
            listen(admin)
            supervisor.charter(document)
            async with _attended(proxy, config, admin):
                yield proxy
        except asyncio.CancelledError:
            if early.asked:
                raise StartError("stopped before it was ready") from None
            raise
        finally:
            supervisor.close()


class _EarlyStop:
    """A signal that comes before the proxy is up ends its start, so that nothing is left behind."""

    def __init__(self) -> None:
        self.asked = False
        self._task = asyncio.current_task()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._stop)

    def _stop(self) -> None:
        self.asked = True
        if self._task is not None:
            self._task.cancel()


def _load(rules: Sequence[Path], known: Sequence[Path], config: Config) -> Document:
    # YAML and pydantic: the workers do without them.
    from filterproxy.rulebook.load import load

    return load(rules, known, upstreams=config.upstreams, python=config.python)


@asynccontextmanager
async def _attended(proxy: Running, config: Config, admin: socket.socket) -> AsyncIterator[None]:
    """Signals and the admin side, around workers that are starting; then the drain."""
    # FastAPI takes a quarter of a second, in which the workers compile.
    from filterproxy.proxy.admin import AdminServer, Book, admin_app

    supervisor = proxy.supervisor
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _asked_to_stop, proxy)
    app = admin_app(config, Book(proxy.document, config), supervisor, str(supervisor.metrics_dir))
    server = AdminServer(app)
    serving = asyncio.create_task(server.serve(sockets=[admin]))
    serving.add_done_callback(lambda _: proxy.stopped.set())
    try:
        await asyncio.wrap_future(supervisor.started)
        yield
    finally:
        await asyncio.to_thread(supervisor.drain)
        server.should_exit = True
        await serving


def _asked_to_stop(proxy: Running) -> None:
    # The second signal, or one that comes before the proxy is up, is from somebody in a hurry.
    if proxy.stopped.is_set() or not proxy.supervisor.started.done():
        proxy.supervisor.kill()
    proxy.stopped.set()
