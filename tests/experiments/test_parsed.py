"""What may stand in an entry's file, whoever wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from filterproxy.experiments.read import read_journal
from tests.cli.packs import PACK
from tests.experiments.replays import ORG, here, replayed

__all__ = ["here"]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("version: 1", "version: 2", "is of version 2, which a newer filterproxy wrote: this one reads 1"),
        ("  added: {}", "  added: [mail]", "`changes.added` is no mapping"),
        ("    mail:\n", "    mail: gone\n    hours:\n", "`changes.changed.mail` is no mapping"),
        ("before: ", "left: ", "`changes.changed.mail.match.pattern` says neither `before` and `after` nor"),
        ("  moved: []", "  moved: 5", "`changes.moved` is no list"),
        ("  modes: {}", "  modes: {mail: shadow}", "`changes.modes.mail` is no pair of modes"),
        ("files: [replies.jsonl]", "files: 7", "`corpus.files` is no list"),
        ("fired: [5, 15]", "fired: [5, .nan]", "`results.rules.mail.fired` is no pair of numbers"),
        ("when: '2026", 'when: "\\e[2J" #', "`when` has characters that cannot be seen"),
        ("    loud:\n", '    "\\e[31mloud":\n', "`results.rules` has a key with characters that cannot be"),
    ],
)
def test_an_entry_of_another_shape_is_named_and_not_shown(here: Path, old: str, new: str, why: str) -> None:
    """By hand, by a merge, or by somebody who wants to reach into a terminal."""
    file = replayed(here, PACK, ORG).file
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    journal = read_journal()

    assert () == journal.entries
    assert journal.unreadable[0].why.startswith(why)
