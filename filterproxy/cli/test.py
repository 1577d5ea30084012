"""`filterproxy test`: every example of every rule, in every cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from filterproxy.cli.rules import (
    PROBLEMS,
    AllowPython,
    JsonOption,
    Paths,
    count,
    exit_with_problems,
    inline_answers,
    paths_or_shipped,
    rulebook_or_exit,
)

if TYPE_CHECKING:
    from rich.console import Console

    from filterproxy.cli.proofs import Failure, Report


def test(paths: Paths = None, as_json: JsonOption = False, allow_python: AllowPython = None) -> None:
    """
    Run the examples of every rule, and the conversations in *.test.yaml beside the packs.

    Each reply is read whole, letter by letter, and cut once at every place; all must agree.
    Services are not asked, and functions run only if they are allowed: what was not run is said.
    Fails when it ran none.
    """
    from filterproxy.cli.conversations import beside
    from filterproxy.cli.proofs import prove
    from filterproxy.cli.show import console, print_json
    from filterproxy.rulebook.problem import RulebookError

    chosen = paths_or_shipped(paths)
    rulebook = rulebook_or_exit(chosen, as_json=as_json)
    try:
        conversations = beside(chosen, [rule.id for rule in rulebook.rules])
    except RulebookError as error:
        exit_with_problems(error.problems, as_json=as_json)
    report = prove(rulebook, conversations, inline_answers(allow_python))
    if as_json:
        print_json(report.as_json())
    else:
        out = console()
        for failure in report.failures:
            _print_failure(out, failure)
        _print_summary(out, report)
    if not report.clean:
        raise typer.Exit(PROBLEMS)


def _print_failure(out: Console, failure: Failure) -> None:
    from rich.text import Text

    from filterproxy.cli.show import HIT, marked, visible

    place = f"{failure.file}:{failure.line}"
    out.print(Text.assemble(("FAIL", "bold red"), f"  {place}  ", (visible(failure.name), "bold")))
    out.print(Text(f"  read      {failure.how}"))
    out.print(Text(f"  expected  {visible(failure.expected)}"))
    out.print(Text(f"  came      {visible(failure.came)}"))
    for line in marked(failure.text, [(span, HIT) for span in failure.spans], "    ", out.is_terminal):
        out.print(line)
    out.print()


def _print_summary(out: Console, report: Report) -> None:
    from rich.text import Text

    if report.without:
        out.print(Text(f"no examples: {', '.join(report.without)}", style="yellow"))
    if report.not_run:
        left = count(sum(report.not_run.values()), "example")
        said = f"not run: {left} of rules that ask somebody: {', '.join(report.not_run)}"
        out.print(Text(said, style="yellow"))
    ran = f"{count(report.examples, 'example')} of {count(report.rules, 'rule')}"
    talks = f" and {count(report.conversations, 'conversation')}" if report.conversations else ""
    readings = f"{count(report.readings, 'reading')} in all"
    if report.clean:
        out.print(Text.assemble(("ok", "bold green"), f"  {ran}{talks}, {readings}"))
    elif not report.failures:
        why = "No example could be run" if report.not_run else "There are no examples"
        out.print(Text(f"{why}: nothing was tested.", style="bold red"))
    else:
        failed = f"{len(report.failures)} failed"
        out.print(Text.assemble((failed, "bold red"), f"  of {ran}{talks}, {readings}"))


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("test")(test)
