"""`filterproxy schema`: what packs, or the settings, may say, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

OutOption = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write it there, not to stdout.")
]
SettingsOption = Annotated[
    bool, typer.Option("--settings", help="Of the settings (`serve --config`), not of packs.")
]
TestsOption = Annotated[
    bool, typer.Option("--tests", help="Of the conversations beside packs (*.test.yaml), not of packs.")
]


def schema(out: OutOption = None, settings: SettingsOption = False, tests: TestsOption = False) -> None:
    """
    Print the JSON Schema of packs, by which editors complete and mark.

    With the first line `# yaml-language-server: $schema=./pack.schema.json` a pack names the file beside it,
    and a *.test.yaml `./test.schema.json`.
    """
    from filterproxy.cli.rules import fail
    from filterproxy.rulebook.json_schema import as_text, conversations_schema, pack_schema
    from filterproxy.settings.json_schema import settings_schema

    if settings and tests:
        raise typer.BadParameter("it is one schema or the other", param_hint="--settings, --tests")
    text = as_text(settings_schema() if settings else conversations_schema() if tests else pack_schema())
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}")


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("schema", short_help="Print the JSON Schema of packs, for editors.")(schema)
