"""The external processor as a program: from its first socket to its last reply."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import CollectorRegistry

from filterproxy.config import Config
from filterproxy.embedded import Embedded
from filterproxy.extproc.admin import admin_app
from filterproxy.extproc.service import Service
from filterproxy.proxy.address import StartError, bind, exposed, listen, url
from filterproxy.proxy.admin.serving import AdminServer
from filterproxy.proxy.tls import check_admin_tls


@dataclass(slots=True)
class Running:
    """
    A processor that takes requests.

    address: host:port, for Envoy. admin_url: without a path. stopped: set when a signal asked for the end.
    """

    address: str
    admin_url: str
    embedded: Embedded
    stopped: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def running(
    config: Config, rules: Sequence[Path] | str, known: Sequence[Path], host: str, port: int
) -> AsyncIterator[Running]:
    """
    The processor, ready, at host:port; after the block it drains, for as long as the configuration says.

    SIGINT and SIGTERM set `stopped`, SIGHUP has the rules read again. Raises LoadError for mistakes in the
    rules, and StartError.
    """
    if (reason := exposed(config)) is not None:
        raise StartError(reason)
    check_admin_tls(config)
    registry = CollectorRegistry()
    embedded = Embedded(config, rules, known, registry)
    await asyncio.to_thread(embedded.load)
    service = Service(embedded, config.connections)
    try:
        bound = service.bind(f"{host}:{port}")
    except RuntimeError:
        why = "it is in use, or no address of this machine"
        raise StartError(f"cannot listen on {host}:{port}: {why}") from None
    with bind(config.admin_host, config.admin_port) as admin:
        listen(admin)
        await service.start()
        embedded.watch()
        one = Running(f"{host}:{bound}", url(admin, config.admin_tls_cert), embedded)
        _signals(one)
        server = AdminServer(admin_app(embedded, registry, lambda: not one.stopped.is_set()), config)
        serving = asyncio.create_task(server.serve(sockets=[admin]))
        try:
            yield one
        finally:
            one.stopped.set()
            await service.stop(config.drain_seconds)
            await embedded.close()
            server.should_exit = True
            await serving


def _signals(one: Running) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, one.stopped.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: loop.run_in_executor(None, one.embedded.reload))
