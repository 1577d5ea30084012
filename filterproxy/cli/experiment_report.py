"""What `filterproxy experiments` prints about entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from filterproxy.cli.changes import change_lines, summary
from filterproxy.cli.replay_report import change, cost, print_gates, print_rules, print_table
from filterproxy.cli.rules import count
from filterproxy.cli.show import grouped, replies, visible

if TYPE_CHECKING:
    from filterproxy.experiments.best import Best
    from filterproxy.experiments.compare import Comparison, Row
    from filterproxy.experiments.entry import Entry, Side
    from filterproxy.experiments.ideas import Idea

STATE_STYLES = {"open": "cyan", "kept": "green", "rejected": "red", "unclear": "yellow"}


def _replies(number: Any) -> str:
    """A number of replies in words, whatever an edited file says."""
    return replies(number) if isinstance(number, int) else "? replies"


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
    found = entry.total("new"), entry.total("gone"), entry.replies.get("changed")
    new, gone, changed = (grouped(one) if isinstance(one, int) else "?" for one in found)
    numbers = f"new {new}, gone {gone}, changed {changed}"
    about = f"{visible(summary(entry.changes))}  ({numbers} of {_replies(entry.corpus.get('exchanges'))})"
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
    out.print()
    print_rules(out, entry.rules)
    print_gates(out, entry.gates)
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
    return f"{_replies(corpus.get('exchanges'))}{left_out}, corpus {corpus.get('hash', '?')}: {files}"


def _print_changes(out: Console, changes: Mapping[str, Any]) -> None:
    lines = list(change_lines(changes, out.is_terminal))
    for line in lines or [Text("The same rules.")]:
        out.print(line)


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
        titles = ("rule", "read", "fired", "only it", "excused", "errors", "µs/reply")
        print_table(out, [titles, *map(_compared, rows)])
    same = len(found.rows) - len(rows)
    if same:
        out.print(Text(f"{count(same, 'rule')} with the same numbers.", style="dim"))


def _compared(row: Row) -> list[str]:
    keys = ("evaluated", "fired", "marginal", "excused", "errors")
    costs = ["-" if one is None else cost(one) for one in (row.first, row.second)]
    return [row.rule, *(change(row.pair(key)) for key in keys), " -> ".join(dict.fromkeys(costs))]


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
        return f"{1_000_000 * best.value:.1f} µs/reply"
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
