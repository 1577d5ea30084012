"""`filterproxy eval`: precision and recall of rules on labelled replies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from filterproxy.cli.rules import (
    PROBLEMS,
    AllowPython,
    JsonOption,
    KnownOption,
    RulesOption,
    check_ids,
    inline_answers,
    paths_or_default,
    rulebook_or_exit,
)

if TYPE_CHECKING:
    from rich.console import Console

    from filterproxy.cli.eval_shown import Measured
    from filterproxy.evaluate import Bench, Case, Judged
    from filterproxy.rulebook.book import Rulebook

# Fewer cases than this are done before a bar could be read.
_BAR_FROM_CASES = 200


def eval_(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="LABELLED...",
            help="Files of labelled replies, one JSON object a line.",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    rules: RulesOption = None,
    known: KnownOption = None,
    rule: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Judge this rule alone, whatever its mode; may be repeated."),
    ] = None,
    by: Annotated[
        str, typer.Option(metavar="KEYS", help="Scores also by these keys of the cases, as in kind,lang.")
    ] = "",
    stream: Annotated[
        bool, typer.Option("--stream/--whole", help="Whether replies come as streams, in ragged pieces.")
    ] = False,
    misses: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write each case that came out otherwise, and why.", dir_okay=False
        ),
    ] = None,
    as_json: JsonOption = False,
    allow_python: AllowPython = None,
) -> None:
    """
    Measure rules on labelled replies: precision, recall, F1 and false positives, with 95% intervals.

    A case is {messages, reply, expect: "block" or "pass"}, and if you like id, kind, lang, drop (texts that
    must be gone) and keep (sentences that must stay). Fails when no line was one.
    """
    from filterproxy.cli.eval_shown import print_measured
    from filterproxy.cli.show import console, print_json
    from filterproxy.evaluate import Bench

    rulebook = rulebook_or_exit(paths_or_default(rules), known or (), as_json=as_json)
    check_ids(rule or (), rulebook.rules)
    answers, background = inline_answers(allow_python), rulebook.background
    bench = Bench(rulebook.rules, rule or (), stream=stream, answers=answers, background=background)
    measured = _measured(rulebook, bench, files, by, misses)
    if as_json:
        print_json(measured.as_json())
    else:
        print_measured(console(), measured)
    if not measured.cases:
        raise typer.Exit(PROBLEMS)


def _measured(
    rulebook: Rulebook, bench: Bench, files: Sequence[Path], by: str, misses: Path | None
) -> Measured:
    """What *bench* makes of the cases in *files*; see the command's options."""
    from filterproxy.cli.eval_shown import Measured
    from filterproxy.cli.show import console
    from filterproxy.evaluate import Case, Unusable, read
    from filterproxy.scores import Scores

    lines = list(read(files))
    cases = [line for line in lines if isinstance(line, Case)]
    unusable = [line for line in lines if isinstance(line, Unusable)]
    scores, missed = Scores(_keys(by, cases)), []
    with _sink(misses, files) as write:
        for judged in _judged(bench, cases, console(stderr=True)):
            scores.add(judged)
            if judged.misses:
                missed.append(judged)
                write(judged)
    return Measured(rulebook, bench, len(files), cases, unusable, scores, missed, misses)


def _keys(by: str, cases: Sequence[Case]) -> tuple[str, ...]:
    """The keys to group by; each must be said by some case."""
    keys = tuple(dict.fromkeys(key.strip() for key in by.split(",") if key.strip()))
    said = {key for case in cases for key in case.labels}
    for key in keys:
        if cases and key not in said:
            choices = ", ".join(sorted(said))
            raise typer.BadParameter(f'no case says "{key}"; they say {choices}', param_hint="--by")
    return keys


@contextmanager
def _sink(path: Path | None, inputs: Sequence[Path]) -> Iterator[Callable[[Judged], None]]:
    """Where misses go; opened before the first case is judged, since a long run must not end in vain."""
    import json

    if path is None:
        yield lambda judged: None
        return
    if path.exists() and any(path.samefile(file) for file in inputs):
        raise typer.BadParameter(f'"{path}" is one of the files to read', param_hint="--misses")
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f'"{path}": {error.strerror}', param_hint="--misses") from None
    with file:
        yield lambda judged: print(json.dumps(judged.as_json(), ensure_ascii=False), file=file)


def _judged(bench: Bench, cases: Sequence[Case], err: Console) -> Iterator[Judged]:
    """What became of each case, with a bar while that takes long and somebody looks."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    if len(cases) <= _BAR_FROM_CASES or not err.is_terminal:
        yield from map(bench.judge, cases)
        return
    with Progress(
        BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=err, transient=True
    ) as bar:
        yield from bar.track(map(bench.judge, cases), total=len(cases))


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("eval", short_help="Measure rules on labelled replies.")(eval_)
