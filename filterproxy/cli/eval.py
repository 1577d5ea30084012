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
    count,
    inline_answers,
    paths_or_default,
    rulebook_or_exit,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from filterproxy.evaluate import Bench, Case, Judged, Unusable
    from filterproxy.scores import Edits, Rate, Scores, Tally

# Fewer cases than this are done before a bar could be read.
_BAR_FROM_CASES = 200

# Misses and unusable lines that are named when all are not asked for.
_NAMED = 10

_COLUMNS = 80
_GAP = "  "
_TITLES = ("precision", "recall", "F1", "false positives")


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
    Measure rules on labelled replies: precision, recall, F1 and false positives, with 95 % intervals.

    A case is {messages, reply, expect: "block" or "pass"}, and if you like id, kind, lang, drop (texts that
    must be gone) and keep (sentences that must stay). Fails when no line was one.
    """
    from filterproxy.cli.show import console, print_json
    from filterproxy.evaluate import Bench, Case, Unusable, read
    from filterproxy.scores import Scores

    rulebook = rulebook_or_exit(paths_or_default(rules), known or (), as_json=as_json)
    _check_ids(rule or [], [r.id for r in rulebook.rules])
    lines = list(read(files))
    cases = [line for line in lines if isinstance(line, Case)]
    unusable = [line for line in lines if isinstance(line, Unusable)]
    keys = _keys(by, cases)
    answers, background = inline_answers(allow_python), rulebook.background
    bench = Bench(rulebook.rules, rule or (), stream=stream, answers=answers, background=background)
    scores, missed = Scores(keys), []
    with _sink(misses, files) as write:
        for judged in _judged(bench, cases, console(stderr=True)):
            scores.add(judged)
            if judged.misses:
                missed.append(judged)
                write(judged)
    if as_json:
        about = {"ok": bool(cases), "hash": rulebook.hash, "judged": [r.id for r in bench.rules]}
        also = {"stream": stream, "files": len(files), "unusable": [line.as_json() for line in unusable]}
        also["not_run"] = list(bench.not_run)
        print_json({**about, **also, "misses": len(missed), **scores.as_json()})
    else:
        out = console()
        _print_unusable(out, unusable)
        if bench.not_run:
            said = "Not run, since they ask a service, or a function that is not allowed here: "
            out.print(said + ", ".join(bench.not_run), style="yellow")
        if cases:
            files_read = len({case.file for case in cases})
            out.print(
                _about(bench, len(cases), files_read, len(rulebook.rules)), f"Rulebook {rulebook.hash}.\n"
            )
            _print_scores(out, scores)
            _print_missed(out, missed, misses)
        else:
            out.print("There was no case: nothing was measured.", style="bold red")
    if not cases:
        raise typer.Exit(PROBLEMS)


def _check_ids(wanted: Sequence[str], known: Sequence[str]) -> None:
    from filterproxy.rulebook.problem import nearest

    for name in wanted:
        if name not in known:
            near = nearest(name, known)
            hint = f'; did you mean "{near}"?' if near else ""
            raise typer.BadParameter(f'there is no rule "{name}"{hint}', param_hint="--rule")


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


def _about(bench: Bench, cases: int, files: int, rules: int) -> str:
    way = "streamed in ragged pieces" if bench.stream else "read whole"
    if bench.only:
        judged = f"{', '.join(rule.id for rule in bench.rules)} alone"
    else:
        judged = f"the whole rulebook ({count(rules, 'rule')})"
    return f"{count(cases, 'case')} of {count(files, 'file')}, {way}.\nJudged by {judged}."


def _print_unusable(out: Console, unusable: Sequence[Unusable]) -> None:
    from rich.text import Text

    if not unusable:
        return
    said = "is no case" if len(unusable) == 1 else "are no cases"
    out.print(Text(f"{count(len(unusable), 'line')} {said}, and left out:", style="yellow"))
    for line in unusable[:_NAMED]:
        out.print(Text(f"  {line.file}:{line.line} {line.reason}"))
    if len(unusable) > _NAMED:
        out.print(Text(f"  and {len(unusable) - _NAMED} more; --json lists them all"))
    out.print()


def _print_scores(out: Console, scores: Scores) -> None:
    from rich.text import Text

    rows = [("all", scores.total)]
    rows += [(_label(key), tally) for key, tally in sorted(scores.groups.items())]
    for line in _table(rows):
        out.print(line)
    for title, edits in (
        ("Texts that had to go", scores.dropped),
        ("Sentences that had to stay", scores.kept),
    ):
        if edits.replies:
            out.print(
                Text(f"\n{title}: {_edits(edits, 'left in' if edits is scores.dropped else 'lost in')}")
            )
    if len(scores.acted) > 1:
        _print_rules(out, scores)
    if scores.not_judged:
        said = f"In {count(scores.not_judged, 'case')} a rule failed; what the client got is what counts."
        out.print(Text(f"\n{said}", style="yellow"))


def _label(key: tuple[str, ...]) -> str:
    from filterproxy.cli.show import visible

    return " ".join(visible(word).replace("\n", " ") or "-" for word in key)


def _table(rows: Sequence[tuple[str, Tally]]) -> Iterator[Text]:
    """Two lines a row: shares with their counts, and their intervals; a long label has a line of its own."""
    from rich.cells import cell_len
    from rich.text import Text

    cells = [(label, _cells(tally)) for label, tally in rows]
    widths = [
        max(len(title), *(len(text) for _, row in cells for text in row[index]))
        for index, title in enumerate(_TITLES)
    ]
    room = _COLUMNS - sum(widths) - len(_GAP) * len(widths)
    first = min(max(cell_len(label) for label, _ in cells), max(room, 1))
    yield Text(_line("", first, _TITLES, widths), style="bold")
    for label, row in cells:
        if cell_len(label) > first:
            yield Text(label, style="bold")
            label = ""
        line = Text(_line(label, first, [value for value, _ in row], widths))
        line.stylize("bold", 0, len(label))
        yield line
        if intervals := _line("", first, [interval for _, interval in row], widths).rstrip():
            yield Text(intervals, style="dim")


def _line(label: str, first: int, texts: Sequence[str], widths: Sequence[int]) -> str:
    from rich.cells import cell_len

    padded = [f"{text:<{width}}" for text, width in zip(texts, widths, strict=True)]
    return (label + " " * (first - cell_len(label)) + _GAP + _GAP.join(padded)).rstrip()


def _cells(tally: Tally) -> list[tuple[str, str]]:
    rates = (tally.precision, tally.recall, tally.false_positive_rate)
    precision, recall, wrong = ((f"{_value(r)} {r.hits}/{r.of}", _interval(r)) for r in rates)
    return [precision, recall, (_value(tally.f1), _interval(tally.f1)), wrong]


def _value(rate: Rate) -> str:
    return "-" if rate.value is None else f"{rate.value:.3f}"


def _interval(rate: Rate) -> str:
    return "" if rate.low is None or rate.high is None else f"{rate.low:.3f}-{rate.high:.3f}"


def _edits(edits: Edits, verb: str) -> str:
    from filterproxy.scores import rate

    share = rate(edits.wrong_replies, edits.replies)
    replies = f"{verb} {share.hits} of {count(share.of, 'case')}, {_value(share)} ({_interval(share)})"
    return f"{replies};\n  {edits.wrong_texts} of {count(edits.texts, 'text')}"


def _print_rules(out: Console, scores: Scores) -> None:
    from rich.text import Text

    width = max(len("blocked by"), *(len(rule) for rule in scores.acted))
    out.print(Text(f"\n{'blocked by':<{width}}  rightly  wrongly", style="bold"))
    for rule, (rightly, wrongly) in sorted(scores.acted.items()):
        out.print(Text(f"{rule:<{width}}  {rightly:>7}  {wrongly:>7}"))


def _print_missed(out: Console, missed: Sequence[Judged], file: Path | None) -> None:
    from rich.text import Text

    if not missed:
        out.print(Text("\nAll came out as they should.", style="bold green"))
        return
    said = f"\n{count(len(missed), 'case')} came out otherwise"
    if file is not None:
        out.print(Text(f"{said}: see {file}"))
        return
    out.print(Text(f"{said} (--misses FILE writes down what was found):"))
    for judged in missed[:_NAMED]:
        out.print(Text(f"  {judged.case.file}:{judged.case.line} {', '.join(judged.misses)}"))
    if len(missed) > _NAMED:
        out.print(Text(f"  and {len(missed) - _NAMED} more"))


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("eval", short_help="Measure rules on labelled replies.")(eval_)
