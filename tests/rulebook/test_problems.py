"""
Each file of tests/problems opens with the exact message that it must produce, as a comment.

After a change of wording, `python -m tests.rulebook.test_problems` writes the messages anew; read the
difference before it is committed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from filterproxy.rulebook.load import load
from filterproxy.rulebook.problem import CODES, RulebookError

FOLDER = Path(__file__).resolve().parent.parent / "problems"
GOLDENS = sorted(file.name for file in FOLDER.glob("*.yaml"))

# About files and folders as such: their tests are in test_load.py.
ABOUT_FILES = {"FP001", "FP002", "FP004", "FP005"}


def message_of(name: str) -> str:
    """What is wrong with a file of this folder, as `check` prints it there."""
    with pytest.raises(RulebookError) as caught:
        load([Path(name)])
    return str(caught.value)


def opening_of(text: str) -> str:
    """The comment at the top of a golden, without its marks."""
    lines = []
    for line in text.split("\n"):
        if not line.startswith("#"):
            break
        lines.append(line[2:])
    return "\n".join(lines)


@pytest.mark.parametrize("name", GOLDENS)
def test_a_pack_with_mistakes_says_exactly_this(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole message: every mistake, its place, why it matters and what to do."""
    monkeypatch.chdir(FOLDER)

    assert opening_of((FOLDER / name).read_text("utf-8")) == message_of(name)


def test_every_code_is_shown_by_a_golden() -> None:
    """A code that no file proves is one that nobody can look up."""
    shown = set()
    for name in GOLDENS:
        shown |= set(re.findall(r"error\[(FP\d+)\]", opening_of((FOLDER / name).read_text("utf-8"))))

    assert set(CODES) == shown | ABOUT_FILES


def _write_anew(name: str) -> None:
    file = FOLDER / name
    body = file.read_text("utf-8")
    body = body[len("".join(re.findall(r"\A(?:#[^\n]*\n)+", body))) :]
    opening = ""
    # The message names its own line, so it moves the text that it speaks about.
    for _ in range(3):
        file.write_text(opening + body, "utf-8")
        opening = "".join(f"# {line}".rstrip() + "\n" for line in message_of(name).split("\n"))
    file.write_text(opening + body, "utf-8")


if __name__ == "__main__":
    os.chdir(FOLDER)
    for golden in GOLDENS:
        _write_anew(golden)
