"""What `filterproxy eval` shows; imported when there is something to show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from filterproxy.cli.rules import count
from filterproxy.cli.show import visible
from filterproxy.evaluate import Bench, Case, Judged, Unusable
from filterproxy.rulebook.book import Rulebook
from filterproxy.scores import Edits, Rate, Scores, Tally, rate

# Misses and unusable lines that are named when all are not asked for.
_NAMED = 10

_COLUMNS = 80
_GAP = "  "
_TITLES = ("precision", "recall", "F1", "false positives")


@dataclass(frozen=True, slots=True)
class Measured:
    """
    What came of the cases of some files.

    files: how many were read. unusable: lines that are no cases. missed: cases that came out otherwise.
    misses: the file that they were written to, if any.
    """

    rulebook: Rulebook
    bench: Bench
    files: int
    cases: Sequence[Case]
    unusable: Sequence[Unusable]
    scores: Scores
    missed: Sequence[Judged]
    misses: Path | None

    def as_json(self) -> dict[str, Any]:
        """What --json prints."""
        return {
            "ok": bool(self.cases),
            "hash": self.rulebook.hash,
            "judged": [rule.id for rule in self.bench.rules],
            "stream": self.bench.stream,
            "files": self.files,
            "unusable": [line.as_json() for line in self.unusable],
            "not_run": list(self.bench.not_run),
            "misses": len(self.missed),
            **self.scores.as_json(),
        }


def print_measured(out: Console, found: Measured) -> None:
    """All of it, for people."""
    _print_unusable(out, found.unusable)
    if found.bench.not_run:
        said = "Not run, since they ask a service, or a function that is not allowed here: "
        out.print(said + ", ".join(found.bench.not_run), style="yellow")
    if not found.cases:
        out.print("There was no case: nothing was measured.", style="bold red")
        return
    out.print(_about(found), f"Rulebook {found.rulebook.hash}.\n")
    _print_scores(out, found.scores)
    _print_missed(out, found.missed, found.misses)


def _about(found: Measured) -> str:
    bench = found.bench
    way = "streamed in ragged pieces" if bench.stream else "read whole"
    if bench.only:
        judged = f"{', '.join(rule.id for rule in bench.rules)} alone"
    else:
        judged = f"the whole rulebook ({count(len(found.rulebook.rules), 'rule')})"
    cases, files = count(len(found.cases), "case"), len({case.file for case in found.cases})
    return f"{cases} of {count(files, 'file')}, {way}.\nJudged by {judged}."


def _print_unusable(out: Console, unusable: Sequence[Unusable]) -> None:
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
    rows = [("all", scores.total)]
    rows += [(_label(key), tally) for key, tally in sorted(scores.groups.items())]
    for line in table(rows):
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
    return " ".join(visible(word).replace("\n", " ") or "-" for word in key)


def table(rows: Sequence[tuple[str, Tally]]) -> Iterator[Text]:
    """Two lines a row: shares with their counts, and their intervals; a long label has a line of its own."""
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
    share = rate(edits.wrong_replies, edits.replies)
    replies = f"{verb} {share.hits} of {count(share.of, 'case')}, {_value(share)} ({_interval(share)})"
    return f"{replies};\n  {edits.wrong_texts} of {count(edits.texts, 'text')}"


def _print_rules(out: Console, scores: Scores) -> None:
    width = max(len("blocked by"), *(len(rule) for rule in scores.acted))
    out.print(Text(f"\n{'blocked by':<{width}}  rightly  wrongly", style="bold"))
    for rule, (rightly, wrongly) in sorted(scores.acted.items()):
        out.print(Text(f"{rule:<{width}}  {rightly:>7}  {wrongly:>7}"))


def _print_missed(out: Console, missed: Sequence[Judged], file: Path | None) -> None:
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
