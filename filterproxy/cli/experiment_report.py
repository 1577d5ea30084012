"""What `filterproxy experiments` prints about entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from filterproxy.cli.changes import change_lines, summary
from filterproxy.cli.rules import count
from filterproxy.cli.show import visible

if TYPE_CHECKING:
    from filterproxy.experiments.best import Best
    from filterproxy.experiments.compare import Comparison, Row
    from filterproxy.experiments.entry import Entry, Side
    from filterproxy.experiments.ideas import Idea

STATE_STYLES = {"open": "cyan", "kept": "green", "rejected": "red", "unclear": "yellow"}

# What a rule's numbers are called; a pair is the baseline's and the candidate's.
_PAIRS = ("fired", "excused", "marginal", "errors")


def replies(number: Any) -> str:
    """A number of replies in words, whatever an edited file says."""
    if not isinstance(number, int):
        return "? replies"
    return "1 reply" if number == 1 else f"{number:,} replies".replace(",", " ")


def headline(entry: Entry) -> Text:
    """Number, name and verdict."""
    verdict = entry.verdict
    reason = f": {verdict.reason}" if verdict.reason else ""
    return Text.assemble(
        (f"{entry.number} ", "bold"), entry.slug, "  ",
        (verdict.state, STATE_STYLES[verdict.state]), visible(reason).replace("\n", " "),
    )  # fmt: skip


def label(entry: Entry) -> Text:
    """Two lines for the tree: what it is, what it changed and what came of that."""
    changed = entry.replies.get("changed", "?")
    numbers = f"new {entry.total('new')}, gone {entry.total('gone')}, changed {changed}"
    about = f"{visible(summary(entry.changes))}  ({numbers} of {replies(entry.corpus.get('exchanges'))})"
    return Text("\n").join([headline(entry), Text(about, style="dim")])


def print_entry(out: Console, entry: Entry) -> None:
    """All of an entry that a person reads."""
    out.print(headline(entry))
    by = f" by {visible(entry.who)}" if entry.who else ""
    after = f", goes on from {entry.parent}" if entry.parent is not None else ""
    out.print(Text(f"{entry.when}{by}{after}", style="dim"))
    if entry.note:
        out.print(Text(f"\n{visible(entry.note)}"))
    out.print(Text(f"\nbaseline   {_side(entry.baseline)}\ncandidate  {_side(entry.candidate)}"))
    out.print(Text(f"replies    {_corpus(entry.corpus)}\n"))
    if entry.changes is None:
        out.print("What changed is not known: a document was not at hand.")
    else:
        _print_changes(out, entry.changes)
    _print_numbers(out, entry)
    for gate in entry.gates:
        word, style = ("held", "green") if gate.get("ok") else ("not held", "red")
        about = f"gate {gate.get('gate', '?')} ({gate.get('found', '?')} of {gate.get('of', '?')}): "
        out.print(Text.assemble(visible(about), (word, style)))
    for remark in entry.remarks:
        by = f" {visible(remark.who)}" if remark.who else ""
        out.print(Text.assemble((f"\n{remark.when}{by}: ", "dim"), visible(remark.text)))


def _side(side: Side) -> str:
    commit = f" (commit {side.commit[:12]})" if side.commit else ""
    return f"{side.hash}  {visible(side.source)}{commit}"


def _corpus(corpus: Mapping[str, Any]) -> str:
    skipped = corpus.get("skipped") or 0
    left_out = f", {count(skipped, 'line')} skipped" if skipped else ""
    files = ", ".join(visible(str(file)) for file in corpus.get("files") or ())
    return f"{replies(corpus.get('exchanges'))}{left_out}, corpus {corpus.get('hash', '?')}: {files}"


def _print_changes(out: Console, changes: Mapping[str, Any]) -> None:
    lines = list(change_lines(changes, out.is_terminal))
    for line in lines or [Text("The same rules.")]:
        out.print(line)


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(titles[0], no_wrap=True)
    for title in titles[1:]:
        table.add_column(title, justify="right", no_wrap=True)
    return table


def _print_numbers(out: Console, entry: Entry) -> None:
    """Rules that had something to do under either rulebook; the quiet ones are counted."""
    loud = {
        rule: numbers
        for rule, numbers in entry.rules.items()
        if any(any(numbers[key]) for key in _PAIRS) or numbers["new"] or numbers["gone"]
    }
    out.print()
    if loud:
        table = _table("rule", "fired", "new", "gone", "marginal", "excused", "µs a reply")
        for rule, numbers in loud.items():
            table.add_row(
                Text(rule), _pair(numbers["fired"]), str(numbers["new"]), str(numbers["gone"]),
                _pair(numbers["marginal"]), _pair(numbers["excused"]), _cost(numbers),
            )  # fmt: skip
        out.print(table)
    quiet = len(entry.rules) - len(loud)
    if quiet:
        out.print(Text(f"{count(quiet, 'rule')} never matched.", style="dim"))


def _pair(pair: Sequence[float | None]) -> str:
    first, second = ("-" if one is None else f"{one:g}" for one in pair)
    return first if first == second else f"{first} -> {second}"


def _cost(numbers: Mapping[str, Any]) -> str:
    seconds, evaluated = numbers["seconds"][1], numbers["evaluated"][1]
    return f"{1_000_000 * seconds / evaluated:.1f}" if evaluated else "-"


def print_comparison(out: Console, found: Comparison, *, every: bool) -> None:
    """Two experiments beside each other."""
    first, second = found.first, found.second
    out.print(headline(first))
    out.print(headline(second))
    if not found.same_corpus:
        one, other = first.corpus.get("hash", "?"), second.corpus.get("hash", "?")
        said = f"\nThey were tried on other replies ({one}, {other}): their numbers do not compare."
        out.print(Text(said, style="yellow"))
    out.print()
    if found.changes is None:
        out.print(Text(f"How their rules differ is not known: {visible(found.why)}"))
    else:
        lines = list(change_lines(found.changes, out.is_terminal, about=every))
        for line in lines or [Text("The same rules.")]:
            out.print(line)
    rows = [row for row in found.rows if every or not row.same]
    out.print()
    if rows:
        table = _table("rule", "evaluated", "fired", "marginal", "excused", "µs a reply")
        for row in rows:
            keys = ("evaluated", "fired", "marginal", "excused")
            table.add_row(Text(row.rule), *(_pair(row.pair(key)) for key in keys), _costs(row))
        out.print(table)
    same = len(found.rows) - len(rows)
    if same:
        out.print(Text(f"{count(same, 'rule')} with the same numbers.", style="dim"))


def _costs(row: Row) -> str:
    return " -> ".join("-" if one is None else _cost(one) for one in (row.first, row.second))


def print_best(out: Console, found: Best) -> None:
    """The best of each rule."""
    if not found.rules:
        out.print("No experiment has changed a rule yet.")
    for rule, (best, of, why) in found.rules.items():
        if best is None:
            out.print(Text.assemble((rule, "bold"), f"  {why}"))
            continue
        where = "" if best.side else "the baseline of "
        line = Text.assemble((rule, "bold"), f"  {where}{best.number} ({best.slug})  {_value(found, best)}")
        line.append(f", best of {of}" if of > 1 else "", style="dim")
        out.print(line)
        if why:
            out.print(Text(f"  {why}; this one came closest", style="yellow"))
    if found.goal.name == "precision" and any(best is not None for best, *_ in found.rules.values()):
        said = "Shares are of labelled replies: a miss that nobody labelled lowers no recall."
        out.print(Text(said, style="dim"))
    for hash, reason in found.judged.lost.items():
        out.print(Text(f"{hash} was left out: {visible(reason)}", style="yellow"))


def _value(found: Best, best: Any) -> str:
    if found.goal.name == "firing-rate":
        return f"fires in {best.value:.3%} of replies"
    if found.goal.name == "cost":
        return f"{1_000_000 * best.value:.1f} µs a reply"
    tally = best.tally
    low, high = tally.interval
    recall = "no reply is labelled for it to catch"
    if tally.recall is not None:
        recall = f"recall {tally.recall:.2f} ({tally.right} of {tally.right + tally.missed})"
    unknown = f", {tally.unknown} labels of other versions not counted" if tally.unknown else ""
    sure = f"{best.value:.2f} ({low:.2f}-{high:.2f}, {tally.right} of {tally.right + tally.wrong})"
    return f"precision {sure}, {recall}{unknown}"


def print_tried(out: Console, rule: str, found: Sequence[Entry], of: int) -> None:
    """What was tried on a rule."""
    if not found:
        others = f"; {count(of, 'experiment')} on it (--all)" if of else ""
        out.print(Text(f"Nothing that was tried on {rule} was rejected or left unclear{others}."))
    for entry in found:
        out.print(headline(entry))
        if entry.note:
            out.print(Text("    " + visible(entry.note).replace("\n", "\n    "), style="dim"))
        changes = entry.changes or {}
        only = {
            key: {rule: changes[key][rule]}
            for key in ("modes", "added", "removed", "changed")
            if rule in changes.get(key, ())
        }
        for line in change_lines(only, out.is_terminal):
            out.print(Text("    ") + line)
        for remark in entry.remarks:
            out.print(Text(f"    {visible(remark.text)}".replace("\n", "\n    "), style="dim"))


def print_next(out: Console, ideas: Sequence[Idea], most: int) -> None:
    """Ideas with the commands to run."""
    if not ideas:
        out.print("Nothing stands out: no new hits without a label, no known misses, no wide interval.")
    for number, idea in enumerate(ideas[:most], 1):
        out.print(
            Text.assemble(f"{number}. ", (f"{idea.rule}", "bold"), f"  {idea.kind}: {visible(idea.why)}")
        )
        out.print(Text(f"   {idea.run}", style="dim"))
    if len(ideas) > most:
        out.print(Text(f"and {len(ideas) - most} more (--most)", style="dim"))
