"""`filterproxy ext-proc`: the rules inside Envoy, as its external processor."""

from __future__ import annotations

import asyncio
import importlib.util
from typing import TYPE_CHECKING, Annotated

import typer

from filterproxy.cli.rules import KnownOption, count, fail, paths_or_shipped, whole_number
from filterproxy.cli.serve import exiting
from filterproxy.cli.settings import ConfigOption, SetOption, SourcesOption, settings_or_exit

if TYPE_CHECKING:
    from filterproxy.settings.gather import Settings

_NEEDED = ("grpc", "grpc_health", "envoy")


def ext_proc(
    rules: SourcesOption = None,
    known: KnownOption = None,
    config: ConfigOption = None,
    settings: SetOption = None,
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where Envoy asks; port 0: any free one.")
    ] = "127.0.0.1:50051",
    admin_host: Annotated[str | None, typer.Option(help="Metrics and health. [default: 127.0.0.1]")] = None,
    admin_port: Annotated[
        int | None,
        typer.Option(parser=whole_number, metavar="<int>", help="[default: 9464; 0: any free one]"),
    ] = None,
) -> None:
    """
    Filter what passes through Envoy, as its external processor (ext_proc).

    Envoy is set up as deploy/envoy/envoy.yaml shows. Settings are those of `serve`, but for its addresses,
    upstreams and workers. It is ready when GET /readyz on the admin address answers 200, and gRPC's health
    service says so. SIGHUP, POST /reload and a change of the files have the rules read again.
    """
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        fail("ext-proc needs packages that are not installed: pip install 'filterproxy[envoy]'")
    flags = {"rules": rules, "known": known, "admin_host": admin_host, "admin_port": admin_port}
    gathered = settings_or_exit("ext-proc", flags, config, settings, needs_upstream=False)
    host, port = _address(listen)
    with exiting():
        asyncio.run(_serve(gathered, host, port))


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise typer.BadParameter(f'it wants HOST:PORT, not "{text}"', param_hint="--listen")
    return host, int(port)


async def _serve(settings: Settings, host: str, port: int) -> None:
    from filterproxy.embedded import LoadError
    from filterproxy.extproc.serving import running

    rules = settings.rules or paths_or_shipped(None)
    try:
        async with running(settings.config, rules, settings.known, host, port) as one:
            rulebook = one.embedded.passages.engines.rulebook
            typer.echo(f"filterproxy is ready: Envoy asks {one.address}", err=True)
            typer.echo(f"  rules   {count(len(rulebook.rules), 'rule')}, rulebook {rulebook.hash}", err=True)
            typer.echo(f"  admin   {one.admin_url}/metrics", err=True)
            await one.stopped.wait()
            typer.echo("filterproxy: no new requests; waiting for replies to end", err=True)
    except LoadError as error:
        fail(f"the rules cannot be used:\n{error}")


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("ext-proc", short_help="Filter inside Envoy, as its external processor.")(ext_proc)
