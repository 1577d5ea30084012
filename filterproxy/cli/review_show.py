"""Cases as a person reads them, and what came of a review."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from filterproxy.cli.rules import count
from filterproxy.cli.show import EXCUSED, HIT, MODE_STYLES, marked, visible
from filterproxy.labels.label import NEAR, STRATA
from filterproxy.labels.precision import Precision, precision
from filterproxy.labels.review import MENU

if TYPE_CHECKING:
    from rich.console import Console

    from filterproxy.core.rule import Span
    from filterproxy.labels.case import Case
    from filterproxy.labels.label import Label
    from filterproxy.labels.review import Review
    from filterproxy.labels.sample import Sampler
    from filterproxy.labels.store import Labels

# Code points of a reply that are shown; of a longer one, what stands around its matches.
_SHOWN = 2000
_AROUND = 300
_QUESTION = 600
_STYLES = {"right": "green", "wrong": "red", "unsure": "yellow"}
_STRATUM_STYLES = {"fired": "bold red", "near": "yellow", "excused": "green"}


def print_case(out: Console, review: Review) -> None:
    """What is asked about now: the request, the reply with its matches, and why it is shown."""
    case = review.case
    assert case is not None
    out.print(
        Text(f"\n{review.at + 1} of {len(review.cases)}", style="dim"), _head(case), _said(review, case)
    )
    for name, text, style in _request(case):
        _print_part(out, name, text, style)
    text = dict(case.exchange.texts)[case.channel]
    spans = [
        ((hit.start, hit.end), EXCUSED if hit.excuse or case.stratum == NEAR else HIT)
        for hit in case.hits
        if hit.channel == case.channel
    ]
    spans.sort(key=lambda span: span[1] == HIT)
    name = "reply" if case.channel.kind == "content" else case.channel.kind
    out.print(Text(f"  {name}", style="dim"))
    for at, until in windows(text, [span for span, _ in spans]):
        _print_window(out, text, (at, until), spans)
    others = len(case.exchange.texts) - 1
    if others:
        out.print(Text(f"    (and {count(others, 'other text')} of the same reply)", style="dim"))
    for excuse in case.excuses():
        out.print(Text(f"  passes: {excuse}", style=EXCUSED))
    if case.why:
        out.print(Text(f"  did not fire: {case.why}", style="yellow"))


def print_menu(out: Console) -> None:
    """What the keys do."""
    line = Text("  ")
    for key, word in MENU:
        line.append(key, "bold").append(f" {word}   ")
    out.print(line)


def _head(case: Case) -> Text:
    head = Text.assemble((case.rule, "bold"), "  ", (case.stratum, _STRATUM_STYLES[case.stratum]))
    if case.mode:
        head.append("  ").append(case.mode, MODE_STYLES.get(case.mode, ""))
    return head.append(f"  {case.exchange.hash}", "dim")


def _said(review: Review, case: Case) -> Text:
    label = review.label(case)
    if label is None:
        return Text("")
    who = f" ({visible(label.who)})" if label.who else ""
    note = f": {visible(label.note)}" if label.note else ""
    return Text(f"  was called {label.label}{who}{note}", style=_STYLES[label.label])


def _request(case: Case) -> Iterable[tuple[str, str, str]]:
    for role, passage in case.known():
        yield {"user": "user said", "tool": "tool said"}.get(role, role), passage, "dim"
    if question := case.exchange.request().question:
        yield "asked", question, ""


def _print_part(out: Console, name: str, text: str, style: str) -> None:
    shown = text if len(text) <= _QUESTION else text[:_QUESTION] + " …"
    lines = list(marked(shown, [], "", False, columns=66))  # and twelve before them: a terminal of 80
    for at, line in enumerate(lines):
        out.print(Text(f"  {name if at == 0 else '':<10}", style="dim") + Text(line.plain, style=style))


def _print_window(out: Console, text: str, window: Span, spans: Sequence[tuple[Span, str]]) -> None:
    start, end = window
    inside = [((a - start, b - start), style) for (a, b), style in spans if a < end and start < b]
    if start:
        out.print(Text(f"    … {start} characters before", style="dim"))
    for line in marked(text[start:end], inside, "    ", out.is_terminal):
        out.print(line)
    if end < len(text):
        out.print(Text(f"    … {len(text) - end} characters after", style="dim"))


def windows(text: str, spans: Sequence[Span]) -> list[Span]:
    """What is shown of a text: all of a short one, else what stands around matches; half-open, in order."""
    if len(text) <= _SHOWN:
        return [(0, len(text))]
    found: list[Span] = []
    for start, end in sorted(spans) or [(0, 0)]:
        at, until = max(0, start - _AROUND), min(len(text), end + _AROUND)
        if found and at <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        elif len(found) < _SHOWN // (2 * _AROUND):
            found.append((at, until))
    return found


def print_precision(out: Console, sampler: Sampler, labels: Labels, rules: Sequence[str]) -> None:
    """Per rule: how precise it is by all labels there are, and how many replies of each kind were found."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("rule")
    for title in ("precision", "95%", "right of", *STRATA):
        table.add_column(title, justify="right")
    beside: dict[str, str] = {}
    for rule in rules:
        here = [str(sampler.totals[rule, stratum]) for stratum in STRATA]
        found = precision(labels, rule, sampler.versions.get(rule, ""))
        table.add_row(rule, *shown_precision(found), *here)
        beside |= {rule: found.beside} if found.beside else {}
    out.print(table)
    for rule, said in beside.items():
        out.print(Text(f"{rule}: labels beside these: {said}", style="dim"))
    for rule in rules:
        _print_moved(out, sampler, labels, rule)


def _print_moved(out: Console, sampler: Sampler, labels: Labels, rule: str) -> None:
    moved = sampler.moved[rule]
    if not moved:
        return
    measured = sampler.measured(labels, rule)
    share, interval, of = shown_precision(measured.precision)
    said = f"{rule}: {count(moved, 'label')} from when it did otherwise; as it is now, on these replies: "
    out.print(Text(f"{said}{share} ({interval}; {of}), {measured.missed} missed", style="yellow"))


def shown_precision(found: Precision) -> tuple[str, str, str]:
    """A share, its interval, and the counts; dashes where nothing was labelled."""
    if found.point is None:
        return "-", "-", "-"
    return f"{found.point:.0%}", f"{found.low:.0%} to {found.high:.0%}", f"{found.right} of {found.total}"


def case_json(case: Case, label: Label | None) -> dict[str, Any]:
    """A case as plain data; offsets are code points of the channel's text as it is stored."""
    exchange = case.exchange
    return {
        "hash": exchange.hash,
        "rule": case.rule,
        "stratum": case.stratum,
        "mode": case.mode,
        "why": case.why,
        "picked": case.picked,
        "label": None if label is None else label.label,
        "file": exchange.file,
        "line": exchange.line,
        "turns": [{"role": turn.role, "tool": turn.tool, "text": turn.text} for turn in exchange.turns],
        "texts": [
            {"choice": channel.choice, "kind": channel.kind, "part": channel.part, "text": text}
            for channel, text in exchange.texts
        ],
        "matches": [
            {
                "choice": hit.channel.choice,
                "kind": hit.channel.kind,
                "part": hit.channel.part,
                "start": hit.start,
                "end": hit.end,
                "excuse": hit.excuse,
            }
            for hit in case.hits
        ],
    }


def totals_json(sampler: Sampler, labels: Labels, rules: Sequence[str]) -> dict[str, Any]:
    """Per rule, what was found and how precise it is."""
    return {
        rule: {
            **{stratum: sampler.totals[rule, stratum] for stratum in STRATA},
            "precision": precision(labels, rule, sampler.versions.get(rule, "")).as_json(),
        }
        for rule in rules
    }


def why_none(sampler: Sampler, strata: Sequence[str]) -> str:
    """Why there is nobody to ask about, in a sentence."""
    if not sampler.looked_at:
        return "there is no exchange in what was named"
    said = f"{count(sampler.looked_at, 'exchange')} looked at, and none was {' or '.join(strata)}"
    if NEAR in strata and sampler.ungated:
        said += (
            f"; near misses cannot be told for {', '.join(sampler.ungated)}, which every reply is run through"
        )
    return said
