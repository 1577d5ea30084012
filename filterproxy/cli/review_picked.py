"""Which cases `review` asks about when they are not drawn by lot: --case and --new."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from filterproxy.cli.evidence import rulebook_then
from filterproxy.cli.rules import fail

if TYPE_CHECKING:
    from filterproxy.labels.picked import ByHash, Pick
    from filterproxy.rulebook.document import Document


def by_hash(hashes: Sequence[str], rules: Collection[str]) -> ByHash:
    """Cases by their hashes, of all rules."""
    from filterproxy.labels.picked import ByHash

    if not all(hashes):
        raise typer.BadParameter("it wants a hash, or how one begins", param_hint="--case")
    return ByHash(hashes, rules)


def newly_fired(document: Document, files: Sequence[Path]) -> Pick:
    """Where rules fire that did not under what the newest experiment of these rules compared them with."""
    from filterproxy.experiments.read import read_journal
    from filterproxy.labels.picked import newly_fired as fired_since
    from filterproxy.replay.run import NOTHING

    entries = [
        entry
        for entry in read_journal().entries
        if entry.candidate.hash == document["hash"] and entry.baseline.source != NOTHING
    ]
    if not entries:
        fail(
            "no experiment compares these rules with others, so that nobody knows which hits are new:"
            " filterproxy replay RECORDINGS --baseline git:HEAD"
        )
    before = rulebook_then(entries[-1].baseline.hash, document, files)
    if before is None:
        fail(f"neither the journal nor git has the rulebook {entries[-1].baseline.hash} any more")
    return fired_since(before, [form["id"] for form in document["rules"]])
