"""`filterproxy serve`: the proxy, until a signal ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from filterproxy.cli.rules import (
    KnownOption,
    count,
    exit_with_problems,
    fail,
    paths_or_shipped,
    whole_number,
)
from filterproxy.cli.settings import ConfigOption, SetOption, SourcesOption, settings_or_exit

if TYPE_CHECKING:
    from filterproxy.config import Config
    from filterproxy.proxy.workers.parent import Running
    from filterproxy.settings.gather import Settings


def serve(
    upstream: Annotated[
        str | None, typer.Option(metavar="URL", help="The model server, as in http://127.0.0.1:8000")
    ] = None,
    rules: SourcesOption = None,
    known: KnownOption = None,
    config: ConfigOption = None,
    settings: SetOption = None,
    host: Annotated[str | None, typer.Option(help="Where clients connect. [default: 127.0.0.1]")] = None,
    port: Annotated[
        int | None,
        typer.Option(parser=whole_number, metavar="<int>", help="[default: 8080; 0: any free one]"),
    ] = None,
    admin_host: Annotated[str | None, typer.Option(help="Metrics and health. [default: 127.0.0.1]")] = None,
    admin_port: Annotated[
        int | None,
        typer.Option(parser=whole_number, metavar="<int>", help="[default: 9464; 0: any free one]"),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(parser=whole_number, metavar="<int>", help="Processes that filter. [default: 1]"),
    ] = None,
) -> None:
    """
    Put the proxy in front of a model server.

    Flags come before FILTERPROXY_* variables (FILTERPROXY_UPSTREAM, ...), these before the file of --config;
    `filterproxy config --print` shows what holds. It is ready when GET /readyz on the admin address answers
    200. SIGHUP reads the rules again.
    """
    flags = {
        "upstream": upstream,
        "rules": rules,
        "known": known,
        "host": host,
        "port": port,
        "admin_host": admin_host,
        "admin_port": admin_port,
        "workers": workers,
    }
    gathered = settings_or_exit("serve", flags, config, settings)
    with exiting():
        asyncio.run(_serve(gathered))


@contextmanager
def exiting() -> Iterator[None]:
    """Around what may keep the proxy from starting: said in words, with exit code 1."""
    from filterproxy.proxy.address import StartError
    from filterproxy.rulebook.problem import RulebookError

    try:
        yield
    except RulebookError as error:
        exit_with_problems(error.problems)
    except StartError as error:
        fail(str(error))


async def _serve(settings: Settings) -> None:
    from filterproxy.proxy.workers.parent import running

    rules = settings.rules or paths_or_shipped(None)
    async with running(settings.config, rules, settings.known) as proxy:
        _say_ready(proxy, _asked(settings.config))
        await proxy.stopped.wait()
        typer.echo("filterproxy: no new requests; waiting for replies to end", err=True)


def _asked(config: Config) -> str:
    """The upstreams, in a few words."""
    return ", ".join(", ".join(one.urls) for one in config.all_upstreams.values())


def _say_ready(proxy: Running, upstream: str) -> None:
    document = proxy.document
    typer.echo(f"filterproxy is ready: {proxy.client_url} -> {upstream}", err=True)
    typer.echo(f"  rules   {count(len(document['rules']), 'rule')}, rulebook {document['hash']}", err=True)
    if document["known"]:
        typer.echo(f"  known   {', '.join(document['known'])}", err=True)
    typer.echo(f"  admin   {proxy.admin_url}/metrics", err=True)


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("serve", short_help="Put the proxy in front of a model server.")(serve)
