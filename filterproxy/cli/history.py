"""`filterproxy history`: the rulebooks that there were, by hash, and any of them brought back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from filterproxy.cli.rules import JsonOption, KnownOption, count, fail

if TYPE_CHECKING:
    from rich.console import Console

    from filterproxy.history.steps import Step


def history(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Packs, or folders of packs. [default: rules]"),
    ] = None,
    most: Annotated[int, typer.Option("--most", metavar="N", min=1, help="Commits to look at.")] = 30,
    restore: Annotated[
        str | None, typer.Option(metavar="HASH", help="Bring this rulebook back, as files.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to: a folder that is new or empty.")
    ] = None,
    known: KnownOption = None,
    as_json: JsonOption = False,
) -> None:
    """
    List the rulebooks that the packs have been, newest first, with what changed rule by rule.

    The hash is the one that decisions, metrics and experiments name; where rules know files (--known), it
    counts them. --restore writes the packs of one into a folder: git's own files where it has them, else from
    the journal.
    """
    from filterproxy.history.errors import HistoryError
    from filterproxy.history.resolve import FOLDER

    if (restore is None) != (out is None):
        raise typer.BadParameter("--restore HASH and --out DIR go together")
    packs = paths or [FOLDER]
    try:
        if restore is not None and out is not None:
            _restore(restore, out, known or [], packs, most, as_json=as_json)
        else:
            _list(packs, known or [], most, as_json=as_json)
    except HistoryError as error:
        fail(str(error))


def _restore(hash: str, out: Path, known: list[Path], packs: list[Path], most: int, *, as_json: bool) -> None:
    from filterproxy.cli.show import print_json
    from filterproxy.history.restore import restore
    from filterproxy.history.stored import HASH
    from filterproxy.history.walk import MOST

    if not HASH.fullmatch(hash):
        raise typer.BadParameter("a hash has 7 to 16 hexadecimal digits", param_hint="--restore")
    found = restore(hash, out, known, rules=packs, most=max(most, MOST))
    if as_json:
        print_json(
            {
                "hash": found.hash,
                "commit": None if found.commit is None else found.commit.id,
                "packs": [str(pack) for pack in found.packs],
                "known": [str(file) for file in found.known],
            }
        )
        return
    where = "the journal" if found.commit is None else f"commit {found.commit.id[:12]}"
    typer.echo(f"{count(len(found.packs), 'pack')} of rulebook {found.hash} in {out}, from {where}.")
    for file in found.known:
        typer.echo(f"It knew what {file} says: --known {file}")


def _list(packs: list[Path], known: list[Path], most: int, *, as_json: bool) -> None:
    from filterproxy.cli.show import console, print_json
    from filterproxy.history.home import home_for_cache
    from filterproxy.history.resolve import repository_of
    from filterproxy.history.steps import steps
    from filterproxy.history.stored import stored
    from filterproxy.history.walk import Walk

    repository, inside = repository_of(packs)
    walk = Walk(repository, inside, home := home_for_cache(repository.root), known)
    listed = []
    out = console()
    tried_in = _experiments()
    there = [pack for pack in packs if pack.exists()]
    for step in steps(walk, most, there):
        listed.append(step)
        if not as_json:
            _print(out, step, tried_in.get(step.hash, ""))
    tried = [hash for hash in stored(home) if hash not in {step.hash for step in listed}]
    if as_json:
        print_json({"rulebooks": [step.as_json() for step in listed], "journal_besides": tried})
        return
    _print_rest(out, listed, tried, shallow=repository.shallow())


def _experiments() -> dict[str, str]:
    """In which experiments rulebooks were tried, by hash."""
    from filterproxy.experiments.read import read_journal

    found: dict[str, list[str]] = {}
    for entry in read_journal().entries:
        found.setdefault(entry.candidate.hash, []).append(f"{entry.number} ({entry.verdict.state})")
    return {hash: f"experiment {', '.join(entries)}" for hash, entries in found.items()}


def _print(out: Console, step: Step, tried_in: str) -> None:
    from rich.text import Text

    from filterproxy.cli.changes import change_lines
    from filterproxy.cli.show import visible

    hash = (step.hash or "does not load", "bold" if step.hash else "bold red")
    if step.commit is None:
        out.print(Text.assemble(hash, "  ", ("not committed", "yellow")))
    else:
        commit = step.commit
        about = f"  {commit.id[:12]}  {commit.when[:10]}  {visible(commit.author)}  {visible(commit.subject)}"
        out.print(Text.assemble(hash, (about, "dim")))
    if tried_in:
        out.print(Text(f"    {tried_in}", style="cyan"))
    if step.why:
        out.print(Text(f"    {visible(step.why)}", style="red"))
    if step.changes is not None:
        for line in change_lines(step.changes.as_json(), out.is_terminal, about=False, forms=False):
            out.print(Text("    ") + line)
    if step.alike:
        said = f"    {count(step.alike, 'later commit')} changed nothing that the rules do"
        out.print(Text(said, style="dim"))


def _print_rest(out: Console, listed: Sequence[Step], tried: Sequence[str], *, shallow: bool) -> None:
    from rich.text import Text

    if not listed:
        out.print("No commit has these packs yet.")
    elif listed[-1].changes is None and listed[-1].hash and not shallow:
        out.print(Text("Older ones were not looked at (--most).", style="dim"))
    if shallow:
        out.print(
            Text("This clone is shallow: `git fetch --unshallow` brings what is older.", style="yellow")
        )
    if tried:
        shown = " ".join(tried[:10]) + (f" and {len(tried) - 10} more" if len(tried) > 10 else "")
        out.print(Text(f"Besides these the journal has: {shown}", style="dim"))


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("history", short_help="List the rulebooks that there were, and what changed.")(history)
