"""The settings of a command that runs or shows them, or every mistake in them and an exit code."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filterproxy.cli.rules import USAGE, exit_with_problems

if TYPE_CHECKING:
    from filterproxy.settings.gather import Settings

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        envvar="FILTERPROXY_CONFIG",
        show_envvar=False,
        help="Settings in YAML.",
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", "-s", metavar="KEY=VALUE", help="A setting, as in the file of --config; may be repeated."
    ),
]
SourcesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--rules",
        "-r",
        metavar="PATH|URL",
        help="A pack, a folder of packs (may be repeated), or one http(s):// URL of them.",
    ),
]


def settings_or_exit(
    command: str,
    flags: Mapping[str, Any],
    config: Path | None,
    assignments: Sequence[str] | None,
    *,
    needs_upstream: bool = True,
) -> Settings:
    """The settings that hold for a *command*; every mistake, and an exit code, where there are any."""
    from filterproxy.rulebook.problem import RulebookError
    from filterproxy.settings.gather import UsageError, gather

    try:
        return gather(flags, os.environ, config, assignments or (), needs_upstream=needs_upstream)
    except RulebookError as error:
        exit_with_problems(error.problems)
    except UsageError as error:
        typer.echo(f"filterproxy {command}: {error}", err=True)
        raise typer.Exit(USAGE) from None
