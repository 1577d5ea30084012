"""`filterproxy purge`: takes what is stored of some replies out of the logs, by their ids."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filterproxy.cli.rules import PROBLEMS, JsonOption, count, fail

if TYPE_CHECKING:
    from filterproxy.record.purge import Purged


def purge(
    ids: Annotated[
        list[str],
        typer.Argument(
            metavar="ID...",
            help="As in x-filterproxy-decision-id; `-` reads more from standard input, one a line.",
        ),
    ],
    folders: Annotated[
        list[Path],
        typer.Option("--in", metavar="FOLDER", help="Where logs are; may be repeated."),
    ],
    wait: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="How long workers have to let go of a file.")
    ] = 10.0,
    as_json: JsonOption = False,
) -> None:
    """
    Remove the lines of decisions and recordings with these ids, packed or not, also while workers write.

    Prints ids and file names, and no text. Ends with 0 when no such line is left, whether or not there
    was one; with 1 when one may be left, and says where.
    """
    from filterproxy.record import purge as files

    wanted = files.read_ids(one for id in ids for one in (sys.stdin if id == "-" else (id,)))
    if not wanted:
        raise typer.BadParameter("there is none", param_hint="ID...")
    if len(wanted) > files.MOST_IDS:
        raise typer.BadParameter(f"at most {files.MOST_IDS} at a time", param_hint="ID...")
    for folder in folders:
        if not folder.is_dir():
            raise typer.BadParameter(f"there is no folder {folder}", param_hint="--in")
    outcome = files.Purged()
    for folder in folders:
        try:
            done = files.purge(folder, wanted, wait)
        except OSError as error:
            fail(f"{folder} cannot be purged: {error.strerror}")
        outcome.removed |= done.removed
        outcome.found |= done.found
        outcome.failed |= done.failed
    missing = [id for id in wanted if id not in outcome.found]
    _print_json(outcome, missing) if as_json else _print(outcome, missing, len(wanted))
    if outcome.failed:
        raise typer.Exit(PROBLEMS)


def _print(outcome: Purged, missing: list[str], wanted: int) -> None:
    for path, lines in outcome.removed.items():
        typer.echo(f"{path}: {count(lines, 'line')} removed")
    for path, why in outcome.failed.items():
        typer.echo(f"filterproxy: {path} may still have such lines: {why}", err=True)
    total = count(sum(outcome.removed.values()), "line")
    typer.echo(f"{total} removed from {count(len(outcome.removed), 'file')}, for {count(wanted, 'id')}.")
    if missing:
        typer.echo(f"No line was about {', '.join(missing[:10])}{_and_more(len(missing) - 10)}.")


def _and_more(number: int) -> str:
    return f" and {number} more" if number > 0 else ""


def _print_json(outcome: Purged, missing: list[str]) -> None:
    from filterproxy.cli.show import print_json

    value: dict[str, Any] = {
        "ok": not outcome.failed,
        "removed": {str(path): lines for path, lines in outcome.removed.items()},
        "not_found": missing,
        "failed": {str(path): why for path, why in outcome.failed.items()},
    }
    print_json(value)


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("purge", short_help="Remove lines of logs by their ids.")(purge)
