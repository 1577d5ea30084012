"""`filterproxy demote`: a rule back to shadow, or off, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from filterproxy.cli.promote import (
    DryRunOption,
    RuleArgument,
    WhoOption,
    change_or_exit,
    form_or_exit,
    step_or_exit,
)
from filterproxy.cli.promoted import finish
from filterproxy.cli.rules import JsonOption, KnownOption, Paths, document_or_exit, paths_or_default

if TYPE_CHECKING:
    from filterproxy.rollout.step import Step


def demote(
    rule: RuleArgument,
    paths: Paths = None,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="STEP", help='shadow, off, or a smaller "canary 5%". [default: shadow; from there off]'
        ),
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is written down.")] = "",
    dry_run: DryRunOption = False,
    known: KnownOption = None,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """
    Take a rule back: to shadow, where it changes nothing, or off.

    Its `mode` is changed in the pack, and nothing is checked first. It reaches every proxy that reads the
    pack; to stop a rule in one instance until somebody has looked, there is `filterproxy kill`.
    """
    files = paths_or_default(paths)
    document = document_or_exit(files, known or (), as_json=as_json)
    form = form_or_exit(document, files, rule)
    change = change_or_exit(document, form, step_or_exit(form, to, _back, up=False))
    finish(change, [], " ".join(reason.split()), not dry_run, who, as_json=as_json)


def _back(step: Step) -> Step:
    from filterproxy.rollout.step import OFF, SHADOW, Step

    if step.mode == OFF:
        raise ValueError("it is off already")
    return Step(OFF if step.mode == SHADOW else SHADOW)


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("demote", short_help="Take a rule back.")(demote)
