"""The report of a replay, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from filterproxy.cli.rules import count
from filterproxy.cli.show import HIT, marked, visible

# Of each rule and kind, and in all; --json and --html have the others.
_SHOWN = 2
_SHOWN_IN_ALL = 20
_NAMED = 10
# Code points of a text beside an example.
_TEXT = 400
_KINDS = {"new": "newly fires", "gone": "no longer fires", "changed": "fires under both, read otherwise"}
_COLUMNS = ("rule", "fired", "new", "gone", "only it", "excused", "errors", "µs/reply")
# Left out where no rule has any.
_SELDOM = (5, 6)


def print_report(out: Console, result: Mapping[str, Any]) -> None:
    """Everything that a person wants to know first."""
    _print_about(out, result)
    if result["corpus"]["exchanges"]:
        _print_replies(out, result)
        _print_rules(out, result)
        _print_examples(out, result["examples"])
    _print_skipped(out, result["corpus"])
    for note in result.get("notes", ()):
        out.print(Text(note, style="yellow"))
    _print_gates(out, result.get("gates", ()))


def _print_about(out: Console, result: Mapping[str, Any]) -> None:
    corpus, seconds = result["corpus"], result["seconds"]
    of = f"{count(corpus['exchanges'], 'exchange')} of {count(len(corpus['files']), 'file')}"
    rate = f" ({corpus['exchanges'] / seconds:.0f}/s)" if seconds > 0 else ""
    out.print(f"{of}, corpus {corpus['hash']}, in {seconds:.1f} s{rate}.")
    for name in ("baseline", "candidate"):
        side = result[name]
        out.print(Text(f"{name.capitalize():<9}  {side['hash']}  {visible(side['source'])}"))
    if result["baseline"]["hash"] == result["candidate"]["hash"]:
        out.print("Both do the same: nothing can differ.")
    out.print()


def _print_replies(out: Console, result: Mapping[str, Any]) -> None:
    replies, of = result["replies"], result["corpus"]["exchanges"]
    out.print(
        Text.assemble(
            (f"{count(replies['changed'], 'reply').replace('replys', 'replies')} read otherwise", "bold"),
            f" ({replies['changed'] / of:.2%}), {replies['same']} the same.",
        )
    )
    (before, after), new, gone = replies["dropped"], replies["new_drops"], replies["gone_drops"]
    out.print(f"Dropped: {before} before, {after} after; {new} newly, {gone} no longer.")
    for name, said in (
        ("withheld", "Withheld, since a rule failed"),
        ("asked", "Upstream would be asked again"),
        ("unscanned", "Not judged, or in part"),
    ):
        if any(replies[name]):
            out.print(f"{said}: {replies[name][0]} before, {replies[name][1]} after.")
    out.print()


def _print_rules(out: Console, result: Mapping[str, Any]) -> None:
    rules = result["rules"]
    spoke = {rule: row for rule, row in rules.items() if _spoke(row)}
    rows = [_cells(rule, row) for rule, row in sorted(spoke.items(), key=_by_difference)]
    if rows:
        used = [at for at in range(len(_COLUMNS)) if at not in _SELDOM or any(r[at] != "-" for r in rows)]
        for at, line in enumerate(_table([_COLUMNS, *rows], used)):
            out.print(Text(line, style="" if at else "bold"))
    silent = len(rules) - len(rows)
    if silent:
        also = "other " if rows else ""
        out.print(Text(f"{count(silent, also + 'rule')} found nothing.", style="dim"))
    out.print()


def _spoke(row: Mapping[str, Any]) -> bool:
    return any(row["fired"]) or any(row["excused"]) or any(row["errors"])


def _by_difference(item: tuple[str, Mapping[str, Any]]) -> tuple[int, int, str]:
    rule, row = item
    return -(row["new"] + row["gone"] + row["changed"]), -sum(row["fired"]), rule


def _cells(rule: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    mode = row["mode"][1] if row["mode"][0] == row["mode"][1] else f"{row['mode'][0]} > {row['mode'][1]}"
    return (
        f"{rule} ({mode})",
        _pair(row["fired"]),
        str(row["new"] or "-"),
        str(row["gone"] or "-"),
        _pair(row["marginal"]),
        _pair(row["excused"]),
        _pair(row["errors"]),
        _cost(row),
    )


def _pair(pair: Sequence[int]) -> str:
    before, after = pair
    if before == after:
        return str(after or "-")
    return f"{before} > {after}"


def _cost(row: Mapping[str, Any]) -> str:
    at = 1 if row["evaluated"][1] else 0
    return f"{row['seconds'][at] / row['evaluated'][at] * 1e6:.1f}" if row["evaluated"][at] else "-"


def _table(rows: Sequence[Sequence[str]], used: Sequence[int]) -> Iterator[str]:
    widths = {at: max(len(row[at]) for row in rows) for at in used}
    for row in rows:
        cells = [f"{row[at]:<{widths[at]}}" if at == 0 else f"{row[at]:>{widths[at]}}" for at in used]
        yield "  ".join(cells).rstrip()


def _print_examples(out: Console, examples: Sequence[Mapping[str, Any]]) -> None:
    shown = 0
    for (rule, kind), group in groupby(examples, key=lambda example: (example["rule"], example["kind"])):
        for example in list(group)[:_SHOWN]:
            if shown < _SHOWN_IN_ALL:
                _print_example(out, rule, kind, example)
                shown += 1
    if shown < len(examples):
        out.print(
            Text(f"{count(len(examples) - shown, 'more example')}: --json or --html FILE\n", style="dim")
        )


def _print_example(out: Console, rule: str, kind: str, example: Mapping[str, Any]) -> None:
    out.print(
        Text.assemble(
            (rule, "bold"), f"  {_KINDS[kind]}  ", (f"{example['file']}:{example['line']}", "dim"),
            (f"  case {example['hash']}", "dim"),
        )
    )  # fmt: skip
    if example["ask"]:
        out.print(Text(f"    asked: {_short(example['ask'])}", style="dim"))
    spans = [((start, end), HIT) for start, end in example["spans"]]
    for line in marked(_clipped(example["reply"], example["spans"]), spans, "    ", out.is_terminal):
        out.print(line)
    if example["before"] != example["after"]:
        for name in ("before", "after"):
            text = example[name]
            out.print(Text(f"    {name}: {'(an error)' if text is None else _short(text) or '(nothing)'}"))
    out.print()


def _clipped(text: str, spans: Sequence[Sequence[int]]) -> str:
    """*text* as far as it is shown: to a little behind its last span."""
    end = max([_TEXT, *(span[1] + _TEXT // 4 for span in spans)])
    return text if len(text) <= end else text[:end] + "\N{HORIZONTAL ELLIPSIS}"


def _short(text: str) -> str:
    text = " ".join(visible(text).split())
    return text if len(text) <= _TEXT else text[:_TEXT] + "\N{HORIZONTAL ELLIPSIS}"


def _print_skipped(out: Console, corpus: Mapping[str, Any]) -> None:
    if not corpus["skipped"]:
        return
    out.print(Text(f"{count(corpus['skipped'], 'line')} or files skipped:", style="yellow"))
    for cause, times in sorted(corpus["skipped_by"].items(), key=lambda item: (-item[1], item[0])):
        out.print(Text(f"  {times:>6}  {visible(cause)}"))
    for line in corpus["skipped_lines"][:_NAMED]:
        place = f"{line['file']}:{line['line']}" if line["line"] else line["file"]
        out.print(Text(f"  {place} {visible(line['why'])}", style="dim"))
    if corpus["skipped"] > _NAMED:
        out.print(Text(f"  and {corpus['skipped'] - _NAMED} more", style="dim"))
    out.print()


def _print_gates(out: Console, gates: Sequence[Mapping[str, Any]]) -> None:
    for gate in gates:
        verdict = Text("holds  ", style="green") if gate["ok"] else Text("FAILS  ", style="bold red")
        out.print(verdict.append(f"{gate['gate']}: {gate['why']}", style="none"))
