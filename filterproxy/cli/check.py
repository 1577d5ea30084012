"""`filterproxy check`: every mistake in the packs, or what the rules will do and what that costs a stream."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import typer

from filterproxy.cli.rules import JsonOption, Paths, count, paths_or_shipped, rulebook_or_exit

if TYPE_CHECKING:
    from rich.console import Console

    from filterproxy.rulebook.outline import Line


def check(paths: Paths = None, as_json: JsonOption = False) -> None:
    """
    List every mistake in the packs, or the rules in the order in which they run.

    Says of each rule what it can hold back of a stream, and of the rulebook what costs speed.
    """
    from filterproxy.cli.show import console, print_json
    from filterproxy.rulebook.outline import outline

    rulebook = rulebook_or_exit(paths_or_shipped(paths), as_json=as_json)
    lines = outline(rulebook)
    if as_json:
        print_json({"ok": True, "hash": rulebook.hash, "rules": [line.as_json() for line in lines]})
        return
    out = console()
    _print_rules(out, lines)
    for title, notes in _notes(lines):
        _print_notes(out, title, notes)
    files = len({line.file for line in lines})
    out.print(
        f"\n{count(len(lines), 'rule')} in {count(files, 'file')}, no problems. Rulebook {rulebook.hash}."
    )


def _print_rules(out: Console, lines: Sequence[Line]) -> None:
    from rich.text import Text

    from filterproxy.cli.show import MODE_STYLES

    width = max(len(line.id) for line in lines)
    for (pack, file), group in groupby(lines, key=lambda line: (line.pack, line.file)):
        out.print(Text.assemble((pack, "bold"), f"  {file}"))
        for line in group:
            mode = f"{line.mode} {line.rollout:.0%}" if line.mode == "canary" else line.mode
            out.print(
                Text.assemble(
                    f"  {line.id:<{width}}  ", (f"{mode:<8}", MODE_STYLES[line.mode]), f"  {_action(line)}"
                )
            )
            out.print(Text(f"  {'':<{width}}  {_reads(line)}; {_holds(line)}", style="dim"))


def _action(line: Line) -> str:
    return f"{line.action} (streamed: {line.streamed})" if line.streamed else line.action


def _reads(line: Line) -> str:
    where = f"by {line.scope}" if line.scope != "reply" else "the whole text"
    channels = "" if line.channels == ("content",) else f" of {', '.join(line.channels)}"
    return f"reads {where}{channels}"


def _holds(line: Line) -> str:
    return f"holds {line.keeps}"


def _notes(lines: Sequence[Line]) -> Iterable[tuple[str, list[str]]]:
    yield (
        "Because of these nothing of a stream leaves before the reply is complete",
        [_why_whole(line) for line in lines if line.stops_streaming],
    )
    yield (
        "These could not be narrowed down to what could begin a match",
        [f"{line.id}: {line.underivable}" for line in lines if line.underivable and not line.stops_streaming],
    )
    yield (
        "No quick scan can rule these out: each of them reads every reply in full",
        [line.id for line in lines if line.ungated],
    )
    yield (
        "These ask other model servers: `serve` looks whether its configuration names them (`upstreams`)",
        [f"{line.id}: {', '.join(line.fallbacks)}" for line in lines if line.fallbacks],
    )
    yield (
        "These ask about texts of replies, which go there; what acts on the answer holds the whole reply",
        [f"{line.id}: {', '.join(line.asks)}" for line in lines if line.asks],
    )
    yield (
        "These have no examples: `filterproxy test` cannot say whether they work",
        [line.id for line in lines if not line.examples],
    )


def _why_whole(line: Line) -> str:
    action = line.streamed or line.action
    only = ", for the requests its `when` names" if line.conditional else ""
    if line.asks:
        return f"{line.id}: it asks {', '.join(line.asks)}{only}"
    if action.startswith(("drop", "retry")):
        hint = " (`streamed: cut` would let it stream)" if line.cut_helps else ""
        return f"{line.id}: its action is {action}{only}{hint}"
    return f"{line.id}: {line.underivable or 'it waits for the end of its scope'}{only}"


def _print_notes(out: Console, title: str, notes: Sequence[str]) -> None:
    from rich.text import Text

    if not notes:
        return
    out.print(Text(f"\n{title}:", style="yellow"))
    for note in notes:
        out.print(Text(f"  {note}"))


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("check")(check)
