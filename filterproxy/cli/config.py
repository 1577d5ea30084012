"""`filterproxy config`: whether the settings can be used, and what holds of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filterproxy.cli.rules import JsonOption, KnownOption, count, exit_with_problems, fail, paths_or_shipped
from filterproxy.cli.settings import ConfigOption, SetOption, SourcesOption, settings_or_exit

if TYPE_CHECKING:
    from filterproxy.config import Config
    from filterproxy.settings.gather import Settings
    from filterproxy.settings.shown import Shown


def config(
    file: ConfigOption = None,
    settings: SetOption = None,
    rules: SourcesOption = None,
    known: KnownOption = None,
    upstream: Annotated[str | None, typer.Option(metavar="URL", help="The model server.")] = None,
    show: Annotated[
        bool, typer.Option("--print", help="Show every setting, its value and where that was said.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """
    Check the settings that `serve` would run with, and the rules that they name; nothing is started.

    Exit code 0 when there is nothing to say against them, 1 for mistakes.
    """
    flags = {"upstream": upstream, "rules": rules, "known": known}
    found = settings_or_exit("config", flags, file, settings)
    _check_rules(found)
    _check_files(found.config)
    from filterproxy.settings.shown import shown

    rows = list(shown(found))
    if as_json:
        from filterproxy.cli.show import print_json

        print_json([row._asdict() for row in rows])
    elif show:
        _print(rows)
    else:
        given = sum(row.origin != "default" for row in rows)
        typer.echo(f"The settings can be used: {given} given, {len(rows) - given} by default.")


def _check_rules(settings: Settings) -> None:
    """What `serve` would refuse of the rules; those at a URL are looked at when it starts."""
    from filterproxy.engine.engines import check_chains
    from filterproxy.rulebook.load import load
    from filterproxy.rulebook.problem import RulebookError

    config = settings.config
    if isinstance(settings.rules, str):
        _check_url(settings)
        return
    try:
        document = load(
            settings.rules or paths_or_shipped(None),
            settings.known,
            upstreams=config.all_upstreams,
            python=config.python,
        )
    except RulebookError as error:
        exit_with_problems(error.problems)
    if problems := check_chains(config, document):
        exit_with_problems(problems)


def _check_url(settings: Settings) -> None:
    from filterproxy.proxy.reload.sources import SourceError, source_of

    assert settings.rules is not None
    try:
        source_of(settings.config, settings.rules, settings.known)
    except SourceError as error:
        fail(str(error))


def _check_files(config: Config) -> None:
    """What `serve` would refuse of addresses, and of certificates and folders that settings name."""
    from filterproxy.proxy.address import StartError
    from filterproxy.proxy.preflight import preflight

    try:
        preflight(config)
    except StartError as error:
        fail(str(error))


def _print(rows: list[Shown]) -> None:
    from rich.text import Text

    from filterproxy.cli.show import console

    out = console()
    lines = [(key, value, row.origin) for row in rows for key, value in _flat(row.key, row.value)]
    width = max(len(key) for key, _, _ in lines)
    for key, value, origin in lines:
        given = origin != "default"
        line = Text(f"{key:<{width}}  ")
        line.append(value, "bold" if given else "")
        line.append(f"  ({origin})" if given else "", "cyan")
        out.print(line)
    number = count(sum(row.origin != "default" for row in rows), "setting")
    out.print(f"\n{number} given; the others by default.")


def _flat(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """A setting as lines of plain values: what has a name is called by it."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _flat(f"{key}.{name}", inner)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for number, entry in enumerate(value):
            inner = {name: one for name, one in entry.items() if name != "name"}
            yield from _flat(f"{key}.{entry.get('name', number)}", inner or "any request")
    elif value in (None, "", [], {}):
        yield key, "-"
    elif isinstance(value, list):
        yield key, ", ".join(map(str, value))
    else:
        yield key, value if isinstance(value, str) else json.dumps(value)


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("config", short_help="Check the settings, and show where each was said.")(config)
