"""`filterproxy diff`: what became of the rules between two rulebooks, rule by rule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from filterproxy.cli.rules import JsonOption, KnownOption, RulesOption, exit_with_problems, fail

MostOption = Annotated[
    int, typer.Option("--most", metavar="N", min=1, help="Commits to look at, newest first.")
]
_SPEC = "Packs, a folder, git:REV[:FOLDER], a rulebook's hash, or `live`."


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help=_SPEC)],
    after: Annotated[str, typer.Argument(metavar="B", help="The same. [default: the rules as they are]")] = (
        "live"
    ),
    rules: RulesOption = None,
    known: KnownOption = None,
    most: MostOption = 300,
    as_json: JsonOption = False,
) -> None:
    """
    Show which rules were added, removed or changed from one rulebook to another, key by key.

    Changes of mode come first: they are what customers feel.
    """
    from filterproxy.cli.changes import change_lines, counted
    from filterproxy.cli.show import console, print_json
    from filterproxy.history.difference import difference

    old = rulebook_named(before, rules, known, most, as_json=as_json)
    new = rulebook_named(after, rules, known, most, as_json=as_json)
    found = difference(old, new)
    if as_json:
        print_json({"before": old["hash"], "after": new["hash"], "same": found.same} | found.as_json())
        return
    out = console()
    if found.same:
        out.print(f"The same rules: {new['hash']}.")
        return
    for line in change_lines(found.as_json(), out.is_terminal):
        out.print(line)
    if old["hash"] == new["hash"]:
        out.print(f"\nThe rules do the same: {new['hash']}.")
    else:
        out.print(f"\n{counted(found.as_json())}: {old['hash']} -> {new['hash']}.")


def rulebook_named(
    spec: str, rules: list[Path] | None, known: list[Path] | None, most: int, *, as_json: bool
) -> Any:
    """The document that *spec* names; what hinders, and exit code 1."""
    from filterproxy.history.errors import HistoryError
    from filterproxy.history.resolve import document_of
    from filterproxy.rulebook.problem import RulebookError

    try:
        return document_of(spec, known or (), rules=rules or (), most=most)
    except RulebookError as error:
        exit_with_problems(error.problems, as_json=as_json)
    except HistoryError as error:
        fail(str(error))


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("diff", short_help="Show what differs between two rulebooks.")(diff)
