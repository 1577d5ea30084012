"""What `filterproxy new` says: what finds the part that is meant, the rule, and whether it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from filterproxy.cli.rules import PROBLEMS, count, exit_with_problems, fail

if TYPE_CHECKING:
    from rich.console import Console

    from filterproxy.authoring.draft import Draft
    from filterproxy.authoring.trying import Found, Others, Tried

# Ways of finding that are shown; the others are rarely better.
_SHOWN = 5


def ranking(tried: Tried, others: Others, chosen: Found | None = None) -> list[str]:
    """The best ways of finding, with why; a star at the one that was chosen."""
    shown = tried.found[:_SHOWN]
    width = max(len(one.candidate.name) for one in shown)
    star = None if chosen is None else chosen.candidate
    return [
        f"{'*' if one.candidate == star else ' '} {at}  {one.candidate.name:{width}}  {_reasons(one, others)}"
        for at, one in enumerate(shown, 1)
    ]


def _reasons(found: Found, others: Others) -> str:
    reasons = [found.why]
    if others.examples:
        reasons.append(f"{found.in_examples} of {count(len(others.examples), 'other example')}")
    if others.exchanges:
        reasons.append(f"{found.in_exchanges} of {count(len(others.exchanges), 'recorded exchange')}")
    return "; ".join(reasons)


def finish(made: Draft, tried: Tried, others: Others, *, writes: bool, as_json: bool) -> None:
    """Say what was made and whether it holds, and write it where it does."""
    if writes and made.holds:
        try:
            made.write()
        except OSError as error:
            fail(f"{made.file} cannot be written: {error.strerror}")
    if as_json:
        _print_json(made, tried, written=writes and made.holds)
    else:
        _print(made, tried, others, writes)
    if made.problems:
        exit_with_problems(made.problems)
    if not made.holds:
        raise typer.Exit(PROBLEMS)


def _print_json(made: Draft, tried: Tried, *, written: bool) -> None:
    from filterproxy.cli.show import print_json

    print_json(made.as_json() | {"written": written, "candidates": [_as_json(one) for one in tried.found]})


def _as_json(found: Found) -> dict[str, Any]:
    return {
        "verb": found.candidate.name,
        "match": found.candidate.match,
        "grounded": found.candidate.grounded,
        "spans": [list(span) for span in found.spans],
        "in_examples": found.in_examples,
        "in_recordings": found.in_exchanges,
    }


def _print(made: Draft, tried: Tried, others: Others, writes: bool) -> None:
    from rich.text import Text

    from filterproxy.cli.show import HIT, console, marked

    # Where nothing is written, standard output has the rule alone, to be pasted.
    out = console(stderr=not writes)
    for line in marked(made.case.reply, [(span, HIT) for span in made.found.spans], "    ", out.is_terminal):
        out.print(line)
    for row in ["", *ranking(tried, others, made.found), ""]:
        out.print(Text(row))
    for note in made.notes:
        out.print(Text(f"note: {note}", style="yellow"))
    if writes and made.holds:
        out.print(Text(f"{made.file}:{made.line}", style="bold"))
    typer.echo(made.rule_text, nl=False)
    _print_proof(out, made, writes)


def _print_proof(out: Console, made: Draft, writes: bool) -> None:
    from rich.text import Text

    from filterproxy.cli.show import print_findings, visible

    for failure in made.report.failures:
        out.print(Text(f"FAIL  read {failure.how}", style="bold red"))
        out.print(Text(f"      expected {visible(failure.expected)}, came {visible(failure.came)}"))
    print_findings(out, made.warnings)
    if made.holds:
        ran = f"{count(made.report.examples, 'example')}, {count(made.report.readings, 'reading')}"
        out.print(Text.assemble(("ok", "bold green"), f"  it loads, and its examples hold ({ran})"))
    if writes and made.holds:
        out.print("It begins in shadow: what it would do is counted, and no reply changes.")
    elif writes:
        out.print(Text("Nothing was written.", style="bold red"))
