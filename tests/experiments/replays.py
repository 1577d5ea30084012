"""Results of replays for the tests of the journal, and packs that they were made with."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from filterproxy.experiments.entry import Entry
from filterproxy.experiments.files import read_entry
from filterproxy.experiments.journal import record
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.load import load
from tests.cli.packs import PACK, write

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)

# Candidates for the rule `mail`.
ORG = PACK.replace(".com'", ".(com|org)'")
NET = PACK.replace(".com'", ".(com|net)'")
LOUD = PACK.replace("[hurray]", "[hurray, hello]")


def document(folder: Path, text: str) -> Document:
    """The document of a pack."""
    return load([Path(write(folder, text))])


def numbers(fired: tuple[int, int] = (0, 0), new: int = 0, seconds: float = 0.01) -> dict[str, Any]:
    """What a result says of a rule."""
    return {
        "pack": "shop", "mode": ["enforce", "enforce"], "evaluated": [100, 100], "fired": list(fired),
        "new": new, "gone": 0, "changed": 0, "excused": [0, 0], "marginal": list(fired), "errors": [0, 0],
        "seconds": [seconds, seconds],
    }  # fmt: skip


def result(
    before: Document, after: Document, rules: Mapping[str, Any] | None = None, corpus: str = "c0ffee"
) -> dict[str, Any]:
    """The result of a replay, as far as the journal reads it."""
    return {
        "version": 1,
        "corpus": {"hash": corpus, "exchanges": 100, "skipped": 0, "files": ["replies.jsonl"]},
        "baseline": {"hash": before["hash"], "source": "git:HEAD"},
        "candidate": {"hash": after["hash"], "source": "rules"},
        "seconds": 1.5,
        "replies": {"same": 90, "changed": 10, "dropped": [1, 2], "new_drops": 1},
        "rules": dict(rules or {"mail": numbers((5, 15), 10), "loud": numbers(), "hours": numbers((3, 3))}),
        "examples": [{"hash": "a" * 16, "reply": "secret"}],
    }


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a journal and without git, where we are."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return tmp_path


def replayed(folder: Path, before: str, after: str, note: str = "", **given: Any) -> Entry:
    """The entry of a replay from one pack to another."""
    old, new = document(folder, before), document(folder, after)
    rules, corpus = given.pop("rules", None), given.pop("corpus", "c0ffee")
    given = {"baseline": old, "candidate": new, "who": "Ada", "now": NOON, **given}
    return read_entry(record(result(old, new, rules, corpus), note=note, **given))
