"""The report of a replay, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from filterproxy.cli.rules import count
from filterproxy.cli.show import HIT, grouped, marked, replies, table_lines, visible

# Of each rule and kind, and in all; --json and --html have the others.
_SHOWN = 2
_SHOWN_IN_ALL = 20
_NAMED = 10
# Code points of a text beside an example.
_TEXT = 400
_KINDS = {"new": "newly fires", "gone": "no longer fires", "changed": "fires under both, read otherwise"}
_COLUMNS = ("rule", "fired", "new", "gone", "only it", "excused", "errors", "µs/reply")
# Left out where no rule has any.
_SELDOM = ("excused", "errors")


def print_report(out: Console, result: Mapping[str, Any]) -> None:
    """Everything that a person wants to know first."""
    _print_about(out, result)
    if result["corpus"]["exchanges"]:
        _print_replies(out, result)
        print_rules(out, result["rules"])
        out.print()
        _print_examples(out, result["examples"])
    _print_skipped(out, result["corpus"])
    for note in result.get("notes", ()):
        out.print(Text(note, style="yellow"))
    print_gates(out, result.get("gates", ()))


def _print_about(out: Console, result: Mapping[str, Any]) -> None:
    corpus, seconds = result["corpus"], result["seconds"]
    of = f"{count(corpus['exchanges'], 'exchange')} of {count(len(corpus['files']), 'file')}"
    rate = f" ({grouped(round(corpus['exchanges'] / seconds))}/s)" if seconds > 0 else ""
    out.print(f"{of}, corpus {corpus['hash']}, in {seconds:.1f} s{rate}.")
    for name in ("baseline", "candidate"):
        side = result[name]
        out.print(Text(f"{name.capitalize():<9}  {side['hash']}  {visible(side['source'])}"))
    if result["baseline"]["hash"] == result["candidate"]["hash"]:
        out.print("Both do the same: nothing can differ.")
    out.print()


def _print_replies(out: Console, result: Mapping[str, Any]) -> None:
    found, of = result["replies"], result["corpus"]["exchanges"]
    changed, same, new, gone = (found[name] for name in ("changed", "same", "new_drops", "gone_drops"))
    share = f" ({changed / of:.2%}), {grouped(same)} the same."
    out.print(Text.assemble((f"{replies(changed)} read otherwise", "bold"), share))
    out.print(f"Dropped: {_both(found['dropped'])}; {grouped(new)} newly, {grouped(gone)} no longer.")
    for name, said in (
        ("withheld", "Withheld, since a rule failed"),
        ("asked", "Upstream would be asked again"),
        ("unscanned", "Not judged, or in part"),
    ):
        if any(found[name]):
            out.print(f"{said}: {_both(found[name])}.")
    out.print()


def _both(pair: Sequence[int]) -> str:
    return f"{grouped(pair[0])} before, {grouped(pair[1])} after"


def print_rules(out: Console, rules: Mapping[str, Mapping[str, Any]]) -> None:
    """What each rule did, by its numbers as a replay, or an entry of the journal, has them."""
    spoke = {rule: row for rule, row in rules.items() if _spoke(row)}
    rows = [_cells(rule, row) for rule, row in sorted(spoke.items(), key=_by_difference)]
    if rows:
        print_table(out, [_COLUMNS, *rows])
    silent = len(rules) - len(rows)
    if silent:
        also = "other " if rows else ""
        out.print(Text(f"{count(silent, also + 'rule')} found nothing.", style="dim"))


def print_table(out: Console, rows: Sequence[Sequence[str]]) -> None:
    """A table of rules, without the columns of what is seldom where no rule has any."""
    titles, *cells = rows
    used = [
        at for at, title in enumerate(titles) if title not in _SELDOM or any(row[at] != "-" for row in cells)
    ]
    for line in table_lines([[row[at] for at in used] for row in rows]):
        out.print(line)


def _spoke(row: Mapping[str, Any]) -> bool:
    return any(row["fired"]) or any(row["excused"]) or any(row["errors"])


def _by_difference(item: tuple[str, Mapping[str, Any]]) -> tuple[int, int, str]:
    rule, row = item
    return -(row["new"] + row["gone"] + row.get("changed", 0)), -sum(row["fired"]), rule


def _cells(rule: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    mode = " -> ".join(dict.fromkeys(row.get("mode", ())))
    return (
        f"{rule} ({mode})" if mode else rule,
        change(row["fired"]),
        change([row["new"]]),
        change([row["gone"]]),
        change(row["marginal"]),
        change(row["excused"]),
        change(row["errors"]),
        cost(row) if row["evaluated"][1] else cost(row, 0),
    )


def change(numbers: Sequence[float | None]) -> str:
    """What was, and what became of it; once where it stayed. `-` stands for none."""
    if not any(numbers):
        return "-"
    return " -> ".join(dict.fromkeys("-" if one is None else grouped(one) for one in numbers))


def cost(row: Mapping[str, Any], side: int = 1) -> str:
    """Microseconds of a rule's own engine for each reply that it read, by default under the candidate."""
    seconds, read = row["seconds"][side], row["evaluated"][side]
    return f"{1e6 * seconds / read:.1f}" if read else "-"


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
    """*text* as far as it is shown: to a little behind its last span, without blank lines at its end."""
    last = max((span[1] for span in spans), default=0)
    text = text[:last] + text[last:].rstrip()
    end = max(_TEXT, last + _TEXT // 4)
    return text if len(text) <= end else text[:end] + "\N{HORIZONTAL ELLIPSIS}"


def _short(text: str) -> str:
    text = " ".join(visible(text).split())
    return text if len(text) <= _TEXT else text[:_TEXT] + "\N{HORIZONTAL ELLIPSIS}"


def _print_skipped(out: Console, corpus: Mapping[str, Any]) -> None:
    if not corpus["skipped"]:
        return
    number = corpus["skipped"]
    were = "line or file was" if number == 1 else "lines or files were"
    out.print(Text(f"{grouped(number)} {were} skipped:", style="yellow"))
    for cause, times in sorted(corpus["skipped_by"].items(), key=lambda item: (-item[1], item[0])):
        out.print(Text(f"  {grouped(times):>6}  {visible(cause)}"))
    for line in corpus["skipped_lines"][:_NAMED]:
        place = f"{line['file']}:{line['line']}" if line["line"] else line["file"]
        out.print(Text(f"  {place} {visible(line['why'])}", style="dim"))
    if number > _NAMED:
        out.print(Text(f"  and {grouped(number - _NAMED)} more", style="dim"))
    out.print()


def print_gates(out: Console, gates: Sequence[Mapping[str, Any]]) -> None:
    """Whether each gate holds, and what was found."""
    for gate in gates:
        verdict = Text("holds  ", style="green") if gate.get("ok") else Text("FAILS  ", style="bold red")
        # A journal that was edited may say less than a replay does.
        said = f"{gate.get('gate', '?')}: {gate.get('why', '?')}"
        out.print(verdict.append(visible(said), style="none"))
