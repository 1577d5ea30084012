"""`filterproxy experiments`: what was tried on the rules, what came of it, and where the next idea pays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from filterproxy.cli.rules import JsonOption, fail

if TYPE_CHECKING:
    from rich.tree import Tree

    from filterproxy.experiments.read import Journal

Made = TypeVar("Made")

Name = Annotated[str, typer.Argument(metavar="N", help="A number, a slug, or `last`.")]
WhoOption = Annotated[str | None, typer.Option(metavar="NAME", help="[default: as git commits]")]

app = typer.Typer(rich_markup_mode=None, help="What was tried on the rules, and what came of it.")


@app.callback(invoke_without_command=True)
def tree(context: typer.Context, as_json: JsonOption = False) -> None:
    """
    List the experiments, each below the one that it goes on from.

    Every `filterproxy replay` is one: .filterproxy/experiments holds a file for each.
    """
    from filterproxy.cli.show import console, print_json

    if context.invoked_subcommand is not None:
        return
    journal = journal_or_exit()
    if as_json:
        print_json(_journal_json(journal))
        return
    out = console()
    if not journal.entries:
        out.print("No experiments yet: `filterproxy replay RECORDINGS --candidate DIR` makes the first.")
    for root in _trees(journal):
        # Folded under its guides: a tree is cut off at the edge otherwise.
        out.print(root, soft_wrap=False)
    for number, names in journal.doubled():
        typer.echo(
            f"filterproxy: {' and '.join(names)} have the same number {number}; "
            "give one another in its name and its `number`",
            err=True,
        )


def _journal_json(journal: Journal) -> dict[str, Any]:
    return {
        "home": None if journal.home is None else str(journal.home),
        "experiments": [entry.as_json() for entry in journal.entries],
        "unreadable": [{"file": str(one.file), "why": one.why} for one in journal.unreadable],
        "doubled": [{"number": number, "names": names} for number, names in journal.doubled()],
    }


def journal_or_exit() -> Journal:
    """
    The nearest journal, empty where there is none; what hinders, and exit code 1.

    What stands in its folder and is not counted is named on stderr.
    """
    from filterproxy.experiments.read import read_journal

    journal = spoken(read_journal)
    for one in journal.unreadable:
        typer.echo(f"filterproxy: {one.file} {one.why}; it is not counted", err=True)
    return journal


def spoken(make: Callable[[], Made]) -> Made:
    """What *make* gives; or its mistake in a sentence, and exit code 1."""
    from filterproxy.experiments.entry import JournalError
    from filterproxy.history.errors import HistoryError

    try:
        return make()
    except (JournalError, HistoryError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename} cannot be read: {error.strerror}")


def _trees(journal: Journal) -> Iterable[Tree]:
    from rich.tree import Tree

    from filterproxy.cli.experiment_report import label

    roots: list[Tree] = []
    nodes: dict[str, Tree] = {}
    parents = journal.parents()
    # In the order of numbers: a parent that is not there yet, by somebody's edit, leaves the entry a root.
    for entry in journal.entries:
        node = Tree(label(entry), guide_style="dim")
        parent = parents.get(entry.name)
        above = None if parent is None else nodes.get(parent.name)
        siblings = roots if above is None else above.children
        siblings.append(node)
        nodes[entry.name] = node
    return roots


@app.command("show")
def show(name: Name, as_json: JsonOption = False) -> None:
    """Show one experiment: what was changed, on which replies, and what came of it."""
    from filterproxy.cli.experiment_report import print_entry
    from filterproxy.cli.show import console, print_json

    entry = spoken(lambda: journal_or_exit().find(name))
    print_json(entry.as_json()) if as_json else print_entry(console(), entry)


@app.command("compare")
def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="A number, a slug, or `last`.")],
    second: Annotated[str, typer.Argument(metavar="B", help="The same.")],
    every: Annotated[
        bool, typer.Option("--all", help="Also rules with the same numbers, and what only says why.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare the candidates of two experiments: their rules, and per rule what they did."""
    from filterproxy.cli.experiment_report import print_comparison
    from filterproxy.cli.show import console, print_json
    from filterproxy.experiments.compare import compared

    journal = journal_or_exit()
    found = spoken(lambda: compared(journal, journal.find(first), journal.find(second)))
    print_json(found.as_json()) if as_json else print_comparison(console(), found, every=every)


@app.command("best")
def best(
    goal: Annotated[
        str,
        typer.Option(metavar="GOAL", help="precision@recall=0.9, firing-rate or cost."),
    ] = "precision@recall=0.9",
    rule: Annotated[str | None, typer.Option("--rule", metavar="ID", help="Of this rule alone.")] = None,
    labels: Annotated[Path | None, typer.Option(metavar="FILE", help="Labels of replies.")] = None,
    as_json: JsonOption = False,
) -> None:
    """
    Name for each rule the experiment that did best so far.

    precision@recall=R: most often right when it fired, among those that caught at least that share of the
    labelled replies. firing-rate: seldomest, cost: least time for a reply.
    """
    from filterproxy.cli.experiment_report import print_best
    from filterproxy.cli.show import console, print_json
    from filterproxy.experiments.best import best_of, parse_goal

    try:
        wanted = parse_goal(goal)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--goal") from None
    journal = journal_or_exit()
    found = spoken(lambda: best_of(journal, wanted, _labels(labels), rule))
    print_json(found.as_json()) if as_json else print_best(console(), found)


def _labels(path: Path | None) -> Any:
    from filterproxy.labels.store import default_path, read

    if path is not None and not path.is_file():
        fail(f"there is no file {path}")
    labels = spoken(lambda: read(path or default_path()))
    for line in labels.skipped:
        typer.echo(
            f"filterproxy: {line.file}:{line.line} is no label: {line.why}; it is not counted", err=True
        )
    return labels


@app.command("tried")
def tried(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The id of a rule.")],
    every: Annotated[bool, typer.Option("--all", help="Also what was kept, or is still open.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List what was tried on a rule and did not work out, with its reasons, newest first."""
    from filterproxy.cli.experiment_report import print_tried
    from filterproxy.cli.show import console, print_json
    from filterproxy.experiments.read import tried_on
    from filterproxy.rulebook.problem import nearest

    journal = journal_or_exit()
    states = ("rejected", "unclear", "open", "kept") if every else ("rejected", "unclear")
    found = tried_on(journal, rule, states)
    known = {one for entry in journal.entries for one in (*entry.rules, *entry.touched())}
    if known and rule not in known:
        near = nearest(rule, known)
        fail(f'no experiment has a rule "{rule}"' + (f'; did you mean "{near}"?' if near else ""))
    if as_json:
        print_json({"rule": rule, "experiments": [entry.as_json() for entry in found]})
    else:
        print_tried(console(), rule, found, len(tried_on(journal, rule)))


@app.command("note")
def note(name: Name, text: Annotated[str, typer.Argument(metavar="TEXT")], who: WhoOption = None) -> None:
    """Add a remark to an experiment."""
    from filterproxy.experiments.journal import add_note

    entry = spoken(lambda: add_note(name, text, who=who))
    typer.echo(f"Experiment {entry.number} ({entry.slug}) has the note.")


@app.command("verdict")
def verdict(
    name: Name,
    state: Annotated[str, typer.Argument(metavar="STATE", help="kept, rejected, unclear, or open again.")],
    reason: Annotated[str, typer.Argument(metavar="REASON", help="For whoever has the idea next.")] = "",
    who: WhoOption = None,
) -> None:
    """Say what you make of an experiment, and why."""
    from filterproxy.experiments.journal import give_verdict

    entry = spoken(lambda: give_verdict(name, state, reason, who=who))
    typer.echo(f"Experiment {entry.number} ({entry.slug}) is {entry.verdict.state}.")


@app.command("next")
def next_(
    labels: Annotated[Path | None, typer.Option(metavar="FILE", help="Labels of replies.")] = None,
    most: Annotated[int, typer.Option("--most", metavar="N", min=1, help="Ideas to name.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """
    Rank where the next idea pays, each with the command to run next.

    New hits that nobody labelled, misses that somebody did, and rules whose precision is least known.
    """
    from filterproxy.cli.experiment_report import print_next
    from filterproxy.cli.show import console, print_json
    from filterproxy.experiments.ideas import ideas_of

    journal = journal_or_exit()
    ideas = spoken(lambda: ideas_of(journal, _labels(labels)))
    if as_json:
        print_json({"ideas": [idea.as_json() for idea in ideas]})
    else:
        print_next(console(), ideas, most)


def register(main: typer.Typer) -> None:
    """Add the command to *main*."""
    main.add_typer(app, name="experiments")
