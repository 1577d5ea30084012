"""`filterproxy check`: every mistake in the packs, what is odd about them, and what they cost a stream."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filterproxy.cli.rules import (
    PROBLEMS,
    JsonOption,
    Paths,
    count,
    document_or_exit,
    fail,
    paths_or_default,
)

if TYPE_CHECKING:
    from rich.console import Console

    from filterproxy.rulebook.lint.finding import Report
    from filterproxy.rulebook.outline import Line


class Wait(StrEnum):
    """What a stream may wait for without a warning."""

    nothing = "nothing"
    match = "match"
    sentence = "sentence"
    reply = "reply"


StrictOption = Annotated[bool, typer.Option("--strict", help="Warnings are mistakes: exit code 1.")]
WaitOption = Annotated[
    Wait, typer.Option("--max-hold", help="Warn of rules that make a stream wait for more than this.")
]
SoonOption = Annotated[
    int, typer.Option("--expiring-days", min=0, metavar="DAYS", help="Warn so long before a rule expires.")
]
FixOption = Annotated[
    bool, typer.Option("--fix", help="Correct what has one plain remedy, and show what was changed.")
]
DryOption = Annotated[bool, typer.Option("--dry-run", help="With --fix: only show it.")]


def check(
    paths: Paths = None,
    as_json: JsonOption = False,
    strict: StrictOption = False,
    hold: WaitOption = Wait.sentence,
    expiring_days: SoonOption = 30,
    fix: FixOption = False,
    dry_run: DryOption = False,
) -> None:
    """
    List every mistake in the packs, or the rules in the order in which they run.

    Says of each rule what it can hold back of a stream, of the rulebook what costs speed, and warns of what
    is hardly meant: patterns that backtrack, rules that come too late, lists that nobody names.
    """
    from filterproxy.cli.show import console, print_json
    from filterproxy.rulebook.compile import compile
    from filterproxy.rulebook.outline import outline

    given = paths_or_default(paths)
    if dry_run and not fix:
        raise typer.BadParameter("it says what --fix would do, and so goes with it", param_hint="--dry-run")
    if fix:
        _fix(given, dry_run)
    document = document_or_exit(given, as_json=as_json)
    rulebook = compile(document)
    lines = outline(rulebook)
    report = _report(document, rulebook, hold, expiring_days)
    if as_json:
        print_json(
            {
                "ok": True,
                "hash": rulebook.hash,
                "rules": [line.as_json() for line in lines],
                "warnings": [finding.as_json() for finding in report.findings],
                "not_analysed": [one.as_json() for one in report.unanalysed],
                "allowed": report.allowed,
            }
        )
    else:
        out = console()
        _print_rules(out, lines)
        for title, notes in _notes(lines, report):
            _print_notes(out, title, notes)
        files = len({line.file for line in lines})
        out.print(
            f"\n{count(len(lines), 'rule')} in {count(files, 'file')}, no problems. Rulebook {rulebook.hash}."
        )
        _print_warnings(report)
    if strict and report.findings:
        raise typer.Exit(PROBLEMS)


def _fix(paths: Sequence[Path], dry_run: bool) -> None:
    from rich.text import Text

    from filterproxy.cli.show import console
    from filterproxy.rulebook.fix import fixes, write

    out = console(stderr=True)
    changed = fixes(paths)
    for file in changed:
        text = Text(file.diff())
        text.highlight_regex(r"(?m)^\+.*$", "green")
        text.highlight_regex(r"(?m)^-.*$", "red")
        out.print(text, end="")
        for note in file.notes:
            out.print(Text(f"  {note}", style="yellow"))
        if not dry_run:
            try:
                write(file)
            except OSError as error:
                fail(f"{file.file} cannot be written: {error.strerror}")
    said = "would be corrected" if dry_run else "corrected"
    out.print(f"{count(sum(len(file.notes) for file in changed), 'place')} {said}.\n")


def _report(document: Any, rulebook: Any, hold: Wait, soon_days: int) -> Report:
    import datetime

    from filterproxy.core.bound import Keeps
    from filterproxy.rulebook.lint.lint import lint
    from filterproxy.rulebook.lint.rules import Bounds
    from filterproxy.trial import fired_on

    keeps = {"nothing": Keeps.NOTHING, "match": Keeps.MATCH, "sentence": Keeps.SENTENCE}
    bounds = Bounds(datetime.date.today(), soon_days, keeps.get(hold.value, Keeps.REPLY))
    return lint(document, rulebook, bounds, fired_on)


def _print_warnings(report: Report) -> None:
    from filterproxy.cli.show import console, print_findings

    out = console(stderr=True)
    print_findings(out, report.findings)
    allowed = f" {report.allowed} more allowed by comments." if report.allowed else ""
    if report.findings or allowed:
        out.print(f"\n{count(len(report.findings), 'warning')}.{allowed}")


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


def _notes(lines: Sequence[Line], report: Report) -> Iterable[tuple[str, list[str]]]:
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
        "Not analysed, as the pattern alone does not tell whether it is sound",
        [str(one) for one in report.unanalysed],
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
    app.command("check", short_help="List mistakes and doubts in packs; --fix mends some.")(check)
