"""`filterproxy try`: one reply from the command line, and what each rule says about it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from filterproxy.cli.rules import (
    USAGE,
    AllowPython,
    JsonOption,
    KnownOption,
    RulesOption,
    count,
    inline_answers,
    paths_or_default,
    rulebook_or_exit,
)

if TYPE_CHECKING:
    from rich.console import Console

    from filterproxy.core.rule import Rule
    from filterproxy.trial import Explanation, Finding


def try_(
    reply: Annotated[str, typer.Argument(help="What the model said; - reads it from standard input.")],
    ask: Annotated[str, typer.Option("--ask", "-a", help="The question before it.")] = "",
    system: Annotated[str, typer.Option("--system", "-s", help="The system prompt.")] = "",
    rules: RulesOption = None,
    known: KnownOption = None,
    stream: Annotated[
        bool, typer.Option("--stream/--whole", help="Whether the client asked for a stream.")
    ] = False,
    as_json: JsonOption = False,
    allow_python: AllowPython = None,
) -> None:
    """
    Show what each rule says about a reply, and what the client would read.
    """
    from filterproxy.cli.show import console, print_json
    from filterproxy.core.plan import Plans
    from filterproxy.rulebook.book import Example
    from filterproxy.trial import explain

    rulebook = rulebook_or_exit(paths_or_default(rules), known or (), as_json=as_json)
    text = _text(typer.get_binary_stream("stdin").read() if reply == "-" else os.fsencode(reply))
    ask, system = (_text(os.fsencode(said)) for said in (ask, system))
    request = Example(hit=True, reply=text, ask=ask, system=system).request(stream=stream)
    explanation = explain(
        rulebook, Plans(rulebook.rules), request, text, answers=inline_answers(allow_python)
    )
    if as_json:
        print_json({"hash": rulebook.hash, **explanation.as_json()})
        return
    out = console()
    _print_findings(out, explanation, rulebook.rules)
    _print_result(out, explanation)


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        byte = f"byte 0x{content[error.start]:02X} after {count(error.start, 'byte')}"
        typer.echo(f"filterproxy try: what is given is not UTF-8 ({byte})", err=True)
        raise typer.Exit(USAGE) from None


_IDLE = {
    "not asked": "Not asked, since their `when` does not hold",
    "not run": "Not run, since they ask a service, or a function that is not allowed here",
    "off": "Off",
}


def _print_findings(out: Console, explanation: Explanation, rules: Sequence[Rule]) -> None:
    from rich.text import Text

    spoke = [f for f in explanation.findings if f.hits or f.faults]
    shares = {rule.id: rule.rollout for rule in rules}
    for finding in spoke:
        _print_finding(out, finding, explanation.reply, shares[finding.rule])
    silent = [f for f in explanation.findings if f not in spoke]
    quiet = [f for f in silent if f.mode not in _IDLE]
    if quiet:
        also = "other " if spoke else ""
        said = "found nothing" if spoke or len(quiet) > 1 else "finds nothing"
        out.print(Text(f"{count(len(quiet), also + 'rule')} {said}.", style="dim"))
    for mode, said in _IDLE.items():
        names = ", ".join(f.rule for f in silent if f.mode == mode)
        if names:
            out.print(Text(f"{said}: {names}.", style="dim"))


def _print_finding(out: Console, finding: Finding, reply: str, share: float) -> None:
    from rich.text import Text

    from filterproxy.cli.show import EXCUSED, HIT, MODE_STYLES, marked

    head = Text.assemble(
        (finding.rule, "bold"), f"  {finding.pack}  ", (finding.mode, MODE_STYLES[finding.mode])
    )
    out.print(head.append(f"  {finding.action}"))
    spans = [((hit.start, hit.end), EXCUSED if hit.excuse else HIT) for hit in finding.hits]
    spans.sort(key=lambda span: span[1] == HIT)
    for line in marked(reply, spans, "    ", out.is_terminal) if spans else ():
        out.print(line)
    for hit in finding.hits:
        if hit.excuse:
            out.print(Text(f"    passes: {hit.excuse} (at {hit.start} to {hit.end})", style=EXCUSED))
    for fault in finding.faults:
        out.print(Text(f"    could not be judged: {fault.cause}, policy {fault.policy}", style="yellow"))
    if finding.fired and finding.mode == "shadow":
        why = "in shadow" if share == 1 else f"not among the {share:.0%} of its rollout"
        out.print(Text(f"    {why}: counted, nothing changes", style="cyan"))
    out.print()


def _print_result(out: Console, explanation: Explanation) -> None:
    from rich.text import Text

    from filterproxy.cli.show import visible

    trial, result = explanation.trial, explanation.as_json()
    if trial.asked:
        out.print(Text(f"Upstream would be asked again first: {', '.join(trial.asked)}.", style="yellow"))
    if result["text"] is None:
        out.print(Text("The client gets an error in place of the reply.", style="bold red"))
    elif not result["changed"]:
        out.print(Text("The client reads the reply as it is.", style="bold green"))
    else:
        out.print(Text("The client reads:", style="bold"))
        for line in visible(result["text"]).split("\n"):
            out.print(Text(f"    {line}"))


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("try", short_help="Show what each rule says about a reply.")(try_)
