"""`filterproxy new`: a rule, begun from one strange reply."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from filterproxy.cli.rules import JsonOption, fail

if TYPE_CHECKING:
    from filterproxy.authoring.case import Case
    from filterproxy.authoring.draft import Draft
    from filterproxy.authoring.trying import Found, Others, Tried
    from filterproxy.core.rule import Span
    from filterproxy.rulebook.book import Example


def new(
    reply: Annotated[
        str | None, typer.Argument(help="What the model said; - reads it from standard input.")
    ] = None,
    ask: Annotated[str, typer.Option("--ask", "-a", help="The question before it.")] = "",
    system: Annotated[str, typer.Option("--system", "-s", help="The system prompt.")] = "",
    document: Annotated[
        list[str] | None, typer.Option(help="A text that the request brought along; may be repeated.")
    ] = None,
    span: Annotated[str, typer.Option(metavar="WORDS", help="The part that must not be there.")] = "",
    decision: Annotated[
        str, typer.Option(metavar="ID", help="Begin from this decision, if its text was sampled.")
    ] = "",
    decisions: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the decision log, or the recordings, are.")
    ] = None,
    from_: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Begin from an exchange, as JSON.")
    ] = None,
    line: Annotated[int, typer.Option(help="Which line of that file, counted from 1.")] = 0,
    pack: Annotated[
        Path | None, typer.Option("--pack", "-p", metavar="FILE", help="Add the rule to this pack.")
    ] = None,
    id: Annotated[str, typer.Option(help="The name of the rule.")] = "",
    verb: Annotated[
        str, typer.Option(metavar="VERB", help="What to look for, as in fact:price, phrases or regex.")
    ] = "",
    action: Annotated[str, typer.Option(help="drop, cut, remove, redact, retry or flag.")] = "",
    say: Annotated[str, typer.Option(help="What the client reads instead.")] = "",
    why: Annotated[str, typer.Option(help="What the rule is for.")] = "",
    owner: Annotated[str | None, typer.Option(help="Who looks after it. [default: git's user.name]")] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Recordings that it should find little in; may be repeated."),
    ] = None,
    print_: Annotated[bool, typer.Option("--print", help="Print the rule, and write nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """
    Begin a rule from a reply that should not have been given.

    The case becomes its first example. What can find the part that is meant is tried, facts and numbers
    before words, on the case, on the pack's examples and on recordings; the best is proposed. The rule
    begins in shadow, and is written only if it loads and its examples hold.
    """
    from filterproxy.authoring.case import Case, locate
    from filterproxy.authoring.deed import ACTIONS, Wishes
    from filterproxy.authoring.draft import best_draft
    from filterproxy.authoring.trying import Others
    from filterproxy.cli.new_against import exchanges_of, tried_on
    from filterproxy.cli.new_shown import finish

    if action and action not in ACTIONS:
        raise typer.BadParameter(f"there are {', '.join(ACTIONS)}", param_hint="--action")
    talks = not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    if reply is None and from_ is None and not decision:
        if not talks:
            raise typer.BadParameter("a reply is wanted, or --decision, or --from", param_hint="REPLY")
        reply = typer.prompt("What did the model say?")
        ask = ask or typer.prompt("To which question?", default="", show_default=False)
    if (reply is not None) + (from_ is not None) + bool(decision) > 1:
        raise typer.BadParameter("a reply, --decision and --from are three ways to say the same")
    if reply is None:
        case = _stored(decision, decisions, from_, line, span)
    else:
        text = typer.get_binary_stream("stdin").read().decode("utf-8", "replace") if reply == "-" else reply
        said = [os.fsencode(one).decode("utf-8", "replace") for one in (text, ask, system)]
        case = Case(said[0], said[1], said[2], tuple(document or ()))
    part = locate(case.reply, span)
    if span and part is None:
        raise typer.BadParameter("these words do not stand in the reply", param_hint="--span")
    pack_text, examples, taken = _pack(pack, as_json=as_json)
    part, tried = _tried(case, part, talks)
    others = Others(examples, exchanges_of(against or ()))
    tried = tried_on(case, tried, others)
    chosen = _chosen(tried, verb, others, talks)
    if owner is None:
        from filterproxy.authoring.gather import git_user

        owner = git_user(pack.parent if pack else Path())
    if talks and pack is None and not print_:
        named = typer.prompt("Add it to which pack? (nothing: print it)", default="", show_default=False)
        if named:
            pack = Path(named)
            pack_text, _, taken = _pack(pack, as_json=False)
    if id and id in taken:
        raise typer.BadParameter(f'"{id}" is the id of another rule of {pack}', param_hint="--id")
    try:
        made = best_draft(case, chosen, Wishes(id, action, say, why, owner), taken, pack, pack_text)
    except ValueError as error:
        fail(str(error))
    made.notes += _rejected_before(made)
    finish(made, tried, others, writes=pack is not None and not print_, as_json=as_json)


def _rejected_before(made: Draft) -> list[str]:
    """What the journal has of rules like this one, that somebody tried and rejected."""
    from filterproxy.experiments.before import before_rule
    from filterproxy.experiments.read import read_journal

    # The rule is good without the journal, too.
    with suppress(OSError):
        return [] if made.form is None else before_rule(read_journal(), made.form)
    return []


def _stored(decision: str, folder: Path | None, file: Path | None, line: int, span: str) -> Case:
    """The case of a decision, or of a file."""
    from filterproxy.authoring.case import case_of
    from filterproxy.authoring.gather import from_decision, from_file

    if decision and folder is None:
        raise typer.BadParameter("say where the log is: --decisions FOLDER", param_hint="--decision")
    try:
        if file is not None:
            return case_of(from_file(file, line), span)
        assert folder is not None
        return case_of(from_decision(folder, decision), span)
    except ValueError as error:
        fail(str(error))


def _pack(pack: Path | None, *, as_json: bool) -> tuple[str, Sequence[Example], frozenset[str]]:
    """The pack's text, its examples, and ids that are taken."""
    from filterproxy.authoring.gather import examples_of
    from filterproxy.cli.rules import rulebook_or_exit
    from filterproxy.rulebook.files import read_text

    if pack is not None and pack.is_dir():
        raise typer.BadParameter(f"{pack} is a folder: name a file in it", param_hint="--pack")
    if pack is not None and not pack.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {pack.parent}", param_hint="--pack")
    if pack is None or not pack.exists() or not pack.stat().st_size:
        return "", (), frozenset()
    rulebook = rulebook_or_exit([pack], as_json=as_json)
    return read_text(pack), examples_of(rulebook), frozenset(rule.id for rule in rulebook.rules)


def _tried(case: Case, part: Span | None, talks: bool) -> tuple[Span | None, Tried]:
    """What finds it; who sits at a terminal is asked for the part where nothing was found without."""
    from filterproxy.authoring.candidates import candidates
    from filterproxy.authoring.case import locate
    from filterproxy.authoring.trying import try_case

    while True:
        tried = try_case(case, part, candidates(case, part))
        if tried.found:
            return part, tried
        _show(case.reply)
        if not talks:
            for name, source in tried.excused.items():
                typer.echo(f"filterproxy: {name}: the request states it ({source})", err=True)
            fail("nothing was found: say with --span which words of the reply must not be there")
        part = None
        while part is None:
            part = locate(case.reply, typer.prompt("Which words of it must not be there?"))


def _show(reply: str) -> None:
    """What was said: who began with a decision's id has not seen it. In a long one its length was found."""
    from filterproxy.cli.show import console, marked

    err = console(stderr=True)
    for line in marked(reply, [], "    ", err.is_terminal):
        err.print(line)


def _chosen(tried: Tried, verb: str, others: Others, talks: bool) -> Sequence[Found]:
    """The way of finding that somebody chose, else all of them, the best first."""
    from filterproxy.cli.new_shown import ranking

    if not verb and not (talks and len(tried.found) > 1):
        return tried.found
    fitting = [one for one in tried.found if verb in (one.candidate.name, one.candidate.verb)]
    if verb and not fitting:
        names = ", ".join(one.candidate.name for one in tried.found)
        source = tried.excused.get(verb)
        why = f"the request states it ({source})" if source else "it does not find that part of the reply"
        raise typer.BadParameter(f"{why}; what does: {names}", param_hint="--verb")
    if verb:
        return fitting[:1]
    for row in ranking(tried, others):
        typer.echo(row)
    number: int = typer.prompt("Which?", default=1, type=int)
    if not 1 <= number <= len(tried.found):
        raise typer.BadParameter(f"there are {len(tried.found)}")
    return tried.found[number - 1 : number]


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("new", short_help="Begin a rule from a reply.")(new)
