"""The parent process: workers and admin side, from the first socket to the last reply."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from filterproxy.config import Config
from filterproxy.proxy.address import StartError, bind, listen, url
from filterproxy.proxy.preflight import preflight
from filterproxy.proxy.reload.sources import Source, SourceError, source_of
from filterproxy.proxy.threads import in_thread
from filterproxy.proxy.workers.supervisor import Supervisor
from filterproxy.rulebook.document import Document

if TYPE_CHECKING:
    from filterproxy.proxy.reload.watching import Watch


@dataclass(slots=True)
class Running:
    """
    A proxy that takes requests.

    client_url, admin_url: without a path. document: the rules that it started with. stopped: set when a
    signal asked for the end, or the admin side ended.
    """

    client_url: str
    admin_url: str
    document: Document
    supervisor: Supervisor
    source: Source
    stopped: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def running(
    config: Config, rules: Sequence[Path] | str, known: Sequence[Path] = ()
) -> AsyncIterator[Running]:
    """
    The proxy, ready; after the block it drains.

    rules: packs and folders of packs, or one URL (see remote). known: files of what the model may say.
    SIGINT and SIGTERM set `stopped`; a second one ends what still drains. SIGHUP asks for other rules. Raises
    RulebookError for mistakes in the packs, before anything listens, and StartError.
    """
    preflight(config)
    source = _source(config, rules, known)
    with bind(config.admin_host, config.admin_port) as admin:
        listener = bind(config.host, config.port)
        supervisor = Supervisor(config, listener)
        early = _EarlyStop()
        try:
            # The workers' Python starts while the packs are read here.
            supervisor.start()
            watch = _watch(config, source)
            document = await _load(config, source)
            client_url, admin_url = url(listener, config.tls_cert), url(admin, config.admin_tls_cert)
            proxy = Running(client_url, admin_url, document, supervisor, source)
            listen(admin)
            supervisor.charter(document)
            async with _attended(proxy, config, admin, watch, early):
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
        # Rules that were changed while they were read.
        self.reload = False
        self._task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        loop.add_signal_handler(signal.SIGHUP, self._reload_later)

    def _reload_later(self) -> None:
        self.reload = True

    def _stop(self) -> None:
        self.asked = True
        if self._task is not None:
            self._task.cancel()


def _source(config: Config, rules: Sequence[Path] | str, known: Sequence[Path]) -> Source:
    try:
        return source_of(config, rules, known)
    except SourceError as error:
        raise StartError(str(error)) from None


async def _load(config: Config, source: Source) -> Document:
    def load() -> Document:
        # All that rules need is imported here: the workers' Python starts meanwhile.
        from filterproxy.proxy.reload.reload import loaded

        return loaded(config, source)

    try:
        return await in_thread(load)
    except SourceError as error:
        raise StartError(str(error)) from None


def _watch(config: Config, source: Source) -> Watch | None:
    """What notices changes of *source* from now on, also those while it is read."""
    if not config.watch:
        return None
    from filterproxy.proxy.reload.watching import Watch

    return Watch(source.files)


@asynccontextmanager
async def _attended(
    proxy: Running, config: Config, admin: socket.socket, watch: Watch | None, early: _EarlyStop
) -> AsyncIterator[None]:
    """Signals, reloads and the admin side, around workers that are starting; then the drain."""
    # FastAPI takes a quarter of a second, in which the workers compile.
    from filterproxy.proxy.admin.admin import admin_app
    from filterproxy.proxy.admin.serving import AdminServer
    from filterproxy.proxy.reload.reload import Reloader

    supervisor = proxy.supervisor
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _asked_to_stop, proxy)
    reloader = Reloader(config, proxy.source, supervisor, proxy.document)
    app = admin_app(config, reloader, supervisor, str(supervisor.counters.folder))
    server = AdminServer(app, config)
    serving = asyncio.create_task(server.serve(sockets=[admin]))
    serving.add_done_callback(lambda _: proxy.stopped.set())
    try:
        await asyncio.wrap_future(supervisor.started)
        loop.add_signal_handler(signal.SIGHUP, reloader.ask, "SIGHUP")
        reloader.begin(watch)
        if early.reload:
            reloader.ask("SIGHUP")
        yield
    finally:
        await reloader.end()
        await asyncio.to_thread(supervisor.drain)
        server.should_exit = True
        await serving


def _asked_to_stop(proxy: Running) -> None:
    # The second signal, or one that comes before the proxy is up, is from somebody in a hurry.
    if proxy.stopped.is_set() or not proxy.supervisor.started.done():
        proxy.supervisor.kill()
    proxy.stopped.set()
