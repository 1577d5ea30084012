"""`filterproxy promote`: a rule one step further, once what must hold before that holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filterproxy.cli.evidence import (
    DecisionsOption,
    LabelsOption,
    MetricsOption,
    PrometheusOption,
    RecordingsOption,
    Sources,
    WhereOption,
    labels_or_exit,
    replayed,
    rulebook_then,
    traffic_or_exit,
)
from filterproxy.cli.promoted import finish
from filterproxy.cli.rules import (
    PROBLEMS,
    JsonOption,
    KnownOption,
    Paths,
    document_or_exit,
    fail,
    inline_answers,
    paths_or_default,
)

if TYPE_CHECKING:
    from filterproxy.labels.precision import Precision
    from filterproxy.rollout.change import Change
    from filterproxy.rollout.gate import Check
    from filterproxy.rollout.step import Step
    from filterproxy.rulebook.document import Document

RuleArgument = Annotated[str, typer.Argument(metavar="RULE", help="The id of the rule.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show the change and what is checked; write nothing.")
]
WhoOption = Annotated[str | None, typer.Option("--who", metavar="NAME", help="[default: as git commits]")]


def promote(
    rule: RuleArgument,
    paths: Paths = None,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="STEP",
            help='shadow, "canary 10%" (10% will do) or enforce. [default: the next one]',
        ),
    ] = None,
    gate: Annotated[
        str,
        typer.Option(metavar="NAMES", help="What is checked before a rule acts: replay, shadow, precision."),
    ] = "replay,shadow,precision",
    replay: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="The result of a replay (`replay --json`). [default: the journal]",
        ),
    ] = None,
    max_new_drops: Annotated[
        str, typer.Option(metavar="LIMIT", help="Of the replay: 3 replies, or a share as in 0.5%.")
    ] = "0.5%",
    min_shadow: Annotated[
        int, typer.Option(min=0, metavar="N", help="Replies for which the rule must have been in shadow.")
    ] = 1000,
    min_precision: Annotated[
        str, typer.Option(metavar="SHARE", help="What the 95% interval of its precision must begin at.")
    ] = "90%",
    metrics: MetricsOption = None,
    prometheus: PrometheusOption = None,
    where: WhereOption = "",
    decisions: DecisionsOption = None,
    labels: LabelsOption = None,
    recordings: RecordingsOption = None,
    force: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Go on though a check fails; the reason is written down."),
    ] = None,
    dry_run: DryRunOption = False,
    known: KnownOption = None,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """
    Roll a rule out one step further: off, shadow, canary, enforce.

    Its `mode` and `rollout` are changed in the pack, and nothing else, after checks: its rulebook was
    replayed and kept, it was in shadow for long enough, and it is right often enough by the labels of
    `review`. Shadow needs no check: it changes nothing for anybody.
    """
    from filterproxy.rollout.step import next_step

    names = _gates(gate)
    reason = _reason(force)
    files = paths_or_default(paths)
    document = document_or_exit(files, known or (), as_json=as_json)
    form = form_or_exit(document, files, rule)
    change = change_or_exit(document, form, step_or_exit(form, to, next_step, up=True))
    checks: list[Check] = []
    if change.becomes.acts:
        limits = _limits(max_new_drops, min_precision)
        sources = Sources(prometheus, where, metrics, decisions)
        given = {"replay": replay, "sources": sources, "labels": labels, "files": files}
        checks = _checks(change, document, names, given, recordings, min_shadow, limits)
    failed = [check for check in checks if not check.ok]
    goes = not failed or bool(reason)
    finish(change, checks, reason if failed else "", goes and not dry_run, who, as_json=as_json)
    if not goes:
        raise typer.Exit(PROBLEMS)


def _gates(text: str) -> tuple[str, ...]:
    from filterproxy.rollout.gate import GATES

    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in GATES:
            raise typer.BadParameter(f'"{name}" is none of {", ".join(GATES)}', param_hint="--gate")
    return names


def _reason(force: str | None) -> str:
    if force is not None and not force.strip():
        raise typer.BadParameter("it wants a reason, which the next one will read", param_hint="--force")
    return " ".join((force or "").split())


def _limits(drops: str, precision: str) -> tuple[Any, float]:
    from filterproxy.replay.gates import limit_of

    try:
        limit = limit_of(drops)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--max-new-drops") from None
    number = precision.strip().removesuffix("%")
    try:
        share = float(number) / (100 if precision.strip().endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise typer.BadParameter(
            f'it wants a share as in 90%, not "{precision}"', param_hint="--min-precision"
        )
    return limit, share


def form_or_exit(document: Document, files: Sequence[Path], rule: str) -> dict[str, Any]:
    """The rule with this id, of the packs in *files*; wrong usage where there is none, with the nearest."""
    from filterproxy.rulebook.problem import nearest

    forms = {form["id"]: form for form in document["rules"]}
    if rule not in forms:
        near = nearest(rule, forms)
        hint = f'; did you mean "{near}"?' if near else ""
        there = ", ".join(map(str, files))
        raise typer.BadParameter(f'there is no rule "{rule}" in {there}{hint}', param_hint="RULE")
    return forms[rule]


def step_or_exit(form: dict[str, Any], to: str | None, default: Any, *, up: bool) -> Step:
    """Where the rule goes; wrong usage where that is not the way of the command."""
    from filterproxy.rollout.step import parse_step, step_of

    now = step_of(form)
    try:
        step: Step = default(now) if to is None else parse_step(to)
    except ValueError as error:
        if to is None:
            fail(f'rule "{form["id"]}": {error}')
        raise typer.BadParameter(str(error), param_hint="--to") from None
    if step == now:
        fail(f'rule "{form["id"]}" is {now.said} already')
    if (step.rank > now.rank) is not up:
        way, other = ("back", "demote") if up else ("further", "promote")
        fail(f"from {now.said} to {step.said} is a step {way}: use `filterproxy {other}`")
    return step


def change_or_exit(document: Document, form: dict[str, Any], step: Step) -> Change:
    """The change, or why the file cannot be changed in place."""
    from filterproxy.rollout.change import change_of
    from filterproxy.rulebook.edit import CannotEdit

    try:
        return change_of(document, form["id"], step)
    except CannotEdit as error:
        fail(str(error))


def _checks(
    change: Change,
    document: Document,
    names: Sequence[str],
    given: dict[str, Any],
    recordings: Sequence[Path] | None,
    min_shadow: int,
    limits: tuple[Any, float],
) -> list[Check]:
    from filterproxy.rollout.gate import PRECISION, REPLAY, SHADOW, precision_check, shadow_check

    checks = []
    if REPLAY in names:
        checks.append(_replay_check(change, given["replay"], limits[0]))
    if SHADOW in names:
        files = given["files"]
        traffic = traffic_or_exit(given["sources"], lambda hash: rulebook_then(hash, document, files))
        checks.append(shadow_check(change, traffic, min_shadow))
    if PRECISION in names:
        found = _precision(change, document, given["files"], given["labels"], recordings)
        checks.append(precision_check(change, found, limits[1]))
    return checks


def _replay_check(change: Change, file: Path | None, limit: Any) -> Check:
    from filterproxy.rollout.gate import journal_check, result_check

    if file is None:
        from filterproxy.experiments.read import read_journal

        return journal_check(change, read_journal().entries)
    from filterproxy.replay.result import from_json

    try:
        return result_check(change, from_json(file.read_text("utf-8")), limit)
    except (OSError, ValueError) as error:
        fail(f"{file} cannot be read as the result of a replay: {error}")
    except (KeyError, TypeError, IndexError, AttributeError):
        fail(f"{file} cannot be read as the result of a replay: what a result has is missing in it")


def _precision(
    change: Change,
    document: Document,
    files: Sequence[Path],
    labels: Path | None,
    recordings: Sequence[Path] | None,
) -> Precision:
    """By the labels of this version; with recordings it is run over all labelled replies among them."""
    from filterproxy.labels.precision import precision
    from filterproxy.rulebook.compile import compile
    from filterproxy.rulebook.document import version_of

    _, there = labels_or_exit(labels, document, files)
    rule = change.rule["id"]
    if not recordings:
        return precision(there, rule, version_of(change.rule))
    sampler = replayed(compile(document), there, recordings, inline_answers(None))
    return sampler.measured(there, rule).precision


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("promote", short_help="Roll a rule out one step further.")(promote)
