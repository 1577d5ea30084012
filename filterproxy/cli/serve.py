"""`filterproxy serve`: the proxy, until a signal ends it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from filterproxy.cli.rules import (
    USAGE,
    KnownOption,
    RulesOption,
    count,
    exit_with_problems,
    fail,
    paths_or_shipped,
    whole_number,
)

if TYPE_CHECKING:
    from filterproxy.cli.settings import Settings
    from filterproxy.proxy.parent import Running


def serve(
    upstream: Annotated[
        str | None, typer.Option(metavar="URL", help="The model server, as in http://127.0.0.1:8000")
    ] = None,
    rules: RulesOption = None,
    known: KnownOption = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", metavar="FILE", help="Settings in YAML.")
    ] = None,
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

    Flags come before FILTERPROXY_* variables (FILTERPROXY_UPSTREAM, ...), these before the file of --config.
    It is ready when GET /readyz on the admin address answers 200.
    """
    flags = {
        "upstream": upstream,
        "host": host,
        "port": port,
        "admin_host": admin_host,
        "admin_port": admin_port,
        "workers": workers,
    }
    settings = _settings(flags, config, rules or [], known or [])
    with exiting():
        asyncio.run(_serve(settings))


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


def _settings(
    flags: Mapping[str, object], file: Path | None, rules: list[Path], known: list[Path]
) -> Settings:
    from filterproxy.cli.settings import UsageError, gather
    from filterproxy.rulebook.problem import RulebookError

    try:
        return gather(flags, os.environ, file, rules, known)
    except RulebookError as error:
        exit_with_problems(error.problems)
    except UsageError as error:
        typer.echo(f"filterproxy serve: {error}", err=True)
        raise typer.Exit(USAGE) from None


async def _serve(settings: Settings) -> None:
    from filterproxy.proxy.parent import running

    rules = list(settings.rules or paths_or_shipped(None))
    async with running(settings.config, rules, settings.known) as proxy:
        _say_ready(proxy, settings.config.upstream)
        await proxy.stopped.wait()
        typer.echo("filterproxy: no new requests; waiting for replies to end", err=True)


def _say_ready(proxy: Running, upstream: str) -> None:
    document = proxy.document
    typer.echo(f"filterproxy is ready: {proxy.client_url} -> {upstream}", err=True)
    typer.echo(f"  rules   {count(len(document['rules']), 'rule')}, rulebook {document['hash']}", err=True)
    if document["known"]:
        typer.echo(f"  known   {', '.join(document['known'])}", err=True)
    typer.echo(f"  admin   {proxy.admin_url}/metrics", err=True)


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("serve")(serve)
