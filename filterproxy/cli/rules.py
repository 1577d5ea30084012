"""Reads packs for a command: a rulebook, or every mistake and exit code 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from filterproxy.core.rule import Rule

# Exit codes, the same for every command; 2 is Typer's own for wrong usage.
CLEAN, PROBLEMS, USAGE = 0, 1, 2

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Packs, or folders of packs. [default: the folder `rules`, or what ships]",
    ),
]
RulesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules",
        "-r",
        metavar="PATH",
        help="A pack or a folder of packs; may be repeated. [default: the folder `rules`, or what ships]",
    ),
]
KnownOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--known", "-k", metavar="FILE", help="A text that states what the model may say; may be repeated."
    ),
]
AllowPython = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-python", metavar="MODULE:FUNCTION", help="A function that rules may run; may be repeated."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def paths_or_shipped(paths: Sequence[Path] | None) -> list[Path]:
    """*paths*, or the packs that come with the program."""
    from filterproxy.rulebook.load import shipped_rules

    return list(paths) if paths else [_short(shipped_rules())]


def paths_or_default(paths: Sequence[Path] | None) -> list[Path]:
    """*paths*, or the folder `rules` of the working folder, or the packs that come with the program."""
    from filterproxy.history.resolve import rules_or_default

    return list(paths) if paths else [_short(path) for path in rules_or_default()]


def _short(path: Path) -> Path:
    """Relative to where we are, if it is below: what people read, and click."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def document_or_exit(paths: Sequence[Path], known: Sequence[Path] = (), *, as_json: bool = False) -> Any:
    """The checked document of *paths*; every problem and exit code 1 when there are any."""
    from filterproxy.rulebook.load import load
    from filterproxy.rulebook.problem import RulebookError

    try:
        return load(paths, known)
    except RulebookError as error:
        exit_with_problems(error.problems, as_json=as_json)


def rulebook_or_exit(paths: Sequence[Path], known: Sequence[Path] = (), *, as_json: bool = False) -> Any:
    """The compiled rulebook of *paths*; every problem and exit code 1 when there are any."""
    from filterproxy.rulebook.compile import compile

    return compile(document_or_exit(paths, known, as_json=as_json))


def check_ids(wanted: Iterable[str], rules: Iterable[Rule]) -> None:
    """Wrong usage where --rule names a rule that is not there, with the nearest that is."""
    from filterproxy.rulebook.problem import nearest

    known = [rule.id for rule in rules]
    for name in wanted:
        if name not in known:
            near = nearest(name, known)
            hint = f'; did you mean "{near}"?' if near else ""
            raise typer.BadParameter(f'there is no rule "{name}"{hint}', param_hint="--rule")


def inline_answers(allowed: Sequence[str] | None) -> Any:
    """Answers to what rules ask, by allowed functions and models; wrong usage for a function that is none."""
    from filterproxy.answers import Inline, functions

    try:
        return Inline(functions(allowed or ()))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--allow-python") from None


def exit_with_problems(problems: Iterable[Any], *, as_json: bool = False) -> NoReturn:
    """Print every problem, and end with exit code 1."""
    from rich.text import Text

    from filterproxy.cli.show import console, print_json
    from filterproxy.rulebook.problem import render

    found = list(problems)
    if as_json:
        print_json({"ok": False, "problems": [problem.as_json() for problem in found]})
        raise typer.Exit(PROBLEMS)
    out = console(stderr=True)
    for problem in found:
        text = Text(render(problem) + "\n")
        text.highlight_regex(r"\Aerror\[\w+\]", "bold red")
        text.highlight_regex(r"(?m)^ *\| +\^.*$", "red")
        text.highlight_regex(r"(?m)^ *= \w+:", "cyan")
        out.print(text)
    out.print(f"{count(len(found), 'problem')}.")
    raise typer.Exit(PROBLEMS)


def whole_number(text: str) -> int:
    """What a flag's value says; wrong usage where it is no whole number."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f'it wants a whole number, not "{text}"') from None


def port_number(text: str) -> int:
    """A port, or 0 for any free one; wrong usage where the text is neither."""
    number = whole_number(text)
    if not 0 <= number <= 65535:
        raise typer.BadParameter(f"it wants a number from 0 to 65535, not {number}")
    return number


def fail(sentence: str) -> NoReturn:
    """Say in one sentence why it cannot go on, and end with exit code 1."""
    typer.echo(f"filterproxy: {sentence}", err=True)
    raise typer.Exit(PROBLEMS)


def count(number: int, thing: str) -> str:
    """A number and its noun: "1 rule", "2 rules"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}".replace(",", " ")
