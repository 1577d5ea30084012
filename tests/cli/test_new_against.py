"""Recordings that `filterproxy new` tries a rule on."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from filterproxy.authoring.gather import MOST
from filterproxy.cli.new_against import exchanges_of, waiting


def test_a_sample_is_said_to_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "recorded.jsonl"
    line = json.dumps({"messages": [{"role": "assistant", "content": "Hi."}]})
    file.write_text(f"{line}\n" * (MOST + 7))

    assert MOST == len(exchanges_of([file]))
    assert "tried on a sample of 5 000 of 5 007 exchanges\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("terminal", "seconds", "shown"), [(True, 2, True), (True, 0, False), (False, 2, False)]
)
def test_a_bar_is_for_who_waits_at_a_terminal(terminal: bool, seconds: int, shown: bool) -> None:
    err = Console(file=StringIO(), force_terminal=terminal)
    times = iter([0.0, float(seconds), float(seconds)])
    with waiting("trying", 40, err, lambda: next(times)) as watch:
        watch(7)
        watch(8)

    assert isinstance(err.file, StringIO)
    assert shown == ("trying" in err.file.getvalue())
