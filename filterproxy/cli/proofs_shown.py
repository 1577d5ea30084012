"""What people read of a run of `filterproxy test`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from filterproxy.cli.rules import count
from filterproxy.cli.show import HIT, marked, visible
from filterproxy.proving.coverage import Coverage, RuleCoverage
from filterproxy.proving.junit import now_right
from filterproxy.proving.report import Failure, Outcome, Report

# Alternatives that are listed of one rule; --json has all.
_MOST_UNUSED = 8
# Code points of a text that is compared with another: of a line, and before they differ.
_MOST_COLUMNS = 66
_BEFORE = 40


def print_report(out: Console, report: Report) -> None:
    """Failures, what is known to be wrong, and the sum."""
    for failure in report.failures:
        _print_failure(out, failure)
    for outcome in report.todo:
        _print_noted(out, outcome, "todo", "yellow", outcome.failure.came if outcome.failure else "")
    for outcome in report.now_right:
        style = "bold red" if report.strict else "bold yellow"
        _print_noted(out, outcome, "right", style, now_right(outcome))
    if report.todo or report.now_right:
        out.print()
    _print_summary(out, report)


def _print_failure(out: Console, failure: Failure) -> None:
    place = f"{failure.file}:{failure.line}"
    out.print(Text.assemble(("FAIL", "bold red"), f"  {place}  ", (visible(failure.name), "bold")))
    out.print(Text(f"  read      {failure.how}"))
    for said in compared(visible(failure.expected), visible(failure.came)):
        out.print(Text(f"  {said}"))
    for line in marked(failure.text, [(span, HIT) for span in failure.spans], "    ", out.is_terminal):
        out.print(line)
    out.print()


def compared(expected: str, came: str) -> Iterator[str]:
    """Both, one below the other; of two texts as much as fits in a line, and where they begin to differ."""
    are_texts = expected.startswith('"') and came.startswith('"')
    at = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(expected, came, strict=False)))
    start = max(0, at - _BEFORE) if are_texts and max(map(len, (expected, came))) > _MOST_COLUMNS else 0
    for name, text in (("expected", expected), ("came", came)):
        yield f"{name:8}  {_cut(text, start) if are_texts else text}"
    if are_texts:
        yield " " * (10 + cell_len(_cut(came, start)[: at - start + bool(start)])) + "^"


def _cut(text: str, start: int) -> str:
    shown = ("…" if start else "") + text[start:]
    return shown if len(shown) <= _MOST_COLUMNS else shown[: _MOST_COLUMNS - 1] + "…"


def _print_noted(out: Console, outcome: Outcome, word: str, style: str, said: str) -> None:
    place = f"{outcome.file}:{outcome.line}"
    name = f"{visible(outcome.name)}, {outcome.kind}"
    out.print(Text.assemble((f"{word:5}", style), f" {place}  ", (name, "bold"), f"  {visible(said)}"))


def _print_summary(out: Console, report: Report) -> None:
    if report.without:
        out.print(Text(f"no examples: {', '.join(report.without)}", style="yellow"))
    if report.not_run:
        left = count(sum(report.not_run.values()), "example")
        said = f"not run: {left} of rules that ask somebody: {', '.join(report.not_run)}"
        out.print(Text(said, style="yellow"))
    ran = f"{count(report.examples, 'example')} of {count(report.rules, 'rule')}"
    talks = f" and {count(report.conversations, 'conversation')}" if report.conversations else ""
    wire = f" and {report.wire:,} through dialects".replace(",", " ") if report.wire else ""
    said = f"{ran}{talks}, {count(report.readings, 'reading')}{wire} in all{_noted(report)}"
    if report.clean:
        out.print(Text.assemble(("ok", "bold green"), f"  {said}"))
    elif not report.ran:
        why = "No example could be run" if report.not_run else "There are no examples"
        out.print(Text(f"{why}: nothing was tested.", style="bold red"))
    else:
        failed = len(report.failures) + (len(report.now_right) if report.strict else 0)
        out.print(Text.assemble((f"{failed} failed", "bold red"), f"  of {said}"))


def _noted(report: Report) -> str:
    todo = f"; {len(report.todo)} todo" if report.todo else ""
    return todo + (f"; {len(report.now_right)} todo now right" if report.now_right else "")


def print_coverage(out: Console, coverage: Coverage, least: float | None) -> None:
    """Each rule's coverage, what no example has used, and the sum."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("rule", "hits", "passes"):
        table.add_column(name)
    table.add_column("alternatives", justify="right")
    table.add_column("covered", justify="right")
    table.add_column("no example uses", overflow="fold")
    for rule in coverage.rules:
        table.add_row(*_row(rule))
    out.print()
    out.print(table, soft_wrap=False)
    notes = [(rule.rule, note) for rule in coverage.rules for note in rule.not_analysed]
    for rule_id, note in notes:
        out.print(Text(f"not analysed: {visible(rule_id)}, {visible(note)}", style="yellow"))
    silent = [rule.rule for rule in coverage.rules if not rule.run]
    if silent:
        out.print(Text(f"not counted, since they ask somebody: {', '.join(silent)}", style="yellow"))
    short = least is not None and coverage.percent < least
    total = f"{coverage.percent:.1f}% covered: {coverage.covered} of {coverage.total}"
    wanted = f", and {least:g}% is wanted" if short else ""
    out.print(Text(total + wanted, style="bold red" if short else "bold"))


def _row(rule: RuleCoverage) -> tuple[Text, ...]:
    def told(shown: bool) -> Text:
        return Text("yes", "green") if shown else Text("no", "bold red")

    if not rule.run:
        return Text(rule.rule), Text("?"), Text("?"), Text(""), Text(""), Text("not run", "yellow")
    used = f"{rule.alternatives - rule.missed}/{rule.alternatives}" if rule.alternatives else ""
    percent = f"{100 * rule.covered / rule.total:.0f}%"
    labels = [visible(one.label) for one in rule.unused[:_MOST_UNUSED]]
    rest = len(rule.unused) - len(labels)
    listed = " · ".join(labels) + (f" · and {rest} more" if rest else "")
    return Text(rule.rule), told(rule.hit), told(rule.passed), Text(used), Text(percent), Text(listed)
