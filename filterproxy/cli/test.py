"""`filterproxy test`: every example of every rule, in every cut and through every dialect."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filterproxy.cli.rules import (
    PROBLEMS,
    AllowPython,
    JsonOption,
    KnownOption,
    Paths,
    exit_with_problems,
    fail,
    inline_answers,
    paths_or_default,
)

if TYPE_CHECKING:
    from filterproxy.cli.watch import Files
    from filterproxy.proving.coverage import Coverage
    from filterproxy.proving.report import Report

Strict = Annotated[
    bool, typer.Option("--strict", help="Fail, too, where an example noted as todo is right by now.")
]
Dialects = Annotated[
    bool, typer.Option("--dialects/--no-dialects", help="Whether each reply goes through every API, too.")
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, help="How many processes. [default: one for each core]")
]
CoverageFlag = Annotated[
    bool, typer.Option("--coverage", help="Say which rules and alternatives no example has used.")
]
CoverageMin = Annotated[
    str | None, typer.Option("--coverage-min", metavar="PERCENT", help="Fail below it, as in 80%.")
]
Junit = Annotated[
    Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML there, for CI systems.")
]
Watch = Annotated[bool, typer.Option("--watch", "-w", help="Run again what a changed file concerns.")]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line asks for. least: percent of coverage; None: any."""

    paths: tuple[Path, ...]
    known: tuple[Path, ...]
    as_json: bool
    allowed: tuple[str, ...]
    strict: bool
    dialects: bool
    jobs: int
    coverage: bool
    least: float | None
    junit: Path | None


def test(
    paths: Paths = None,
    as_json: JsonOption = False,
    allow_python: AllowPython = None,
    known: KnownOption = None,
    strict: Strict = False,
    dialects: Dialects = True,
    jobs: Jobs = None,
    coverage: CoverageFlag = False,
    coverage_min: CoverageMin = None,
    junit: Junit = None,
    watch: Watch = False,
) -> None:
    """
    Run the examples of every rule, and the conversations in *.test.yaml beside the packs.

    Each reply is read whole, letter by letter, and cut once at every place, and goes through
    every API, whole and streamed; all must agree. Examples under todo_hit and todo_pass are
    known to come out wrong: they are listed, and fail nothing. Services are not asked, and
    functions run only if they are allowed: what was not run is said. Fails when it ran none.
    """
    inline_answers(allow_python)
    asked = _Asked(
        tuple(paths_or_default(paths)),
        tuple(known or ()),
        as_json,
        tuple(allow_python or ()),
        strict,
        dialects,
        jobs or os.cpu_count() or 1,
        coverage or coverage_min is not None,
        _percent(coverage_min),
        junit,
    )
    if watch:
        _watch(asked)
    elif not _run(asked, None):
        raise typer.Exit(PROBLEMS)


def _percent(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        percent = float(text.strip().removesuffix("%"))
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:
        raise typer.BadParameter(
            f'it wants a percentage as in 80%, not "{text}"', param_hint="--coverage-min"
        )
    return percent


def _watch(asked: _Asked) -> None:
    from filterproxy.cli.show import console
    from filterproxy.cli.watch import again, changes

    if asked.as_json:
        raise typer.BadParameter("a run that does not end has no JSON", param_hint="--watch")

    def run(files: Files) -> bool:
        # Mistakes in a pack are shown, and its author goes on writing.
        try:
            _run(asked, files)
        except typer.Exit:
            return False
        return True

    again(run, changes([*asked.paths, *asked.known]), console())


def _run(asked: _Asked, changed: Files) -> bool:
    """One run, of what the changed files concern; whether all is well."""
    from filterproxy.proving.junit import unread
    from filterproxy.rulebook.problem import RulebookError

    try:
        return _ran(asked, changed)
    except RulebookError as error:
        # What an earlier run wrote there would be read as this one's.
        problems = error.problems
        _write_junit(asked.junit, lambda: unread(problems))
        exit_with_problems(problems, as_json=asked.as_json)


def _ran(asked: _Asked, changed: Files) -> bool:
    from filterproxy.proving.junit import junit
    from filterproxy.proving.prove import Task, prove_task
    from filterproxy.rulebook.load import load

    document = load(asked.paths, asked.known)
    ids = [form["id"] for form in document["rules"]]
    packs = [Path(name) for name in dict.fromkeys(form["file"] for form in document["rules"])]
    files, talks = _concerned(asked, changed, packs)
    conversations = _conversations(asked, ids, talks)
    names = None if files is None else frozenset(map(str, files))
    task = Task(document, tuple(conversations), names, asked.allowed, asked.dialects)
    with _Bar() as bar:
        report = prove_task(task, asked.jobs, bar.show)
    report.strict = asked.strict
    coverage = _coverage(asked, document, names) if asked.coverage else None
    _write_junit(asked.junit, lambda: junit(report))
    _show(asked, report, coverage)
    enough = coverage is None or asked.least is None or coverage.percent >= asked.least
    return report.clean and enough


def _concerned(asked: _Asked, changed: Files, packs: Sequence[Path]) -> tuple[Files, Files]:
    from filterproxy.cli.watch import concerned
    from filterproxy.proving import conversations

    tests = list(conversations.files(asked.paths))
    return concerned(changed, packs, tests)


def _conversations(asked: _Asked, ids: Sequence[str], files: Files) -> list[Any]:
    from filterproxy.proving.conversations import beside

    names = None if files is None else set(map(str, files))
    return [talk for talk in beside(asked.paths, ids) if names is None or talk.file in names]


def _coverage(asked: _Asked, document: Any, files: frozenset[str] | None) -> Coverage:
    from filterproxy.proving.coverage import cover
    from filterproxy.rulebook.compile import compile

    return cover(compile(document), inline_answers(asked.allowed), files)


def _write_junit(file: Path | None, made: Callable[[], bytes]) -> None:
    if file is None:
        return
    try:
        file.write_bytes(made())
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}")


def _show(asked: _Asked, report: Report, coverage: Coverage | None) -> None:
    from filterproxy.cli.show import console, print_json

    if asked.as_json:
        print_json(report.as_json() | ({} if coverage is None else {"coverage": coverage.as_json()}))
        return
    from filterproxy.cli.proofs_shown import print_coverage, print_report

    out = console()
    print_report(out, report)
    if coverage is not None:
        print_coverage(out, coverage, asked.least)


class _Bar:
    """A progress bar on a terminal, once a run has taken a second; nothing elsewhere."""

    def __init__(self) -> None:
        self._drawn: Any = None
        self._began = 0.0
        self._clock: Callable[[], float] | None = None

    def __enter__(self) -> _Bar:
        import time

        self._clock = time.monotonic
        self._began = self._clock()
        return self

    def show(self, done: int, total: int) -> None:
        """So many proofs are done."""
        assert self._clock is not None
        if self._drawn is None:
            if self._clock() - self._began < 1:
                return
            self._draw(total)
        self._drawn.update(self._task, completed=done)

    def _draw(self, total: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        from filterproxy.cli.show import console

        columns = (TextColumn("testing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        out = console(stderr=True)
        self._drawn = Progress(*columns, console=out, transient=True, disable=not out.is_terminal)
        self._drawn.start()
        self._task = self._drawn.add_task("", total=total)

    def __exit__(self, *_: object) -> None:
        if self._drawn is not None:
            self._drawn.stop()


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("test", short_help="Run the examples, in every cut and through every API.")(test)
