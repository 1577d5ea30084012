"""What `promote` and `demote` show and write: the change, what was checked, and who did it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from filterproxy.cli.rules import count, fail

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from filterproxy.rollout.change import Change
    from filterproxy.rollout.gate import Check

# Columns before what a check says: its outcome and its name.
_INDENT = 20


def finish(
    change: Change, checks: Sequence[Check], reason: str, write: bool, who: str | None, *, as_json: bool
) -> None:
    """Show the change and the checks, and with *write* make it and write down who did."""
    from filterproxy.cli.show import console, print_json

    if write:
        _make(change, checks, reason, who)
    if as_json:
        said = {"rule": change.rule["id"], "from": change.was.said, "to": change.becomes.said}
        also = {"file": str(change.file), "rulebook": change.hash, "becomes": change.next_hash}
        outcome = {"ok": all(c.ok for c in checks), "reason": reason, "written": write, "diff": change.diff()}
        print_json({**said, **also, **outcome, "checks": [check.as_json() for check in checks]})
        return
    out = console()
    out.print(f"{change.rule['id']}: {change.was.said} -> {change.becomes.said}\n", style="bold")
    _print_diff(out, change)
    for check in checks:
        _print_check(out, check)
    _print_outcome(out, change, checks, reason, write)


def _make(change: Change, checks: Sequence[Check], reason: str, who: str | None) -> None:
    from filterproxy.history.errors import HistoryError
    from filterproxy.history.home import make_home
    from filterproxy.labels.author import author
    from filterproxy.rollout.ledger import NAME, record
    from filterproxy.rulebook.edit import CannotEdit

    try:
        home = make_home()  # first: where nothing can be written down, nothing is done
        change.make()
    except OSError as error:
        fail(f"{error.filename or change.file} cannot be written: {error.strerror}")
    except (CannotEdit, HistoryError) as error:
        fail(str(error))
    try:
        record(home, change, author() if who is None else who, checks, reason)
    except OSError as error:
        fail(f"{change.file} was changed, but that is written down nowhere: {home / NAME}: {error.strerror}")


def _print_diff(out: Console, change: Change) -> None:
    from rich.text import Text

    for line in change.diff().splitlines():
        head = line.startswith(("---", "+++"))
        style = "bold" if head else {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
        out.print(Text(line, style=style))
    out.print()


def _print_check(out: Console, check: Check) -> None:
    from rich.text import Text

    word, style = ("holds", "green") if check.ok else ("fails", "bold red")
    _print_below(out, Text.assemble((f"  {word}  ", style), (f"{check.gate:<11}", "bold")), Text(check.said))
    if check.fix:
        _print_below(out, Text(" " * _INDENT), Text(check.fix, style="cyan"))


def _print_below(out: Console, head: Text, said: Text) -> None:
    """A sentence behind its head; on a terminal its further lines stand below the first."""
    from rich.text import Text

    lines = said.wrap(out, max(out.width - _INDENT, _INDENT)) if out.is_terminal else [said]
    for line in lines:
        out.print(head + line)
        head = Text(" " * _INDENT)


def _print_outcome(out: Console, change: Change, checks: Sequence[Check], reason: str, write: bool) -> None:
    failed = sum(not check.ok for check in checks)
    if checks:
        out.print()
    if failed and reason:
        out.print(f"Forced: {reason}", style="yellow")
    if write:
        out.print(
            f"Written. Proxies that read {change.file} run it once they have read it again.", style="bold"
        )
    elif failed and not reason:
        again = "nothing was written. --force REASON goes on all the same, and is written down."
        out.print(f"{count(failed, 'check')} of {len(checks)} failed: {again}", style="bold red")
    else:
        out.print("Nothing was written (--dry-run).", style="bold")
